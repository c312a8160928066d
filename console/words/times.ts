/** Times in the zone of the machine that shows them, with the same moment in UTC for logs and other offices. */

const secondMs = 1000
const minuteMs = 60 * secondMs
const hourMs = 60 * minuteMs
const dayMs = 24 * hourMs

/** Whether a time is one. The bounds are those of `Date` (ECMA-262 21.4.1.1). */
const isTime = (timeMs: number): boolean => Math.abs(timeMs) <= 8.64e15

const dayForm = new Intl.DateTimeFormat('en-US', { month: 'long', day: 'numeric', year: 'numeric' })
const weekdayForm = new Intl.DateTimeFormat('en-US', { weekday: 'long' })
const zoneForm = new Intl.DateTimeFormat('en-US', { timeZoneName: 'long' })

/** `June 23, 2026`. */
export const dayOf = (timeMs: number): string => (isTime(timeMs) ? dayForm.format(timeMs) : 'an unknown day')

/** `2:52 am`; noon and midnight by name, because nobody agrees on 12 am. */
export function clockOf(timeMs: number): string {
  if (!isTime(timeMs)) return 'an unknown time'
  const date = new Date(timeMs)
  const [hour, minute] = [date.getHours(), date.getMinutes()]
  if (minute === 0 && hour === 0) return 'midnight'
  if (minute === 0 && hour === 12) return 'noon'
  return `${hour % 12 === 0 ? 12 : hour % 12}:${String(minute).padStart(2, '0')} ${hour < 12 ? 'am' : 'pm'}`
}

const dayNumber = (timeMs: number): number => {
  const date = new Date(timeMs)
  return Math.round(Date.UTC(date.getFullYear(), date.getMonth(), date.getDate()) / dayMs)
}

/** `June 23, 2026, 2:52 am`. */
export const momentOf = (timeMs: number): string =>
  isTime(timeMs) ? `${dayOf(timeMs)}, ${clockOf(timeMs)}` : 'an unknown time'

/** As a person would say it now: `2:52 am`, `yesterday, 2:52 am`, `Tuesday, 2:52 am`, `June 23, 2:52 am`. */
export function whenOf(timeMs: number, nowMs: number): string {
  if (!isTime(timeMs)) return 'an unknown time'
  const days = dayNumber(nowMs) - dayNumber(timeMs)
  if (days === 0) return `today, ${clockOf(timeMs)}`
  if (days === 1) return `yesterday, ${clockOf(timeMs)}`
  if (days > 1 && days < 7) return `${weekdayForm.format(timeMs)}, ${clockOf(timeMs)}`
  return momentOf(timeMs)
}

/** `2026-06-23 02:52:07 UTC`. */
export const utcOf = (timeMs: number): string =>
  isTime(timeMs) ? `${new Date(timeMs).toISOString().slice(0, 19).replace('T', ' ')} UTC` : 'unknown'

/** From one moment to another, the day said once where it is the same. */
export function spanOf(fromMs: number, untilMs: number): string {
  if (dayNumber(fromMs) !== dayNumber(untilMs)) return `${momentOf(fromMs)} to ${momentOf(untilMs)}`
  const [from, until] = [clockOf(fromMs), clockOf(untilMs)]
  return from === until ? `${dayOf(fromMs)}, ${from}` : `${dayOf(fromMs)}, ${from} to ${until}`
}

/** `Eastern Daylight Time`: said once on a page that is printed. */
export const zoneName = (): string =>
  zoneForm.formatToParts(Date.now()).find((part) => part.type === 'timeZoneName')?.value ?? 'local time'

const utcDayForm = new Intl.DateTimeFormat('en-US', { month: 'long', day: 'numeric', year: 'numeric', timeZone: 'UTC' })
const shortUtcDayForm = new Intl.DateTimeFormat('en-US', { month: 'short', day: 'numeric', timeZone: 'UTC' })

/** The day in UTC, for counts that are kept by UTC days. */
export const utcDayOf = (timeMs: number): string => (isTime(timeMs) ? utcDayForm.format(timeMs) : 'an unknown day')
/** The same in short: `Jun 23`. */
export const shortUtcDayOf = (timeMs: number): string => (isTime(timeMs) ? shortUtcDayForm.format(timeMs) : '?')
