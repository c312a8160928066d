/** What one entry of a MySQL-family audit log says about a statement, whichever of the plugins and forms wrote it. */
import type { Place } from '../core/place.ts'
import type { Reading } from './database-reader.ts'
import type { DatabaseClock } from './database-time.ts'

/** The fields of an entry that matter here; empty where the log does not say. */
export interface MysqlAuditEntry {
  readonly time: string
  /** `Query`, `Execute`, `Connect`, `Quit`, `TableRead` …, as the server names its commands. */
  readonly command: string
  readonly user: string
  readonly host: string
  readonly ip: string
  readonly database: string
  readonly session: string
  /** The server's error number, `0` for success. */
  readonly status: string
  readonly text: string
  readonly rows?: number | undefined
  readonly durationMs?: number | undefined
  readonly objects?: readonly string[] | undefined
}

/** `root[web] @ localhost [10.0.0.5]` (sql_priv and MySQL's own record of an account), or a bare name. */
const account = /^([^[@\s]{0,80})(?:\[[^\]]{0,80}\])? @ ([^[\s]{0,255})(?: ?\[([^\]]{0,64})\])?$/

/** Commands whose text ran. A prepared statement runs at its Execute, and parts of a longer one are logged with it. */
const runningCommands: ReadonlySet<string> = new Set(['query', 'execute'])
const tableCommands = /^table(?:read|insert|update|delete)$/

/** Reads an entry. Null for what is not a statement: sign-ins, server starts, prepared statements before they run. */
export function readAuditEntry(entry: MysqlAuditEntry, place: Place, clock: DatabaseClock): Reading {
  const timeMs = readAuditTime(entry.time, clock)
  if (Number.isNaN(timeMs)) return clock.problem
  const command = entry.command.toLowerCase()
  const isTableAccess = tableCommands.test(command)
  if (!isTableAccess && (!runningCommands.has(command) || entry.text === '')) return null
  const found = account.exec(entry.user)
  const failed = entry.status !== '' && entry.status !== '0'
  return {
    phase: failed ? 'error' : 'audit',
    timeMs,
    place,
    role: found === null ? entry.user : (found[1] as string),
    database: entry.database,
    session: entry.session,
    application: '',
    remoteHost: entry.ip || found?.[3] || entry.host || found?.[2] || '',
    text: entry.text,
    ...(failed ? { errorCode: entry.status } : {}),
    ...(entry.rows === undefined ? {} : { rows: entry.rows }),
    ...(entry.durationMs === undefined ? {} : { durationMs: entry.durationMs }),
    ...(entry.objects === undefined || entry.objects.length === 0 ? {} : { objects: entry.objects }),
  }
}

/** `2019-10-03T14:06:33 UTC`, `2019-10-03 13:50:01` (UTC: MySQL manual, "Audit Log File Formats"), or
 *  milliseconds of the epoch. */
function readAuditTime(time: string, clock: DatabaseClock): number {
  return /^\d{13}$/.test(time) ? Number(time) : clock.parse(time)
}
