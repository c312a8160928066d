/** The values that web logs hold, read from bytes: numbers, times, addresses with a port, request lines, URLs. Nothing
 *  here throws; what cannot be read is NaN, and `-` is `unknown`. */
import { LogTimeParser } from './log-time.ts'
import { type Field, fieldCount, type RequestBatch, unknown } from './request-batch.ts'

const space = 32
const dash = 45
const dot = 46
const slash = 47
const colon = 58

const isDigit = (byte: number | undefined): boolean => byte !== undefined && byte >= 48 && byte <= 57

/** Position of a byte in `[start, end)`, or -1. Unlike `indexOf` it does not search the rest of a chunk in vain. */
export function findByte(bytes: Uint8Array, byte: number, start: number, end: number): number {
  for (let p = start; p < end; p++) if (bytes[p] === byte) return p
  return -1
}

/** Empty, or the `-` that logs write for nothing. */
export const isAbsent = (bytes: Uint8Array, start: number, end: number): boolean =>
  end <= start || (end - start === 1 && bytes[start] === dash)

/** Points a field of record `batch.count` at `[start, end)`; `-` leaves it empty. */
export function setSpan(batch: RequestBatch, bytes: Uint8Array, of: Field, start: number, end: number): void {
  if (isAbsent(bytes, start, end)) return
  const at = (batch.count * fieldCount + of) * 2
  batch.spans[at] = start
  batch.spans[at + 1] = end
}

/** A decimal number times `factor` (a power of ten, 1 or more). `-`, nothing and negative numbers are `unknown`; what
 *  is no number is NaN. */
export function readDecimal(bytes: Uint8Array, start: number, end: number, factor: number): number {
  if (isAbsent(bytes, start, end)) return unknown
  let mantissa = 0
  let scale = 0
  for (let p = bytes[start] === dash ? start + 1 : start; p < end; p++) {
    const byte = bytes[p] as number
    if (byte >= 48 && byte <= 57) {
      if (mantissa > 1e14) return readLongNumber(bytes, start, end, factor)
      mantissa = mantissa * 10 + byte - 48
      scale *= 10
    } else if (byte === dot && scale === 0) scale = 1
    else if ((byte | 32) === 101) return readLongNumber(bytes, start, end, factor)
    else return Number.NaN
  }
  if (bytes[start] === dash) return unknown
  return scale > 1 ? (mantissa * factor) / scale : mantissa * factor
}

const longNumber = /^-?\d{1,20}(?:\.\d{0,30})?(?:[eE][+-]?\d{1,2})?$/

/** A number with an exponent or more digits than a double holds. */
function readLongNumber(bytes: Uint8Array, start: number, end: number, factor: number): number {
  if (end - start > 60) return Number.NaN
  const text = String.fromCharCode(...bytes.subarray(start, end))
  if (!longNumber.test(text)) return Number.NaN
  const value = Number(text) * factor
  return value < 0 ? unknown : value
}

/** An HTTP status. `000` (the client went away before there was one) and `-` are `unknown`; otherwise 100 to 999, or
 *  NaN. */
export function readStatus(bytes: Uint8Array, start: number, end: number): number {
  const value = readDecimal(bytes, start, end, 1)
  if (value === 0 || value === unknown) return unknown
  return value >= 100 && value <= 999 && end - start === 3 ? value : Number.NaN
}

function digits(bytes: Uint8Array, start: number, count: number): number {
  let value = 0
  for (let p = start; p < start + count; p++) {
    const digit = (bytes[p] ?? 0) - 48
    if (!(digit >= 0 && digit <= 9)) return Number.NaN
    value = value * 10 + digit
  }
  return value
}

const monthDays = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

/** `YYYY-MM-DD` (or with slashes) at `start` as the start of that day, UTC milliseconds, or NaN. */
export function readDate(bytes: Uint8Array, start: number, end: number): number {
  const separator = bytes[start + 4]
  if (end - start < 10 || (separator !== dash && separator !== slash) || bytes[start + 7] !== separator)
    return Number.NaN
  const year = digits(bytes, start, 4)
  const month = digits(bytes, start + 5, 2)
  const day = digits(bytes, start + 8, 2)
  if (!(month >= 1 && month <= 12) || !(day >= 1 && day <= (monthDays[month - 1] as number)) || !(year >= 1970)) {
    return Number.NaN
  }
  if (month === 2 && day === 29 && !(year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0))) return Number.NaN
  // Days since 1 March of year 0 in the proleptic Gregorian calendar; 719,468 of them lie before 1970.
  const y = month <= 2 ? year - 1 : year
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1
  return (y * 365 + Math.floor(y / 4) - Math.floor(y / 100) + Math.floor(y / 400) + dayOfYear - 719_468) * 86_400_000
}

/** `HH:MM:SS`, with or without a fraction, filling `[start, end)`: milliseconds of the day, or NaN. */
export function readClock(bytes: Uint8Array, start: number, end: number): number {
  if (end - start < 8 || bytes[start + 2] !== colon || bytes[start + 5] !== colon) return Number.NaN
  const hour = digits(bytes, start, 2)
  const minute = digits(bytes, start + 3, 2)
  const second = digits(bytes, start + 6, 2)
  if (!(hour <= 23 && minute <= 59 && second <= 60)) return Number.NaN
  let ms = 0
  if (end - start > 8) {
    if (bytes[start + 8] !== dot && bytes[start + 8] !== 44) return Number.NaN
    let weight = 100
    for (let p = start + 9; p < end; p++) {
      if (!isDigit(bytes[p])) return Number.NaN
      ms += ((bytes[p] as number) - 48) * weight
      weight = weight >= 10 ? weight / 10 : 0
    }
    if (end - start === 9) return Number.NaN
  }
  return ((hour * 60 + minute) * 60 + second) * 1000 + ms
}

/** The zone of an ISO 8601 time, `Z`, `±hh`, `±hhmm`, `±hh:mm` or ` UTC`: minutes east, or NaN. */
function readZone(bytes: Uint8Array, from: number, end: number): number {
  let p = from
  while (p < end && bytes[p] === space) p++
  const length = end - p
  const sign = bytes[p]
  if (length === 1 && ((sign as number) | 32) === 122) return 0
  if (length === 3 && bytes[p] === 85 && bytes[p + 1] === 84 && bytes[p + 2] === 67) return 0
  if (sign !== 43 && sign !== dash) return Number.NaN
  const minuteAt = length === 6 && bytes[p + 3] === colon ? p + 4 : p + 3
  if (length !== 3 && minuteAt + 2 !== end) return Number.NaN
  const hours = digits(bytes, p + 1, 2)
  const minutes = length === 3 ? 0 : digits(bytes, minuteAt, 2)
  if (!(hours <= 23 && minutes <= 59)) return Number.NaN
  return (sign === dash ? -1 : 1) * (hours * 60 + minutes)
}

/** `2026-06-23T02:52:48.123+00:00` (ISO 8601, RFC 3339), or with a space or slashes; NaN where it is none. A time
 *  without a zone is `utcOffsetMinutes` east of UTC. */
export function readIsoTime(bytes: Uint8Array, start: number, end: number, utcOffsetMinutes: number): number {
  const between = bytes[start + 10]
  if (end - start < 19 || (between !== space && between !== 84 && between !== 116)) return Number.NaN
  let clockEnd = start + 19
  while (clockEnd < end && (isDigit(bytes[clockEnd]) || bytes[clockEnd] === dot || bytes[clockEnd] === 44)) clockEnd++
  const dayMs = readDate(bytes, start, start + 10)
  const clockMs = readClock(bytes, start + 11, clockEnd)
  const zoneMinutes = clockEnd === end ? utcOffsetMinutes : readZone(bytes, clockEnd, end)
  return dayMs + clockMs - zoneMinutes * 60_000
}

/** Seconds, milliseconds, microseconds or nanoseconds since the epoch, told apart by their size (seconds reach 1e11 in
 *  the year 5138); a fraction finer than a millisecond is cut off. */
function readEpoch(bytes: Uint8Array, start: number, end: number): number {
  let whole = 0
  let p = start
  for (; p < end && isDigit(bytes[p]); p++) whole = whole * 10 + (bytes[p] as number) - 48
  if (p === start) return Number.NaN
  let fractionMs = 0
  if (p < end) {
    if (bytes[p] !== dot) return epochMs(readLongNumber(bytes, start, end, 1))
    let weight = 100
    for (p++; p < end; p++) {
      if (!isDigit(bytes[p])) return epochMs(readLongNumber(bytes, start, end, 1))
      fractionMs += ((bytes[p] as number) - 48) * weight
      weight = weight >= 10 ? weight / 10 : 0
    }
  }
  return whole < 1e11 ? whole * 1000 + fractionMs : epochMs(whole)
}

function epochMs(value: number): number {
  if (!(value >= 0 && value < 1e20)) return Number.NaN
  if (value < 1e11) return Math.floor(value * 1000)
  if (value < 1e14) return Math.floor(value)
  return Math.floor(value / (value < 1e17 ? 1e3 : 1e6))
}

/** A time in any of the forms that web logs use: ISO 8601, the Common Log Format, or a number since the epoch. */
export class WebTimeParser {
  readonly #clf = new LogTimeParser()
  readonly #utcOffsetMinutes: number

  constructor(utcOffsetMinutes: number) {
    this.#utcOffsetMinutes = utcOffsetMinutes
  }

  /** Milliseconds since the epoch, UTC, or NaN. */
  parse(bytes: Uint8Array, start: number, end: number): number {
    const fourth = bytes[start + 4]
    if (end - start >= 19 && (fourth === dash || fourth === slash)) {
      return readIsoTime(bytes, start, end, this.#utcOffsetMinutes)
    }
    if (end - start > 2 && bytes[start] === 91 && bytes[end - 1] === 93) return this.parse(bytes, start + 1, end - 1)
    if (bytes[start + 2] === slash) return end - start === 26 ? this.#clf.parse(bytes, start) : Number.NaN
    return readEpoch(bytes, start, end)
  }
}

/** Sets the client's address without the port and brackets that some writers add: `192.0.2.1:443`,
 *  `[2001:db8::1]:443`. `hasPort`: the writer always adds a port, so the last colon of an IPv6 address is its. */
export function setAddressSpan(
  batch: RequestBatch,
  bytes: Uint8Array,
  of: Field,
  start: number,
  end: number,
  hasPort: boolean,
): void {
  if (bytes[start] === 91) {
    const bracket = findByte(bytes, 93, start, end)
    if (bracket > start) {
      setSpan(batch, bytes, of, start + 1, bracket)
      return
    }
  }
  let colons = 0
  let lastColon = end
  for (let p = start; p < end; p++) {
    if (bytes[p] !== colon) continue
    colons++
    lastColon = p
  }
  const portEnd = (hasPort && colons > 0) || colons === 1 ? lastColon : end
  let numeric = true
  for (let p = portEnd + 1; p < end; p++) if (!isDigit(bytes[p]) && bytes[p] !== dash) numeric = false
  setSpan(batch, bytes, of, start, numeric ? portEnd : end)
}

/** Where a request line's target ends: before ` HTTP/1.1` (or the ` -` of a load balancer), else at `end`. */
export function targetEnd(bytes: Uint8Array, start: number, end: number): number {
  let last = end - 1
  while (last >= start && end - last < 12 && bytes[last] !== space) last--
  if (last < start || bytes[last] !== space) return end
  if (end - last === 2 && bytes[last + 1] === dash) return last
  if (end - last < 6) return end
  const named = bytes[last + 1] === 72 && bytes[last + 2] === 84 && bytes[last + 3] === 84 && bytes[last + 4] === 80
  return named && bytes[last + 5] === slash ? last : end
}

/** Where the path begins in `https://host:443/path`, with the host's span; `start` where the text is no full URL. */
export interface UrlParts {
  readonly hostStart: number
  readonly hostEnd: number
  readonly pathStart: number
}

/** Takes a full URL apart (RFC 3986 section 3), or says that the text is a path already. The port and any user
 *  information are not part of the host. */
export function splitUrl(bytes: Uint8Array, start: number, end: number): UrlParts {
  let p = start
  while (p < end && p - start < 12 && ((bytes[p] as number) | 32) >= 97 && ((bytes[p] as number) | 32) <= 122) p++
  if (p === start || bytes[p] !== colon || bytes[p + 1] !== slash || bytes[p + 2] !== slash || p + 2 >= end) {
    return { hostStart: start, hostEnd: start, pathStart: start }
  }
  let hostStart = p + 3
  p = hostStart
  let portAt = -1
  while (p < end && bytes[p] !== slash && bytes[p] !== 63 && bytes[p] !== 35) {
    if (bytes[p] === 64) {
      hostStart = p + 1
      portAt = -1
    } else if (bytes[p] === colon) portAt = p
    else if (bytes[p] === 93) portAt = -1
    p++
  }
  return { hostStart, hostEnd: portAt >= hostStart ? portAt : p, pathStart: p }
}

const hexDigit = (byte: number | undefined): number => {
  if (byte === undefined) return -1
  if (byte >= 48 && byte <= 57) return byte - 48
  const letter = byte | 32
  return letter >= 97 && letter <= 102 ? letter - 87 : -1
}

/** Two hexadecimal digits at `at`, or -1. */
export function readHexByte(bytes: Uint8Array, at: number, end: number): number {
  if (at + 2 > end) return -1
  const high = hexDigit(bytes[at])
  const low = hexDigit(bytes[at + 1])
  return high < 0 || low < 0 ? -1 : high * 16 + low
}
