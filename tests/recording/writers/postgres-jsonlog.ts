/** Writes statements as PostgreSQL 15 does with `log_destination = jsonlog`, `log_statement = all`, `log_duration` and
 *  pgaudit with `pgaudit.log_rows`. Keys and their order follow the PostgreSQL manual, section 20.8.5. */
import type { Executed } from '../exchange.ts'
import { postgresTime } from './text.ts'

export interface Session {
  readonly pid: number
  readonly role: string
  readonly database: string
  readonly application: string
  readonly remoteHost: string
  readonly startMs: number
  /** Counts the session's log lines and its statements. */
  lineCount: number
  statementCount: number
}

const csvField = (text: string): string => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)

const auditClass: Record<Executed['verb'], string> = { SELECT: 'READ', COPY: 'READ', INSERT: 'WRITE', UPDATE: 'WRITE' }

/** The two or three lines of one statement that began at `timeMs`, in their order. `comment` stands before the text. */
export function statementLines(
  session: Session,
  executed: Executed,
  timeMs: number,
  comment: string,
  logsDuration: boolean,
): string[] {
  const text = comment + executed.text
  const parameters = executed.parameters
  session.statementCount += 1
  const entry = (momentMs: number, rest: Record<string, unknown>): string => {
    session.lineCount += 1
    return JSON.stringify({
      timestamp: postgresTime(momentMs),
      user: session.role,
      dbname: session.database,
      pid: session.pid,
      remote_host: session.remoteHost,
      session_id: `${Math.floor(session.startMs / 1_000).toString(16)}.${session.pid.toString(16)}`,
      line_num: session.lineCount,
      ps: executed.verb,
      error_severity: 'LOG',
      ...rest,
      ...(session.application === '' ? {} : { application_name: session.application }),
      backend_type: 'client backend',
    })
  }
  const detail =
    parameters === undefined
      ? {}
      : {
          detail: `parameters: ${parameters.map((value, i) => `$${i + 1} = '${value.replaceAll("'", "''")}'`).join(', ')}`,
        }
  const message = parameters === undefined ? `statement: ${text}` : `execute <unnamed>: ${text}`
  // A simple query is logged before the process title says what runs.
  const lines = [entry(timeMs, { ...(parameters === undefined ? { ps: 'idle' } : {}), message, ...detail })]
  const endMs = timeMs + executed.durationMs
  if (executed.error) {
    lines.push(
      entry(endMs, {
        error_severity: 'ERROR',
        state_code: executed.error.code,
        message: executed.error.message,
        statement: text,
      }),
    )
    return lines
  }
  const audit = `AUDIT: SESSION,${session.statementCount},1,${auditClass[executed.verb]},${executed.verb},,,${csvField(text)},<not logged>,${executed.rows}`
  lines.push(entry(endMs, { message: audit }))
  if (logsDuration) lines.push(entry(endMs, { message: `duration: ${executed.durationMs.toFixed(3)} ms` }))
  return lines
}
