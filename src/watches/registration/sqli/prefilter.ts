/** Says, from a request's raw bytes and before any string is made, whether a field can hold what `judgeValue` would
 *  call SQL injection. It may say yes to ordinary text; it never says no to an injection (a property test holds it to
 *  that).
 *
 *  First a class table: bytes that no injection can do without (quotes, brackets, spaces, escapes, comparison signs
 *  inside a value, double hyphens, ...) send the field on; a field without any is done. The few spellings that need
 *  none of them are looked for on the way: base64 (whole values, whose first nine bytes must decode to printable
 *  text), and a number stuck to a keyword by a point. Second, fields that were sent on are decoded once and read word by word. */
import { base64LengthMin } from './decode.ts'
import { evaluateAgent, evaluateField } from './prefilter-words.ts'
import { unmistakableCatalogs } from './words.ts'

/** 0 passes; 1 ends a run and may begin a value; 2 is looked at with its neighbours; 3 sends the field on. */
const classes = new Uint8Array(256).fill(3)
for (const range of ['az', 'AZ', '09']) for (let c = range.charCodeAt(0); c <= range.charCodeAt(1); c++) classes[c] = 0
for (const c of '_~,') classes[c.charCodeAt(0)] = 0
for (const c of '/?&') classes[c.charCodeAt(0)] = 1
for (const c of '=-.:') classes[c.charCodeAt(0)] = 2

const slash = 47
const question = 63
const ampersand = 38
const equals = 61
const hyphen = 45
const point = 46
const hash = 35

const isLetter = (byte: number): boolean => (byte | 32) >= 97 && (byte | 32) <= 122
const isDigit = (byte: number): boolean => byte >= 48 && byte <= 57

/** Value of a base64 character (either alphabet), 255 for none. */
const sextets = new Uint8Array(256).fill(255)
for (let i = 0; i < 64; i++)
  sextets['ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'.charCodeAt(i)] = i
sextets[hyphen] = 62
sextets[95] = 63

const isText = (byte: number): boolean => (byte >= 32 && byte < 127) || (byte >= 9 && byte <= 13)

/** Whether the value that begins at `at` can be base64 of text: twelve characters that decode to nine printable bytes.
 *  Most values fail at their first byte. */
export function beginsBase64(bytes: Uint8Array, at: number, end: number): boolean {
  if (end - at < base64LengthMin) return false
  for (let i = at; i < at + 12; i += 4) {
    const a = sextets[bytes[i] as number] as number
    const b = sextets[bytes[i + 1] as number] as number
    if (a > 31 || b > 63 || !isText((a << 2) | (b >> 4))) return false
    const c = sextets[bytes[i + 2] as number] as number
    if (c > 63 || !isText(((b & 15) << 4) | (c >> 2))) return false
    const d = sextets[bytes[i + 3] as number] as number
    if (d > 63 || !isText(((c & 3) << 6) | d)) return false
  }
  return true
}

/** The catalogue names that are judged an attack even alone. */
const catalogues = [...unmistakableCatalogs].map((name) => Uint8Array.from(name, (letter) => letter.charCodeAt(0)))

/** Whether a catalogue's name begins at `at`. */
export function beginsCatalogue(bytes: Uint8Array, at: number, end: number): boolean {
  // Setting bit 32 lowers letters; it turns `_` (0x5f) into 0x7f on both sides.
  const first = (bytes[at] as number) | 32
  const second = (bytes[at + 1] as number) | 32
  for (const name of catalogues) {
    if (first !== name[0] || second !== name[1] || at + name.length > end) continue
    let i = 2
    while (i < name.length && ((bytes[at + i] as number) | 32) === ((name[i] as number) | 32)) i++
    if (i === name.length) return true
  }
  return false
}

/** Bytes that can begin base64 of printable text, and pairs that begin a catalogue's name. */
const beginnings = new Uint8Array(256)
const seconds = new Uint8Array(256)
for (let c = 0; c < 256; c++) if ((sextets[c] as number) <= 31) beginnings[c] = 1
for (const [first, second] of catalogues) {
  for (const c of [first as number, (first as number) - 32]) beginnings[c] = 1
  for (const c of [second as number, (second as number) - 32]) seconds[c] = 1
}

/** The shortest catalogue name, which is shorter than the shortest base64. */
const unusualLengthMin = Math.min(...catalogues.map((name) => name.length))

const isUnusual = (bytes: Uint8Array, at: number, end: number): boolean =>
  beginsBase64(bytes, at, end) || (seconds[bytes[at + 1] as number] === 1 && beginsCatalogue(bytes, at, end))

/** Whether the field is a web address, whose path is text until its query begins. */
const isAddress = (bytes: Uint8Array, start: number): boolean =>
  ((bytes[start] as number) | 32) === 104 && (bytes[start + 4] === 58 || bytes[start + 5] === 58)

/** Whether a field begins as a path or an address does, and not as a query or a cookie. */
export const beginsAsPath = (bytes: Uint8Array, start: number): boolean =>
  bytes[start] === slash || isAddress(bytes, start)

/** Whether the bytes `[start, end)` of a target, a path, a query, a cookie or a referer, still encoded and with the log
 *  writer's escapes, may hold SQL injection. */
export function mayCarrySql(bytes: Uint8Array, start: number, end: number): boolean {
  // In a path an equals sign is text; in a query or a cookie the first one of a parameter is not.
  let sawEquals = beginsAsPath(bytes, start)
  const table = classes
  let valueStart = start
  let i = start
  for (;;) {
    while (i < end && table[bytes[i] as number] === 0) i++
    const byte = i < end ? (bytes[i] as number) : ampersand
    const kind = table[byte] as number
    if (kind === 3) return evaluateField(bytes, start, end)
    if (kind === 2 && byte !== equals) {
      const next = i + 1 < end ? (bytes[i + 1] as number) : 0
      if (byte !== point) {
        if (byte === next) return evaluateField(bytes, start, end)
      } else if (isDigit(next) && i > start && isLetter(bytes[i - 1] as number)) return evaluateField(bytes, start, end)
    } else {
      // The end of a value, and the start of another.
      if (i - valueStart >= unusualLengthMin && beginnings[bytes[valueStart] as number] === 1)
        if (isUnusual(bytes, valueStart, i)) return evaluateField(bytes, start, end)
      if (i >= end) return false
      if (byte === equals) {
        if (sawEquals && !isPadding(bytes, i, end)) return evaluateField(bytes, start, end)
        sawEquals = true
      } else if (byte !== slash) {
        sawEquals = false
        if (byte === ampersand && isAmpersandOrHash(bytes[i + 1] as number)) return evaluateField(bytes, start, end)
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
  return beginsBase64(bytes, start, end) || beginsCatalogue(bytes, start, end) || evaluateAgent(bytes, start, end)
}
