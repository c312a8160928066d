/** What the prefilter asks of a value's first bytes: whether it can be base64 of text, the name of a catalogue, or the
 *  beginning of a path. */
import { base64LengthMin } from './decode.ts'
import { unmistakableCatalogs } from './words.ts'

const slash = 47
const hyphen = 45

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

/** Whether the value `[at, end)` can be base64 of text or a catalogue's name. Cheap for nearly all values. */
export const isUnusual = (bytes: Uint8Array, at: number, end: number): boolean =>
  end - at >= unusualLengthMin &&
  beginnings[bytes[at] as number] === 1 &&
  (beginsBase64(bytes, at, end) || (seconds[bytes[at + 1] as number] === 1 && beginsCatalogue(bytes, at, end)))

/** Whether the field is a web address, whose path is text until its query begins. */
const isAddress = (bytes: Uint8Array, start: number): boolean =>
  ((bytes[start] as number) | 32) === 104 && (bytes[start + 4] === 58 || bytes[start + 5] === 58)

/** Whether a field begins as a path or an address does, and not as a query or a cookie. */
export const beginsAsPath = (bytes: Uint8Array, start: number): boolean =>
  bytes[start] === slash || isAddress(bytes, start)
