/** Audit logs in XML: elements (`audit_log_format=NEW`) and attributes (`OLD`), as MySQL Enterprise Audit and
 *  Percona's audit log plugin write them (MySQL manual, "Audit Log File Formats"). Reads only what those writers
 *  write: it is no XML parser, knows no entities but the predefined and numeric ones, and follows no declarations. */
import type { Place } from '../core/place.ts'
import { type Framer, frameLine, type Problem, type Reading, type Units } from './database-reader.ts'
import type { DatabaseClock } from './database-time.ts'
import { readAuditEntry } from './mysql-audit-entry.ts'

const notARecord: Problem = { reason: 'not-this-format', message: 'The entry is not an AUDIT_RECORD element.' }
const fieldsMissing: Problem = {
  reason: 'unexpected-fields',
  message: 'The entry lacks fields that every entry of a MySQL audit log has.',
}

const openTag = [...'<AUDIT_RECORD'].map((letter) => letter.charCodeAt(0))
const closeTag = [...'</AUDIT_RECORD>'].map((letter) => letter.charCodeAt(0))
const greater = 62
const less = 60
const slash = 47
const quote = 34
const lineFeed = 10

function holds(units: Units, at: number, end: number, letters: readonly number[]): boolean {
  if (at + letters.length > end) return false
  for (let i = 0; i < letters.length; i++) if (units[at + i] !== letters[i]) return false
  return true
}

/** Frames an AUDIT_RECORD, or one line of what stands around the records. The writers escape `<`, so another record's
 *  opening before the end shows that an entry was torn: `broken`. */
export const xmlRecordFramer: Framer = (units, start, end, last, frame) => {
  if (!frameLine(units, start, end, last, frame)) return 'open'
  let at = start
  while (at < frame.end && (units[at] === 32 || units[at] === 9)) at++
  if (!holds(units, at, frame.end, openTag)) return 'whole'
  const isElements = units[at + openTag.length] === greater
  const stop = isElements ? endOfElements(units, at + 1, end, frame) : endOfAttributes(units, at + 1, end, frame)
  if (stop < 0) return stop === -1 ? 'open' : 'broken'
  const { lines } = frame
  if (!frameLine(units, stop, end, last, frame)) return 'open'
  for (let i = stop; i < frame.end; i++) if ((units[i] as number) > 32) return 'broken'
  frame.lines = lines
  return 'whole'
}

/** Past the closing tag; -1 where it is not there, -2 where another record opens before it. */
function endOfElements(units: Units, from: number, end: number, frame: { lines: number }): number {
  let lines = 1
  for (let at = from; at < end; at++) {
    const unit = units[at]
    if (unit === lineFeed) lines++
    else if (unit === less) {
      if (holds(units, at, end, closeTag)) {
        frame.lines = lines
        return at + closeTag.length
      }
      if (holds(units, at, end, openTag)) return -2
    }
  }
  return -1
}

/** Past the `/>`, which counts outside of quotes only; -1 and -2 as above. */
function endOfAttributes(units: Units, from: number, end: number, frame: { lines: number }): number {
  let lines = 1
  let isQuoted = false
  for (let at = from; at < end; at++) {
    const unit = units[at]
    if (unit === lineFeed) lines++
    else if (unit === quote) isQuoted = !isQuoted
    else if (unit === less && holds(units, at, end, openTag)) return -2
    else if (!isQuoted && unit === slash && units[at + 1] === greater) {
      frame.lines = lines
      return at + 2
    }
  }
  return -1
}

const named: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" }

/** Undoes the predefined and numeric references; any other stays as it is. */
function unescapeXml(text: string): string {
  if (!text.includes('&')) return text
  return text.replace(/&(?:#(\d{1,7})|#x([0-9a-fA-F]{1,6})|(lt|gt|amp|quot|apos));/g, (whole, decimal, hex, name) => {
    if (name !== undefined) return named[name as string] as string
    const code = decimal === undefined ? Number.parseInt(hex as string, 16) : Number(decimal)
    return code > 0x10ffff ? whole : String.fromCodePoint(code)
  })
}

/** The fields of a record by name, whichever of the two forms it has. */
function fieldsOf(text: string): Map<string, string> {
  const fields = new Map<string, string>()
  const isElements = /^\s*<AUDIT_RECORD>/.test(text)
  const pattern = isElements ? /<([A-Z_]{1,40})>([^<]*)<\/\1>/g : /"?\b([A-Z_]{1,40})"?="([^"]*)"/g
  for (const found of text.matchAll(pattern)) {
    fields.set((found[1] as string).replace(/^(?:RECORD_ID|RECORD)$/, 'RECORD'), unescapeXml(found[2] as string))
  }
  return fields
}

const around = /^\s*(?:<\?xml [^>]{0,200}\?>|<\/?AUDIT>)\s*$/

/** Reads one record. The declaration and the element around the records are passed over. */
export function interpretAuditXml(text: string, place: Place, clock: DatabaseClock): Reading {
  if (!/^\s*<AUDIT_RECORD[\s>]/.test(text)) return around.test(text) ? 'filler' : notARecord
  const fields = fieldsOf(text)
  const at = (name: string): string => fields.get(name) ?? ''
  if (at('TIMESTAMP') === '' || at('NAME') === '') return fieldsMissing
  const table = [at('DB'), at('TABLE')].filter(Boolean).join('.')
  return readAuditEntry(
    {
      time: at('TIMESTAMP'),
      command: at('NAME'),
      user: at('USER'),
      host: at('HOST'),
      ip: at('IP'),
      database: at('DB'),
      session: at('CONNECTION_ID'),
      status: at('STATUS'),
      text: at('SQLTEXT'),
      objects: at('TABLE') === '' ? undefined : [table],
    },
    place,
    clock,
  )
}
