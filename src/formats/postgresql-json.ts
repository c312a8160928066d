/** PostgreSQL's JSON log (`log_destination = 'jsonlog'`, since PostgreSQL 15; PostgreSQL 18 manual, section 19.8.5):
 *  one object a line. Entries that are not about statements are passed over; a line that is not such an object is a
 *  reject. */
import type { Place } from '../core/place.ts'
import {
  type DatabaseFormat,
  type DatabaseReader,
  FramedReader,
  lineFramer,
  type Problem,
  type Reading,
  recogniseByReading,
} from './database-reader.ts'
import { DatabaseClock } from './database-time.ts'
import type { FormatOptions } from './format.ts'
import { readEntry, severities } from './postgresql-entry.ts'

const notJson: Problem = { reason: 'not-this-format', message: 'The line is not a JSON object of a PostgreSQL log.' }
const fieldsMissing: Problem = {
  reason: 'unexpected-fields',
  message: 'The entry lacks a field that every entry of a PostgreSQL JSON log has, or holds it in another form.',
}

type JsonObject = Readonly<Record<string, unknown>>

function parseObject(text: string): JsonObject | null {
  if (text.charCodeAt(0) !== 123) return null
  try {
    return JSON.parse(text) as JsonObject
  } catch {
    return null
  }
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '')

/** A session is named by its id, which lives longer than the number of its process. */
function sessionOf(entry: JsonObject): string {
  if (typeof entry.session_id === 'string') return entry.session_id
  return typeof entry.pid === 'number' ? String(entry.pid) : ''
}

function interpretJson(text: string, place: Place, clock: DatabaseClock): Reading {
  const entry = parseObject(text)
  if (entry === null) return notJson
  const { timestamp, error_severity: severity, message } = entry
  if (typeof timestamp !== 'string' || typeof severity !== 'string') return fieldsMissing
  if (!severities.has(severity) || (message !== undefined && typeof message !== 'string')) return fieldsMissing
  const timeMs = clock.parse(timestamp)
  if (Number.isNaN(timeMs)) return clock.problem
  return readEntry({
    timeMs,
    place,
    severity,
    role: textOf(entry.user),
    database: textOf(entry.dbname),
    session: sessionOf(entry),
    application: textOf(entry.application_name),
    remoteHost: textOf(entry.remote_host),
    tag: textOf(entry.ps),
    message: message ?? '',
    detail: textOf(entry.detail),
    context: textOf(entry.context),
    statement: textOf(entry.statement),
    stateCode: textOf(entry.state_code),
  })
}

const open = (options: FormatOptions): DatabaseReader => {
  const clock = new DatabaseClock(options.utcOffsetMinutes)
  return new FramedReader({ frame: lineFramer, interpret: (text, place) => interpretJson(text, place, clock) })
}

/** Reads `utcOffsetMinutes` for entries whose time zone is missing or not known. */
export const postgresqlJson: DatabaseFormat = {
  kind: 'statements',
  name: 'postgresql-json',
  title: 'PostgreSQL log (jsonlog)',
  recognise: (sample) => recogniseByReading(sample, open),
  open,
}
