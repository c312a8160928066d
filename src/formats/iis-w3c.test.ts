import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { bytesOf, checkWebFormat, type PlainRequest, readRequests } from '../../tests/fuzz/web-formats.ts'
import { limits } from '../core/limits.ts'
import { iisW3c } from './iis-w3c.ts'

const head = [
  '#Software: Microsoft Internet Information Services 10.0',
  '#Version: 1.0',
  '#Date: 2026-06-23 00:00:00',
  '#Fields: date time s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip cs(User-Agent) cs(Referer) sc-status sc-substatus sc-win32-status time-taken',
].join('\r\n')
const eventMs = Date.UTC(2026, 5, 23, 2, 52, 48)
const line =
  '2026-06-23 02:52:48 10.0.0.5 GET /status dl=D1&x=a+b 443 OFFICE\\clerk 192.0.2.1 Mozilla/5.0+(Windows+NT+10.0) https://vote.example/ 200 0 0 57'

const recordsOf = (...lines: string[]): readonly PlainRequest[] => {
  const { records, rejects } = readRequests(iisW3c, `${lines.join('\r\n')}\r\n`)
  expect(rejects).toEqual([])
  return records
}
const reasonOf = (...lines: string[]): readonly [string, string] => {
  const { records, rejects } = readRequests(iisW3c, lines.join('\r\n'))
  expect(records).toEqual([])
  return [rejects[0]?.reason ?? '', rejects[0]?.message ?? '']
}

describe('an IIS log', () => {
  test('gives every field that its #Fields line names', () => {
    expect(recordsOf(head, line)[0]).toEqual({
      client: '192.0.2.1',
      method: 'GET',
      target: '/status?dl=D1&x=a+b',
      referer: 'https://vote.example/',
      agent: 'Mozilla/5.0 (Windows NT 10.0)',
      user: 'OFFICE\\clerk',
      forwarded: '',
      host: '',
      cookie: '',
      requestId: '',
      timeMs: eventMs,
      status: 200,
      bodyBytes: -1,
      durationMs: 57,
      line: 5,
      offset: head.length + 2,
      length: line.length,
    })
  })

  test('may log sizes, cookies, host names and X-Forwarded-For as well, in any order', () => {
    const fields =
      '#Fields: sc-bytes c-ip cs-uri-query cs(Cookie) cs-host X-Forwarded-For time date cs-uri-stem sc-status'
    const entry = '512 2001:db8::1 - lang=en;+sid=1 vote.example 198.51.100.7,+10.0.0.1 02:52:48 2026-06-23 /a 404'
    expect(recordsOf(fields, entry)[0]).toMatchObject({
      client: '2001:db8::1',
      target: '/a',
      cookie: 'lang=en; sid=1',
      host: 'vote.example',
      forwarded: '198.51.100.7, 10.0.0.1',
      bodyBytes: 512,
      status: 404,
      timeMs: eventMs,
      method: '',
    })
  })

  test('may hold the query far from the path', () => {
    const fields = '#Fields: date time cs-uri-query c-ip cs-uri-stem sc-status'
    const [first, second] = recordsOf(
      fields,
      '2026-06-23 02:52:48 a=1 192.0.2.1 /x 200',
      '2026-06-23 02:52:48 b 192.0.2.1 /y 200',
    )
    expect([first?.target, second?.target]).toEqual(['/x?a=1', '/y?b'])
  })

  test('may change its columns in the middle of the file', () => {
    const records = recordsOf(
      head,
      line,
      '#Software: Microsoft Internet Information Services 10.0',
      '#Fields: date time c-ip cs-method cs-uri-stem sc-status',
      '2026-06-23 02:52:49 192.0.2.2 POST /login 302',
    )
    expect(records.map(({ client, method, target, agent }) => [client, method, target, agent])).toEqual([
      ['192.0.2.1', 'GET', '/status?dl=D1&x=a+b', 'Mozilla/5.0 (Windows NT 10.0)'],
      ['192.0.2.2', 'POST', '/login', ''],
    ])
  })

  test('without a date column takes the day from #Date and notices midnight', () => {
    const records = recordsOf(
      '#Date: 2026-06-23 23:59:00',
      '#Fields: time c-ip cs-method cs-uri-stem sc-status',
      '23:59:59 192.0.2.1 GET / 200',
      '00:00:01 192.0.2.1 GET / 200',
    )
    expect(records.map(({ timeMs }) => timeMs)).toEqual([
      Date.UTC(2026, 5, 23, 23, 59, 59),
      Date.UTC(2026, 5, 24, 0, 0, 1),
    ])
  })

  test('may begin with a byte order mark', () => {
    expect(recordsOf(`\ufeff${head}`, line)).toHaveLength(1)
    expect(iisW3c.recognise(bytesOf(`\ufeff${head}\r\n${line}\r\n`))).toBe(1)
  })

  test('may put quotation marks around text with spaces, as Advanced Logging does', () => {
    const fields = '#Fields: date time c-ip cs-method cs-uri-stem cs(User-Agent) sc-status'
    const [record] = recordsOf(fields, '2026-06-23 02:52:48.250 192.0.2.1 GET /a "Mozilla/5.0 (X)" 200')
    expect(record).toMatchObject({ agent: 'Mozilla/5.0 (X)', status: 200, timeMs: eventMs + 250 })
  })

  test('takes a quotation mark that a visitor sent for what it is', () => {
    const fields = '#Fields: date time c-ip cs-method cs-uri-stem cs(User-Agent) sc-status'
    const [record] = recordsOf(fields, '2026-06-23 02:52:48 192.0.2.1 GET /a "x 200')
    expect(record).toMatchObject({ agent: '"x', status: 200 })
  })

  test('keeps the error text that ASP appends to a query', () => {
    const fields = '#Fields: date time c-ip cs-method cs-uri-stem cs-uri-query sc-status'
    const query = "id=1'|37|80040e14|Unclosed_quotation_mark"
    expect(recordsOf(fields, `2026-06-23 02:52:48 192.0.2.1 GET /a.asp ${query} 500`)[0]?.target).toBe(
      `/a.asp?${query}`,
    )
  })
})

describe('rejects of an IIS log', () => {
  test('without its head say what to do about it', () => {
    const { records, rejects } = readRequests(iisW3c, `${line}\n${line}\n${head}\n${line}\n`)
    expect(records).toHaveLength(1)
    expect(rejects.map(({ reason, place }) => [reason, place.line])).toEqual([
      ['unexpected-fields', 1],
      ['unexpected-fields', 2],
    ])
    expect(rejects[0]?.message).toContain('from its beginning')
  })

  test('of a head without page or time say which field to switch on', () => {
    expect(reasonOf('#Fields: date time c-ip', '2026-06-23 02:52:48 192.0.2.1')[1]).toContain('cs-uri-stem')
    expect(reasonOf('#Fields: date cs-uri-stem', '2026-06-23 /')[1]).toContain('date and time')
  })

  test.each([
    ['2026-06-23 02:52:48 192.0.2.1 GET /a', 'truncated'],
    ['2026-06-23 02:52:48 192.0.2.1 GET /a 200 57 9', 'unexpected-fields'],
    ['2026-06-31 02:52:48 192.0.2.1 GET /a 200', 'bad-time'],
    ['2026-06-23 24:52:48 192.0.2.1 GET /a 200', 'bad-time'],
    ['2026-06-23 02:52:48 192.0.2.1 GET /a ok', 'bad-number'],
    ['2026-06-23 02:52:48 192.0.2.1 GET /\u0000 200 x', 'binary'],
    ['a'.repeat(limits.lineBytesMax + 1), 'line-too-long'],
  ])('a damaged line is a reject: $1', (entry, reason) => {
    expect(reasonOf('#Fields: date time c-ip cs-method cs-uri-stem sc-status', entry)[0]).toBe(reason)
  })

  test('stay few where a head names more columns than any server has', () => {
    const fields = `#Fields: cs-uri-stem time ${'x '.repeat(limits.logColumnsMax)}`
    expect(reasonOf(fields, 'a b')[0]).toBe('unexpected-fields')
  })
})

test('any lines keep the contract of a reader', () => {
  const good = fc.constantFrom(
    head,
    line,
    '#Fields: time cs-uri-stem cs-uri-query',
    '#Date: 2026-06-23 00:00:00',
    '01:02:03 /a b',
  )
  const cut = fc.tuple(good, fc.nat(160)).map(([text, length]) => text.slice(0, length))
  const any = fc.oneof(good, cut, fc.constantFrom('', ' ', '\t#', '#'), fc.string({ maxLength: 20 }))
  fc.assert(
    fc.property(fc.array(any, { maxLength: 10 }), fc.constantFrom('\n', '\r\n'), (lines, end) => {
      checkWebFormat(iisW3c, bytesOf(lines.join(end)))
    }),
  )
})
