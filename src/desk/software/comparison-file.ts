/** What is kept of a comparison of software: a short file for the list of machines, and a long one with the differences. Both
 *  are made by a process of its own, and made anew when one of the two lists is another one. */
import type { SourceId } from '../../core/ids.ts'
import type { DifferenceKind, Severity } from '../../software/difference.ts'
import type { ReceivedManifest } from '../../sources/drop/receive-software.ts'

/** A list that was checked. */
export interface ComparedList {
  readonly machine: string
  readonly folder: string
  readonly madeAt: string
  readonly keptAtMs: number
  readonly entries: number
  readonly unread: number
  readonly sha256: string
  readonly fingerprint: string
}

/** The short file. */
export interface ComparisonSummary {
  /** Of which two files this was made. */
  readonly stamp: string
  readonly state: 'unchanged' | 'changed' | 'no-baseline' | 'no-list' | 'damaged'
  readonly latest?: ComparedList
  readonly baseline?: ComparedList
  readonly changes: readonly { readonly kind: DifferenceKind; readonly isProgram: boolean; readonly count: number }[]
  readonly expected: number
  readonly same: number
  readonly leftOut: number
  readonly severity: Severity
}

/** One difference in the long file; paths and sentences are made fit to be shown. */
export interface ComparedDifference {
  readonly kind: DifferenceKind
  readonly severity: Severity
  readonly isProgram: boolean
  readonly path: string
  readonly from?: string
  readonly detail: string
  readonly expected?: string
}

/** What the process is told: to compare, to keep the last list as the baseline where it is still this one, or to judge a list
 *  that came. */
export type SoftwareTask =
  | {
      readonly task: 'compare'
      readonly latestPath: string
      readonly baselinePath: string
      readonly stamp: string
      /** The short file; the long one stands beside it. */
      readonly out: string
    }
  | { readonly task: 'keep'; readonly latestPath: string; readonly baselinePath: string; readonly sha256: string }
  | {
      readonly task: 'judge'
      readonly shelfPath: string
      readonly received: ReceivedManifest
      readonly about: { readonly sourceId: SourceId; readonly timeMs: number }
    }

/** The long file beside a short one. */
export const differencesPath = (summaryPath: string): string => `${summaryPath}.differences`
