/** `node bench/sigma.ts RULES... [--events FILE] [--count N] [--only PART]... [--rounds N]`: how many Windows process
 *  events a second the Sigma engine reads and matches with all rules of some folders, on one core, as JSON lines (`json`)
 *  and as EVTX (`evtx`), by itself and within the machines watch. Events come from a file of JSON lines, or are made. Also
 *  what a window of a million distinct values costs an event (`values`). Prints a table; it judges nothing. */
import { globSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { limits } from '../src/core/limits.ts'
import type { EventRecord } from '../src/formats/event.ts'
import type { EventFormat } from '../src/formats/format.ts'
import { windowsFormats } from '../src/formats/windows-formats.ts'
import { windowsJson } from '../src/formats/windows-json.ts'
import { compile } from '../src/sigma/compile.ts'
import type { Engine } from '../src/sigma/engine.ts'
import { eventOf } from '../src/sigma/event.ts'
import { LogsourceTable, parseMappings } from '../src/sigma/mappings.ts'
import { parseRules } from '../src/sigma/parse-rules.ts'
import type { SigmaRule } from '../src/sigma/rule.ts'
import { MachinesWatch } from '../src/watches/machines/watch.ts'
import { describeMachine } from './machine.ts'
import { makeLines, toEvtx } from './sigma-events.ts'
import { printTable } from './table.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    events: { type: 'string' },
    count: { type: 'string', default: '20000' },
    only: { type: 'string', multiple: true },
    rounds: { type: 'string', default: '7' },
  },
})
const does = (part: string): boolean => values.only === undefined || values.only.includes(part)
if (positionals.length === 0) throw new Error('name folders or files of rules')

function loadRules(): SigmaRule[] {
  const files = positionals.flatMap((path) =>
    statSync(path).isDirectory() ? globSync('**/*.yml', { cwd: path }).map((name) => join(path, name)) : [path],
  )
  const texts = files.map((file) => [readFileSync(file, 'utf8'), file] as const)
  return timed('reading rules (YAML)', texts.length, () =>
    texts.flatMap(([text, file]) => parseRules(text, file).rules),
  )
}

const rows: string[][] = []

/** Processor time of this process so far, in seconds: the machine may be shared. */
const cpuSeconds = (): number => {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1e6
}

const addRow = (name: string, count: number, seconds: number): number =>
  rows.push([name, count.toLocaleString('en'), seconds.toFixed(2), Math.round(count / seconds).toLocaleString('en')])

/** Runs a part once, with its time in the table. */
function timed<T>(name: string, count: number, part: () => T): T {
  const started = cpuSeconds()
  const result = part()
  addRow(name, count, cpuSeconds() - started)
  return result
}

/** Runs a part several times and shows the fastest. */
function fastest(name: string, count: number, part: () => void): void {
  const rounds = Array.from({ length: Number(values.rounds) }, () => {
    const started = cpuSeconds()
    part()
    return cpuSeconds() - started
  })
  addRow(name, count, Math.min(...rounds))
}

function load(): { engine: Engine; table: LogsourceTable } {
  const rules = loadRules()
  const cache = JSON.stringify(rules)
  const mappings = parseMappings(
    JSON.parse(readFileSync(join(import.meta.dirname, '../data/mappings/windows.json'), 'utf8')),
  )
  if (!mappings.ok) throw new Error(mappings.error)
  const { engine, rejects } = timed('compiling', rules.length, () => compile(rules, mappings.value))
  timed('reading rules kept as JSON, and compiling', rules.length, () =>
    compile(JSON.parse(cache) as SigmaRule[], mappings.value),
  )
  console.log(`${engine.size.detections} rules in use, ${rejects.length} waiting or refused.`)
  return { engine, table: new LogsourceTable(mappings.value.logsources ?? []) }
}

/** An event's cost where a window holds ever more distinct values: it should not grow. */
function countValues(): void {
  const text = `title: A
name: a
logsource: {category: x}
detection: {s: {kind: logon}, condition: s}
---
title: B
correlation:
  type: value_count
  rules: [a]
  group-by: [host]
  timespan: 30d
  condition: {field: user, gte: 2000000}
`
  const counting = compile(parseRules(text, 'bench').rules).engine
  const logsource = { category: 'x' }
  let at = 0
  for (const until of [100_000, 500_000, 900_000, 1_000_000]) {
    timed(`value_count, to ${until.toLocaleString('en')} distinct values in a window`, until - at, () => {
      for (; at < until; at++) {
        counting.observe(eventOf({ kind: 'logon', host: 'h', user: `user-${at}` }, { logsource, timeMs: at }), () => {})
      }
    })
  }
}

/** One thread, as a desk reads: chunks of 1 MiB, events in the order of their bytes. */
function readAll(format: EventFormat, bytes: Buffer, table: LogsourceTable, see: (event: EventRecord) => void): number {
  const reader = format.open({ kindOf: (field) => table.of(field) })
  let start = 0
  let count = 0
  while (start < bytes.length) {
    const until = Math.min(bytes.length, start + limits.chunkBytes)
    const end = until === bytes.length || format.cut !== 'lines' ? until : bytes.lastIndexOf(10, until - 1) + 1
    const records: EventRecord[] = []
    const chunk = { source: 'bench', bytes, start, end, offset: start, line: 1, last: end === bytes.length }
    const progress = reader.read(chunk, records, [])
    for (const record of records) see(record)
    count += records.length
    start += progress.bytes
  }
  return count
}

const { engine, table } = load()
const lines =
  values.events === undefined
    ? makeLines(Number(values.count))
    : readFileSync(values.events, 'utf8')
        .split('\n')
        .filter((line) => line !== '')
const bytes = Buffer.from(lines.join('\n'))
timed('the first event, which makes its rules ready', 1, () => {
  readAll(windowsJson, bytes.subarray(0, bytes.indexOf(10) + 1), table, (event) => engine.match(event))
})
fastest('JSON.parse alone', lines.length, () => {
  for (const line of lines) JSON.parse(line)
})

/** Reading alone, with matching, and within the watch as a scan and a desk do it. */
function measure(name: string, format: EventFormat, events: Buffer): void {
  let matches = 0
  fastest(`${name}: reading alone`, lines.length, () => readAll(format, events, table, () => {}))
  fastest(`${name}: reading and matching`, lines.length, () => {
    matches = 0
    readAll(format, events, table, (event) => {
      matches += engine.match(event).length
    })
  })
  let hits = 0
  const watch = new MachinesWatch(
    () => engine,
    () => hits++,
  )
  fastest(`${name}: reading, and the machines watch`, lines.length, () => {
    hits = 0
    readAll(format, events, table, (event) => watch.events([event]))
  })
  console.log(`${name}: ${matches} matches, and ${hits} hits of the watch, on ${lines.length} events.`)
}
if (does('json')) measure('JSON lines', windowsJson, bytes)
if (does('evtx')) measure('EVTX', windowsFormats.find(({ name }) => name === 'evtx') as EventFormat, toEvtx(lines))
if (does('values')) countValues()
console.log(Object.values(describeMachine()).join(', '))
printTable(['part', 'count', 'CPU seconds', 'a CPU second'], rows)
