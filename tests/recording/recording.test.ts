/** The bundled recording and the generator behind it: what others may rely on when they compose scenarios. */
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { blindRun } from './actors/blind.ts'
import { passwordGuessing } from './actors/guessers.ts'
import { handTypedInjection, unionDumpRun } from './actors/injectors.ts'
import { clerk } from './actors/staff.ts'
import { visitors } from './actors/visitors.ts'
import { recordingFiles, recordingFolder } from './bundled.ts'
import { record } from './record.ts'
import type { Scenario } from './scenario.ts'
import { startOf } from './scenario.ts'
import { bundled, mistakableActors, quietDays, smallOffice } from './scenarios.ts'
import { highmesa, saltmarsh, wrenfield } from './sites.ts'
import { tampers } from './tampers.ts'
import { expandRuns } from './truth.ts'

const sites = [wrenfield, saltmarsh, highmesa]
const combinedLine =
  /^\S+ - - \[\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d [+-]\d{4}\] "(?:GET|POST|HEAD) \S+ HTTP\/1\.1" \d{3} \d+ "[^"]+" "[^"]+"$/
const nobodysAddress =
  /^(?:192\.0\.2\.|198\.51\.100\.|203\.0\.113\.|198\.1[89]\.|100\.(?:6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.|2001:db8:)/

const committed = (name: string): Uint8Array => readFileSync(new URL(name, recordingFolder))

describe('the recording that the repository holds', () => {
  test('is what the generator makes of its seed', () => {
    const fresh = recordingFiles()
    expect(
      readdirSync(recordingFolder)
        .filter((name) => name.endsWith('.gz'))
        .sort(),
    ).toEqual(Object.keys(fresh).sort())
    for (const [name, text] of Object.entries(fresh)) {
      const held = gunzipSync(committed(name)).toString()
      expect(held === text, `${name} differs: run npm run recording`).toBe(true)
    }
  })

  test('is small: less than 400 kB for each file', () => {
    for (const name of readdirSync(recordingFolder))
      expect(statSync(new URL(name, recordingFolder)).size).toBeLessThan(400_000)
  })

  test('carries no time and no operating system in its gzip headers', () => {
    for (const name of Object.keys(recordingFiles()))
      expect([...committed(name).subarray(4, 8), committed(name)[9]]).toEqual([0, 0, 0, 0, 255])
  })
})

describe.each(sites)('a recording of $name', (site) => {
  const recording = record(bundled(site), 'test')

  test('has combined log lines in the order of time', () => {
    for (const line of recording.combined()) expect(line).toMatch(combinedLine)
    const times = recording.entries.map(({ visit }) => visit.timeMs)
    expect(times).toEqual(times.toSorted((a, b) => a - b))
  })

  test('uses only addresses that belong to nobody', () => {
    for (const { visit } of recording.entries) expect(visit.client).toMatch(nobodysAddress)
  })

  test('has the same requests in its JSON log, line by line', () => {
    const json = recording.nginxJson().map((line) => JSON.parse(line) as Record<string, string>)
    expect(json.map((line) => `${line.request} ${line.status}`)).toEqual(
      recording.entries.map(({ visit }) => `${visit.method} ${visit.target} HTTP/1.1 ${visit.status}`),
    )
  })

  test('labels every line of both logs', () => {
    expect([...expandRuns(recording.truth.lineSources)]).toHaveLength(recording.combined().length)
    expect([...expandRuns(recording.truth.databaseLineSources)]).toHaveLength(recording.database().length)
  })

  test('shows no record to a blocked address, which goes on asking', () => {
    const { blocks } = bundled(site)
    for (const { client, fromMs } of blocks ?? []) {
      const after = recording.entries.filter(({ visit }) => visit.client === client && visit.timeMs >= fromMs)
      for (const { visit } of after)
        expect([visit.status, visit.shown.length, visit.statements.length]).toEqual([403, 0, 0])
    }
    expect(recording.entries.filter(({ visit }) => visit.status === 403).length).toBeGreaterThan(100)
  })

  test('counts an exposed voter once, and never takes one back', () => {
    const counts = recording.truth.recordsExposedAfterLine.map(([, records]) => records)
    expect(counts).toEqual(counts.toSorted((a, b) => a - b))
    const shown = recording.entries
      .filter(({ source }) => recording.sources[source]?.label === 'attack')
      .flatMap(({ visit }) => visit.shown)
    expect(counts.at(-1)).toBe(new Set(shown).size)
  })
})

test('one seed makes one recording, another seed another', () => {
  const scenario = quietDays(saltmarsh, '2026-03-02', 1)
  const [first, again, other] = [record(scenario, 1), record(scenario, 1), record(scenario, 2)]
  expect(again.combined()).toEqual(first.combined())
  expect(again.database()).toEqual(first.database())
  expect(other.combined()).not.toEqual(first.combined())
})

test('one actor more leaves the lines of the others as they were', () => {
  const base: Scenario = {
    name: 'two',
    site: wrenfield,
    firstDay: '2026-03-02',
    days: 1,
    actors: [visitors(20), clerk('m.garza', 30)],
  }
  const more: Scenario = { ...base, actors: [...base.actors, handTypedInjection({ day: 0, clock: '10:00:00' })] }
  const linesOfOthers = record(more, 1)
    .entries.filter(({ source }) => source < 2)
    .map(({ visit }) => visit)
  expect(linesOfOthers).toEqual(record(base, 1).entries.map(({ visit }) => visit))
})

test('a clerk works on weekdays only', () => {
  const scenario: Scenario = {
    name: 'week',
    site: wrenfield,
    firstDay: '2026-03-02',
    days: 7,
    actors: [clerk('m.garza', 50)],
  }
  const days = new Set(
    record(scenario, 1).entries.map(({ visit }) => Math.floor((visit.timeMs - startOf(scenario)) / 86_400_000)),
  )
  expect([...days]).toEqual([0, 1, 2, 3, 4])
})

test('a request id in each statement joins the database log to the JSON log', () => {
  const scenario = { ...quietDays(highmesa, '2026-03-02', 1, { ...smallOffice, visitors: 20 }), marksRequests: true }
  const recording = record(scenario, 1)
  const ids = new Set(recording.nginxJson().map((line) => (JSON.parse(line) as { request_id: string }).request_id))
  const marks = recording.database().flatMap((line) => line.match(/request ([0-9a-f]{32})/)?.[1] ?? [])
  expect(marks.length).toBeGreaterThan(50)
  expect(marks.every((mark) => ids.has(mark))).toBe(true)
})

test('a guesser tries one name again and again and is refused each time', () => {
  const guesser = passwordGuessing({ user: 'clerk', tries: 40, day: 0, clock: '03:00:00', pauseMs: [500, 900] })
  const statuses = record(
    { name: 'guess', site: highmesa, firstDay: '2026-03-02', days: 1, actors: [guesser] },
    1,
  ).entries.map(({ visit }) => visit.status)
  expect(statuses).toEqual(Array(40).fill(401))
})

test.each(['boolean', 'time', 'error'] as const)(
  'a %s-blind run exposes each record when its value is whole',
  (channel) => {
    const run = blindRun({ channel, records: 2, day: 0, clock: '01:00:00', pauseMs: [50, 90] })
    const { truth } = record({ name: 'blind', site: wrenfield, firstDay: '2026-03-02', days: 1, actors: [run] }, 1)
    // A true answer to a question shows the record that the question hangs on, besides the two that are read.
    expect(truth.recordsExposedAfterLine.at(-1)?.[1]).toBe(channel === 'error' ? 2 : 3)
  },
)

test.each(Object.entries(tampers))(
  'an attack rewritten by %s exposes what the plain one does, in other words',
  (_, tamper) => {
    const play = (change: (payload: string) => string) => {
      const dump = unionDumpRun({ day: 0, clock: '01:00:00', records: 20, tamper: change })
      const blind = blindRun({
        channel: 'boolean',
        records: 1,
        day: 0,
        clock: '05:00:00',
        pauseMs: [50, 90],
        tamper: change,
      })
      return record({ name: 'both', site: wrenfield, firstDay: '2026-03-02', days: 1, actors: [dump, blind] }, 1)
    }
    const [plain, changed] = [play((payload) => payload), play(tamper)]
    expect(changed.truth.recordsExposedAfterLine).toEqual(plain.truth.recordsExposedAfterLine)
    expect(changed.combined()).not.toEqual(plain.combined())
  },
)

test('an outage answers for every page, and files still come', () => {
  const quiet = { ...quietDays(wrenfield, '2026-03-02', 1), actors: [visitors(200), ...mistakableActors()] }
  const fromMs = startOf(quiet) + 12 * 3_600_000
  const outage = { fromMs, toMs: fromMs + 600_000, status: 502 } as const
  const recording = record({ ...quiet, outages: [outage] }, 1)
  const during = recording.entries.filter(({ visit }) => visit.timeMs >= outage.fromMs && visit.timeMs < outage.toMs)
  const isFile = (target: string): boolean => wrenfield.files.some(({ path }) => path === target)
  expect(during.length).toBeGreaterThan(30)
  for (const { visit } of during) expect(visit.status === 502).toBe(!isFile(visit.target))
})
