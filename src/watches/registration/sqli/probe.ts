/** Text that only asks how a page reacts: a lone quote, unbalanced quotes and brackets, a bare SQL word, arithmetic on
 *  small numbers. Never an attack by itself; all of it is weak. */
import type { Sign } from './scene.ts'

const probe = (confidence: number): Sign => ({ technique: 'quote-probe', confidence })

/** A weak sign, below 0.5, or null. */
export function probeSign(text: string): Sign | null {
  if (text.length > 200) return null
  if (isNoise(text)) return probe(0.35)
  if (/^[-'"=;()<>#&+*/,.|!@\\\s]{2,12}$/.test(text) && /['";]|--/.test(text)) return probe(0.25)
  // A quote at either end of a value that has no spaces; between letters it is an apostrophe.
  if (/^[^\s'"]{0,80}\\?['"]+[);]{0,6}\s?$/.test(text) || /^['"][^\s'"]{0,80}$/.test(text)) return probe(0.25)
  if (/^-?\d{1,12}\s?(?:[-+]0|\*\d{1,4}|\/[01])$/.test(text)) return { technique: 'other', confidence: 0.2 }
  return isBareSql(text) ? { technique: 'other', confidence: 0.2 } : null
}

/** Six or more of quote, bracket, comma, point in disorder, with little else; or such a run inside a random word. */
function isNoise(text: string): boolean {
  if (!/['"]/.test(text) || text.includes('{') || text.includes('[')) return false
  if (/^\w{0,24}['"(),.]{6,12}\w{0,4}$/.test(text)) return /[()]/.test(text) || /'.*"|".*'/.test(text)
  return /^\w{0,32}\s?[<>'"();%&+]{3,12}\w{0,12}$/.test(text) && /['"].*[<>'"(]|[<>(].*['"]/.test(text)
}

const bareSql = /^(?:union(?: all)? select|order by|group by|waitfor|truncate|exec|union all|drop table|delete from)$/

const isBareSql = (text: string): boolean =>
  text.length < 40 && bareSql.test(text.trim().toLowerCase().replace(/\s+/g, ' '))
