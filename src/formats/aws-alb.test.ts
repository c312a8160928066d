import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { bytesOf, checkWebFormat, type PlainRequest, readRequests } from '../../tests/fuzz/web-formats.ts'
import { awsAlb } from './aws-alb.ts'

interface Entry {
  readonly type?: string
  readonly client?: string
  readonly times?: string
  readonly status?: string
  readonly request?: string
  readonly agent?: string
  /** What stands behind the user agent; versions differ in how much. */
  readonly rest?: string
}

const today =
  'ECDHE-RSA-AES128-GCM-SHA256 TLSv1.2 arn:aws:elasticloadbalancing:us-east-2:1:targetgroup/t/7 "Root=1-58337262-36d2" ' +
  '"sni.vote.example" "arn:aws:acm:us-east-2:1:certificate/1" 1 2026-06-23T02:52:47.999000Z "waf,forward" "-" "-" ' +
  '"10.0.0.66:9000" "200" "-" "-" TID_1234abcd'

const entryOf = (entry: Entry = {}): string =>
  [
    entry.type ?? 'https ',
    '2026-06-23T02:52:48.186641Z app/my-lb/50dc6c495c0c9188 ',
    `${entry.client ?? '192.0.2.1:46532'} 10.0.0.66:9000 ${entry.times ?? '0.086 0.048 0.037'} `,
    `${entry.status ?? '200 200'} 0 57 "${entry.request ?? 'GET https://vote.example:443/status?dl=D1 HTTP/1.1'}" `,
    `"${entry.agent ?? 'curl/8.1'}" ${entry.rest ?? today}`,
  ].join('')

const readOne = (entry: Entry | string): PlainRequest => {
  const text = typeof entry === 'string' ? entry : entryOf(entry)
  const { records, rejects } = readRequests(awsAlb, `${text}\n`)
  expect(rejects).toEqual([])
  return records[0] as PlainRequest
}

describe('a load balancer entry', () => {
  test('gives every field of the request', () => {
    const { durationMs, ...record } = readOne({})
    expect(durationMs).toBeCloseTo(171, 6)
    expect(record).toEqual({
      client: '192.0.2.1',
      method: 'GET',
      target: '/status?dl=D1',
      referer: '',
      agent: 'curl/8.1',
      user: '',
      forwarded: '',
      host: 'vote.example',
      cookie: '',
      requestId: 'Root=1-58337262-36d2',
      timeMs: Date.UTC(2026, 5, 23, 2, 52, 48, 186),
      status: 200,
      bodyBytes: 57,
      line: 1,
      offset: 0,
      length: entryOf().length,
    })
  })

  test.each([
    ['of 2016, which ends with the trace', 'ECDHE TLSv1.2 arn:aws:x "Root=1-2"'],
    [
      'of 2018, which ends with the creation time',
      'ECDHE TLSv1.2 arn:aws:x "Root=1-2" "-" "-" 0 2018-07-02T22:22:48.364Z',
    ],
    ['of today, with fields still to come', `${today} "transformed" x y z`],
    ['cut behind the user agent', ''],
  ])('is read in the version %s', (_version, rest) => {
    expect(readOne({ rest })).toMatchObject({ target: '/status?dl=D1', agent: 'curl/8.1', host: 'vote.example' })
  })

  test('of a Classic Load Balancer, which lacks the type, is read too', () => {
    const text =
      '2026-06-23T02:52:48.945958Z my-lb 192.0.2.1:2817 10.0.0.1:80 0.000086 0.001048 0.001337 200 200 0 57 ' +
      '"GET https://www.example.com:443/a HTTP/1.1" "curl/7.38.0" DHE-RSA-AES128-SHA TLSv1.2'
    expect(readOne(text)).toMatchObject({ client: '192.0.2.1', target: '/a', status: 200, agent: 'curl/7.38.0' })
  })

  test.each([
    ['192.0.2.1:46532', '192.0.2.1'],
    ['2001:db8::1:46532', '2001:db8::1'],
    ['[2001:db8::1]:46532', '2001:db8::1'],
    ['-', ''],
  ])('from %s names the client %s', (client, expected) => {
    expect(readOne({ client }).client).toBe(expected)
  })

  test.each([
    ['GET https://vote.example:443/ HTTP/2.0', 'GET', '/', 'vote.example'],
    ['GET https://vote.example:443?a=1 HTTP/1.1', 'GET', '?a=1', 'vote.example'],
    ['GET https://[2001:db8::5]:443/a HTTP/1.1', 'GET', '/a', '[2001:db8::5]'],
    ['GET https://user@vote.example:443/a HTTP/1.1', 'GET', '/a', 'vote.example'],
    ['GET http://192.0.2.9:80/a b HTTP/1.1', 'GET', '/a b', '192.0.2.9'],
    ['GET ws://vote.example:80/chat?u=https://x HTTP/1.1', 'GET', '/chat?u=https://x', 'vote.example'],
    ['GET https://vote.example:443/cut-off-by-the-limit', 'GET', '/cut-off-by-the-limit', 'vote.example'],
    ['- http://my-lb.example:80- -', '', '', 'my-lb.example'],
    ['- - -', '', '', 'sni.vote.example'],
  ])('with the request %s is %s %s at %s', (request, method, target, host) => {
    expect(readOne({ request })).toMatchObject({ method, target, host })
  })

  test('has its \\x22 undone in request and user agent', () => {
    const record = readOne({ request: 'GET https://a.example:443/?q=\\x22 HTTP/1.1', agent: '\\x22x\\x22\\' })
    expect(record).toMatchObject({ target: '/?q="', agent: '"x"\\', requestId: 'Root=1-58337262-36d2' })
  })

  test('that no target answered has no duration, and may have no status', () => {
    expect(readOne({ times: '-1 -1 -1', status: '503 -' })).toMatchObject({ durationMs: -1, status: 503 })
    expect(readOne({ times: '0.001 -1 -1', status: '- -' })).toMatchObject({ durationMs: -1, status: -1 })
  })
})

describe('rejects of a load balancer log', () => {
  test.each([
    ['Enable AccessLog for ELB', 'not-this-format'],
    ['tls 2.0 2018-12-20T02:59:40 net/lb/c6e7 g3d4 72.21.218.154:51341', 'not-this-format'],
    [entryOf().slice(0, 100), 'truncated'],
    [entryOf().slice(0, 175), 'truncated'],
    [entryOf().replace('2026-06-23', '2026-06-33'), 'bad-time'],
    [entryOf({ status: 'ok -' }), 'bad-number'],
    [entryOf({ times: '0.1 x 0.1' }), 'bad-number'],
  ])('a damaged entry is a reject: $1', (text, reason) => {
    expect(readRequests(awsAlb, text)).toMatchObject({
      records: [],
      rejects: [{ reason, place: { line: 1, offset: 0 } }],
    })
  })
})

test('any lines keep the contract of a reader', () => {
  const good = fc.constantFrom(entryOf(), entryOf({ type: '', rest: 'a b' }), entryOf({ request: '- - -' }))
  const cut = fc.tuple(good, fc.nat(700)).map(([text, length]) => text.slice(0, length))
  const any = fc.oneof(good, cut, fc.constantFrom('', ' ', '#'), fc.string({ maxLength: 20 }))
  fc.assert(fc.property(fc.array(any, { maxLength: 8 }), (lines) => checkWebFormat(awsAlb, bytesOf(lines.join('\n')))))
})
