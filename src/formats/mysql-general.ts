/** The general query log of MySQL (5.0 to 9) and MariaDB (MySQL manual, section 7.4.3), in its ISO and its older local
 *  time form, in which a line of the same second leaves the time out. The writer escapes nothing: a statement's further
 *  lines stand as they are, so a line within a statement that looks like an entry cannot be told from one.
 *  Statements are the entries Query and Execute; other commands and the server's banner are passed over. */
import { limits } from '../core/limits.ts'
import type { Place } from '../core/place.ts'
import {
  type DatabaseFormat,
  type DatabaseReader,
  FramedReader,
  type Framer,
  frameLine,
  type Problem,
  type Reading,
  recogniseByReading,
  type Units,
} from './database-reader.ts'
import { DatabaseClock } from './database-time.ts'
import type { FormatOptions } from './format.ts'

/** Commands as the server names them (`Command_names` in MySQL, `command_name` in MariaDB). */
const commands = [
  'Query',
  'Execute',
  'Bulk_execute',
  'Prepare',
  'Connect',
  'Connect Out',
  'Quit',
  'Init DB',
  'Change user',
  'Field List',
  'Create DB',
  'Drop DB',
  'Refresh',
  'Shutdown',
  'Statistics',
  'Processlist',
  'Kill',
  'Debug',
  'Ping',
  'Time',
  'Sleep',
  'Delayed insert',
  'Delayed_insert',
  'Binlog Dump',
  'Binlog Dump GTID',
  'Table Dump',
  'Register Slave',
  'Register Replica',
  'Long Data',
  'Close stmt',
  'Reset stmt',
  'Set option',
  'Fetch',
  'Daemon',
  'Error',
  'Reset Connection',
  'Reset connection',
  'clone',
  'Group Replication Data Stream subscription',
  'Subscribe to Group Replication Data Stream',
  'Slave_IO',
  'Slave_SQL',
  'Slave_worker',
  'Unknown',
]

const longestFirst = [...commands].sort((a, b) => b.length - a.length)
const isoTime = '\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(?:\\.\\d{1,6})?(?:Z|[+-]\\d\\d:\\d\\d)?'
const localTime = '\\d{6} [ \\d]\\d:\\d\\d:\\d\\d'
/** Time (or none), thread, command, argument. Old servers pad with blanks where newer ones write a tab. */
const entryStart = new RegExp(
  `^(?:(${isoTime})[\\t ]|(${localTime})[\\t ]|\\t\\t) {0,10}(\\d{1,20}) {1,2}(${longestFirst.join('|')})(?:\\t| {1,11}|\\r?$)`,
)

const bannerEnd = 'started with:'
const isBanner = (line: string): boolean =>
  (line.endsWith(bannerEnd) && line.includes(', Version: ')) ||
  /^Tcp port: \d+ {2}Unix socket: /.test(line) ||
  /^Time\s+Id Command\s+Argument\s*$/.test(line)

const notAnEntry: Problem = { reason: 'not-this-format', message: 'The line is not an entry of a MySQL general log.' }
const timeMissing: Problem = {
  reason: 'bad-time',
  message: 'The entry takes its time from an earlier one, which is not in this file.',
}

const latin1 = new TextDecoder('latin1')

/** Whether an entry or a line of the banner begins at `start`. */
function beginsEntry(units: Units, start: number, end: number): boolean {
  const first = units[start] as number
  const isLikely = first === 9 ? units[start + 1] === 9 : first >= 48 && first <= 57
  if (
    isLikely &&
    entryStart.test(latin1.decode(units.subarray(start, Math.min(end, start + limits.logPrefixCharactersMax))))
  ) {
    return true
  }
  const isBannerLikely =
    first === 84 || (end - start > bannerEnd.length && units[end - 1] === 58 && units[end - 2] === 104)
  return isBannerLikely && end - start < 1024 && isBanner(latin1.decode(units.subarray(start, end)))
}

/** An entry ends where the next one begins, so the last one of a chunk waits for what follows. */
const frame: Framer = (units, start, end, last, out) => {
  if (!frameLine(units, start, end, last, out)) return 'open'
  if (!beginsEntry(units, start, out.end)) return 'broken'
  let { end: stop, next, lines } = out
  for (;;) {
    if (next >= end) {
      if (!last) return 'open'
      break
    }
    if (!frameLine(units, next, end, last, out)) return 'open'
    if (beginsEntry(units, next, out.end)) break
    stop = out.end
    next = out.next
    lines++
  }
  out.end = stop
  out.next = next
  out.lines = lines
  return 'whole'
}

/** What the log said of a connection when it began. */
interface Session {
  readonly role: string
  readonly remoteHost: string
  readonly database: string
}
const unknownSession: Session = { role: '', remoteHost: '', database: '' }

class GeneralLog {
  readonly #clock: DatabaseClock
  readonly #sessions = new Map<string, Session>()
  #timeMs = Number.NaN

  constructor(clock: DatabaseClock) {
    this.#clock = clock
  }

  interpret(text: string, place: Place): Reading {
    const found = entryStart.exec(
      text.length > limits.logPrefixCharactersMax ? text.slice(0, limits.logPrefixCharactersMax) : text,
    )
    if (found === null) return isBanner(text.split('\n', 1)[0]?.trimEnd() ?? '') ? null : notAnEntry
    const [start, iso, local, session, command] = found as unknown as [string, string?, string?, string?, string?]
    if (iso !== undefined) this.#timeMs = this.#clock.parse(iso)
    else if (local !== undefined) this.#timeMs = this.#clock.parseCompact(local)
    if (Number.isNaN(this.#timeMs)) return iso === undefined && local === undefined ? timeMissing : this.#clock.problem
    return this.#readCommand(command as string, session as string, text.slice(start.length), place)
  }

  #readCommand(command: string, session: string, argument: string, place: Place): Reading {
    switch (command) {
      case 'Connect':
      case 'Change user':
        this.#remember(session, readConnect(argument))
        return null
      case 'Init DB':
        this.#remember(session, { ...this.#session(session), database: argument.trim() })
        return null
      case 'Quit':
        this.#sessions.delete(session)
        return null
      case 'Query':
      case 'Execute':
      case 'Bulk_execute':
        return this.#statement(session, argument.replace(/^\[\d{1,10}\] /, ''), place)
      default:
        return null
    }
  }

  #statement(session: string, argument: string, place: Place): Reading {
    const text = argument.replaceAll('\r\n', '\n')
    const { role, remoteHost, database } = this.#session(session)
    const use = /^\s{0,20}use\s{1,20}`?([^`;\s]{1,64})`?[\s;]{0,20}$/i.exec(text)
    if (use !== null) this.#remember(session, { role, remoteHost, database: use[1] as string })
    return {
      phase: 'statement',
      timeMs: this.#timeMs,
      place,
      role,
      database,
      session,
      application: '',
      remoteHost,
      text,
    }
  }

  #session(id: string): Session {
    return this.#sessions.get(id) ?? unknownSession
  }

  #remember(id: string, session: Session): void {
    this.#sessions.delete(id)
    if (this.#sessions.size >= limits.databaseSessionsMax) {
      const [oldest] = this.#sessions.keys()
      if (oldest !== undefined) this.#sessions.delete(oldest)
    }
    this.#sessions.set(id, session)
  }
}

/** `voter@10.0.0.5 on rolls using TCP/IP`; a refused sign-in (`Access denied for …`) tells nothing of a session. */
function readConnect(argument: string): Session {
  const found = /^(.{0,200})@([^\s@]{0,255}) (?:as \S{0,80} )?on ?(\S{0,64})(?: using .{1,40})?\s*$/.exec(argument)
  if (found === null) return unknownSession
  const database = found[3] as string
  return { role: found[1] as string, remoteHost: found[2] as string, database: database === 'using' ? '' : database }
}

const open = (options: FormatOptions): DatabaseReader => {
  const log = new GeneralLog(new DatabaseClock(options.utcOffsetMinutes))
  return new FramedReader({ frame, interpret: (text, place) => log.interpret(text, place) })
}

/** Reads `utcOffsetMinutes` for the older form, which is in the server's local time (UTC where it is not given). */
export const mysqlGeneral: DatabaseFormat = {
  kind: 'statements',
  name: 'mysql-general',
  title: 'MySQL or MariaDB general query log',
  recognise: (sample) => recogniseByReading(sample, open),
  open,
}
