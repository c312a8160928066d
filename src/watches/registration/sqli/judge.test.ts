import { existsSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { limits } from '../../../core/limits.ts'
import { judgeRequest, judgeValue } from './judge.ts'
import { encoders, payload, seeded } from './payloads.fixture.ts'
import { everyday } from './prose.fixture.ts'

const confidence = (value: string): number => judgeValue(value)?.confidence ?? 0

describe('what an attacker sends is SQL injection', () => {
  test.each([
    ["' OR 1=1 --", 'boolean'],
    ["N27441094908' AND '1'='2", 'boolean'],
    ['1 or 1=1', 'boolean'],
    ['1%29%20or%20%281=1', 'boolean'],
    ["' UNION SELECT NULL,NULL--", 'union'],
    ["'+UNION+SELECT+1,table_name+FROM+information_schema.tables--", 'union'],
    ['-1 union select 1,2,email from voters', 'union'],
    ["1';SELECT pg_sleep(5)--", 'time'],
    ["1' AND SLEEP(5)#", 'time'],
    ["1'; WAITFOR DELAY '0:0:5'--", 'time'],
    ["1' AND EXTRACTVALUE(1,CONCAT(0x5c,version()))-- x", 'error'],
    ["1';DROP TABLE voters;--", 'stacked'],
    ["admin'--", 'comment'],
    ["1' AND 1=UTL_INADDR.GET_HOST_ADDRESS('a')--", 'out-of-band'],
    ["D05368850333'||'", 'boolean'],
    ["D05368850333'-'", 'other'],
    ["1' ORDER BY 7-- ", 'other'],
    ['(SELECT (CASE WHEN (1=1) THEN 1 ELSE 2 END))', 'boolean'],
    ["' INTO OUTFILE '/tmp/x", 'out-of-band'],
  ])('%s', (value, technique) => {
    const verdict = judgeValue(value)
    expect(verdict?.confidence ?? 0).toBeGreaterThanOrEqual(0.5)
    expect(verdict?.technique).toBe(technique)
  })

  test.each(Object.keys(encoders))('in the encoding: %s', (name) => {
    const random = seeded(20_260_623)
    const encode = encoders[name] as (text: string) => string
    const payloads = Array.from({ length: 400 }, () => payload(random))
    const missed = payloads.map(encode).filter((value) => confidence(value) < 0.5)
    // A trick of one database breaks some payloads of another: those it breaks need not be found.
    const allowed = /version|scientific|LIKE|symbols|line comments|hash/.test(name) ? 0.06 : 0.005
    expect(missed.slice(0, 5)).toEqual(missed.length / payloads.length <= allowed ? missed.slice(0, 5) : [])
  })
})

describe('what people type is not', () => {
  test.each([
    "O'Brien",
    'D%27Angelo',
    'Union Street',
    'Select Board',
    '1 or 2 copies',
    "rock 'n' roll",
    'and/or',
    "Tom & Jerry's -- now open",
    'drop box',
    'where to vote',
    'order by mail',
    'group by age',
    'C++',
    '50%',
    '100% sure',
    'AT&T',
    'R&amp;D',
    "a' b",
    'union+select+committee',
    'sleep%287%29+campground',
    'having+trouble+--+form+won%27t+submit',
    '%22absentee%22+and+deadline',
    'cast a vote as varchar',
    'Salem OR 97301',
    'c/ mayor 15, 9ºg',
    '4f3a2b1c-9d8e-4f7a-b6c5-d4e3f2a1b0c9',
    'GA1.2.1234567890.1750000000',
    '%7B%22step%22%3A2%2C%22zip%22%3A%2260374%22%7D',
    'https%3A%2F%2Fvote.example.gov%2Fregister%3Fstep%3D2%26from%3Dselect',
    'eyJzdGVwIjoyLCJ6aXAiOiI2MDM3NCJ9',
    'Mozilla/5.0 (iPhone; CPU iPhone OS 17_2 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)',
    'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)',
  ])('%s', (value) => {
    expect(confidence(value)).toBeLessThan(0.5)
  })

  test.each(Object.keys(everyday))('at most one in a thousand: %s', (name) => {
    const random = seeded(1965)
    const write = everyday[name] as (random: () => number) => string
    const values = Array.from({ length: 3_000 }, () => Buffer.from(write(random), 'utf8').toString('latin1'))
    const flagged = values.filter((value) => confidence(value) >= 0.5 || confidence(encodeURIComponent(value)) >= 0.5)
    expect(flagged.slice(0, 5)).toEqual(flagged.length <= 3 ? flagged.slice(0, 5) : [])
  })
})

describe('a probe is weak: context, never reported alone', () => {
  test.each(['N27441094908%27', "'", '22%2C.%2C%29.%2C%28.%27', "1'kXqPz<'\">bTyWq", 'order%20by', '2*3'])(
    '%s',
    (value) => {
      expect(confidence(value)).toBeGreaterThanOrEqual(0.2)
      expect(confidence(value)).toBeLessThan(0.5)
    },
  )
})

describe('the shape of a payload', () => {
  test.each([
    ["1' AND 4711=4711 AND 'aB'='aB", "77' AND 12=12 AND 'xYz'='xYz"],
    [
      "1' AND ASCII(SUBSTRING((SELECT x FROM t LIMIT 1 OFFSET 3),1,1))>64--",
      "1'%20AND%20ASCII(SUBSTRING((SELECT%20x%20FROM%20t%20LIMIT%201%20OFFSET%2041),17,1))>109--",
    ],
    ["' UNION SELECT NULL,NULL--", "' union select NULL,NULL,NULL,NULL--"],
    ["1' AND 1=CHR(65)||CHR(66)--", "1' AND 1=CHR(88)||CHR(89)||CHR(90)--"],
  ])('is the same for %s and %s', (first, second) => {
    expect(judgeValue(first)?.shape).toBe(judgeValue(second)?.shape)
  })

  test('differs for another question', () => {
    expect(judgeValue("1' AND (SELECT a FROM b)=1--")?.shape).not.toBe(
      judgeValue("1' AND (SELECT c FROM b)=1--")?.shape,
    )
  })

  test('holds no control characters and at most 300 characters', () => {
    const verdict = judgeValue(`1' or 1=1 union select ${'a_b.c_d,x_y\u001b[31m,'.repeat(200)} from t--`)
    expect(verdict?.shape).toMatch(/^[^\x00-\x1f]{1,300}$/)
  })
})

describe('a request says where the SQL stood', () => {
  const none = { target: '/', cookie: '', referer: '', agent: '' }
  test.each([
    [{ ...none, target: "/status?dl=1'%20or%201=1--&x=1" }, 'parameter dl'],
    [{ ...none, target: "/status?a=1&'%20or%201=1--=x" }, "parameter '%20or%201"],
    [{ ...none, target: "/status/1'%20or%201=1--/x" }, 'path'],
    [{ ...none, target: '/status?dl=1%20or%201=1;x=2' }, 'parameter dl'],
    [{ ...none, target: '/status?dl=1&&1=1' }, 'parameter dl'],
    [{ ...none, target: "/status?1'+or+1=1--" }, "parameter 1'+or+1"],
    [{ ...none, cookie: "lang=en' AND 1=1--; theme=dark" }, 'cookie lang'],
    [{ ...none, referer: "https://vote.example.gov/status?dl=1' or 1=1--" }, 'referer'],
    [{ ...none, agent: "Mozilla/5.0' or sleep(5)#" }, 'user agent'],
  ])('%o', (parts, part) => {
    expect(judgeRequest(parts)[0]).toMatchObject({ part })
  })

  test('and never shows a name that could harm a terminal or fill a page', () => {
    const name = `\u001b]0;x\u0007${'n'.repeat(500)}`
    const [verdict] = judgeRequest({ ...none, target: `/status?${name}=1' or 1=1--` })
    expect(verdict?.part).toMatch(/^parameter [\x21-\x7e]{1,43}$/)
  })
})

describe('hostile input', () => {
  test('never makes the judge throw', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
        judgeValue(Buffer.from(text, 'utf8').toString('latin1'))
      }),
      { numRuns: 500 },
    )
  })

  test.each([
    "'",
    '(',
    '/*',
    "' or (",
    '%',
    'case ',
    'select ',
    '{a ',
    '$$',
    '`',
    '@',
    "' union select 1,",
    '[a',
    "\\'",
    '1.e(',
    '%25',
    '&#39;',
    '#\n',
    '--\n',
    "a'||'",
    'user()||',
    'sleep(5)+',
    'select a,',
    'case when 1 then ',
  ])('costs little when it repeats %j', (text) => {
    const value = text.repeat(Math.ceil((3 * limits.judgedCharactersMax) / text.length))
    // More than linear time would end in the test's own limit.
    expect(() => judgeValue(value)).not.toThrow()
  })
})

describe.skipIf(!existsSync(process.env.BELLWETHER_CORPORA ?? '../shared/corpora'))('on published strings', () => {
  test('the bars hold', async () => {
    const { evaluateStrings } = await import('../../../../tests/evaluate/strings.ts')
    const [strings] = evaluateStrings(process.env.BELLWETHER_CORPORA ?? '../shared/corpora')
    const share = (name: string): number => Number.parseFloat(String(strings?.rows.find((row) => row[0] === name)?.[3]))
    expect(share('libinjection attacks')).toBeGreaterThanOrEqual(99)
    expect(share('libinjection false positives')).toBeLessThanOrEqual(2)
    expect(share('http-params SQL injection')).toBeGreaterThanOrEqual(99)
    expect(share('http-params ordinary')).toBeLessThanOrEqual(0.1)
  }, 60_000)
})
