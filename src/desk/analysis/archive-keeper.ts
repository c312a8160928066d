/** The archive's spool as the analysis uses it: what cannot be written now holds the analysis up, and is said. */
import type { SourceId } from '../../core/ids.ts'
import type { Result } from '../../core/result.ts'
import type { EventRecord } from '../../formats/event.ts'
import type { RequestBatch } from '../../formats/request-batch.ts'
import type { StatementRecord } from '../../formats/statement.ts'
import type { ArchiveSpool, SpoolMark, SpoolProblem } from '../../store/archive/spool.ts'
import type { ArchiveWriter, BytesAt } from './analysis.ts'

/** Thrown through the showing of records, which have not been shown then: they are shown later. */
export class ArchiveBlocked extends Error {}

/** The archive's writer for one analysis. */
export class ArchiveKeeper implements ArchiveWriter {
  readonly #spool: ArchiveSpool
  #marks: readonly SpoolMark[] = []
  #closeAll = false
  /** Why records wait, in a sentence. */
  trouble: string | undefined

  constructor(spool: ArchiveSpool) {
    this.#spool = spool
  }

  #must<T>(result: Result<T, SpoolProblem>): T {
    if (result.ok) {
      this.trouble = undefined
      return result.value
    }
    this.trouble = result.error.message
    throw new ArchiveBlocked(result.error.message)
  }

  appendRequests(sourceId: SourceId, batch: RequestBatch, from: number, to: number): void {
    this.#must(this.#spool.appendRequests(sourceId, batch, from, to))
  }

  appendStatements(sourceId: SourceId, records: readonly StatementRecord[], from: number, to: number): void {
    const shown = from === 0 && to === records.length ? records : records.slice(from, to)
    this.#must(this.#spool.appendStatements(sourceId, shown))
  }

  appendEvents(sourceId: SourceId, records: readonly EventRecord[], from: number, to: number, bytesAt: BytesAt): void {
    const shown = from === 0 && to === records.length ? records : records.slice(from, to)
    this.#must(this.#spool.appendEvents(sourceId, shown, bytesAt))
  }

  marks(): readonly SpoolMark[] {
    const marks = this.#spool.marks(this.#closeAll)
    // What cannot be made durable now is not in this checkpoint: the one before still names what is.
    if (marks.ok) this.#marks = marks.value
    this.trouble = marks.ok ? undefined : marks.error.message
    return this.#marks
  }

  rewind(marks: unknown): void {
    this.#marks = Array.isArray(marks) ? (marks as SpoolMark[]) : []
    this.#must(this.#spool.rewind(this.#marks))
  }

  /** From the next checkpoint on, all spools are closed, so that they can be sealed. */
  closeAll(): void {
    this.#closeAll = true
  }

  sealed(names: readonly string[]): void {
    for (const name of names) this.#spool.sealed(name)
  }

  /** Spools that the last checkpoint names as closed. */
  get sealable(): SpoolMark[] {
    return this.#marks.filter(({ isClosed }) => isClosed)
  }
}
