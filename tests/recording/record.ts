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

const unavailablePageBytes = 157

/** What the web server answers by itself: the application never sees the request. */
const answeredBefore = (visit: Visit, status: number, bodyBytes: number): Visit => ({
  ...visit,
  status,
  bodyBytes,
  durationMs: 0,
  statements: [],
  shown: [],
})

interface Planned {
  readonly visits: { readonly visit: Visit; readonly source: number }[]
  readonly chores: DatabaseWork[]
}

/** Lets every actor plan, and puts the web server's own answers in place of the site's: blocks and outages. */
function plan(scenario: Scenario, random: Random): Planned {
  const site = openSite(scenario.site)
  const addresses = new AddressPool()
  for (const { client } of scenario.blocks ?? []) addresses.keepFree(client)
  const blockedFromMs = new Map((scenario.blocks ?? []).map(({ client, fromMs }) => [client, fromMs]))
  const throughServer = (visit: Visit): Visit => {
    if (visit.timeMs >= (blockedFromMs.get(visit.client) ?? Number.POSITIVE_INFINITY)) {
      return answeredBefore(visit, 403, forbiddenPageBytes)
    }
    const outage = scenario.outages?.find(({ fromMs, toMs }) => visit.timeMs >= fromMs && visit.timeMs < toMs)
    // Files lie on the web server itself.
    const isFile = scenario.site.files.some(({ path }) => path === visit.target)
    return outage === undefined || isFile ? visit : answeredBefore(visit, outage.status, unavailablePageBytes)
  }
  const planned: Planned = { visits: [], chores: [] }
  for (const [source, actor] of scenario.actors.entries()) {
    const own = random.fork(`${source}/${actor.name}`)
    const stage = { site, random: own, addresses, startMs: startOf(scenario), days: scenario.days }
    for (const visit of actor.plan(stage)) {
      planned.visits.push({ visit: throughServer(visit), source })
    }
    for (const chore of actor.chores?.(stage) ?? []) planned.chores.push({ chore, source, comment: '' })
  }
  return planned
}

/** What the web application did in the database for each request. */
function webWork(scenario: Scenario, entries: readonly Entry[]): DatabaseWork[] {
  const { role, application } = scenario.site.database
  return entries
    .filter(({ visit }) => visit.statements.length > 0)
    .map(({ visit, source, requestId }) => ({
      chore: { timeMs: visit.timeMs - visit.durationMs, role, application, statements: visit.statements },
      source,
      comment: scenario.marksRequests === true ? `/* request ${requestId} */ ` : '',
    }))
}

/** Plays a scenario. The database log and the truth are worked out when they are first asked for. */
export function record(scenario: Scenario, seed: string | number): Recording {
  const random = new Random(`${seed}/${scenario.name}`)
  const { visits, chores } = plan(scenario, random)
  const startMs = startOf(scenario)
  const endMs = startMs + scenario.days * dayMs
  const idPrefix = random.fork('request-ids').letters(24, '0123456789abcdef')
  const entries = visits
    .filter(({ visit }) => visit.timeMs < endMs)
    .sort((a, b) => a.visit.timeMs - b.visit.timeMs)
    .map((entry, i) => ({ ...entry, requestId: `${idPrefix}${(i + 1).toString(16).padStart(8, '0')}` }))
  const sources = scenario.actors.map(({ name, label, technique }) => ({ name, label, technique }))
  const written = once(() => databaseLog(scenario, [...chores, ...webWork(scenario, entries)], startMs))
  const truth = once(() => truthOf(scenario, sources, entries, written().sources))
  return {
    scenario,
    sources,
    entries,
    get truth() {
      return truth()
    },
    combined: () => entries.map(({ visit }) => combinedLine(visit, scenario.site.utcOffsetMinutes)),
    nginxJson: (keys = nginxKeys) =>
      entries.map(({ visit, requestId }) => nginxJsonLine(visit, scenario.site.utcOffsetMinutes, requestId, keys)),
    database: () => written().lines,
  }
}

/** A value that is worked out at the first call and kept. */
function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined
  return () => {
    made ??= { value: make() }
    return made.value
  }
}
