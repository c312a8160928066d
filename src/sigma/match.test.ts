import { describe, expect, test } from 'vitest'
import { eventOf } from './event.ts'
import { compiled, matches, ruleOf, selecting } from './rule-text.fixture.ts'

/** Fields of events that a selection matches, and of events that it does not. */
function check(selection: string, yes: readonly object[], no: readonly object[]): void {
  const rule = selecting(selection)
  for (const event of yes) expect([selection, event, matches(rule, { ...event })]).toEqual([selection, event, true])
  for (const event of no) expect([selection, event, matches(rule, { ...event })]).toEqual([selection, event, false])
}

describe('values', () => {
  test('are compared without case, as a whole', () => {
    check('a: Tally', [{ a: 'tally' }, { a: 'TALLY' }], [{ a: 'tally2' }, { b: 'tally' }, {}])
  })

  test('keep their case where "cased" stands', () => {
    check('a|cased: Tally', [{ a: 'Tally' }], [{ a: 'tally' }])
    check('a|contains|cased: Tal', [{ a: 'xTaly' }], [{ a: 'xtaly' }])
  })

  test('compare letters beyond ASCII without case too', () => {
    check('a|contains: ÄÖ', [{ a: 'xäöx' }, { a: 'ÄÖ' }], [{ a: 'ao' }])
  })

  test('have wildcards: any number of characters, and exactly one', () => {
    check('a: "x*y?z"', [{ a: 'xyaz' }, { a: 'x--y-z' }], [{ a: 'xyz' }, { a: 'xyaz ' }])
  })

  test('take a backslash as the specification says, in all of its cases', () => {
    check("a: 'C:\\Temp'", [{ a: 'c:\\temp' }], [{ a: 'c:\\\\temp' }])
    check("a: 'x\\\\y'", [{ a: 'x\\y' }], [{ a: 'x\\\\y' }])
    check("a: 'x\\*'", [{ a: 'x*' }], [{ a: 'xy' }, { a: 'x\\*' }])
    check("a: 'x\\\\*'", [{ a: 'x\\' }, { a: 'x\\y' }], [{ a: 'x*' }])
    check("a: 'x\\\\\\*'", [{ a: 'x\\*' }], [{ a: 'x\\y' }, { a: 'x*' }])
    check("a: '\\\\\\\\x'", [{ a: '\\\\x' }], [{ a: '\\x' }])
    check("a: '\\\\\\x'", [{ a: '\\\\x' }], [{ a: '\\x' }])
  })

  test('of numbers and booleans are compared as text', () => {
    check('a: 4624', [{ a: 4624 }, { a: '4624' }], [{ a: 46240 }])
    check('a: true', [{ a: true }, { a: 'True' }], [{ a: false }])
    check('a: 9232379236109516800', [{ a: '9232379236109516800' }], [{ a: '9232379236109516801' }])
  })

  test('of lists in events are looked at one by one', () => {
    check('a|endswith: .exe', [{ a: ['x', 'y.exe'] }], [{ a: ['x'] }, { a: [] }])
  })

  test('of nested objects are reached by dots', () => {
    check('a.b: x', [{ a: { b: 'x' } }, { 'a.b': 'x' }, { a: [{ b: 'y' }, { b: 'x' }] }], [{ a: 'x' }, { b: 'x' }])
  })

  test('tell null, which is a missing field, from the empty text', () => {
    check('a: null', [{}, { a: null }], [{ a: '' }, { a: 'x' }])
    check("a: ''", [{ a: '' }], [{}, { a: null }, { a: 'x' }])
    check('a: "*"', [{ a: '' }, { a: 'x' }], [{}, { a: null }])
  })
})

describe('modifiers', () => {
  test('contains, startswith and endswith put the value at its place', () => {
    check('a|contains: b', [{ a: 'abc' }], [{ a: 'ac' }])
    check('a|startswith: b', [{ a: 'bc' }, { a: 'b' }], [{ a: 'abc' }])
    check('a|endswith: c', [{ a: 'bc' }, { a: 'c' }], [{ a: 'bcd' }])
    check("a|endswith: '\\cmd.exe'", [{ a: 'C:\\Windows\\CMD.EXE' }], [{ a: 'cmd.exe' }])
    check("a|contains: ''", [{ a: '' }, { a: 'x' }], [{}])
  })

  test('all asks for every value, in any order', () => {
    check('a|contains|all: [x, y]', [{ a: 'y x' }], [{ a: 'x' }])
    check('a|base64offset|contains|all: [secret, roll]', [{ a: btoa('roll secret') }], [{ a: btoa('secret') }])
  })

  test('exists looks only at whether the field is there', () => {
    check('a|exists: true', [{ a: null }, { a: '' }], [{}])
    check('a|exists: false', [{}], [{ a: null }])
  })

  test('neq holds where the value does not, and for none of a list', () => {
    check('a|neq: x', [{ a: 'y' }, {}], [{ a: 'X' }])
    check('a|neq: [x, y]', [{ a: 'z' }], [{ a: 'x' }, { a: 'y' }])
    check('a|contains|neq: x', [{ a: 'y' }], [{ a: 'axa' }])
  })

  test('windash takes five dashes for one another, however many stand in a value', () => {
    const dashes = ['-', '/', '\u2013', '\u2014', '\u2015']
    check(
      'a|contains|windash: " -f "',
      dashes.map((dash) => ({ a: `x ${dash}f y` })),
      [{ a: 'x f y' }],
    )
    check(
      'a|windash: "-a -b -c"',
      dashes.map((dash) => ({ a: `${dash}a -b ${dash}c` })),
      [{ a: '-a -b c' }],
    )
  })

  test('re searches anywhere and minds case, unless i, m or s say otherwise', () => {
    check('a|re: "b+c$"', [{ a: 'abbc' }], [{ a: 'abBC' }, { a: 'abcd' }])
    check('a|re|i: "B+C"', [{ a: 'abbc' }], [{ a: 'ac' }])
    check('a|re|m: "^b"', [{ a: 'a\nb' }], [{ a: 'ab' }])
    check('a|re: "a.b"', [{ a: 'a b' }], [{ a: 'a\nb' }])
    check('a|re|s: "a.b"', [{ a: 'a\nb' }], [{ a: 'ab' }])
    check('a|re: "(?i)net\\\\s+user"', [{ a: 'NET  user' }], [{ a: 'netuser' }])
  })

  test('base64 and base64offset find a value in what was encoded', () => {
    check('a|base64: secret', [{ a: btoa('secret') }], [{ a: 'secret' }])
    for (const before of ['', 'x', 'xy', 'xyz']) {
      for (const after of ['', 'x', 'xy']) {
        check(
          'a|base64offset|contains: http://roll',
          [{ a: btoa(`${before}http://roll${after}`) }],
          [{ a: btoa('http://rol') }],
        )
      }
    }
  })

  test('utf16le, wide, utf16be and utf16 encode a value before Base64', () => {
    const wide = (text: string): string => text.replace(/./g, '$&\0')
    check('a|wide|base64offset|contains: ping', [{ a: btoa(wide('xpingx')) }], [{ a: btoa('xpingx') }])
    check('a|utf16le|base64: ab', [{ a: btoa('a\0b\0') }], [{ a: btoa('ab') }])
    check('a|utf16be|base64: ab', [{ a: btoa('\0a\0b') }], [{ a: btoa('a\0b\0') }])
    check('a|utf16|base64: ab', [{ a: btoa('\xff\xfea\0b\0') }], [{ a: btoa('a\0b\0') }])
    check('a|utf16le|contains: ab', [{ a: 'xa\0b\0' }], [{ a: 'ab' }])
  })

  test('lt, lte, gt and gte compare numbers, also those written as text', () => {
    check('a|lt: 5', [{ a: 4 }, { a: '-1.5' }], [{ a: 5 }, { a: 'x' }, { a: '' }, {}])
    check('a|lte: 5', [{ a: 5 }], [{ a: 6 }])
    check('a|gt: 5', [{ a: 6 }], [{ a: 5 }])
    check('a|gte: 5', [{ a: '5' }], [{ a: 4 }])
  })

  test('minute to year look at a part of a date as it is written', () => {
    const date = { a: '2026-11-03T21:07:00+02:00' }
    for (const [part, value] of Object.entries({ minute: 7, hour: 21, day: 3, week: 45, month: 11, year: 2026 })) {
      check(`a|${part}: ${value}`, [date], [{ a: '2024-01-15 10:30:00' }, { a: 'never' }])
    }
    check('a|hour|gte: 20', [date], [{ a: '2026-11-03 08:00:00' }])
    check('a|hour: 0', [{ a: 1_767_225_600 }, { a: '1767225600000' }], [{ a: '2026-01-01' }])
  })

  test('cidr holds addresses of either version to a range', () => {
    check(
      'a|cidr: 10.0.0.0/8',
      [{ a: '10.1.2.3' }, { a: '::ffff:10.1.2.3' }],
      [{ a: '11.0.0.1' }, { a: 'x' }, { a: '::1' }],
    )
    check(
      'a|cidr: [192.0.2.0/24, 2001:db8::/33]',
      [{ a: '192.0.2.9' }, { a: '2001:DB8:1::1' }],
      [{ a: '2001:db8:8000::1' }],
    )
    check('a|cidr: 0.0.0.0/0', [{ a: '203.0.113.1' }], [{ a: '::1' }])
    check('a|cidr: fe80::/10', [{ a: 'fe80::1%eth0' }], [{ a: 'fec0::1' }])
  })

  test('fieldref compares two fields of an event, and neq turns that around', () => {
    check('a|fieldref: b', [{ a: 'X', b: 'x' }], [{ a: 'x', b: 'y' }, { a: 'x' }, { b: 'x' }])
    check('a|fieldref|neq: b', [{ a: 'x', b: 'y' }], [{ a: 'x', b: 'X' }])
    check('a|fieldref|endswith: b', [{ a: 'C:\\x.exe', b: 'X.EXE' }], [{ a: 'x.exe', b: 'y' }])
  })

  test('expand puts the values of the office in place of a placeholder', () => {
    const options = { placeholders: { Admins: ['ada', 'srv*'], 'jump-hosts': ['j1'] } }
    const rule = selecting('user|expand: "%admins%"')
    expect(matches(rule, { user: 'SRV-17' }, options)).toBe(true)
    expect(matches(rule, { user: 'bob' }, options)).toBe(false)
    const escaped = selecting("user|expand|contains: '50\\%-%jump-hosts%'")
    expect(matches(escaped, { user: 'x50%-j1x' }, options)).toBe(true)
    expect(matches(selecting('user: "%Admins%"'), { user: '%admins%' }, options)).toBe(true)
  })
})

describe('selections', () => {
  test('of maps ask for every field, lists of maps for one map', () => {
    check('a: x\nb: y', [{ a: 'x', b: 'y' }], [{ a: 'x' }])
    check('- a: x\n- b: y\n  c: z', [{ a: 'x' }, { b: 'y', c: 'z' }], [{ b: 'y' }])
  })

  test('of keywords are searched in the whole event', () => {
    check('- needle\n- 4711', [{ a: 'a NEEDLE in hay' }, { b: { c: 'id 4711' } }], [{ a: 'hay' }])
    check('"|all":\n  - needle\n  - hay', [{ a: 'needle', b: 'hay' }], [{ a: 'needle' }])
    check('- "n*e"', [{ a: 'a needle' }], [{ a: 'hay' }])
    check('- needle\n- a: x', [{ b: 'needle' }, { a: 'x' }], [{ a: 'y' }])
  })

  test('of keywords are searched in the line where the event has one', () => {
    const { engine } = compiled([selecting('- "port 22"')])
    const event = eventOf({}, { logsource: { category: 'test' }, raw: 'Accepted password from 192.0.2.1 PORT 22' })
    expect(engine.match(event)).toHaveLength(1)
  })
})

describe('conditions', () => {
  const holding = (condition: string, fields: string): boolean => {
    const identifiers = ['a', 'b', 'c', 'sel_1', 'sel_2', '_sel_3']
    const detection = identifiers.map((name) => `${name}:\n  ${name}: 1`).join('\n')
    const event = Object.fromEntries(fields.split(' ').map((name) => [name, 1]))
    return matches(ruleOf(`${detection}\ncondition: ${condition}`), event)
  }

  test.each([
    ['a or b and c', 'a', true],
    ['(a or b) and c', 'a', false],
    ['not a and b', 'b', true],
    ['not (a and b)', 'a b', false],
    ['not a or b', 'a', false],
    ['a and not not b', 'a b', true],
    ['1 of sel_*', 'sel_2', true],
    ['any of sel_*', 'sel_2', true],
    ['all of sel_*', 'sel_2', false],
    ['all of sel_* and c', 'sel_1 sel_2 c', true],
    ['1 of them', '_sel_3', false],
    ['1 of _sel*', '_sel_3', true],
    ['all of them', 'a b c sel_1 sel_2', true],
    ['1 of *l_2', 'sel_2', true],
    ['1 of s*_1', 'sel_2', false],
    ['a AND NOT b', 'a', true],
    ['[a and b, c]', 'c', true],
    ['[a and b, c]', 'a', false],
  ])('%s, where %s hold', (condition, fields, expected) => {
    expect(holding(condition, fields)).toBe(expected)
  })
})

describe('log sources', () => {
  const logsource = { product: 'windows', category: ['process_creation', 'x'], service: 'security' }
  const rule = (words: string): string => `title: T\nlogsource: {${words}}\ndetection: {s: {a: 1}, condition: s}`

  test.each([
    ['product: windows', 1],
    ['product: Windows, category: process_creation', 1],
    ['category: process_creation, service: security', 1],
    ['category: file_event', 0],
    ['product: linux, category: process_creation', 0],
  ])('a rule for %s', (words, count) => {
    expect(compiled([rule(words)]).engine.match(eventOf({ a: 1 }, { logsource }))).toHaveLength(count)
  })
})
