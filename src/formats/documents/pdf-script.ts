/** Tells script of ordinary PDF forms from script that acts: calls that put numbers and dates in shape, what Adobe's form
 *  designer puts into every form, and calculations of a field that reach nothing outside. */
import { hash } from 'node:crypto'
import { isDictionary, type PdfDictionary, PdfReference, type PdfValue } from './pdf-syntax.ts'

/** Calls by which forms put numbers and dates in shape; forms of offices are full of them. */
const formatting =
  /^\s*(?:(?:AF(?:Number|Percent|Date|Time|Special|Simple|Range|Merge|Extract|Make)\w{0,40}|event\.\w{1,20}\s?=\s?AF\w{1,40})\s?\([^()]{0,500}\)\s*;?\s*){1,20}$/

/** Script that Adobe LiveCycle Designer adds, without its texts (they differ by language) and blanks: the first 16 digits
 *  of SHA-256. */
const designerShapes = new Set(['cf7f55bfe11bf04a', '2a8d260f7c3e1615', 'd870d1aac62b143b'])

/** What reaches out of a form, or hides what it does. */
const reaching =
  /\b(?:launchURL|getURL|submitForm|mailMsg|mailDoc|mailForm|mailGetAddrs|exportDataObject|importDataObject|openDoc|newDoc|execMenuItem|importTextData|exportAsFDF|exportXFAData|saveAs|eval|unescape|fromCharCode|printf|collectEmailInfo|getIcon|getAnnots|syncAnnotScan|newPlayer|SOAP|Net|ADBC|XMLHttpRequest|readFileIntoStream|setTimeOut|setInterval|trustedFunction|beginPriv|customDictionaryOpen|getPageNthWord|spawnPageFromTemplate|colorConvertPage)\b|\\x[0-9a-f]{2}\\x|%u[0-9a-f]{4}/i

/** What a script is: nothing worth telling, a calculation of a form, or script. */
export function judgePdfScript(code: string, isOfField: boolean): 'none' | 'form' | 'script' {
  const text = code.slice(0, 65_536)
  if (text.trim() === '' || formatting.test(text.slice(0, 8_192))) return 'none'
  if (isDesigners(text)) return 'form'
  return isOfField && !reaching.test(text) ? 'form' : 'script'
}

/** Its texts may hold no address but Adobe's own. */
function isDesigners(code: string): boolean {
  const shape = code.replace(/"[^"\n]*"/g, '""').replace(/\s+/g, '')
  if (!designerShapes.has(hash('sha256', shape).slice(0, 16))) return false
  const addresses = code.match(/\b[a-z][a-z0-9+.-]{1,20}:\/\/[^\s"']{1,200}/gi) ?? []
  return addresses.every((address) => /^https?:\/\/(?:[a-z0-9-]{1,60}\.)?adobe\.com\//i.test(address))
}

/** What a person does in a field: keys, formats, checks, calculates (ISO 32000-2, table 199). */
const fieldEvents = ['K', 'F', 'V', 'C'] as const

/** Actions of a field's own events, by their object's number or as they stand. */
export function fieldActions(
  value: PdfValue,
  resolve: (value: PdfValue | undefined) => PdfValue | undefined,
): (number | PdfDictionary)[] {
  if (!isDictionary(value)) return []
  const events = resolve(value.get('AA'))
  if (!isDictionary(events)) return []
  const found: (number | PdfDictionary)[] = []
  for (const event of fieldEvents) {
    // Pages have an event C too: for closing.
    if (event === 'C' && !value.has('FT') && !value.has('T') && !value.has('Parent')) continue
    const action = events.get(event)
    if (action instanceof PdfReference) found.push(action.number)
    else if (isDictionary(action)) found.push(action)
  }
  return found
}
