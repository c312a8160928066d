import { describe, expect, test } from 'vitest'
import type { Reject } from '../core/place.ts'
import { combined } from './combined.ts'
import { databaseFormats } from './database-formats.ts'
import type { Chunk } from './format.ts'
import { recogniseFormat } from './formats.ts'
import { RequestBatch } from './request-batch.ts'
import type { StatementRecord } from './statement.ts'
import { EnvelopeReader, stripEnvelope } from './syslog-envelope.ts'
import { parseSyslogHeader } from './syslog-header.ts'

const bytesOf = (text: string): Uint8Array => Buffer.from(text, 'utf8')
const chunkOf = (text: string, last = true): Chunk => {
  const bytes = bytesOf(`??${text}??`)
  return { source: 'journal', bytes, start: 2, end: bytes.length - 2, offset: 1_000, line: 11, last }
}
const request = (path: string): string =>
  `192.0.2.1 - - [23/Jun/2026:02:52:48 +0000] "GET ${path} HTTP/1.1" 200 512 "-" "Mozilla/5.0"`

function header(line: string, options = {}) {
  const bytes = bytesOf(line)
  const found = parseSyslogHeader(bytes, 0, bytes.length, options)
  if (found === undefined) return undefined
  const { messageStart, ...rest } = found
  return { ...rest, message: Buffer.from(bytes.subarray(messageStart)).toString('utf8') }
}

const nothing = { host: '', app: '', procid: '', msgid: '', structured: '' }

describe('the header of a syslog message', () => {
  test('of RFC 5424 is read with its structured data, and a byte order mark is no part of the message', () => {
    const line =
      '<165>1 2003-10-11T22:14:15.003Z mymachine.example.com evntslog 12 ID47 [a@1 k="v] \\" \\]"][b@2] \ufeffAn event'
    expect(header(line)).toEqual({
      facility: 20,
      severity: 5,
      timeMs: Date.UTC(2003, 9, 11, 22, 14, 15, 3),
      host: 'mymachine.example.com',
      app: 'evntslog',
      procid: '12',
      msgid: 'ID47',
      structured: '[a@1 k="v] \\" \\]"][b@2]',
      message: 'An event',
    })
    expect(header('<34>1 - - - - - -')).toEqual({ facility: 4, severity: 2, ...nothing, message: '' })
    expect(header('<34>1 2003-10-11T22:14:15+02:00 h a - - - x')?.timeMs).toBe(Date.UTC(2003, 9, 11, 20, 14, 15))
  })

  test('of RFC 3164 is read as its senders write it', () => {
    const referenceMs = Date.UTC(2026, 0, 2)
    const read = (line: string) => header(line, { referenceMs })
    expect(read('<34>Oct 11 22:14:15 mymachine su: failed')).toEqual({
      ...{ facility: 4, severity: 2, ...nothing, timeMs: Date.UTC(2025, 9, 11, 22, 14, 15) },
      ...{ host: 'mymachine', app: 'su', message: 'failed' },
    })
    expect(read('<30>Jan  2 01:02:03 web1 sshd[812]: Accepted')).toMatchObject({ app: 'sshd', procid: '812' })
    expect(read('<30>Jan 2 2024 01:02:03.5 UTC: %SYS-5: text')?.timeMs).toBe(Date.UTC(2024, 0, 2, 1, 2, 3, 500))
    expect(read('<30>2026-01-02T03:04:05.25+01:00 web1 app: hello')).toMatchObject({
      timeMs: Date.UTC(2026, 0, 2, 2, 4, 5, 250),
      host: 'web1',
      app: 'app',
      message: 'hello',
    })
    expect(read('<13>just text: with a colon')).toMatchObject({ host: '', app: '', message: 'just text: with a colon' })
    expect(read('<13>Jan  1 00:00:00 2001:db8::1 app: x')).toMatchObject({ host: '2001:db8::1', app: 'app' })
  })

  test("of nginx's own syslog is read with and without a host", () => {
    const line = `<190>Jun 23 02:52:48 web1 nginx: ${request('/')}`
    expect(header(line)).toEqual({
      facility: 23,
      severity: 6,
      ...nothing,
      host: 'web1',
      app: 'nginx',
      message: request('/'),
    })
    expect(header(line.replace('web1 ', ''))).toMatchObject({ host: '', app: 'nginx', message: request('/') })
  })

  test('is missing where no priority stands there', () => {
    for (const line of ['', '<', '<>1 - ', '<192>x', '<1234>x', 'text', '<1', '<a>'])
      expect(header(line)).toBeUndefined()
  })

  test('without a year is nearest to the time at which it came', () => {
    const at = (referenceMs: number) => header('<1>Dec 31 23:59:59 h a: x', { referenceMs })?.timeMs
    expect(at(Date.UTC(2026, 0, 1))).toBe(Date.UTC(2025, 11, 31, 23, 59, 59))
    expect(at(Date.UTC(2026, 11, 31))).toBe(Date.UTC(2026, 11, 31, 23, 59, 59))
    expect(header('<1>Dec 31 23:59:59 h a: x')?.timeMs).toBeUndefined()
    expect(header('<1>Feb 29 00:00:00 h a: x', { referenceMs: Date.UTC(2028, 5, 1) })?.timeMs).toBe(
      Date.UTC(2028, 1, 29),
    )
    expect(header('<1>Feb 31 00:00:00 h a: x', { referenceMs: 0 })?.timeMs).toBeUndefined()
  })
})

describe('requests within syslog lines', () => {
  test('are read, and placed where their whole lines stand', () => {
    const lines = [
      `<190>Jun 23 02:52:48 web1 nginx: ${request('/a')}`,
      '<190>1 2026-06-23T02:52:48Z web1 nginx - - - no request',
      `<190>1 2026-06-23T02:52:48Z web1 nginx - - - ${request('/b#012')}\r`,
      request('/c'),
    ]
    const chunk = chunkOf(`${lines.join('\n')}\n`)
    const batch = new RequestBatch(10)
    const rejects: Reject[] = []
    const reader = EnvelopeReader.ofRequests(combined.open({}))
    expect(reader.read(chunk, batch, rejects)).toEqual({ bytes: chunk.end - chunk.start, lines: 4 })
    expect([0, 1, 2].map((record) => batch.text(record, 2))).toEqual(['/a', '/b#012', '/c'])
    const [first = '', second = '', third = ''] = lines
    expect(batch.place(0)).toEqual({ source: 'journal', line: 11, offset: 1_000, length: first.length })
    expect(rejects[0]?.place).toEqual({
      source: 'journal',
      line: 12,
      offset: 1_001 + first.length,
      length: second.length,
    })
    const thirdAt = 1_002 + first.length + second.length
    expect(batch.place(1)).toEqual({ source: 'journal', line: 13, offset: thirdAt, length: third.length - 1 })
    expect(reader.headerAt(thirdAt)).toMatchObject({ host: 'web1', app: 'nginx' })
    expect(batch.place(2).line).toBe(14)
  })

  test('that do not fit in a batch come again', () => {
    const line = `<190>Jun 23 02:52:48 web1 nginx: ${request('/a')}\n`
    const reader = EnvelopeReader.ofRequests(combined.open({}))
    expect(reader.read(chunkOf(line.repeat(3)), new RequestBatch(2), [])).toEqual({ bytes: line.length * 2, lines: 2 })
  })

  test('are recognised by their inner lines', () => {
    const sample = bytesOf(`<190>Jun 23 02:52:48 web1 nginx: ${request('/a')}\n`.repeat(5))
    expect(recogniseFormat(stripEnvelope(sample))?.name).toBe('combined')
    expect(Buffer.from(stripEnvelope(bytesOf('<1>1 - - - - - - half'))).toString()).toBe('half')
  })
})

describe('statements within syslog lines', () => {
  const format = databaseFormats.find(({ name }) => name === 'postgresql-text')
  const prefix = '2026-06-23 02:52:48.123 UTC [812] web@voters LOG:  '
  const read = (text: string, last = true) => {
    if (format?.kind !== 'statements') throw new Error('the format is gone')
    const records: StatementRecord[] = []
    const rejects: Reject[] = []
    const chunk = chunkOf(text, last)
    const progress = EnvelopeReader.ofStatements(format.open({})).read(chunk, records, rejects)
    return { records, rejects, progress, whole: chunk.end - chunk.start }
  }

  test('of several lines are put together again from #012', () => {
    const first = `<134>1 2026-06-23T02:52:48Z db1 postgres 812 - - ${prefix}statement: SELECT 1#012#011-- x#012UNION SELECT 2`
    const second = `<134>1 2026-06-23T02:52:48Z db1 postgres 812 - - ${prefix}statement: SELECT 3`
    const { records, rejects, progress, whole } = read(`${first}\n${second}\n`)
    expect(rejects).toEqual([])
    expect(records.map(({ text }) => text)).toEqual(['SELECT 1\n-- x\nUNION SELECT 2', 'SELECT 3'])
    expect(records[0]?.place).toEqual({ source: 'journal', line: 11, offset: 1_000, length: first.length })
    expect(records[1]?.place).toMatchObject({ line: 12, offset: 1_001 + first.length, length: second.length })
    expect(progress).toEqual({ bytes: whole, lines: 2 })
  })

  test('cannot forge an entry by holding #012', () => {
    const forged = `SELECT '#012${prefix}statement: DROP TABLE voters'`
    const { records } = read(`<134>1 - db1 postgres - - - ${prefix}statement: ${forged}\n`)
    expect(records).toHaveLength(1)
  })
})
