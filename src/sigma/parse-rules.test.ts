import { describe, expect, test } from 'vitest'
import { parseRules } from './parse-rules.ts'
import { problemOf, ruleOf, selecting } from './rule-text.fixture.ts'

describe('a problem of a rule', () => {
  test.each([
    ['an unknown modifier', selecting('a|contain: x'), /^6: a: "contain" is not a modifier\. Use one of all,/],
    ['a modifier that needs a list', selecting('a|all: x'), /^6: a: The modifier all stands at a single value\./],
    [
      'an unknown identifier',
      ruleOf('s:\n  a: 1\ncondition: s and t'),
      /^7: The condition names "t", .* Use one of s\.$/,
    ],
    [
      'a pattern that fits nothing',
      ruleOf('s:\n  a: 1\ncondition: 1 of filter*'),
      /^7: No search identifier fits "filter\*"/,
    ],
    [
      'the old counting behind a pipe',
      ruleOf('s:\n  a: 1\ncondition: s | count() > 5'),
      /^7: .*no longer part of Sigma\. Write a correlation/,
    ],
    ['a parenthesis left open', ruleOf('s:\n  a: 1\ncondition: (s'), /^7: A parenthesis is not closed\./],
    [
      'null among other values',
      selecting("a: ['', null]"),
      /^6: a: null stands among other values\. Put it into a selection/,
    ],
    ['a map inside a value', selecting('a:\n  b: x'), /^7: The value of a is not a plain value/],
    ['a backreference', selecting("a|re: '(x)\\1'"), /^6: a: The regular expression holds a backreference\./],
    ['lookaround', selecting("a|re: 'x(?!y)'"), /^6: a: The regular expression holds lookaround\./],
    [
      'a range that is none',
      selecting('a|cidr: 10.0.0.0/40'),
      /^6: a: "10\.0\.0\.0\/40" is not a range of addresses\./,
    ],
    [
      'wildcards under Base64',
      selecting('a|base64: x*'),
      /^6: a: A value with wildcards cannot be encoded by base64\./,
    ],
    ['text to compare with', selecting('a|gt: x'), /^6: a: A value to compare with is not a number\./],
    ['a level that is none', selecting('a: x', 'title: T\nlevel: severe'), /^2: "severe" is not a level\. Use one of/],
    ['a key that stands twice', selecting('a: x\na: y'), /^7: The key "a" stands twice in one map\./],
    ['no title', 'logsource: {category: x}\ndetection: {s: {a: 1}, condition: s}', /^1: The rule has no title\./],
    ['no log source', 'title: T\ndetection: {s: {a: 1}, condition: s}', /^1: The rule has no logsource\./],
    ['no condition', ruleOf('s:\n  a: 1'), /^4: The detection has no condition\./],
    ['YAML that is none', 'title: T\ndetection: [x', /^\d+: The YAML cannot be read: /],
    ['text that is no rule', 'hello', /^1: The document is not a rule\./],
    [
      'a placeholder without values',
      selecting('a|expand: "%Admins%"'),
      /^6: a: The placeholder %Admins% has no values\. Give .* settings/,
    ],
    [
      'a reference to nothing',
      'title: C\ncorrelation: {type: event_count, rules: [x], timespan: 1m, condition: {gte: 1}}',
      /^1: It refers to a rule that is not loaded: x\./,
    ],
    [
      'a timespan that is none',
      'title: C\ncorrelation: {type: temporal, rules: [x], timespan: 1w}',
      /^2: The timespan "1w" is not a length of time\. Write a number and s, m, h or d/,
    ],
  ])('%s is said with its line and mend', (_, text, expected) => {
    expect(problemOf(text)).toMatch(expected)
  })

  test('does not keep the other rules of its file from being read, and counts lines over documents', () => {
    const text = [selecting('a: x'), selecting('a|nope: x', 'title: Second'), 'title: [\n', selecting('b: y')].join(
      '---\n',
    )
    const { rules, rejects } = parseRules(text, 'many.yml')
    expect(rules.map(({ place }) => place)).toEqual([
      { file: 'many.yml', line: 1 },
      { file: 'many.yml', line: 18 },
    ])
    expect(rejects.map(({ file, line, title }) => [file, line, title])).toEqual([
      ['many.yml', 14, 'Second'],
      ['many.yml', expect.any(Number), ''],
    ])
  })

  test('is told apart from a rule that only waits for values of the office', () => {
    expect(parseRules(selecting('a|expand: "%x%"'), 'f').rejects).toEqual([])
  })
})

describe('hostile rule files', () => {
  const bomb = [
    'a: &a [x,x,x,x,x,x,x,x,x,x]',
    ...[...'bcdefghi'].map((name, i) => `${name}: &${name} [${Array(10).fill(`*${'abcdefghi'[i]}`).join()}]`),
  ].join('\n')

  test('that blow up through aliases are refused', () => {
    expect(problemOf(`title: T\n${bomb}`)).toMatch(/more values than a rule can have|nests deeper/)
  })

  test('may use aliases within reason', () => {
    expect(problemOf(ruleOf('s: &s\n  a: 1\nt: *s\ncondition: s or t'))).toBe('')
  })

  test('that nest too deep are refused', () => {
    for (const text of ['['.repeat(100_000), `title: T\na: ${'{a: '.repeat(2_000)}`, `x: ${'- '.repeat(5_000)}`]) {
      expect(problemOf(text)).toMatch(/^1: (?:The rule nests|The YAML|The document)/)
    }
    expect(problemOf(ruleOf(`s:\n  a: 1\ncondition: ${'('.repeat(500)}s`))).toMatch(/nests deeper/)
    expect(problemOf(selecting(`a|re: '${'('.repeat(500)}x'`))).toMatch(/more nested groups/)
  })

  test('whose expressions count too far are refused', () => {
    for (const source of ['(?:a{1000}){1000}', 'a{99999}', '(?:(?:a{200}){200}){200}']) {
      expect(problemOf(selecting(`a|re: '${source}'`))).toMatch(/count further than can be followed/)
    }
    expect(problemOf(selecting("a|re: '(?:(?:){999999}){999999}x'"))).toBe('')
  })

  test('whose correlations go in a circle are refused, each by name', () => {
    const correlation = (name: string, of: string): string =>
      `title: ${name}\nname: ${name}\ncorrelation: {type: temporal, rules: [${of}], timespan: 1m}`
    expect(problemOf([correlation('x', 'y'), correlation('y', 'x')].join('\n---\n'))).toMatch(
      /refers to itself by way of x[\s\S]*cannot be used/,
    )
    expect(problemOf(correlation('x', 'x'))).toMatch(/refers to itself by way of x/)
  })
})
