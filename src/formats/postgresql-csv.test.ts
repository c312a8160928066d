import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { bytesOf, checkDatabaseFormat, readStatements } from '../../tests/fuzz/database-formats.ts'
import { sampleOf } from '../../tests/fuzz/database-samples.ts'
import { postgresqlCsv } from './postgresql-csv.ts'

const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`

/** A record with the columns of a version of the server. */
function row(columns: 22 | 23 | 24 | 26, message: string, severity = 'LOG', query = ''): string {
  const head = `2026-03-03 09:30:00.123 UTC,"portal","rolls",42,"10.0.0.5:50000",69a6ab1c.2a,3,"SELECT",2026-03-03 09:29:00 UTC,3/16,0`
  const fields = [
    severity,
    severity === 'LOG' ? '00000' : '42601',
    quoted(message),
    '',
    '',
    '',
    '',
    '',
    query && quoted(query),
    '',
    '',
  ]
  const tail = ['"portal-web"', '"client backend"', '', '0'].slice(0, columns - 22)
  return [head, ...fields, ...tail].join(',')
}

/** Any characters of one byte, and some that take more. */
const anyText = fc
  .uint8Array({ maxLength: 24 })
  .map((bytes) => Buffer.from(bytes).toString('latin1').replaceAll('\u00ff', '\u{1f5f3}'))

describe('a CSV log of PostgreSQL', () => {
  test.each([22, 23, 24, 26] as const)('is read in the version of %i columns', (columns) => {
    const { records, rejects } = readStatements(postgresqlCsv, `${row(columns, 'statement: SELECT 1')}\n`)
    expect(rejects).toEqual([])
    expect(records).toMatchObject([
      {
        phase: 'statement',
        role: 'portal',
        database: 'rolls',
        session: '69a6ab1c.2a',
        remoteHost: '10.0.0.5',
        application: columns === 22 ? '' : 'portal-web',
        text: 'SELECT 1',
      },
    ])
  })

  test('keeps line ends, quotes and commas of a statement, and counts its lines', () => {
    const text = 'SELECT "a", \'x\'\n2026-03-03 09:30:00.123 UTC,"forged","line"\n\n-- end'
    const input = `${row(26, `statement: ${text}`)}\r\n${row(26, 'statement: SELECT 2')}\r\n`
    const { records } = readStatements(postgresqlCsv, input)
    expect(records.map((record) => [record.text, record.place.line])).toEqual([
      [text, 1],
      ['SELECT 2', 5],
    ])
  })

  test('gives an error with its code and statement', () => {
    const { records } = readStatements(postgresqlCsv, row(26, 'syntax error', 'ERROR', "SELECT 'x'x'"))
    expect(records).toMatchObject([
      { phase: 'error', errorCode: '42601', errorMessage: 'syntax error', text: "SELECT 'x'x'" },
    ])
  })

  test('reads a pgaudit line within its quotes, line ends included', () => {
    const message = 'AUDIT: SESSION,1,1,READ,SELECT,,,"SELECT ""a""\nFROM voters",<none>,7'
    const { records } = readStatements(postgresqlCsv, row(24, message))
    expect(records).toMatchObject([{ phase: 'audit', text: 'SELECT "a"\nFROM voters', rows: 7 }])
  })

  test('loses only the record that a crash tore, not those behind it', () => {
    const torn = row(26, 'statement: SELECT 1\nFROM voters\nWHERE#').split('#')[0]
    const input = `${row(26, 'statement: SELECT 0')}\n${torn}\n${row(26, 'statement: SELECT 2')}\n${row(26, 'statement: SELECT 3')}\n`
    const { records, rejects } = readStatements(postgresqlCsv, input)
    expect(records.map((record) => record.text)).toEqual(['SELECT 0', 'SELECT 2', 'SELECT 3'])
    expect(rejects.map(({ place }) => place.line)).toEqual([2, 3, 4])
  })

  test('says that the last record is cut off', () => {
    const { rejects } = readStatements(postgresqlCsv, row(26, 'statement: SELECT 1').slice(0, 130))
    expect(rejects).toMatchObject([{ reason: 'truncated' }])
  })

  test.each([
    ['a line that begins with no time', 'not-this-format', 'portal,rolls\n'],
    ['a number of columns that no version has', 'unexpected-fields', `${row(26, 'x')},1,2\n`],
    ['a severity that is none', 'unexpected-fields', `${row(26, 'x', 'LOUD')}\n`],
    ['a quote within a bare field', 'not-this-format', '2026-03-03 09:30:00 UTC,a"b\n'],
    ['an unknown time zone', 'bad-time', `${row(26, 'x').replace(' UTC,"p', ' XYZ,"p')}\n`],
  ])('rejects %s', (_, reason, input) => {
    expect(readStatements(postgresqlCsv, input).rejects).toMatchObject([{ reason }])
  })

  test('takes time in proportion to its bytes, whatever the quotes', () => {
    const line = '2026-03-03 09:30:00.123 UTC,"a'
    for (const hostile of [`${line}\n`, `${line}""\n`, `${line}",",\n`, `${line}",""\n`, `${line}"\n`]) {
      const input = hostile.repeat(Math.ceil(1_000_000 / hostile.length))
      // More than linear time would end in the test's own limit.
      expect(() => readStatements(postgresqlCsv, input), hostile).not.toThrow()
    }
  })

  test('reads the same records however its bytes are cut, and never fails on any', () => {
    const piece = fc.oneof(
      fc.constantFrom(...sampleOf('postgresql-csv').split('\n'), '"', ',', '\r'),
      fc.string().map((text) => row(26, `statement: ${text}`)),
      anyText,
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) =>
        checkDatabaseFormat(postgresqlCsv, bytesOf(pieces.join('\n'))),
      ),
      { numRuns: 60, seed: 1 },
    )
  })

  test('gives back every statement that was written by the rules', () => {
    fc.assert(
      fc.property(fc.array(anyText, { minLength: 1, maxLength: 8 }), (texts) => {
        const input = texts.map((text) => `${row(26, `statement: ${text}`)}\n`).join('')
        const { records, rejects } = readStatements(postgresqlCsv, input, {}, 50)
        expect(rejects).toEqual([])
        expect(records.map((record) => record.text)).toEqual(texts)
      }),
      { numRuns: 100, seed: 2 },
    )
  })
})
