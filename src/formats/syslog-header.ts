/** The header of a syslog message: RFC 5424 section 6, RFC 3164 section 4 with what senders make of it, and nginx's own
 *  `access_log syslog:`. It finds where the message begins without making an object; names and times only on demand. */
import { latin1Text } from './latin1.ts'

/** A header, read. */
export interface SyslogHeader {
  /** RFC 5424 section 6.2.1: 0 to 23, and 0 (emergency) to 7 (debug). Both -1 where the line has no priority. */
  readonly facility: number
  readonly severity: number
  /** Event time, milliseconds since the epoch, UTC; left out where the header has none, or none without a year. */
  readonly timeMs?: number
  /** Names are empty where the header lacks them. */
  readonly host: string
  readonly app: string
  readonly procid: string
  readonly msgid: string
  /** The structured data as it stands there, `[id name="value"]…`; empty where there is none. */
  readonly structured: string
  /** Where the message begins, a byte order mark left out. */
  readonly messageStart: number
}

/** What a header without year or time zone is read by. */
export interface SyslogTimeOptions {
  /** About when the message was written: the year is chosen so that its time is nearest to this. */
  readonly referenceMs?: number
  /** Minutes east of UTC; 0 if left out. */
  readonly utcOffsetMinutes?: number
}

const space = 32
const quote = 34
const dash = 45
const colon = 58
const backslash = 92
const openBracket = 91
const closeBracket = 93
const highestPriority = 191

const isDigit = (byte: number | undefined): boolean => byte !== undefined && byte >= 48 && byte <= 57
const isVisible = (byte: number): boolean => byte > space && byte !== 127

/** Where the parts of the header that was scanned last stand: pairs of start and end, empty where missing. */
export class SyslogScan {
  priority = 0
  isNew = false
  timeStart = 0
  timeEnd = 0
  hostStart = 0
  hostEnd = 0
  appStart = 0
  appEnd = 0
  procidStart = 0
  procidEnd = 0
  msgidStart = 0
  msgidEnd = 0
  structuredStart = 0
  structuredEnd = 0
  messageStart = 0

  /** Scans the line at `[start, end)`; false where it does not begin with a priority. */
  scan(bytes: Uint8Array, start: number, end: number): boolean {
    let p = start + 1
    let priority = 0
    while (p < end && p - start <= 3 && isDigit(bytes[p])) priority = priority * 10 + (bytes[p++] as number) - 48
    if (bytes[start] !== 60 || p === start + 1 || bytes[p] !== 62 || p >= end || priority > highestPriority)
      return false
    this.priority = priority
    this.#clear(p + 1)
    this.isNew = this.#scanNew(bytes, p + 1, end)
    if (!this.isNew) this.#scanOld(bytes, p + 1, end)
    return true
  }

  /** Scans a line that has no priority, as files and `journalctl` have it; false where it does not begin with a time. */
  scanBare(bytes: Uint8Array, start: number, end: number): boolean {
    this.priority = -1
    this.#clear(start)
    this.isNew = false
    this.#scanOld(bytes, start, end)
    return this.timeEnd > this.timeStart
  }

  #clear(at: number): void {
    this.timeStart = this.timeEnd = this.hostStart = this.hostEnd = this.appStart = this.appEnd = at
    this.procidStart = this.procidEnd = this.msgidStart = this.msgidEnd = at
    this.structuredStart = this.structuredEnd = this.messageStart = at
  }

  /** `VERSION SP TIMESTAMP SP HOSTNAME SP APP-NAME SP PROCID SP MSGID SP STRUCTURED-DATA [SP MSG]`. */
  #scanNew(bytes: Uint8Array, at: number, end: number): boolean {
    let p = at
    while (p < end && p - at < 3 && isDigit(bytes[p])) p++
    if (p === at || bytes[at] === 48 || bytes[p] !== space) return false
    const time = wordEnd(bytes, p + 1, end)
    const isTime = time > p + 1 && (isNil(bytes, p + 1, time) || isIsoTime(bytes, p + 1, time))
    if (!isTime) return false
    const host = wordEnd(bytes, time + 1, end)
    const app = wordEnd(bytes, host + 1, end)
    const procid = wordEnd(bytes, app + 1, end)
    const msgid = wordEnd(bytes, procid + 1, end)
    const structured = structuredEnd(bytes, msgid + 1, end)
    if (msgid >= end || structured < 0) return false
    const skip = (from: number, to: number): number => (isNil(bytes, from, to) ? to : from)
    this.timeStart = skip(p + 1, time)
    this.timeEnd = time
    this.hostStart = skip(time + 1, host)
    this.hostEnd = host
    this.appStart = skip(host + 1, app)
    this.appEnd = app
    this.procidStart = skip(app + 1, procid)
    this.procidEnd = procid
    this.msgidStart = skip(procid + 1, msgid)
    this.msgidEnd = msgid
    this.structuredStart = skip(msgid + 1, structured)
    this.structuredEnd = structured
    this.messageStart = afterMark(bytes, Math.min(structured + 1, end), end)
    return true
  }

  /** `TIMESTAMP SP HOSTNAME SP TAG[PID]: MSG`, any of which may be missing. */
  #scanOld(bytes: Uint8Array, at: number, end: number): void {
    let p = at
    const time = oldTimeEnd(bytes, at, end)
    if (time > at) {
      this.timeStart = at
      this.timeEnd = time
      p = time
      // Cisco ends the time with a colon.
      if (bytes[p] === colon) p++
      while (p < end && bytes[p] === space) p++
    }
    const first = wordEnd(bytes, p, end)
    if (tagEnd(bytes, p, end) === undefined && time > at && first > p && first < end) {
      this.hostStart = p
      this.hostEnd = first
      p = first + 1
    }
    this.messageStart = this.#scanTag(bytes, p, end)
  }

  /** `app[123]: `; the start of the message, which is `at` where there is no tag. */
  #scanTag(bytes: Uint8Array, at: number, end: number): number {
    const tag = tagEnd(bytes, at, end)
    if (tag === undefined) return afterMark(bytes, at, end)
    let name = at
    while (name < tag && bytes[name] !== openBracket) name++
    this.appStart = at
    this.appEnd = name
    if (name < tag) {
      this.procidStart = name + 1
      this.procidEnd = tag - 1
    }
    const message = tag + 1
    return afterMark(bytes, bytes[message] === space && message < end ? message + 1 : message, end)
  }
}

/** Reads the header of the line at `[start, end)`; undefined where it has none. */
export function parseSyslogHeader(
  bytes: Uint8Array,
  start: number,
  end: number,
  options: SyslogTimeOptions = {},
): SyslogHeader | undefined {
  const scan = new SyslogScan()
  return scan.scan(bytes, start, end) ? headerOf(scan, bytes, options) : undefined
}

/** The header that was scanned, as an object. */
export function headerOf(scan: SyslogScan, bytes: Uint8Array, options: SyslogTimeOptions = {}): SyslogHeader {
  const timeMs = readTime(latin1Text(bytes, scan.timeStart, Math.min(scan.timeEnd, scan.timeStart + 40)), options)
  return {
    facility: scan.priority >> 3,
    severity: scan.priority < 0 ? -1 : scan.priority & 7,
    ...(timeMs === undefined ? {} : { timeMs }),
    host: latin1Text(bytes, scan.hostStart, scan.hostEnd),
    app: latin1Text(bytes, scan.appStart, scan.appEnd),
    procid: latin1Text(bytes, scan.procidStart, scan.procidEnd),
    msgid: latin1Text(bytes, scan.msgidStart, scan.msgidEnd),
    structured: latin1Text(bytes, scan.structuredStart, scan.structuredEnd),
    messageStart: scan.messageStart,
  }
}

const isNil = (bytes: Uint8Array, start: number, end: number): boolean => end === start + 1 && bytes[start] === dash

/** The end of the word at `at`: the next byte that is not visible, or `end`. */
function wordEnd(bytes: Uint8Array, at: number, end: number): number {
  let p = at
  while (p < end && isVisible(bytes[p] as number)) p++
  return Math.min(p, end)
}

/** Behind `-` or a run of `[id name="value" …]` (section 6.3), where `\"`, `\\` and `\]` stand in values; -1 where it is
 *  neither. */
function structuredEnd(bytes: Uint8Array, at: number, end: number): number {
  if (bytes[at] === dash && (at + 1 >= end || bytes[at + 1] === space)) return at + 1
  let p = at
  while (p < end && bytes[p] === openBracket) {
    let isQuoted = false
    for (p += 1; p < end; p++) {
      const byte = bytes[p]
      if (byte === backslash && isQuoted) p++
      else if (byte === quote) isQuoted = !isQuoted
      else if (byte === closeBracket && !isQuoted) break
    }
    if (p >= end) return -1
    p++
  }
  return p > at && (p === end || bytes[p] === space) ? p : -1
}

/** The colon behind `app`, `app[123]` at `at`; undefined where no tag stands there. An IPv6 address is none. */
function tagEnd(bytes: Uint8Array, at: number, end: number): number | undefined {
  let p = at
  while (p < end && isVisible(bytes[p] as number) && bytes[p] !== colon && bytes[p] !== openBracket) p++
  if (p === at || p >= end) return undefined
  if (bytes[p] === openBracket) {
    while (p < end && isVisible(bytes[p] as number) && bytes[p] !== closeBracket) p++
    if (bytes[p] !== closeBracket || p >= end) return undefined
    p++
  }
  if (bytes[p] !== colon || p >= end) return undefined
  return p + 1 >= end || bytes[p + 1] === space || bytes[p - 1] === closeBracket ? p : undefined
}

function afterMark(bytes: Uint8Array, at: number, end: number): number {
  return at + 3 <= end && bytes[at] === 0xef && bytes[at + 1] === 0xbb && bytes[at + 2] === 0xbf ? at + 3 : at
}

function isIsoTime(bytes: Uint8Array, start: number, end: number): boolean {
  if (end - start < 19 || end - start > 35) return false
  return bytes[start + 4] === dash && bytes[start + 7] === dash && bytes[start + 13] === colon && isDigit(bytes[start])
}

/** `Mmm dd hh:mm:ss ` with nothing behind it that could belong to a time. It decides nothing but speed. */
function isUsualTime(bytes: Uint8Array, at: number, end: number): boolean {
  if (at + 17 > end || bytes[at + 3] !== space || bytes[at + 6] !== space || bytes[at + 15] !== space) return false
  if (bytes[at + 9] !== colon || bytes[at + 12] !== colon) return false
  if (!isDigit(bytes[at + 5]) || !(isDigit(bytes[at + 4]) || bytes[at + 4] === space)) return false
  for (const digit of [7, 8, 10, 11, 13, 14]) if (!isDigit(bytes[at + digit])) return false
  const next = bytes[at + 16] as number
  if (isDigit(next) || next === 85 || next === 117 || next === 71 || next === 103) return false
  return monthNames.includes(String.fromCharCode(bytes[at] as number, bytes[at + 1] as number, bytes[at + 2] as number))
}

/** Behind the time of an older header: ISO 8601, or `Mmm dd [yyyy] hh:mm:ss[.fraction] [zone]`; `at` where there is none. */
function oldTimeEnd(bytes: Uint8Array, at: number, end: number): number {
  if (isUsualTime(bytes, at, end)) return at + 15
  const word = wordEnd(bytes, at, end)
  if (isIsoTime(bytes, at, word)) return word
  const head = latin1Text(bytes, at, Math.min(end, at + 48))
  const found = oldTime.exec(head)
  return found === null ? at : at + (found[0] as string).length
}

const months = 'Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec'
const monthNames: readonly string[] = months.split('|')
const oldTime = new RegExp(
  `^[*.]?(${months}) {1,2}(\\d{1,2}) (?:(\\d{4}) )?(\\d{1,2}):(\\d{2}):(\\d{2})(?:[.,](\\d{1,9}))?` +
    '(?: (\\d{4})(?= |: ))?( (?:UTC|GMT)(?=[ :]))?',
  'i',
)
const isoTime = /^(\d{4})-(\d{2})-(\d{2})[T ](\d{2}):(\d{2}):(\d{2})(?:[.,](\d{1,9}))?(Z|[+-]\d{2}:?\d{2})?$/i

function readTime(text: string, { referenceMs, utcOffsetMinutes = 0 }: SyslogTimeOptions): number | undefined {
  const iso = isoTime.exec(text)
  if (iso !== null) {
    const [, year, month, day, hour, minute, second, fraction, zone] = iso
    const ms = utc([year, month, day, hour, minute, second].map(Number), fraction)
    const offset = zone === undefined ? utcOffsetMinutes : minutesOf(zone)
    return ms === undefined ? undefined : ms - offset * 60_000
  }
  const old = oldTime.exec(text)
  if (old === null) return undefined
  const [, name, day, before, hour, minute, second, fraction, after, zone] = old
  const month =
    months
      .toLowerCase()
      .split('|')
      .indexOf((name as string).toLowerCase()) + 1
  const offsetMs = (zone === undefined ? utcOffsetMinutes : 0) * 60_000
  const inYear = (year: number): number | undefined => {
    const ms = utc([year, month, day, hour, minute, second].map(Number), fraction)
    return ms === undefined ? undefined : ms - offsetMs
  }
  if (before !== undefined || after !== undefined) return inYear(Number(before ?? after))
  if (referenceMs === undefined) return undefined
  const year = new Date(referenceMs).getUTCFullYear()
  const distance = (ms: number): number => Math.abs(ms - referenceMs)
  const times = [year - 1, year, year + 1].map(inYear).filter((ms) => ms !== undefined)
  return times.sort((a, b) => distance(a) - distance(b))[0]
}

function minutesOf(zone: string): number {
  if (zone.toUpperCase() === 'Z') return 0
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(-2))
  return zone.startsWith('-') ? -minutes : minutes
}

/** Milliseconds of year, month from 1, day, hour, minute, second; undefined for what is no date. 60 is a leap second. */
function utc(parts: readonly number[], fraction = ''): number | undefined {
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts
  if (hour > 23 || minute > 59 || second > 60) return undefined
  const ms = Date.UTC(year, month - 1, day, hour, minute, second)
  const dayMs = new Date(Date.UTC(year, month - 1, day))
  if (dayMs.getUTCMonth() !== month - 1 || dayMs.getUTCDate() !== day) return undefined
  return ms + Math.floor(Number(`0.${fraction || '0'}`) * 1000)
}
