/** Numbers and lengths of time in words that a clerk reads without help; the report and the console say the same. */

const smallNumbers = ['no', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten'] as const

/** `306119` is `306,119`. */
export const inDigits = (count: number): string => Math.round(count).toLocaleString('en-US')

/** Up to ten in letters, then in digits. */
export const inWords = (count: number): string => smallNumbers[count] ?? inDigits(count)

/** `1 line`, `2 lines`. */
export const counted = (count: number, singular: string, plural = `${singular}s`): string =>
  `${inDigits(count)} ${count === 1 ? singular : plural}`

/** The first letter in upper case. */
export const capitalised = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1)

/** `1.4 GB`, in decimal units as disks and hosting bills have them. */
export function inBytes(bytes: number): string {
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB'] as const
  let value = bytes
  let unit = 0
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000
    unit++
  }
  return `${unit === 0 || value >= 100 ? Math.round(value) : Number(value.toPrecision(2))} ${units[unit]}`
}

/** `one`, `one and two`, `one, two and three`. */
export const listed = (names: readonly string[]): string =>
  names.length < 2 ? (names[0] ?? '') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`

/** Units of time, in milliseconds, the largest first. */
const units = [
  [86_400_000, 'day'],
  [3_600_000, 'hour'],
  [60_000, 'minute'],
  [1_000, 'second'],
] as const

/** The largest units of a length of time that is a second at least, at most so many, whole. */
function lengthIn(durationMs: number, most: number): string {
  const at = units.findIndex(([unitMs]) => durationMs >= unitMs)
  if (at < 0) return 'less than a second'
  let left = durationMs
  const said = units.slice(at, at + most).flatMap(([unitMs, unit]) => {
    const whole = Math.floor(left / unitMs)
    left -= whole * unitMs
    return whole === 0 ? [] : [counted(whole, unit)]
  })
  return listed(said)
}

/** A length of time, in its two largest units: `19 days and 13 hours`. */
export const durationInWords = (durationMs: number): string => lengthIn(durationMs, 2)

/** A length of time in its largest unit: `3 hours`. */
export const lengthInWords = (durationMs: number): string => lengthIn(durationMs, 1)
