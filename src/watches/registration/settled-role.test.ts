import { describe, expect, test } from 'vitest'
import type { Hit } from '../../core/finding.ts'
import { Private } from '../../core/private.ts'
import type { StatementRecord } from '../../formats/statement.ts'
import { hitsOf } from './replay.fixture.ts'

const startMs = Date.UTC(2026, 5, 1)
const hourMs = 3_600_000

interface Said {
  readonly timeMs: number
  readonly text: string
  readonly rows: number
  readonly role?: string
  readonly parameters?: string
}

/** PostgreSQL jsonlog with pgaudit: the statement, then how many rows it gave. */
function log(statements: readonly Said[]): string {
  return statements
    .flatMap(({ timeMs, text, rows, role = 'voteweb', parameters }, i) => {
      const entry = (message: string, detail?: string): string =>
        `${JSON.stringify({
          timestamp: `${new Date(timeMs).toISOString().replace('T', ' ').replace('Z', '')} UTC`,
          user: role,
          dbname: 'alder',
          pid: 4_000 + (i % 5),
          session_id: `6aa77f14.${i % 5}`,
          ps: 'SELECT',
          error_severity: 'LOG',
          message,
          ...(detail === undefined ? {} : { detail }),
        })}\n`
      const quoted = `"${text.replaceAll('"', '""')}"`
      return [
        entry(`statement: ${text}`, parameters),
        entry(`AUDIT: SESSION,${i + 1},1,READ,SELECT,,,${quoted},<not logged>,${rows}`),
      ]
    })
    .join('')
}

const lookup = (i: number): string => `SELECT id, name FROM voters WHERE licence = 'D${1_000_000 + i * 37}'`
const search = (i: number): string => `SELECT id, name FROM voters WHERE name = 'N${i}' ORDER BY id LIMIT 20`

/** Three days of an application that does two things. */
const settled = (count = 1_200): Said[] =>
  Array.from({ length: count }, (_, i) => ({
    timeMs: startMs + (i * 72 * hourMs) / count,
    text: i % 3 === 0 ? search(i) : lookup(i),
    rows: i % 3 === 0 ? i % 12 : 1,
  }))
const later = startMs + 73 * hourMs

const rulesOf = (hits: readonly Hit[]): string[][] =>
  hits.map(({ rule, level }) => [rule.replace('registration/', ''), level])
const found = (...statements: Said[]): string[][] => rulesOf(hitsOf({ web: '', database: log(statements) }))

describe('an application whose statements are known', () => {
  test('sends nothing that is a finding as long as it goes on as before', () => {
    expect(found(...settled(), { timeMs: later, text: lookup(5), rows: 1 })).toEqual([])
  })

  test('sends a statement of a new shape: a low finding, for it may be a new version', () => {
    const odd = { timeMs: later, text: "SELECT name, dob FROM voters WHERE county = '04'", rows: 30 }
    expect(found(...settled(), odd)).toEqual([['new-statement/shape', 'low']])
    expect(found(...settled(), odd, { ...odd, timeMs: later + hourMs })).toHaveLength(1)
  })

  test('reads the catalogue for the first time: a finding of its own', () => {
    const odd = { timeMs: later, text: 'SELECT table_name FROM information_schema.tables', rows: 80 }
    expect(found(...settled(), odd)).toEqual([['new-statement/catalogue', 'low']])
  })

  test('is given far more rows than that shape ever brought', () => {
    const flood = (rows: number): string[][] => found(...settled(), { timeMs: later, text: search(7), rows })
    expect(flood(20)).toEqual([])
    expect(flood(100)).toEqual([['new-statement/row-count', 'low']])
    expect(flood(90_000)).toEqual([['new-statement/row-count', 'medium']])
  })

  test('is not known after a few statements, or after one busy hour', () => {
    const odd = { timeMs: later, text: "SELECT name, dob FROM voters WHERE county = '04'", rows: 30 }
    expect(found(...settled(60), odd)).toEqual([])
    const busyHour = settled().map((each, i) => ({ ...each, timeMs: startMs + i * 1_000 }))
    expect(found(...busyHour, { ...odd, timeMs: startMs + 2 * hourMs })).toEqual([])
  })

  test('is not confused with another role of the same database', () => {
    const report = {
      timeMs: later,
      text: 'SELECT precinct, count(*) FROM voters GROUP BY precinct',
      rows: 80,
      role: 'report',
    }
    expect(found(...settled(), report)).toEqual([])
  })
})

describe('what the watch keeps of statements', () => {
  test('can be saved between a statement with bound values and its audit line, and holds no value of a voter', () => {
    const text = 'SELECT id FROM voters WHERE name = $1'
    const statements: Said[] = [
      { timeMs: startMs, text, rows: 1, parameters: "parameters: $1 = 'Garza-Whitfield'" },
      { timeMs: startMs + 1_000, text, rows: 1, parameters: "parameters: $1 = 'D1'' OR ''1''=''1'' -- '" },
    ]
    const logs = { web: '', database: log(statements) }
    const savedBefore = new Set([1, 2, 3])
    expect(rulesOf(hitsOf(logs))).toEqual([['sql-injection/bound-boolean', 'high']])
    expect(rulesOf(hitsOf(logs, { savedBefore }))).toEqual(rulesOf(hitsOf(logs)))
  })

  test('a private value does not survive a structured clone, so nothing that is saved may need it', () => {
    const record: Pick<StatementRecord, 'parameters'> = { parameters: [new Private('Garza-Whitfield')] }
    expect(JSON.stringify(structuredClone(record))).not.toContain('Garza')
  })
})
