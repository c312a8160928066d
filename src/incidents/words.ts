/** Numbers, times and the vocabulary of findings in words that a county clerk reads without help. Pure: no clock, no
 *  locale of the machine, so that the same input reads the same everywhere. */
import { type Exposure, type FindingKind, type Level, type Outcome, watchOf } from '../core/finding.ts'

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
const smallNumbers = ['no', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten'] as const

const secondMs = 1000
const minuteMs = 60 * secondMs
const hourMs = 60 * minuteMs
const dayMs = 24 * hourMs

/** `306119` is `306,119`. */
export const countInDigits = (count: number): string => Math.round(count).toLocaleString('en-US')

/** Up to ten in letters, then in digits. */
export const countInWords = (count: number): string => smallNumbers[count] ?? countInDigits(count)

/** `1 line`, `2 lines`. */
export const counted = (count: number, singular: string, plural = `${singular}s`): string =>
  `${countInDigits(count)} ${count === 1 ? singular : plural}`

/** The first letter in upper case. */
export const capitalised = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1)

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

/** A length of time, in its two largest units: `19 days and 13 hours`. */
export function durationInWords(durationMs: number): string {
  if (!(durationMs >= secondMs)) return 'less than a second'
  const units = [
    [dayMs, 'day'],
    [hourMs, 'hour'],
    [minuteMs, 'minute'],
    [secondMs, 'second'],
  ] as const
  const at = units.findIndex(([unitMs]) => durationMs >= unitMs)
  const [unitMs, unit] = units[at] as (typeof units)[number]
  const whole = Math.floor(durationMs / unitMs)
  const next = units[at + 1]
  const rest = next === undefined ? 0 : Math.floor((durationMs - whole * unitMs) / next[0])
  return next === undefined || rest === 0
    ? counted(whole, unit)
    : `${counted(whole, unit)} and ${counted(rest, next[1])}`
}

/** `1.4 GB`, in decimal units as disks and hosting bills have them. */
export function bytesInWords(bytes: number): string {
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB'] as const
  let value = bytes
  let unit = 0
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000
    unit++
  }
  return `${unit === 0 || value >= 100 ? Math.round(value) : Number(value.toPrecision(2))} ${units[unit]}`
}

/** How sure, in words first. The bounds follow the words of estimative probability in ICD 203 (2015). */
export function sureness(confidence: number): string {
  const percent = Math.round(Math.min(1, Math.max(0, confidence)) * 100)
  if (percent >= 95) return `Almost certain (${percent} in 100).`
  if (percent >= 80) return `Very likely (${percent} in 100).`
  if (percent >= 55) return `Likely (${percent} in 100).`
  if (percent >= 45) return `As likely as not (${percent} in 100).`
  return `Not sure (${percent} in 100). Have somebody look at the evidence.`
}

/** What a level asks of the reader. */
export const levelWords: Readonly<Record<Level, string>> = {
  critical: 'CRITICAL: act now',
  high: 'HIGH: act today',
  medium: 'MEDIUM: look at it this week',
  low: 'LOW: good to know',
  informational: 'FOR INFORMATION',
}

/** Each kind of finding: plain words first, and the field's own term for those who look it up. */
export const kindWords: Readonly<Record<FindingKind, { readonly plain: string; readonly term: string }>> = {
  'sql-injection': { plain: 'database commands typed into the website', term: 'SQL injection' },
  'new-statement': { plain: 'the database asked something new', term: 'new statement shape' },
  enumeration: { plain: 'voter records looked up one after another', term: 'enumeration' },
  scan: { plain: 'a search for weak spots', term: 'vulnerability scan' },
  'authorised-scan': { plain: 'a security test that your office ordered', term: 'authorised scan' },
  'password-guessing': { plain: 'many passwords tried on an account', term: 'password guessing' },
  'password-spraying': { plain: 'the same passwords tried on many accounts', term: 'password spraying' },
  'after-block': { plain: 'a blocked address that keeps trying', term: 'traffic after a block' },
  'mail-impersonation': { plain: 'a mail in somebody else’s name', term: 'impersonation' },
  'mail-phishing': { plain: 'a mail that is out for passwords or money', term: 'phishing' },
  'mail-campaign': { plain: 'the same bad mail to several people', term: 'phishing campaign' },
  'mail-unreadable': { plain: 'a mail that could not be read', term: 'unreadable mail' },
  'rule-match': { plain: 'a machine that did what attackers do', term: 'Sigma rule match' },
  'software-changed': { plain: 'software that is not what it should be', term: 'software integrity' },
  'limit-reached': { plain: 'more than Bellwether could keep track of', term: 'limit reached' },
  'source-silent': { plain: 'a log that has stopped coming', term: 'silent source' },
  'source-clock': { plain: 'a clock that is wrong', term: 'clock offset' },
  'record-set-aside': { plain: 'a line that Bellwether failed on', term: 'record set aside' },
  'messages-lost': { plain: 'messages that were lost on the way', term: 'message loss' },
  'bundle-refused': { plain: 'a file that was not signed as it should be', term: 'bundle refused' },
}

/** What came of it, as far as the logs show. */
const outcomeWords: Readonly<Record<Outcome, string>> = {
  attempt: 'It was tried. The logs show no sign that it worked.',
  probe: 'The site reacted, with an error or a delay. That helps an attacker.',
  success: 'It worked, as far as the logs show.',
}

/** What came of it. Of a mail nobody sees whether it was opened. */
export const outcomeSentence = (outcome: Outcome, kinds: readonly FindingKind[]): string =>
  outcome === 'attempt' && kinds.every((kind) => watchOf[kind] === 'mail')
    ? 'It came to the office. Whether anybody opened or answered it, nothing here shows: ask.'
    : outcomeWords[outcome]

/** `about 7,948 voter records (at least 7,900, at most 8,100)`; bounds that say nothing more are left out. */
export function exposureInWords(exposure: Exposure): string {
  const { recordsMin, recordsMax, recordsLikely } = exposure
  const bounded = Number.isFinite(recordsMax)
  if (bounded && recordsMin === recordsMax) {
    return recordsMax === 0 ? 'no voter records' : counted(recordsMax, 'voter record')
  }
  const most = bounded ? `at most ${countInDigits(recordsMax)}` : 'how many at most, the logs do not show'
  return `about ${counted(recordsLikely, 'voter record')} (at least ${countInDigits(recordsMin)}, ${most})`
}
