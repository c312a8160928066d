import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { bytesOf, checkDatabaseFormat, readStatements } from '../../tests/fuzz/database-formats.ts'
import { sampleOf } from '../../tests/fuzz/database-samples.ts'
import { postgresqlText } from './postgresql-text.ts'

const read = (...lines: string[]): ReturnType<typeof readStatements> =>
  readStatements(postgresqlText, `${lines.join('\n')}\n`)
const known = { role: 'portal', database: 'rolls' }

/** Any characters of one byte, and some that take more. */
const anyText = fc
  .uint8Array({ maxLength: 24 })
  .map((bytes) => Buffer.from(bytes).toString('latin1').replaceAll('\u00ff', '\u{1f5f3}'))

describe('a plain log of PostgreSQL', () => {
  test.each([
    ["Debian's", '2026-03-03 09:30:00.123 UTC [42] portal@rolls ', { ...known, session: '42' }],
    ['the default', '2026-03-03 09:30:00.123 UTC [42] ', { role: '', database: '', session: '42' }],
    [
      "pgBadger's",
      '2026-03-03 09:30:00 UTC [42]: [5-1] user=portal,db=rolls,app=psql,client=10.0.0.5 ',
      { ...known, session: '42', application: 'psql', remoteHost: '10.0.0.5' },
    ],
    [
      "pgBadger's by socket",
      '2026-03-03 09:30:00 UTC [42]: [5-1] user=portal,db=rolls,app=psql,client=[local] ',
      { ...known, session: '42', remoteHost: '[local]' },
    ],
    [
      'spaced',
      '2026-03-03 09:30:00 UTC [42] user=portal db=rolls app=my app host=10.0.0.5 ',
      { ...known, application: 'my app' },
    ],
    [
      "Amazon RDS's",
      '2026-03-03 09:30:00 UTC:10.0.0.5(50000):portal@rolls:[42]:',
      { ...known, session: '42', remoteHost: '10.0.0.5' },
    ],
    ["Azure's", '2026-03-03 09:30:00 UTC-69a6ab1c.2a-', { role: '', session: '69a6ab1c.2a' }],
    [
      "Google Cloud SQL's",
      '2026-03-03 09:30:00.123 UTC [42]: [5-1] db=rolls,user=portal ',
      { ...known, session: '42' },
    ],
    ['of seconds since the epoch', '1772530200.123 [42] portal@rolls ', { ...known, session: '42' }],
    ['before sign-in', '2026-03-03 09:30:00.123 UTC [42] [unknown]@[unknown] ', { role: '', database: '' }],
  ])('is read with a prefix that is %s', (_, prefix, expected) => {
    const { records, rejects } = read(`${prefix}LOG:  statement: SELECT 'ERROR:  x'`)
    expect(rejects).toEqual([])
    expect(records).toMatchObject([{ ...expected, text: "SELECT 'ERROR:  x'" }])
    expect(Math.floor((records[0]?.timeMs ?? 0) / 1000)).toBe(Date.UTC(2026, 2, 3, 9, 30, 0) / 1000)
  })

  const head = '2026-03-03 09:30:00.123 UTC [42] portal@rolls '

  test('joins the lines of a statement and takes off the tab before each', () => {
    const { records } = read(
      `${head}LOG:  statement: SELECT 1`,
      '\t',
      '\t\tFROM voters',
      `${head}LOG:  statement: SELECT 2`,
    )
    expect(records.map((record) => record.text)).toEqual(['SELECT 1\n\n\tFROM voters', 'SELECT 2'])
  })

  test('gives the values that a DETAIL line holds', () => {
    const { records } = read(
      `${head}LOG:  execute p: SELECT $1`,
      `${head}DETAIL:  parameters: $1 = 'a`,
      "\tb', $2 = NULL",
    )
    expect(records).toMatchObject([{ text: 'SELECT $1', parameters: ['a\nb', ''] }])
  })

  test('gives an error with the statement on its STATEMENT line', () => {
    const { records } = read(
      `${head}ERROR:  column "nope" does not exist at character 8`,
      `${head}HINT:  Perhaps you meant another.`,
      `${head}STATEMENT:  SELECT nope`,
      '\tFROM voters',
    )
    expect(records).toMatchObject([
      { phase: 'error', text: 'SELECT nope\nFROM voters', errorMessage: 'column "nope" does not exist' },
    ])
  })

  test('gives an audit line of several lines', () => {
    const { records } = read(
      `${head}LOG:  AUDIT: OBJECT,1,1,READ,SELECT,TABLE,public.voters,"SELECT ""a""`,
      '\tFROM voters",<none>',
    )
    expect(records).toMatchObject([{ phase: 'audit', text: 'SELECT "a"\nFROM voters', objects: ['public.voters'] }])
  })

  test('passes over what is not about statements', () => {
    const { records, rejects, skippedLines } = read(
      `${head}LOG:  connection authorized: user=portal`,
      '2026-03-03 09:30:00.123 UTC [9] LOG:  checkpoint starting: time',
      `${head}FATAL:  password authentication failed for user "portal"`,
      `${head}DETAIL:  Connection matched pg_hba.conf line 1`,
    )
    expect([records, rejects, skippedLines]).toEqual([[], [], 4])
  })

  test.each([
    ['a line that is no entry', 'not-this-format', 'sh: 1: archive: not found'],
    ['a line without a time', 'unexpected-fields', 'LOG:  statement: SELECT 1'],
    ['a continuation of nothing', 'truncated', '\tFROM voters'],
    ['a detail of nothing', 'truncated', `${head}DETAIL:  parameters: $1 = '1'`],
    ['an unknown time zone', 'bad-time', '2026-03-03 09:30:00 XYZ [42] LOG:  statement: SELECT 1'],
  ])('rejects %s', (_, reason, line) => {
    const { records, rejects } = read(line)
    expect(records).toEqual([])
    expect(rejects).toMatchObject([{ reason }])
  })

  test('reads the same records however its bytes are cut, and never fails on any', () => {
    const piece = fc.oneof(
      fc.constantFrom(...sampleOf('postgresql-text').split('\n'), '\t', '', 'LOG:  '),
      anyText,
      fc.string().map((text) => `${head}LOG:  statement: ${text}`),
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) =>
        checkDatabaseFormat(postgresqlText, bytesOf(pieces.join('\n'))),
      ),
      { numRuns: 60, seed: 1 },
    )
  })
})
