/** An incident: the findings that belong together, as a clerk is told of them. */
import type { Actor, Exposure, Finding, FindingKind, Level, Outcome } from '../core/finding.ts'
import type { IncidentId } from '../core/ids.ts'

export type IncidentState = 'new' | 'acknowledged' | 'contained' | 'closed'

/** One day (UTC) of an incident's life. */
export interface TimelineEntry {
  /** Start of the day, milliseconds since the epoch, UTC. */
  readonly dayMs: number
  readonly hitCount: number
  /** Kinds first seen on this day, or seen again after a pause. */
  readonly kinds: readonly FindingKind[]
}

/** What to do about a kind of finding, in plain language. `now` is in order of urgency. */
export interface Advice {
  readonly meaning: string
  readonly now: readonly string[]
  readonly call: readonly string[]
}

/** What a clerk is told of: an incident with all that stands behind it. Times are milliseconds since the epoch, UTC. */
export interface Incident {
  readonly id: IncidentId
  readonly state: IncidentState
  readonly level: Level
  /** 0 to 1. */
  readonly confidence: number
  /** One sentence: what happened, without a technical term first. */
  readonly title: string
  /** Two to five sentences for a clerk: what, from where, how sure, what came of it. */
  readonly story: readonly string[]
  readonly kinds: readonly FindingKind[]
  readonly outcome?: Outcome
  readonly firstSeenMs: number
  readonly lastSeenMs: number
  readonly detectedAtMs: number
  readonly actors: readonly Actor[]
  readonly targets: readonly string[]
  readonly tools: readonly string[]
  readonly hitCount: number
  /** What was exposed over the whole incident, and what had been when it was first detected. */
  readonly exposure?: Exposure
  readonly exposureAtDetection?: Exposure
  readonly findings: readonly Finding[]
  /** How many findings are left out of `findings`, where the desk keeps only the gravest. */
  readonly findingsLeftOut?: number
  readonly timeline: readonly TimelineEntry[]
  readonly advice: readonly Advice[]
  /** Context that raises or lowers how sure we are: a known indicator, an office's own list. */
  readonly context: readonly string[]
}
