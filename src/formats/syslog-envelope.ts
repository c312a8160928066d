/** Lines that carry a syslog header around a line of another format, as the journal of a syslog listener holds them: the
 *  headers are taken off, the inner lines go to that format's reader, and what it finds is placed where the whole line
 *  stands. What a header says beyond where the message begins is offered, not judged.
 *
 *  A line feed within a message stands in the journal as `#012` (rsyslog's convention for control characters, `#` and
 *  three octal digits). For database statements it is undone, and a tab is put behind it where none stands: continued
 *  lines of all formats may begin with one, and entries never do, so that nobody forges an entry by sending `#012`. */
import type { Place, Reject } from '../core/place.ts'
import type { EventField, EventKind, EventRecord } from './event.ts'
import type { Chunk, EventReader, Progress, RequestReader, StatementReader } from './format.ts'
import type { RequestBatch } from './request-batch.ts'
import type { StatementRecord } from './statement.ts'
import { headerOf, type SyslogHeader, SyslogScan, type SyslogTimeOptions } from './syslog-header.ts'

const lineFeed = 10
const tab = 9
const carriageReturn = 13
const hash = 35

/** The inner lines of a chunk, and where each came from. */
class InnerLines {
  bytes: Uint8Array = new Uint8Array(0)
  length = 0
  count = 0
  /** Of each raw line: where its inner text begins here, and where the line begins in the chunk's bytes. One more at the
   *  end says where the last one ends. */
  innerStart: Float64Array = new Float64Array(64)
  rawStart: Float64Array = new Float64Array(64)
  readonly #scan = new SyslogScan()
  readonly #unescapes: boolean

  constructor(unescapes: boolean) {
    this.#unescapes = unescapes
  }

  /** Takes the lines of a chunk; the first `skipBytes` inner bytes were read before. */
  fill({ bytes, start, end, last }: Chunk, skipBytes: number): void {
    // Undoing `#012` makes two bytes of four; nothing else grows.
    if (this.bytes.length < end - start + 1) this.bytes = new Uint8Array(end - start + 1)
    this.length = 0
    this.count = 0
    let at = start
    while (at < end) {
      const feed = bytes.indexOf(lineFeed, at)
      const isWhole = feed >= 0 && feed < end
      if (!isWhole && !last) break
      const lineEnd = isWhole ? feed : end
      this.#mark(at)
      const message = this.#scan.scan(bytes, at, lineEnd) ? this.#scan.messageStart : at
      this.#copy(bytes, message, lineEnd)
      if (isWhole) this.bytes[this.length++] = lineFeed
      if (at === start && skipBytes > 0) this.#drop(skipBytes)
      at = isWhole ? lineEnd + 1 : end
    }
    this.#mark(at)
    this.count -= 1
  }

  /** Leaves out the beginning of the first line. */
  #drop(count: number): void {
    const dropped = Math.min(count, this.length)
    this.bytes.copyWithin(0, dropped, this.length)
    this.length -= dropped
  }

  #mark(rawAt: number): void {
    if (this.count === this.innerStart.length) {
      this.innerStart = grow(this.innerStart)
      this.rawStart = grow(this.rawStart)
    }
    this.innerStart[this.count] = this.length
    this.rawStart[this.count] = rawAt
    this.count += 1
  }

  #copy(bytes: Uint8Array, from: number, end: number): void {
    if (!this.#unescapes) {
      this.bytes.set(bytes.subarray(from, end), this.length)
      this.length += end - from
      return
    }
    let at = from
    while (at < end) {
      const found = bytes.indexOf(hash, at)
      const stop = found < 0 || found >= end ? end : found
      this.bytes.set(bytes.subarray(at, stop), this.length)
      this.length += stop - at
      at = stop
      if (at >= end) return
      const code = octal(bytes, at, end)
      if (code === lineFeed) {
        this.bytes[this.length++] = lineFeed
        const next = octal(bytes, at + 4, end)
        if (next !== tab && bytes[at + 4] !== tab) this.bytes[this.length++] = tab
      } else this.bytes[this.length++] = code === tab ? tab : hash
      at += code === lineFeed || code === tab ? 4 : 1
    }
  }

  /** The raw line in which an inner offset stands. */
  lineAt(offset: number): number {
    let low = 0
    let high = this.count - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if ((this.innerStart[middle] as number) <= offset) low = middle
      else high = middle - 1
    }
    return Math.max(0, low)
  }
}

function grow(marks: Float64Array): Float64Array {
  const larger = new Float64Array(marks.length * 2)
  larger.set(marks)
  return larger
}

/** The control character that `#ooo` stands for, or -1. */
function octal(bytes: Uint8Array, at: number, end: number): number {
  if (bytes[at] !== hash || at + 4 > end || bytes[at + 1] !== 48) return -1
  const eights = (bytes[at + 2] as number) - 48
  const ones = (bytes[at + 3] as number) - 48
  return eights >= 0 && eights <= 3 && ones >= 0 && ones <= 7 ? eights * 8 + ones : -1
}

/** What both kinds of reader share: taking headers off, and putting places back. */
class EnvelopeLines {
  readonly #inner: InnerLines
  #chunk: Chunk | undefined
  /** Inner bytes of the first line of the next chunk that were read already: a reader may stop within a line that
   *  held several. */
  #skipBytes = 0

  constructor(unescapes: boolean) {
    this.#inner = new InnerLines(unescapes)
  }

  /** The chunk of inner lines. Its line numbers mean nothing: `#012` makes more lines than there are. */
  open(chunk: Chunk): Chunk {
    this.#chunk = chunk
    this.#inner.fill(chunk, this.#skipBytes)
    const { bytes, length } = this.#inner
    return { ...chunk, bytes, start: 0, end: length }
  }

  /** How far the inner reader came, in whole raw lines. */
  close(chunk: Chunk, progress: Progress): Progress {
    const inner = this.#inner
    if (inner.count === 0) return { bytes: 0, lines: 0 }
    if (progress.bytes >= inner.length) {
      this.#skipBytes = 0
      return { bytes: (inner.rawStart[inner.count] as number) - chunk.start, lines: inner.count }
    }
    const line = inner.lineAt(progress.bytes)
    const within = progress.bytes - (inner.innerStart[line] as number)
    this.#skipBytes = within + (line === 0 ? this.#skipBytes : 0)
    return { bytes: (inner.rawStart[line] as number) - chunk.start, lines: line }
  }

  /** The raw lines that hold an inner place. */
  placeOf({ source, offset, length }: Place): Place {
    const { offset: chunkOffset, start, line, bytes } = this.#chunk as Chunk
    const inner = this.#inner
    const first = inner.lineAt(offset - chunkOffset)
    const last = Math.max(first, inner.lineAt(offset - chunkOffset + Math.max(0, length - 1)))
    const from = inner.rawStart[first] as number
    let end = inner.rawStart[last + 1] as number
    if (end > from && bytes[end - 1] === lineFeed) end -= 1
    if (end > from && bytes[end - 1] === carriageReturn) end -= 1
    return { source, line: line + first, offset: chunkOffset + from - start, length: end - from }
  }

  /** The header of the line at a raw offset of the chunk that was read last. */
  headerAt(offset: number, options: SyslogTimeOptions): SyslogHeader | undefined {
    const chunk = this.#chunk
    if (chunk === undefined) return undefined
    const start = chunk.start + offset - chunk.offset
    if (start < chunk.start || start >= chunk.end) return undefined
    const feed = chunk.bytes.indexOf(lineFeed, start)
    const scan = new SyslogScan()
    if (!scan.scan(chunk.bytes, start, feed < 0 || feed > chunk.end ? chunk.end : feed)) return undefined
    return headerOf(scan, chunk.bytes, options)
  }

  /** Places the rejects that were added from `from` on. */
  placeRejects(rejects: Reject[], from: number): void {
    for (let i = from; i < rejects.length; i++) {
      const reject = rejects[i] as Reject
      rejects[i] = { ...reject, place: this.placeOf(reject.place) }
    }
  }
}

/** A reader of web requests within syslog lines. The batch's bytes hold until the next read. */
export class RequestEnvelope implements RequestReader {
  readonly #lines = new EnvelopeLines(false)
  readonly #reader: RequestReader

  constructor(reader: RequestReader) {
    this.#reader = reader
  }

  read(chunk: Chunk, batch: RequestBatch, rejects: Reject[]): Progress {
    const before = rejects.length
    const progress = this.#reader.read(this.#lines.open(chunk), batch, rejects)
    for (let record = 0; record < batch.count; record++) {
      const { line, offset, length } = this.#lines.placeOf(batch.place(record))
      batch.line[record] = line
      batch.offset[record] = offset
      batch.length[record] = length
    }
    this.#lines.placeRejects(rejects, before)
    return this.#lines.close(chunk, progress)
  }

  /** The header of the line that begins at an offset of the source, for records of the last read. */
  headerAt(offset: number, options: SyslogTimeOptions = {}): SyslogHeader | undefined {
    return this.#lines.headerAt(offset, options)
  }
}

/** An event that stands within a syslog line. */
class EnclosedEvent implements EventRecord {
  readonly #event: EventRecord
  readonly place: Place

  constructor(event: EventRecord, place: Place) {
    this.#event = event
    this.place = place
  }

  field(name: string): EventField | undefined {
    return this.#event.field(name)
  }

  get timeMs(): number {
    return this.#event.timeMs
  }

  get computer(): string {
    return this.#event.computer
  }

  get ref(): number {
    return this.place.line
  }

  get raw(): string | readonly string[] {
    return this.#event.raw
  }

  get logsource(): EventKind | undefined {
    return this.#event.logsource
  }
}

/** A reader of statements or events within syslog lines. */
export class ListEnvelope<T extends { readonly place: Place }> {
  readonly #lines: EnvelopeLines
  readonly #reader: ListReader<T>
  readonly #moved: (record: T, place: Place) => T

  /** `unescapes`: `#012` is undone; `moved` gives a record its place in the raw lines. */
  constructor(reader: ListReader<T>, unescapes: boolean, moved: (record: T, place: Place) => T) {
    this.#lines = new EnvelopeLines(unescapes)
    this.#reader = reader
    this.#moved = moved
  }

  read(chunk: Chunk, records: T[], rejects: Reject[]): Progress {
    const before = rejects.length
    const recordsBefore = records.length
    const progress = this.#reader.read(this.#lines.open(chunk), records, rejects)
    for (let i = recordsBefore; i < records.length; i++) {
      const record = records[i] as T
      records[i] = this.#moved(record, this.#lines.placeOf(record.place))
    }
    this.#lines.placeRejects(rejects, before)
    return this.#lines.close(chunk, progress)
  }

  /** The header of the line that begins at an offset of the source, for records of the last read. */
  headerAt(offset: number, options: SyslogTimeOptions = {}): SyslogHeader | undefined {
    return this.#lines.headerAt(offset, options)
  }
}

interface ListReader<T> {
  read(chunk: Chunk, records: T[], rejects: Reject[]): Progress
}

/** Wraps the reader of an inner format. */
export const EnvelopeReader = {
  ofRequests: (reader: RequestReader): RequestEnvelope => new RequestEnvelope(reader),
  ofEvents: (reader: EventReader): ListEnvelope<EventRecord> =>
    new ListEnvelope(reader, false, (event, place) => new EnclosedEvent(event, place)),
  ofStatements: (reader: StatementReader): ListEnvelope<StatementRecord> =>
    new ListEnvelope(reader, true, (statement, place) => ({ ...statement, place })),
}

/** The inner lines of a sample, so that a format can be recognised. A last line without its end is left out, unless it
 *  is the only one. */
export function stripEnvelope(sample: Uint8Array): Uint8Array {
  const inner = new InnerLines(true)
  const chunk = { source: '', bytes: sample, start: 0, end: sample.length, offset: 0, line: 1 }
  inner.fill({ ...chunk, last: false }, 0)
  if (inner.length === 0) inner.fill({ ...chunk, last: true }, 0)
  return inner.bytes.slice(0, inner.length)
}
