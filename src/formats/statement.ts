/** What a database log says: the record type that all database formats produce. */
import type { Place } from '../core/place.ts'
import type { Private } from '../core/private.ts'

/** One entry of a database log. Writers spread one statement over several entries (the statement, its audit line, its
 *  duration, its error); each is a record of its own here and the registration watch joins them by session. */
export interface StatementRecord {
  /** `statement`: the text as the server got it. `audit`: an audit module's line, which may know the row count.
   *  `duration`: the end of the session's last statement. `error`: the statement failed. */
  readonly phase: 'statement' | 'audit' | 'duration' | 'error'
  /** Event time, milliseconds since the epoch, UTC. */
  readonly timeMs: number
  readonly place: Place
  /** The database role, empty where the log does not say. */
  readonly role: string
  readonly database: string
  /** What joins the entries of one connection: a process id, session id or thread id. */
  readonly session: string
  readonly application: string
  readonly remoteHost: string
  /** The SQL text, comments kept; empty for `duration`. */
  readonly text: string
  /** Bound values of a prepared statement: may be voter data. */
  readonly parameters?: readonly Private<string>[]
  /** Rows returned or changed, where an audit module logs it. */
  readonly rows?: number
  readonly durationMs?: number
  /** SQLSTATE (PostgreSQL, SQL:2016 part 2 section 24) or the server's own error number. */
  readonly errorCode?: string
  /** The server's message, which may hold data that an error-based injection pulled out. */
  readonly errorMessage?: Private<string>
  /** Objects that an audit module names, for example `public.voters`. */
  readonly objects?: readonly string[]
}
