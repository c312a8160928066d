/** What all log writers share: how a server writes a time, and how nginx escapes a field. */

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const
const two = (n: number): string => String(n).padStart(2, '0')

const offsetText = (minutes: number, separator: string): string => {
  const size = Math.abs(minutes)
  return `${minutes < 0 ? '-' : '+'}${two(Math.floor(size / 60))}${separator}${two(size % 60)}`
}

/** `14/Sep/2026:08:20:07 -0500`, the time of combined logs. */
export function combinedTime(timeMs: number, utcOffsetMinutes: number): string {
  const local = new Date(timeMs + utcOffsetMinutes * 60_000)
  const day = `${two(local.getUTCDate())}/${months[local.getUTCMonth()]}/${local.getUTCFullYear()}`
  return `${day}:${two(local.getUTCHours())}:${two(local.getUTCMinutes())}:${two(local.getUTCSeconds())} ${offsetText(utcOffsetMinutes, '')}`
}

/** `2026-09-14T08:20:07-05:00`. */
export function isoTime(timeMs: number, utcOffsetMinutes: number): string {
  return `${new Date(timeMs + utcOffsetMinutes * 60_000).toISOString().slice(0, 19)}${offsetText(utcOffsetMinutes, ':')}`
}

/** `2026-09-14 13:20:07.123 UTC`, PostgreSQL's `%m` with `log_timezone = 'UTC'`. */
export const postgresTime = (timeMs: number): string =>
  `${new Date(timeMs).toISOString().replace('T', ' ').slice(0, 23)} UTC`

const needsEscape = /["\\\u0000-\u001f\u007f-\uffff]/

/** nginx `log_format ... escape=default`: `"`, `\`, control characters and bytes from 127 as `\xHH`. */
export function nginxEscape(text: string): string {
  if (!needsEscape.test(text)) return text
  let result = ''
  for (const byte of new TextEncoder().encode(text)) {
    const plain = byte >= 32 && byte < 127 && byte !== 34 && byte !== 92
    result += plain ? String.fromCharCode(byte) : `\\x${byte.toString(16).toUpperCase().padStart(2, '0')}`
  }
  return result
}
