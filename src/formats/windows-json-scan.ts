/** Scans one object of JSON (RFC 8259) over its bytes and notes where its values stand, without making anything of them.
 *  Lists are one value each. It is lenient where writers of logs are: raw tabs, invalid UTF-8, unknown escapes. */
import { limits } from '../core/limits.ts'
import type { KeyPlace, KeyTree } from './windows-json-tree.ts'

const quote = 34
const comma = 44
const colon = 58
const openBracket = 91
const backslash = 92
const closeBracket = 93
const openBrace = 123
const closeBrace = 125
const lineFeed = 10

/** What a value is, in the low bits of its size: a bare word or number; text; text with escapes, text beyond ASCII (or
 *  both); a list or an object. */
export const valueKinds = { bare: 0, text: 1, escaped: 2, beyondAscii: 4, nested: 8 } as const
/** Bits of a size that say what the value is. */
export const kindBits = 4

/** Bytes of text that need a look: the quote, backslash, control characters, and what is beyond ASCII. */
const isTelling = Uint8Array.from({ length: 256 }, (_, byte) =>
  Number(byte < 32 || byte === quote || byte === backslash || byte >= 128),
)
/** Bytes that end a bare word. */
const endsWord = Uint8Array.from({ length: 256 }, (_, byte) =>
  Number(byte <= 32 || byte === comma || byte === closeBrace || byte === closeBracket || byte === quote),
)
const startsWord = Uint8Array.from({ length: 256 }, (_, byte) =>
  Number(byte === 45 || (byte >= 48 && byte <= 57) || byte === 102 || byte === 110 || byte === 116),
)

/** The bytes end before the object does. */
export const openEnded = -1
/** It is no object of JSON. */
export const notJson = -2

/** Scans objects, one after the other. */
export class JsonScan {
  /** Pairs, of all objects since `reset`: where a value begins; its size and what it is. */
  spans: Int32Array = new Int32Array(16_384)
  used = 0
  /** Where the fields of the object are that was scanned last. */
  place: KeyPlace | undefined
  readonly #tree: KeyTree
  #bytes: Uint8Array = new Uint8Array(0)
  #end = 0
  #kind = 0

  constructor(tree: KeyTree) {
    this.#tree = tree
  }

  /** Takes bytes, of which those up to `end` count; a zero must stand there. */
  reset(bytes: Uint8Array, end: number): void {
    this.#bytes = bytes
    this.#end = end
    this.spans = new Int32Array(16_384)
    this.used = 0
  }

  /** Scans the object that begins at `from`; gives where it ends, `openEnded` or `notJson`. */
  object(from: number): number {
    const begun = this.used
    const end = this.#members(from + 1)
    if (end < 0) this.used = begun
    return end
  }

  #members(from: number): number {
    const bytes = this.#bytes
    let place = this.#tree.start()
    let depth = 0
    let at = this.#blank(from)
    if (bytes[at] === closeBrace) return this.#done(place, at)
    for (;;) {
      // A key.
      if (bytes[at] !== quote) return this.#fault(at)
      const { likely } = place
      let keyEnd = likely === undefined ? -1 : this.#stands(likely.keyBytes, at + 1)
      if (keyEnd < 0) {
        const end = this.#string(at + 1)
        if (end < 0) return end
        place = this.#otherKey(place, at, end)
        keyEnd = end + 1
      } else place = likely as KeyPlace
      at = bytes[keyEnd] === colon ? keyEnd : this.#blank(keyEnd)
      if (bytes[at] !== colon) return this.#fault(at)
      at++
      if ((bytes[at] as number) <= 32) at = this.#blank(at)
      // Its value.
      if (bytes[at] === openBrace && depth < limits.windowsEventDepthMax) {
        place = place.opened
        depth++
        at = this.#blank(at + 1)
        if (bytes[at] === quote) continue
      } else {
        at = this.#value(at)
        if (at < 0) return at
        place = place.valued
        if (place.count > limits.evtxFieldsMax) return notJson
      }
      // What follows it.
      for (;;) {
        if ((bytes[at] as number) <= 32) at = this.#blank(at)
        if (bytes[at] !== closeBrace) break
        if (depth === 0) return this.#done(place, at)
        depth--
        place = place.closed
        at++
      }
      if (bytes[at] !== comma) return this.#fault(at)
      at++
      if ((bytes[at] as number) <= 32) at = this.#blank(at)
    }
  }

  #done(place: KeyPlace, at: number): number {
    this.place = place
    return at + 1
  }

  #fault(at: number): number {
    return at >= this.#end ? openEnded : notJson
  }

  /** The first byte from `at` on that is no white space. */
  #blank(from: number): number {
    const bytes = this.#bytes
    const end = this.#end
    let at = from
    while (at < end && (bytes[at] as number) <= 32) at++
    return at
  }

  /** Where a key with its quote ends that stands at `at`; -1 where it does not. */
  #stands(key: Uint8Array, at: number): number {
    const bytes = this.#bytes
    const { length } = key
    for (let i = 0; i < length; i++) if (bytes[at + i] !== key[i]) return -1
    return at + length
  }

  #otherKey(place: KeyPlace, at: number, end: number): KeyPlace {
    const key = Buffer.from(this.#bytes.buffer, this.#bytes.byteOffset + at, end + 1 - at)
    const isPlain = this.#kind === valueKinds.text
    return place.keyed(isPlain ? key.toString('latin1', 1, key.length - 1) : unquoted(key), key.subarray(1))
  }

  /** Where the text ends, at its quote, that begins at `from`. */
  #string(from: number): number {
    const bytes = this.#bytes
    let kind: number = valueKinds.text
    let at = from
    for (;;) {
      while (isTelling[bytes[at] as number] === 0) at++
      const byte = bytes[at] as number
      if (byte === quote) {
        this.#kind = kind
        return at < this.#end ? at : openEnded
      }
      if (byte >= 128) {
        kind |= valueKinds.beyondAscii
        while ((bytes[at] as number) >= 128) at++
      } else if (byte === backslash) {
        kind |= valueKinds.escaped
        at += (bytes[at + 1] as number) < 32 ? 1 : 2
      } else {
        if (at >= this.#end) return openEnded
        // A line ends in a text only where it was cut off.
        if (byte === lineFeed) return notJson
        at++
      }
    }
  }

  /** Notes the value at `at`; gives where it ends. */
  #value(at: number): number {
    const bytes = this.#bytes
    const first = bytes[at] as number
    if (first === quote) {
      const end = this.#string(at + 1)
      if (end < 0) return end
      this.#note(at + 1, end, this.#kind)
      return end + 1
    }
    if (first === openBracket || first === openBrace) {
      const end = this.#nested(at)
      if (end >= 0) this.#note(at, end, valueKinds.nested)
      return end
    }
    if (startsWord[first] === 0) return this.#fault(at)
    let end = at + 1
    while (endsWord[bytes[end] as number] === 0) end++
    if (end >= this.#end) return openEnded
    this.#note(at, end, valueKinds.bare)
    return end
  }

  #note(from: number, end: number, kind: number): void {
    if (this.used + 2 > this.spans.length) {
      const larger = new Int32Array(this.spans.length * 2)
      larger.set(this.spans)
      this.spans = larger
    }
    this.spans[this.used++] = from
    this.spans[this.used++] = ((end - from) << kindBits) | kind
  }

  /** Where a list or object ends; only its brackets are looked at. */
  #nested(from: number): number {
    const bytes = this.#bytes
    let depth = 0
    for (let at = from; at < this.#end; at++) {
      const byte = bytes[at] as number
      if (byte === quote) {
        at = this.#string(at + 1)
        if (at < 0) return at
      } else if (byte === openBracket || byte === openBrace) depth++
      else if ((byte === closeBracket || byte === closeBrace) && --depth === 0) return at + 1
    }
    return openEnded
  }
}

/** The text of a key with escapes. */
function unquoted(bytes: Buffer): string {
  try {
    return String(JSON.parse(bytes.toString('utf8')))
  } catch {
    return bytes.toString('utf8', 1, bytes.length - 1)
  }
}
