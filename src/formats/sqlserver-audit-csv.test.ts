import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { bytesOf, checkDatabaseFormat, readStatements } from '../../tests/fuzz/database-formats.ts'
import { sampleOf } from '../../tests/fuzz/database-samples.ts'
import { sqlserverAuditCsv } from './sqlserver-audit-csv.ts'

const read = (...lines: string[]): ReturnType<typeof readStatements> =>
  readStatements(sqlserverAuditCsv, `${lines.join('\r\n')}\r\n`)
const header = 'event_time,action_id,succeeded,session_id,server_principal_name,database_name,statement'
const row = (statement: string, more = ''): string =>
  `2026-03-03 09:30:00.1234567,SL  ,1,55,portal,Rolls,"${statement.replaceAll('"', '""')}"${more}`
const timeMs = Date.UTC(2026, 2, 3, 9, 30, 0, 123)

/** Any characters of one byte, and some that take more. */
const anyText = fc
  .uint8Array({ maxLength: 24 })
  .map((bytes) => Buffer.from(bytes).toString('latin1').replaceAll('\u00ff', '\u{1f5f3}'))

const utf16 = (text: string, order: 'le' | 'be'): Uint8Array => {
  const bytes = Buffer.from(`\ufeff${text}`, 'utf16le')
  return order === 'le' ? bytes : bytes.swap16()
}

describe('an audit export of SQL Server', () => {
  test('gives statements by the names of its columns, in whatever order', () => {
    const { records, rejects } = read(
      'statement,database_name,server_principal_name,event_time,response_rows,affected_rows,duration_milliseconds,client_ip,application_name,session_id,schema_name,object_name',
      'SELECT 1,Rolls,portal,2026-03-03 09:30:00.1234567,7,0,12,10.0.0.5,Portal,55,dbo,Voters',
    )
    expect(rejects).toEqual([])
    expect(records).toMatchObject([
      {
        phase: 'audit',
        timeMs,
        role: 'portal',
        database: 'Rolls',
        session: '55',
        application: 'Portal',
        remoteHost: '10.0.0.5',
        text: 'SELECT 1',
        rows: 7,
        durationMs: 12,
        objects: ['dbo.Voters'],
      },
    ])
  })

  test("is read with the Log File Viewer's names and a time of the United States", () => {
    const { records } = read(
      'Date,Event Time,Server Instance Name,Action ID,Succeeded,Session ID,Server Principal Name,Database Name,Statement',
      '3/3/2026 9:30:00 AM,3/3/2026 1:30:00 PM,DB1,SELECT,True,55,portal,Rolls,SELECT 1',
      '3/3/2026 9:30:00 AM,3/3/2026 12:00:00 AM,DB1,LOGIN SUCCEEDED,True,55,portal,master,-- network protocol: TCP/IP',
      '3/3/2026 9:30:00 AM,3/3/2026 12:00:01 AM,DB1,UPDATE,False,55,portal,Rolls,UPDATE x',
    )
    expect(records).toMatchObject([
      { phase: 'audit', timeMs: Date.UTC(2026, 2, 3, 13, 30, 0) },
      { phase: 'error', timeMs: Date.UTC(2026, 2, 3, 0, 0, 1) },
    ])
  })

  test.each([';', '\t'])('is read with the list separator %j', (separator) => {
    const { records } = read(
      header.replaceAll(',', separator),
      ['2026-03-03 09:30:00', 'SL', '1', '55', 'portal', 'Rolls', '"SELECT 1, 2"'].join(separator),
    )
    expect(records).toMatchObject([{ text: 'SELECT 1, 2', role: 'portal' }])
  })

  test('keeps the line ends and quotes of a statement, and counts its lines', () => {
    const { records } = read(header, row('SELECT "a"\r\n\r\nFROM dbo.Voters'), row('SELECT 2'))
    expect(records.map(({ text, place }) => [text, place.line])).toEqual([
      ['SELECT "a"\r\n\r\nFROM dbo.Voters', 2],
      ['SELECT 2', 5],
    ])
  })

  test.each(['le', 'be'] as const)(
    'is read in UTF-16 (%s), with places in bytes, however its bytes are cut',
    (order) => {
      const text = `${header}\r\n${row('SELECT N\u0027\u0a0a\u0a00\u{1f5f3}\u0027')}\r\n${row('SELECT 2')}\r\n`
      const bytes = utf16(text, order)
      expect(sqlserverAuditCsv.recognise(bytes)).toBe(1)
      const whole = readStatements(sqlserverAuditCsv, bytes)
      expect(whole.rejects).toEqual([])
      expect(whole.records.map((record) => record.text)).toEqual([
        'SELECT N\u0027\u0a0a\u0a00\u{1f5f3}\u0027',
        'SELECT 2',
      ])
      const { offset, length, line } = whole.records[1]?.place ?? { offset: 0, length: 0, line: 0 }
      const raw = Buffer.from(bytes.slice(offset, offset + length))
      expect((order === 'le' ? raw : raw.swap16()).toString('utf16le')).toBe(row('SELECT 2'))
      expect(line).toBe(3)
      for (const chunkBytes of [1, 7, 64])
        expect(readStatements(sqlserverAuditCsv, bytes, {}, chunkBytes)).toEqual(whole)
    },
  )

  test("is read behind UTF-8's byte order mark, and behind what spreadsheets and PowerShell put first", () => {
    for (const first of ['\ufeff', '\ufeffsep=,\r\n', '#TYPE System.Data.DataRow\r\n']) {
      const { records, rejects } = readStatements(sqlserverAuditCsv, `${first}${header}\r\n${row('SELECT 1')}\r\n`)
      expect([records.length, rejects.length]).toEqual([1, 0])
    }
  })

  test('makes one statement of the pieces that the server cut it into', () => {
    const columns = `${header},sequence_number`
    const { records } = read(
      columns,
      row('SELECT 1, ', ',1'),
      row('\u{1f5f3}', ',2'),
      row(', 3', ',3'),
      row('SELECT 2', ',1'),
    )
    expect(records.map(({ text, place }) => [text, place.line])).toEqual([
      ['SELECT 1, \u{1f5f3}, 3', 2],
      ['SELECT 2', 5],
    ])
    expect(read(columns, row(', 3', ',3')).rejects).toMatchObject([{ reason: 'truncated' }])
  })

  test('passes over a header that comes again, not one that a statement imitates', () => {
    const { records, rejects } = read(
      header,
      row('SELECT 1'),
      header,
      '2026-03-03 09:30:00,SL,1,55,portal,Rolls,;event_time;statement;action_id',
      row('SELECT 2'),
    )
    expect(rejects).toEqual([])
    expect(records.map(({ text }) => text)).toEqual(['SELECT 1', ';event_time;statement;action_id', 'SELECT 2'])
  })

  test('takes NULL for an empty value', () => {
    const { records, skippedLines } = read(
      header,
      '2026-03-03 09:30:00,SL,1,NULL,NULL,NULL,SELECT 1',
      '2026-03-03 09:30:00,SL,1,1,x,x,NULL',
    )
    expect(records).toMatchObject([{ role: '', database: '', session: '', text: 'SELECT 1' }])
    expect(skippedLines).toBe(2)
  })

  test.each([
    [
      'a row with a comma in a bare statement',
      'unexpected-fields',
      `${header}\n2026-03-03 09:30:00,SL,1,55,portal,Rolls,SELECT 1, 2`,
    ],
    ['a time that is none', 'bad-time', `${header}\nsoon,SL,1,55,portal,Rolls,SELECT 1`],
    ['a file without a header', 'unexpected-fields', row('SELECT 1')],
    ['a row that is cut off', 'truncated', `${header}\n2026-03-03 09:30:00,SL,1,55,portal,Rolls,"SELECT`],
  ])('rejects %s', (_, reason, text) => {
    expect(readStatements(sqlserverAuditCsv, text)).toMatchObject({ records: [], rejects: [{ reason }] })
  })

  test('reads the same records however its bytes are cut, and never fails on any', () => {
    const piece = fc.oneof(
      fc.constantFrom(...sampleOf('sqlserver-audit-csv').split('\n'), '"', ',,', '\r'),
      anyText,
      anyText.map((text) => row(text)),
    )
    const lines = fc.tuple(fc.constantFrom(header, `${header},sequence_number`, ''), fc.array(piece, { maxLength: 20 }))
    fc.assert(
      fc.property(lines, fc.constantFrom('utf8', 'le', 'be'), ([first, rest], encoding) => {
        const text = [first, ...rest].join('\n')
        checkDatabaseFormat(
          sqlserverAuditCsv,
          encoding === 'utf8' ? bytesOf(text) : utf16(text, encoding as 'le' | 'be'),
        )
      }),
      { numRuns: 60, seed: 1 },
    )
  })
})
