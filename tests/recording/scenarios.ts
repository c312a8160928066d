/** Scenarios made of actors: the bundled recording, and smaller ones that tests put together for any site. */

import {
  forgetfulClerk,
  linkChecker,
  mobileCarrier,
  nameSearchers,
  registrationDrive,
  reloadingBrowser,
} from './actors/crowds.ts'
import { passwordSpray } from './actors/guessers.ts'
import { handTypedInjection, unionDumpRun } from './actors/injectors.ts'
import { backgroundNoise, brokenClient, databaseChores, monitor, searchEngines } from './actors/machines.ts'
import { scannerBurst } from './actors/scanners.ts'
import { clerk } from './actors/staff.ts'
import { campus, visitors } from './actors/visitors.ts'
import { lookupWalk } from './actors/walkers.ts'
import { lastNames } from './people.ts'
import type { Scenario } from './scenario.ts'
import { startOf } from './scenario.ts'
import type { SiteDescription } from './site.ts'
import { wrenfield } from './sites.ts'
import type { Actor } from './stage.ts'
import { dayMs, hourMs, minuteMs } from './stage.ts'

/** How busy a site is; everything counts per day. */
export interface Traffic {
  readonly visitors: number
  readonly campus: number
  readonly clerks: readonly (readonly [name: string, lookups: number])[]
  readonly monitorEveryMs: number
}

export const smallOffice: Traffic = {
  visitors: 380,
  campus: 40,
  clerks: [['m.garza', 240]],
  monitorEveryMs: 5 * minuteMs,
}

/** Everybody who means no harm, and the noise. */
export const everydayActors = (traffic: Traffic): Actor[] => [
  visitors(traffic.visitors),
  campus(traffic.campus),
  ...traffic.clerks.map(([name, lookups]) => clerk(name, lookups)),
  searchEngines(18),
  monitor(traffic.monitorEveryMs),
  brokenClient(6),
  databaseChores(),
  backgroundNoise(5),
]

/** Harmless people and programs that simple rules take for attackers. */
export const mistakableActors = (): Actor[] => [
  mobileCarrier(120),
  registrationDrive(90),
  nameSearchers(lastNames.slice(0, 40)),
  reloadingBrowser(600),
  linkChecker(150),
  forgetfulClerk(9),
]

/** Days on which nothing happens. */
export const quietDays = (
  site: SiteDescription,
  firstDay: string,
  days: number,
  traffic: Traffic = smallOffice,
): Scenario => ({
  name: `quiet-${site.host}`,
  site,
  firstDay,
  days,
  actors: everydayActors(traffic),
})

/** Everyday traffic with attacks among it. */
export const withAttacks = (
  quiet: Scenario,
  name: string,
  attacks: readonly Actor[],
  blocks: Scenario['blocks'] = [],
): Scenario => ({
  ...quiet,
  name,
  actors: [...quiet.actors, ...attacks],
  blocks,
})

const intruder = '198.51.100.77'
const intruderTool = '203.0.113.140'
const secondTool = '198.18.40.9'

/** The bundled recording: three days at Wrenfield County. An evening's hand-typed injection, a night's dump that the
 *  office blocks at 05:40, a scan of less than a second, a walk through the look-up page, and a password spray. */
export function bundled(site: SiteDescription = wrenfield): Scenario {
  const quiet = quietDays(site, '2026-09-14', 3)
  const blockedFromMs = startOf(quiet) + dayMs + 5 * hourMs + 40 * minuteMs
  return {
    ...withAttacks(
      quiet,
      'three-days',
      [
        handTypedInjection({ client: intruder, day: 0, clock: '22:10:00' }),
        unionDumpRun({
          clients: [intruderTool, intruderTool, secondTool],
          day: 1,
          clock: '04:57:00',
          records: 620,
          pauseMs: [1_500, 6_000],
          furtherRequests: 600,
          furtherPauseMs: [300, 2_000],
        }),
        scannerBurst({ day: 1, clock: '14:03:22', requests: 700, lastsMs: 870 }),
        lookupWalk({
          addressCount: 30,
          records: 900,
          day: 1,
          clock: '09:30:00',
          lastsMs: 26 * hourMs,
          order: 'sequential',
          missShare: 0.02,
        }),
        passwordSpray({ addressCount: 40, triesPerAddress: 6, day: 2, clock: '01:20:00', lastsMs: 150 * minuteMs }),
      ],
      [intruder, intruderTool, secondTool].map((client) => ({ client, fromMs: blockedFromMs })),
    ),
    logsDuration: false,
  }
}

/** The seed of the recording that the repository holds. */
export const bundledSeed = 'wrenfield-2026'
