import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { bytesOf, checkWebFormat, type PlainRequest, type Reading, readRequests } from '../../tests/fuzz/web-formats.ts'
import { limits } from '../core/limits.ts'
import { combined } from './combined.ts'
import type { FormatOptions } from './format.ts'
import { jsonAccess } from './json-access.ts'

const nginx = {
  time_iso8601: '2026-06-23T04:52:48+02:00',
  msec: '1782183168.913',
  remote_addr: '192.0.2.1',
  remote_user: 'clerk',
  request: 'GET /status?dl=D1 HTTP/1.1',
  status: '200',
  body_bytes_sent: '512',
  request_time: '0.057',
  http_referer: 'https://vote.example/',
  http_user_agent: 'Mozilla/5.0 (X11)',
  http_x_forwarded_for: '198.51.100.7, 10.0.0.1',
  http_cookie: 'lang=en',
  http_host: 'vote.example',
  request_id: 'ab12',
}
const eventMs = Date.UTC(2026, 5, 23, 2, 52, 48)

const readObjects = (objects: readonly object[], options?: FormatOptions): Reading =>
  readRequests(jsonAccess, objects.map((object) => `${JSON.stringify(object)}\n`).join(''), options)
const readOne = (object: object, options?: FormatOptions): PlainRequest => {
  const { records, rejects } = readObjects([object], options)
  expect(rejects).toEqual([])
  return records[0] as PlainRequest
}
const minimal = { msec: '1782183168', request: 'GET / HTTP/1.1' }
/** Text as a batch gives it: one character for each byte of its UTF-8. */
const asBytes = (text: string): string => Buffer.from(text.toWellFormed(), 'utf8').toString('latin1')

describe('an nginx JSON log', () => {
  test('gives every field of the request', () => {
    expect(readOne(nginx)).toEqual({
      client: '192.0.2.1',
      method: 'GET',
      target: '/status?dl=D1',
      referer: 'https://vote.example/',
      agent: 'Mozilla/5.0 (X11)',
      user: 'clerk',
      forwarded: '198.51.100.7, 10.0.0.1',
      host: 'vote.example',
      cookie: 'lang=en',
      requestId: 'ab12',
      timeMs: eventMs + 913,
      status: 200,
      bodyBytes: 512,
      durationMs: 57,
      line: 1,
      offset: 0,
      length: JSON.stringify(nginx).length,
    })
  })

  test('may log method and URI apart, with numbers as numbers', () => {
    const record = readOne({
      time_local: '23/Jun/2026:04:52:48 +0200',
      request_method: 'POST',
      request_uri: '/a?b=1 2',
      status: 302,
      bytes_sent: 7,
      request_time: 1.5,
    })
    expect(record).toMatchObject({ method: 'POST', target: '/a?b=1 2', status: 302, bodyBytes: 7, durationMs: 1500 })
    expect(record.timeMs).toBe(eventMs)
  })

  test('may log the path and the arguments apart', () => {
    expect(readOne({ msec: 1, uri: '/a', args: 'b=1' }).target).toBe('/a?b=1')
    expect(readOne({ msec: 1, uri: '/a?b=1', args: 'b=1' }).target).toBe('/a?b=1')
    expect(readOne({ msec: 1, uri: '/a', args: '' }).target).toBe('/a')
    expect(readOne({ msec: 1, path: '/a', query: '?b' }).target).toBe('/a?b')
  })

  test('written without escape=json keeps its \\xHH escapes, which are undone', () => {
    const line = '{"msec":1,"request":"GET /a?q=\\x22\\x27\\xE9 HTTP/1.1","status":200}\n'
    expect(readRequests(jsonAccess, line).records[0]?.target).toBe('/a?q="\'\u00e9')
  })

  test('keeps a backslash that was sent as one', () => {
    expect(readOne({ ...minimal, request: 'GET /\\x27\\u0027 HTTP/1.1' }).target).toBe('/\\x27\\u0027')
  })

  test('keeps bytes that are no UTF-8, as an overlong quotation mark is', () => {
    const bytes = Uint8Array.from(`{"msec":1,"request":"GET /?a=\u00c0\u00a7 HTTP/1.1"}`, (each) => each.charCodeAt(0))
    expect(readRequests(jsonAccess, bytes).records[0]?.target).toBe('/?a=\u00c0\u00a7')
  })

  test('with nothing, a dash or null in a field leaves it empty or unknown', () => {
    const record = readOne({
      ...minimal,
      status: '-',
      body_bytes_sent: '-',
      request_time: null,
      http_referer: '-',
      host: null,
    })
    expect(record).toMatchObject({ referer: '', host: '', status: -1, bodyBytes: -1, durationMs: -1, client: '' })
  })

  test('keeps a request that was none: garbage, an empty line, HTTP/0.9', () => {
    const of = (request: string): string[] => {
      const { method, target } = readOne({ msec: 1, request, status: 400 })
      return [method, target]
    }
    expect(of('')).toEqual(['', ''])
    expect(of('\u0016\u0003\u0001')).toEqual(['\u0016\u0003\u0001', ''])
    expect(of('GET /')).toEqual(['GET', '/'])
    expect(of("GET /a' or 1=1 HTTP/1.1")).toEqual(['GET', "/a' or 1=1"])
  })
})

describe('times', () => {
  test.each([
    ['2026-06-23T02:52:48Z', eventMs],
    ['2026-06-23T02:52:48.1239Z', eventMs + 123],
    ['2026-06-22T20:52:48-0600', eventMs],
    ['2026-06-23T08:22:48+05:30', eventMs],
    ['2026-06-23 02:52:48,5 UTC', eventMs + 500],
    ['2026/06/23 02:52:48', eventMs],
    ['[23/Jun/2026:02:52:48 +0000]', eventMs],
    [1782183168.913, eventMs + 913],
    [1782183168913, eventMs + 913],
    [1782183168913123, eventMs + 913],
    ['1782183168913123456', eventMs + 913],
    [1.782183168913e9, eventMs + 913],
  ])('%s is the moment that it names', (ts, expected) => {
    expect(readOne({ ts, uri: '/' }).timeMs).toBe(expected)
  })

  test('without a zone are as far from UTC as the options say', () => {
    const record = readOne({ time: '2026-06-23 04:52:48', uri: '/' }, { utcOffsetMinutes: 120 })
    expect(record.timeMs).toBe(eventMs)
  })

  test.each(['2026-02-30T00:00:00Z', '2026-06-23T25:00:00Z', '2026-06-23T00:00:00+0099', 'yesterday', '', '-1', {}])(
    'are refused where they are none: %j',
    (ts) => {
      expect(readObjects([{ ts, uri: '/' }]).rejects).toMatchObject([{ reason: 'bad-time' }])
    },
  )
})

describe('rejects', () => {
  const reasonOf = (line: string): string | undefined => {
    const { records, rejects } = readRequests(jsonAccess, line)
    expect(records).toEqual([])
    return rejects[0]?.reason
  }

  test.each([
    ['{"msec":1,"request":"GET / HT', 'truncated'],
    ['{"msec":1,"request"', 'truncated'],
    ['{"msec":1', 'truncated'],
    ['{', 'truncated'],
    ['{"a":[{"b":"', 'truncated'],
    ['GET / HTTP/1.1', 'not-this-format'],
    ['[]', 'not-this-format'],
    ['{"msec":1,"request":"x"} {"msec":1}', 'not-this-format'],
    ['{"msec":1 "request":"x"}', 'not-this-format'],
    ['{msec:1}', 'not-this-format'],
    ['{"level":"info","ts":1782183168.1,"msg":"server running"}', 'not-this-format'],
    ['{"request":"GET / HTTP/1.1"}', 'bad-time'],
    ['{"msec":1,"request":"GET / HTTP/1.1","status":"ok"}', 'bad-number'],
    ['{"msec":1,"request":"GET / HTTP/1.1","status":20}', 'bad-number'],
    ['{"msec":1,"request":"GET / HTTP/1.1","request_time":"soon"}', 'bad-number'],
    ['{"msec":1,"request":"GET / \u0000', 'binary'],
    [`{"msec":1,"request":"${'a'.repeat(limits.lineBytesMax)}"}`, 'line-too-long'],
  ])('a damaged line is a reject: $1', (line, reason) => {
    expect(reasonOf(line)).toBe(reason)
  })

  test('have the place of their line, and the lines around them are records', () => {
    const good = JSON.stringify(minimal)
    const { records, rejects } = readRequests(jsonAccess, `${good}\n\n  \r\nsecret\r\n${good}`)
    expect(records.map(({ line, offset, length }) => [line, offset, length])).toEqual([
      [1, 0, good.length],
      [5, good.length + 14, good.length],
    ])
    expect(rejects).toMatchObject([
      { place: { line: 4, offset: good.length + 6, length: 6 }, reason: 'not-this-format' },
    ])
    expect(rejects[0]?.message).not.toContain('secret')
  })

  test('a line nested a hundred thousand deep is read like any other', () => {
    const deep = `${'{"a":['.repeat(100_000)}1${']}'.repeat(100_000)}`
    expect(readRequests(jsonAccess, `{"x":${deep},"msec":1,"uri":"/"}`).records).toHaveLength(1)
    const wanted = `${'{"request":'.repeat(50_000)}1${'}'.repeat(50_000)}`
    expect(readRequests(jsonAccess, `{"msec":1,"request":${wanted},"uri":"/"}`).records).toHaveLength(1)
  })

  test('a full batch stops the reader, which goes on where it stopped', () => {
    const text = `${JSON.stringify(minimal)}\n`.repeat(10)
    const { records } = readRequests(jsonAccess, text, {}, { chunkBytes: 1 << 20, capacity: 3 })
    expect(records.map(({ line }) => line)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
  })
})

describe('any text', () => {
  test('in a field comes out as the bytes of its UTF-8, raw or escaped', () => {
    const text = fc.string({ unit: 'binary', maxLength: 40 })
    const escaped = (json: string): string =>
      json.replace(/[\u007f-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    fc.assert(
      fc.property(text, text, text, fc.boolean(), (agent, cookie, other, isEscaped) => {
        const json = JSON.stringify({
          [other]: [other, { other }],
          http_user_agent: agent,
          http_cookie: cookie,
          ...minimal,
        })
        const { records } = readRequests(jsonAccess, isEscaped ? escaped(json) : json)
        const expected = (value: string): string => (value === '-' ? '' : asBytes(value))
        expect(records[0]).toMatchObject({ agent: expected(agent), cookie: expected(cookie), target: '/' })
      }),
    )
  })

  test('as lines keeps the contract of a reader', () => {
    const good = fc.constantFrom(JSON.stringify(nginx), JSON.stringify(minimal), '{"ts":1,"request":{"uri":"/"}}')
    const cut = fc.tuple(good, fc.nat(400)).map(([line, length]) => line.slice(0, length))
    const line = fc.oneof(good, cut, fc.constantFrom('', ' ', '\r', '#Fields: a'), fc.string({ maxLength: 20 }))
    fc.assert(
      fc.property(fc.array(line, { maxLength: 12 }), fc.constantFrom('\n', '\r\n'), (lines, end) => {
        checkWebFormat(jsonAccess, bytesOf(lines.join(end)))
      }),
    )
  })
})

const corpus = join(process.env.BELLWETHER_CORPORA ?? '../shared/corpora', 'registration-site/dev/timelines/state-10')
const corpusFile = (name: string): Uint8Array => gunzipSync(readFileSync(join(corpus, `${name}.gz`)))

describe.skipIf(!existsSync(join(corpus, 'access.json.log.gz')))('a recording that was logged in both formats', () => {
  test('gives the same requests from the JSON log as from the combined log', () => {
    const json = readRequests(jsonAccess, corpusFile('access.json.log'))
    const plain = readRequests(combined, corpusFile('access.log'))
    expect(json.rejects).toEqual([])
    const seconds = (timeMs: number): number => Math.floor(timeMs / 1000)
    const of = ({
      client,
      method,
      target,
      referer,
      agent,
      timeMs,
      status,
      bodyBytes,
      line,
    }: PlainRequest): unknown[] => [
      ...[client, method, target, referer, agent],
      ...[seconds(timeMs), status, bodyBytes, line],
    ]
    expect(json.records.map(of)).toEqual(plain.records.map(of))
  })
})
