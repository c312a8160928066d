/** The W3C Extended Log File Format (working draft WD-logfile-960323), as far as IIS and CloudFront share it: `#Fields`
 *  says what the columns are and may change in mid-file. What differs between the writers (separator, escapes, units)
 *  is a `W3cDialect`; which file is whose is decided by their own formats. */
import { limits } from '../core/limits.ts'
import { type Field, field, type RequestBatch, unknown } from './request-batch.ts'
import type { LineArena, LineParser, LineResult, Problem } from './web-lines.ts'
import {
  isAbsent,
  readClock,
  readDate,
  readDecimal,
  readStatus,
  setAddressSpan,
  setSpan,
  WebTimeParser,
} from './web-values.ts'

/** What one writer does differently. */
export interface W3cDialect {
  /** The byte between the columns of this line. */
  separator(bytes: Uint8Array, start: number, end: number): number
  /** Multiplied with `time-taken` gives milliseconds. */
  readonly timeTakenMs: number
  /** Undoes the writer's escapes in a header's value, in place; returns the new end. */
  decodeHeader(bytes: Uint8Array, start: number, end: number): number
  /** The same for the path and query; their own percent-encoding stays. */
  decodeTarget(bytes: Uint8Array, start: number, end: number): number
  /** The columns of a file without `#Fields`, where the writer has a fixed order. */
  readonly defaultColumns?: readonly string[]
}

const roles = {
  ignored: 0,
  date: 1,
  time: 2,
  stamp: 3,
  client: 4,
  method: 5,
  stem: 6,
  query: 7,
  status: 8,
  bytes: 9,
  taken: 10,
  user: 11,
  agent: 12,
  referer: 13,
  cookie: 14,
  host: 15,
  forwarded: 16,
  requestId: 17,
  askedHost: 18,
} as const
const roleCount = 19

/** Columns that become spans, and whether the writer escapes them as headers. */
const spanRoles: readonly (readonly [number, Field, boolean])[] = [
  [roles.method, field.method, false],
  [roles.user, field.user, true],
  [roles.agent, field.agent, true],
  [roles.referer, field.referer, true],
  [roles.cookie, field.cookie, true],
  [roles.host, field.host, true],
  // CloudFront's own name stands in cs(Host); the one that the visitor asked for goes before it.
  [roles.askedHost, field.host, true],
  [roles.forwarded, field.forwarded, true],
  [roles.requestId, field.requestId, false],
]

/** Columns that a file of a fixed order has at least: CloudFront's first files ended with the query. */
const fixedColumnsOfAll = 12

const roleOfName: ReadonlyMap<string, number> = new Map([
  ['date', roles.date],
  ['time', roles.time],
  ['timestamp', roles.stamp],
  ['timestamp(ms)', roles.stamp],
  ['c-ip', roles.client],
  ['cs-method', roles.method],
  ['cs-uri-stem', roles.stem],
  ['cs-uri', roles.stem],
  ['cs-uri-query', roles.query],
  ['sc-status', roles.status],
  ['sc-bytes', roles.bytes],
  ['time-taken', roles.taken],
  ['cs-username', roles.user],
  ['user-agent', roles.agent],
  ['referer', roles.referer],
  ['cookie', roles.cookie],
  ['cs-host', roles.host],
  ['host', roles.host],
  ['x-host-header', roles.askedHost],
  ['x-forwarded-for', roles.forwarded],
  ['forwarded', roles.forwarded],
  ['originalip', roles.forwarded],
  ['true-client-ip', roles.forwarded],
  ['x-edge-request-id', roles.requestId],
  ['x-request-id', roles.requestId],
])

const noColumns: Problem = {
  reason: 'unexpected-fields',
  message:
    'No #Fields line stands before this line, so nobody can tell what its columns mean: ' +
    'give the file from its beginning, or put the #Fields line of its sibling files at its head.',
}
const noTarget: Problem = {
  reason: 'unexpected-fields',
  message: 'The #Fields line before this line names no page (cs-uri-stem): switch that field on in the log settings.',
}
const noTime: Problem = {
  reason: 'bad-time',
  message: 'The #Fields line before this line names no time: switch the fields date and time on in the log settings.',
}
const tooFew: Problem = {
  reason: 'truncated',
  message: 'This line ends before all columns that the #Fields line names.',
}
const tooMany: Problem = {
  reason: 'unexpected-fields',
  message: 'This line has more columns than the #Fields line names.',
}
const badTime: Problem = { reason: 'bad-time', message: 'The date or time of this line is not one.' }
const badNumber: Problem = {
  reason: 'bad-number',
  message: 'The status, size or duration of this line is not a number.',
}

const latin1 = new TextDecoder('latin1')

/** The column names of a `#Fields` line, or undefined where the line is another. Names are in lower case and without
 *  the `cs(…)` around header names. */
export function fieldNames(line: string): string[] | undefined {
  const match = /^#Fields:?(.*)$/i.exec(line)
  if (match === null) return undefined
  const names = (match[1] as string)
    .trim()
    .toLowerCase()
    .split(/[\t ]+/)
  return names.map((name) => (name.startsWith('cs(') && name.endsWith(')') ? name.slice(3, -1) : name))
}

/** Reads the lines of one W3C extended log, directives included. */
export class W3cParser implements LineParser {
  readonly #dialect: W3cDialect
  readonly #time = new WebTimeParser(0)
  readonly #starts = new Int32Array(limits.logColumnsMax)
  readonly #ends = new Int32Array(limits.logColumnsMax)
  /** Column of each role, or -1. */
  readonly #columnOf = new Int32Array(roleCount)
  #columnCount = 0
  /** The columns come from `#Fields`, not from the writer's fixed order. */
  #named = false
  #fixed: Problem | undefined = noColumns
  /** Start of the day that `#Date` named: for logs with a time column alone. */
  #dayMs = Number.NaN
  #clockMs = 0

  constructor(dialect: W3cDialect) {
    this.#dialect = dialect
    if (dialect.defaultColumns !== undefined) this.#takeColumns(dialect.defaultColumns)
  }

  parse(arena: LineArena, start: number, end: number, batch: RequestBatch): LineResult {
    const bytes = arena.bytes
    if (bytes[start] === 35) {
      this.#directive(bytes, start, end)
      return 'directive'
    }
    if (this.#fixed !== undefined) return this.#fixed
    const separator = this.#dialect.separator(bytes, start, end)
    let count = this.#split(bytes, start, end, separator, false)
    // IIS Advanced Logging puts quotation marks around text, where spaces may stand.
    if (count > this.#columnCount) count = this.#split(bytes, start, end, separator, true)
    if (count > this.#columnCount) return tooMany
    // A fixed order grew over the years: old files have fewer columns.
    if (count < (this.#named ? this.#columnCount : fixedColumnsOfAll)) return tooFew
    this.#starts.fill(0, count, this.#columnCount)
    this.#ends.fill(0, count, this.#columnCount)
    return this.#record(arena, batch)
  }

  #directive(bytes: Uint8Array, start: number, end: number): void {
    const line = latin1.decode(bytes.subarray(start, Math.min(end, start + limits.directiveBytesMax)))
    const names = fieldNames(line)
    if (names !== undefined) {
      this.#takeColumns(names)
      this.#named = true
    }
    const date = /^#Date:? *(\d{4}-\d\d-\d\d)/i.exec(line)
    if (date !== null) {
      const at = start + line.indexOf(date[1] as string)
      this.#dayMs = readDate(bytes, at, at + 10)
      this.#clockMs = 0
    }
  }

  #takeColumns(names: readonly string[]): void {
    this.#columnOf.fill(-1)
    for (const [column, name] of names.entries()) {
      const role = roleOfName.get(name) ?? roles.ignored
      if ((this.#columnOf[role] as number) < 0) this.#columnOf[role] = column
    }
    this.#columnCount = names.length
    const timed = (this.#columnOf[roles.time] as number) >= 0 || (this.#columnOf[roles.stamp] as number) >= 0
    this.#fixed = (this.#columnOf[roles.stem] as number) < 0 ? noTarget : timed ? undefined : noTime
    if (names.length > limits.logColumnsMax) this.#fixed = noColumns
  }

  /** Fills `#starts` and `#ends`; the number of columns, or one more than expected where there are too many. */
  #split(bytes: Uint8Array, start: number, end: number, separator: number, quotes: boolean): number {
    let count = 0
    let p = start
    while (p <= end) {
      if (count === this.#columnCount) return count + 1
      const quoted = quotes && p < end && bytes[p] === 34
      const from = quoted ? p + 1 : p
      p = from
      if (quoted) while (p < end && !(bytes[p] === 34 && (p + 1 === end || bytes[p + 1] === separator))) p++
      else while (p < end && bytes[p] !== separator) p++
      this.#starts[count] = from
      this.#ends[count++] = p
      p += quoted ? 2 : 1
    }
    return count
  }

  #record(arena: LineArena, batch: RequestBatch): LineResult {
    const { bytes } = arena
    const record = batch.count
    const columnOf = this.#columnOf
    const starts = this.#starts
    const ends = this.#ends
    const timeMs = this.#eventTime(bytes)
    if (Number.isNaN(timeMs)) return badTime
    batch.timeMs[record] = timeMs
    if (!this.#numbers(bytes, batch)) return badNumber
    for (const [role, of, isHeader] of spanRoles) {
      const column = columnOf[role] as number
      if (column < 0) continue
      const start = starts[column] as number
      const end = ends[column] as number
      if (isAbsent(bytes, start, end)) continue
      setSpan(batch, bytes, of, start, isHeader ? this.#dialect.decodeHeader(bytes, start, end) : end)
    }
    const client = columnOf[roles.client] as number
    if (client >= 0) {
      setAddressSpan(batch, bytes, field.client, starts[client] as number, ends[client] as number, false)
    }
    this.#target(arena, batch)
    return 'record'
  }

  #eventTime(bytes: Uint8Array): number {
    const stamp = this.#columnOf[roles.stamp] as number
    const date = this.#columnOf[roles.date] as number
    const time = this.#columnOf[roles.time] as number
    if (time < 0) return this.#time.parse(bytes, this.#starts[stamp] as number, this.#ends[stamp] as number)
    const clockMs = readClock(bytes, this.#starts[time] as number, this.#ends[time] as number)
    if (date >= 0) {
      const dateEnd = this.#ends[date] as number
      const dateStart = this.#starts[date] as number
      return dateEnd - dateStart === 10 ? readDate(bytes, dateStart, dateEnd) + clockMs : Number.NaN
    }
    // Without a date column the day is that of #Date, and midnight shows as a clock that jumps back.
    if (clockMs < this.#clockMs - 43_200_000) this.#dayMs += 86_400_000
    if (!Number.isNaN(clockMs)) this.#clockMs = clockMs
    return this.#dayMs + clockMs
  }

  /** Status, size and duration; false where one should be a number and is none. */
  #numbers(bytes: Uint8Array, batch: RequestBatch): boolean {
    const record = batch.count
    const columnOf = this.#columnOf
    const starts = this.#starts
    const ends = this.#ends
    const statusAt = columnOf[roles.status] as number
    const bytesAt = columnOf[roles.bytes] as number
    const takenAt = columnOf[roles.taken] as number
    const status = statusAt < 0 ? unknown : readStatus(bytes, starts[statusAt] as number, ends[statusAt] as number)
    const size = bytesAt < 0 ? unknown : readDecimal(bytes, starts[bytesAt] as number, ends[bytesAt] as number, 1)
    const factor = this.#dialect.timeTakenMs
    const taken = takenAt < 0 ? unknown : readDecimal(bytes, starts[takenAt] as number, ends[takenAt] as number, factor)
    if (Number.isNaN(status) || Number.isNaN(size) || Number.isNaN(taken)) return false
    batch.status[record] = status
    batch.bodyBytes[record] = size
    batch.durationMs[record] = taken
    return true
  }

  /** The path, and the query behind a `?`. */
  #target(arena: LineArena, batch: RequestBatch): void {
    const { bytes } = arena
    const stem = this.#columnOf[roles.stem] as number
    const query = this.#columnOf[roles.query] as number
    const start = this.#starts[stem] as number
    if (isAbsent(bytes, start, this.#ends[stem] as number)) return
    const end = this.#dialect.decodeTarget(bytes, start, this.#ends[stem] as number)
    const queryStart = query < 0 ? -1 : (this.#starts[query] as number)
    if (queryStart < 0 || isAbsent(bytes, queryStart, this.#ends[query] as number)) {
      setSpan(batch, bytes, field.target, start, end)
      return
    }
    const queryEnd = this.#dialect.decodeTarget(bytes, queryStart, this.#ends[query] as number)
    if (queryStart === end + 1) {
      bytes[end] = 63
      setSpan(batch, bytes, field.target, start, queryEnd)
      return
    }
    const joined = arena.tail
    arena.append(start, end)
    arena.appendByte(63)
    arena.append(queryStart, queryEnd)
    setSpan(batch, arena.bytes, field.target, joined, arena.tail)
  }
}
