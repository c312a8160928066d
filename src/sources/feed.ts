/** Where a stream's records come from, batch by batch: read in this thread, or ahead of it in another one. */
import { limits } from '../core/limits.ts'
import type { Reject } from '../core/place.ts'
import type { EventRecord } from '../formats/event.ts'
import type { EventReader, Format, FormatOptions, RequestReader, StatementReader } from '../formats/format.ts'
import { RequestBatch } from '../formats/request-batch.ts'
import type { StatementRecord } from '../formats/statement.ts'
import type { SourceFile } from './paths.ts'
import type { Problem } from './problem.ts'
import { openSource, type Reread, type Source, type SourceOptions } from './source.ts'

/** Some records of one source, and what was left out among them. */
export interface Delivery {
  readonly requests?: RequestBatch
  readonly statements?: readonly StatementRecord[]
  readonly events?: readonly EventRecord[]
  readonly rejects: readonly Reject[]
  /** Bytes of text that it took. */
  readonly bytes: number
}

/** A source that is read on demand. A delivery's records hold until the next one is asked for. */
export interface Feed {
  /** The next records, null at the end. */
  next(): Delivery | null | Promise<Delivery | null>
  /** Rejects behind the last record, and what was wrong with the source: complete once `next` gave null. */
  readonly problems: readonly Problem[]
  readonly reread: Reread | undefined
  /** Raw bytes read so far. */
  readonly bytesRead: number
  /** Lets go of the source; its evidence can no longer be read. */
  dispose(): void
}

/** What to read and how. */
export interface FeedRequest {
  readonly file: SourceFile
  readonly format: Format
  readonly formatOptions: FormatOptions
  readonly sourceOptions: SourceOptions
}

/** Reads in this thread. */
export class LocalFeed implements Feed {
  readonly #request: FeedRequest
  readonly #requestReader: RequestReader | undefined
  readonly #statementReader: StatementReader | undefined
  readonly #eventReader: EventReader | undefined
  readonly #batch: RequestBatch
  #source: Source | undefined
  #problems: readonly Problem[] = []
  #ended = false

  /** `batch` is filled again and again; a new one where none is given. */
  constructor(request: FeedRequest) {
    this.#request = request
    const { format, formatOptions } = request
    if (format.kind === 'requests') this.#requestReader = format.open(formatOptions)
    else if (format.kind === 'events') this.#eventReader = format.open(formatOptions)
    else this.#statementReader = format.open(formatOptions)
    this.#batch = new RequestBatch(format.kind === 'requests' ? limits.batchRecordsMax : 0)
  }

  get problems(): readonly Problem[] {
    return this.#problems
  }

  get reread(): Reread | undefined {
    return this.#source?.reread
  }

  get bytesRead(): number {
    return this.#ended ? this.#request.file.bytes : (this.#source?.bytesRead ?? 0)
  }

  next(into: RequestBatch = this.#batch): Delivery | null | Promise<Delivery | null> {
    if (this.#ended) return null
    if (this.#source === undefined) return this.#open(into)
    return this.#read(this.#source, into)
  }

  async #open(into: RequestBatch): Promise<Delivery | null> {
    const { file, format, sourceOptions } = this.#request
    const opened = await openSource(file, sourceOptions)
    if (opened.ok && format.kind === 'events' && format.cut !== 'lines')
      opened.value.cutAnywhere(format.cut.chunkBytesMin)
    if (!opened.ok) {
      this.#problems = [opened.error]
      this.#ended = true
      return null
    }
    this.#source = opened.value
    return this.#read(opened.value, into)
  }

  #read(source: Source, into: RequestBatch): Delivery | null | Promise<Delivery | null> {
    const chunk = source.next()
    return chunk instanceof Promise
      ? chunk.then((given) => this.#take(source, given, into))
      : this.#take(source, chunk, into)
  }

  #take(source: Source, chunk: Awaited<ReturnType<Source['next']>>, into: RequestBatch): Delivery | null {
    if (chunk === null) {
      this.#problems = source.problems
      source.close()
      this.#ended = true
      return source.rejects.length > 0 ? { rejects: source.rejects.splice(0), bytes: 0 } : null
    }
    if (this.#requestReader !== undefined) {
      const progress = this.#requestReader.read(chunk, into, source.rejects)
      source.consume(progress)
      return { requests: into, rejects: source.rejects.splice(0), bytes: progress.bytes }
    }
    if (this.#eventReader !== undefined) {
      const events: EventRecord[] = []
      const progress = this.#eventReader.read(chunk, events, source.rejects)
      source.consume(progress)
      return { events, rejects: source.rejects.splice(0), bytes: progress.bytes }
    }
    const statements: StatementRecord[] = []
    const progress = (this.#statementReader as StatementReader).read(chunk, statements, source.rejects)
    source.consume(progress)
    return { statements, rejects: source.rejects.splice(0), bytes: progress.bytes }
  }

  dispose(): void {
    this.#source?.dispose()
  }
}
