/** Walks the lines of a log of events for every format of one event a line: finds line ends, passes over blank lines,
 *  meets the bounds, places rejects. What a line means is its parser's business. */
import { Buffer } from 'node:buffer'
import { limits } from '../../core/limits.ts'
import type { Place, Reject } from '../../core/place.ts'
import type { EventRecord } from '../event.ts'
import type { Chunk, EventReader, Progress } from '../format.ts'
import { type EventProblem, isProblem } from './event-values.ts'

const lineFeed = 10
const carriageReturn = 13

/** One line, its terminator left out. */
export class EventLine {
  readonly bytes: Buffer
  readonly start: number
  readonly end: number
  readonly place: Place
  readonly hasZero: boolean

  constructor(bytes: Buffer, start: number, end: number, place: Place, hasZero: boolean) {
    this.bytes = bytes
    this.start = start
    this.end = end
    this.place = place
    this.hasZero = hasZero
  }

  /** The line as UTF-8; what is none becomes replacement characters. */
  text(): string {
    return this.bytes.toString('utf8', this.start, this.end)
  }
}

/** Reads one line of one format. State between lines is the parser's own. `null`: the line is no event, on purpose (a
 *  heading). */
export interface EventLineParser {
  parse(line: EventLine): EventRecord | EventProblem | null
}

const tooLong: EventProblem = {
  reason: 'line-too-long',
  message: `This line is longer than ${limits.lineBytesMax} bytes, which no log of events writes.`,
}
const binary: EventProblem = {
  reason: 'binary',
  message: 'This line holds zero bytes: the file was damaged, for example by a crash, or is not a text log.',
}

/** Calls back for every line of a chunk that is whole and not blank; a last line needs no terminator. */
export function walkLines(chunk: Chunk, visit: (line: EventLine) => void): Progress {
  const bytes = Buffer.from(chunk.bytes.buffer, chunk.bytes.byteOffset, chunk.bytes.byteLength)
  const { start, end } = chunk
  let at = start
  let lines = 0
  let zero = -1
  while (at < end) {
    const feed = bytes.indexOf(lineFeed, at)
    const isWhole = feed >= 0 && feed < end
    if (!isWhole && !chunk.last) break
    const lineEnd = isWhole ? feed : end
    const contentEnd = lineEnd > at && bytes[lineEnd - 1] === carriageReturn ? lineEnd - 1 : lineEnd
    const offset = chunk.offset + at - start
    const from = offset === 0 && isMarked(bytes, at, contentEnd) ? at + 3 : at
    if (!isBlank(bytes, from, contentEnd)) {
      const place = { source: chunk.source, line: chunk.line + lines, offset, length: contentEnd - at }
      if (zero < from) {
        const found = bytes.indexOf(0, from)
        zero = found < 0 ? bytes.length : found
      }
      visit(new EventLine(bytes, from, contentEnd, place, zero < contentEnd))
    }
    lines++
    at = isWhole ? lineEnd + 1 : end
  }
  return { bytes: at - start, lines }
}

/** What is wrong with a line whatever its format; undefined where nothing is. */
export function lineProblem({ start, end, hasZero }: EventLine): EventProblem | undefined {
  if (end - start > limits.lineBytesMax) return tooLong
  return hasZero ? binary : undefined
}

const isMarked = (bytes: Uint8Array, at: number, end: number): boolean =>
  at + 3 <= end && bytes[at] === 0xef && bytes[at + 1] === 0xbb && bytes[at + 2] === 0xbf

function isBlank(bytes: Uint8Array, start: number, end: number): boolean {
  for (let p = start; p < end; p++) if (bytes[p] !== 32 && bytes[p] !== 9) return false
  return true
}

/** A reader of a format with one event a line. */
export class EventLineReader implements EventReader {
  readonly #parser: EventLineParser

  constructor(parser: EventLineParser) {
    this.#parser = parser
  }

  read(chunk: Chunk, records: EventRecord[], rejects: Reject[]): Progress {
    return walkLines(chunk, (line) => {
      const result = lineProblem(line) ?? this.#parser.parse(line)
      if (result === null) return
      if (isProblem(result)) rejects.push({ place: line.place, reason: result.reason, message: result.message })
      else records.push(result)
    })
  }
}

/** The share of a sample's lines that a reader makes events of; `weigh` may count an event for less than 1. */
export function recogniseByLines(
  sample: Uint8Array,
  reader: EventReader,
  weigh: (record: EventRecord) => number = () => 1,
): number {
  const bytes = sample.subarray(0, limits.sampleBytesMax)
  const records: EventRecord[] = []
  const rejects: Reject[] = []
  const lastFeed = bytes.lastIndexOf(lineFeed)
  const end = lastFeed < 0 ? bytes.length : lastFeed + 1
  reader.read({ source: '', bytes, start: 0, end, offset: 0, line: 1, last: true }, records, rejects)
  let sum = 0
  for (const record of records) sum += weigh(record)
  return records.length === 0 ? 0 : sum / (records.length + rejects.length)
}
