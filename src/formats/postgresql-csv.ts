/** PostgreSQL's CSV log (`log_destination = 'csvlog'`; PostgreSQL 18 manual, section 19.8.4): 22 columns up to
 *  version 8.4, 23 with the application's name (9.0), 24 with the backend's type (13), 26 with leader and query id
 *  (14). Quoted fields hold line ends. Entries that are not about statements are passed over; what is not such a
 *  record is a reject. */
import type { Place } from '../core/place.ts'
import {
  type DatabaseFormat,
  type DatabaseReader,
  FramedReader,
  type Framer,
  type Problem,
  type Reading,
  recogniseByReading,
} from './database-reader.ts'
import { DatabaseClock } from './database-time.ts'
import { delimitedFramer, splitDelimited } from './delimited.ts'
import type { FormatOptions } from './format.ts'
import { hostOf, readEntry, severities } from './postgresql-entry.ts'

const column = {
  time: 0,
  user: 1,
  database: 2,
  process: 3,
  connectionFrom: 4,
  session: 5,
  commandTag: 7,
  severity: 11,
  stateCode: 12,
  message: 13,
  detail: 14,
  context: 18,
  query: 19,
  application: 22,
} as const
const columnCounts: ReadonlySet<number> = new Set([22, 23, 24, 26])

const wrongColumns: Problem = {
  reason: 'unexpected-fields',
  message: 'The entry does not have the columns of a PostgreSQL CSV log.',
}

const isDigit = (unit: number | undefined): boolean => unit !== undefined && unit >= 48 && unit <= 57

const csvFramer = delimitedFramer(44)

/** Every record begins with its time; a line that does not is the rest of a record that a crash tore. */
const frame: Framer = (units, start, end, last, out) => {
  for (const at of [0, 1, 2, 3, 5, 6, 8, 9]) if (!isDigit(units[start + at])) return 'broken'
  return csvFramer(units, start, end, last, out)
}

function interpretCsv(text: string, place: Place, clock: DatabaseClock): Reading {
  const fields = splitDelimited(text)
  if (fields === null || !columnCounts.has(fields.length)) return wrongColumns
  const at = (index: number): string => fields[index] ?? ''
  const severity = at(column.severity)
  if (!severities.has(severity)) return wrongColumns
  const timeMs = clock.parse(at(column.time))
  if (Number.isNaN(timeMs)) return clock.problem
  return readEntry({
    timeMs,
    place,
    severity,
    role: at(column.user),
    database: at(column.database),
    session: at(column.session) || at(column.process),
    application: at(column.application),
    remoteHost: hostOf(at(column.connectionFrom)),
    tag: at(column.commandTag),
    message: at(column.message),
    detail: at(column.detail),
    context: at(column.context),
    statement: at(column.query),
    stateCode: at(column.stateCode),
  })
}

const open = (options: FormatOptions): DatabaseReader => {
  const clock = new DatabaseClock(options.utcOffsetMinutes)
  return new FramedReader({ frame, interpret: (text, place) => interpretCsv(text, place, clock) })
}

/** Reads `utcOffsetMinutes` for entries whose time zone is missing or not known. */
export const postgresqlCsv: DatabaseFormat = {
  kind: 'statements',
  name: 'postgresql-csv',
  title: 'PostgreSQL log (csvlog)',
  recognise: (sample) => recogniseByReading(sample, open),
  open,
}
