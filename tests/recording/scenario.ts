/** What a scenario is, and what a recording of it consists of. */
import type { Chore, Label, Visit } from './exchange.ts'
import type { SiteDescription } from './site.ts'
import type { Actor } from './stage.ts'
import { minuteMs } from './stage.ts'

export interface Scenario {
  readonly name: string
  readonly site: SiteDescription
  /** The first local day, `YYYY-MM-DD`. */
  readonly firstDay: string
  readonly days: number
  readonly actors: readonly Actor[]
  /** Addresses that get 403s, and since when: what an office does when it has seen them. */
  readonly blocks?: readonly { readonly client: string; readonly fromMs: number }[]
  /** Times at which the application was down and the web server answered in its place. */
  readonly outages?: readonly { readonly fromMs: number; readonly toMs: number; readonly status: 502 | 503 | 504 }[]
  /** Whether the database log has a line for the duration of each statement. Default: true. */
  readonly logsDuration?: boolean
  /** Whether statements carry the request's id in a comment, which joins the two logs. Default: false. */
  readonly marksRequests?: boolean
}

/** A visit with who made it, at its place in the log. */
export interface Entry {
  readonly visit: Visit
  readonly source: number
  readonly requestId: string
}

/** Work in the database, with the label of who caused it. */
export interface DatabaseWork {
  readonly chore: Chore
  readonly source: number
  readonly comment: string
}

export interface Source {
  readonly name: string
  readonly label: Label
  readonly technique: string
}

/** Midnight, local time, of the scenario's first day. */
export const startOf = (scenario: Pick<Scenario, 'firstDay' | 'site'>): number =>
  Date.parse(`${scenario.firstDay}T00:00:00Z`) - scenario.site.utcOffsetMinutes * minuteMs
