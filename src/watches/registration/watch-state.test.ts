import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { blindRun } from '../../../tests/recording/actors/blind.ts'
import { passwordGuessing, passwordSpray } from '../../../tests/recording/actors/guessers.ts'
import { handTypedInjection, unionDumpRun } from '../../../tests/recording/actors/injectors.ts'
import { scannerBurst } from '../../../tests/recording/actors/scanners.ts'
import { lookupWalk } from '../../../tests/recording/actors/walkers.ts'
import { record } from '../../../tests/recording/record.ts'
import { startOf } from '../../../tests/recording/scenario.ts'
import { quietDays, withAttacks } from '../../../tests/recording/scenarios.ts'
import { wrenfield } from '../../../tests/recording/sites.ts'
import { hourMs, minuteMs } from '../../../tests/recording/stage.ts'
import { findingKinds, type Hit, watchOf } from '../../core/finding.ts'
import { limits } from '../../core/limits.ts'
import { emptyOffice, type Office } from '../../core/office.ts'
import { accessLine, clfTime, hitsOf, type Logs, recordsOf } from './replay.fixture.ts'

const dumper = '203.0.113.140'
const ordered = '198.51.100.9'
const office: Office = { ...emptyOffice, authorisedScanners: [ordered] }
const lines = (texts: readonly string[]): string => texts.map((text) => `${text}\n`).join('')

/** A day on which everything happens that the watch knows. */
function busyDay(): Logs {
  const quiet = quietDays(wrenfield, '2026-03-02', 1, {
    visitors: 120,
    campus: 10,
    clerks: [['m.garza', 40]],
    monitorEveryMs: 30 * minuteMs,
  })
  const scenario = withAttacks(
    quiet,
    'everything-in-one-day',
    [
      handTypedInjection({ client: '198.51.100.77', day: 0, clock: '08:10:00' }),
      unionDumpRun({
        clients: [dumper],
        day: 0,
        clock: '10:00:00',
        records: 30,
        pauseMs: [500, 900],
        furtherRequests: 40,
        furtherPauseMs: [300, 2_000],
      }),
      blindRun({ channel: 'boolean', records: 1, day: 0, clock: '12:00:00', pauseMs: [200, 900] }),
      scannerBurst({ day: 0, clock: '14:03:22', requests: 150, lastsMs: 870 }),
      scannerBurst({
        day: 0,
        clock: '15:03:22',
        requests: 50,
        lastsMs: 870,
        label: 'authorised-scan',
        client: ordered,
      }),
      lookupWalk({
        addressCount: 12,
        records: 200,
        day: 0,
        clock: '16:30:00',
        lastsMs: 3 * hourMs,
        order: 'sequential',
      }),
      passwordGuessing({ user: 'admin', tries: 30, day: 0, clock: '19:00:00', pauseMs: [800, 2_000] }),
      passwordSpray({ addressCount: 25, triesPerAddress: 3, day: 0, clock: '20:20:00', lastsMs: 50 * minuteMs }),
    ],
    [{ client: dumper, fromMs: startOf(quiet) + 10 * hourMs + minuteMs }],
  )
  const recording = record(scenario, 'state')
  return { web: lines(recording.combined()), database: lines(recording.database()) }
}

const busy = busyDay()

/** Every n-th record of a replay. */
const everyNth = (n: number, count: number): Set<number> =>
  new Set(Array.from({ length: Math.floor(count / n) }, (_, i) => (i + 1) * n))

/** What two lists of hits differ in first: a failing comparison of thousands of hits is not readable. */
function expectSameHits(actual: readonly Hit[], expected: readonly Hit[]): void {
  const differs = expected.findIndex((hit, i) => JSON.stringify(hit) !== JSON.stringify(actual[i]))
  if (differs >= 0)
    expect({ number: differs, hit: actual[differs] }).toEqual({ number: differs, hit: expected[differs] })
  expect(actual.length).toBe(expected.length)
}

describe('the same records give the same hits', () => {
  const whole = hitsOf(busy, { office })

  test('in a day that shows nearly every kind of finding', () => {
    const kinds = new Set(whole.map(({ kind }) => kind))
    const ours = findingKinds.filter((kind) => watchOf[kind] === 'registration')
    expect(ours.filter((kind) => !kinds.has(kind))).toEqual(['new-statement', 'limit-reached'])
  })

  test('however the bytes are cut into chunks and batches, and the records into runs', () => {
    for (const cutting of [
      { chunkBytes: 700, batchRecords: 8, runRecords: 8 },
      { chunkBytes: 1 << 22, batchRecords: 7, runRecords: 3 },
      { chunkBytes: 65_536, batchRecords: 1_000, runRecords: 1 },
    ]) {
      expectSameHits(hitsOf(busy, { office, cutting }), whole)
    }
  })

  test('when the watch is saved and restored on the way, again and again', () => {
    const count = recordsOf(busy).length
    for (const n of [211, 1_009]) expectSameHits(hitsOf(busy, { office, savedBefore: everyNth(n, count) }), whole)
  })

  test('without the database log too', () => {
    const logs = { web: busy.web }
    const count = recordsOf(logs).length
    expectSameHits(hitsOf(logs, { office, savedBefore: everyNth(97, count) }), hitsOf(logs, { office }))
  })
})

/** Lines of a small hostile world: three addresses, few pages, every answer, and steps of time from nothing to a day. */
const smallWorld = fc
  .array(
    fc.record({
      client: fc.constantFrom('192.0.2.1', '192.0.2.2', '2001:db8::3'),
      stepMs: fc.constantFrom(0, 1, 400, 2_000, 90_000, 3_600_000, 90_000_000),
      method: fc.constantFrom('GET', 'GET', 'GET', 'POST'),
      target: fc.oneof(
        fc.constantFrom(
          '/',
          '/login',
          '/status?dl=D1000001',
          "/status?dl=D1000001'",
          '/status?dl=D1%27%20AND%201=1--%20x',
          '/status?dl=D1%27%20AND%201=2--%20x',
          "/status?dl=D1'+UNION+SELECT+licence,name+FROM+voters--+",
          '/.env',
          '/wp-login.php',
          '/a.bak',
          '/gone',
        ),
        fc.integer({ min: 0, max: 30 }).map((key) => `/voter/${200_400 + key}`),
        fc.integer({ min: 0, max: 60 }).map((key) => `/status?dl=D${1_000_000 + key}`),
        fc.integer({ min: 0, max: 60 }).map((key) => `/old/${'x'.repeat(key % 7)}${key}.php`),
      ),
      status: fc.constantFrom(200, 200, 200, 302, 401, 403, 404, 500),
      bytes: fc.constantFrom(0, 900, 900, 950, 40_000),
      referer: fc.constantFrom('-', '-', 'https://vote.example/'),
      agent: fc.constantFrom('Mozilla/5.0', 'Mozilla/5.0', '-', 'sqlmap/1.8', 'Nikto'),
    }),
    { minLength: 1, maxLength: 120 },
  )
  .map((steps): Logs => {
    let timeMs = Date.UTC(2026, 5, 1)
    return {
      web: lines(
        steps.map(({ client, stepMs, method, target, status, bytes, referer, agent }) => {
          timeMs += stepMs
          return accessLine({ client, timeMs, method, target, status, bytes, referer, agent })
        }),
      ),
    }
  })

describe('a small hostile world', () => {
  test('gives the same hits when the watch is saved and restored before any records', () => {
    fc.assert(
      fc.property(smallWorld, fc.integer({ min: 1, max: 9 }), (logs, n) => {
        const savedBefore = everyNth(n, recordsOf(logs).length)
        expectSameHits(hitsOf(logs, { savedBefore }), hitsOf(logs))
      }),
      { numRuns: 100 },
    )
  })

  test('holds records against nobody but those who sent them, at their places and times', () => {
    fc.assert(
      fc.property(smallWorld, (logs) => {
        const sent = logs.web.split('\n')
        for (const { actor, place, timeMs, decidedAtMs } of hitsOf(logs)) {
          const line = sent[place.line - 1] as string
          expect(line.startsWith(`${actor.value} `)).toBe(true)
          expect(place.length).toBe(line.length)
          expect(line).toContain(clfTime(timeMs))
          expect(decidedAtMs).toBeGreaterThanOrEqual(timeMs)
        }
      }),
      { numRuns: 100 },
    )
  })

  test('says nothing new of earlier records to those who see more of the log, but what is decided later', () => {
    fc.assert(
      fc.property(smallWorld, fc.nat(), (logs, cut) => {
        const sent = logs.web.trimEnd().split('\n')
        const part = { web: lines(sent.slice(0, 1 + (cut % sent.length))) }
        const [some, all] = [hitsOf(part), hitsOf(logs)]
        expectSameHits(all.slice(0, some.length), some)
      }),
      { numRuns: 100 },
    )
  })
})

describe('a bound that is reached is said', () => {
  const startMs = Date.UTC(2026, 5, 1)
  const time = clfTime(startMs + 1_000)
  const ask = (client: string, target: string, status: number): string =>
    `${client} - - [${time}] "GET ${target} HTTP/1.1" ${status} 900 "-" "Mozilla/5.0"`

  test('when more addresses come than the watch remembers; what is held against an address outlives it', () => {
    const intruder = { client: '203.0.113.5', timeMs: startMs }
    const crowd = Array.from({ length: limits.clientsMax + 2 }, (_, i) =>
      ask(`10.${i >> 16}.${(i >> 8) & 255}.${i & 255}`, '/', 200),
    )
    const web = lines([
      accessLine({ ...intruder, target: `/status?dl=1'%22(`, status: 500 }),
      accessLine({ ...intruder, target: "/status?dl=D1'+UNION+SELECT+licence,name+FROM+voters--+" }),
      ...crowd,
      accessLine({ ...intruder, timeMs: startMs + 90_000_000, target: `/status?dl=1'%22)`, status: 500 }),
    ])
    const hits = hitsOf({ web })
    const limitHits = hits.filter(({ kind }) => kind === 'limit-reached')
    expect(limitHits.map(({ target, level }) => [target, level])).toEqual([['addresses', 'low']])
    const injected = hits.filter(({ kind }) => kind === 'sql-injection')
    expect(injected.map(({ place }) => place.line)).toEqual([1, 2, crowd.length + 3])
  })

  test('when more paths are asked for than the watch remembers', () => {
    const web = lines(Array.from({ length: limits.pathsMax + 2 }, (_, i) => ask('203.0.113.6', `/a${i}x`, 404)))
    const limitHits = hitsOf({ web }).filter(({ kind }) => kind === 'limit-reached')
    expect(limitHits.map(({ target }) => target)).toEqual(['paths'])
  })

  test('and pages that come after that are not taken for pages that were there before', () => {
    const post = (client: string, i: number): string =>
      accessLine({ client, timeMs: startMs + i * 60_000, method: 'POST', target: '/login', status: 401 })
    const payload = "?dl=D1'+UNION+SELECT+licence,name+FROM+voters--+"
    const junk = Array.from({ length: limits.pathsMax }, (_, i) => ask('203.0.113.6', `/a${i}x`, 404))
    const page = (name: string, query = ''): string => ask('203.0.113.7', `/${name}${query}`, 200)
    const web = lines([
      ...junk.slice(0, 3),
      page('status', payload),
      ...junk.slice(3),
      ...['help', 'about', 'map', 'news', 'hours', 'forms'].map((name) => page(name, '?lang=es')),
      post('203.0.113.8', 1),
    ])
    const injected = hitsOf({ web }).filter(({ kind }) => kind === 'sql-injection')
    expect(injected.map(({ target }) => target)).toEqual(['/status'])
  })
})

describe('a payload is seen', () => {
  test('behind a path so long that it is only remembered in part', () => {
    const path = `/${'a'.repeat(limits.pathBytesMax)}/`
    const timeMs = Date.UTC(2026, 5, 1)
    const web = lines(
      [`${path}b`, `${path}1'%20UNION%20SELECT%20name%20FROM%20voters--%20`].map((target) =>
        accessLine({ client: '203.0.113.5', timeMs, target, status: 404 }),
      ),
    )
    const injected = hitsOf({ web }).filter(({ kind }) => kind === 'sql-injection')
    expect(injected.map(({ place }) => place.line)).toEqual([2])
  })
})
