/** Turns a source's text into `Chunk`s that end at line ends, hands again what a reader did not consume, and steps over
 *  lines that are too long without ever holding one. It reads nothing itself and understands nothing but line feeds.
 *
 *  One buffer is used for the whole source: a chunk's bytes hold until `next` is called again. Only the tail of a read,
 *  the line that it cuts, is moved. */
import { limits } from '../core/limits.ts'
import type { Reject } from '../core/place.ts'
import type { Chunk, Progress } from '../formats/format.ts'
import { type ByteInput, ReplayInput } from './byte-input.ts'

/** The bounds that hold for a chunker, in bytes; see `limits`. */
export interface LineChunkerBounds {
  readonly chunkBytes: number
  readonly lineBytesMax: number
  readonly recordBytesMax: number
}

/** A place between lines: bytes before it, and the number from 1 of the line that begins there. */
export interface LinePosition {
  readonly offset: number
  readonly line: number
}

const firstLine: LinePosition = { offset: 0, line: 1 }
const lineFeed = 10
const carriageReturn = 13
/** Room for the incomplete line at the end of a read, so that the buffer need not grow for ordinary lines. */
const spareBytes = 16 * 1024

/** The chunks of one source. */
export class LineChunker {
  /** Lines that were too long. The caller takes them out; a reader may put its own here too. */
  readonly rejects: Reject[] = []
  readonly #source: string
  readonly #input: ByteInput
  readonly #bounds: LineChunkerBounds
  #bytes: Uint8Array
  /** First byte that is not consumed; its offset in the source and the number of its line. */
  #start = 0
  #offset = 0
  #line = 1
  /** Behind the last line feed: where the incomplete line begins. */
  #lineStart = 0
  #filled = 0
  #ended = false
  /** Length of the chunk that was handed out and is not consumed yet. */
  #handed: number | undefined
  #handedLast = false
  /** What remains of a chunk that was handed out as the last one. */
  #lastLength = 0
  /** The reader left a record unread: it wants this many bytes of whole lines. */
  #wanted = 0
  /** Length of the chunk that the reader left unread and that waits for more. */
  #refused = 0
  /** The line that is being stepped over: its length so far. */
  #longLine: { length: number; lastByte: number } | undefined

  /** `from` is where in the source the input begins. */
  constructor(source: string, input: ByteInput, bounds: LineChunkerBounds = limits, from: LinePosition = firstLine) {
    this.#source = source
    this.#input = input
    this.#bounds = bounds
    this.#offset = from.offset
    this.#line = from.line
    this.#bytes = new Uint8Array(input.availableNow === undefined ? bounds.chunkBytes + spareBytes : 0)
  }

  /** Up to where the source is consumed. */
  get position(): LinePosition {
    return { offset: this.#offset, line: this.#line }
  }

  /** Bytes that were read and are not consumed. */
  get heldBytes(): number {
    return this.#longLine?.length ?? this.#filled - this.#start
  }

  /** Lets go of memory while an input that may grow is quiet. The chunk given last holds no longer. */
  rest(): void {
    if (this.#handed !== undefined || this.#filled !== this.#start || this.#longLine !== undefined) return
    this.#bytes = new Uint8Array(0)
    this.#start = 0
    this.#lineStart = 0
    this.#filled = 0
  }

  /** The next chunk, or null at the end (of an input that may grow: for now). It is a promise only where the input has to be waited for, so that a plain
   *  file is read without a single promise. `consume` must have been called for the chunk before. */
  next(): Chunk | null | Promise<Chunk | null> {
    if (this.#handed !== undefined) throw new Error('the chunk before was not consumed')
    for (;;) {
      const chunk = this.#take()
      if (chunk !== undefined) return chunk
      if (this.#input.availableNow === 0) return this.#takeEarly()
      const count = this.#read(this.#bounds.chunkBytes)
      if (typeof count !== 'number') return this.#nextLater(count)
      if (count === 0 && this.#input.availableNow !== undefined) return this.#takeEarly()
      this.#accept(count)
    }
  }

  /** Says how far the reader came in the chunk that `next` gave. What it left comes again at once; if it then consumes
   *  nothing, it comes again with more behind it. */
  consume(progress: Progress): void {
    const handed = this.#handed
    if (handed === undefined || !(progress.bytes >= 0 && progress.bytes <= handed)) {
      throw new RangeError('a reader cannot consume what it was not given')
    }
    this.#handed = undefined
    if (progress.bytes > 0) {
      this.#advance(progress.bytes, progress.lines)
      if (this.#handedLast) this.#lastLength = handed - progress.bytes
    } else if (this.#handedLast) {
      this.#dropUnread(handed)
    } else if (handed >= this.#bounds.recordBytesMax) {
      this.#lastLength = handed
    } else {
      this.#refused = handed
      // Doubling keeps the cost of reading a pending record again in proportion to its length.
      this.#wanted = Math.min(handed * 2, this.#bounds.recordBytesMax)
    }
  }

  /** A copy of the first bytes of the source, cut at a line end where there is one. It consumes nothing, and may be
   *  called only before `next`. */
  async peek(length: number): Promise<Uint8Array> {
    while (!this.#ended && this.#filled < length && this.#filled - this.#lineStart <= this.#bounds.lineBytesMax) {
      this.#accept(await this.#read(length - this.#filled))
    }
    const end = Math.min(length, this.#filled)
    if (this.#ended && end === this.#filled) return this.#bytes.slice(0, end)
    const cut = this.#bytes.subarray(0, end).lastIndexOf(lineFeed) + 1
    return this.#bytes.slice(0, cut > 0 ? cut : end)
  }

  /** What was read and not handed out, and all that follows: for whoever goes on without lines. This chunker is over. */
  unread(): ByteInput {
    const held = this.#bytes.slice(this.#start, this.#filled)
    this.#start = this.#filled
    return held.length === 0 ? this.#input : new ReplayInput(held, this.#input)
  }

  async #nextLater(first: Promise<number>): Promise<Chunk | null> {
    this.#accept(await first)
    for (;;) {
      const chunk = this.#take()
      if (chunk !== undefined) return chunk
      this.#accept(await this.#read(this.#bounds.chunkBytes))
    }
  }

  /** The next chunk out of what is in the buffer; undefined where more must be read first. */
  #take(): Chunk | null | undefined {
    if (this.#lastLength > 0) return this.#hand(this.#lastLength, true)
    if (this.#longLine !== undefined) {
      if (!this.#ended) return undefined
      this.#rejectLongLine(this.#longLine, 0)
      return null
    }
    if (this.#ended) return this.#filled > this.#start ? this.#hand(this.#filled - this.#start, true) : null
    const complete = this.#lineStart - this.#start
    const isTooLong = this.#filled - this.#lineStart > this.#bounds.lineBytesMax
    if (complete > 0 && complete >= this.#wanted) return this.#hand(complete, false)
    if (complete > 0 && isTooLong) return this.#hand(complete, true)
    if (isTooLong) this.#stepOver()
    return undefined
  }

  /** Nothing more is there now: a record that waits for its end is shown again with any new line behind it. */
  #takeEarly(): Chunk | null {
    const complete = this.#lineStart - this.#start
    return complete > this.#refused ? this.#hand(complete, false) : null
  }

  #hand(length: number, last: boolean): Chunk {
    this.#handed = length
    this.#handedLast = last
    this.#lastLength = 0
    this.#wanted = 0
    return {
      source: this.#source,
      bytes: this.#bytes,
      start: this.#start,
      end: this.#start + length,
      offset: this.#offset,
      line: this.#line,
      last,
    }
  }

  #advance(bytes: number, lines: number): void {
    this.#refused = 0
    this.#start += bytes
    this.#offset += bytes
    this.#line += lines
  }

  /** Reads behind what is in the buffer. Never so much that a line which is too long could also end in one read: the
   *  same lines are rejected whatever the sizes of the reads. */
  #read(count: number): number | Promise<number> {
    const tail = this.#filled - this.#lineStart
    const available = this.#input.availableNow ?? count
    const length = Math.min(count, available, this.#bounds.chunkBytes, this.#bounds.lineBytesMax + 1 - tail)
    if (this.#bytes.length - this.#filled < length) this.#makeRoom(length)
    return this.#input.read(this.#bytes, this.#filled, length)
  }

  #makeRoom(length: number): void {
    if (this.#start > 0) {
      this.#bytes.copyWithin(0, this.#start, this.#filled)
      this.#lineStart -= this.#start
      this.#filled -= this.#start
      this.#start = 0
    }
    if (this.#bytes.length - this.#filled >= length) return
    const larger = new Uint8Array(Math.max(this.#filled + length + spareBytes, this.#bytes.length * 2))
    larger.set(this.#bytes.subarray(0, this.#filled))
    this.#bytes = larger
  }

  #accept(count: number): void {
    if (count === 0) {
      this.#ended = true
      return
    }
    const fresh = this.#bytes.subarray(this.#filled, this.#filled + count)
    if (this.#longLine !== undefined) {
      this.#acceptLongLine(this.#longLine, fresh)
      return
    }
    const lastFeed = fresh.lastIndexOf(lineFeed)
    if (lastFeed >= 0) this.#lineStart = this.#filled + lastFeed + 1
    this.#filled += count
  }

  /** Begins to step over the incomplete line, which is all that the buffer holds. */
  #stepOver(): void {
    this.#longLine = {
      length: this.#filled - this.#lineStart,
      lastByte: this.#bytes[this.#filled - 1] as number,
    }
    this.#start = 0
    this.#lineStart = 0
    this.#filled = 0
  }

  #acceptLongLine(longLine: { length: number; lastByte: number }, fresh: Uint8Array): void {
    const feed = fresh.indexOf(lineFeed)
    const more = feed < 0 ? fresh.length : feed
    longLine.length += more
    if (more > 0) longLine.lastByte = fresh[more - 1] as number
    if (feed < 0) return
    this.#rejectLongLine(longLine, 1)
    this.#start = feed + 1
    this.#lineStart = fresh.lastIndexOf(lineFeed) + 1
    this.#filled = fresh.length
  }

  #rejectLongLine(longLine: { length: number; lastByte: number }, terminatorBytes: 0 | 1): void {
    const { length, lastByte } = longLine
    this.rejects.push({
      place: {
        source: this.#source,
        line: this.#line,
        offset: this.#offset,
        length: terminatorBytes === 1 && lastByte === carriageReturn ? length - 1 : length,
      },
      reason: 'line-too-long',
      message:
        `This line is ${length.toLocaleString('en-US')} bytes long; no log line is longer than ` +
        `${this.#bounds.lineBytesMax.toLocaleString('en-US')}. It was left out.`,
    })
    this.#offset += length + terminatorBytes
    this.#line += 1
    this.#longLine = undefined
  }

  /** A reader must consume all of a last chunk. One that does not may not stop the source. */
  #dropUnread(length: number): void {
    const unread = this.#bytes.subarray(this.#start, this.#start + length)
    this.rejects.push({
      place: { source: this.#source, line: this.#line, offset: this.#offset, length },
      reason: 'truncated',
      message: 'The record that begins on this line has no end. It was left out.',
    })
    this.#advance(length, countLines(unread, 0, length))
  }
}

/** Lines of `bytes` from `start` to `end`; an unterminated last line counts. */
export function countLines(bytes: Uint8Array, start: number, end: number): number {
  if (start >= end) return 0
  let lines = bytes[end - 1] === lineFeed ? 0 : 1
  for (let at = start; at < end; at += 1) if (bytes[at] === lineFeed) lines += 1
  return lines
}
