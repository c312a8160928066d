/** Where actors play: the site, the days, and the clock of the place. Actors plan visits; `record` puts them in order. */
import type { AddressPool } from './addresses.ts'
import type { Chore, Label, Visit } from './exchange.ts'
import type { Random } from './random.ts'
import type { Site } from './site.ts'

export const secondMs = 1_000
export const minuteMs = 60 * secondMs
export const hourMs = 60 * minuteMs
export const dayMs = 24 * hourMs

export interface Stage {
  readonly site: Site
  /** The actor's own stream. */
  readonly random: Random
  readonly addresses: AddressPool
  /** Midnight, local time, of the first day. */
  readonly startMs: number
  readonly days: number
}

export interface Actor {
  readonly name: string
  readonly label: Label
  /** What the actor does, for example `enumeration`; `ordinary` for those without a purpose of note. */
  readonly technique: string
  plan(stage: Stage): Iterable<Visit>
  chores?(stage: Stage): Iterable<Chore>
}

/** `day` counts from 0; `clock` is `HH:MM:SS` local time. */
export function at(stage: Stage, day: number, clock: string): number {
  const [hours, minutes, seconds] = clock.split(':').map(Number) as [number, number, number]
  return stage.startMs + day * dayMs + hours * hourMs + minutes * minuteMs + seconds * secondMs
}

/** Visits by hour of the local day, midnight first: quiet nights, lunch time, and an evening peak. */
const hourWeights = [3, 2, 1, 1, 1, 2, 6, 14, 26, 34, 36, 37, 42, 38, 35, 34, 33, 32, 34, 40, 42, 34, 20, 9]

export function ordinaryTime(stage: Stage, random: Random, day: number): number {
  const hour = random.weighted(hourWeights.map((weight, index) => [index, weight] as const))
  return stage.startMs + day * dayMs + hour * hourMs + random.integer(0, hourMs - 1)
}
