/** A source read through its format: batches of records in the order of its lines. A stream shows the time of its next
 *  record, so that several can be read in the order of events. */
import { limits } from '../core/limits.ts'
import type { Reject } from '../core/place.ts'
import type { Format, FormatOptions, RequestReader, StatementReader } from '../formats/format.ts'
import { RequestBatch } from '../formats/request-batch.ts'
import type { StatementRecord } from '../formats/statement.ts'
import type { SourceFile } from './paths.ts'
import type { Problem } from './problem.ts'
import { openSource, type Source, type SourceOptions } from './source.ts'

/** What was read of a stream so far. */
export interface StreamCount {
  records: number
  rejects: number
  /** The first rejects, at most `limits.rejectExamplesMax`. */
  readonly rejectExamples: Reject[]
  bytes: number
  firstTimeMs: number | undefined
  lastTimeMs: number | undefined
}

/** Who gets the records of a stream. */
export interface RecordSink {
  requests(batch: RequestBatch, from: number, to: number): void
  statements(records: readonly StatementRecord[], from: number, to: number): void
}

/** One source with its format and reader, and the records that are at hand. */
export class RecordStream {
  readonly file: SourceFile
  readonly format: Format
  readonly count: StreamCount = {
    records: 0,
    rejects: 0,
    rejectExamples: [],
    bytes: 0,
    firstTimeMs: undefined,
    lastTimeMs: undefined,
  }
  problems: readonly Problem[] = []
  /** The source, open from the first `fill` to the end of the stream; kept behind it for the evidence. */
  source: Source | undefined
  readonly #options: FormatOptions
  readonly #sourceOptions: SourceOptions
  #requestReader: RequestReader | undefined
  #statementReader: StatementReader | undefined
  #batch: RequestBatch | undefined
  #records: StatementRecord[] = []
  #next = 0
  #size = 0
  #done = false
  /** Event time of the next record: before the first `fill`, what the head of the source said. */
  headMs: number

  constructor(file: SourceFile, format: Format, options: FormatOptions, sourceOptions: SourceOptions, headMs: number) {
    this.file = file
    this.format = format
    this.#options = options
    this.#sourceOptions = sourceOptions
    this.headMs = headMs
  }

  get done(): boolean {
    return this.#done
  }

  /** Makes sure that a record is at hand; false at the end. Gives a promise only where the source needs one. */
  fill(): boolean | Promise<boolean> {
    if (this.#next < this.#size) return true
    if (this.#done) return false
    if (this.source === undefined) return this.#open()
    return this.#read(this.source)
  }

  async #open(): Promise<boolean> {
    const opened = await openSource(this.file, this.#sourceOptions)
    if (!opened.ok) {
      this.problems = [opened.error]
      this.#done = true
      return false
    }
    this.source = opened.value
    if (this.format.kind === 'requests') {
      this.#requestReader = this.format.open(this.#options)
      this.#batch = new RequestBatch()
    } else this.#statementReader = this.format.open(this.#options)
    return this.#read(opened.value)
  }

  #read(source: Source): boolean | Promise<boolean> {
    for (;;) {
      const next = source.next()
      if (next instanceof Promise) return next.then((chunk) => this.#take(source, chunk) ?? this.#read(source))
      const taken = this.#take(source, next)
      if (taken !== undefined) return taken
    }
  }

  /** Reads one chunk; undefined where it held no record and more follows. */
  #take(source: Source, chunk: Awaited<ReturnType<Source['next']>>): boolean | undefined {
    if (chunk === null) {
      this.#countRejects(source)
      this.problems = source.problems
      source.close()
      this.#done = true
      return false
    }
    if (this.#requestReader !== undefined && this.#batch !== undefined) {
      const progress = this.#requestReader.read(chunk, this.#batch, source.rejects)
      source.consume(progress)
      this.count.bytes += progress.bytes
      this.#size = this.#batch.count
    } else if (this.#statementReader !== undefined) {
      this.#records = []
      const progress = this.#statementReader.read(chunk, this.#records, source.rejects)
      source.consume(progress)
      this.count.bytes += progress.bytes
      this.#size = this.#records.length
    }
    this.#countRejects(source)
    this.#next = 0
    this.count.records += this.#size
    if (this.#size === 0) return undefined
    this.headMs = this.#timeOf(0)
    this.count.firstTimeMs ??= this.headMs
    this.count.lastTimeMs = this.#timeOf(this.#size - 1)
    return true
  }

  #countRejects(source: Source): void {
    const rejects = source.rejects
    this.count.rejects += rejects.length
    for (const reject of rejects)
      if (this.count.rejectExamples.length < limits.rejectExamplesMax) this.count.rejectExamples.push(reject)
    rejects.length = 0
  }

  #timeOf(record: number): number {
    return this.#batch === undefined
      ? (this.#records[record] as StatementRecord).timeMs
      : (this.#batch.timeMs[record] as number)
  }

  /** Hands on the records at hand up to and including event time `untilMs`, at least one. */
  drain(sink: RecordSink, untilMs: number): void {
    const from = this.#next
    let to = from + 1
    if (untilMs === Number.POSITIVE_INFINITY) to = this.#size
    else while (to < this.#size && this.#timeOf(to) <= untilMs) to++
    if (this.#batch !== undefined) sink.requests(this.#batch, from, to)
    else sink.statements(this.#records, from, to)
    this.#next = to
    if (to < this.#size) this.headMs = this.#timeOf(to)
  }
}

/** Reads all streams in the order of events: rotated files one after the other, logs of one time side by side.
 *  `onBatch` is called after each batch. */
export async function drainInOrder(
  streams: readonly RecordStream[],
  sink: RecordSink,
  onBatch: () => void,
): Promise<void> {
  const open = [...streams]
  while (open.length > 0) {
    let first = 0
    for (let i = 1; i < open.length; i++)
      if ((open[i] as RecordStream).headMs < (open[first] as RecordStream).headMs) first = i
    const stream = open[first] as RecordStream
    const filled = stream.fill()
    if (!(filled instanceof Promise ? await filled : filled)) {
      open.splice(first, 1)
      continue
    }
    let untilMs = Number.POSITIVE_INFINITY
    for (const other of open) if (other !== stream && other.headMs < untilMs) untilMs = other.headMs
    // What the head of the source promised was earlier than its first record, as filled now.
    if (stream.headMs > untilMs) continue
    stream.drain(sink, untilMs)
    onBatch()
  }
}
