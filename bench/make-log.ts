/** Makes the log that the benchmarks read: a combined access log of any size, from a seed, a day at a time, with about
 *  one attack line in a hundred. Streams to its file, so that memory does not grow with it. */
import { createWriteStream, existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { finished } from 'node:stream/promises'
import { parseArgs } from 'node:util'
import { passwordSpray } from '../tests/recording/actors/guessers.ts'
import { handTypedInjection, unionDumpRun } from '../tests/recording/actors/injectors.ts'
import { scannerBurst } from '../tests/recording/actors/scanners.ts'
import { lookupWalk } from '../tests/recording/actors/walkers.ts'
import { record } from '../tests/recording/record.ts'
import type { Scenario } from '../tests/recording/scenario.ts'
import type { Traffic } from '../tests/recording/scenarios.ts'
import { quietDays, withAttacks } from '../tests/recording/scenarios.ts'
import { wrenfield } from '../tests/recording/sites.ts'
import type { Actor } from '../tests/recording/stage.ts'
import { dayMs, hourMs, secondMs } from '../tests/recording/stage.ts'

/** What is known of a log that was made. */
export interface LogFacts {
  readonly megabytes: number
  readonly seed: string
  readonly bytes: number
  readonly lines: number
  readonly attackLines: number
  readonly days: number
}

export interface MadeLog {
  readonly path: string
  readonly facts: LogFacts
}

/** A county in the weeks before an election: some 21,000 lines a day. */
const busyOffice: Traffic = {
  visitors: 2_000,
  campus: 160,
  clerks: [
    ['m.garza', 380],
    ['s.okafor', 240],
  ],
  monitorEveryMs: 25 * secondMs,
}

/** Each day has one attack, in turn: about a hundredth of the lines in the long run. */
const attacksInTurn: readonly (() => Actor)[] = [
  () => handTypedInjection({ day: 0, clock: '21:30:00' }),
  () => unionDumpRun({ day: 0, clock: '03:10:00', records: 330 }),
  () => scannerBurst({ day: 0, clock: '13:20:05', requests: 240, lastsMs: 900 }),
  () => lookupWalk({ addressCount: 25, records: 240, day: 0, clock: '08:00:00', lastsMs: 9 * hourMs, order: 'random' }),
  () => passwordSpray({ addressCount: 30, triesPerAddress: 5, day: 0, clock: '02:00:00', lastsMs: 2 * hourMs }),
]

const firstDayMs = Date.UTC(2026, 5, 1)

/** One day of the log, for a day's number from 0. */
export function dayOfLog(day: number): Scenario {
  const date = new Date(firstDayMs + day * dayMs).toISOString().slice(0, 10)
  const attack = attacksInTurn[day % attacksInTurn.length] as () => Actor
  return withAttacks(quietDays(wrenfield, date, 1, busyOffice), `day-${day}`, [attack()])
}

/** Where the log of a size and seed lies. */
export const logPath = (megabytes: number, seed: string): string =>
  join(tmpdir(), 'bellwether-bench', `access-${megabytes}mb-${seed}.log`)

const factsPath = (path: string): string => `${path}.facts.json`

function madeBefore(path: string): LogFacts | undefined {
  if (!existsSync(path) || !existsSync(factsPath(path))) return undefined
  const facts = JSON.parse(readFileSync(factsPath(path), 'utf8')) as LogFacts
  return facts.bytes === statSync(path).size ? facts : undefined
}

/** Writes the log, unless the same one lies there already. A megabyte is 1,000,000 bytes. */
export async function makeLog(megabytes: number, seed = '1', path = logPath(megabytes, seed)): Promise<MadeLog> {
  const before = madeBefore(path)
  if (before !== undefined) return { path, facts: before }
  if (existsSync(path) && !existsSync(factsPath(path)))
    throw new Error(`${path} is there and was not made by this program`)
  mkdirSync(dirname(path), { recursive: true })
  rmSync(factsPath(path), { force: true })
  const out = createWriteStream(path)
  const sizeMax = megabytes * 1_000_000
  let bytes = 0
  let lines = 0
  let attackLines = 0
  let day = 0
  for (; bytes < sizeMax; day++) {
    const recording = record(dayOfLog(day), seed)
    let text = ''
    for (const [i, line] of recording.combined().entries()) {
      // Every line is ASCII: the writer escapes what is not, and a request target is ASCII as sent.
      if (bytes + text.length >= sizeMax) break
      text += `${line}\n`
      lines += 1
      if (recording.sources[recording.entries[i]?.source ?? 0]?.label === 'attack') attackLines += 1
    }
    bytes += text.length
    if (!out.write(text, 'latin1')) await new Promise<void>((resolve) => out.once('drain', () => resolve()))
  }
  out.end()
  await finished(out)
  const facts: LogFacts = { megabytes, seed, bytes, lines, attackLines, days: day }
  writeFileSync(factsPath(path), `${JSON.stringify(facts, null, 2)}\n`)
  return { path, facts }
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      megabytes: { type: 'string', default: '500' },
      seed: { type: 'string', default: '1' },
      out: { type: 'string' },
    },
  })
  const made = await makeLog(Number(values.megabytes), values.seed, values.out)
  console.log(`${made.path}\n${JSON.stringify(made.facts, null, 2)}`)
}
