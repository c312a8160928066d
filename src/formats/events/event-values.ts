/** The values that events hold, read from text: times in all forms that logs use, numbers. Nothing here throws. */
import type { Place, RejectReason } from '../../core/place.ts'
import type { EventField, EventRecord } from '../event.ts'

/** The field that every event of these formats has beside its own: the name of its format, by which the tables of kinds
 *  of logs tell it. No log writes a field of this name. */
export const formatField = '@format'
/** The field that says what an event is about, where a format knows more than its log's fields say. */
export const aboutField = '@event'

/** Why something could not be read: a reject without its place. */
export interface EventProblem {
  readonly reason: RejectReason
  readonly message: string
}

/** Whether reading gave a problem. */
export const isProblem = (value: EventRecord | EventProblem): value is EventProblem => 'reason' in value

/** Text of a field; a list's first value. Empty where there is none. */
export function textOf(value: EventField | undefined): string {
  if (value === undefined || value === null) return ''
  if (typeof value === 'object') return textOf(value[0])
  return String(value)
}

const isoTime =
  /^(\d{4})-(\d{2})-(\d{2})[T ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?\s?(Z|UTC|GMT|[+-]\d{2}(?::?\d{2})?)?$/i

/** ISO 8601 in milliseconds; a time without a zone is `utcOffsetMinutes` east of UTC. NaN for what is none. */
export function isoTimeMs(text: string, utcOffsetMinutes = 0): number {
  if (text.length > 40) return Number.NaN
  const parts = isoTime.exec(text)
  if (parts === null) return Number.NaN
  const [, year, month, day, hour, minute, second = '0', fraction = '', zone] = parts
  const ms = calendarMs(Number(year), Number(month), Number(day), Number(hour), Number(minute), Number(second))
  const offset = zone === undefined ? utcOffsetMinutes : zoneMinutes(zone)
  return ms + fractionMs(fraction) - offset * 60_000
}

const fractionMs = (fraction: string): number => (fraction === '' ? 0 : Math.floor(Number(`0.${fraction}`) * 1000))

function zoneMinutes(zone: string): number {
  if (!zone.startsWith('+') && !zone.startsWith('-')) return 0
  const minutes = Number(zone.slice(1, 3)) * 60 + (zone.length > 3 ? Number(zone.slice(-2)) : 0)
  return zone.startsWith('-') ? -minutes : minutes
}

/** Milliseconds of a date (months from 1) and time of day at UTC; NaN where there is no such date. */
export function calendarMs(
  year: number,
  month: number,
  day: number,
  hour: number,
  minute: number,
  second: number,
): number {
  if (!(hour <= 23 && minute <= 59 && second <= 60)) return Number.NaN
  const startMs = Date.UTC(year, month - 1, day)
  const date = new Date(startMs)
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day || year < 1970) return Number.NaN
  return startMs + ((hour * 60 + minute) * 60 + second) * 1000
}

const unitedStates =
  /^(\d{1,2})\/(\d{1,2})\/(\d{4}|\d{2})[ T,]{1,2}(\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?(?: ?([AP])\.?M\.?)?$/i

/** The way of the United States, `3/3/2026 9:30:00 AM` or `03/03/26 09:30:00.123`; NaN for what is none. */
export function unitedStatesTimeMs(text: string, utcOffsetMinutes = 0): number {
  if (text.length > 40) return Number.NaN
  const parts = unitedStates.exec(text)
  if (parts === null) return Number.NaN
  const [, month, day, year, clockHour, minute, second = '0', fraction = '', half] = parts
  const isAfternoon = half?.toUpperCase() === 'P'
  const hour = half === undefined ? Number(clockHour) : (Number(clockHour) % 12) + (isAfternoon ? 12 : 0)
  const fullYear = (year as string).length === 2 ? 2000 + Number(year) : Number(year)
  const ms = calendarMs(fullYear, Number(month), Number(day), hour, Number(minute), Number(second))
  return ms + fractionMs(fraction) - utcOffsetMinutes * 60_000
}

/** Seconds, milliseconds, microseconds or nanoseconds since 1970, by their size, in milliseconds; NaN for what is none. */
export function epochTimeMs(value: string | number): number {
  if (typeof value === 'string' && !/^\d{1,20}(?:\.\d{0,12})?$/.test(value)) return Number.NaN
  const number = Number(value)
  if (!(number >= 0 && number < 1e20)) return Number.NaN
  if (number < 1e11) return Math.floor(Math.round(number * 1e6) / 1e3)
  if (number < 1e14) return Math.floor(number)
  return Math.floor(number / (number < 1e17 ? 1e3 : 1e6))
}

const monthNames = 'jan feb mar apr may jun jul aug sep oct nov dec'.split(' ')

/** A month by its English name's first three letters, from 1; 0 for what is none. */
export const monthOf = (name: string): number => monthNames.indexOf(name.slice(0, 3).toLowerCase()) + 1

const dayMs = 86_400_000
/** How long a log without years may be silent while it is followed. */
const silenceMs = 30 * dayMs

/** The time of a date that names no year: the latest that is not a day later than the log's end: clocks
 *  differ, zones are unknown. */
export function yearlessMs(timeInYear: (year: number) => number, referenceMs: number | undefined): number {
  if (referenceMs === undefined || Number.isNaN(referenceMs)) return Number.NaN
  const year = new Date(referenceMs).getUTCFullYear()
  for (const candidate of [year + 1, year, year - 1]) {
    const ms = timeInYear(candidate)
    if (ms <= referenceMs + dayMs) return ms
  }
  // 29 February comes every fourth year.
  for (let candidate = year - 2; candidate > year - 9; candidate--) {
    const ms = timeInYear(candidate)
    if (!Number.isNaN(ms)) return ms
  }
  return Number.NaN
}

/** A time in any of the forms above. */
export function anyTimeMs(value: EventField | undefined, utcOffsetMinutes = 0): number {
  if (typeof value === 'number') return epochTimeMs(value)
  if (typeof value !== 'string') return Number.NaN
  const text = value.trim()
  const iso = isoTimeMs(text, utcOffsetMinutes)
  if (!Number.isNaN(iso)) return iso
  const local = unitedStatesTimeMs(text, utcOffsetMinutes)
  return Number.isNaN(local) ? epochTimeMs(text) : local
}

/** What is known of a log's end once it holds an event of this time: a log that is followed goes on. */
export const referenceAfter = (referenceMs: number | undefined, timeMs: number): number | undefined =>
  referenceMs === undefined || Number.isNaN(timeMs) ? referenceMs : Math.max(referenceMs, timeMs + silenceMs - dayMs)

/** A place that covers two, of which the first begins first. */
export const spanOf = (first: Place, last: Place): Place => ({
  ...first,
  length: last.offset + last.length - first.offset,
})
