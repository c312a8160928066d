/** The truth about a recording: who sent each line, and how many voters' records had been exposed by then. */
import type { Entry, Scenario, Source } from './scenario.ts'

/** Runs of equal values: `[value, length]`. */
export type Runs = readonly (readonly [number, number])[]

export interface Truth {
  readonly name: string
  readonly lines: number
  readonly databaseLines: number
  readonly sources: readonly (Source & { readonly requests: number; readonly addresses: number })[]
  /** Index into `sources` of the lines of the web log, in order. */
  readonly lineSources: Runs
  /** The same for the database log; -1 is the server's own header. */
  readonly databaseLineSources: Runs
  /** First and last line (from 1) that an attack sent, with their times. */
  readonly firstMalicious?: { readonly line: number; readonly timeMs: number }
  readonly lastMalicious?: { readonly line: number; readonly timeMs: number }
  /** `[line, records]`: distinct voters that attacks had been shown, at each line where the number grows. */
  readonly recordsExposedAfterLine: readonly (readonly [number, number])[]
  /** By attacking source: addresses, and distinct voters shown to it. */
  readonly attackers: readonly {
    readonly source: number
    readonly addresses: readonly string[]
    readonly recordsExposed: number
  }[]
}

function runsOf(values: Iterable<number>): Runs {
  const runs: [number, number][] = []
  for (const value of values) {
    const last = runs.at(-1)
    if (last !== undefined && last[0] === value) last[1] += 1
    else runs.push([value, 1])
  }
  return runs
}

/** The value of each line again. */
export function* expandRuns(runs: Runs): Iterable<number> {
  for (const [value, length] of runs) for (let i = 0; i < length; i++) yield value
}

export function truthOf(
  scenario: Scenario,
  sources: readonly Source[],
  entries: readonly Entry[],
  databaseSources: readonly number[],
): Truth {
  const exposed = new Set<number>()
  const exposedAfterLine: [number, number][] = []
  const perSource = sources.map(() => ({ requests: 0, addresses: new Set<string>(), shown: new Set<number>() }))
  const malicious: { line: number; timeMs: number }[] = []
  for (const [i, { visit, source }] of entries.entries()) {
    const own = perSource[source] as (typeof perSource)[number]
    own.requests += 1
    own.addresses.add(visit.client)
    if (sources[source]?.label !== 'attack') continue
    malicious.push({ line: i + 1, timeMs: visit.timeMs })
    const before = exposed.size
    for (const voter of visit.shown) {
      exposed.add(voter)
      own.shown.add(voter)
    }
    if (exposed.size > before) exposedAfterLine.push([i + 1, exposed.size])
  }
  const first = malicious[0]
  const last = malicious.at(-1)
  return {
    name: scenario.name,
    lines: entries.length,
    databaseLines: databaseSources.length,
    sources: sources.map((source, i) => ({
      ...source,
      requests: perSource[i]?.requests ?? 0,
      addresses: perSource[i]?.addresses.size ?? 0,
    })),
    lineSources: runsOf(entries.map(({ source }) => source)),
    databaseLineSources: runsOf(databaseSources),
    ...(first === undefined ? {} : { firstMalicious: first }),
    ...(last === undefined ? {} : { lastMalicious: last }),
    recordsExposedAfterLine: exposedAfterLine,
    attackers: perSource.flatMap(({ addresses, shown }, source) =>
      sources[source]?.label === 'attack'
        ? [{ source, addresses: [...addresses].sort(), recordsExposed: shown.size }]
        : [],
    ),
  }
}
