/** Cuts RTF into groups, control words and text, by the rules that Word follows, not the ones that are written down:
 *  attackers live in the difference. */
import { limits } from '../../core/limits.ts'

/** What is called on the way. */
export interface RtfEvents {
  groupStart(): void
  groupEnd(): void
  /** A control word and its number, NaN where it has none; ignorable where `\*` stands in front. */
  control(word: string, isIgnorable: boolean, number: number): void
  /** One byte a character in the document's code page, but for characters given by their Unicode number. */
  text(text: string, isUnicode: boolean): void
  /** Bytes behind `\bin`, one a character. */
  binary(bytes: string): void
}

const isLetter = (code: number): boolean => (code >= 97 && code <= 122) || (code >= 65 && code <= 90)
const isDigit = (code: number): boolean => code >= 48 && code <= 57
const wordLettersMost = 32

/** Characters that belong to no run of plain text. */
const special = /[{}\\\r\n]/g

/** Walks through a document; false where it has more tokens or levels than are read. */
export function scanRtf(text: string, events: RtfEvents): boolean {
  let at = 0
  let depth = 0
  let isIgnorable = false
  const fallback: Fallback = { length: 1, outer: [] }
  for (let count = 0; at < text.length; count++) {
    if (count >= limits.rtfTokensMax) return false
    const code = text.charCodeAt(at)
    if (code === 0x7b) {
      depth++
      if (depth > limits.rtfNestingMax) return false
      fallback.outer.push(fallback.length)
      events.groupStart()
      isIgnorable = false
      at++
    } else if (code === 0x7d) {
      if (depth > 0) {
        depth--
        fallback.length = fallback.outer.pop() ?? 1
        events.groupEnd()
      }
      at++
    } else if (code === 0x5c) {
      if (text[at + 1] === '*') {
        isIgnorable = true
        at += 2
      } else {
        at = readControl(text, at + 1, isIgnorable, events, fallback)
        isIgnorable = false
      }
    } else if (code === 10 || code === 13) at++
    else {
      special.lastIndex = at
      const end = special.exec(text)?.index ?? text.length
      events.text(text.slice(at, end), false)
      at = end
    }
  }
  return true
}

/** How many characters stand behind one that is given by its number, for readers that know no Unicode (`\\uc`). */
interface Fallback {
  length: number
  readonly outer: number[]
}

/** Reads what stands behind a backslash; gives the place behind it. */
function readControl(text: string, from: number, isIgnorable: boolean, events: RtfEvents, fallback: Fallback): number {
  const code = text.charCodeAt(from)
  if (!isLetter(code)) {
    if (code === 0x27) {
      const value = Number.parseInt(text.slice(from + 1, from + 3), 16)
      if (Number.isFinite(value)) events.text(String.fromCharCode(value), false)
      return from + 3
    }
    if (code === 0x7e) events.text(' ', false)
    else if (code === 0x5f) events.text('-', false)
    else if (code === 0x5c || code === 0x7b || code === 0x7d) events.text(text[from] ?? '', false)
    else if (code === 10 || code === 13) events.control('par', false, Number.NaN)
    return from + 1
  }
  let at = from
  while (at < text.length && isLetter(text.charCodeAt(at))) at++
  const word = text.slice(from, Math.min(at, from + wordLettersMost))
  const numberAt = at
  if (text[at] === '-') at++
  while (at < text.length && isDigit(text.charCodeAt(at))) at++
  const number = at > numberAt ? Number.parseInt(text.slice(numberAt, Math.min(at, numberAt + 11)), 10) : Number.NaN
  if (text[at] === ' ') at++
  if (word === 'bin') {
    const length = Number.isFinite(number) && number > 0 ? Math.min(number, text.length - at) : 0
    events.binary(text.slice(at, at + length))
    return at + length
  }
  if (word === 'u' && Number.isFinite(number)) {
    events.text(String.fromCharCode(number & 0xffff), true)
    return skipFallback(text, at, fallback.length)
  }
  if (word === 'uc' && number >= 0) {
    fallback.length = number
    return at
  }
  events.control(word, isIgnorable, number)
  return at
}

/** The place behind so many characters; a group's end and a control word come before that. */
function skipFallback(text: string, from: number, length: number): number {
  let at = from
  for (let left = length; left > 0 && at < text.length; left--) {
    while (text[at] === '\r' || text[at] === '\n') at++
    if (text[at] === '\\' && text[at + 1] === "'") at += 4
    else if (text[at] === '\\' || text[at] === '{' || text[at] === '}') return at
    else at++
  }
  return at
}

/** Puts bytes together from hexadecimal digits with anything between them. */
export class HexCollector {
  readonly #bytesMax: number
  readonly #pieces: Uint8Array[] = []
  #length = 0
  #half = -1

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax
  }

  /** Digits count, all else is passed over. */
  push(text: string): void {
    if (this.#length >= this.#bytesMax) return
    const piece = new Uint8Array((text.length + 1) >> 1)
    let length = 0
    for (let index = 0; index < text.length; index++) {
      const digit = digitOf(text.charCodeAt(index))
      if (digit < 0) continue
      if (this.#half < 0) this.#half = digit
      else {
        piece[length++] = this.#half * 16 + digit
        this.#half = -1
      }
    }
    this.#add(piece.subarray(0, length))
  }

  /** Bytes that stand as they are; a lone digit in front is dropped. */
  pushBytes(bytes: string): void {
    this.#half = -1
    this.#add(Buffer.from(bytes, 'latin1'))
  }

  #add(piece: Uint8Array): void {
    if (piece.length === 0 || this.#length >= this.#bytesMax) return
    this.#pieces.push(piece)
    this.#length += piece.length
  }

  /** All bytes. */
  finish(): Uint8Array {
    return new Uint8Array(Buffer.concat(this.#pieces, Math.min(this.#length, this.#bytesMax)))
  }
}

function digitOf(code: number): number {
  if (code >= 48 && code <= 57) return code - 48
  const lower = code | 32
  return lower >= 97 && lower <= 102 ? lower - 87 : -1
}
