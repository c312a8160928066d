/** A source read through its format, as records in the order of its lines. A stream shows the time of its next record,
 *  so that several can be read in the order of events. */
import { limits } from '../core/limits.ts'
import type { Reject } from '../core/place.ts'
import type { EventRecord } from '../formats/event.ts'
import type { RequestBatch } from '../formats/request-batch.ts'
import type { StatementRecord } from '../formats/statement.ts'
import type { Delivery, Feed, FeedRequest } from './feed.ts'
import type { Problem } from './problem.ts'
import type { Reread } from './source.ts'

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
  /** `format` is the name of the format that read them. */
  requests(batch: RequestBatch, from: number, to: number, format: string): void
  statements(records: readonly StatementRecord[], from: number, to: number, format: string): void
  events(records: readonly EventRecord[], from: number, to: number): void
}

/** One source with its format, and the records that are at hand. */
export class RecordStream {
  readonly request: FeedRequest
  readonly count: StreamCount = {
    records: 0,
    rejects: 0,
    rejectExamples: [],
    bytes: 0,
    firstTimeMs: undefined,
    lastTimeMs: undefined,
  }
  readonly #openFeed: (request: FeedRequest) => Feed
  #feed: Feed | undefined
  #batch: RequestBatch | undefined
  #statements: readonly StatementRecord[] = []
  #events: readonly EventRecord[] | undefined
  #next = 0
  #size = 0
  /** Event time of the next record: before the first `fill`, what the head of the source said. */
  headMs: number

  /** `openFeed` is called when the stream's first record is due, not before. */
  constructor(request: FeedRequest, headMs: number, openFeed: (request: FeedRequest) => Feed) {
    this.request = request
    this.headMs = headMs
    this.#openFeed = openFeed
  }

  get problems(): readonly Problem[] {
    return this.#feed?.problems ?? []
  }

  /** How to read its lines again, once it was opened. */
  get reread(): Reread | undefined {
    return this.#feed?.reread
  }

  get bytesRead(): number {
    return this.#feed?.bytesRead ?? 0
  }

  /** Lets go of the source; its evidence can no longer be read. */
  dispose(): void {
    this.#feed?.dispose()
  }

  /** Makes sure that a record is at hand; false at the end. Gives a promise only where the source needs one. */
  fill(): boolean | Promise<boolean> {
    this.#feed ??= this.#openFeed(this.request)
    while (this.#next >= this.#size) {
      const given = this.#feed.next()
      if (given instanceof Promise) return given.then((delivery) => this.#takeNext(delivery))
      if (given === null) return false
      this.#take(given)
    }
    return true
  }

  #takeNext(delivery: Delivery | null): boolean | Promise<boolean> {
    if (delivery === null) return false
    this.#take(delivery)
    return this.fill()
  }

  #take(delivery: Delivery): void {
    const { requests, statements = [], events, rejects, bytes } = delivery
    const { count } = this
    for (const reject of rejects) {
      if (count.rejectExamples.length < limits.rejectExamplesMax) count.rejectExamples.push(reject)
    }
    count.rejects += rejects.length
    count.bytes += bytes
    this.#batch = requests
    this.#statements = statements
    this.#events = events
    this.#size = requests?.count ?? events?.length ?? statements.length
    this.#next = 0
    count.records += this.#size
    if (this.#size === 0) return
    this.headMs = this.#timeOf(0)
    const lastMs = this.#timeOf(this.#size - 1)
    if (Number.isFinite(this.headMs)) count.firstTimeMs ??= this.headMs
    if (Number.isFinite(lastMs)) count.lastTimeMs = lastMs
  }

  #timeOf(record: number): number {
    if (this.#batch !== undefined) return this.#batch.timeMs[record] as number
    if (this.#events === undefined) return (this.#statements[record] as StatementRecord).timeMs
    const { timeMs } = this.#events[record] as EventRecord
    // What does not say when it happened comes when its neighbours do.
    return Number.isNaN(timeMs) ? (this.count.lastTimeMs ?? Number.NEGATIVE_INFINITY) : timeMs
  }

  /** Hands on the records at hand up to and including event time `untilMs`, at least one. */
  drain(sink: RecordSink, untilMs: number): void {
    const from = this.#next
    let to = from + 1
    if (untilMs === Number.POSITIVE_INFINITY) to = this.#size
    else while (to < this.#size && this.#timeOf(to) <= untilMs) to++
    if (this.#batch !== undefined) sink.requests(this.#batch, from, to, this.request.format.name)
    else if (this.#events !== undefined) sink.events(this.#events, from, to)
    else sink.statements(this.#statements, from, to, this.request.format.name)
    this.#next = to
    // With nothing at hand the stream goes on at once: where its bytes were cut must not matter.
    this.headMs = to < this.#size ? this.#timeOf(to) : Number.NEGATIVE_INFINITY
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
    for (let i = 1; i < open.length; i++) {
      if ((open[i] as RecordStream).headMs < (open[first] as RecordStream).headMs) first = i
    }
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
