/** Parts of a date and time as a field has it, for the modifiers `minute` to `year`. The text is taken as it is written,
 *  without regard to time zones (modifiers appendix, "Time Modifiers"); a number is seconds, milliseconds, microseconds
 *  or nanoseconds since 1970, in UTC. */
import type { TimePart } from './rule.ts'

const written = /^\s*(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2}))?/

/** Milliseconds of a count since 1970, its unit told by its size; NaN for what is no such count. */
function countedMs(text: string): number {
  if (!/^\d{9,19}(?:\.\d{1,9})?$/.test(text)) return Number.NaN
  const digits = text.split('.')[0]?.length ?? 0
  const unit = digits <= 11 ? 1_000 : digits <= 14 ? 1 : digits <= 17 ? 1 / 1_000 : 1 / 1_000_000
  return Number(text) * unit
}

/** The week of the year after ISO 8601, of a date in UTC. */
function weekOf(date: Date): number {
  const day = date.getUTCDay() === 0 ? 7 : date.getUTCDay()
  const thursday = Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate() + 4 - day)
  const yearStart = Date.UTC(new Date(thursday).getUTCFullYear(), 0, 1)
  return Math.floor((thursday - yearStart) / (7 * 86_400_000)) + 1
}

/** The part of a date; NaN where the text is no date, or has no such part. */
export function timePartOf(text: string, part: TimePart): number {
  const found = written.exec(text)
  const date =
    found === null
      ? new Date(countedMs(text))
      : new Date(
          Date.UTC(
            Number(found[1]),
            Number(found[2]) - 1,
            Number(found[3]),
            Number(found[4] ?? Number.NaN) || 0,
            Number(found[5] ?? Number.NaN) || 0,
          ),
        )
  const hasTime = found === null || found[4] !== undefined
  switch (part) {
    case 'minute':
      return hasTime ? date.getUTCMinutes() : Number.NaN
    case 'hour':
      return hasTime ? date.getUTCHours() : Number.NaN
    case 'day':
      return date.getUTCDate()
    case 'week':
      return weekOf(date)
    case 'month':
      return date.getUTCMonth() + 1
    case 'year':
      return date.getUTCFullYear()
  }
}
