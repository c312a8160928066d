/** One followed stream read through its format: it finds out the format from the first lines, holds the records at hand,
 *  and knows exactly up to where they were shown to a watch. What records mean is not its business. */

import type { SourceId } from '../../core/ids.ts'
import { limits } from '../../core/limits.ts'
import type { Place, Reject } from '../../core/place.ts'
import type { EventRecord } from '../../formats/event.ts'
import type {
  Chunk,
  EventReader,
  Format,
  FormatOptions,
  Progress,
  RequestReader,
  StatementReader,
} from '../../formats/format.ts'
import { formatNamed, recogniseFormat } from '../../formats/formats.ts'
import { RequestBatch } from '../../formats/request-batch.ts'
import type { StatementRecord } from '../../formats/statement.ts'
import { EnvelopeReader, stripEnvelope } from '../../formats/syslog-envelope.ts'
import type { Follower, FollowPosition } from '../../sources/follow/follower.ts'
import type { SegmentPlace } from '../../sources/follow/journal.ts'
import type { RecordSink } from '../../sources/record-stream.ts'

/** A follower; that of a journal knows when no more will come, and in which segment bytes lie. */
export type StreamFollower = Follower & {
  readonly ended?: boolean
  segmentAt?(offset: number): SegmentPlace | undefined
}

/** How a stream is read. */
export interface LiveStreamOptions {
  /** Unique on the desk: the source and the file or journal stream. */
  readonly key: string
  readonly sourceId: SourceId
  /** The group of streams that one watch sees together. */
  readonly context: string
  readonly follower: StreamFollower
  /** The format that the office chose, or that was recognised before a restart. */
  readonly formatName: string | undefined
  readonly formatOptions: FormatOptions
  /** Records at the follower's position that were shown before a restart. */
  readonly shown: number
  /** Lines carry a syslog header. */
  readonly hasEnvelope: boolean
  /** The first bytes of the file, for a reader that goes on in its middle: some formats say there what columns mean. */
  readonly head: Uint8Array | undefined
  readonly batches: BatchPool
}

/** Enough to go on at the same record after a restart: where the chunk at hand begins, and how many of its records were
 *  shown. */
export interface SavedStream {
  readonly key: string
  readonly position: FollowPosition
  readonly shown: number
  readonly formatName: string | undefined
}

/** Batches that streams lend each other: only a stream with records at hand holds one. */
export class BatchPool {
  readonly #free: RequestBatch[] = []

  take(): RequestBatch {
    return this.#free.pop() ?? new RequestBatch(limits.liveBatchRecordsMax)
  }

  giveBack(batch: RequestBatch): void {
    this.#free.push(batch)
  }
}

/** A stream that is read as it grows. */
export class LiveStream {
  readonly key: string
  readonly sourceId: SourceId
  readonly context: string
  readonly follower: StreamFollower
  /** Event time of the next record at hand; meaningless while there is none. */
  headMs = Number.NEGATIVE_INFINITY
  records = 0
  rejectCount = 0
  bytes = 0
  newestMs: number | undefined
  readonly #options: LiveStreamOptions
  #format: Format | undefined
  #requests: RequestReader | undefined
  #statements: StatementReader | undefined
  #events: EventReader | undefined
  #batch: RequestBatch | undefined
  #records: StatementRecord[] = []
  #eventRecords: EventRecord[] = []
  #next = 0
  #size = 0
  /** The chunk that the records at hand came from. It is consumed when they were shown, so that the follower's position
   *  is always one to go on from. */
  #chunk: Chunk | undefined
  #progress: Progress | undefined
  /** Records to step over: they were shown before a restart. */
  #skip: number
  #generation: number
  #rejects: Reject[] = []
  /** Rejects of the chunk at hand that are counted and not kept. */
  #unshownRejects = 0

  constructor(options: LiveStreamOptions) {
    this.#options = options
    this.key = options.key
    this.sourceId = options.sourceId
    this.context = options.context
    this.follower = options.follower
    this.#skip = options.shown
    this.#generation = options.follower.generation
    if (options.formatName !== undefined) this.#open(formatNamed(options.formatName))
    if (options.head !== undefined && options.head.length > 0) this.#prime(options.head)
  }

  get format(): Format | undefined {
    return this.#format
  }

  /** Rejects since the last call. */
  takeRejects(): Reject[] {
    return this.#rejects.splice(0)
  }

  get saved(): SavedStream {
    const { position } = this.follower
    return { key: this.key, position, shown: this.#next + this.#skip, formatName: this.#format?.name }
  }

  /** Where the next record at hand stands. */
  placeOfNext(): Place {
    if (this.#batch !== undefined) return this.#batch.place(this.#next)
    if (this.#events !== undefined) return (this.#eventRecords[this.#next] as EventRecord).place
    return (this.#records[this.#next] as StatementRecord).place
  }

  /** Makes sure that a record is at hand; false where nothing complete has come. */
  fill(): boolean {
    while (this.#next >= this.#size) {
      this.#finishChunk()
      const chunk = this.follower.next()
      if (chunk === null) return false
      if (this.follower.generation !== this.#generation) this.#beginFile()
      this.#chunk = chunk
      this.#progress = this.#read(chunk)
      if (this.#size === 0 && this.#progress.bytes === 0) {
        this.#finishChunk()
        return false
      }
      const skipped = Math.min(this.#skip, this.#size)
      this.#skip -= skipped
      this.#next = skipped
      if (this.#next < this.#size) this.headMs = this.#timeOf(this.#next)
    }
    return true
  }

  /** Consumes the chunk whose records were all shown, and counts what it brought beside them. */
  #finishChunk(): void {
    if (this.#progress !== undefined) {
      this.follower.consume(this.#progress)
      this.bytes += this.#progress.bytes
      this.#progress = undefined
      this.#gatherRejects()
    }
    if (this.#batch !== undefined) this.#options.batches.giveBack(this.#batch)
    this.#batch = undefined
    this.#records = []
    this.#eventRecords = []
    this.#next = 0
    this.#size = 0
    this.headMs = Number.NEGATIVE_INFINITY
  }

  /** Another file begins: what its reader knew of the one before does not hold. */
  #beginFile(): void {
    this.#generation = this.follower.generation
    this.#open(this.#format)
  }

  #read(chunk: Chunk): Progress {
    if (this.#format === undefined) this.#open(this.#recognise(chunk))
    if (this.#requests !== undefined) {
      const batch = this.#options.batches.take()
      this.#batch = batch
      const progress = this.#requests.read(chunk, batch, this.follower.rejects)
      this.#took(batch.count)
      return progress
    }
    if (this.#statements !== undefined) {
      const progress = this.#statements.read(chunk, this.#records, this.follower.rejects)
      this.#took(this.#records.length)
      return progress
    }
    if (this.#events !== undefined) {
      const progress = this.#events.read(chunk, this.#eventRecords, this.follower.rejects)
      this.#took(this.#eventRecords.length)
      return progress
    }
    return this.#passOver(chunk)
  }

  #took(count: number): void {
    this.#size = count
    if (count === 0) return
    const newest = this.#timeOf(count - 1)
    if (Number.isFinite(newest) && (this.newestMs === undefined || newest > this.newestMs)) this.newestMs = newest
  }

  /** Lines of no known format are counted as rejects; the next chunk is judged anew. */
  #passOver(chunk: Chunk): Progress {
    let lines = 0
    let lineStart = chunk.start
    for (let i = chunk.start; i < chunk.end; i++) {
      if (chunk.bytes[i] !== 10 && i !== chunk.end - 1) continue
      const place = {
        source: chunk.source,
        line: chunk.line + lines,
        offset: chunk.offset + lineStart - chunk.start,
        length: i - lineStart,
      }
      if (lines < limits.rejectExamplesMax) {
        this.follower.rejects.push({
          place,
          reason: 'not-this-format',
          message: 'This line is of no kind that Bellwether knows.',
        })
      } else this.#unshownRejects++
      lines++
      lineStart = i + 1
    }
    return { bytes: chunk.end - chunk.start, lines }
  }

  #gatherRejects(): void {
    const rejects = this.follower.rejects.splice(0)
    this.rejectCount += rejects.length + this.#unshownRejects
    this.#unshownRejects = 0
    for (const reject of rejects) if (this.#rejects.length < limits.rejectsKeptMax) this.#rejects.push(reject)
  }

  #recognise(chunk: Chunk): Format | undefined {
    const sample = chunk.bytes.subarray(chunk.start, Math.min(chunk.end, chunk.start + limits.sampleBytesMax))
    if (!this.#options.hasEnvelope) return recogniseFormat(sample)
    // What a program sends in its own form, or else what syslog itself says.
    return recogniseFormat(stripEnvelope(sample)) ?? recogniseFormat(sample)
  }

  #open(format: Format | undefined): void {
    this.#format = format
    if (format === undefined) return
    const { formatOptions, hasEnvelope } = this.#options
    if (format.kind === 'requests') {
      const reader = format.open(formatOptions)
      this.#requests = hasEnvelope ? EnvelopeReader.ofRequests(reader) : reader
    } else if (format.kind === 'events') {
      const reader = format.open(formatOptions)
      this.#events = hasEnvelope && !format.readsSyslog ? EnvelopeReader.ofEvents(reader) : reader
    } else {
      const reader = format.open(formatOptions)
      this.#statements = hasEnvelope ? EnvelopeReader.ofStatements(reader) : reader
    }
  }

  /** Shows the reader the head of the file, and forgets what it read there. */
  #prime(head: Uint8Array): void {
    const chunk = { source: '', bytes: head, start: 0, end: head.length, offset: 0, line: 1, last: false }
    if (this.#requests !== undefined) {
      const batch = this.#options.batches.take()
      this.#requests.read(chunk, batch, [])
      this.#options.batches.giveBack(batch)
    } else if (this.#events !== undefined) this.#events.read(chunk, [], [])
    else this.#statements?.read(chunk, [], [])
  }

  #timeOf(record: number): number {
    if (this.#batch !== undefined) return this.#batch.timeMs[record] as number
    if (this.#events === undefined) return (this.#records[record] as StatementRecord).timeMs
    const { timeMs } = this.#eventRecords[record] as EventRecord
    // What does not say when it happened comes when its neighbours do.
    return Number.isNaN(timeMs) ? (this.newestMs ?? 0) : timeMs
  }

  /** Shows the records at hand up to and including event time `untilMs`, at least one and at most `recordsMax`. */
  drain(sink: RecordSink, untilMs: number, recordsMax: number): number {
    const from = this.#next
    const end = Math.min(this.#size, from + recordsMax)
    let to = from + 1
    if (untilMs === Number.POSITIVE_INFINITY) to = end
    else while (to < end && this.#timeOf(to) <= untilMs) to++
    if (this.#batch !== undefined) sink.requests(this.#batch, from, to, this.#format?.name ?? '')
    else if (this.#events !== undefined) sink.events(this.#eventRecords, from, to)
    else sink.statements(this.#records, from, to, this.#format?.name ?? '')
    this.#moveTo(to)
    return to - from
  }

  #moveTo(next: number): void {
    this.records += next - this.#next
    this.#next = next
    this.headMs = next < this.#size ? this.#timeOf(next) : Number.NEGATIVE_INFINITY
  }

  /** Steps over the next record without showing it: it counts as a reject. */
  skip(): void {
    this.#moveTo(this.#next + 1)
    this.records--
    this.rejectCount++
  }

  /** The raw bytes at a place, where they are in the chunk at hand. */
  bytesAt(place: Place): Uint8Array | undefined {
    const chunk = this.#chunk
    if (chunk === undefined || chunk.source !== place.source) return undefined
    const start = chunk.start + place.offset - chunk.offset
    if (start < chunk.start || start + place.length > chunk.end) return undefined
    return chunk.bytes.slice(start, start + place.length)
  }

  /** All was read, and no more will come. */
  get hasEnded(): boolean {
    return this.follower.ended === true && this.#next >= this.#size
  }

  close(): void {
    this.follower.close()
  }
}
