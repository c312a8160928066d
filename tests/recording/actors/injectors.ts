/** Attackers who inject SQL through the status page: a person by hand, and a person's tool that reads the roll out
 *  record by record. A block is the scenario's matter: blocked or not, they go on asking. */
import { browser } from '../agents.ts'
import type { Encode } from '../encodings.ts'
import { percentAll, typed, typedWithPlus } from '../encodings.ts'
import type { Visit } from '../exchange.ts'
import type { Payload } from '../payloads.ts'
import { handTyped, toolDetection, toolRun, unionDump, unionRead } from '../payloads.ts'
import { licenceOf } from '../people.ts'
import type { Actor, Stage } from '../stage.ts'
import { at, secondMs } from '../stage.ts'

export interface HandTypedPlan {
  readonly client?: string
  readonly day: number
  readonly clock: string
  /** Pauses between two requests: from, to. */
  readonly pauseMs?: readonly [number, number]
}

/** A person at a keyboard, who finds the hole and looks around. */
export const handTypedInjection = (plan: HandTypedPlan): Actor => ({
  name: `hand-typed-day-${plan.day + 1}`,
  label: 'attack',
  technique: 'sqli-hand-typed',
  *plan(stage: Stage): Iterable<Visit> {
    const { site, random } = stage
    const { host, paths, roll } = site.description
    const client = plan.client ?? stage.addresses.take(random)
    const agent = browser(random)
    const [pauseMinMs, pauseMaxMs] = plan.pauseMs ?? [25 * secondMs, 240 * secondMs]
    const referer = `https://${host}${paths.status}`
    let timeMs = at(stage, plan.day, plan.clock)
    yield { ...site.page(paths.status), timeMs, client, agent, referer: '' }
    for (const payload of handTyped(site.description, licenceOf(roll, 0))) {
      timeMs += random.skewed(pauseMinMs, pauseMaxMs)
      const exchange = site.injected(payload.text, random.pick([typed, typedWithPlus]), payload.effect)
      yield { ...exchange, timeMs: timeMs + exchange.durationMs, client, agent, referer }
    }
  },
})

export interface DumpPlan {
  readonly clients?: readonly string[]
  readonly day: number
  readonly clock: string
  readonly records: number
  readonly recordsPerRequest?: number
  /** Requests after the dump that ask for more of the same; a block makes them 403s. */
  readonly furtherRequests?: number
  /** Pauses between two requests of the dump, and of what follows it. */
  readonly pauseMs?: readonly [number, number]
  readonly furtherPauseMs?: readonly [number, number]
  readonly agent?: string
  readonly encode?: Encode
  /** Rewrites each payload, as evasion scripts do; it must not change what the statement means. */
  readonly tamper?: (payload: string) => string
}

const lookingAround = (stage: Stage, run: ReturnType<typeof toolRun>): Payload[] => {
  const { random, site } = stage
  const { description } = site
  const table = description.table.name.split('.').at(-1) as string
  const one = (column: string, from = ''): Payload => ({
    text: unionRead(description, [column], from, run, random),
    effect: { rows: 1, shownCharacters: 40 },
  })
  const columnCount = 10
  return [
    one('VERSION()'),
    one('CURRENT_USER'),
    ...['articles', 'applications', table, 'staff'].map((_, i) =>
      one(
        'table_name',
        `information_schema.tables ${description.dialect === 'mysql' ? `LIMIT ${i},1` : `OFFSET ${i} LIMIT 1`}`,
      ),
    ),
    ...Array.from({ length: columnCount }, (_, i) =>
      one(
        'column_name',
        `information_schema.columns ${description.dialect === 'mysql' ? `LIMIT ${i},1` : `OFFSET ${i} LIMIT 1`}`,
      ),
    ),
    one('COUNT(*)', description.table.name),
  ]
}

/** A tool's run: it finds the hole, reads the catalogue, then the roll. */
export const unionDumpRun = (plan: DumpPlan): Actor => ({
  name: `union-dump-day-${plan.day + 1}`,
  label: 'attack',
  technique: 'sqli-union',
  *plan(stage: Stage): Iterable<Visit> {
    const { site, random } = stage
    const clients = plan.clients ?? [stage.addresses.take(random)]
    const agent = plan.agent ?? 'sqlmap/1.8.4#stable (https://sqlmap.org)'
    const run = toolRun(random)
    const licence = licenceOf(site.description.roll, 0)
    const tamper = plan.tamper ?? ((payload: string) => payload)
    const perRequest = plan.recordsPerRequest ?? 1
    let timeMs = at(stage, plan.day, plan.clock)
    const send = function* (payloads: readonly Payload[], [min, max]: readonly [number, number]): Iterable<Visit> {
      for (const { text, effect } of payloads) {
        const exchange = site.injected(tamper(text), plan.encode ?? percentAll, effect)
        timeMs += random.integer(min, max) + exchange.durationMs
        yield { ...exchange, timeMs, client: random.pick(clients), agent, referer: '' }
      }
    }
    const pauseMs = plan.pauseMs ?? [700, 4_200]
    yield { ...site.status(licence, percentAll), timeMs, client: clients[0] as string, agent, referer: '' }
    yield* send(toolDetection(site.description, licence, run, random), [40, 900])
    yield* send(lookingAround(stage, run), [300, 1_500])
    yield* send(unionDump(site.description, 40, plan.records, perRequest, run, random), pauseMs)
    yield* send(
      unionDump(site.description, 40 + plan.records, (plan.furtherRequests ?? 0) * perRequest, perRequest, run, random),
      plan.furtherPauseMs ?? pauseMs,
    )
  },
})
