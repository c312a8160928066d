/** The frame that all readers of database logs share: it walks a chunk record by record, keeps line numbers and places,
 *  meets the limits, and turns what cannot be read into rejects. What a record looks like is the format's own business:
 *  a `Framer` finds its end, `interpret` says what it means. */
import { Buffer } from 'node:buffer'
import { limits } from '../core/limits.ts'
import type { Place, Reject, RejectReason } from '../core/place.ts'
import type { Chunk, FormatOptions, Progress, StatementFormat, StatementReader } from './format.ts'
import type { StatementRecord } from './statement.ts'

/** Why a record could not be read; becomes a `Reject` with the record's place. */
export interface Problem {
  readonly phase?: undefined
  readonly reason: RejectReason
  readonly message: string
}

/** What one record of a log came to: a statement record, a problem, null for an entry that is well formed but not
 *  about a statement (a connection, a checkpoint), or `filler` for what stands around entries (a bracket, a header).
 *  The last two are passed over. */
export type Reading = StatementRecord | Problem | null | 'filler'

/** A reader that also counts what it passed over on purpose, so that no line goes missing unnoticed. */
export interface DatabaseReader extends StatementReader {
  /** Lines of well-formed entries that are not about statements, and of filler. Blank lines do not count. */
  readonly skippedLines: number
  /** Those of the skipped lines that are filler. */
  readonly fillerLines: number
}

/** A `StatementFormat` whose readers count what they pass over. */
export interface DatabaseFormat extends StatementFormat {
  open(options: FormatOptions): DatabaseReader
}

/** Code units of a text: bytes of UTF-8, or 16-bit units of UTF-16. */
export type Units = Uint8Array | Uint16Array

/** Where a record ends: `end` leaves the last terminator out, `next` is where the following record begins. */
export interface Frame {
  end: number
  next: number
  lines: number
}

/** Finds the end of the record that begins at `start` and fills `frame`. `open`: the record needs what follows `end`
 *  (where `last`, nothing follows, and the record is cut off). `broken`: no record begins here, or it breaks its own
 *  rules before it ends. Every framer must do work in proportion to the units it looks at, also over repeated calls. */
export type Framer = (
  units: Units,
  start: number,
  end: number,
  last: boolean,
  frame: Frame,
) => 'whole' | 'open' | 'broken'

/** A chunk as code units. */
export interface UnitView {
  readonly units: Units
  readonly start: number
  readonly end: number
  /** Bytes of one unit. */
  readonly unitBytes: 1 | 2
  /** Offset in the source of `units[start]`. */
  readonly offset: number
  decode(start: number, end: number): string
}

const lineFeed = 10
const carriageReturn = 13

const cutOff: Problem = { reason: 'truncated', message: 'The entry is cut off: its end is missing.' }
const notAnEntry: Problem = {
  reason: 'not-this-format',
  message: 'The line does not begin an entry of this log, or breaks off into something else.',
}
const tooLong: Problem = {
  reason: 'line-too-long',
  message: 'The entry is longer than any statement of a normal site.',
}

/** Fills `frame` with the line at `start`; false where it has no terminator and more may follow. */
export function frameLine(units: Units, start: number, end: number, last: boolean, frame: Frame): boolean {
  const found = units.indexOf(lineFeed, start)
  const feed = found < 0 || found >= end ? -1 : found
  if (feed < 0 && !last) return false
  const stop = feed < 0 ? end : feed
  frame.end = stop > start && units[stop - 1] === carriageReturn ? stop - 1 : stop
  frame.next = feed < 0 ? end : feed + 1
  frame.lines = 1
  return true
}

/** The framer of logs that hold one record a line. */
export const lineFramer: Framer = (units, start, end, last, frame) =>
  frameLine(units, start, end, last, frame) ? 'whole' : 'open'

function isBlank(units: Units, start: number, end: number): boolean {
  for (let i = start; i < end; i++) {
    const unit = units[i] as number
    if (unit !== 32 && unit !== 9 && unit !== carriageReturn) return false
  }
  return true
}

/** The chunk as UTF-8; a byte order mark at the start of the source is passed over. Bytes that are not UTF-8 become
 *  replacement characters. */
export function viewUtf8(chunk: Chunk): UnitView {
  const { bytes, start, end, offset } = chunk
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const marked = offset === 0 && end - start >= 3 && bytes[start] === 0xef && bytes[start + 1] === 0xbb
  const skip = marked && bytes[start + 2] === 0xbf ? 3 : 0
  return {
    units: buffer,
    start: start + skip,
    end,
    unitBytes: 1,
    offset: offset + skip,
    decode: (from, to) => buffer.toString('utf8', from, to),
  }
}

/** How one format is read. */
export interface Layout {
  readonly frame: Framer
  interpret(text: string, place: Place): Reading
  /** UTF-8 where left out. */
  view?(chunk: Chunk): UnitView
}

/** Walks chunks by a layout. A broken or cut-off record costs its first line only; reading goes on at the next line. */
export class FramedReader implements DatabaseReader {
  skippedLines = 0
  fillerLines = 0
  readonly #layout: Layout
  readonly #frame: Frame = { end: 0, next: 0, lines: 0 }

  constructor(layout: Layout) {
    this.#layout = layout
  }

  read(chunk: Chunk, records: StatementRecord[], rejects: Reject[]): Progress {
    const layout = this.#layout
    const view = layout.view === undefined ? viewUtf8(chunk) : layout.view(chunk)
    const { units, end, unitBytes } = view
    const frame = this.#frame
    let at = view.start
    let line = chunk.line
    while (at < end) {
      if (!frameLine(units, at, end, chunk.last, frame)) break
      const isEmpty = isBlank(units, at, frame.end)
      const state = isEmpty || layout.frame === lineFramer ? 'whole' : layout.frame(units, at, end, chunk.last, frame)
      if (state === 'open' && !chunk.last) break
      if (state !== 'whole') frameLine(units, at, end, true, frame)
      if (!isEmpty) {
        const place: Place = {
          source: chunk.source,
          line,
          offset: view.offset + (at - view.start) * unitBytes,
          length: (frame.end - at) * unitBytes,
        }
        const reading = this.#judge(state, place, frame.lines) ?? layout.interpret(view.decode(at, frame.end), place)
        if (reading === null || reading === 'filler') {
          this.skippedLines += frame.lines
          if (reading !== null) this.fillerLines += frame.lines
        } else if (reading.phase !== undefined) records.push(reading)
        else rejects.push({ place, reason: reading.reason, message: reading.message })
      }
      line += frame.lines
      at = frame.next
    }
    if (chunk.last) return { bytes: chunk.end - chunk.start, lines: Math.max(line - chunk.line, 1) }
    const bytes = at === view.start ? 0 : view.offset - chunk.offset + (at - view.start) * unitBytes
    return { bytes, lines: line - chunk.line }
  }

  #judge(state: 'whole' | 'open' | 'broken', place: Place, lines: number): Problem | null {
    if (place.length > (lines === 1 ? limits.lineBytesMax : limits.recordBytesMax)) return tooLong
    if (state === 'whole') return null
    return state === 'open' ? cutOff : notAnEntry
  }
}

/** A format's opinion of a sample: the share of its entries that the format's own reader understands. Entries whose
 *  only fault is a time zone that needs to be named count as understood, so that the person hears of the zone. */
export function recogniseByReading(sample: Uint8Array, open: (options: FormatOptions) => DatabaseReader): number {
  const end = Math.min(sample.length, limits.sampleBytesMax)
  const chunk = { source: '', bytes: sample, start: 0, end, offset: 0, line: 1 }
  const rejects: Reject[] = []
  const records: StatementRecord[] = []
  let reader = open({})
  const progress = reader.read({ ...chunk, last: false }, records, rejects)
  if (progress.bytes === 0) {
    reader = open({})
    reader.read({ ...chunk, last: true }, records, rejects)
  }
  const badTimes = rejects.filter((reject) => reject.reason === 'bad-time').length
  const good = records.length + reader.skippedLines - reader.fillerLines + badTimes
  return good === 0 ? 0 : good / (good + rejects.length - badTimes)
}
