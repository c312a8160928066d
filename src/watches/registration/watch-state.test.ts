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
import { findingKinds, type Hit } from '../../core/finding.ts'
import { hitsOf, type Logs, recordsOf, wholeCutting } from './replay.fixture.ts'

const dumper = '203.0.113.140'
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
      scannerBurst({ day: 0, clock: '15:03:22', requests: 50, lastsMs: 870, label: 'authorised-scan' }),
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
  const whole = hitsOf(busy)

  test('in a day that shows every kind of finding but the reaching of a bound', () => {
    const kinds = new Set(whole.map(({ kind }) => kind))
    expect(findingKinds.filter((kind) => !kinds.has(kind))).toEqual([
      'new-statement',
      'authorised-scan',
      'limit-reached',
    ])
  })

  test('however the bytes are cut into chunks and batches, and the records into runs', () => {
    for (const cutting of [
      { chunkBytes: 700, batchRecords: 16_384, runRecords: 16_384 },
      { chunkBytes: 1 << 22, batchRecords: 7, runRecords: 3 },
      { chunkBytes: 65_536, batchRecords: 1_000, runRecords: 1 },
    ]) {
      expectSameHits(hitsOf(busy, { cutting }), whole)
    }
  })

  test('when the watch is saved and restored on the way, again and again', () => {
    const count = recordsOf(busy).length
    for (const n of [211, 1_009]) expectSameHits(hitsOf(busy, { savedBefore: everyNth(n, count) }), whole)
  })

  test('without the database log too', () => {
    const logs = { web: busy.web }
    const count = recordsOf(logs).length
    expectSameHits(hitsOf(logs, { savedBefore: everyNth(97, count) }), hitsOf(logs))
  })
})
