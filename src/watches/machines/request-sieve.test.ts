import fc from 'fast-check'
import { expect, test } from 'vitest'
import { stringify } from 'yaml'
import { combined } from '../../formats/combined.ts'
import { RequestBatch } from '../../formats/request-batch.ts'
import { requestEvent, requestKindOf } from '../../formats/request-event.ts'
import { compile } from '../../sigma/compile.ts'
import { parseRules } from '../../sigma/parse-rules.ts'
import { isCommonField, RequestSieve } from './request-sieve.ts'
import { MachinesWatch } from './watch.ts'

const kind = requestKindOf('combined')

function engineOf(detections: readonly object[]) {
  const rules = detections.map((detection, i) =>
    stringify({ title: `r${i}`, status: 'test', logsource: { category: 'webserver' }, detection }),
  )
  const parsed = parseRules(rules.join('---\n'), 'rules.yml')
  expect(parsed.rejects).toEqual([])
  return compile(parsed.rules).engine
}

interface Request {
  readonly method: string
  readonly target: string
  readonly status: number
  readonly referer: string
  readonly agent: string
}

const lineOf = ({ method, target, status, referer, agent }: Request): string =>
  `192.0.2.7 - - [23/Jun/2026:02:52:48 +0000] "${method} ${target} HTTP/1.1" ${status} 12 "${referer}" "${agent}"`

const batchOf = (requests: readonly Request[]): RequestBatch => batchOfLines(requests.map(lineOf))

function batchOfLines(list: readonly string[]): RequestBatch {
  const lines = list.map((line) => `${line}\n`)
  const bytes = new TextEncoder().encode(lines.join(''))
  const batch = new RequestBatch(64)
  combined.open({}).read({ source: 'l', bytes, start: 0, end: bytes.length, offset: 0, line: 1, last: true }, batch, [])
  return batch
}

const words = ['/owa/auth', '${jndi:', '../', '%2e%2e', 'sqlmap', 'UNION', 'k', 'é', '.jsp', "'--", '<script', '']
const word = fc.constantFrom(...words)
const encoded = (text: string): string =>
  [...Buffer.from(text)].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('')
const piece = fc.oneof(
  word,
  word.map((text) => text.toUpperCase()),
  word.map(encoded),
  word.map((text) => encoded(text.toUpperCase())),
  fc.constantFrom('/a', '?x=', '%', '%E2%84%AA', '\\x22', '+', '/very/long/path/of/a/site'),
)
const text = fc.array(piece, { maxLength: 4 }).map((pieces) => pieces.join(''))
const request: fc.Arbitrary<Request> = fc.record({
  method: fc.constantFrom('GET', 'POST'),
  target: text.map((rest) => `/${rest.replaceAll(/[ "]/g, '')}`),
  status: fc.constantFrom(200, 404, 500),
  referer: text,
  agent: text,
})
const value = fc.oneof(word, fc.array(word, { minLength: 2, maxLength: 3 }))
const item = fc.oneof(
  fc
    .tuple(
      fc.constantFrom('cs-uri-query', 'cs-uri', 'cs-uri-stem', 'cs-user-agent', 'cs-referer', 'c-uri-extension'),
      fc.constantFrom('', '|contains', '|startswith', '|endswith'),
      value,
    )
    .map(([name, modifier, of]) => ({ [name + modifier]: of })),
  fc.constantFrom({ 'sc-status': 500 }, { 'sc-status|startswith': '4' }, { 'cs-method': 'POST' }, { 'cs-host': null }),
  fc.constantFrom({ 'cs-uri|re': 'jnd[i]' }, { 'sc-bytes|gt': 5 }),
)
const detection = fc
  .tuple(
    fc.array(item, { minLength: 1, maxLength: 2 }).map((items) => Object.assign({}, ...items) as object),
    fc.oneof(item, fc.array(fc.constantFrom(...words.filter((each) => each !== '')), { minLength: 1, maxLength: 2 })),
    fc.constantFrom('s1', 's2', 's1 or s2', 's1 and not s2'),
  )
  .map(([s1, s2, condition]) => ({ s1, s2, condition }))

test('no request that a rule matches is passed over', () => {
  let passed = 0
  fc.assert(
    fc.property(
      fc.array(detection, { minLength: 1, maxLength: 3 }),
      fc.array(request, { minLength: 1, maxLength: 8 }),
      (detections, requests) => {
        const engine = engineOf(detections)
        const sieve = new RequestSieve(engine.coverOf(kind, isCommonField))
        const batch = batchOf(requests)
        for (let i = 0; i < batch.count; i++) {
          const matches = engine.match(requestEvent(batch, i, kind)).map(({ rule }) => rule.title)
          if (sieve.mayMatch(batch, i)) continue
          passed++
          expect([requests[i], matches]).toEqual([requests[i], []])
        }
      },
    ),
    { numRuns: 400, seed: 4 },
  )
  expect(passed).toBeGreaterThan(100)
})

const home: Request = { method: 'GET', target: '/', status: 200, referer: '-', agent: 'Mozilla/5.0' }

test('a rule for an address sees the visitor behind a proxy', () => {
  const engine = engineOf([{ s: { 'c-ip': '2001:db8::7' }, condition: 's' }])
  const batch = batchOfLines([`${lineOf(home)} "2001:DB8:0::7"`, lineOf(home)])
  let hits = 0
  const watch = new MachinesWatch(
    () => engine,
    () => hits++,
  )
  watch.requests(batch, 0, batch.count, kind, (_, record) => (record === 0 ? '2001:db8::7' : undefined))
  expect(hits).toBe(1)
})

test('ordinary requests are passed over by rules for attacks, and a rule that asks nothing of texts sees all', () => {
  const ordinary = batchOf([
    {
      method: 'GET',
      target: '/register?county=5',
      status: 200,
      referer: 'https://vote.example/',
      agent: 'Mozilla/5.0',
    },
  ])
  const sieveOf = (detection: object): RequestSieve =>
    new RequestSieve(engineOf([detection]).coverOf(kind, isCommonField))
  const attack = { s: { 'cs-method': 'GET', 'cs-uri-query|contains': '${jndi:' }, condition: 's' }
  expect(sieveOf(attack).mayMatch(ordinary, 0)).toBe(false)
  expect(sieveOf({ s: { 'sc-status': 404 }, condition: 's' }).mayMatch(ordinary, 0)).toBe(false)
  expect(sieveOf({ s: { 'sc-bytes|gt': 100 }, condition: 's' }).mayMatch(ordinary, 0)).toBe(true)
})
