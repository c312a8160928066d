/** One request as the detections see it: its columns and what the watch already knows of the client, the path and the
 *  user agent. One object is reused for all requests; a detection that needs to remember something copies it. */
import type { Exposed, FindingKind, Hit, Level, Outcome } from '../../core/finding.ts'
import { field, type RequestBatch } from '../../formats/request-batch.ts'
import type { Agent } from './agents.ts'
import type { Client, KeptRecord } from './clients.ts'
import type { Path } from './pages.ts'

export type Emit = (hit: Hit) => void

/** The request at hand. */
export interface Seen {
  batch: RequestBatch
  record: number
  timeMs: number
  status: number
  bodyBytes: number
  durationMs: number
  client: Client
  path: Path
  agent: Agent
  /** Where the query begins in the batch's bytes (behind `?`), and ends; equal where there is none. */
  queryStart: number
  /** Size of the site's front page as served last; -1 before that. */
  frontBytes: number
  queryEnd: number
}

/** What a detection says of a request, besides what the request itself tells. */
export interface Claim {
  readonly kind: FindingKind
  readonly rule: string
  readonly level: Level
  readonly confidence: number
  readonly target?: string
  readonly part?: string
  readonly outcome?: Outcome
  readonly tool?: string
  readonly shape?: string
  readonly exposes?: readonly Exposed[]
}

/** The hit of a claim on the request at hand. */
export function hitOf(seen: Seen, claim: Claim): Hit {
  return {
    target: seen.path.page.name,
    ...claim,
    timeMs: seen.timeMs,
    actor: { type: 'address', value: seen.client.address },
    place: seen.batch.place(seen.record),
    decidedAtMs: seen.timeMs,
  }
}

/** The hit of a claim on a record that was kept for hindsight. */
export function hitOfKept(kept: KeptRecord, client: Client, decidedAtMs: number, claim: Claim): Hit {
  return {
    target: kept.target,
    ...claim,
    timeMs: kept.timeMs,
    actor: { type: 'address', value: client.address },
    place: kept.place,
    decidedAtMs,
  }
}

/** The request at hand as a record for hindsight. */
export function keptRecord(seen: Seen, part = ''): KeptRecord {
  return {
    timeMs: seen.timeMs,
    place: seen.batch.place(seen.record),
    target: seen.path.page.name,
    part,
    agent: seen.agent.id,
  }
}

/** True for a POST or PUT, told by the method's first byte. */
export function isSubmission(seen: Seen): boolean {
  return seen.batch.bytes[seen.batch.start(seen.record, field.method)] === 80
}

/** True where the request was answered with what was asked for. */
export const isServed = (status: number): boolean => status >= 200 && status < 400

/** True where the site turned the request away. */
export const isRefused = (status: number): boolean => status === 403 || status === 429 || status === 444
