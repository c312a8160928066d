/** Walks the text of one JSON object (RFC 8259) once and notes where its values stand, so that the few fields that rules
 *  name can be read without making objects of the rest. Lenient where log writers are: raw control characters, odd escapes. */
import { limits } from '../../core/limits.ts'

/** `truncated`: the text ends inside the object. `malformed`: it is none, nests too deep, or more follows it. */
export type TapeResult = 'complete' | 'truncated' | 'malformed'

/** Numbers of one value on the tape: where its key and it begin and end in the text, where the next value of the same
 *  object or list stands on the tape, and whether key (1) and value (2) hold escapes. What is inside follows at once. */
export const entryWidth = 6
export const keyHasEscapes = 1
export const valueHasEscapes = 2

const quote = 34
const comma = 44
const colon = 58
const openBracket = 91
const closeBracket = 93
const openBrace = 123
const closeBrace = 125

const partEntries = 4_096

/** Tapes of many texts, one behind the other. A full one is left to the events on it, and a new one begun. */
export class JsonTapes {
  entries: Int32Array = new Int32Array(partEntries * entryWidth)
  /** Where the tape of the text that was walked last begins and ends. */
  start = 0
  end = 0
  #text = ''
  #nextBackslash = 0
  #escaped = false
  readonly #open = new Int32Array(limits.eventNestingMax + 1)

  /** Walks a text. On `complete`, `entries` from `start` to `end` hold its values, the object itself first. */
  walk(text: string): TapeResult {
    this.start = this.end
    this.#text = text
    this.#nextBackslash = -1
    const result = this.#walk()
    if (result !== 'complete') this.end = this.start
    this.#text = ''
    return result
  }

  #walk(): TapeResult {
    const text = this.#text
    const length = text.length
    const open = this.#open
    let depth = 0
    let p = skipBlank(text, 0)
    if (text.charCodeAt(p) !== openBrace) return p >= length ? 'truncated' : 'malformed'
    this.#begin(-1, -1, p, 0)
    open[0] = this.start
    let isObject = true
    let isFirst = true
    p++
    for (;;) {
      p = skipBlank(text, p)
      if (p >= length) return 'truncated'
      const code = text.charCodeAt(p)
      if (code === (isObject ? closeBrace : closeBracket)) {
        this.#finish(open[depth] as number, p + 1)
        p++
        if (depth === 0) return skipBlank(text, p) >= length ? 'complete' : 'malformed'
        depth--
        isObject = text.charCodeAt(this.entries[(open[depth] as number) + 2] as number) === openBrace
        isFirst = false
        continue
      }
      if (!isFirst) {
        if (code !== comma) return 'malformed'
        p = skipBlank(text, p + 1)
        if (p >= length) return 'truncated'
      }
      isFirst = false
      let keyStart = -1
      let keyEnd = -1
      let flags = 0
      if (isObject) {
        if (text.charCodeAt(p) !== quote) return 'malformed'
        keyStart = p + 1
        keyEnd = this.#stringEnd(keyStart)
        if (keyEnd < 0) return 'truncated'
        if (this.#escaped) flags = keyHasEscapes
        p = skipBlank(text, keyEnd + 1)
        if (p >= length) return 'truncated'
        if (text.charCodeAt(p) !== colon) return 'malformed'
        p = skipBlank(text, p + 1)
        if (p >= length) return 'truncated'
      }
      const first = text.charCodeAt(p)
      const entry = this.#begin(keyStart, keyEnd, p, flags)
      if (entry < 0) return 'malformed'
      if (first === openBrace || first === openBracket) {
        if (++depth > limits.eventNestingMax) return 'malformed'
        open[depth] = entry
        isObject = first === openBrace
        isFirst = true
        p++
        continue
      }
      const end = first === quote ? this.#stringEnd(p + 1) + 1 : scalarEnd(text, p)
      if (end === 0) return 'truncated'
      if (end < 0) return p + 5 >= length && end === -2 ? 'truncated' : 'malformed'
      if (first === quote && this.#escaped) this.entries[entry + 5] = flags | valueHasEscapes
      this.#finish(entry, end)
      p = end
    }
  }

  /** Notes a value; its index, or -1 where there are too many. */
  #begin(keyStart: number, keyEnd: number, at: number, flags: number): number {
    if (this.end - this.start >= limits.eventValuesMax * entryWidth) return -1
    if (this.end + entryWidth > this.entries.length) this.#room()
    const { entries, end: entry } = this
    entries[entry] = keyStart
    entries[entry + 1] = keyEnd
    entries[entry + 2] = at
    entries[entry + 5] = flags
    this.end = entry + entryWidth
    return entry
  }

  /** Begins a new part, and takes along what was noted of this text. Indices of open values move with it. */
  #room(): void {
    const used = this.end - this.start
    const larger = new Int32Array(Math.max(partEntries * entryWidth, used * 2 + entryWidth))
    larger.set(this.entries.subarray(this.start, this.end))
    for (let depth = 0; depth < this.#open.length; depth++) {
      this.#open[depth] = Math.max(0, (this.#open[depth] as number) - this.start)
    }
    for (let entry = 0; entry < used; entry += entryWidth) {
      larger[entry + 4] = Math.max(0, (larger[entry + 4] as number) - this.start)
    }
    this.entries = larger
    this.start = 0
    this.end = used
  }

  #finish(entry: number, end: number): void {
    this.entries[entry + 3] = end
    this.entries[entry + 4] = this.end
  }

  /** Position of the quotation mark that ends the string from `p`, or -1. */
  #stringEnd(from: number): number {
    const text = this.#text
    this.#escaped = false
    let at = from
    for (;;) {
      const end = text.indexOf('"', at)
      if (end < 0) return -1
      if (this.#nextBackslash < at) {
        const found = text.indexOf('\\', at)
        this.#nextBackslash = found < 0 ? text.length : found
      }
      if (this.#nextBackslash > end) return end
      this.#escaped = true
      at = this.#nextBackslash + 2
    }
  }
}

function skipBlank(text: string, from: number): number {
  let p = from
  while (p < text.length && text.charCodeAt(p) <= 32) p++
  return p
}

/** Behind a number, `true`, `false` or `null` at `p`; -1 for what is none of them, -2 where it may be cut off. */
function scalarEnd(text: string, p: number): number {
  const first = text.charCodeAt(p)
  if ((first >= 48 && first <= 57) || first === 45) {
    let at = p + 1
    for (; at < text.length; at++) {
      const code = text.charCodeAt(at)
      const isNumber = (code >= 48 && code <= 57) || code === 46 || code === 43 || code === 45 || (code | 32) === 101
      if (!isNumber) break
    }
    return at
  }
  for (const word of ['true', 'false', 'null']) {
    if (text.startsWith(word, p)) return p + word.length
    if (word.startsWith(text.slice(p, p + 5))) return -2
  }
  return -1
}
