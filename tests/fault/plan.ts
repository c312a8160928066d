/** What is written while the desk is killed: lines of a seeded recording dealt out to a followed log, a syslog sender and an
 *  HTTP sender, in slices of event time, with the rotations of the log. Same seed, same plan. */
import { passwordSpray } from '../recording/actors/guessers.ts'
import { handTypedInjection, unionDumpRun } from '../recording/actors/injectors.ts'
import { scannerBurst } from '../recording/actors/scanners.ts'
import { lookupWalk } from '../recording/actors/walkers.ts'
import { Random } from '../recording/random.ts'
import { record } from '../recording/record.ts'
import type { Entry } from '../recording/scenario.ts'
import { quietDays, withAttacks } from '../recording/scenarios.ts'
import { wrenfield } from '../recording/sites.ts'
import { hourMs } from '../recording/stage.ts'

/** Ways in which a log is rotated. */
export type Rotation = 'rename' | 'rename-and-create' | 'copy-and-truncate'

/** What happens in one slice of time. Each text is whole lines. */
export interface Slice {
  readonly log: string
  readonly syslog: string
  readonly push: string
  readonly rotation: Rotation | undefined
}

/** A plan and what a desk must have counted when it was carried out. */
export interface Plan {
  readonly slices: readonly Slice[]
  readonly records: Readonly<Record<SourceName, number>>
  readonly rejects: Readonly<Record<SourceName, number>>
}

export const sourceNames = ['followed', 'sent', 'pushed'] as const
/** The sources of a scene. */
export type SourceName = (typeof sourceNames)[number]

const rotations: readonly Rotation[] = ['rename', 'copy-and-truncate', 'rename-and-create']
const day = (index: number): string => new Date(Date.UTC(2026, 5, 1 + index)).toISOString().slice(0, 10)

/** A day with an attack of every kind. */
const dayOf = (index: number) =>
  withAttacks(
    quietDays(wrenfield, day(index), 1, {
      visitors: 150,
      campus: 20,
      clerks: [['m.garza', 60]],
      monitorEveryMs: 300_000,
    }),
    `fault-day-${index}`,
    [
      handTypedInjection({ day: 0, clock: '21:30:00' }),
      unionDumpRun({ day: 0, clock: '03:10:00', records: 120 }),
      scannerBurst({ day: 0, clock: '13:20:05', requests: 200, lastsMs: 900 }),
      lookupWalk({ addressCount: 12, records: 240, day: 0, clock: '08:00:00', lastsMs: 9 * hourMs, order: 'random' }),
      passwordSpray({ addressCount: 20, triesPerAddress: 5, day: 0, clock: '02:00:00', lastsMs: 2 * hourMs }),
    ],
  )

/** Makes a plan of so many days, each cut into so many slices. The lines of one visitor, and of everybody who takes part in
 *  one attack, go the same way, and each way is of a site of its own: what is found, and what is usual on a page, must
 *  not depend on which of two ways is quicker. */
export function makePlan(seed: string, days: number, slicesPerDay: number, rotateEvery: number): Plan {
  const random = new Random(`fault/${seed}`)
  const slices: Slice[] = []
  const records = { followed: 0, sent: 0, pushed: 0 }
  const rejects = { followed: 0, sent: 0, pushed: 0 }
  const ways = new Map<string, SourceName>()
  let actors = 0
  for (let index = 0; index < days; index++) {
    const recording = record(dayOf(index), seed)
    const lines = recording.combined()
    const perSlice = Math.ceil(lines.length / slicesPerDay)
    for (let from = 0; from < lines.length; from += perSlice) {
      const texts: Record<SourceName, string> = { followed: '', sent: '', pushed: '' }
      for (let at = from; at < Math.min(lines.length, from + perSlice); at++) {
        const entry = recording.entries[at] as Entry
        const actor = recording.sources[entry.source]?.name ?? ''
        const who = actor === 'visitors' ? entry.visit.client : actor
        let way = ways.get(who)
        if (way === undefined) {
          way =
            actor === 'visitors' ? random.pick(sourceNames) : (sourceNames[actors++ % sourceNames.length] as SourceName)
          ways.set(who, way)
        }
        const isTorn = random.fraction() < 0.002
        if (isTorn) rejects[way]++
        else records[way]++
        texts[way] += asSent(way, isTorn ? `torn ${random.bits()}` : ofSite(way, lines[at] as string))
      }
      const count = slices.length + 1
      const rotation = count % rotateEvery === 0 ? rotations[(count / rotateEvery) % rotations.length] : undefined
      slices.push({ log: texts.followed, syslog: texts.sent, push: texts.pushed, rotation })
    }
  }
  return { slices, records, rejects }
}

/** The line as a web server of that way's own site would write it. */
const ofSite = (way: SourceName, line: string): string =>
  way === 'followed' ? line : line.replace(/"([A-Z]+) \//, `"$1 /${way}/`)

const asSent = (way: SourceName, line: string): string =>
  way === 'sent' ? `<134>Jun  1 00:00:00 web2 nginx: ${line}\n` : `${line}\n`
