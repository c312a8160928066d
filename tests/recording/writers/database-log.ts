/** Writes all statements of a recording as the site's database logs them, in the order of time, with a small pool of
 *  connections as web applications keep. */
import type { DatabaseWork, Scenario } from '../scenario.ts'
import { minuteMs } from '../stage.ts'
import { mysqlGeneralHeader, mysqlGeneralLine } from './mysql-general.ts'
import type { Session } from './postgres-jsonlog.ts'
import { statementLines } from './postgres-jsonlog.ts'

const poolSize = 6

/** The lines, and for each line the source that caused it (-1 for the server's own header). */
export interface DatabaseLog {
  readonly lines: string[]
  readonly sources: number[]
}

interface Pending {
  readonly timeMs: number
  readonly line: string
  readonly source: number
}

/** Connections of one role; statements take turns. */
class Pool {
  readonly #sessions: Session[]
  #turn = 0

  constructor(scenario: Scenario, role: string, application: string, firstPid: number, startMs: number) {
    this.#sessions = Array.from({ length: poolSize }, (_, i) => ({
      pid: firstPid + i * 3,
      role,
      database: scenario.site.database.name,
      application,
      remoteHost: '127.0.0.1',
      startMs: startMs - minuteMs + i * 700,
      lineCount: 0,
      statementCount: 0,
    }))
  }

  next(): Session {
    this.#turn += 1
    return this.#sessions[this.#turn % poolSize] as Session
  }
}

/** Its own order is by time of the statement's beginning; a later line of a statement goes where its time puts it. */
export function databaseLog(scenario: Scenario, work: readonly DatabaseWork[], startMs: number): DatabaseLog {
  const pools = new Map<string, Pool>()
  const pending: Pending[] = []
  for (const { chore, source, comment } of [...work].sort((a, b) => a.chore.timeMs - b.chore.timeMs)) {
    let pool = pools.get(chore.role)
    if (pool === undefined) {
      pool = new Pool(scenario, chore.role, chore.application, 2_417 + pools.size * 911, startMs)
      pools.set(chore.role, pool)
    }
    const session = pool.next()
    let timeMs = chore.timeMs
    for (const executed of chore.statements) {
      const lines =
        scenario.site.dialect === 'postgresql'
          ? statementLines(session, executed, timeMs, comment, scenario.logsDuration ?? true)
          : [mysqlGeneralLine(session.pid, executed, timeMs, comment)]
      for (const [i, line] of lines.entries())
        pending.push({ timeMs: timeMs + (i === 0 ? 0 : executed.durationMs), line, source })
      timeMs += executed.durationMs
    }
  }
  pending.sort((a, b) => a.timeMs - b.timeMs)
  const header = scenario.site.dialect === 'mysql' ? mysqlGeneralHeader : []
  return {
    lines: [...header, ...pending.map(({ line }) => line)],
    sources: [...header.map(() => -1), ...pending.map(({ source }) => source)],
  }
}
