/** Tells script of ordinary PDF forms from script that acts: calls that put numbers and dates in shape, what Adobe's form
 *  designer puts into every form, and calculations of a field that reach nothing outside. */
import { hash } from 'node:crypto'
import { limits } from '../../core/limits.ts'
import { type ScriptNames, staysInside } from './pdf-script-words.ts'
import { isDictionary, nameOf, type PdfDictionary, PdfReference, type PdfValue } from './pdf-syntax.ts'

/** Calls by which forms put numbers and dates in shape; forms of offices are full of them. */
const formatting =
  /^\s*(?:(?:AF(?:Number|Percent|Date|Time|Special|Simple|Range|Merge|Extract|Make)\w{0,40}|event\.\w{1,20}\s?=\s?AF\w{1,40})\s?\([^()]{0,500}\)\s*;?\s*){1,20}$/

/** Script that Adobe LiveCycle Designer and Acrobat add, without its texts (they differ by language) and blanks: the first
 *  16 digits of SHA-256. The second list is without the numbers of versions too. */
const designerShapes = new Set(['cf7f55bfe11bf04a', '2a8d260f7c3e1615', 'd870d1aac62b143b'])
const versionlessShapes = new Set([
  '8668c60593a828ee',
  'f9342cd0885061ff',
  '5a3b7fc66a0aaf20',
  'ee7e69709db2faa5',
  'a089e679cf223bb0',
  '688117b2c322225d',
  'ec6165a3e9db8621',
])

/** What reaches out of a form, or hides what it does. */
const reaching =
  /\b(?:launchURL|getURL|submitForm|mailMsg|mailDoc|mailForm|mailGetAddrs|exportDataObject|importDataObject|openDoc|newDoc|execMenuItem|importTextData|exportAsFDF|exportXFAData|saveAs|eval|unescape|fromCharCode|printf|collectEmailInfo|getIcon|getAnnots|syncAnnotScan|newPlayer|SOAP|Net|ADBC|XMLHttpRequest|readFileIntoStream|setTimeOut|setInterval|trustedFunction|beginPriv|customDictionaryOpen|getPageNthWord|spawnPageFromTemplate|colorConvertPage)\b|\\x[0-9a-f]{2}\\x|%u[0-9a-f]{4}/i

/** By whom a script is called: an event of a field (a key, a check, a sum), a click on a button or box, or another. */
export type ScriptCaller = 'field' | 'click' | 'other'

/** What a script is: nothing worth telling, a link by another name, a form's own that stays within the document, or
 *  script. `names` are those that the document's scripts define. */
export function judgePdfScript(
  code: string,
  caller: ScriptCaller,
  names: ScriptNames,
): 'none' | 'link' | 'form' | 'script' {
  if (code.trim() === '' || (code.length <= formattingMost && formatting.test(code))) return 'none'
  // Texts are cut at this bound: what stood behind it is not known.
  if (code.length >= limits.pdfScriptCharactersMax) return 'script'
  if (caller === 'click' && linkOfScript(code) !== undefined) return 'link'
  if (isDesigners(code)) return 'form'
  if (reaching.test(code)) return 'script'
  return caller === 'field' || staysInside(code, names, caller === 'click') ? 'form' : 'script'
}

/** The address that a script of one call leads to, as a link does. */
export function linkOfScript(code: string): string | undefined {
  const found =
    /^\s*(?:app\.launchURL|(?:this\.)?getURL)\s{0,20}\(\s{0,20}(?:"([^"\\]{1,2000})"|'([^'\\]{1,2000})')\s{0,20}(?:,\s{0,20}(?:true|false)\s{0,20})?\)\s{0,20};?\s*$/.exec(
      code.slice(0, formattingMost),
    )
  const target = found?.[1] ?? found?.[2] ?? ''
  return /^https?:\/\//i.test(target) ? target : undefined
}

const formattingMost = 8_192

/** Its texts may hold no address but Adobe's own. */
function isDesigners(code: string): boolean {
  const shape = code.replace(/"[^"\n]*"/g, '""').replace(/\s+/g, '')
  const digits = (text: string): string => hash('sha256', text).slice(0, 16)
  const versionless = shape.replace(/\b\d{1,3}(?:\.\d{1,3})?\b/g, '0')
  if (!designerShapes.has(digits(shape)) && !versionlessShapes.has(digits(versionless))) return false
  const addresses = code.match(/\b[a-z][a-z0-9+.-]{1,20}:\/\/[^\s"']{1,200}/gi) ?? []
  return addresses.every((address) => /^https?:\/\/(?:[a-z0-9-]{1,60}\.)?adobe\.com\//i.test(address))
}

/** What a person does in a field: keys, formats, checks, calculates; and with a button or box: enters, leaves, presses,
 *  lets go (ISO 32000-2, tables 197 and 199). */
const fieldEvents = ['K', 'F', 'V', 'C'] as const
const clickEvents = ['E', 'X', 'D', 'U', 'Fo', 'Bl'] as const

/** Actions that belong to a field or its box on a page, by their object's number or as they stand. */
export function fieldActions(
  value: PdfValue,
  resolve: (value: PdfValue | undefined) => PdfValue | undefined,
): [action: number | PdfDictionary, caller: ScriptCaller][] {
  if (!isDictionary(value)) return []
  const found: [number | PdfDictionary, ScriptCaller][] = []
  const take = (action: PdfValue | undefined, caller: ScriptCaller): void => {
    if (action instanceof PdfReference) found.push([action.number, caller])
    else if (isDictionary(action)) found.push([action, caller])
  }
  const isOnPage = nameOf(value.get('Subtype')) === 'Widget' || nameOf(value.get('Subtype')) === 'Link'
  if (isOnPage) take(value.get('A'), 'click')
  const events = resolve(value.get('AA'))
  if (!isDictionary(events)) return found
  if (isOnPage) for (const event of clickEvents) take(events.get(event), 'click')
  for (const event of fieldEvents) {
    // Pages have an event C too: for closing.
    if (event === 'C' && !value.has('FT') && !value.has('T') && !value.has('Parent')) continue
    take(events.get(event), 'field')
  }
  return found
}
