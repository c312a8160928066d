/** Looks into the head of a syslog message for the sending host and program (RFC 5424 section 6, RFC 3164 section 4, and
 *  what senders write instead), only to choose its stream. Names that are not plain visible ASCII, or too long, count as
 *  missing. It makes no objects; the reading of the message proper belongs to the formats. */
import { limits } from '../../core/limits.ts'

const space = 32
const zero = 48
const nine = 57
const colon = 58
const lessThan = 60
const greaterThan = 62
const bracket = 91
const hyphen = 45
const letterT = 84

/** Where the names of the last message stand; an empty span is a missing name. */
export class SyslogPeek {
  hostAt = 0
  hostEnd = 0
  programAt = 0
  programEnd = 0

  /** Reads the head of the message in `bytes` from `start` up to `end`. */
  read(bytes: Uint8Array, start: number, end: number): void {
    this.hostAt = start
    this.hostEnd = start
    this.programAt = start
    this.programEnd = start
    let at = skipPriority(bytes, start, end)
    if (at > start && isVersion(bytes, at, end)) {
      this.#readFields(bytes, skipField(bytes, skipField(bytes, at, end), end), end)
      return
    }
    at = skipTime(bytes, at, end)
    if (at < 0) return
    this.#readTag(bytes, at, end)
  }

  /** `HOST SP APP-NAME SP` of RFC 5424; `-` is a missing name. */
  #readFields(bytes: Uint8Array, at: number, end: number): void {
    const hostEnd = fieldEnd(bytes, at, end, limits.syslogHostBytesMax)
    if (hostEnd < 0) return
    const programAt = hostEnd + 1
    const programEnd = fieldEnd(bytes, programAt, end, limits.syslogProgramBytesMax)
    if (!isNil(bytes, at, hostEnd)) {
      this.hostAt = at
      this.hostEnd = hostEnd
    }
    if (programEnd < 0 || isNil(bytes, programAt, programEnd)) return
    this.programAt = programAt
    this.programEnd = programEnd
  }

  /** `HOST SP TAG`, where the tag ends at a bracket, a colon or a space; some senders leave the host out (nginx with
   *  `nohostname`), which the colon or bracket behind the first word shows. */
  #readTag(bytes: Uint8Array, at: number, end: number): void {
    const first = fieldEnd(bytes, at, end, limits.syslogHostBytesMax)
    if (first < 0) return
    const firstTag = tagEnd(bytes, at, first)
    if (firstTag < first && !isAddressColon(bytes, at, first)) {
      this.#setProgram(at, firstTag)
      return
    }
    this.hostAt = at
    this.hostEnd = first
    const programAt = first + 1
    let programEnd = programAt
    const stop = Math.min(end, programAt + limits.syslogProgramBytesMax + 1)
    while (programEnd < stop && isVisible(bytes[programEnd] as number) && !isTagEnd(bytes[programEnd] as number)) {
      programEnd++
    }
    // A tag is followed by something; a word that runs on is text.
    if (programEnd < end && (isTagEnd(bytes[programEnd] as number) || bytes[programEnd] === space)) {
      this.#setProgram(programAt, programEnd)
    }
  }

  #setProgram(at: number, end: number): void {
    if (end - at > limits.syslogProgramBytesMax) return
    this.programAt = at
    this.programEnd = end
  }
}

const isDigit = (byte: number | undefined): boolean => byte !== undefined && byte >= zero && byte <= nine
const isVisible = (byte: number): boolean => byte > space && byte < 127
const isTagEnd = (byte: number): boolean => byte === bracket || byte === colon
const isNil = (bytes: Uint8Array, at: number, end: number): boolean => end === at + 1 && bytes[at] === hyphen

/** Behind `<PRI>`, or `start` where there is none. */
function skipPriority(bytes: Uint8Array, start: number, end: number): number {
  if (bytes[start] !== lessThan) return start
  let at = start + 1
  while (at < end && at - start <= 3 && isDigit(bytes[at])) at++
  return at > start + 1 && at < end && bytes[at] === greaterThan ? at + 1 : start
}

/** RFC 5424's `VERSION SP`: a digit or two, and a time in ISO form or `-` behind them. */
function isVersion(bytes: Uint8Array, at: number, end: number): boolean {
  let i = at
  while (i < end && i - at < 2 && isDigit(bytes[i])) i++
  if (i === at || i + 1 >= end || bytes[i] !== space) return false
  return bytes[i + 1] === hyphen || isDigit(bytes[i + 1])
}

/** Behind the next space. */
function skipField(bytes: Uint8Array, from: number, end: number): number {
  const stop = Math.min(end, from + limits.syslogHostBytesMax)
  let at = from
  while (at < stop && bytes[at] !== space) at++
  return at + 1
}

/** The space behind a visible word of at most `max` bytes, or -1. */
function fieldEnd(bytes: Uint8Array, at: number, end: number, max: number): number {
  const stop = Math.min(end, at + max + 1)
  let i = at
  while (i < stop && isVisible(bytes[i] as number)) i++
  return i > at && i < stop && bytes[i] === space ? i : -1
}

/** The first bracket or colon of a word, or its end. */
function tagEnd(bytes: Uint8Array, at: number, end: number): number {
  let i = at
  while (i < end && !isTagEnd(bytes[i] as number)) i++
  return i
}

/** An IPv6 address as the host has colons too: more than one, or one that is not the last byte. */
function isAddressColon(bytes: Uint8Array, at: number, end: number): boolean {
  const first = tagEnd(bytes, at, end)
  if (bytes[first] !== colon) return false
  return first < end - 1
}

/** Behind the time of RFC 3164 (`Mmm dd hh:mm:ss`, Cisco's with a year or fractions) or ISO 8601, or -1 where none
 *  stands there. */
function skipTime(bytes: Uint8Array, from: number, end: number): number {
  if (isDigit(bytes[from]) && isDigit(bytes[from + 3])) {
    const after = skipField(bytes, from, end)
    const isIso = after - from > 19 && bytes[from + 4] === hyphen && bytes[from + 10] === letterT
    return isIso && after < end ? after : -1
  }
  // Month, day (padded by a space), perhaps a year, and the clock.
  if (from + 15 >= end || bytes[from + 3] !== space || bytes[from + 6] !== space) return -1
  let at = from + 7
  if (bytes[at + 4] === space && isDigit(bytes[at + 3])) at += 5
  if (bytes[at + 2] !== colon || bytes[at + 5] !== colon) return -1
  at = skipField(bytes, at, end)
  return at < end ? at : -1
}
