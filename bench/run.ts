/** `npm run bench`: times whole processes on one log, in turn, in one run: Bellwether's scan beside grep, GoAccess and
 *  wc. Prints a table of medians and ratios, and writes it as JSON; it judges nothing. */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { attackLiterals } from './literals.ts'
import { describeMachine } from './machine.ts'
import { type LogFacts, makeLog } from './make-log.ts'
import { type Command, isInstalled, type Measured, measure, median, versionOf } from './measure.ts'
import { printTable } from './table.ts'

interface Contender {
  readonly name: string
  /** As a person would type it; FILE stands for the log. */
  readonly shown: string
  readonly command: Command
  readonly isThere: boolean
  /** Slow ones need fewer rounds. */
  readonly roundsMax: number
  /** Exit codes that mean that the work was done: grep says 1 for no match. */
  readonly doneCodes: readonly number[]
}

interface Row {
  readonly name: string
  readonly command: string
  readonly rounds: number
  readonly secondsMedian: number
  readonly secondsMin: number
  readonly secondsMax: number
  readonly cpuSecondsMedian?: number
  readonly linesPerSecond: number
  readonly megabytesPerSecond: number
  readonly peakMegabytes?: number
}

const root = fileURLToPath(new URL('..', import.meta.url))
const outFolder = join(root, 'bench', 'out')

/** Those who run; `file` is the log. The byte-wise locale is grep's fastest. */
function contendersFor(file: string, goaccessRounds: number): Contender[] {
  const literals = join(outFolder, 'attack-literals.txt')
  const goaccessOut = join(outFolder, 'goaccess.json')
  writeFileSync(literals, `${attackLiterals.join('\n')}\n`)
  const bytewise = { LC_ALL: 'C' }
  const cli = join(root, 'bin', 'bellwether.js')
  return [
    {
      name: 'wc',
      shown: 'LC_ALL=C wc -l FILE',
      command: { program: 'wc', args: ['-l', file], environment: bytewise },
      isThere: isInstalled('wc'),
      roundsMax: Number.POSITIVE_INFINITY,
      doneCodes: [0],
    },
    {
      name: 'grep',
      shown: `LC_ALL=C grep -ciF -f ${attackLiterals.length}-attack-literals FILE`,
      command: { program: 'grep', args: ['-ciF', '-f', literals, file], environment: bytewise },
      isThere: isInstalled('grep'),
      roundsMax: Number.POSITIVE_INFINITY,
      doneCodes: [0, 1],
    },
    {
      name: 'grep, UTF-8',
      shown: `LC_ALL=C.UTF-8 grep -ciF -f ${attackLiterals.length}-attack-literals FILE`,
      command: { program: 'grep', args: ['-ciF', '-f', literals, file], environment: { LC_ALL: 'C.UTF-8' } },
      isThere: isInstalled('grep'),
      roundsMax: Number.POSITIVE_INFINITY,
      doneCodes: [0, 1],
    },
    {
      name: 'bellwether',
      shown: 'node bin/bellwether.js scan FILE --json',
      command: { program: process.execPath, args: [cli, 'scan', file, '--json'] },
      isThere: existsSync(cli),
      roundsMax: Number.POSITIVE_INFINITY,
      doneCodes: [0],
    },
    {
      name: 'goaccess',
      shown: 'goaccess FILE --log-format=COMBINED -o out.json --no-progress',
      command: { program: 'goaccess', args: [file, '--log-format=COMBINED', '-o', goaccessOut, '--no-progress'] },
      isThere: isInstalled('goaccess'),
      roundsMax: goaccessRounds,
      doneCodes: [0],
    },
  ]
}

/** Runs every contender once in each round, so that a busy minute of the machine hits them all. */
function runRounds(contenders: readonly Contender[], rounds: number): Map<Contender, Measured[]> {
  const results = new Map<Contender, Measured[]>(contenders.map((contender) => [contender, []]))
  for (let round = 0; round < rounds; round++) {
    for (const [contender, measured] of results) {
      if (round >= contender.roundsMax) continue
      const one = measure(contender.command)
      if (!contender.doneCodes.includes(one.exitCode)) {
        console.error(`${contender.name} ended with ${one.exitCode}, left out: ${one.complaint}`)
        results.delete(contender)
        continue
      }
      measured.push(one)
      console.error(`round ${round + 1} ${contender.name}: ${one.seconds.toFixed(2)} s`)
    }
  }
  return results
}

function rowOf(contender: Contender, measured: readonly Measured[], facts: LogFacts): Row {
  const seconds = measured.map((one) => one.seconds)
  const middle = median(seconds)
  const cpu = measured.flatMap((one) => one.cpuSeconds ?? [])
  const peaks = measured.flatMap((one) => one.peakMegabytes ?? [])
  return {
    name: contender.name,
    command: contender.shown,
    rounds: measured.length,
    secondsMedian: rounded(middle),
    secondsMin: rounded(Math.min(...seconds)),
    secondsMax: rounded(Math.max(...seconds)),
    ...(cpu.length === 0 ? {} : { cpuSecondsMedian: rounded(median(cpu)) }),
    linesPerSecond: Math.round(facts.lines / middle),
    megabytesPerSecond: Math.round(facts.bytes / 1e6 / middle),
    ...(peaks.length === 0 ? {} : { peakMegabytes: Math.max(...peaks) }),
  }
}

const rounded = (value: number): number => Math.round(value * 1_000) / 1_000

function printRows(rows: readonly Row[]): void {
  const own = rows.find((row) => row.name === 'bellwether')
  printTable(
    ['', 'seconds', 'min-max', 'CPU s', 'lines/s', 'MB/s', 'peak MB', 'times bellwether'],
    rows.map((row) => [
      row.name,
      row.secondsMedian.toFixed(2),
      `${row.secondsMin.toFixed(2)}-${row.secondsMax.toFixed(2)}`,
      row.cpuSecondsMedian?.toFixed(2) ?? '?',
      row.linesPerSecond.toLocaleString('en-US'),
      String(row.megabytesPerSecond),
      String(row.peakMegabytes ?? '?'),
      own === undefined ? '?' : (row.secondsMedian / own.secondsMedian).toFixed(2),
    ]),
  )
}

/** Both bars of the design, as measured: how many times grep's time a scan takes (the faster grep's), and how many times
 *  a scan's time GoAccess takes. */
function ratiosOf(rows: readonly Row[]): Record<string, number> {
  const seconds = (name: string): number[] =>
    rows.filter((row) => row.name.startsWith(name)).map((row) => row.secondsMedian)
  const [own, goaccess] = [seconds('bellwether')[0], seconds('goaccess')[0]]
  const grep = seconds('grep').length === 0 ? undefined : Math.min(...seconds('grep'))
  return {
    ...(own === undefined || grep === undefined ? {} : { bellwetherToGrep: rounded(own / grep) }),
    ...(own === undefined || goaccess === undefined ? {} : { goaccessToBellwether: rounded(goaccess / own) }),
  }
}

/** What there is to know of a log that somebody brought. Nothing of it is changed. */
function factsOfFile(path: string): { path: string; facts: LogFacts } {
  const bytes = statSync(path).size
  const lines = Number(execFileSync('wc', ['-l', path], { encoding: 'utf8' }).trim().split(' ')[0])
  return { path, facts: { megabytes: bytes / 1e6, seed: '', bytes, lines, attackLines: 0, days: 0 } }
}

const { values } = parseArgs({
  options: {
    megabytes: { type: 'string', default: '500' },
    seed: { type: 'string', default: '1' },
    rounds: { type: 'string', default: '3' },
    'goaccess-rounds': { type: 'string', default: '1' },
    skip: { type: 'string', multiple: true, default: [] },
    file: { type: 'string' },
  },
})

mkdirSync(outFolder, { recursive: true })
console.error(`making the log of ${values.megabytes} MB, unless it is there`)
const { path, facts } =
  values.file === undefined ? await makeLog(Number(values.megabytes), values.seed) : factsOfFile(values.file)
const present = contendersFor(path, Number(values['goaccess-rounds'])).filter(({ name }) => !values.skip.includes(name))
for (const { name } of present.filter(({ isThere }) => !isThere)) console.error(`${name} is not there, left out`)
// The first reading fills the page cache for all.
measure({ program: 'cat', args: [path] })
const results = runRounds(
  present.filter(({ isThere }) => isThere),
  Number(values.rounds),
)
const rows = [...results].map(([contender, measured]) => rowOf(contender, measured, facts))
const ratios = ratiosOf(rows)
console.log(
  `\n${facts.lines.toLocaleString('en-US')} lines, ${(facts.bytes / 1e6).toFixed(0)} MB${values.file === undefined ? `, ${facts.attackLines} of attacks` : ''}`,
)
printRows(rows)
for (const [name, ratio] of Object.entries(ratios)) console.log(`${name}: ${ratio.toFixed(2)}`)

const tools = Object.fromEntries(
  ['grep', 'goaccess', 'wc']
    .filter((name) => results.size > 0 && isInstalled(name))
    .map((name) => [name, versionOf(name)]),
)
// Only the full size is a figure to keep; smaller runs are for a quick look.
const isKept = facts.megabytes >= 500 && values.file === undefined
const resultFile = isKept ? join(root, 'bench', 'results', 'scan.json') : join(outFolder, 'scan.json')
mkdirSync(join(resultFile, '..'), { recursive: true })
writeFileSync(
  resultFile,
  `${JSON.stringify({ benchmark: 'scan', log: facts, machine: describeMachine(), tools, rows, ratios }, null, 2)}\n`,
)
console.error(`written: ${resultFile}`)
