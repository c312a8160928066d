/** CEF and LEEF, in which firewalls, mail gateways and other appliances tell what they saw: a head of fields between bars,
 *  then keys and values; alone or behind a syslog header. */
import { limits } from '../../core/limits.ts'
import type { EventRecord } from '../event.ts'
import { type EventLine, type EventLineParser, EventLineReader, recogniseByLines } from '../events/event-lines.ts'
import {
  aboutField,
  anyTimeMs,
  calendarMs,
  type EventProblem,
  monthOf,
  textOf,
  yearlessMs,
} from '../events/event-values.ts'
import { type EventFields, FieldEvent } from '../events/field-event.ts'
import type { EventFormat, FormatOptions } from '../format.ts'
import { readSyslogLine } from '../linux/syslog-line.ts'

/** How the two differ. */
interface Dialect {
  readonly name: string
  readonly mark: string
  readonly heads: readonly string[]
  readonly timeKeys: readonly string[]
  readFields(rest: string, fields: EventFields): void
}

const noHead: EventProblem = {
  reason: 'not-this-format',
  message: 'This line has no CEF or LEEF head, or not all of it.',
}

/** ArcSight Common Event Format, "Header" and "Extension": `\|` and `\\` in the head, `\=`, `\\`, `\n` and `\r` in values. */
const cef: Dialect = {
  name: 'cef',
  mark: 'CEF:',
  heads: ['CefVersion', 'DeviceVendor', 'DeviceProduct', 'DeviceVersion', 'SignatureID', 'Name', 'Severity'],
  timeKeys: ['rt', 'end', 'start', 'deviceCustomDate1'],
  readFields: readCefExtension,
}

/** QRadar Log Event Extended Format 1.0 (tabs) and 2.0 (a delimiter of its own, also as `x5E` or `0x5E`). */
const leef: Dialect = {
  name: 'leef',
  mark: 'LEEF:',
  heads: ['LeefVersion', 'DeviceVendor', 'DeviceProduct', 'DeviceVersion', 'EventID'],
  timeKeys: ['devTime'],
  readFields: (rest, fields) => {
    let delimiter = '\t'
    let attributes = rest
    if (textOf(fields.get('LeefVersion')).startsWith('2')) {
      const bar = rest.indexOf('|')
      const written = bar >= 0 && bar <= 6 ? rest.slice(0, bar) : undefined
      if (written !== undefined) {
        attributes = rest.slice(bar + 1)
        const code = /^(?:0?x)([0-9a-fA-F]{1,4})$/.exec(written)?.[1]
        if (written !== '') delimiter = code === undefined ? written : String.fromCharCode(Number.parseInt(code, 16))
      }
    }
    for (const part of attributes.split(delimiter, limits.eventFieldsMax)) {
      const equals = part.indexOf('=')
      if (equals > 0) fields.set(part.slice(0, equals).trim(), part.slice(equals + 1))
    }
  },
}

const cefKey = /(?:^|\s)([\w.\-[\]]{1,128})=/g

function readCefExtension(rest: string, fields: EventFields): void {
  let key = ''
  let valueStart = 0
  const take = (end: number): void => {
    if (key === '' || fields.size >= limits.eventFieldsMax) return
    fields.set(
      key,
      rest
        .slice(valueStart, end)
        .trimEnd()
        .replace(/\\([=\\nr|])/g, (_, mark: string) => (mark === 'n' ? '\n' : mark === 'r' ? '\r' : mark)),
    )
  }
  for (const found of rest.matchAll(cefKey)) {
    take(found.index)
    key = found[1] as string
    valueStart = found.index + found[0].length
  }
  take(rest.length)
  // `cs1Label=Rule cs1=x` names what the custom field is: `Rule` is `x`.
  for (const [name, value] of [...fields]) {
    if (!name.endsWith('Label') || typeof value !== 'string' || value === '') continue
    const custom = fields.get(name.slice(0, -'Label'.length))
    if (custom !== undefined && !fields.has(value)) fields.set(value, custom)
  }
}

/** The parts of the head, which end at bars that are not escaped; undefined where there are too few. */
function readHead(text: string, dialect: Dialect): { fields: EventFields; rest: string } | undefined {
  const fields: EventFields = new Map()
  let at = dialect.mark.length
  for (const name of dialect.heads) {
    let end = at
    while (end < text.length && text[end] !== '|') end += text[end] === '\\' ? 2 : 1
    const isLast = name === dialect.heads.at(-1)
    if (end >= text.length && !isLast) return undefined
    fields.set(name, text.slice(at, end).replace(/\\([|\\])/g, '$1'))
    at = end + 1
  }
  return /^\d/.test(textOf(fields.get(dialect.heads[0] as string))) ? { fields, rest: text.slice(at) } : undefined
}

const monthFirst = /^([A-Za-z]{3}) (\d{1,2})(?: (\d{4}))? (\d{1,2}):(\d{2}):(\d{2})(?:\.(\d{1,3}))?(?: (UTC|GMT|Z))?/

/** A time in any of the forms that CEF and LEEF allow; without a zone it is the device's. */
function deviceTimeMs(text: string, { utcOffsetMinutes = 0, referenceMs }: FormatOptions): number {
  const any = anyTimeMs(text, utcOffsetMinutes)
  if (!Number.isNaN(any)) return any
  const parts = monthFirst.exec(text)
  if (parts === null) return Number.NaN
  const [, month = '', day, year, hour, minute, second, fraction = '', zone] = parts
  const offsetMs = (zone === undefined ? utcOffsetMinutes : 0) * 60_000
  const inYear = (each: number): number =>
    calendarMs(each, monthOf(month), Number(day), Number(hour), Number(minute), Number(second)) +
    Number(fraction.padEnd(3, '0')) -
    offsetMs
  return year === undefined ? yearlessMs(inYear, referenceMs) : inYear(Number(year))
}

class SecurityEventParser implements EventLineParser {
  readonly #dialect: Dialect
  readonly #options: FormatOptions

  constructor(dialect: Dialect, options: FormatOptions) {
    this.#dialect = dialect
    this.#options = options
  }

  parse(line: EventLine): EventRecord | EventProblem {
    const dialect = this.#dialect
    const text = line.text()
    const start = text.indexOf(dialect.mark)
    const read = start < 0 || start > limits.logPrefixCharactersMax ? undefined : readHead(text.slice(start), dialect)
    if (read === undefined) return noHead
    const { fields, rest } = read
    dialect.readFields(rest, fields)
    const header = start === 0 ? undefined : readSyslogLine(line.bytes, line.start, line.end, this.#options)
    const written = dialect.timeKeys.map((key) => textOf(fields.get(key))).find((each) => each !== '')
    const ownMs = written === undefined ? Number.NaN : deviceTimeMs(written, this.#options)
    const timeMs = Number.isNaN(ownMs) ? (header?.timeMs ?? Number.NaN) : ownMs
    const computer = textOf(fields.get('dvchost')) || header?.host || textOf(fields.get('dvc'))
    const isNetwork = fields.has('src') && (fields.has('dst') || fields.has('dpt') || fields.has('dstPort'))
    fields.set(aboutField, fields.has('request') || fields.has('url') ? 'web' : isNetwork ? 'network' : 'other')
    const facts = { format: dialect.name, place: line.place, timeMs, computer, kindOf: this.#options.kindOf }
    return new FieldEvent(facts, () => fields)
  }
}

const formatOf = (dialect: Dialect, title: string): EventFormat => ({
  kind: 'events',
  name: dialect.name,
  title,
  cut: 'lines',
  readsSyslog: true,
  recognise: (sample) => recogniseByLines(sample, new EventLineReader(new SecurityEventParser(dialect, {}))),
  open: (options) => new EventLineReader(new SecurityEventParser(dialect, options)),
})

/** Common Event Format. */
export const commonEvents: EventFormat = formatOf(cef, 'Firewalls and other appliances (CEF)')
/** Log Event Extended Format. */
export const extendedEvents: EventFormat = formatOf(leef, 'Firewalls and other appliances (LEEF)')
