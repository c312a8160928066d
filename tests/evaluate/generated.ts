/** Recordings by this project's own generator, which no detection was tuned to: other sites, databases, zones, tampers
 *  and encodings, drawn by seed. */
import { blindRun } from '../recording/actors/blind.ts'
import { passwordGuessing, passwordSpray } from '../recording/actors/guessers.ts'
import { handTypedInjection, unionDumpRun } from '../recording/actors/injectors.ts'
import { scannerBurst } from '../recording/actors/scanners.ts'
import { lookupWalk } from '../recording/actors/walkers.ts'
import { type Encode, formEncode, percentAll, percentEverything, typedWithPlus } from '../recording/encodings.ts'
import { Random } from '../recording/random.ts'
import { type Recording as Played, record } from '../recording/record.ts'
import type { Scenario } from '../recording/scenario.ts'
import { mistakableActors, quietDays, withAttacks } from '../recording/scenarios.ts'
import type { SiteDescription } from '../recording/site.ts'
import { highmesa, saltmarsh, wrenfield } from '../recording/sites.ts'
import { dayMs, hourMs, minuteMs, secondMs } from '../recording/stage.ts'
import { type Tamper, tampers } from '../recording/tampers.ts'
import { writeRecording } from './made.ts'
import type { OpenRecording } from './recordings.ts'
import { type LineTruth, requestComment, webLines } from './truth.ts'

const sites: readonly SiteDescription[] = [wrenfield, saltmarsh, highmesa]
const encodes: readonly Encode[] = [percentAll, formEncode, percentEverything, typedWithPlus]
const browser = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/127.0 Safari/537.36'

/** A site that differs from the sample's in zone and in the numbers of its voters. */
function variedSite(seed: number, random: Random): SiteDescription {
  const site = sites[seed % sites.length] as SiteDescription
  const idStep = random.pick([1, 1, 3, 7, 10])
  return {
    ...site,
    utcOffsetMinutes: random.pick([-600, -480, -300, 0, 330]),
    roll: { ...site.roll, seed: random.letters(8), firstId: random.integer(10_000, 9_000_000), idStep },
  }
}

/** Scenarios of one seed: quiet weeks, and attacks of each kind among ordinary traffic. */
function scenariosOf(seed: number): Scenario[] {
  const random = new Random(`evaluate/${seed}`)
  const site = variedSite(seed, random)
  const tamper = random.pick<Tamper>([(payload) => payload, ...Object.values(tampers)])
  const encode = random.pick(encodes)
  const agent = random.pick([browser, 'sqlmap/1.8.4#stable (https://sqlmap.org)', 'python-requests/2.31.0', ''])
  const days = (name: string, count: number): Scenario => ({ ...quietDays(site, '2026-04-13', count), name })
  const day = 1
  const quiet = days('quiet', 7)
  return [
    { ...quiet, actors: [...quiet.actors, ...mistakableActors()] },
    withAttacks(days('', 3), 'hand-typed', [handTypedInjection({ day, clock: '20:15:00' })]),
    withAttacks(days('', 3), 'dump', [
      unionDumpRun({
        day,
        clock: '03:10:00',
        records: 400,
        recordsPerRequest: random.pick([1, 1, 10]),
        pauseMs: [400, 2_500],
        agent,
        encode,
        tamper,
      }),
    ]),
    ...(['boolean', 'time', 'error'] as const).map((channel) =>
      withAttacks(days('', 3), channel, [
        blindRun({
          channel,
          records: channel === 'error' ? 60 : 4,
          day,
          clock: '02:00:00',
          pauseMs: [200, 1_500],
          agent,
          encode,
          tamper,
        }),
      ]),
    ),
    ...(['sequential', 'random'] as const).map((order) =>
      withAttacks(days('', 3), `walk from 1 address, ${order}`, [
        lookupWalk({
          addressCount: 1,
          records: 1_200,
          day,
          clock: '10:00:00',
          lastsMs: 20 * hourMs,
          order,
          missShare: 0.1,
        }),
      ]),
    ),
    withAttacks(days('', 3), 'walk from 1 address, fast', [
      lookupWalk({ addressCount: 1, records: 2_000, day, clock: '10:00:00', lastsMs: 40 * secondMs, order: 'random' }),
    ]),
    withAttacks(days('', 3), 'walk from 1 address, disguised', [
      lookupWalk({
        addressCount: 1,
        records: 1_200,
        day,
        clock: '09:00:00',
        lastsMs: 8 * hourMs,
        order: 'random',
        disguised: true,
      }),
    ]),
    withAttacks(days('', 3), 'walk from 1 address, status page', [
      lookupWalk({
        addressCount: 1,
        records: 1_200,
        day,
        clock: '09:00:00',
        lastsMs: 8 * hourMs,
        order: 'random',
        through: 'status',
      }),
    ]),
    ...(['sequential', 'random'] as const).map((order) =>
      withAttacks(days('', 4), `walk from 200 addresses, ${order}`, [
        lookupWalk({ addressCount: 200, records: 6_000, day, clock: '06:00:00', lastsMs: 2 * dayMs, order }),
      ]),
    ),
    withAttacks(days('', 3), 'scans', [
      scannerBurst({ day, clock: '14:03:22', requests: 500, lastsMs: 600 }),
      scannerBurst({ day, clock: '18:00:00', requests: 300, lastsMs: 5 * hourMs, agent: browser }),
    ]),
    withAttacks(days('', 3), 'sign-in', [
      passwordSpray({ addressCount: 50, triesPerAddress: 4, day, clock: '01:20:00', lastsMs: 3 * hourMs }),
      passwordGuessing({
        user: 'registrar',
        tries: 300,
        day,
        clock: '15:00:00',
        pauseMs: [secondMs, minuteMs],
        agent: browser,
      }),
    ]),
  ]
}

/** All scenarios for seeds 1 to `seeds`. */
export function generatedRecordings(seeds: number): OpenRecording[] {
  return Array.from({ length: seeds }, (_, i) => i + 1).flatMap((seed) =>
    scenariosOf(seed).map((scenario) => {
      const name = `seed ${seed} (${scenario.site.database.name}), ${scenario.name}`
      return { name, open: () => play(name, scenario, seed) }
    }),
  )
}

function play(name: string, scenario: Scenario, seed: number): ReturnType<OpenRecording['open']> {
  const played = record({ ...scenario, marksRequests: true }, seed)
  const database = played.database()
  return writeRecording(name, 'generated', {
    access: played.combined(),
    json: played.nginxJson(),
    database: database.map((line) => line.replaceAll(new RegExp(requestComment, 'g'), '')),
    truth: truthOf(played, database),
  })
}

function truthOf({ entries, sources, truth }: Played, database: readonly string[]): LineTruth {
  const sourceOfLine = new Uint16Array(entries.length + 1)
  const timeMsOfLine = new Float64Array(entries.length + 1)
  const [attackOfLine, clientOfLine] = [[''], ['']]
  const hiddenLines = new Set<number>()
  const authorisedScanners = new Set<string>()
  for (const [i, { visit, source }] of entries.entries()) {
    const line = i + 1
    const { label, name } = sources[source] as Played['sources'][number]
    sourceOfLine[line] = source
    timeMsOfLine[line] = visit.timeMs
    attackOfLine.push(label === 'attack' ? name : '')
    clientOfLine.push(visit.client)
    if (label === 'attack' && !carriesQuote(visit.target)) hiddenLines.add(line)
    if (label === 'authorised-scan') authorisedScanners.add(visit.client)
  }
  return {
    lines: entries.length,
    sources,
    sourceOfLine,
    attackOfLine,
    clientOfLine,
    timeMsOfLine,
    hiddenLines,
    exposedAfterLine: truth.recordsExposedAfterLine,
    authorisedScanners: [...authorisedScanners],
    webLineOfDatabaseLine: webLines(database, new Map(entries.map(({ requestId }, i) => [requestId, i + 1]))),
  }
}

/** All injections of the generator break out of a quoted literal. */
const carriesQuote = (target: string): boolean => /'|%(?:25)?27/.test(target)
