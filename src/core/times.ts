/** Times in words that a county clerk reads without help, in UTC. Pure: no clock, no locale and no zone of the machine, so
 *  that the same input reads the same everywhere. */
const months = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
] as const

const dayMs = 86_400_000

/** Whether a time is one: a scan that read no record has none. The bounds are those of `Date` (ECMA-262 21.4.1.1). */
export const isTime = (timeMs: number | undefined): timeMs is number =>
  timeMs !== undefined && Math.abs(timeMs) <= 8.64e15

/** `June 23, 2026`, UTC. */
export function dayInWords(timeMs: number): string {
  if (!isTime(timeMs)) return 'an unknown day'
  const date = new Date(timeMs)
  return `${months[date.getUTCMonth()]} ${date.getUTCDate()}, ${date.getUTCFullYear()}`
}

/** `2:52 am`, UTC; noon and midnight by name, because nobody agrees on 12 am. */
export function clockInWords(timeMs: number): string {
  const date = new Date(timeMs)
  const hour = date.getUTCHours()
  const minute = String(date.getUTCMinutes()).padStart(2, '0')
  if (minute === '00' && hour === 0) return 'midnight'
  if (minute === '00' && hour === 12) return 'noon'
  return `${hour % 12 === 0 ? 12 : hour % 12}:${minute} ${hour < 12 ? 'am' : 'pm'}`
}

/** `June 23, 2026, 2:52 am`, UTC; the reader is told the zone once. */
export const timeInWords = (timeMs: number): string =>
  isTime(timeMs) ? `${dayInWords(timeMs)}, ${clockInWords(timeMs)}` : 'an unknown time'

/** `on July 10, 2026, between 2:24 am and 2:36 am`, or with both days where they differ; UTC. */
export function spanInWords(fromMs: number, untilMs: number): string {
  if (isTime(fromMs) && isTime(untilMs) && Math.floor(fromMs / dayMs) === Math.floor(untilMs / dayMs)) {
    const [from, until] = [clockInWords(fromMs), clockInWords(untilMs)]
    return from === until
      ? `on ${dayInWords(fromMs)}, at ${from}`
      : `on ${dayInWords(fromMs)}, between ${from} and ${until}`
  }
  return `between ${timeInWords(fromMs)} and ${timeInWords(untilMs)}`
}
