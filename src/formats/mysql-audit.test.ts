import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { bytesOf, checkDatabaseFormat, readStatements } from '../../tests/fuzz/database-formats.ts'
import { sampleOf } from '../../tests/fuzz/database-samples.ts'
import { mysqlAudit } from './mysql-audit.ts'

const read = (...lines: string[]): ReturnType<typeof readStatements> =>
  readStatements(mysqlAudit, `${lines.join('\n')}\n`)
const timeMs = Date.UTC(2026, 2, 3, 9, 30, 0)

/** Any characters of one byte, and some that take more. */
const anyText = fc
  .uint8Array({ maxLength: 24 })
  .map((bytes) => Buffer.from(bytes).toString('latin1').replaceAll('\u00ff', '\u{1f5f3}'))

describe('an audit log in JSON', () => {
  const general = (event: string, data: object, more: object = {}): object => ({
    timestamp: '2026-03-03 09:30:00',
    id: 1,
    class: 'general',
    event,
    connection_id: 8,
    account: { user: 'portal', host: 'web' },
    login: { user: 'portal', os: '', ip: '10.0.0.5', proxy: '' },
    general_data: data,
    ...more,
  })
  const select = { command: 'Query', sql_command: 'select', query: 'SELECT "a"\nFROM voters', status: 0 }

  test.each([
    ['an entry a line', (entries: object[]) => `[\n${entries.map((entry) => JSON.stringify(entry)).join(',\n')}\n]`],
    ['entries over several lines', (entries: object[]) => JSON.stringify(entries, null, 2)],
    [
      'brackets beside entries',
      (entries: object[]) => `[${entries.map((entry) => JSON.stringify(entry)).join('\n,')}]`,
    ],
  ])("is read in MySQL Enterprise Audit's array with %s", (_, write) => {
    const statistics = { query_statistics: { query_time: 0.25, rows_sent: 7, rows_examined: 50_000 } }
    const { records, rejects } = read(
      write([general('status', select, statistics), general('status', { ...select, status: 1064 })]),
    )
    expect(rejects).toEqual([])
    expect(records).toMatchObject([
      {
        phase: 'audit',
        timeMs,
        role: 'portal',
        session: '8',
        remoteHost: '10.0.0.5',
        text: select.query,
        rows: 7,
        durationMs: 250,
      },
      { phase: 'error', errorCode: '1064', text: select.query },
    ])
  })

  test('tells which table an access touched', () => {
    const entry = general(
      'read',
      {},
      { class: 'table_access', table_access_data: { db: 'rolls', table: 'voters', query: 'SELECT 1' } },
    )
    expect(read(JSON.stringify(entry)).records).toMatchObject([
      { phase: 'audit', database: 'rolls', objects: ['rolls.voters'] },
    ])
  })

  test("counts a statement of Percona's audit log filter once, where it is logged at its start, run and end", () => {
    const query = (event: string): object => ({ ...general(event, {}), class: 'query', query_data: select })
    const cycle = [general('log', select), query('query_start'), general('status', select), query('query_status_end')]
    expect(read(...cycle.map((entry) => JSON.stringify(entry))).records).toHaveLength(1)
    expect(read(JSON.stringify(query('query_status_end'))).records).toHaveLength(1)
  })

  test("is read in Percona's plugin's form, with tabs that the plugin does not escape", () => {
    const line =
      '{"audit_record":{"name":"Query","record":"2_2026","timestamp":"2026-03-03T09:30:00Z","command_class":"select","connection_id":"9","status":0,"sqltext":"SELECT\t1 \\"x\\"","user":"portal[portal] @ web [10.0.0.5]","host":"web","os_user":"","ip":"10.0.0.5","db":"rolls"}}'
    expect(read(line).records).toMatchObject([
      {
        phase: 'audit',
        timeMs,
        role: 'portal',
        database: 'rolls',
        session: '9',
        remoteHost: '10.0.0.5',
        text: 'SELECT\t1 "x"',
      },
    ])
  })

  test("is read in the former McAfee plugin's form", () => {
    const line = JSON.stringify({
      'msg-type': 'activity',
      date: String(timeMs),
      'thread-id': '9',
      user: 'portal',
      host: 'web',
      ip: '10.0.0.5',
      rows: '7',
      status: '0',
      cmd: 'select',
      objects: [{ db: 'rolls', name: 'voters', obj_type: 'TABLE' }],
      query: 'SELECT 1',
    })
    expect(read(line).records).toMatchObject([
      { timeMs, session: '9', rows: 7, objects: ['rolls.voters'], text: 'SELECT 1' },
    ])
  })

  test('loses only the entry that a crash tore', () => {
    const whole = JSON.stringify(general('status', select), null, 1)
    const { records, rejects } = read(whole.slice(0, 60), `${whole},`, whole)
    expect(records).toHaveLength(2)
    expect(rejects.length).toBeGreaterThan(0)
  })

  test('passes over sign-ins and statements that are only prepared', () => {
    const { records, rejects } = read(
      JSON.stringify(general('status', { ...select, command: 'Prepare' })),
      JSON.stringify({
        timestamp: '2026-03-03 09:30:00',
        id: 1,
        class: 'connection',
        event: 'connect',
        connection_id: 8,
      }),
    )
    expect([records, rejects]).toEqual([[], []])
  })
})

describe('an audit log in XML', () => {
  test('is read in elements, with entities and line ends', () => {
    const { records, rejects } = read(
      '<?xml version="1.0" encoding="utf-8"?>',
      '<AUDIT>',
      ' <AUDIT_RECORD>',
      '  <TIMESTAMP>2026-03-03T09:30:00 UTC</TIMESTAMP>',
      '  <NAME>Query</NAME>',
      '  <CONNECTION_ID>8</CONNECTION_ID>',
      '  <STATUS>0</STATUS>',
      '  <USER>portal[portal] @ web [10.0.0.5]</USER>',
      '  <OS_LOGIN/>',
      '  <SQLTEXT>SELECT &quot;a&quot; &lt;&#10;&amp;lt; &bogus;',
      'FROM voters</SQLTEXT>',
      '  <DB>rolls</DB>',
      ' </AUDIT_RECORD>',
      '</AUDIT>',
    )
    expect(rejects).toEqual([])
    expect(records).toMatchObject([
      {
        phase: 'audit',
        timeMs,
        role: 'portal',
        remoteHost: '10.0.0.5',
        database: 'rolls',
        text: 'SELECT "a" <\n&lt; &bogus;\nFROM voters',
        place: { line: 3 },
      },
    ])
  })

  test.each([
    ['as the manual shows it', '"NAME"="Query"', '"TIMESTAMP"="2026-03-03T09:30:00 UTC"', '"SQLTEXT"="SELECT 1 /&gt;"'],
    ['as the plugin writes it', 'NAME="Query"', 'TIMESTAMP="2026-03-03T09:30:00 UTC"', 'SQLTEXT="SELECT 1 /&gt;"'],
  ])('is read in attributes %s', (_, ...attributes) => {
    const { records, rejects } = read('<AUDIT_RECORD', ...attributes.map((attribute) => `  ${attribute}`), '/>')
    expect(rejects).toEqual([])
    expect(records).toMatchObject([{ timeMs, text: 'SELECT 1 />' }])
  })

  test('loses only the record that a crash tore', () => {
    const record = [
      '<AUDIT_RECORD>',
      '<TIMESTAMP>2026-03-03T09:30:00 UTC</TIMESTAMP>',
      '<NAME>Query</NAME>',
      '<SQLTEXT>SELECT 1</SQLTEXT>',
      '</AUDIT_RECORD>',
    ]
    const { records, rejects } = read(...record.slice(0, 3), ...record, ...record)
    expect([records.length, rejects.length]).toEqual([2, 3])
  })
})

describe('an audit log in lines', () => {
  const start = '20260303 09:30:00,db1,portal,10.0.0.5,8,77'

  test("is read in the form of MariaDB's server_audit, its escapes undone, in the local time that is given", () => {
    const line = `${start},QUERY,rolls,'SELECT \\'a,b\\',\\n\\t"x" \\\\ y',0`
    const { records } = readStatements(mysqlAudit, line, { utcOffsetMinutes: -360 })
    expect(records).toMatchObject([
      {
        phase: 'audit',
        timeMs: timeMs + 360 * 60_000,
        role: 'portal',
        database: 'rolls',
        session: '8',
        remoteHost: '10.0.0.5',
        text: 'SELECT \'a,b\',\n\t"x" \\ y',
      },
    ])
  })

  test('gives failures, and the tables that statements touched', () => {
    const { records, skippedLines } = read(
      `${start},QUERY,rolls,'SELECT',1064`,
      `${start},READ,rolls,voters,`,
      `${start},CONNECT,,,0`,
      "1772530200000000,db1,portal,10.0.0.5,8,77,QUERY,rolls,'SELECT 1',0",
    )
    expect(records).toMatchObject([
      { phase: 'error', errorCode: '1064' },
      { phase: 'audit', text: '', objects: ['rolls.voters'] },
      { phase: 'audit', timeMs, text: 'SELECT 1' },
    ])
    expect(skippedLines).toBe(1)
  })

  test("is read in Percona's CSV, line ends included", () => {
    const { records } = read(
      '"Query","5_2026","2026-03-03T09:30:00 UTC","select","8",0,"SELECT ""a"",',
      '1","portal[portal] @ web [10.0.0.5]","web","","10.0.0.5","rolls"',
      '"Quit","6_2026","2026-03-03T09:30:00 UTC","8",0,"portal","portal","","","web","10.0.0.5","rolls"',
    )
    expect(records).toMatchObject([{ timeMs, text: 'SELECT "a",\n1', database: 'rolls', role: 'portal' }])
  })

  test.each([
    ['a line of something else', 'not-this-format', 'hello'],
    ['a statement that is not closed', 'truncated', `${start},QUERY,rolls,'SELECT`],
    ['an operation that is none', 'unexpected-fields', `${start},DANCE,rolls,,0`],
    ['a day that does not exist', 'bad-time', "20260231 09:30:00,db1,portal,web,8,77,QUERY,rolls,'x',0"],
    ['an object without the fields of an entry', 'unexpected-fields', '{"a":1}'],
    ['an object that is cut off', 'truncated', '{"timestamp":"2026-03-03 09:30:00",'],
  ])('rejects %s', (_, reason, line) => {
    expect(read(line)).toMatchObject({ records: [], rejects: [{ reason }] })
  })

  test('takes time in proportion to its bytes, whatever stays open', () => {
    for (const hostile of [
      '{\n',
      '{"a":\n',
      '{"a":[\n',
      '<AUDIT_RECORD>\n',
      '<AUDIT_RECORD\n',
      '<AUDIT_RECORD a="\n',
      '"\n',
      '"Query","\n',
    ]) {
      // More than linear time would end in the test's own limit.
      const input = hostile.repeat(Math.ceil(500_000 / hostile.length))
      expect(() => readStatements(mysqlAudit, input), hostile).not.toThrow()
    }
  })

  test('reads the same records however its bytes are cut, and never fails on any', () => {
    const piece = fc.oneof(
      fc.constantFrom(...sampleOf('mysql-audit').split('\n'), '{', '"', '\\', '</AUDIT_RECORD>'),
      anyText,
      anyText.map((text) => `${start},QUERY,rolls,'${text}',0`),
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) =>
        checkDatabaseFormat(mysqlAudit, bytesOf(pieces.join('\n'))),
      ),
      { numRuns: 60, seed: 1 },
    )
  })
})
