import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { bytesOf, checkWebFormat, type PlainRequest, readRequests } from '../../tests/fuzz/web-formats.ts'
import { awsCloudfront } from './aws-cloudfront.ts'

const names = [
  ...'date time x-edge-location sc-bytes c-ip cs-method cs(Host) cs-uri-stem sc-status cs(Referer)'.split(' '),
  ...'cs(User-Agent) cs-uri-query cs(Cookie) x-edge-result-type x-edge-request-id x-host-header'.split(' '),
  ...'cs-protocol cs-bytes time-taken x-forwarded-for ssl-protocol ssl-cipher'.split(' '),
  ...'x-edge-response-result-type cs-protocol-version fle-status fle-encrypted-fields c-port'.split(' '),
  ...'time-to-first-byte x-edge-detailed-result-type sc-content-type sc-content-len sc-range-start sc-range-end'.split(
    ' ',
  ),
]
const usual: Readonly<Record<string, string>> = {
  date: '2026-06-23',
  time: '02:52:48',
  'x-edge-location': 'IAD89-C3',
  'sc-bytes': '392',
  'c-ip': '192.0.2.24',
  'cs-method': 'GET',
  'cs(Host)': 'd111111abcdef8.cloudfront.net',
  'cs-uri-stem': '/status',
  'sc-status': '200',
  'cs(User-Agent)': 'Mozilla/5.0%20(X11;%20Linux)',
  'cs-uri-query': 'dl=D1',
  'x-edge-request-id': 'SOX4xwn4XV6Q4rgb7XiVGOHms_BGlTAC4KyHmureZmBNrjGdRLiNIQ==',
  'x-host-header': 'vote.example',
  'time-taken': '0.057',
}
const head = `#Version: 1.0\n#Fields: ${names.join(' ')}\n`
const entryOf = (values: Readonly<Record<string, string>> = {}, columns = names): string =>
  columns.map((name) => values[name] ?? usual[name] ?? '-').join('\t')
const readOne = (values: Readonly<Record<string, string>>): PlainRequest => {
  const { records, rejects } = readRequests(awsCloudfront, `${head}${entryOf(values)}\n`)
  expect(rejects).toEqual([])
  return records[0] as PlainRequest
}

describe('a CloudFront entry', () => {
  test('gives every field of the request', () => {
    expect(
      readOne({
        'cs(Cookie)': 'lang=en;%20sid=1',
        'cs(Referer)': 'https://a.example/',
        'x-forwarded-for': '192.0.2.9',
      }),
    ).toEqual({
      client: '192.0.2.24',
      method: 'GET',
      target: '/status?dl=D1',
      referer: 'https://a.example/',
      agent: 'Mozilla/5.0 (X11; Linux)',
      user: '',
      forwarded: '192.0.2.9',
      host: 'vote.example',
      cookie: 'lang=en; sid=1',
      requestId: usual['x-edge-request-id'],
      timeMs: Date.UTC(2026, 5, 23, 2, 52, 48),
      status: 200,
      bodyBytes: 392,
      durationMs: 57,
      line: 3,
      offset: head.length,
      length: entryOf({
        'cs(Cookie)': 'lang=en;%20sid=1',
        'cs(Referer)': 'https://a.example/',
        'x-forwarded-for': '192.0.2.9',
      }).length,
    })
  })

  test('has exactly one layer of encoding taken off its headers', () => {
    const record = readOne({ 'cs(User-Agent)': 'a%2520b%27%zz%2', 'cs(Cookie)': 'q=%2527', 'cs(Referer)': '/%C3%A9' })
    expect(record).toMatchObject({ agent: "a%20b'%zz%2", cookie: 'q=%27', referer: '/\u00c3\u00a9' })
  })

  test("keeps the visitor's own encoding of path and query, and takes CloudFront's off", () => {
    expect(readOne({ 'cs-uri-query': 'dl=1%2527%2520or&x=100%25' }).target).toBe('/status?dl=1%27%20or&x=100%')
    expect(readOne({ 'cs-uri-query': 'dl=1%27%20or' }).target).toBe('/status?dl=1%27%20or')
    expect(readOne({ 'cs-uri-stem': '/a%2520b', 'cs-uri-query': '-' }).target).toBe('/a%20b')
  })

  test('of a visitor who went away before the answer has no status', () => {
    expect(readOne({ 'sc-status': '000' }).status).toBe(-1)
  })

  test('may come from an IPv6 address', () => {
    expect(readOne({ 'c-ip': '2001:0db8:85a3:0000:0000:8a2e:0370:7334' }).client).toBe(
      '2001:0db8:85a3:0000:0000:8a2e:0370:7334',
    )
  })

  test('is read in the fixed order where the head of the file is gone, in old versions too', () => {
    const text = `${entryOf()}\n${entryOf({}, names.slice(0, 12))}\n${entryOf({}, names.slice(0, 26))}\n`
    const { records, rejects } = readRequests(awsCloudfront, text)
    expect(rejects).toEqual([])
    expect(records.map(({ target, host }) => [target, host])).toEqual([
      ['/status?dl=D1', 'vote.example'],
      ['/status?dl=D1', 'd111111abcdef8.cloudfront.net'],
      ['/status?dl=D1', 'vote.example'],
    ])
  })

  test('of standard logging v2 may have chosen columns, a time in milliseconds, and spaces between', () => {
    const text =
      '#Fields: timestamp(ms) c-ip cs-method cs-uri-stem x-edge-location sc-status\n1782183168123 192.0.2.1 GET /a IAD89 200\n'
    const { records } = readRequests(awsCloudfront, text)
    expect(records[0]).toMatchObject({
      target: '/a',
      timeMs: Date.UTC(2026, 5, 23, 2, 52, 48, 123),
      client: '192.0.2.1',
    })
  })
})

test.each([
  [entryOf({}, names.slice(0, 20)), 'truncated'],
  [`${entryOf()}\tx`, 'unexpected-fields'],
  [entryOf({ date: '2026-13-01' }), 'bad-time'],
  [entryOf({ 'sc-status': '2OO' }), 'bad-number'],
  [entryOf({ 'time-taken': 'soon' }), 'bad-number'],
])('a damaged entry is a reject with its reason: $1', (entry, reason) => {
  const { records, rejects } = readRequests(awsCloudfront, `${head}${entry}\n${entryOf()}\n`)
  expect(records).toHaveLength(1)
  expect(rejects).toMatchObject([{ reason, place: { line: 3, offset: head.length, length: entry.length } }])
})

test('any lines keep the contract of a reader', () => {
  const good = fc.constantFrom(
    head.trimEnd(),
    entryOf(),
    entryOf({}, names.slice(0, 12)),
    '#Fields: timestamp cs-uri-stem x-edge-location',
    '1\t/\t-',
  )
  const cut = fc.tuple(good, fc.nat(500)).map(([text, length]) => text.slice(0, length))
  const any = fc.oneof(good, cut, fc.constantFrom('', '\t', '#'), fc.string({ maxLength: 20 }))
  fc.assert(
    fc.property(fc.array(any, { maxLength: 8 }), (lines) => checkWebFormat(awsCloudfront, bytesOf(lines.join('\n')))),
  )
})
