/** Scans one line of JSON (RFC 8259) over its bytes and notes where the wanted values stand; strings with escapes are
 *  decoded in place. It is lenient where log writers are (raw control characters, invalid UTF-8, nginx's `\xHH`) and
 *  never builds objects, so that hostile depth or size costs one pass. */
import { findKey, jsonFields, type KeyEntry, type KeyNode } from './json-access-map.ts'
import { isAbsent, readHexByte } from './web-values.ts'

const quote = 34
const comma = 44
const colon = 58
const openBracket = 91
const backslash = 92
const closeBracket = 93
const openBrace = 123
const closeBrace = 125

const unseen = 255
const seenEmpty = 254

/** `truncated`: the line ends inside the object. `malformed`: it is no JSON object, or more follows it. */
export type ScanResult = 'complete' | 'truncated' | 'malformed'

/** Where each field's value stands in the line that was scanned last. */
export class JsonLineScanner {
  readonly #spans = new Int32Array(jsonFields.length * 2)
  /** How good the key was that filled a field; `seenEmpty` and `unseen` are worse than any. */
  readonly #rank = new Uint8Array(jsonFields.length)
  readonly #root: KeyNode
  #bytes: Uint8Array = new Uint8Array(0)
  #end = 0
  #malformed = false
  /** Whether the string that `#stringEnd` walked over last holds a backslash. */
  #escaped = false

  constructor(root: KeyNode) {
    this.#root = root
  }

  /** Where a field's value begins and ends, by `slotOf`; equal where the line does not say. */
  start(slot: number): number {
    return this.#spans[slot * 2] as number
  }

  end(slot: number): number {
    return this.#spans[slot * 2 + 1] as number
  }

  /** Whether the line has a key for the field, even with nothing in it. */
  seen(slot: number): boolean {
    return this.#rank[slot] !== unseen
  }

  scan(bytes: Uint8Array, start: number, end: number): ScanResult {
    this.#spans.fill(0)
    this.#rank.fill(unseen)
    this.#bytes = bytes
    this.#end = end
    this.#malformed = false
    let p = this.#blank(start)
    if (bytes[p] !== openBrace || p >= end) return 'malformed'
    p = this.#object(this.#root, p + 1)
    if (p < 0) return this.#malformed ? 'malformed' : 'truncated'
    return this.#blank(p) >= end ? 'complete' : 'malformed'
  }

  /** The first position from `p` that is no white space. */
  #blank(p: number): number {
    let at = p
    while (at < this.#end && (this.#bytes[at] as number) <= 32) at++
    return at
  }

  #fail(): -1 {
    this.#malformed = true
    return -1
  }

  /** Reads an object from behind its brace; the position behind the closing one, or -1. Recursion goes as deep as the
   *  tree of wanted keys, not as the input. */
  #object(node: KeyNode, from: number): number {
    const bytes = this.#bytes
    const end = this.#end
    let p = this.#blank(from)
    if (p < end && bytes[p] === closeBrace) return p + 1
    while (p < end) {
      if (bytes[p] !== quote) return this.#fail()
      const keyStart = p + 1
      p = this.#stringEnd(keyStart)
      if (p < 0) return -1
      const entry = findKey(node, bytes, keyStart, p)
      p++
      if (bytes[p] !== colon || p >= end) {
        p = this.#blank(p)
        if (p >= end) return -1
        if (bytes[p] !== colon) return this.#fail()
      }
      p = this.#blank(p + 1)
      if (p >= end) return -1
      p = entry === undefined ? this.#skip(p) : this.#value(entry, p)
      if (p < 0) return -1
      p = this.#blank(p)
      if (p >= end) return -1
      if (bytes[p] === closeBrace) return p + 1
      if (bytes[p] !== comma) return this.#fail()
      p = this.#blank(p + 1)
    }
    return -1
  }

  /** Reads a wanted value; the position behind it, or -1. */
  #value(entry: KeyEntry, p: number): number {
    const bytes = this.#bytes
    const { slot } = entry
    if (slot >= 0 && this.#rank[slot] === unseen) this.#rank[slot] = seenEmpty
    const first = bytes[p] as number
    if (first === quote) {
      const end = this.#stringEnd(p + 1)
      if (end < 0) return -1
      if (slot >= 0) this.#note(entry, p + 1, this.#escaped ? decodeEscapes(bytes, p + 1, end) : end)
      return end + 1
    }
    if (first === openBrace && entry.child !== undefined) return this.#object(entry.child, p + 1)
    if (first === openBracket && slot >= 0) return this.#list(entry, p)
    const end = this.#skip(p)
    const isNumber = (first >= 48 && first <= 57) || first === 45
    if (end >= 0 && isNumber && slot >= 0) this.#note(entry, p, end)
    return end
  }

  #note(entry: KeyEntry, start: number, end: number): void {
    const { slot, rank } = entry
    // Of two equal keys the last counts, as in JSON.parse.
    if (rank > (this.#rank[slot] as number) || isAbsent(this.#bytes, start, end)) return
    this.#rank[slot] = rank
    this.#spans[slot * 2] = start
    this.#spans[slot * 2 + 1] = end
  }

  /** A header that was sent several times is a list: its strings joined with `, ` in place (RFC 9110 section 5.3;
   *  `; ` would be right for cookies, and either is white space to whoever judges them). */
  #list(entry: KeyEntry, from: number): number {
    const bytes = this.#bytes
    const end = this.#end
    const start = from + 1
    let write = start
    let p = this.#blank(start)
    while (p < end && bytes[p] !== closeBracket) {
      if (bytes[p] === quote) {
        const stringEnd = this.#stringEnd(p + 1)
        if (stringEnd < 0) return -1
        const valueEnd = decodeEscapes(bytes, p + 1, stringEnd)
        if (write > start) {
          bytes[write++] = comma
          bytes[write++] = 32
        }
        bytes.copyWithin(write, p + 1, valueEnd)
        write += valueEnd - p - 1
        p = stringEnd + 1
      } else {
        p = this.#skip(p)
        if (p < 0) return -1
      }
      p = this.#blank(p)
      if (p >= end) return -1
      if (bytes[p] === comma) p = this.#blank(p + 1)
      else if (bytes[p] !== closeBracket) return this.#fail()
    }
    if (p >= end) return -1
    this.#note(entry, start, write)
    return p + 1
  }

  /** Position of the quotation mark that ends the string from `p`, or -1. */
  #stringEnd(from: number): number {
    const bytes = this.#bytes
    const end = this.#end
    this.#escaped = false
    for (let p = from; p < end; p++) {
      const byte = bytes[p]
      if (byte === quote) return p
      if (byte === backslash) {
        this.#escaped = true
        p++
      }
    }
    return -1
  }

  /** The position behind any value, or -1. Nesting is counted, not recursed into. */
  #skip(from: number): number {
    const bytes = this.#bytes
    const end = this.#end
    const first = bytes[from]
    if (first === quote) {
      const stringEnd = this.#stringEnd(from + 1)
      return stringEnd < 0 ? -1 : stringEnd + 1
    }
    if (first !== openBrace && first !== openBracket) return this.#scalar(from)
    let depth = 0
    for (let p = from; p < end; p++) {
      const byte = bytes[p]
      if (byte === quote) {
        p = this.#stringEnd(p + 1)
        if (p < 0) return -1
      } else if (byte === openBrace || byte === openBracket) depth++
      else if ((byte === closeBrace || byte === closeBracket) && --depth === 0) return p + 1
    }
    return -1
  }

  /** A number, `true`, `false` or `null`: a run of letters, digits, signs and dots. */
  #scalar(from: number): number {
    const bytes = this.#bytes
    let p = from
    for (; p < this.#end; p++) {
      const byte = bytes[p] as number
      const letter = byte | 32
      const ok =
        (byte >= 48 && byte <= 57) || (letter >= 97 && letter <= 122) || byte === 45 || byte === 46 || byte === 43
      if (!ok) break
    }
    return p === from ? this.#fail() : p
  }
}

const simpleEscapes = new Map([
  [34, 34],
  [47, 47],
  [92, 92],
  [98, 8],
  [102, 12],
  [110, 10],
  [114, 13],
  [116, 9],
])

const replacementCharacter = 0xfffd

/** Decodes the escapes of a string in place, code points to UTF-8; returns the new end. Text that was not escaped keeps
 *  its bytes, whatever they are. nginx writes `\xHH` where `escape=json` was left out of its log_format. */
export function decodeEscapes(bytes: Uint8Array, start: number, end: number): number {
  let read = start
  while (read < end && bytes[read] !== backslash) read++
  let write = read
  while (read < end) {
    const byte = bytes[read] as number
    if (byte !== backslash || read + 1 >= end) {
      bytes[write++] = byte
      read++
      continue
    }
    const kind = bytes[read + 1] as number
    const simple = simpleEscapes.get(kind)
    if (simple !== undefined) {
      bytes[write++] = simple
      read += 2
    } else if (kind === 120 && readHexByte(bytes, read + 2, end) >= 0) {
      bytes[write++] = readHexByte(bytes, read + 2, end)
      read += 4
    } else if (kind === 117 && readUnit(bytes, read, end) >= 0) {
      const high = readUnit(bytes, read, end)
      const low = high >= 0xd800 && high < 0xdc00 ? readUnit(bytes, read + 6, end) : -1
      const paired = low >= 0xdc00 && low < 0xe000
      const alone = high >= 0xd800 && high < 0xe000 ? replacementCharacter : high
      write = writeUtf8(bytes, write, paired ? 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00) : alone)
      read += paired ? 12 : 6
    } else {
      bytes[write++] = byte
      read++
    }
  }
  return write
}

/** The UTF-16 code unit of `\uXXXX` at `at`, or -1. */
function readUnit(bytes: Uint8Array, at: number, end: number): number {
  if (bytes[at] !== backslash || bytes[at + 1] !== 117) return -1
  const high = readHexByte(bytes, at + 2, end)
  const low = readHexByte(bytes, at + 4, end)
  return high < 0 || low < 0 ? -1 : high * 256 + low
}

function writeUtf8(bytes: Uint8Array, at: number, codePoint: number): number {
  let p = at
  if (codePoint < 0x80) bytes[p++] = codePoint
  else {
    if (codePoint < 0x800) bytes[p++] = 0xc0 | (codePoint >> 6)
    else {
      if (codePoint < 0x10000) bytes[p++] = 0xe0 | (codePoint >> 12)
      else {
        bytes[p++] = 0xf0 | (codePoint >> 18)
        bytes[p++] = 0x80 | ((codePoint >> 12) & 0x3f)
      }
      bytes[p++] = 0x80 | ((codePoint >> 6) & 0x3f)
    }
    bytes[p++] = 0x80 | (codePoint & 0x3f)
  }
  return p
}
