/** The fields that offices add behind the user agent of an access log (request time, X-Forwarded-For, host), told apart
 *  by their form: no configuration says which is where. */
import { field, type RequestBatch, unknown } from './request-batch.ts'

const space = 32
const quote = 34
const comma = 44
const backslash = 92
const openBracket = 91
const closeBracket = 93

const at = { forwarded: field.forwarded * 2, host: field.host * 2 }

/** Numbers with more digits are not exact, and no writer's. */
export const exactDigits = 15

/** What stands behind the user agent, told apart by its form: a decimal fraction is the request time in seconds, a bare
 *  whole number Apache's %D (microseconds), `rt=` nginx's habit, an address or a list of them X-Forwarded-For, a name
 *  with a dot the host. */
export function readExtras(
  bytes: Uint8Array,
  from: number,
  end: number,
  batch: RequestBatch,
  base: number,
  record: number,
): void {
  let p = from
  for (let words = 0; p < end && words < 8; words++) {
    while (p < end && bytes[p] === space) p++
    const quoted = bytes[p] === quote
    const start = quoted ? p + 1 : p
    p = start
    // A quoted field may hold what a visitor sent; a backslash hides the quote behind it.
    while (p < end && bytes[p] !== (quoted ? quote : space)) p += quoted && bytes[p] === backslash ? 2 : 1
    if (p > end) p = end
    readExtra(bytes, start, p, batch, base, record)
    if (quoted) p++
  }
}

function readExtra(
  bytes: Uint8Array,
  from: number,
  end: number,
  batch: RequestBatch,
  base: number,
  record: number,
): void {
  let start = from
  if (bytes[start] === 114 && bytes[start + 1] === 116 && bytes[start + 2] === 61) start += 3
  let dots = 0
  let digits = 0
  let separators = 0
  for (let p = start; p < end; p++) {
    const byte = bytes[p] as number
    if (byte === 46) dots++
    else if (byte >= 48 && byte <= 57) digits++
    else if (byte === comma || byte === space) separators++
  }
  const length = end - start
  if (length > 0 && digits > 0 && digits <= exactDigits && digits + dots === length && dots <= 1) {
    if (batch.durationMs[record] !== unknown) return
    let value = 0
    let scale = 0
    for (let p = start; p < end; p++) {
      if (bytes[p] === 46) scale = 1
      else {
        value = value * 10 + (bytes[p] as number) - 48
        scale *= 10
      }
    }
    batch.durationMs[record] = scale > 0 ? (value / scale) * 1000 : value / 1000
  } else if (looksLikeAddress(bytes, lastElement(bytes, start, end), end)) {
    // A list that stands without quotes comes word by word: `192.0.2.1, 10.0.0.1`.
    const known = batch.spans[base + at.forwarded + 1] as number
    const goesOn = known > 0 && known < start && bytes[known - 1] === comma
    if (!goesOn) batch.spans[base + at.forwarded] = start
    batch.spans[base + at.forwarded + 1] = end
  } else if (dots > 0 && separators === 0 && batch.spans[base + at.host + 1] === 0) {
    batch.spans[base + at.host] = start
    batch.spans[base + at.host + 1] = end
  }
}

/** Where the last element of a list begins: proxies add at its end, what stands before is anybody's word. */
function lastElement(bytes: Uint8Array, start: number, end: number): number {
  let p = end - 1
  while (p > start && bytes[p - 1] !== comma) p--
  return Math.max(p, start)
}

/** Whether all bytes are ASCII digits. */
export function areDigits(bytes: Uint8Array, start: number, end: number): boolean {
  for (let p = start; p < end; p++) if (!((bytes[p] as number) >= 48 && (bytes[p] as number) <= 57)) return false
  return true
}

/** Four groups of digits, or hexadecimal groups with two colons: enough to tell an address from a name. */
export function looksLikeAddress(bytes: Uint8Array, start: number, end: number): boolean {
  let dots = 0
  let colons = 0
  for (let p = start; p < end; p++) {
    const byte = bytes[p] as number
    if (byte === 46) dots++
    else if (byte === 58) colons++
    else if (byte === comma || byte === space || byte === openBracket || byte === closeBracket) continue
    else if (!((byte >= 48 && byte <= 57) || (byte >= 97 && byte <= 102) || (byte >= 65 && byte <= 70))) return false
  }
  return dots >= 3 || colons >= 2
}
