/** `node bench/sigma-desk.ts RULES... [--count N]`: how much memory a real desk takes with all rules of some folders, before
 *  its first event, and while and after it follows a log of Windows process events. It prints what it saw. */
import { appendFileSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { DeskChild, makeScene } from '../tests/fault/desk-child.ts'
import { load, taken } from './desk-process.ts'
import { makeLines } from './sigma-events.ts'
import { printTable } from './table.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { count: { type: 'string', default: '200000' } },
})
if (positionals.length === 0) throw new Error('name folders or files of rules')

const restMs = 10_000
/** Lines that are written at once. */
const portion = 5_000

const lines = makeLines(Number(values.count))
const paths = positionals.map((path) => resolve(path))
const scene = await makeScene(`\n[rules]\npaths = ${JSON.stringify(paths)}\n`)
writeFileSync(scene.log, '')
const desk = new DeskChild(scene.data)
try {
  await desk.ready(120_000)
  await delay(restMs)
  const idle = taken(desk.pid).megabytes
  let peak = 0
  let records = 0
  for (let from = 0; from < lines.length || records < lines.length; from += portion) {
    if (from < lines.length) appendFileSync(scene.log, `${lines.slice(from, from + portion).join('\n')}\n`)
    await delay(250)
    if (desk.hasEnded) throw new Error(desk.complaints)
    records = (await desk.figure('bellwether_records_total')) || records
    peak = Math.max(peak, taken(desk.pid).megabytes)
  }
  await delay(restMs)
  const after = taken(desk.pid).megabytes
  printTable(
    ['resident memory of the desk', 'MB'],
    [
      ['with its rules packed, before any event', String(Math.round(idle))],
      [`the most, while it read ${lines.length} events`, String(Math.round(peak))],
      [`${restMs / 1_000} seconds later`, String(Math.round(after))],
    ],
  )
  console.log(`Processes that waited for a processor, over the last minute: ${load()}.`)
} finally {
  await desk.stop()
  scene.remove()
}
