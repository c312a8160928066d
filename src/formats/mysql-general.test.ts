import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { bytesOf, checkDatabaseFormat, readStatements } from '../../tests/fuzz/database-formats.ts'
import { sampleOf } from '../../tests/fuzz/database-samples.ts'
import { limits } from '../core/limits.ts'
import { mysqlGeneral } from './mysql-general.ts'

const read = (...lines: string[]): ReturnType<typeof readStatements> =>
  readStatements(mysqlGeneral, `${lines.join('\n')}\n`)
const iso = '2026-03-03T09:30:00.123456Z'

/** Any characters of one byte, and some that take more. */
const anyText = fc
  .uint8Array({ maxLength: 24 })
  .map((bytes) => Buffer.from(bytes).toString('latin1').replaceAll('\u00ff', '\u{1f5f3}'))

describe('a general log of MySQL', () => {
  test('gives statements with the role, host and database that the connection began with', () => {
    const { records } = read(
      `${iso}\t    8 Connect\tportal@10.0.0.5 on rolls using TCP/IP`,
      `${iso}\t    8 Query\tSELECT 1`,
      `${iso}\t    9 Query\tSELECT 2`,
      `${iso}\t    8 Init DB\tarchive`,
      `${iso}\t    8 Query\tSELECT 3`,
      `${iso}\t    8 Query\tuse \`rolls\``,
      `${iso}\t    8 Execute\tSELECT 4`,
      `${iso}\t    8 Quit\t`,
      `${iso}\t    8 Query\tSELECT 5`,
    )
    expect(records.map(({ role, database, text }) => [role, database, text])).toEqual([
      ['portal', 'rolls', 'SELECT 1'],
      ['', '', 'SELECT 2'],
      ['portal', 'archive', 'SELECT 3'],
      ['portal', 'archive', 'use `rolls`'],
      ['portal', 'rolls', 'SELECT 4'],
      ['', '', 'SELECT 5'],
    ])
    expect(records[0]).toMatchObject({
      phase: 'statement',
      timeMs: Date.UTC(2026, 2, 3, 9, 30, 0, 123),
      session: '8',
      remoteHost: '10.0.0.5',
      place: { line: 2 },
    })
  })

  test.each([
    ['portal@localhost on  using Socket', 'portal', 'localhost', ''],
    ['portal@localhost on rolls', 'portal', 'localhost', 'rolls'],
    ['portal@web.example as anonymous on rolls', 'portal', 'web.example', 'rolls'],
    ['first@last@10.0.0.5 on rolls using SSL/TLS', 'first@last', '10.0.0.5', 'rolls'],
    ["Access denied for user 'portal'@'10.0.0.5' (using password: YES)", '', '', ''],
  ])('reads the sign-in %s', (argument, role, remoteHost, database) => {
    const { records } = read(`${iso}\t    8 Connect\t${argument}`, `${iso}\t    8 Query\tSELECT 1`)
    expect(records).toMatchObject([{ role, remoteHost, database }])
  })

  test('carries the time over to the entries of the same second, in the local time that is given', () => {
    const lines = [
      '260303  9:30:00\t    8 Query\tSELECT 1',
      '\t\t    8 Query\tSELECT 2',
      '260303 19:30:01\t    8 Query\tSELECT 3',
    ]
    const times = (utcOffsetMinutes?: number): string[] =>
      readStatements(
        mysqlGeneral,
        lines.join('\n'),
        utcOffsetMinutes === undefined ? {} : { utcOffsetMinutes },
      ).records.map(({ timeMs }) => new Date(timeMs).toISOString())
    expect(times()).toEqual(['2026-03-03T09:30:00.000Z', '2026-03-03T09:30:00.000Z', '2026-03-03T19:30:01.000Z'])
    expect(times(-360)).toEqual(['2026-03-03T15:30:00.000Z', '2026-03-03T15:30:00.000Z', '2026-03-04T01:30:01.000Z'])
  })

  test('reads times with an offset, as log_timestamps=SYSTEM writes them', () => {
    const { records } = read('2026-03-03T09:30:00.123456-06:00\t    8 Query\tSELECT 1')
    expect(records).toMatchObject([{ timeMs: Date.UTC(2026, 2, 3, 15, 30, 0, 123) }])
  })

  test('keeps the further lines of a statement, blank ones and tabs too', () => {
    const text = "SELECT id\n\tFROM voters\n\n12 WHERE last = 'x\ty'"
    const { records } = read(`${iso}\t    8 Query\t${text}`, `${iso}\t    8 Query\tSELECT 2`)
    expect(records.map((record) => [record.text, record.place.line])).toEqual([
      [text, 1],
      ['SELECT 2', 5],
    ])
  })

  test('reads the padded columns of old servers', () => {
    const { records } = read(
      '080203 10:11:12\t      1 Connect     portal@localhost on rolls',
      '\t\t      1 Query       SELECT 1',
    )
    expect(records).toMatchObject([{ role: 'portal', text: 'SELECT 1', session: '1' }])
  })

  test('passes over other commands and the banner of a restart', () => {
    const { records, rejects, skippedLines } = read(
      `${iso}\t    8 Prepare\tSELECT ?`,
      `${iso}\t    8 Query\tSELECT 1`,
      'C:\\MySQL\\bin\\mysqld.exe, Version: 5.7.44 (MySQL Community Server (GPL)). started with:',
      'Tcp port: 3306  Unix socket: (null)',
      'Time                 Id Command    Argument',
      `${iso}\t    8 Close stmt\t`,
    )
    expect([records.map(({ text }) => text), rejects, skippedLines]).toEqual([['SELECT 1'], [], 5])
  })

  test.each([
    ['a line that continues nothing', 'not-this-format', 'FROM voters'],
    ['a command that is none', 'not-this-format', `${iso}\t    8 Dance\tSELECT 1`],
    ['an entry whose time stands in another file', 'bad-time', '\t\t    8 Query\tSELECT 1'],
    ['a day that does not exist', 'bad-time', '260231  9:30:00\t    8 Query\tSELECT 1'],
  ])('rejects %s', (_, reason, line) => {
    expect(read(line)).toMatchObject({ records: [], rejects: [{ reason }] })
  })

  test('remembers a bounded number of connections', () => {
    const count = limits.databaseSessionsMax + 1
    const connects = Array.from({ length: count }, (_, id) => `${iso}\t${id} Connect\tportal@web on rolls`)
    const { records } = read(...connects, `${iso}\t0 Query\tSELECT 1`, `${iso}\t1 Query\tSELECT 2`)
    expect(records.map(({ role }) => role)).toEqual(['', 'portal'])
  })

  test('rejects a statement that is longer than any, and reads on', () => {
    const long = `${iso}\t    8 Query\tSELECT\n${`${'x'.repeat(999)}\n`.repeat(limits.recordBytesMax / 1000 + 1)}`
    const { records, rejects } = readStatements(mysqlGeneral, `${long}${iso}\t    8 Query\tSELECT 2\n`)
    expect(records).toMatchObject([{ text: 'SELECT 2' }])
    expect(rejects).toMatchObject([{ reason: 'line-too-long' }])
  })

  test('reads the same records however its bytes are cut, and never fails on any', () => {
    const piece = fc.oneof(
      fc.constantFrom(...sampleOf('mysql-general').split('\n'), '\t\t', '', '260303  9:30:00\t'),
      anyText,
      anyText.map((text) => `${iso}\t    8 Query\t${text}`),
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) =>
        checkDatabaseFormat(mysqlGeneral, bytesOf(pieces.join('\n'))),
      ),
      { numRuns: 60, seed: 1 },
    )
  })
})
