/** What the desk and its archive process say to each other: one question at a time, one answer to each. */
import type { Result } from '../../core/result.ts'
import type { ArchiveProblem, ArchiveStats, HuntAnswer, PreparedHunt, SqlAnswer } from './hunt.ts'

/** Where the archive is and how much its process may take. */
export interface ProcessSettings {
  readonly folder: string
  readonly memoryBytesMax: number
  readonly threads: number
  readonly idleMsMax: number
  /** Whether it gives way to other processes. */
  readonly isPolite: boolean
}

/** What a spool became. */
export interface SealAnswer {
  readonly rows: number
  readonly bytes: number
}

/** What sealed files were made one, and how many files went. */
export interface CompactAnswer {
  readonly made: number
  readonly replaced: number
}

/** Each question with what it carries and what it is answered. */
export interface Questions {
  readonly seal: { readonly ask: { name: string; bytes: number; rows: number }; readonly answer: SealAnswer }
  readonly compact: { readonly ask: { today: string }; readonly answer: CompactAnswer }
  readonly hunt: { readonly ask: PreparedHunt; readonly answer: HuntAnswer }
  readonly sql: { readonly ask: { text: string; rowsMax: number }; readonly answer: SqlAnswer }
  readonly stats: { readonly ask: Record<string, never>; readonly answer: ArchiveStats }
}
export type QuestionKind = keyof Questions

/** To the process. */
export type ToArchive = {
  readonly [K in QuestionKind]: { readonly id: number; readonly kind: K; readonly ask: Questions[K]['ask'] }
}[QuestionKind]

/** From the process: that it took a question, its answer, or that it takes no more. An answer with `isLast` is followed by
 *  its end. */
export type FromArchive =
  | { readonly kind: 'taken'; readonly id: number }
  | {
      readonly kind: 'answer'
      readonly id: number
      readonly answer: Result<unknown, ArchiveProblem>
      readonly isLast: boolean
    }
  | { readonly kind: 'leaving' }
