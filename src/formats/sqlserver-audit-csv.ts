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
  type Problem,
  type Reading,
  recogniseByReading,
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

const delimiters = [',', ';', '\t'] as const

/** Spreadsheet-minded exports put `sep=,` or PowerShell's `#TYPE …` before the header. */
const preamble = /^(?:sep=.|#TYPE .{0,200})$/i

class AuditExport {
  readonly #clock: DatabaseClock
  readonly #framers = new Map(delimiters.map((delimiter) => [delimiter, delimitedFramer(delimiter.charCodeAt(0))]))
  #columns: Columns | null = null
  #columnCount = 0
  #delimiter: (typeof delimiters)[number] = ','

  constructor(clock: DatabaseClock) {
    this.#clock = clock
  }

  frame: Framer = (units, start, end, last, out) => {
    const framer = this.#framers.get(this.#delimiter) as Framer
    return framer(units, start, end, last, out)
  }

  interpret(text: string, place: Place): Reading {
    if (this.#columns === null || text.length < 2048) {
      if (this.#takeHeader(text) || preamble.test(text)) return null
    }
    const columns = this.#columns
    if (columns === null) return noHeader
    const fields = splitDelimited(text, this.#delimiter)
    if (fields === null || fields.length !== this.#columnCount) return wrongColumns
    return this.#readRow(columns, fields, place)
  }

  #takeHeader(text: string): boolean {
    if (!/event_?\s?time/i.test(text)) return false
    for (const delimiter of delimiters) {
      const fields = splitDelimited(text, delimiter) ?? []
      const columns = readHeader(fields)
      if (columns === null) continue
      this.#columns = columns
      this.#columnCount = fields.length
      this.#delimiter = delimiter
      return true
    }
    return false
  }

  #readRow(columns: Columns, fields: readonly string[], place: Place): Reading {
    const at = (...names: string[]): string => {
      for (const name of names) {
        const value = fields[columns.get(name) ?? -1]
        if (value !== undefined && value !== '' && value !== 'NULL') return value
      }
      return ''
    }
    const timeMs = this.#readTime(at('eventtime'))
    if (Number.isNaN(timeMs)) return this.#clock.problem
    const text = at('statement')
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

/** Actions whose statement column holds no statement of the person's: sign-ins, sign-outs, the audit's own changes. */
const signInActions: ReadonlySet<string> = new Set([
  'LGIS',
  'LGIF',
  'LGO',
  'LGSD',
  'DBAS',
  'DBAF',
  'AUSC',
  'AUSF',
  'SVCN',
  'SVSD',
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

const utf16 = new TextDecoder('utf-16le', { ignoreBOM: true })

const open = (options: FormatOptions): DatabaseReader => {
  const rows = new AuditExport(new DatabaseClock(options.utcOffsetMinutes))
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
