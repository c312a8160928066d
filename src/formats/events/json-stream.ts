/** Finds the objects in a stream of JSON: one a line, written over several lines, in a list, or in a list inside one object
 *  (`{"Records": [...]}`), however the bytes are cut. What an object means is the format's business. */
import { limits } from '../../core/limits.ts'
import type { Place, Reject } from '../../core/place.ts'
import type { Chunk, Progress } from '../format.ts'
import type { EventProblem } from './event-values.ts'
import { JsonTapes } from './json-tape.ts'
import { type JsonView, JsonViews } from './json-view.ts'

const lineFeed = 10
const quote = 34
const comma = 44
const openBracket = 91
const backslash = 92
const closeBracket = 93
const openBrace = 123
const closeBrace = 125

const notJson: EventProblem = { reason: 'not-this-format', message: 'This line is not JSON.' }
const damaged: EventProblem = {
  reason: 'damaged',
  message: 'This JSON object breaks off into something else, or nests deeper than any log does.',
}
const cutOff: EventProblem = { reason: 'truncated', message: 'The log ends before this JSON object does.' }
const tooLong: EventProblem = {
  reason: 'line-too-long',
  message: 'This JSON object is larger than any event of a log.',
}

/** What a stream hands on. */
export interface JsonSink {
  object(view: JsonView, place: Place): void
  reject(reject: Reject): void
  /** A list inside an object begins: the object's members before it, as an object, and how many lists are around. */
  opened?(members: string, depth: number): void
  /** The object around a list ends: its members behind the list. */
  closed?(members: string, depth: number): void
}

/** Where the stream is: between objects, or behind the list inside an object. */
type State = 'between' | 'behind'

const noWrappers: ReadonlySet<string> = new Set()
/** A wrapper's members before its list: an address of what was asked, a token of the next page. */
const wrapperHeadBytes = 4_096

/** Reads one stream. */
export class JsonStream {
  readonly #wrappers: ReadonlySet<string>
  readonly #views = new JsonViews(new JsonTapes())
  #state: State = 'between'
  /** How many lists of wrappers are open. */
  #depth = 0
  readonly #depthMax: number
  #bytes: Buffer = Buffer.alloc(0)
  #end = 0
  /** The first line feed from `#feedFrom` on. */
  #feed = -1
  #feedFrom = 0

  /** `wrappers`: keys of lists inside one object whose elements are the events; `depthMax`: how often they stand in one
   *  another. */
  constructor(wrappers: ReadonlySet<string> = noWrappers, depthMax = 1) {
    this.#wrappers = wrappers
    this.#depthMax = depthMax
  }

  /** Reads what is whole of a chunk. */
  read(chunk: Chunk, sink: JsonSink): Progress {
    const { bytes, start, end, last } = chunk
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.#end = end
    this.#feed = -1
    let at = start
    let line = chunk.line
    const placeOf = (from: number, to: number): Place => ({
      source: chunk.source,
      line,
      offset: chunk.offset + from - start,
      length: to - from,
    })
    if (chunk.offset === 0 && this.#bytes.subarray(at, Math.min(end, at + 3)).equals(byteOrderMark)) at += 3
    while (at < end) {
      const next = this.#blank(at)
      line += this.#lines(at, next)
      at = next
      if (at >= end) break
      const step = this.#step(at, last, placeOf, sink)
      if (step <= at) break
      line += this.#lines(at, step)
      at = step
    }
    if (last) {
      this.#state = 'between'
      this.#depth = 0
    }
    const isOpenLine = last && end > start && this.#bytes[end - 1] !== lineFeed
    return { bytes: at - start, lines: line - chunk.line + (isOpenLine ? 1 : 0) }
  }

  /** Takes what begins at `at`; where the next begins, or `at` where it is not yet whole. */
  #step(at: number, last: boolean, placeOf: (from: number, to: number) => Place, sink: JsonSink): number {
    const bytes = this.#bytes
    const first = bytes[at]
    if (this.#state === 'behind') return this.#leave(at, last, sink)
    if (first === closeBracket) {
      this.#state = this.#depth > 0 ? 'behind' : 'between'
      return at + 1
    }
    if (first === openBracket || first === comma) return at + 1
    const reject = (problem: EventProblem): number => {
      const to = this.#resume(at, last, problem !== notJson)
      const place = placeOf(at, trimmed(bytes, at, to))
      if (to > at) sink.reject({ place, reason: problem.reason, message: problem.message })
      return to
    }
    if (first !== openBrace) return reject(notJson)
    const lineEnd = this.#lineEnd(at)
    if (lineEnd > 0 && this.#endsObject(at, lineEnd)) {
      const end = trimmed(bytes, at, lineEnd, true)
      const view = this.#views.of(bytes.toString('utf8', at, end))
      if (typeof view === 'object') {
        const list = this.#wrapper(at, end, sink)
        if (list > 0) return list
        sink.object(view, placeOf(at, end))
        return end
      }
    }
    const list = this.#wrapper(at, this.#end, sink)
    if (list > 0) return list
    const end = this.#objectEnd(at)
    const isTooLong = this.#end - at > limits.recordBytesMax
    if (end === 0 && !last && !isTooLong) return at
    if (end > 0) {
      const view = this.#views.of(bytes.toString('utf8', at, end))
      if (typeof view === 'object') {
        sink.object(view, placeOf(at, end))
        return end
      }
    }
    return reject(end !== 0 ? damaged : isTooLong ? tooLong : cutOff)
  }

  /** Where reading goes on behind what is no good object: at the next object of a list in the same line, at the line's
   *  end, or, where that is too far, anywhere; `at` where more bytes are needed. */
  #resume(at: number, last: boolean, isElement: boolean): number {
    const feed = this.#lineEnd(at)
    const until = Math.min(feed < 0 ? this.#end : feed, at + limits.recordBytesMax)
    if (isElement) {
      const line = this.#bytes.subarray(at + 1, until)
      const found = [line.indexOf('},{'), line.indexOf('}, {')].filter((index) => index >= 0)
      if (found.length > 0) return at + 2 + Math.min(...found)
    }
    return until < this.#end || last ? until : at
  }

  /** The line feed from `at` on; -1 where there is none. */
  #lineEnd(at: number): number {
    if (at < this.#feedFrom || at > this.#feed) {
      const found = this.#bytes.indexOf(lineFeed, at)
      this.#feedFrom = at
      this.#feed = found < 0 || found >= this.#end ? Number.POSITIVE_INFINITY : found
    }
    return this.#feed === Number.POSITIVE_INFINITY ? -1 : this.#feed
  }

  /** Whether what stands before the line's end could be an object's end. */
  #endsObject(at: number, lineEnd: number): boolean {
    return (
      lineEnd - at <= limits.recordBytesMax && this.#bytes[trimmed(this.#bytes, at, lineEnd, true) - 1] === closeBrace
    )
  }

  /** Behind the bracket of the list that an object wraps; 0 where it is no wrapper. Members before the list are plain. */
  #wrapper(at: number, end: number, sink: JsonSink): number {
    if (this.#wrappers.size === 0 || this.#depth >= this.#depthMax) return 0
    const head = this.#bytes.toString('latin1', at, Math.min(end, at + wrapperHeadBytes))
    const member = /[{,]\s{0,64}"([^"\\\n]{1,64})"\s{0,64}:\s{0,64}(?:"(?:[^"\\\n]|\\.){0,2048}"|[-\w.]{1,64}|(\[))/y
    for (let position = 0; ; ) {
      member.lastIndex = position
      const found = member.exec(head)
      if (found === null) return 0
      if (found[2] !== undefined) {
        if (!this.#wrappers.has(found[1] as string)) return 0
        const behind = /\s{0,64}[{\]]/y
        behind.lastIndex = member.lastIndex
        if (!behind.test(head)) return 0
        sink.opened?.(`${this.#bytes.toString('utf8', at, at + position)}}`, this.#depth)
        this.#depth++
        return at + member.lastIndex
      }
      position = member.lastIndex
      while (position < head.length && head.charCodeAt(position) <= 32) position++
    }
  }

  /** Passes over what stands between a list and the end of the object around it. */
  #leave(at: number, last: boolean, sink: JsonSink): number {
    const bytes = this.#bytes
    let depth = 0
    for (let p = at; p < this.#end; p++) {
      const byte = bytes[p]
      if (byte === quote) {
        const end = this.#stringEnd(p + 1)
        if (end <= 0) return last ? this.#end : at
        p = end
      } else if (byte === openBrace) depth++
      else if (byte === closeBrace && depth-- === 0) {
        this.#state = 'between'
        this.#depth--
        if (sink.closed !== undefined)
          sink.closed(`{${bytes.toString('utf8', at, p).replace(/^[\s,]+/, '')}}`, this.#depth)
        return p + 1
      }
    }
    return last || this.#end - at > limits.recordBytesMax ? this.#end : at
  }

  /** Behind the brace that closes the object at `at`; 0 where the bytes end before it, -1 where it breaks. */
  #objectEnd(at: number): number {
    const bytes = this.#bytes
    const until = Math.min(this.#end, at + limits.recordBytesMax)
    let depth = 0
    for (let p = at; p < until; p++) {
      const byte = bytes[p]
      if (byte === quote) {
        p = this.#stringEnd(p + 1)
        if (p <= 0) return p
      } else if (byte === openBrace || byte === openBracket) {
        if (++depth > limits.eventNestingMax) return -1
      } else if ((byte === closeBrace || byte === closeBracket) && --depth === 0) return p + 1
    }
    return 0
  }

  /** The quotation mark that ends the string from `from`; 0 where the bytes end before it, -1 where a line does. */
  #stringEnd(from: number): number {
    const bytes = this.#bytes
    for (let p = from; p < this.#end; p++) {
      const byte = bytes[p]
      if (byte === quote) return p
      if (byte === backslash) p++
      else if (byte === lineFeed) return -1
    }
    return 0
  }

  #blank(from: number): number {
    let p = from
    while (p < this.#end && (this.#bytes[p] as number) <= 32) p++
    return p
  }

  #lines(from: number, to: number): number {
    let count = 0
    for (let p = this.#lineEnd(from); p >= 0 && p < to; p = this.#lineEnd(p + 1)) count++
    return count
  }
}

const byteOrderMark = Buffer.of(0xef, 0xbb, 0xbf)

/** Where a line's text ends: white space, and for an element of a list its comma, left out. */
function trimmed(bytes: Buffer, start: number, end: number, isElement = false): number {
  let p = end
  while (p > start + 1 && ((bytes[p - 1] as number) <= 32 || (isElement && bytes[p - 1] === comma))) p--
  return p
}
