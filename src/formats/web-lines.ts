/** Walks the lines of a web log for every format of one record a line: finds line ends, skips blank lines, counts,
 *  places rejects. Each line is copied into an arena first, where its parser may decode fields in place; what a line
 *  means is the parser's business. */
import { limits } from '../core/limits.ts'
import type { Reject, RejectReason } from '../core/place.ts'
import type { Chunk, Progress, RequestReader } from './format.ts'
import { fieldCount, type RequestBatch, unknown } from './request-batch.ts'

const copyBytes = 64 * 1024

/** Why a line is no record: the reject without its place. */
export interface Problem {
  readonly reason: RejectReason
  readonly message: string
}

/** What became of a line: record `batch.count` was filled, or the line is a directive, or it is a reject. */
export type LineResult = 'record' | 'directive' | Problem

/** The bytes that a batch's spans point into: a copy of the lines, and behind it room for joined fields. */
export class LineArena {
  bytes: Uint8Array = new Uint8Array(0)
  #tail = 0

  /** Makes room for `length` bytes of lines and forgets what was appended for the batch before. */
  prepare(length: number): void {
    if (this.bytes.length < length) this.bytes = new Uint8Array(length + copyBytes)
    this.#tail = length
  }

  /** Where the next appended byte will stand. */
  get tail(): number {
    return this.#tail
  }

  /** Appends the bytes that stand at `[start, end)` of the arena. May replace `bytes`. */
  append(start: number, end: number): void {
    this.#room(end - start)
    this.bytes.copyWithin(this.#tail, start, end)
    this.#tail += end - start
  }

  appendByte(byte: number): void {
    this.#room(1)
    this.bytes[this.#tail++] = byte
  }

  #room(length: number): void {
    if (this.#tail + length <= this.bytes.length) return
    const grown = new Uint8Array((this.#tail + length) * 2)
    grown.set(this.bytes)
    this.bytes = grown
  }
}

/** Reads one line of one format. State between lines is the parser's own. */
export interface LineParser {
  /** Reads the line at `[start, end)` of `arena.bytes` into record `batch.count`, whose spans are empty and whose
   *  numbers are unknown. `end - start` is at least 1 and the line is not blank.
   *  What stands behind `end` is left over from other reads: whoever looks there makes results that depend on how
   *  the bytes were cut. */
  parse(arena: LineArena, start: number, end: number, batch: RequestBatch): LineResult
}

const tooLong: Problem = {
  reason: 'line-too-long',
  message: `This line is longer than ${limits.lineBytesMax} bytes, which no web server writes for a request.`,
}
const binary: Problem = {
  reason: 'binary',
  message: 'This line holds zero bytes: the file was damaged, for example by a crash, or is not a text log.',
}

/** A `RequestReader` of a format with one record a line. */
export class WebLineReader implements RequestReader {
  readonly #arena = new LineArena()
  readonly #parser: LineParser

  constructor(parser: LineParser) {
    this.#parser = parser
  }

  read(chunk: Chunk, batch: RequestBatch, rejects: Reject[]): Progress {
    const { bytes, end } = chunk
    const arena = this.#arena
    arena.prepare(end - chunk.start)
    batch.reset(chunk.source, arena.bytes, false)
    let position = chunk.start
    let copied = chunk.start
    let lines = 0
    while (position < end && batch.count < batch.capacity) {
      let lineEnd = bytes.indexOf(10, position)
      if (lineEnd < 0 || lineEnd >= end) {
        if (!chunk.last) break
        lineEnd = end
      }
      const contentEnd = lineEnd > position && bytes[lineEnd - 1] === 13 ? lineEnd - 1 : lineEnd
      const from = chunk.offset + (position - chunk.start) === 0 ? afterByteOrderMark(bytes, position, end) : position
      if (!isBlank(bytes, from, contentEnd)) {
        if (contentEnd > copied && contentEnd - from <= limits.lineBytesMax) {
          copied = Math.max(copied, position)
          const copyEnd = Math.max(contentEnd, Math.min(end, copied + copyBytes))
          arena.bytes.set(bytes.subarray(copied, copyEnd), copied - chunk.start)
          copied = copyEnd
        }
        const result = this.#line(from - chunk.start, contentEnd - chunk.start, batch)
        const offset = chunk.offset + (position - chunk.start)
        if (result === 'record') {
          const record = batch.count++
          batch.line[record] = chunk.line + lines
          batch.offset[record] = offset
          batch.length[record] = contentEnd - position
        } else if (result !== 'directive') {
          const place = { source: chunk.source, line: chunk.line + lines, offset, length: contentEnd - position }
          rejects.push({ place, reason: result.reason, message: result.message })
        }
      }
      lines++
      position = lineEnd + 1
    }
    batch.bytes = arena.bytes
    return { bytes: Math.min(position, end) - chunk.start, lines }
  }

  #line(start: number, end: number, batch: RequestBatch): LineResult {
    if (end - start > limits.lineBytesMax) return tooLong
    const record = batch.count
    batch.spans.fill(0, record * fieldCount * 2, (record + 1) * fieldCount * 2)
    batch.status[record] = unknown
    batch.bodyBytes[record] = unknown
    batch.durationMs[record] = unknown
    const arena = this.#arena
    const result = this.#parser.parse(arena, start, end, batch)
    if (typeof result === 'string') return result
    return arena.bytes.subarray(start, end).includes(0) ? binary : result
  }
}

/** Where the lines of a sample end that a format looks at: a last line without its end is left out, unless it is the
 *  only one. */
export function sampleEnd(sample: Uint8Array): number {
  let end = 0
  for (let lines = 0; lines < limits.sampleLinesMax; lines++) {
    const newline = sample.indexOf(10, end)
    if (newline < 0) break
    end = newline + 1
  }
  return end === 0 ? sample.length : end
}

const text = new TextDecoder('latin1')

/** The lines of a sample as text (what is not ASCII is not exact), blank ones left out. */
export function sampleLines(sample: Uint8Array): string[] {
  const head = text.decode(sample.subarray(0, sampleEnd(sample))).replace(/^\u00ef\u00bb\u00bf/, '')
  return head
    .split('\n')
    .map((line) => line.trimEnd())
    .filter((line) => line !== '')
}

/** UTF-8's mark at the head of a file, which some Windows editors and exports write. */
function afterByteOrderMark(bytes: Uint8Array, start: number, end: number): number {
  const marked = start + 3 <= end && bytes[start] === 0xef && bytes[start + 1] === 0xbb && bytes[start + 2] === 0xbf
  return marked ? start + 3 : start
}

function isBlank(bytes: Uint8Array, start: number, end: number): boolean {
  for (let p = start; p < end; p++) if (bytes[p] !== 32 && bytes[p] !== 9) return false
  return true
}
