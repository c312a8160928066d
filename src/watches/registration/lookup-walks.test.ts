import { describe, expect, test } from 'vitest'
import {
  forgetfulClerk,
  linkChecker,
  mobileCarrier,
  registrationDrive,
} from '../../../tests/recording/actors/crowds.ts'
import { clerk } from '../../../tests/recording/actors/staff.ts'
import { campus } from '../../../tests/recording/actors/visitors.ts'
import { lookupWalk, type WalkPlan } from '../../../tests/recording/actors/walkers.ts'
import { type Recording, record } from '../../../tests/recording/record.ts'
import { quietDays, withAttacks } from '../../../tests/recording/scenarios.ts'
import type { SiteDescription } from '../../../tests/recording/site.ts'
import { highmesa, saltmarsh, wrenfield } from '../../../tests/recording/sites.ts'
import { type Actor, dayMs, hourMs, minuteMs } from '../../../tests/recording/stage.ts'
import { emptyOffice, type Office } from '../../core/office.ts'
import { buildIncidents } from '../../incidents/build.ts'
import { FindingLedger } from '../../incidents/finding-ledger.ts'
import type { Incident } from '../../incidents/incident.ts'
import { hitsOf } from './replay.fixture.ts'

const firstDay = '2026-03-02'
const walkDay = 1

function recordingWith(site: SiteDescription, days: number, actors: readonly Actor[], seed: number): Recording {
  return record(withAttacks(quietDays(site, firstDay, days), 'walk', actors), seed)
}

/** What the watch makes of a recording's access log, routine scanning left out. */
function incidentsOf(recording: Recording, office: Office = emptyOffice): Incident[] {
  const ledger = new FindingLedger()
  const web = recording.combined().map((line) => `${line}\n`)
  for (const hit of hitsOf({ web: web.join('') }, { office })) ledger.add(hit)
  return buildIncidents(ledger.findings).filter(({ kinds }) => kinds.some((kind) => kind !== 'scan'))
}

const isAttack = ({ sources }: Recording, source: number): boolean => sources[source]?.label === 'attack'

/** Voters whose records were shown to the walker by a moment. */
function shownBy(recording: Recording, timeMs: number): number {
  const shown = new Set<number>()
  for (const { visit, source } of recording.entries) {
    if (isAttack(recording, source) && visit.timeMs <= timeMs) for (const voter of visit.shown) shown.add(voter)
  }
  return shown.size
}

/** A walk is one incident that holds the bounds, found before so many records were shown. */
function expectFound(recording: Recording, recordsMax: number): void {
  const incidents = incidentsOf(recording)
  expect(incidents.map(({ kinds, level }) => [kinds, level])).toEqual([[['enumeration'], 'high']])
  const [incident] = incidents as [Incident]
  expect(shownBy(recording, incident.detectedAtMs)).toBeLessThan(recordsMax)
  const truth = shownBy(recording, Number.POSITIVE_INFINITY)
  expect(incident.exposure?.recordsMin).toBeLessThanOrEqual(truth)
  // Of the records before the alarm only the last `limits.hindsightRecordsMax` are remembered.
  expect(incident.exposure?.recordsMax).toBeGreaterThanOrEqual(truth * 0.95)
  const walkers = new Set(
    recording.entries.filter(({ source }) => isAttack(recording, source)).map(({ visit }) => visit.client),
  )
  for (const { value } of incident.actors) expect(walkers).toContain(value)
}

const walk = (plan: Partial<WalkPlan>): Actor =>
  lookupWalk({
    addressCount: 1,
    records: 600,
    day: walkDay,
    clock: '10:00:00',
    lastsMs: 20 * minuteMs,
    order: 'sequential',
    ...plan,
  })

const sites = { wrenfield, saltmarsh, highmesa }

describe('somebody who walks through voters’ numbers is found before 200 records are out', () => {
  for (const [name, site] of Object.entries(sites)) {
    for (const order of ['sequential', 'random'] as const) {
      test(`at ${name}, from one address, fast, ${order}`, () => {
        expectFound(recordingWith(site, 2, [walk({ order })], 1), 200)
      })
      test(`at ${name}, from one address, slowly over two days, ${order}`, () => {
        expectFound(recordingWith(site, 4, [walk({ order, lastsMs: 2 * dayMs })], 2), 200)
      })
    }
  }
})

describe('a herd of 200 addresses is found before 2,000 records are out', () => {
  for (const [name, site] of Object.entries(sites)) {
    for (const order of ['sequential', 'random'] as const) {
      test(`at ${name}, ${order}`, () => {
        const herd = walk({ order, addressCount: 200, records: 5_000, lastsMs: 2 * dayMs })
        expectFound(recordingWith(site, 4, [herd], 3), 2_000)
      })
    }
  }
})

describe('nobody’s walk is', () => {
  const quiet = (site: SiteDescription, actors: readonly Actor[]): void => {
    expect(incidentsOf(recordingWith(site, 4, actors, 4)).map(({ title }) => title)).toEqual([])
  }

  for (const [name, site] of Object.entries(sites)) {
    test(`the work of clerks who look up 400 voters a day, in runs of neighbours (${name})`, () => {
      quiet(site, [clerk('t.vance', 400), clerk('s.okafor', 400), forgetfulClerk(6)])
    })
    test(`a campus behind one address, a carrier’s gateways, a registration drive, a link checker (${name})`, () => {
      quiet(site, [campus(400), mobileCarrier(300), registrationDrive(120), linkChecker(150)])
    })
  }

  test('the work of an address on the office’s list', () => {
    const recording = recordingWith(wrenfield, 2, [walk({ lastsMs: 3 * hourMs })], 5)
    const address = recording.entries.find(({ source }) => isAttack(recording, source))?.visit.client ?? ''
    expect(incidentsOf(recording)).toHaveLength(1)
    expect(incidentsOf(recording, { ...emptyOffice, knownUsers: [address] })).toEqual([])
  })
})
