/** Makes a recording of a scenario: lets the actors plan, puts their visits in order, applies blocks, and hands out
 *  the logs and the truth about each line. Same scenario and seed, same recording. */
import { AddressPool } from './addresses.ts'
import type { Visit } from './exchange.ts'
import { Random } from './random.ts'
import type { DatabaseWork, Entry, Scenario, Source } from './scenario.ts'
import { startOf } from './scenario.ts'
import { openSite } from './site.ts'
import { dayMs } from './stage.ts'
import type { Truth } from './truth.ts'
import { truthOf } from './truth.ts'
import { combinedLine } from './writers/combined.ts'
import { databaseLog } from './writers/database-log.ts'
import type { JsonKeys } from './writers/nginx-json.ts'
import { nginxJsonLine, nginxKeys } from './writers/nginx-json.ts'

export interface Recording {
  readonly scenario: Scenario
  readonly sources: readonly Source[]
  /** In the order of the log: entry N is line N + 1. */
  readonly entries: readonly Entry[]
  readonly truth: Truth
  /** Lines without terminators. */
  combined(): string[]
  nginxJson(keys?: JsonKeys): string[]
  /** PostgreSQL jsonlog, or the MySQL general log, as the site's database has it. */
  database(): string[]
}

const forbiddenPageBytes = 153

function blocked(visit: Visit): Visit {
  return { ...visit, status: 403, bodyBytes: forbiddenPageBytes, durationMs: 0, statements: [], shown: [] }
}

export function record(scenario: Scenario, seed: string | number): Recording {
  const random = new Random(`${seed}/${scenario.name}`)
  const site = openSite(scenario.site)
  const addresses = new AddressPool()
  for (const { client } of scenario.blocks ?? []) addresses.keepFree(client)
  const startMs = startOf(scenario)
  const blockedFromMs = new Map((scenario.blocks ?? []).map(({ client, fromMs }) => [client, fromMs]))
  const planned: { visit: Visit; source: number }[] = []
  const work: DatabaseWork[] = []
  for (const [source, actor] of scenario.actors.entries()) {
    const stage = { site, random: random.fork(`${source}/${actor.name}`), addresses, startMs, days: scenario.days }
    for (const visit of actor.plan(stage)) {
      const stopped = visit.timeMs >= (blockedFromMs.get(visit.client) ?? Number.POSITIVE_INFINITY)
      planned.push({ visit: stopped ? blocked(visit) : visit, source })
    }
    for (const chore of actor.chores?.(stage) ?? []) work.push({ chore, source, comment: '' })
  }
  const endMs = startMs + scenario.days * dayMs
  const idPrefix = random.fork('request-ids').letters(24, '0123456789abcdef')
  const entries = planned
    .filter(({ visit }) => visit.timeMs < endMs)
    .sort((a, b) => a.visit.timeMs - b.visit.timeMs)
    .map((entry, i) => ({ ...entry, requestId: `${idPrefix}${(i + 1).toString(16).padStart(8, '0')}` }))
  for (const { visit, source, requestId } of entries) {
    if (visit.statements.length === 0) continue
    const { role, application } = scenario.site.database
    const comment = scenario.marksRequests === true ? `/* request ${requestId} */ ` : ''
    work.push({
      chore: { timeMs: visit.timeMs - visit.durationMs, role, application, statements: visit.statements },
      source,
      comment,
    })
  }
  const written = databaseLog(scenario, work, startMs)
  const sources = scenario.actors.map(({ name, label, technique }) => ({ name, label, technique }))
  return {
    scenario,
    sources,
    entries,
    truth: truthOf(scenario, sources, entries, written.sources),
    combined: () => entries.map(({ visit }) => combinedLine(visit, scenario.site.utcOffsetMinutes)),
    nginxJson: (keys = nginxKeys) =>
      entries.map(({ visit, requestId }) => nginxJsonLine(visit, scenario.site.utcOffsetMinutes, requestId, keys)),
    database: () => written.lines,
  }
}
