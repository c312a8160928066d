/** Says, from a request's raw bytes and before any string is made, whether a field can hold what `judgeValue` would
 *  call SQL injection; it may say yes to ordinary text, and never says no to an injection (a property test holds it to
 *  that). First one pass without branches for the marks that an injection needs; then a walk over the values of what
 *  has some; last, from where the walk stops, decoding once and reading word by word (prefilter-words.ts). */
import { base64CapitalsMin } from './decode.ts'
import { beginsAsPath, isUnusual } from './prefilter-starts.ts'
import { mayCarryDecoded } from './prefilter-words.ts'

/** What a byte says by itself, one bit each: it is an equals sign; it begins a new parameter; it matters when doubled
 *  (three bits, one a byte); it is a capital, as base64 has several; it is the `_` of a catalogue's name; no injection
 *  does without it. */
const equalsBit = 1
const parameterBit = 2
const doubledBits = 4 | 8 | 16
const capitalBit = 32
const underscoreBit = 64
const hotBit = 128

const marks = new Uint8Array(256).fill(hotBit)
for (const range of ['az', '09', 'AZ'])
  for (let c = range.charCodeAt(0); c <= range.charCodeAt(1); c++) marks[c] = range === 'AZ' ? capitalBit : 0
for (const c of '~,/.') marks[c.charCodeAt(0)] = 0
for (const [c, bits] of [
  ['=', equalsBit],
  ['?', parameterBit],
  ['&', parameterBit | 4],
  ['-', 8],
  [':', 16],
  ['_', underscoreBit],
] as const)
  marks[c.charCodeAt(0)] = bits
/** The same as kinds of a walk: 0 goes on; 1 ends a value and begins another; 2 is looked at with its neighbour; 3 sends
 *  the field on. */
const kinds = new Uint8Array(256)
for (let c = 0; c < 256; c++) kinds[c] = (marks[c] as number) & hotBit ? 3 : 0
for (const c of '/?&=') kinds[c.charCodeAt(0)] = 1
for (const c of '-:') kinds[c.charCodeAt(0)] = 2

const question = 63
const ampersand = 38
const equals = 61
const hash = 35

/** Whether the bytes `[start, end)` of a target, a path, a query, a cookie or a referer, still encoded and with the log
 *  writer's escapes, may hold SQL injection. */
export function mayCarrySql(bytes: Uint8Array, start: number, end: number): boolean {
  const table = marks
  let all = 0
  let doubled = 0
  let before = 0
  for (let i = start; i < end; i++) {
    const bits = table[bytes[i] as number] as number
    all |= bits
    doubled |= before & bits
    before = bits
  }
  if ((all & (hotBit | underscoreBit)) | (doubled & doubledBits)) return walk(bytes, start, end)
  return (all & (equalsBit | capitalBit)) !== 0 && isOdd(bytes, start, end) && walk(bytes, start, end)
}

/** Whether an equals sign stands inside a value, or there are capitals enough for base64. */
function isOdd(bytes: Uint8Array, start: number, end: number): boolean {
  let capitals = 0
  let again = 0
  let seen = beginsAsPath(bytes, start) ? equalsBit : 0
  for (let i = start; i < end; i++) {
    const bits = marks[bytes[i] as number] as number
    capitals += bits & capitalBit
    again |= seen & bits
    // The equals sign's bit is kept until a byte with the parameter's bit, which is the next one up.
    seen = (seen | bits) & ~(bits >> 1)
  }
  return (again & equalsBit) !== 0 || capitals >= base64CapitalsMin * capitalBit
}

/** Goes from value to value, as far as the first that the second stage must read. */
function walk(bytes: Uint8Array, start: number, end: number): boolean {
  // In a path an equals sign is text; in a query or a cookie the first one of a parameter is not.
  let begins: 'path' | 'query' = beginsAsPath(bytes, start) ? 'path' : 'query'
  let sawEquals = begins === 'path'
  // Where the second stage would begin: earlier parameters are done.
  let from = start
  const table = kinds
  let valueStart = start
  let i = start
  for (;;) {
    while (i < end && table[bytes[i] as number] === 0) i++
    const byte = i < end ? (bytes[i] as number) : ampersand
    const kind = table[byte] as number
    if (kind === 3) return mayCarryDecoded(bytes, from, end, begins)
    if (kind === 2) {
      if (i + 1 < end && bytes[i + 1] === byte) return mayCarryDecoded(bytes, from, end, begins)
    } else {
      // The end of a value, and the start of another.
      if (isUnusual(bytes, valueStart, i)) return mayCarryDecoded(bytes, from, end, begins)
      if (i >= end) return false
      if (byte === equals) {
        if (sawEquals && !isPadding(bytes, i, end)) return mayCarryDecoded(bytes, from, end, begins)
        sawEquals = true
      } else if (byte === (begins === 'path' ? question : ampersand)) {
        if (byte === ampersand && isAmpersandOrHash(bytes[i + 1] as number)) return true
        sawEquals = false
        begins = 'query'
        from = i + 1
      }
      valueStart = i + 1
    }
    i++
  }
}

const isAmpersandOrHash = (byte: number): boolean => byte === ampersand || byte === hash

/** The equals signs at the end of base64. */
function isPadding(bytes: Uint8Array, at: number, end: number): boolean {
  const next = at + 1 < end ? bytes[at + 1] : ampersand
  return bytes[at - 1] === equals || next === equals || next === ampersand
}

/** The same for a user agent, where brackets, semicolons and spaces are everyday. */
export function mayCarrySqlAgent(bytes: Uint8Array, start: number, end: number): boolean {
  return mayCarryDecoded(bytes, start, end, 'agent')
}
