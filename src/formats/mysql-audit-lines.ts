/** Audit logs that hold an entry a line with commas between its fields: MariaDB's server_audit (MariaDB Audit Plugin
 *  log format; statements in single quotes with C escapes) and Percona's audit log plugin with
 *  `audit_log_format=CSV` (quotes doubled, line ends bare). */
import type { Place } from '../core/place.ts'
import type { Problem, Reading } from './database-reader.ts'
import type { DatabaseClock } from './database-time.ts'
import { splitDelimited } from './delimited.ts'
import { readAuditEntry } from './mysql-audit-entry.ts'

const notAnEntry: Problem = { reason: 'not-this-format', message: 'The line is not an entry of a MySQL audit log.' }
const wrongFields: Problem = {
  reason: 'unexpected-fields',
  message: 'The entry does not have the fields of a MySQL audit log.',
}
const cutText: Problem = { reason: 'truncated', message: 'The statement of the entry is not closed by a quote.' }

/** Time, server, user, host, connection, query, operation, database; then the object, which may hold anything. */
const serverAudit =
  /^(\d{8} \d\d:\d\d:\d\d|\d{16}),([^,]{0,255}),([^,]{0,128}),([^,]{0,255}),(\d{1,20}),(\d{1,20}),([A-Z_]{1,40}),([^,]{0,128}),/
const tableOperations: ReadonlySet<string> = new Set(['READ', 'WRITE', 'CREATE', 'ALTER', 'RENAME', 'DROP'])
const otherOperations: ReadonlySet<string> = new Set([
  'CONNECT',
  'DISCONNECT',
  'FAILED_CONNECT',
  'CHANGEUSER',
  'PROXY_CONNECT',
  'AUTH',
])

const simpleEscapes: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', b: '\b', f: '\f', 0: '\0' }

/** Undoes server_audit's escapes: a backslash before a quote or backslash, C's letters for control characters. */
const unescapeServerAudit = (text: string): string =>
  text.includes('\\') ? text.replace(/\\([\s\S])/g, (_, letter: string) => simpleEscapes[letter] ?? letter) : text

/** Reads a line of MariaDB's server_audit. Its times are the server's local ones; Amazon Aurora, which writes the same
 *  fields, puts microseconds of the epoch there. */
export function interpretServerAudit(text: string, place: Place, clock: DatabaseClock): Reading {
  const found = serverAudit.exec(text)
  if (found === null) return notAnEntry
  const [start, time, , role, remoteHost, session, , operation, database] = found as unknown as [
    string,
    string,
    string,
    string,
    string,
    string,
    string,
    string,
    string,
  ]
  const timeMs = time.length === 16 ? Math.floor(Number(time) / 1000) : clock.parseCompact(time)
  if (Number.isNaN(timeMs)) return clock.problem
  const rest = text.slice(start.length)
  const from = { timeMs, place, role, database, session, application: '', remoteHost }
  if (operation.startsWith('QUERY')) {
    const object = /^'([\s\S]*)',(\d{1,10})$/.exec(rest)
    if (object === null) return cutText
    const [, statement, code] = object as unknown as [string, string, string]
    const sql = unescapeServerAudit(statement)
    return code === '0'
      ? { ...from, phase: 'audit', text: sql }
      : { ...from, phase: 'error', text: sql, errorCode: code }
  }
  if (tableOperations.has(operation)) {
    const table = rest.slice(0, rest.lastIndexOf(',')).split('|')[0] ?? ''
    return { ...from, phase: 'audit', text: '', objects: [[database, table].filter(Boolean).join('.')] }
  }
  return otherOperations.has(operation) ? null : wrongFields
}

/** Reads a record of Percona's CSV: name, record, time, command class, connection, status, statement, user, host, OS
 *  user, address and, in later versions, the database. Sign-ins and server starts have other columns. */
export function interpretPerconaCsv(text: string, place: Place, clock: DatabaseClock): Reading {
  const fields = splitDelimited(text)
  if (fields === null || fields.length < 6 || fields.length > 16) return wrongFields
  const at = (index: number): string => fields[index] ?? ''
  if (!/^[A-Z][A-Za-z ]{1,40}$/.test(at(0)) || !/^\d{4}-\d\d-\d\dT/.test(at(2))) return wrongFields
  const isStatement = /^[a-z_]*$/.test(at(3)) && fields.length >= 11
  return readAuditEntry(
    {
      time: at(2),
      command: isStatement ? at(0) : '',
      session: at(4),
      status: at(5),
      text: at(6),
      user: at(7),
      host: at(8),
      ip: at(10),
      database: at(11),
    },
    place,
    clock,
  )
}
