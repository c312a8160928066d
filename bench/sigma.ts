/** `node bench/sigma.ts RULES... [--events FILE] [--count N]`: how many Windows process events a second the Sigma engine
 *  reads and matches with all rules of some folders, on one core, as JSON lines and as EVTX. Events come from a file of
 *  JSON lines, or are made: every command line differs, and one in fifty is suspicious. Also what a window of a million
 *  distinct values costs an event. Prints a table; it judges nothing. */
import { globSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { limits } from '../src/core/limits.ts'
import type { EventRecord } from '../src/formats/event.ts'
import {
  buildEvtx,
  type RecordSpec,
  type TemplateSpec,
  textValue,
  usualRecord,
} from '../src/formats/evtx/build-evtx.fixture.ts'
import type { EventFormat } from '../src/formats/format.ts'
import { windowsFormats } from '../src/formats/windows-formats.ts'
import { windowsJson } from '../src/formats/windows-json.ts'
import { compile } from '../src/sigma/compile.ts'
import type { Engine } from '../src/sigma/engine.ts'
import { eventOf } from '../src/sigma/event.ts'
import { LogsourceTable, parseMappings } from '../src/sigma/mappings.ts'
import { parseRules } from '../src/sigma/parse-rules.ts'
import type { SigmaRule } from '../src/sigma/rule.ts'
import { describeMachine } from './machine.ts'
import { printTable } from './table.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { events: { type: 'string' }, count: { type: 'string', default: '20000' } },
})
if (positionals.length === 0) throw new Error('name folders or files of rules')

const programs = [
  ['svchost.exe', '-k netsvcs -p -s Schedule'],
  ['cmd.exe', '/c dir C:\\Users\\clerk%\\Documents /s'],
  ['WindowsPowerShell\\v1.0\\powershell.exe', '-NoProfile -File C:\\ProgramData\\Scripts\\backup-%.ps1'],
  ['rundll32.exe', 'C:\\Windows\\System32\\shell32.dll,Control_RunDLL timedate.cpl,,%'],
  ['taskhostw.exe', 'KEYROAMING %'],
  ['conhost.exe', '0xffffffff -ForceV1'],
  ['..\\..\\Program Files\\Ems\\tabulate.exe', '--export results-%.csv --precinct %'],
  ['..\\..\\Program Files\\Browser\\browser.exe', '--type=renderer --field-trial-handle=%,i,%,% --lang=en-US'],
  ['..\\..\\Program Files\\Office\\WRITER.EXE', '/n "C:\\Users\\clerk\\Desktop\\poll workers %.docx"'],
  ['wbem\\wmiprvse.exe', '-secured -Embedding %'],
] as const
/** Fields of the system part: the writer of EVTX has them by itself. */
const outside: ReadonlySet<string> = new Set(['Channel', 'EventID', 'Provider_Name', 'Computer', 'EventRecordID'])
const suspicious = [
  'vssadmin delete shadows /all /quiet',
  'powershell -w hidden -enc SQBFAFgA',
  'net user backdoor P4ss% /add',
]

/** Events of Sysmon's process creation, as JSON lines. Seeded: the same each time. */
function makeLines(count: number): string[] {
  let state = 2026
  const pick = (below: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return (state >>> 8) % below
  }
  const some = <T>(list: readonly T[]): T => list[pick(list.length)] as T
  const commandOf = ([name, argument]: readonly [string, string]): [string, string] => {
    const image = `C:\\Windows\\System32\\${name}`.replace('Windows\\System32\\..\\..\\', '')
    return [image, `"${image}" ${argument.replaceAll('%', () => String(pick(1_000_000)))}`]
  }
  return Array.from({ length: count }, (_, index) => {
    const [image, usual] = commandOf(some(programs))
    const [parent, parentCommand] = commandOf(some(programs))
    const command = pick(50) === 0 ? some(suspicious).replaceAll('%', String(pick(1_000))) : usual
    const hash = (length: number): string => Array.from({ length }, () => pick(16).toString(16).toUpperCase()).join('')
    const guid = `{${hash(8)}-${hash(4)}-${hash(4)}-${hash(4)}-${hash(12)}}`
    return JSON.stringify({
      Channel: 'Microsoft-Windows-Sysmon/Operational',
      EventID: 1,
      Provider_Name: 'Microsoft-Windows-Sysmon',
      Computer: `ems-${pick(40)}.county.example`,
      EventRecordID: index,
      UtcTime: new Date(1_793_620_800_000 + index * 137).toISOString().replace('T', ' ').replace('Z', ''),
      ProcessGuid: guid,
      ProcessId: pick(60_000),
      Image: image,
      FileVersion: '10.0.19041.4717 (WinBuild.160101.0800)',
      Description: 'A program of an office',
      Product: 'Microsoft\u00ae Windows\u00ae Operating System',
      Company: 'Microsoft Corporation',
      OriginalFileName: image.split('\\').at(-1),
      CommandLine: command,
      CurrentDirectory: 'C:\\Windows\\system32\\',
      User: `COUNTY\\clerk${pick(9)}`,
      LogonGuid: guid,
      LogonId: '0x3e7',
      IntegrityLevel: some(['System', 'High', 'Medium']),
      Hashes: `MD5=${hash(32)},SHA256=${hash(64)},IMPHASH=${hash(32)}`,
      ParentProcessId: pick(60_000),
      ParentImage: parent,
      ParentCommandLine: parentCommand,
      ParentUser: 'NT AUTHORITY\\SYSTEM',
    })
  })
}

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
const cpuSeconds = (): number => process.cpuUsage().user / 1e6

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
  const rounds = Array.from({ length: 7 }, () => {
    const started = cpuSeconds()
    part()
    return cpuSeconds() - started
  })
  addRow(name, count, Math.min(...rounds))
}

const megabytes = (): number => Math.round(process.memoryUsage.rss() / 1_000_000)

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

/** The same events as Windows would keep them. */
function toEvtx(lines: readonly string[]): Buffer {
  const objects = lines.map((line) => JSON.parse(line) as Record<string, string | number>)
  const names = Object.keys(objects[0] ?? {}).filter((name) => !outside.has(name))
  const template: TemplateSpec = {
    id: 2,
    root: {
      name: 'EventData',
      content: names.map((name, slot) => ({ name: 'Data', attributes: { Name: name }, content: [{ slot, type: 1 }] })),
    },
  }
  const records = objects.map((fields, index) => {
    const values = names.map((name) => textValue(String(fields[name] ?? '')))
    return usualRecord(index + 1, 1, { template, values }, 'Microsoft-Windows-Sysmon/Operational')
  })
  const chunks: RecordSpec[][] = []
  // Some 25 of these events stand in a chunk of 64 KiB.
  for (let from = 0; from < records.length; from += 20) chunks.push(records.slice(from, from + 20))
  return buildEvtx(chunks)
}

const { engine, table } = load()
const lines =
  values.events === undefined
    ? makeLines(Number(values.count))
    : readFileSync(values.events, 'utf8')
        .split('\n')
        .filter((line) => line !== '')
const bytes = Buffer.from(lines.join('\n'))
let matches = 0
const see = (event: EventRecord): void => {
  matches += engine.match(event).length
}
timed('the first event, which makes its rules ready', 1, () => {
  readAll(windowsJson, bytes.subarray(0, bytes.indexOf(10) + 1), table, see)
})
fastest('JSON.parse alone', lines.length, () => {
  for (const line of lines) JSON.parse(line)
})
fastest('JSON lines: reading alone', lines.length, () => readAll(windowsJson, bytes, table, () => {}))
fastest('JSON lines: reading and matching', lines.length, () => {
  matches = 0
  readAll(windowsJson, bytes, table, see)
})
const [jsonMatches, evtxBytes] = [matches, toEvtx(lines)]
const evtx = windowsFormats.find(({ name }) => name === 'evtx') as EventFormat
fastest('EVTX: reading alone', lines.length, () => readAll(evtx, evtxBytes, table, () => {}))
fastest('EVTX: reading and matching', lines.length, () => {
  matches = 0
  readAll(evtx, evtxBytes, table, see)
})
const residentMegabytes = megabytes()
countValues()
console.log(`${jsonMatches} matches on ${lines.length} events of JSON, ${matches} on those of EVTX.`)
console.log(`Resident after matching, with rules, events and their copies in memory: ${residentMegabytes} MB.`)
console.log(Object.values(describeMachine()).join(', '))
printTable(['part', 'count', 'CPU seconds', 'a CPU second'], rows)
