/** `node bench/evtx.ts FOLDER_OR_FILE... [--beside PACKAGE_FOLDER] [--rounds N]`: how many records a second our reader of
 *  Windows event logs gives, beside the npm package `winevtx` where its folder is named (it is no dependency: install it
 *  elsewhere). Two kinds of work: the fields that detection asks for, and each record whole as JSON. Rounds alternate, and
 *  the fastest of each counts. */
import { globSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { readEvtx } from '../src/formats/evtx/evtx.ts'
import { describeMachine } from './machine.ts'
import { printTable } from './table.ts'

/** What is used of winevtx. */
interface Other {
  parseEvtxFile(bytes: Buffer): Iterable<{ readonly recordID: number; readonly event: unknown }>
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { beside: { type: 'string' }, rounds: { type: 'string', default: '7' } },
})
if (positionals.length === 0) throw new Error('name folders or files of Windows event logs')

/** Names that rules for Windows ask for most. */
const names = [
  ...['Image', 'CommandLine', 'ParentImage', 'ParentCommandLine', 'OriginalFileName', 'User', 'Hashes', 'TargetObject'],
  ...['Details', 'TargetFilename', 'SubjectUserName', 'TargetUserName', 'LogonType', 'IpAddress', 'ServiceName'],
  ...['ImagePath', 'ScriptBlockText', 'NewProcessName', 'SourceImage', 'TargetImage', 'CallTrace', 'GrantedAccess'],
] as const

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null

/** The same fields of an object of winevtx; gives how many there were. */
function fieldsOfObject(event: unknown): number {
  const root = isObject(event) && isObject(event.Event) ? event.Event : event
  if (!isObject(root)) return 0
  const { System: system, EventData: data } = root
  let count = 0
  if (isObject(system)) {
    for (const name of ['EventID', 'Channel', 'Computer', 'Provider']) if (system[name] !== undefined) count++
  }
  if (isObject(data)) for (const name of names) if (data[name] !== undefined) count++
  return count
}

const files = positionals
  .flatMap((path) =>
    statSync(path).isDirectory() ? globSync('**/*.evtx', { cwd: path }).map((name) => join(path, name)) : [path],
  )
  .sort()
const logs = files.map((path) => ({ path, bytes: readFileSync(path) }))

type Work = 'fields' | 'JSON'

/** Reads all logs; gives the records and what was counted in them. */
function ours(work: Work): readonly [records: number, measure: number] {
  let [records, measure] = [0, 0]
  for (const { path, bytes } of logs) {
    readEvtx(path, bytes, {
      record: (record) => {
        records++
        if (work === 'JSON') measure += JSON.stringify(record.toJSON()).length
        else {
          for (const name of ['EventID', 'Channel', 'Computer', 'Provider_Name']) {
            if (record.systemField(name) !== undefined) measure++
          }
          for (const name of names) if (record.field(name) !== undefined) measure++
        }
      },
      reject: () => {},
    })
  }
  return [records, measure]
}

function theirs(other: Other, work: Work): readonly [records: number, measure: number] {
  let [records, measure] = [0, 0]
  for (const { bytes } of logs) {
    try {
      for (const { event } of other.parseEvtxFile(bytes)) {
        records++
        measure += work === 'JSON' ? JSON.stringify(event).length : fieldsOfObject(event)
      }
    } catch {
      failures++
    }
  }
  return [records, measure]
}

let failures = 0
const { beside } = values
const other =
  beside === undefined
    ? undefined
    : ((await import(pathToFileURL(join(beside, 'dist', 'index.js')).href)) as unknown as Other)

const contenders: [name: string, run: (work: Work) => readonly [number, number]][] = [['Bellwether', ours]]
if (other !== undefined) contenders.push(['winevtx', (work) => theirs(other, work)])

const rows: string[][] = []
for (const work of ['fields', 'JSON'] as const) {
  const seconds = contenders.map(() => Number.POSITIVE_INFINITY)
  const found = contenders.map((): readonly [number, number] => [0, 0])
  for (let round = 0; round < Number(values.rounds); round++) {
    for (const [i, [, run]] of contenders.entries()) {
      const before = process.cpuUsage()
      found[i] = run(work)
      const { user, system } = process.cpuUsage(before)
      seconds[i] = Math.min(seconds[i] as number, (user + system) / 1e6)
    }
  }
  const rates = contenders.map((_, i) => (found[i]?.[0] ?? 0) / (seconds[i] as number))
  for (const [i, [name]] of contenders.entries()) {
    const [records, measure] = found[i] as readonly [number, number]
    const ratio = i === 0 ? '' : ((rates[0] as number) / (rates[i] as number)).toFixed(1)
    rows.push([
      work,
      name,
      records.toLocaleString('en'),
      measure.toLocaleString('en'),
      Math.round(rates[i] as number).toLocaleString('en'),
      ratio,
    ])
  }
}
console.log(`${logs.length} logs. ${Object.values(describeMachine()).join(', ')}`)
if (failures > 0) console.log(`winevtx gave up on a log ${failures} times in all rounds.`)
printTable(['work', 'reader', 'records', 'fields or characters', 'records a CPU second', 'ours is faster by'], rows)
