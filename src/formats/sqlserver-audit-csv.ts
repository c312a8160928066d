/** SQL Server's audit exported as CSV, from sys.fn_get_audit_file or from SSMS's Log File Viewer: columns are known by
 *  the names in the header line, in any order; text is UTF-8 or UTF-16 with a byte order mark; statements are quoted and
 *  may hold line ends. A statement that the server cut into pieces of 4,000 characters is one record again. Rows that
 *  are not about statements (sign-ins, changes of the audit itself) are passed over. */
import type { Place } from '../core/place.ts'
import {
  type DatabaseFormat,
  type DatabaseReader,
  FramedReader,
  type Framer,
  lineFramer,
  type Problem,
  type Reading,
  recogniseByReading,
  type Units,
  type UnitView,
  viewUtf8,
} from './database-reader.ts'
import { DatabaseClock } from './database-time.ts'
import { delimitedFramer, splitDelimited } from './delimited.ts'
import type { Chunk, FormatOptions } from './format.ts'

const noHeader: Problem = {
  reason: 'unexpected-fields',
  message: 'No header line names the columns of the audit: export it with column headers.',
}
const wrongColumns: Problem = {
  reason: 'unexpected-fields',
  message: 'The row has another number of columns than the header: export it with quotes around texts.',
}

/** Column names without case, blanks and underscores. Documented for sys.fn_get_audit_file; the Log File Viewer writes
 *  the same words with blanks. */
type Columns = ReadonlyMap<string, number>

const required = ['eventtime', 'statement']
/** One of these tells an audit from another CSV with a time and a statement. */
const telling = ['actionid', 'serverprincipalname', 'sessionserverprincipalname']

const nameOf = (header: string): string => header.toLowerCase().replace(/[\s_]/g, '')

function readHeader(fields: readonly string[]): Columns | null {
  const columns = new Map(fields.map((header, index) => [nameOf(header), index]))
  return required.every((name) => columns.has(name)) && telling.some((name) => columns.has(name)) ? columns : null
}

const laterPiece: Problem = {
  reason: 'truncated',
  message: 'The row holds a later piece of a statement whose beginning does not stand before it.',
}

/** Whether a row holds the next piece of the statement of the row before it (sequence_number counts the pieces). */
function continues(columns: Columns, row: readonly string[], piece: readonly string[]): boolean {
  const sequence = columns.get('sequencenumber') ?? -1
  if (Number(piece[sequence]) !== Number(row[sequence]) + 1 || Number(row[sequence]) < 1) return false
  return ['eventtime', 'sessionid', 'actionid', 'objectid'].every((name) => {
    const index = columns.get(name) ?? -1
    return piece[index] === row[index]
  })
}

const delimiters = [',', ';', '\t'] as const

/** Spreadsheet-minded exports put `sep=,` or PowerShell's `#TYPE …` before the header. */
const preamble = /^(?:sep=.|#TYPE .{0,200})$/i

class AuditExport {
  readonly #clock: DatabaseClock
  readonly #decode: (units: Units) => string
  #columns: Columns | null = null
  #header = ''
  #columnCount = 0
  #delimiter: (typeof delimiters)[number] = ','
  #framer: Framer = lineFramer

  constructor(clock: DatabaseClock, decode: (units: Units) => string) {
    this.#clock = clock
    this.#decode = decode
  }

  /** A row, and with it the rows after it that hold further pieces of its statement. */
  readonly frame: Framer = (units, start, end, last, out) => {
    const state = this.#framer(units, start, end, last, out)
    const columns = this.#columns
    if (state !== 'whole' || columns?.has('sequencenumber') !== true) return state
    let { end: stop, next, lines } = out
    let row = this.#fields(this.#decode(units.subarray(start, stop)))
    while (row !== null) {
      if (next >= end && !last) return 'open'
      const following = next >= end ? 'open' : this.#framer(units, next, end, last, out)
      if (following === 'open' && !last) return 'open'
      if (following !== 'whole') break
      const piece = this.#fields(this.#decode(units.subarray(next, out.end)))
      if (piece === null || !continues(columns, row, piece)) break
      row = piece
      stop = out.end
      next = out.next
      lines += out.lines
    }
    out.end = stop
    out.next = next
    out.lines = lines
    return 'whole'
  }

  interpret(text: string, place: Place): Reading {
    const columns = this.#columns
    if (columns === null) return this.#takeHeader(text) ? null : preamble.test(text) ? 'filler' : noHeader
    if (text === this.#header) return null
    const [row, ...pieces] = this.#fields(text) === null ? this.#rows(text) : [this.#fields(text)]
    if (row === undefined || row === null) return wrongColumns
    if (Number(row[columns.get('sequencenumber') ?? -1]) > 1) return laterPiece
    const statement = [row, ...pieces].map((piece) => piece?.[columns.get('statement') ?? -1] ?? '').join('')
    return this.#readRow(columns, row, statement, place)
  }

  /** The fields of one row, or null where it has another number of them than the header. */
  #fields(text: string): string[] | null {
    const fields = splitDelimited(text, this.#delimiter)
    return fields === null || fields.length !== this.#columnCount ? null : fields
  }

  /** The rows of a text that holds several. */
  #rows(text: string): (string[] | null)[] {
    const units = Uint16Array.from({ length: text.length }, (_, index) => text.charCodeAt(index))
    const rows: (string[] | null)[] = []
    const out = { end: 0, next: 0, lines: 0 }
    for (let at = 0; at < units.length; at = out.next) {
      if (this.#framer(units, at, units.length, true, out) !== 'whole') return []
      rows.push(this.#fields(text.slice(at, out.end)))
    }
    return rows
  }

  #takeHeader(text: string): boolean {
    for (const delimiter of delimiters) {
      const fields = splitDelimited(text, delimiter) ?? []
      const columns = readHeader(fields)
      if (columns === null) continue
      this.#columns = columns
      this.#header = text
      this.#columnCount = fields.length
      this.#delimiter = delimiter
      this.#framer = delimitedFramer(delimiter.charCodeAt(0))
      return true
    }
    return false
  }

  #readRow(columns: Columns, fields: readonly string[], statement: string, place: Place): Reading {
    const at = (...names: string[]): string => {
      for (const name of names) {
        const value = fields[columns.get(name) ?? -1]
        if (value !== undefined && value !== '' && value !== 'NULL') return value
      }
      return ''
    }
    const timeMs = this.#readTime(at('eventtime'))
    if (Number.isNaN(timeMs)) return this.#clock.problem
    const text = statement === 'NULL' ? '' : statement
    if (text === '' || signInActions.has(at('actionid').trim().toUpperCase())) return null
    const rows = readCount(at('responserows')) || readCount(at('affectedrows')) || readCount(at('responserows'))
    const durationMs = readCount(at('durationmilliseconds'))
    const object = [at('schemaname'), at('objectname')].filter(Boolean).join('.')
    const isRefused = /^(?:0|false)$/i.test(at('succeeded'))
    return {
      phase: isRefused ? 'error' : 'audit',
      timeMs,
      place,
      role: at('serverprincipalname', 'sessionserverprincipalname', 'databaseprincipalname'),
      database: at('databasename'),
      session: at('connectionid', 'sessionid'),
      application: at('applicationname'),
      remoteHost: at('clientip', 'hostname'),
      text,
      ...(rows === undefined ? {} : { rows }),
      ...(durationMs === undefined ? {} : { durationMs }),
      ...(object === '' ? {} : { objects: [object] }),
    }
  }

  /** `2026-03-03 09:30:00.1234567` (UTC, as the function returns it) or `3/3/2026 9:30:00 AM`. */
  #readTime(text: string): number {
    return text[4] === '-' ? this.#clock.parse(text) : this.#clock.parseUnitedStates(text)
  }
}

/** Actions whose statement column holds no statement of the person's: sign-ins, sign-outs, the audit's own changes.
 *  By their ids, and by the names that the Log File Viewer shows for them. */
const signInActions: ReadonlySet<string> = new Set([
  ...['LGIS', 'LGIF', 'LGO', 'LGSD', 'DBAS', 'DBAF', 'DBL', 'AUSC', 'AUSF', 'SVCN', 'SVSD', 'SVPD', 'SVSR'],
  ...['LOGIN SUCCEEDED', 'LOGIN FAILED', 'LOGOUT', 'DATABASE AUTHENTICATION SUCCEEDED', 'DATABASE LOGOUT'],
  ...['DATABASE AUTHENTICATION FAILED', 'AUDIT SESSION CHANGED', 'AUDIT SHUTDOWN ON FAILURE', 'SERVER STARTED'],
])

const readCount = (text: string): number | undefined => (/^\d{1,15}$/.test(text) ? Number(text) : undefined)

/** The chunk as UTF-16 units where the source began with UTF-16's byte order mark. Sources cut chunks at bytes of
 *  value 10, which may part a unit: units lie at even offsets, and a unit cut in two waits for its other byte. */
class ByteOrder {
  #order: 'utf8' | 'utf16le' | 'utf16be' = 'utf8'

  view(chunk: Chunk): UnitView {
    const { bytes, start, end, offset } = chunk
    if (offset === 0 && end - start >= 2) {
      const mark = ((bytes[start] as number) << 8) | (bytes[start + 1] as number)
      this.#order = mark === 0xfffe ? 'utf16le' : mark === 0xfeff ? 'utf16be' : 'utf8'
    }
    if (this.#order === 'utf8') return viewUtf8(chunk)
    const skip = offset === 0 ? 2 : offset % 2
    const count = Math.max(0, (end - start - skip) >> 1)
    const units = new Uint16Array(count)
    const [low, high] = this.#order === 'utf16le' ? [0, 1] : [1, 0]
    for (let i = 0, at = start + skip; i < count; i++, at += 2) {
      units[i] = (bytes[at + low] as number) | ((bytes[at + high] as number) << 8)
    }
    return {
      units,
      start: 0,
      end: count,
      unitBytes: 2,
      offset: offset + skip,
      decode: (from, to) => utf16.decode(units.subarray(from, to)),
    }
  }
}

const utf8 = new TextDecoder('utf-8', { ignoreBOM: true })
const utf16 = new TextDecoder('utf-16le', { ignoreBOM: true })

const open = (options: FormatOptions): DatabaseReader => {
  const decode = (units: Units): string => (units instanceof Uint16Array ? utf16 : utf8).decode(units)
  const rows = new AuditExport(new DatabaseClock(options.utcOffsetMinutes), decode)
  const order = new ByteOrder()
  return new FramedReader({
    frame: rows.frame,
    interpret: (text, place) => rows.interpret(text, place),
    view: (chunk) => order.view(chunk),
  })
}

/** Reads `utcOffsetMinutes` for exports whose times were turned into local time. */
export const sqlserverAuditCsv: DatabaseFormat = {
  kind: 'statements',
  name: 'sqlserver-audit-csv',
  title: 'SQL Server audit (CSV export)',
  recognise: (sample) => recogniseByReading(sample, open),
  open,
}
