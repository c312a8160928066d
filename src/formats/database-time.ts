/** Times as database logs write them, `2026-06-23 00:02:10.172 UTC` and its relatives, made milliseconds since the
 *  epoch. Knows the zone abbreviations that mean one offset, or one offset to an office in the United States. */
import type { Problem } from './database-reader.ts'

/** Minutes east of UTC. EST to HDT, AST and CST also name zones elsewhere (China, Cuba, Arabia); the United States'
 *  meaning is taken, as PostgreSQL's own `Default` set does (PostgreSQL 18, appendix B.4). Abbreviations that
 *  stay ambiguous even so (IST, BST, GST, WST) are left out: the person must name the offset. */
const zoneMinutes: Readonly<Record<string, number>> = {
  UTC: 0,
  GMT: 0,
  UCT: 0,
  Z: 0,
  ZULU: 0,
  WET: 0,
  EST: -300,
  EDT: -240,
  CST: -360,
  CDT: -300,
  MST: -420,
  MDT: -360,
  PST: -480,
  PDT: -420,
  AKST: -540,
  AKDT: -480,
  HST: -600,
  HDT: -540,
  AST: -240,
  ADT: -180,
  NST: -210,
  NDT: -150,
  SST: -660,
  CHST: 600,
  WEST: 60,
  CET: 60,
  MET: 60,
  CEST: 120,
  MEST: 120,
  EET: 120,
  EEST: 180,
  MSK: 180,
  SAST: 120,
  WAT: 60,
  CAT: 120,
  EAT: 180,
  PKT: 300,
  HKT: 480,
  SGT: 480,
  AWST: 480,
  WIB: 420,
  WITA: 480,
  WIT: 540,
  JST: 540,
  KST: 540,
  ACST: 570,
  ACDT: 630,
  AEST: 600,
  AEDT: 660,
  NZST: 720,
  NZDT: 780,
}

const badTime: Problem = { reason: 'bad-time', message: 'The time of the entry cannot be read.' }
const unknownZone: Problem = {
  reason: 'bad-time',
  message: 'The time zone of the entry is not known or means several zones: give its offset from UTC.',
}

/** Minutes east of UTC that a zone's text means, or NaN. Takes `UTC`, `CST`, `+02`, `-0330`, `+05:30`. */
function readZone(zone: string): number {
  const named = Object.hasOwn(zoneMinutes, zone.toUpperCase()) ? zoneMinutes[zone.toUpperCase()] : undefined
  if (named !== undefined) return named
  const numeric = /^([+-])(\d\d)(?::?([0-5]\d))?$/.exec(zone)
  if (numeric === null) return Number.NaN
  const minutes = Number(numeric[2]) * 60 + Number(numeric[3] ?? 0)
  if (minutes > 16 * 60) return Number.NaN
  return numeric[1] === '-' ? -minutes : minutes
}

/** Milliseconds of a calendar date and hour at UTC, or NaN where there is no such date. */
function dayHourMs(year: number, month: number, day: number, hour: number): number {
  if (!(month >= 1 && month <= 12 && day >= 1 && hour <= 23 && year >= 1970)) return Number.NaN
  const daysOfMonth = new Date(Date.UTC(year, month, 0)).getUTCDate()
  return day > daysOfMonth ? Number.NaN : Date.UTC(year, month - 1, day, hour)
}

const twoDigits = (text: string, at: number): number => {
  const tens = text.charCodeAt(at) - 48
  const ones = text.charCodeAt(at + 1) - 48
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : Number.NaN
}

/** Reads times of one log; entries of one hour and zone share the work on both. */
export class DatabaseClock {
  /** Why the last time could not be read; meaningful only after NaN. */
  problem: Problem = badTime
  readonly #offsetMinutes: number | undefined
  #hour = ''
  #hourMs = Number.NaN
  #zone: string | undefined
  #zoneMs = Number.NaN

  /** `utcOffsetMinutes` serves times that have no zone (UTC where it is not given either) or one that is not known. */
  constructor(utcOffsetMinutes: number | undefined) {
    this.#offsetMinutes = utcOffsetMinutes
  }

  /** `YYYY-MM-DD HH:MM:SS`, or with `T`; then a fraction or none; then a zone or none. Milliseconds, or NaN. */
  parse(text: string): number {
    const within = this.#parseWithinHour(text, 13)
    if (Number.isNaN(within)) return this.#fail(badTime)
    if (!this.#hour || !text.startsWith(this.#hour)) {
      const isShaped = text[4] === '-' && text[7] === '-' && (text[10] === ' ' || text[10] === 'T')
      const year = twoDigits(text, 0) * 100 + twoDigits(text, 2)
      this.#hourMs = isShaped
        ? dayHourMs(year, twoDigits(text, 5), twoDigits(text, 8), twoDigits(text, 11))
        : Number.NaN
      this.#hour = text.slice(0, 13)
    }
    return this.#finish(this.#hourMs + within, this.#zoneStart(text))
  }

  /** MySQL's and MariaDB's local times: `260303  9:30:00` and `20260303 09:30:00`. Milliseconds, or NaN. */
  parseCompact(text: string): number {
    const parts = /^(\d\d|\d{4})(\d\d)(\d\d) {1,2}(\d{1,2}):([0-5]\d):([0-5]\d)$/.exec(text)
    if (parts === null) return this.#fail(badTime)
    const [year, month, day, hour, minute, second] = parts.slice(1).map(Number) as [
      number,
      number,
      number,
      number,
      number,
      number,
    ]
    const hourMs = dayHourMs(year < 100 ? 2000 + year : year, month, day, hour)
    return this.#finish(hourMs + minute * 60_000 + second * 1000, '')
  }

  /** Windows' way in the United States: `3/3/2026 9:30:00 AM`. Milliseconds, or NaN. */
  parseUnitedStates(text: string): number {
    const parts = /^(\d{1,2})\/(\d{1,2})\/(\d{4}) (\d{1,2}):([0-5]\d):([0-5]\d)(?:\.\d{1,7})? ?([AP]M)?$/i.exec(text)
    if (parts === null) return this.#fail(badTime)
    const [month, day, year, clockHour, minute, second] = parts.slice(1, 7).map(Number) as [
      number,
      number,
      number,
      number,
      number,
      number,
    ]
    const half = parts[7]?.toUpperCase()
    const hour = half === undefined ? clockHour : (clockHour % 12) + (half === 'PM' ? 12 : 0)
    return this.#finish(dayHourMs(year, month, day, hour) + minute * 60_000 + second * 1000, '')
  }

  /** Milliseconds of `:MM:SS[.fraction]` at `at`, or NaN. */
  #parseWithinHour(text: string, at: number): number {
    const minute = twoDigits(text, at + 1)
    const second = twoDigits(text, at + 4)
    if (text[at] !== ':' || text[at + 3] !== ':' || !(minute <= 59) || !(second <= 60)) return Number.NaN
    let ms = 0
    if (text[at + 6] === '.') {
      const digits = [text.charCodeAt(at + 7), text.charCodeAt(at + 8), text.charCodeAt(at + 9)]
      let scale = 100
      for (const digit of digits) {
        if (!(digit >= 48 && digit <= 57)) break
        ms += (digit - 48) * scale
        scale /= 10
      }
    }
    return minute * 60_000 + second * 1000 + ms
  }

  #zoneStart(text: string): string {
    let at = 19
    if (text[at] === '.') {
      at++
      while (at < 40 && text.charCodeAt(at) >= 48 && text.charCodeAt(at) <= 57) at++
    }
    return text.slice(text[at] === ' ' ? at + 1 : at)
  }

  #finish(localMs: number, zone: string): number {
    if (Number.isNaN(localMs)) return this.#fail(badTime)
    if (zone !== this.#zone) {
      const minutes = zone === '' ? (this.#offsetMinutes ?? 0) : readZone(zone)
      this.#zoneMs = (Number.isNaN(minutes) ? (this.#offsetMinutes ?? Number.NaN) : minutes) * 60_000
      this.#zone = zone
    }
    return Number.isNaN(this.#zoneMs) ? this.#fail(unknownZone) : localMs - this.#zoneMs
  }

  #fail(problem: Problem): number {
    this.problem = problem
    return Number.NaN
  }
}
