/** What one entry of PostgreSQL's log says about a statement, whichever of the three log formats it came in. The texts
 *  are those of the server's English messages (`lc_messages` C or en); a server that logs in another language needs
 *  its `lc_messages` changed (PostgreSQL 18 manual, section 19.11.2). */
import type { Place } from '../core/place.ts'
import { Private } from '../core/private.ts'
import type { Problem, Reading } from './database-reader.ts'
import { auditPrefix, parseAudit } from './pgaudit.ts'
import type { StatementRecord } from './statement.ts'

/** The fields of an entry that matter here; empty where the log does not say. */
export interface PostgresqlEntry {
  readonly timeMs: number
  readonly place: Place
  readonly severity: string
  readonly role: string
  readonly database: string
  readonly session: string
  readonly application: string
  readonly remoteHost: string
  /** The command tag or state of the process: `SELECT`, `PARSE`, `idle`. */
  readonly tag: string
  readonly message: string
  readonly detail: string
  readonly context: string
  /** The statement that caused an error. */
  readonly statement: string
  readonly stateCode: string
}

/** Severities of whole entries (PostgreSQL 18 manual, table 19.2). */
export const severities: ReadonlySet<string> = new Set(
  'DEBUG DEBUG1 DEBUG2 DEBUG3 DEBUG4 DEBUG5 INFO NOTICE WARNING LOG ERROR FATAL PANIC'.split(' '),
)

const badAudit: Problem = {
  reason: 'unexpected-fields',
  message: 'The audit entry does not have the fields that pgaudit writes.',
}
const badDuration: Problem = { reason: 'bad-number', message: 'The duration of the entry is not a number.' }

/** Reads an entry. Null for entries that are not about a statement: connections, checkpoints, autovacuum, the parse and
 *  bind steps of a statement (its execute step is the record), plans of auto_explain. */
export function readEntry(entry: PostgresqlEntry): Reading {
  const { message, severity } = entry
  if (message.startsWith(auditPrefix)) return readAudit(entry)
  if (severity === 'LOG') {
    if (message.startsWith('duration: ')) return readDuration(entry)
    return readStatement(entry, message, undefined)
  }
  if (severity === 'ERROR' || ((severity === 'FATAL' || severity === 'PANIC') && entry.statement !== '')) {
    return readError(entry)
  }
  return null
}

function record(entry: PostgresqlEntry, phase: StatementRecord['phase'], text: string): StatementRecord {
  const { timeMs, place, role, database, session, application, remoteHost } = entry
  return { phase, timeMs, place, role, database, session, application, remoteHost, text }
}

function readAudit(entry: PostgresqlEntry): Reading {
  const audit = parseAudit(entry.message)
  if (audit === null) return badAudit
  return {
    ...record(entry, 'audit', audit.statement),
    ...(audit.parameters === undefined ? {} : { parameters: audit.parameters }),
    ...(audit.rows === undefined ? {} : { rows: audit.rows }),
    ...(audit.objectName === '' ? {} : { objects: [audit.objectName] }),
  }
}

/** `duration: 1.365 ms`, alone (`log_duration`) or with the statement behind it (`log_min_duration_statement`). */
function readDuration(entry: PostgresqlEntry): Reading {
  const { message } = entry
  const end = message.indexOf(' ms', 10)
  const durationMs = end < 0 || end > 40 ? Number.NaN : Number(message.slice(10, end))
  if (!(durationMs >= 0)) return badDuration
  if (message.length === end + 3) {
    if (entry.tag === 'PARSE' || entry.tag === 'BIND') return null
    return { ...record(entry, 'duration', ''), durationMs }
  }
  return message.startsWith('  ', end + 3) ? readStatement(entry, message.slice(end + 5), durationMs) : null
}

/** `statement: …`, `execute NAME: …` or `execute fetch from NAME: …` (PostgreSQL's exec_simple_query and
 *  exec_execute_message); anything else is not a statement that runs. */
function readStatement(entry: PostgresqlEntry, message: string, durationMs: number | undefined): Reading {
  let text: string
  if (message.startsWith('statement: ')) text = message.slice(11)
  else if (message.startsWith('execute ')) {
    const colon = message.indexOf(': ', 8)
    if (colon < 0) return null
    text = message.slice(colon + 2)
  } else return null
  const parameters = readBoundValues(entry.detail, 0)
  return {
    ...record(entry, 'statement', text),
    ...(parameters === undefined ? {} : { parameters }),
    ...(durationMs === undefined ? {} : { durationMs }),
  }
}

function readError(entry: PostgresqlEntry): StatementRecord {
  const inContext = entry.context.indexOf(' with parameters: ')
  const parameters = inContext < 0 ? undefined : readBoundValues(entry.context, inContext + 6)
  return {
    ...record(entry, 'error', entry.statement),
    ...(entry.stateCode === '' ? {} : { errorCode: entry.stateCode }),
    errorMessage: new Private(entry.message),
    ...(parameters === undefined ? {} : { parameters }),
  }
}

const boundValue = /\$\d{1,5} = (?:NULL|'((?:[^']|'')*)')(?:, |$|\n)/y

/** `parameters: $1 = 'O''Brien', $2 = NULL` (with a capital P since PostgreSQL 16). A NULL counts as an empty value, so
 *  that values keep their places. Undefined where the text is not a list of parameters. */
function readBoundValues(text: string, from: number): Private<string>[] | undefined {
  if (!text.startsWith('arameters: ', from + 1)) return undefined
  const values: Private<string>[] = []
  boundValue.lastIndex = from + 12
  for (;;) {
    const found = boundValue.exec(text)
    if (found === null) break
    const value = found[1] ?? ''
    values.push(new Private(value.includes("''") ? value.replaceAll("''", "'") : value))
  }
  return values.length > 0 ? values : undefined
}

/** The host of `10.0.0.1:50000`, `[local]`, `::1:50000`: the port leaves. */
export function hostOf(connection: string): string {
  if (connection === '' || connection.startsWith('[')) return connection
  const colon = connection.lastIndexOf(':')
  return colon > 0 && /^\d{1,5}$/.test(connection.slice(colon + 1)) ? connection.slice(0, colon) : connection
}
