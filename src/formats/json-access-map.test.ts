import { describe, expect, test } from 'vitest'
import { type PlainRequest, readRequests } from '../../tests/fuzz/web-formats.ts'
import type { FormatOptions } from './format.ts'
import { jsonAccess } from './json-access.ts'
import { unknownJsonFields } from './json-access-map.ts'

const eventMs = Date.UTC(2026, 5, 23, 2, 52, 48)

const readOne = (object: object, options?: FormatOptions): PlainRequest => {
  const { records, rejects } = readRequests(jsonAccess, JSON.stringify(object), options)
  expect(rejects).toEqual([])
  return records[0] as PlainRequest
}

describe('the keys of a writer', () => {
  test('Caddy: nested request, headers as lists, seconds as fractions', () => {
    const record = readOne({
      level: 'info',
      ts: 1782183168.9137,
      logger: 'http.log.access',
      msg: 'handled request',
      request: {
        remote_ip: '10.0.0.1',
        client_ip: '2001:db8::1',
        proto: 'HTTP/2.0',
        method: 'GET',
        host: 'vote.example',
        uri: '/status?dl=D1',
        headers: {
          'User-Agent': ['curl/8'],
          Cookie: ['a=b', 'lang="x"'],
          'X-Forwarded-For': ['192.0.2.1', '10.0.0.2'],
          Referer: ['https://a.example/'],
        },
        tls: { resumed: false, version: 772 },
      },
      bytes_read: 0,
      user_id: 'clerk',
      duration: 0.000929675,
      size: 10900,
      status: 200,
      resp_headers: { 'Content-Type': ['text/html'] },
    })
    expect(record).toMatchObject({
      client: '2001:db8::1',
      method: 'GET',
      target: '/status?dl=D1',
      host: 'vote.example',
      agent: 'curl/8',
      cookie: 'a=b, lang="x"',
      forwarded: '192.0.2.1, 10.0.0.2',
      referer: 'https://a.example/',
      user: 'clerk',
      status: 200,
      bodyBytes: 10900,
      timeMs: eventMs + 913,
    })
    expect(record.durationMs).toBeCloseTo(0.929675, 9)
  })

  test('ECS: nested or with dots in the keys, URL in full, duration in nanoseconds', () => {
    const nested = {
      '@timestamp': '2026-06-23T02:52:48.000Z',
      source: { ip: '192.0.2.1' },
      url: { original: 'https://vote.example:8443/status?dl=D1' },
      http: { request: { method: 'GET', referrer: 'r' }, response: { status_code: 200, body: { bytes: 5 } } },
      user_agent: { original: 'curl' },
      event: { duration: 1500000 },
      host: { name: 'web01' },
    }
    const dotted = {
      '@timestamp': '2026-06-23T02:52:48.000Z',
      'source.ip': '192.0.2.1',
      'url.original': 'https://vote.example:8443/status?dl=D1',
      'http.request': { method: 'GET', referrer: 'r' },
      'http.response.status_code': 200,
      'http.response': { 'body.bytes': 5 },
      'user_agent.original': 'curl',
      'event.duration': 1500000,
    }
    for (const object of [nested, dotted]) {
      expect(readOne(object)).toMatchObject({
        client: '192.0.2.1',
        method: 'GET',
        target: '/status?dl=D1',
        host: 'vote.example',
        agent: 'curl',
        referer: 'r',
        status: 200,
        bodyBytes: 5,
        durationMs: 1.5,
        timeMs: eventMs,
      })
    }
  })

  test('Traefik and Google load balancers', () => {
    const traefik = readOne({
      ClientAddr: '192.0.2.1:51234',
      RequestMethod: 'GET',
      RequestPath: '/a?b',
      DownstreamStatus: 404,
      Duration: 2500000,
      StartUTC: '2026-06-23T02:52:48.123456789Z',
      'request_User-Agent': 'curl',
    })
    expect(traefik).toMatchObject({ client: '192.0.2.1', target: '/a?b', status: 404, durationMs: 2.5, agent: 'curl' })
    const google = readOne({
      httpRequest: {
        requestMethod: 'GET',
        requestUrl: 'https://a.example/x?y',
        status: 200,
        remoteIp: '::1',
        latency: '0.0125s',
      },
      timestamp: '2026-06-23T02:52:48Z',
    })
    expect(google).toMatchObject({ client: '::1', target: '/x?y', host: 'a.example', durationMs: 12.5 })
  })

  test('CloudFront standard logging v2: date and time apart', () => {
    const record = readOne({
      date: '2026-06-23',
      time: '02:52:48',
      'c-ip': '192.0.2.1',
      'cs-method': 'GET',
      'cs-uri-stem': '/a',
      'cs-uri-query': 'b=1',
      'sc-status': '200',
      'time-taken': '0.338',
      'cs(User-Agent)': 'curl',
    })
    expect(record).toMatchObject({
      target: '/a?b=1',
      timeMs: eventMs,
      durationMs: 338,
      agent: 'curl',
      client: '192.0.2.1',
    })
  })

  test('any other, by a field map with dots into objects', () => {
    const object = {
      when: 1782183168,
      who: { addr: '192.0.2.1' },
      what: '/a?b',
      code: 200,
      request: 'not this',
      took: 12,
    }
    const fieldMap = { time: 'when', client: 'who.addr', target: 'what', status: 'code', durationMs: 'took' }
    const record = readOne(object, { fieldMap })
    expect(record).toMatchObject({ client: '192.0.2.1', target: '/a?b', status: 200, durationMs: 12, method: '' })
  })

  test('whose field map names what is no field of ours can be told', () => {
    expect(unknownJsonFields({ client: 'a', adress: 'b' })).toEqual(['adress'])
  })
})
