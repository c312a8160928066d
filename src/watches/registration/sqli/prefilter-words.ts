/** The second stage of the prefilter: decodes a field once into a scratch buffer and reads it word by word, keeping a
 *  few facts for each value. Every rule here must be wider than the judge's signs. */
import { limits } from '../../../core/limits.ts'
import { isUnusual } from './prefilter-starts.ts'
import { unmistakableFunctions } from './words.ts'

/** What a word can contribute; a value is sent on when a pair of contributions could make a sign. */
const fact = {
  logic: 1,
  compareWord: 2,
  unionHead: 4,
  unionTail: 8,
  orderOrGroup: 16,
  by: 32,
  always: 64,
  setHead: 128,
  setTail: 256,
  deleteHead: 512,
  from: 1024,
  define: 2048,
  defined: 4096,
  literal: 8192,
  where: 16384,
  statement: 32768,
  timeFunction: 65536,
  comment: 1 << 17,
  sign: 1 << 18,
  digit: 1 << 19,
  quote: 1 << 20,
  semicolon: 1 << 21,
  insertTail: 1 << 22,
  caseHead: 1 << 23,
  when: 1 << 24,
  bracket: 1 << 25,
} as const

const contributions: [number, string][] = [
  [fact.logic, 'and or xor not'],
  [fact.compareWord, 'like rlike ilike regexp glob similar between in is sounds isnull notnull'],
  [fact.unionHead, 'union except intersect'],
  [fact.unionTail, 'all distinct distinctrow values table'],
  [fact.orderOrGroup, 'order group'],
  [fact.by, 'by'],
  [
    fact.always,
    `select having limit outfile dumpfile procedure waitfor exec execute declare truncate infile pragma then
     xor msdasql sqloledb information_schema pg_catalog pg_shadow pg_authid sqlite_master xp_cmdshell shutdown`,
  ],
  [fact.setHead, 'update'],
  [fact.setTail, 'set'],
  [fact.deleteHead, 'delete copy'],
  [fact.from, 'from to'],
  [fact.define, 'drop create alter truncate'],
  [fact.defined, 'table database view schema procedure function trigger user login role index extension if'],
  [fact.literal, 'null true false unknown current_user session_user system_user current_date sysdate'],
  [fact.where, 'where on when collate'],
  [
    fact.statement,
    `insert update delete drop create alter set print load copy attach if call begin grant revoke handler kill use while
     do with replace merge vacuum backup restore goto commit rollback describe explain show end case union or and dbcc
     values exec execute declare shutdown`,
  ],
  [fact.insertTail, 'into'],
  [fact.caseHead, 'case'],
  [fact.when, 'when'],
  [fact.compareWord, 'div mod'],
]

/** Words by hash, open addressing; the full hash is compared, so that a collision only widens the filter. */
const slots = 1024
const hashes = new Int32Array(slots)
const facts = new Int32Array(slots)
const hashOf = (word: string): number => {
  let hash = 7
  for (let i = 0; i < word.length; i++) hash = (Math.imul(hash, 31) + word.charCodeAt(i)) | 0
  return hash === 0 ? 1 : hash
}
function contribute(word: string, bits: number): void {
  const hash = hashOf(word)
  let slot = hash & (slots - 1)
  while (hashes[slot] !== 0 && hashes[slot] !== hash) slot = (slot + 1) & (slots - 1)
  hashes[slot] = hash
  facts[slot] = (facts[slot] as number) | bits
}
for (const [bits, words] of contributions) for (const word of words.trim().split(/\s+/)) contribute(word, bits)
for (const name of unmistakableFunctions.keys())
  if (/^[a-z_]+$/.test(name)) contribute(name, fact.timeFunction)
  else contribute(name.slice(name.lastIndexOf('.') + 1), fact.timeFunction)

function factsOf(hash: number): number {
  let slot = hash & (slots - 1)
  while (hashes[slot] !== 0) {
    if (hashes[slot] === hash) return facts[slot] as number
    slot = (slot + 1) & (slots - 1)
  }
  return 0
}

/** Stands for a raw separator between parameters, and for the raw equals sign after a name. */
const separator = 1
const assignment = 2

const scratch = new Uint8Array(limits.prefilteredBytesMax + 2)

const hexDigit = (byte: number): number =>
  byte >= 48 && byte <= 57 ? byte - 48 : (byte | 32) >= 97 && (byte | 32) <= 102 ? (byte | 32) - 87 : -1

function escaped(bytes: Uint8Array, at: number, end: number): number {
  if (at + 1 >= end) return -1
  const high = hexDigit(bytes[at] as number)
  const low = hexDigit(bytes[at + 1] as number)
  return high < 0 || low < 0 ? -1 : (high << 4) | low
}

/** 1 for letters and `_`, 2 for digits, 0 for the rest. */
const kinds = new Uint8Array(256)
for (const [first, last, kind] of ['az1', 'AZ1', '__1', '092'])
  for (let c = (first as string).charCodeAt(0); c <= (last as string).charCodeAt(0); c++) kinds[c] = Number(kind)

/** Bytes that decoding leaves as they are. */
const plain = new Uint8Array(256).fill(1, 32)
for (const mark of '%\\&?;=') plain[mark.charCodeAt(0)] = 0

export type Beginning = 'path' | 'query' | 'agent'

/** Decodes into the scratch buffer; returns its length, or -1 for an encoding that ordinary fields do not have. */
function decode(bytes: Uint8Array, start: number, end: number, begins: Beginning): number {
  if (end - start > limits.prefilteredBytesMax) return -1
  let length = 0
  let inQuery = begins === 'query'
  let free = inQuery
  for (let i = start; i < end; i++) {
    let byte = bytes[i] as number
    if (plain[byte] === 0) {
      const next = i + 1 < end ? (bytes[i + 1] as number) : 0
      if (byte === 37 || byte === 92) {
        const code = decodeEscape(bytes, i, end)
        if (code < 0) return -1
        i += code >> 8
        byte = code & 255
      } else if (byte === 38) {
        if (next === 38 || isEntity(bytes, i + 1, end)) return -1
        if (inQuery) byte = separator
        free = inQuery
      } else if (byte === 63) {
        if (begins === 'path' && !inQuery) {
          byte = separator
          inQuery = true
          free = true
        }
      } else if (byte === 59) free ||= begins === 'query'
      else if (byte === 61) {
        if (free) byte = assignment
        free = false
      } else return -1
    }
    scratch[length++] = byte
  }
  scratch[length] = 0
  scratch[length + 1] = 0
  return length
}

/** Undoes `%XX` or a log writer's `\\xXX` or `\\"` at `at`: the byte, plus 256 times the bytes that follow the first;
 *  -1 for what ordinary fields do not have: control characters, other escapes, escapes of escapes. */
function decodeEscape(bytes: Uint8Array, at: number, end: number): number {
  const next = at + 1 < end ? (bytes[at + 1] as number) : 0
  if (bytes[at] === 92) {
    if (next === 34) return 256 | 34
    const code = next === 120 ? escaped(bytes, at + 2, end) : -1
    return code === 92 || code === 37 || isControl(code) ? -1 : code | (3 << 8)
  }
  const code = escaped(bytes, at + 1, end)
  if (code < 0) return kinds[next] === 0 ? 37 : -1
  if (isControl(code)) return -1
  // A percent sign that is encoded itself: of another escape, unless nothing it could begin follows.
  if (code === 37 && at + 3 < end && (kinds[bytes[at + 3] as number] !== 0 || bytes[at + 3] === 37)) return -1
  return code | (2 << 8)
}

const isControl = (code: number): boolean => code < 32 && (code < 9 || code > 13)

/** `#...` or `name;` after an ampersand. */
function isEntity(bytes: Uint8Array, at: number, end: number): boolean {
  if (bytes[at] === 35) return true
  let i = at
  while (i < end && i < at + 8 && ((bytes[i] as number) | 32) >= 97 && ((bytes[i] as number) | 32) <= 122) i++
  return i > at + 1 && bytes[i] === 59
}

const isWordByte = (byte: number): boolean => kinds[byte] === 1

/** Whether the facts of one value could make a sign. */
function isEnough(found: number): boolean {
  if (found & fact.always) return true
  if (found & fact.unionHead && found & fact.unionTail) return true
  if (found & fact.orderOrGroup && found & fact.by) return true
  if (found & fact.setHead && found & fact.setTail) return true
  if (found & fact.deleteHead && found & fact.from) return true
  if (found & fact.define && found & (fact.defined | fact.semicolon)) return true
  if (found & fact.caseHead && found & fact.when) return true
  if (found & fact.insertTail && found & fact.statement) return true
  if (found & (fact.where | fact.setTail) && found & fact.sign) return true
  if (found & fact.comment && found & (fact.quote | fact.unionHead)) return true
  if (found & (fact.unionHead | fact.compareWord) && found & fact.quote) return true
  if ((found & fact.logic) === 0) return false
  if (found & (fact.sign | fact.comment | fact.quote | fact.unionHead | fact.bracket)) return true
  return (found & fact.compareWord) !== 0 && (found & (fact.digit | fact.literal)) !== 0
}

interface Reader {
  found: number
  /** The last byte that is not a space, and whether it ended a word that begins with a digit. */
  last: number
  numeric: boolean
  quotes: number
  glued: boolean
}

const reader: Reader = { found: 0, last: 0, numeric: false, quotes: 0, glued: false }

/** Space, the plus sign that a query has for it, and the bytes of no-break space. */
const isBlank = (byte: number): boolean =>
  byte === 32 || byte === 43 || (byte >= 9 && byte <= 13) || byte === 0xa0 || byte === 0xc2 || byte === 0x85

function startsWithDigit(at: number): boolean {
  let i = at
  while (isBlank(scratch[i] as number)) i++
  return (scratch[i] as number) >= 48 && (scratch[i] as number) <= 57
}

/** Reads the word at `at`; returns its end. */
function readWord(length: number, at: number): number {
  let hash = 7
  let rest = 7
  let i = at
  while (i < length) {
    const byte = scratch[i] as number
    if (!isWordByte(byte)) break
    const lower = byte === 95 ? 95 : byte | 32
    hash = (Math.imul(hash, 31) + lower) | 0
    if (i > at) rest = (Math.imul(rest, 31) + lower) | 0
    i++
  }
  let bits = factsOf(hash)
  const first = (scratch[at] as number) | 32
  // `1dunion`, `1eunion`: the letter belongs to the number.
  if (reader.numeric && first >= 100 && first <= 102) bits |= factsOf(rest)
  if (bits !== 0) {
    if (bits & fact.statement && reader.last === 59) reader.found |= fact.define | fact.semicolon
    if (reader.last === 39 && reader.quotes > 0) reader.found |= fact.quote
    // `5 like 5`, where `OS 17 like Mac` is everyday.
    if (bits & fact.compareWord && reader.numeric && startsWithDigit(i)) reader.found |= fact.always
    reader.found |= bits
  }
  return i
}

/** Reads one byte that is no letter; returns false where it alone sends the value on. */
function readMark(at: number, agent: boolean): boolean {
  const byte = scratch[at] as number
  const next = scratch[at + 1] as number
  switch (byte) {
    case 34:
    case 39:
      return readQuote(at)
    case 40:
      reader.found |= fact.bracket
      return agent && !reader.glued && (reader.found & fact.timeFunction) === 0
    case 41:
      // A bracket that closes what the value never opened.
      return reader.last !== 0
    case 10:
      reader.found |= fact.comment
      return true
    case 35:
      // `#5` is a flat's number, unless a line ends after it (see above).
      if (next >= 48 && next <= 57) return true
      reader.found |= fact.comment
      return reader.last !== 59 && reader.last !== 39
    case 45:
      if (next !== 45) return true
      reader.found |= fact.comment
      return reader.last !== 59 && reader.last !== 39
    case 47:
      return next !== 42
    case 60:
    case 62:
    case 33:
    case 61:
    case 126:
      reader.found |= fact.sign
      // A comparison of numbers that stands alone.
      return !(reader.numeric && (next === 61 || next === 62 || isBlank(next) || (next >= 45 && next <= 57)))
    case 58:
      return next !== 58 || !isWordByte(scratch[at + 2] as number)
    case 64:
      return next !== 64
    case 38:
      return next !== byte && !isEntity(scratch, at + 1, at + 12)
    case 124:
      return next !== byte
    case 92:
    case 96:
      return false
    default:
      return byte < 0x80 || readWide(at)
  }
}

/** A quote that could close a literal: what follows it must be able to go on as SQL. */
function readQuote(at: number): boolean {
  reader.quotes++
  let i = at + 1
  while (scratch[i] === 32) i++
  const next = scratch[i] as number
  if (next === 0 || (next === separator && isWordByte(scratch[i + 1] as number))) {
    reader.found |= fact.quote
    return true
  }
  // A letter (an accented one begins with C3 to DF): the word decides (see readWord).
  if (isWordByte(next) || (next >= 0xc3 && next <= 0xdf)) return true
  if (reader.quotes > 1) reader.found |= fact.quote
  return false
}

/** Bytes of UTF-8: overlong forms, full-width letters, typographic quotes. */
function readWide(at: number): boolean {
  const byte = scratch[at] as number
  const next = scratch[at + 1] as number
  if (byte === 0xc0 || byte === 0xc1 || byte === 0xef) return false
  if (byte === 0xe0 && next < 0xa0) return false
  if (byte === 0xf0 && next < 0x90) return false
  const last = scratch[at + 2] as number
  if (byte === 0xca && (next === 0xbc || next === 0xb9)) return readQuote(at + 1)
  if (
    byte === 0xe2 &&
    next === 0x80 &&
    (last === 0x98 || last === 0x99 || last === 0x9c || last === 0x9d || last === 0xb2 || last === 0xb3)
  )
    return readQuote(at + 2)
  return true
}

/** Reads the decoded scratch buffer value by value. */
function evaluate(length: number, agent: boolean): boolean {
  let i = 0
  reset()
  while (i < length) {
    const byte = scratch[i] as number
    if (byte === separator || byte === assignment) {
      if (isEnough(reader.found)) return true
      reset()
      i++
      if (!agent && isUnusual(scratch, i, length)) return true
      continue
    }
    if (isWordByte(byte)) {
      i = readWord(length, i)
      reader.numeric = false
      reader.glued = true
      reader.last = byte
      continue
    }
    if (byte >= 48 && byte <= 57) {
      reader.found |= fact.digit
      reader.numeric = true
    } else if (!readMark(i, agent)) return true
    else if (byte === 47 && !agent && isUnusual(scratch, i + 1, length)) return true
    if (!isBlank(byte)) {
      if (byte < 48 || byte > 57) {
        if (byte !== 46) reader.numeric = false
        reader.glued = false
      }
      reader.last = byte === 34 || byte > 0x7f ? 39 : byte
    } else reader.glued = false
    i++
  }
  return isEnough(reader.found)
}

function reset(): void {
  reader.found = 0
  reader.last = 0
  reader.numeric = false
  reader.quotes = 0
  reader.glued = false
}

/** Reads the bytes `[start, end)` of a field, as what they begin: a user agent, a path, or a parameter of a query. */
export function mayCarryDecoded(bytes: Uint8Array, start: number, end: number, begins: Beginning): boolean {
  const length = decode(bytes, start, end, begins)
  return length < 0 || isUnusual(scratch, 0, length) || evaluate(length, begins === 'agent')
}
