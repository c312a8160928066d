import { expect, test } from 'vitest'
import { combined } from './combined.ts'
import { iisW3c } from './iis-w3c.ts'
import { RequestBatch } from './request-batch.ts'
import { requestEvent, requestKindOf, requestKinds } from './request-event.ts'
import { webFormats } from './web-formats.ts'

test('a web request is an event under the names that rules for web servers use', () => {
  const line =
    '192.0.2.7 - clerk [23/Jun/2026:02:52:48 +0000] "GET /a.jsp?x=%24%7Bjndi HTTP/1.1" 404 12 "https://r.example/" "curl/8 \\"q\\""\n'
  const bytes = new TextEncoder().encode(line)
  const batch = new RequestBatch(4)
  combined.open({}).read({ source: 'l', bytes, start: 0, end: bytes.length, offset: 0, line: 1, last: true }, batch, [])
  const event = requestEvent(batch, 0)
  const of = (...names: string[]): unknown[] => names.map((name) => event.field(name))
  expect(of('c-ip', 'cs-method', 'cs-uri-stem', 'sc-status', 'sc-bytes', 'cs-username', 'c-uri-extension')).toEqual([
    ...['192.0.2.7', 'GET', '/a.jsp', 404, 12, 'clerk', 'jsp'],
  ])
  expect(event.field('cs-uri-query')).toEqual([
    ...['/a.jsp?x=%24%7Bjndi', '/a.jsp?x=${jndi', 'x=%24%7Bjndi', 'x=${jndi'],
  ])
  expect(of('cs-user-agent', 'cs-referer', 'cs-cookie', 'other')).toEqual([
    ...['curl/8 "q"', 'https://r.example/', undefined, undefined],
  ])
  expect(event.raw).toContain('/a.jsp?x=${jndi')
  expect(event.timeMs).toBe(Date.UTC(2026, 5, 23, 2, 52, 48))
})

test("requests of a product are of its kind of log, and every kind is some format's", () => {
  expect(requestKindOf(iisW3c.name)).toMatchObject({ category: 'webserver', service: 'iis' })
  expect(new Set(webFormats.map(({ name }) => requestKindOf(name)))).toEqual(new Set(requestKinds))
})
