/** The desk's own figures, each on a real desk in a process of its own: from the start to the first finding, from a line to
 *  its finding in an open console, lines a second that it takes in, and memory at rest and after a day. `--only PART` runs
 *  one; a run of all parts writes `results/desk.json`. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { measureIngest } from './desk-ingest.ts'
import { measureLatency } from './desk-latency.ts'
import { measureMemory } from './desk-memory.ts'
import { measureStart } from './desk-start.ts'
import { describeMachine } from './machine.ts'
import { makeLog } from './make-log.ts'

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    megabytes: { type: 'string', default: '1000' },
    seed: { type: 'string', default: '1' },
    attacks: { type: 'string', default: '100' },
    'lines-per-second': { type: 'string', default: '5000' },
    'idle-seconds': { type: 'string', default: '60' },
    // Of the day's lines, for memory; 0 is as fast as they are taken.
    rate: { type: 'string', default: '0' },
    profile: { type: 'string' },
  },
})
// At 50 lines a second a day brings 4,320,000 lines of some 235 bytes: 1,000 MB.
const log = () => makeLog(Number(values.megabytes), values.seed)

const parts: Readonly<Record<string, () => Promise<unknown>>> = {
  start: () => measureStart(),
  latency: () => measureLatency(Number(values['lines-per-second']), Number(values.attacks)),
  ingest: async () => await measureIngest(await log(), values.profile),
  memory: async () => await measureMemory(await log(), Number(values['idle-seconds']), Number(values.rate)),
}

const figures: Record<string, unknown> = {}
for (const [name, measure] of Object.entries(parts)) {
  if (values.only !== undefined && values.only !== name) continue
  figures[name] = await measure()
  console.log(`${name}: ${JSON.stringify(figures[name], undefined, 2)}`)
}
if (values.only === undefined) {
  const folder = join(import.meta.dirname, 'results')
  mkdirSync(folder, { recursive: true })
  writeFileSync(
    join(folder, 'desk.json'),
    `${JSON.stringify({ machine: describeMachine(), ...figures }, undefined, 2)}\n`,
  )
}
