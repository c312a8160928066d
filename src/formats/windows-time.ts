/** Times as Windows events carry them outside EVTX: ISO 8601 with or without a zone, seconds or milliseconds since 1970, and
 *  `/Date(…)/` as PowerShell 5 writes it. It does not guess a zone: a time without one takes the office's. */
import type { EventField } from './event.ts'

const minuteMs = 60_000
/** Below it a number counts seconds, from it on milliseconds: 5138 and 1973 are both far from any log. */
const firstMilliseconds = 1e11

const digitAt = (text: string, at: number): number => {
  const value = text.charCodeAt(at) - 48
  return value >= 0 && value <= 9 ? value : Number.NaN
}
const twoAt = (text: string, at: number): number => digitAt(text, at) * 10 + digitAt(text, at + 1)

/** Minutes east of UTC that a zone says; undefined where there is none, NaN where it is none. */
function zoneMinutes(text: string, from: number): number | undefined {
  let at = from
  while (text[at] === ' ') at++
  const sign = text[at]
  if (sign === undefined) return undefined
  if (sign === 'Z' || sign === 'z') return 0
  if (text.startsWith('UTC', at) || text.startsWith('GMT', at)) return 0
  if (sign !== '+' && sign !== '-') return Number.NaN
  const minutes = text[at + 3] === ':' ? twoAt(text, at + 4) : text.length >= at + 5 ? twoAt(text, at + 3) : 0
  return (twoAt(text, at + 1) * 60 + minutes) * (sign === '-' ? -1 : 1)
}

function isoMs(text: string, utcOffsetMinutes: number): number {
  const year = twoAt(text, 0) * 100 + twoAt(text, 2)
  const gap = text.charCodeAt(10)
  if (text.charCodeAt(4) !== 45 || text.charCodeAt(7) !== 45 || (gap !== 84 && gap !== 32)) return Number.NaN
  const hasSeconds = text.charCodeAt(16) === 58
  const seconds = hasSeconds ? twoAt(text, 17) : 0
  let at = hasSeconds ? 19 : 16
  let thousandths = 0
  if (text[at] === '.' || text[at] === ',') {
    let worth = 100
    for (at++; digitAt(text, at) >= 0; at++) {
      thousandths += Math.floor(digitAt(text, at) * worth)
      worth /= 10
      if (worth < 1) worth = 0
    }
  }
  const zone = zoneMinutes(text, at) ?? utcOffsetMinutes
  const [month, day, hour, minute] = [twoAt(text, 5), twoAt(text, 8), twoAt(text, 11), twoAt(text, 14)]
  const fits = month >= 1 && month <= 12 && day >= 1 && day <= 31 && hour < 24 && minute < 60 && seconds <= 60
  if (!fits) return Number.NaN
  return Date.UTC(year, month - 1, day, hour, minute, seconds, thousandths) - zone * minuteMs
}

/** Milliseconds since 1970 of a value that an event gives as its time; NaN where it is none. */
export function windowsTimeMs(value: EventField | undefined, utcOffsetMinutes = 0): number {
  if (typeof value === 'number') return value > 0 ? (value < firstMilliseconds ? value * 1000 : value) : Number.NaN
  if (typeof value !== 'string') return Number.NaN
  if (value.length >= 16 && value.charCodeAt(4) === 45) return isoMs(value, utcOffsetMinutes)
  const inner = value.startsWith('/Date(') ? value.slice(6, value.indexOf(')')) : value
  return inner === '' || inner.length > 24 ? Number.NaN : windowsTimeMs(Number(inner.split(/[+-]/, 1)[0]))
}
