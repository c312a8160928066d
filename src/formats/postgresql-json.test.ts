import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { bytesOf, checkDatabaseFormat, type PlainStatement, readStatements } from '../../tests/fuzz/database-formats.ts'
import { sampleOf } from '../../tests/fuzz/database-samples.ts'
import { databaseFormats } from './database-formats.ts'
import { postgresqlJson } from './postgresql-json.ts'

const entry = (fields: Readonly<Record<string, unknown>>): string =>
  JSON.stringify({
    timestamp: '2026-03-03 09:30:00.123 UTC',
    user: 'portal',
    dbname: 'rolls',
    pid: 42,
    error_severity: 'LOG',
    ...fields,
  })

/** The only record of the lines. */
function one(line: string, utcOffsetMinutes?: number): PlainStatement {
  const { records, rejects } = readStatements(
    postgresqlJson,
    `${line}\n`,
    utcOffsetMinutes === undefined ? {} : { utcOffsetMinutes },
  )
  expect(rejects).toEqual([])
  expect(records).toHaveLength(1)
  return records[0] as PlainStatement
}

const reasonOf = (line: string): string | undefined => {
  const { records, rejects } = readStatements(postgresqlJson, `${line}\n`)
  expect(records).toEqual([])
  return rejects[0]?.reason
}
const isPassedOver = (line: string): boolean => {
  const { records, rejects, skippedLines } = readStatements(postgresqlJson, `${line}\n`)
  return records.length === 0 && rejects.length === 0 && skippedLines === 1
}

/** Any characters of one byte, and some that take more. */
const anyText = fc
  .uint8Array({ maxLength: 24 })
  .map((bytes) => Buffer.from(bytes).toString('latin1').replaceAll('\u00ff', '\u{1f5f3}'))

describe('a JSON log of PostgreSQL', () => {
  test('gives a statement with who sent it, from where, in which session', () => {
    const line = entry({
      message: "statement: SELECT 1 -- 'x'",
      remote_host: '10.0.0.5',
      session_id: '69a6ab1c.2a',
      application_name: 'portal-web',
    })
    expect(one(line)).toEqual({
      phase: 'statement',
      timeMs: Date.UTC(2026, 2, 3, 9, 30, 0, 123),
      place: { source: 'fuzzed.log', line: 1, offset: 0, length: line.length },
      role: 'portal',
      database: 'rolls',
      session: '69a6ab1c.2a',
      application: 'portal-web',
      remoteHost: '10.0.0.5',
      text: "SELECT 1 -- 'x'",
    })
  })

  test('names a session by its process where it has no id', () => {
    expect(one(entry({ message: 'statement: SELECT 1' })).session).toBe('42')
  })

  test.each(['parameters', 'Parameters'])('gives the bound values of a statement (%s)', (word) => {
    const detail = `${word}: $1 = 'O''Brien, $2 = ''x''', $2 = NULL, $3 = '', $4 = 'two\nlines'`
    const record = one(entry({ message: 'execute p/portal: SELECT $1', detail }))
    expect(record.text).toBe('SELECT $1')
    expect(record.parameters).toEqual(["O'Brien, $2 = 'x'", '', '', 'two\nlines'])
  })

  test('keeps bound values and error messages private', () => {
    const reader = postgresqlJson.open({})
    const line = entry({ error_severity: 'ERROR', message: 'invalid input: "Smith"', statement: 'SELECT 1' })
    const bytes = bytesOf(`${line}\n`)
    const records: never[] = []
    reader.read({ source: 's', bytes, start: 0, end: bytes.length, offset: 0, line: 1, last: true }, records, [])
    expect(JSON.stringify(records)).not.toContain('Smith')
  })

  test('gives a duration alone, and with the statement that it belongs to', () => {
    expect(one(entry({ message: 'duration: 1.365 ms' }))).toMatchObject({
      phase: 'duration',
      text: '',
      durationMs: 1.365,
    })
    expect(one(entry({ message: 'duration: 12.5 ms  execute <unnamed>: SELECT 2' }))).toMatchObject({
      phase: 'statement',
      text: 'SELECT 2',
      durationMs: 12.5,
    })
  })

  test('gives an error with its code, its statement and the values that its context tells', () => {
    const record = one(
      entry({
        error_severity: 'ERROR',
        state_code: '22P02',
        message: 'invalid input syntax for type integer: "x"',
        statement: 'SELECT $1::int',
        context: "unnamed portal with parameters: $1 = 'x'",
      }),
    )
    expect(record).toMatchObject({ phase: 'error', errorCode: '22P02', text: 'SELECT $1::int', parameters: ['x'] })
    expect(record.errorMessage).toBe('invalid input syntax for type integer: "x"')
  })

  test('gives an audit line at whatever level it is logged', () => {
    const message = 'AUDIT: SESSION,1,1,READ,SELECT,TABLE,public.voters,"SELECT ""a"", 1",<none>,50'
    for (const error_severity of ['LOG', 'NOTICE', 'WARNING']) {
      expect(one(entry({ error_severity, message }))).toMatchObject({
        phase: 'audit',
        text: 'SELECT "a", 1',
        rows: 50,
        objects: ['public.voters'],
      })
    }
  })

  test.each([
    ['a connection', { message: 'connection authorized: user=portal database=rolls' }],
    ['a checkpoint', { message: 'checkpoint complete: wrote 5 buffers', user: undefined }],
    ['a refused sign-in', { error_severity: 'FATAL', message: 'password authentication failed for user "x"' }],
    ['the bind step of a statement', { message: 'duration: 0.1 ms', ps: 'BIND' }],
    ['the parse step of a statement', { message: 'duration: 0.1 ms  parse <unnamed>: SELECT 1' }],
    ['a plan of auto_explain', { message: 'duration: 9.1 ms  plan:\nQuery Text: SELECT 1' }],
    ['a warning', { error_severity: 'WARNING', message: 'there is no transaction in progress' }],
  ])('passes over %s', (_, fields) => {
    expect(isPassedOver(entry(fields))).toBe(true)
  })

  test.each([
    ['2026-03-03 09:30:00.123 UTC', 0],
    ['2026-03-03 09:30:00.123 GMT', 0],
    ['2026-03-03 09:30:00.123 CST', 360],
    ['2026-07-03 09:30:00.123 CDT', 300],
    ['2026-03-03 09:30:00.123 EST', 300],
    ['2026-03-03 09:30:00.123 MST', 420],
    ['2026-03-03 09:30:00.123 PST', 480],
    ['2026-03-03 09:30:00.123 AKST', 540],
    ['2026-03-03 09:30:00.123 HST', 600],
    ['2026-03-03 09:30:00.123 ChST', -600],
    ['2026-03-03 09:30:00.123 CET', -60],
    ['2026-03-03 09:30:00.123 +02', -120],
    ['2026-03-03 09:30:00.123 -0330', 210],
    ['2026-03-03 09:30:00.123 +05:30', -330],
  ])('reads the time zone of %s', (timestamp, minutesToUtc) => {
    const local = Date.UTC(2026, Number(timestamp.slice(5, 7)) - 1, 3, 9, 30, 0, 123)
    expect(one(entry({ timestamp, message: 'statement: x' })).timeMs).toBe(local + minutesToUtc * 60_000)
  })

  test('rejects a time zone that means several, unless the offset is given', () => {
    const line = entry({ timestamp: '2026-03-03 09:30:00 IST', message: 'statement: x' })
    const { rejects } = readStatements(postgresqlJson, line)
    expect(rejects[0]).toMatchObject({ reason: 'bad-time', message: expect.stringContaining('offset from UTC') })
    expect(one(line, 330).timeMs).toBe(Date.UTC(2026, 2, 3, 4, 0, 0))
    expect(postgresqlJson.recognise(bytesOf(`${line}\n`))).toBe(1)
  })

  test.each([
    ['a line that is no JSON', 'not-this-format', '{"timestamp":"2026-03-03 09:30:00 UTC","message":"stat'],
    ['JSON that is no object', 'not-this-format', '[1]'],
    ['an object of another log', 'unexpected-fields', '{"time":"2026-03-03T09:30:00Z","status":200}'],
    ['a severity that is none', 'unexpected-fields', entry({ error_severity: 'LOUD', message: 'x' })],
    ['a day that does not exist', 'bad-time', entry({ timestamp: '2026-02-30 09:30:00 UTC', message: 'x' })],
    ['an audit line without its fields', 'unexpected-fields', entry({ message: 'AUDIT: SESSION,1,1' })],
    ['a duration that is no number', 'bad-number', entry({ message: 'duration: long ms' })],
  ])('rejects %s', (_, reason, line) => {
    expect(reasonOf(line)).toBe(reason)
  })

  test('rejects never quote what the line holds', () => {
    const secret = 'zzsecretzz'
    const lines = [
      `{"${secret}`,
      secret,
      entry({ timestamp: secret, message: 'x' }),
      entry({ message: `AUDIT: ${secret}` }),
    ]
    const { rejects } = readStatements(postgresqlJson, lines.join('\n'))
    expect(rejects).toHaveLength(4)
    expect(JSON.stringify(rejects)).not.toContain(secret)
  })

  test('survives bytes that are not UTF-8, NUL, carriage returns and a byte order mark', () => {
    const bytes = Buffer.concat([
      Buffer.from('\ufeff'),
      Buffer.from(entry({ message: 'statement: SELECT 1#' }).replace('#', '\u00a7'), 'latin1'),
      Buffer.from('\r\n\0\n\r\n'),
    ])
    const { records, rejects, lines } = readStatements(postgresqlJson, bytes)
    expect(records[0]).toMatchObject({ text: 'SELECT 1\ufffd', place: { line: 1, offset: 3 } })
    expect(rejects).toHaveLength(1)
    expect(lines).toBe(3)
  })

  test('recognises its own sample, and a damaged one less surely', () => {
    expect(postgresqlJson.recognise(bytesOf(sampleOf('postgresql-json')))).toBe(1)
    const damaged = postgresqlJson.recognise(bytesOf(`${sampleOf('postgresql-json')}garbage\n`))
    expect(damaged).toBeGreaterThan(0.5)
    expect(damaged).toBeLessThan(1)
  })

  test('reads the same records however its bytes are cut, and never fails on any', () => {
    const line = fc.oneof(
      fc.constantFrom(...sampleOf('postgresql-json').split('\n')),
      anyText,
      fc
        .record({ message: fc.string(), detail: fc.string(), error_severity: fc.constantFrom('LOG', 'ERROR') })
        .map(entry),
    )
    fc.assert(
      fc.property(fc.array(line, { maxLength: 30 }), (lines) =>
        checkDatabaseFormat(postgresqlJson, bytesOf(lines.join('\n'))),
      ),
      { numRuns: 60, seed: 1 },
    )
  })
})

describe('the database formats', () => {
  const foreign = {
    'a combined access log':
      '192.0.2.1 - - [03/Mar/2026:09:30:00 +0000] "GET /?q=ERROR:  x HTTP/1.1" 200 5 "-" "curl"\n',
    'an access log in JSON': '{"time_iso8601":"2026-03-03T09:30:00+00:00","request":"GET / HTTP/1.1","status":"200"}\n',
    "Caddy's access log": '{"level":"info","ts":1772530200.1,"request":{"method":"GET","uri":"/"},"status":200}\n',
    'an IIS log': '#Fields: date time cs-method cs-uri-stem sc-status\n2026-03-03 09:30:00 GET / 200\n',
    'an nginx error log': '2026/03/03 09:30:00 [error] 7#7: *1 open() "/x" failed (2: No such file or directory)\n',
    'a CSV of something else': 'id,time,statement\n1,2026-03-03,"hello"\n',
    'a JSON array of something else': '[\n{"a":1},\n{"timestamp":"2026-03-03 09:30:00"}\n]\n',
    'XML of something else': '<?xml version="1.0"?>\n<feed>\n<entry/>\n</feed>\n',
    'a syslog': 'Mar  3 09:30:00 host sshd[42]: Accepted publickey for root\n',
    'plain prose': 'SELECT is a word.\nSo is LOG.\n',
    nothing: '',
  }

  test.each(Object.entries(foreign))('leave %s to others', (_, text) => {
    for (const format of databaseFormats)
      expect([format.name, format.recognise(bytesOf(text))]).toEqual([format.name, 0])
  })

  test('each recognise their own and no other', () => {
    const names = databaseFormats.map((format) => format.name)
    for (const name of names) {
      const sample = bytesOf(sampleOf(name))
      const sure = databaseFormats.map((format) => format.recognise(sample))
      expect(sure).toEqual(names.map((other) => (other === name ? 1 : 0)))
    }
  })
})

const corpora = process.env.BELLWETHER_CORPORA ?? '../shared/corpora'
const recording = `${corpora}/registration-site/dev/scenarios/sqlmap-default.postgres.jsonl.gz`
const readIfThere = (): Uint8Array | undefined => {
  try {
    return gunzipSync(readFileSync(recording))
  } catch {
    return undefined
  }
}

describe('a recording of the corpora', () => {
  const bytes = readIfThere()
  test.skipIf(bytes === undefined)('is read without a reject', () => {
    const { records, rejects, lines, skippedLines } = readStatements(postgresqlJson, bytes as Uint8Array)
    expect(rejects).toEqual([])
    expect(records.length + skippedLines).toBe(lines)
  })
})
