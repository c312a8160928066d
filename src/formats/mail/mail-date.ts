/** Dates of mail (RFC 5322, sections 3.3 and 4.3), and those of mailbox separators, as milliseconds since the epoch. */

const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
/** Minutes east of UTC of the zones that RFC 5322 section 4.3 names; all other names count as UTC. */
const zones: Readonly<Record<string, number>> = {
  est: -300,
  edt: -240,
  cst: -360,
  cdt: -300,
  mst: -420,
  mdt: -360,
  pst: -480,
  pdt: -420,
}
const charactersRead = 120

function zoneMinutes(zone: string | undefined): number {
  if (zone === undefined) return 0
  const offset = /^([+-])(\d{2}):?(\d{2})$/.exec(zone)
  if (offset === null) return zones[zone.toLowerCase()] ?? 0
  const minutes = Number(offset[2]) * 60 + Number(offset[3])
  return offset[1] === '-' ? -minutes : minutes
}

function fullYear(text: string): number {
  const year = Number(text)
  if (text.length > 2) return text.length === 3 ? year + 1900 : year
  return year < 50 ? year + 2000 : year + 1900
}

const dayFirst =
  /(?:^|[\s,])(\d{1,2})[\s-]([A-Za-z]{3})[a-z]{0,6}[\s-](\d{2,4})\s(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d{1,9})?)?(?:\s([+-]\d{2}:?\d{2}|[A-Za-z]{1,5}))?/
const monthFirst =
  /(?:^|\s)([A-Za-z]{3})\s(\d{1,2})\s(\d{1,2}):(\d{2})(?::(\d{2}))?(?:\s(?:[A-Z]{1,5}|([+-]\d{4})))?\s(\d{4})(?:\s([+-]\d{4}))?/

function timeOf(parts: readonly (string | undefined)[], zone: string | undefined): number {
  const [year, month, day, hour, minute, second] = parts
  const index = months.indexOf((month ?? '').toLowerCase())
  const numbers = [day, hour, minute, second ?? '0'].map(Number) as [number, number, number, number]
  if (index < 0 || numbers[0] < 1 || numbers[0] > 31 || numbers[1] > 24 || numbers[2] > 59 || numbers[3] > 60)
    return Number.NaN
  return Date.UTC(fullYear(year ?? ''), index, ...numbers) - zoneMinutes(zone) * 60_000
}

/** `Thu, 3 Nov 2022 04:56:17 +0000`, or the asctime form `Thu Nov  3 04:56:17 2022`; NaN where it is neither. */
export function parseMailDate(text: string): number {
  const flat = text.slice(0, charactersRead).replace(/\s+/g, ' ')
  const found = dayFirst.exec(flat)
  if (found !== null) return timeOf([found[3], found[2], found[1], found[4], found[5], found[6]], found[7])
  const other = monthFirst.exec(flat)
  if (other === null) return Number.NaN
  return timeOf([other[7], other[1], other[2], other[3], other[4], other[5]], other[6] ?? other[8])
}
