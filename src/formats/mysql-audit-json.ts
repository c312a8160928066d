/** Audit logs in JSON: MySQL Enterprise Audit and Percona's audit log filter (a JSON array whose elements may spread
 *  over lines; MySQL manual, "Audit Log File Formats"), Percona's audit log plugin and the former McAfee plugin (an
 *  object a line). Finds one object's end and reads it. */
import { limits } from '../core/limits.ts'
import type { Place } from '../core/place.ts'
import { type Framer, frameLine, type Problem, type Reading, type Units } from './database-reader.ts'
import type { DatabaseClock } from './database-time.ts'
import { readAuditEntry } from './mysql-audit-entry.ts'

const notJson: Problem = { reason: 'not-this-format', message: 'The entry is not a JSON object.' }
const fieldsMissing: Problem = {
  reason: 'unexpected-fields',
  message: 'The entry lacks fields that every entry of a MySQL audit log has.',
}

const openBrace = 123
const closeBrace = 125
const openBracket = 91
const closeBracket = 93
const quote = 34
const backslash = 92
const comma = 44
const colon = 58
const lineFeed = 10

const isSpace = (unit: number): boolean => unit === 32 || unit === 9 || unit === 13 || unit === lineFeed

/** Frames a JSON object that begins at `start`, with the comma and bracket of the array around it. An object where a
 *  key must stand, or a line end within a string, shows that an entry was torn: `broken`. The bound on nesting also bounds how
 *  often the lines of a torn entry are looked at. */
export const jsonObjectFramer: Framer = (units, start, end, last, frame) => {
  let depth = 0
  let lines = 1
  let before = colon
  for (let at = start; at < end; at++) {
    const unit = units[at] as number
    if (unit === quote) {
      at = skipString(units, at + 1, end)
      if (at === end) return 'open'
      if (at < 0) return 'broken'
    } else if (unit === lineFeed) lines++
    else if (unit === openBrace || unit === openBracket) {
      if (unit === openBrace && before !== colon && before !== openBracket && before !== comma) return 'broken'
      if (unit === openBrace && before === comma && depth < 2) return 'broken'
      if (++depth > limits.auditNestingMax) return 'broken'
    } else if (unit === closeBrace || unit === closeBracket) {
      if (--depth === 0) return finishObject(units, at + 1, end, last, lines, frame)
      if (depth < 0) return 'broken'
    }
    if (!isSpace(unit)) before = unit
  }
  return 'open'
}

/** The closing quote of the string whose text begins at `from`; `end` where there is none, -1 at a line end. */
function skipString(units: Units, from: number, end: number): number {
  for (let at = from; at < end; at++) {
    const unit = units[at] as number
    if (unit === quote) return at
    if (unit === lineFeed) return -1
    if (unit === backslash && units[at + 1] !== lineFeed) at++
  }
  return end
}

/** Takes what the array puts behind an element (`,`, `]`) and the line end. */
function finishObject(
  units: Units,
  from: number,
  end: number,
  last: boolean,
  lines: number,
  frame: { end: number; next: number; lines: number },
): 'whole' | 'open' | 'broken' {
  if (!frameLine(units, from, end, last, frame)) return 'open'
  for (let at = from; at < frame.end; at++) {
    const unit = units[at] as number
    if (!isSpace(unit) && unit !== comma && unit !== closeBracket) return 'broken'
  }
  frame.lines = lines
  return 'whole'
}

type JsonObject = Readonly<Record<string, unknown>>

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const objectOf = (value: unknown): JsonObject => (isObject(value) ? value : {})
const textOf = (value: unknown): string =>
  typeof value === 'string' ? value : typeof value === 'number' && Number.isFinite(value) ? String(value) : ''
const countOf = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined

/** Percona's plugin escapes only quotes, backslashes and line ends, so tabs and other control characters of a statement
 *  stand bare, which JSON forbids; they are escaped before a second try. */
function parseObject(text: string): JsonObject | null {
  const body = text.replace(/[\s,\]]{0,16}$/, '')
  for (const candidate of [body, escapeControls(body)]) {
    try {
      const value: unknown = JSON.parse(candidate)
      return isObject(value) ? value : null
    } catch {}
  }
  return null
}

const escapeControls = (text: string): string =>
  text.replace(/[\0-\x1f]/g, (control) =>
    control === '\n' || control === '\r' ? control : `\\u${control.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )

/** Reads one object. `hasGeneral` remembers that the log holds `general` status entries, so that the `query` entries
 *  that repeat them (Percona's audit log filter writes both) are passed over. */
export function interpretAuditJson(
  text: string,
  place: Place,
  clock: DatabaseClock,
  memory: { hasGeneral: boolean },
): Reading {
  const object = parseObject(text)
  if (object === null) return notJson
  if (isObject(object.audit_record)) return readPercona(object.audit_record, place, clock)
  if (typeof object['msg-type'] === 'string') return readMcAfee(object, place, clock)
  if (typeof object.timestamp !== 'string' || typeof object.class !== 'string') return fieldsMissing
  return readEnterprise(object, place, clock, memory)
}

function readPercona(entry: JsonObject, place: Place, clock: DatabaseClock): Reading {
  if (typeof entry.name !== 'string' || typeof entry.timestamp !== 'string') return fieldsMissing
  return readAuditEntry(
    {
      time: entry.timestamp,
      command: entry.name,
      user: textOf(entry.user),
      host: textOf(entry.host),
      ip: textOf(entry.ip),
      database: textOf(entry.db),
      session: textOf(entry.connection_id),
      status: textOf(entry.status),
      text: textOf(entry.sqltext),
    },
    place,
    clock,
  )
}

function readMcAfee(entry: JsonObject, place: Place, clock: DatabaseClock): Reading {
  if (entry['msg-type'] !== 'activity') return null
  const objects = Array.isArray(entry.objects) ? entry.objects.filter(isObject) : []
  const text = textOf(entry.query)
  return readAuditEntry(
    {
      time: textOf(entry.date),
      command: text === '' || entry.cmd === 'Connect' || entry.cmd === 'Quit' ? 'Quit' : 'Query',
      user: textOf(entry.user),
      host: textOf(entry.host),
      ip: textOf(entry.ip),
      database: '',
      session: textOf(entry['thread-id']),
      status: textOf(entry.status),
      text,
      rows: countOf(typeof entry.rows === 'string' ? Number(entry.rows) : entry.rows),
      objects: objects
        .map((object) => [textOf(object.db), textOf(object.name)].filter(Boolean).join('.'))
        .filter(Boolean),
    },
    place,
    clock,
  )
}

function readEnterprise(
  entry: JsonObject,
  place: Place,
  clock: DatabaseClock,
  memory: { hasGeneral: boolean },
): Reading {
  const general = objectOf(entry.general_data)
  const query = objectOf(entry.query_data)
  const table = objectOf(entry.table_access_data)
  const statistics = objectOf(entry.query_statistics)
  const seconds = statistics.query_time
  const shape = {
    time: textOf(entry.timestamp),
    user: textOf(objectOf(entry.account).user) || textOf(objectOf(entry.login).user),
    host: textOf(objectOf(entry.account).host),
    ip: textOf(objectOf(entry.login).ip),
    session: textOf(entry.connection_id),
    rows: countOf(statistics.rows_sent),
    durationMs: typeof seconds === 'number' && seconds >= 0 ? seconds * 1000 : undefined,
  }
  if (entry.class === 'table_access') {
    const database = textOf(table.db)
    const objects = [[database, textOf(table.table)].filter(Boolean).join('.')].filter(Boolean)
    const text = textOf(table.query)
    return readAuditEntry({ ...shape, command: 'TableRead', database, status: '', text, objects }, place, clock)
  }
  if (entry.class === 'general' && entry.event === 'status') {
    memory.hasGeneral = true
    const command = textOf(general.command)
    const status = textOf(general.status)
    return readAuditEntry({ ...shape, command, database: '', status, text: textOf(general.query) }, place, clock)
  }
  const isRun = entry.class === 'query' && entry.event === 'query_status_end' && !memory.hasGeneral
  const command = isRun ? 'Query' : ''
  return readAuditEntry(
    { ...shape, command, database: '', status: textOf(query.status), text: textOf(query.query) },
    place,
    clock,
  )
}
