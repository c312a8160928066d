/** How long it takes from a line that is written to a followed log until its finding is told to an open console, while other
 *  lines come at a steady rate. The console is asked as the browser asks: an event says that something changed, and the
 *  list of incidents is fetched. */
import { appendFileSync, writeFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { DeskChild, makeScene, type Scene } from '../tests/fault/desk-child.ts'
import { load } from './desk-process.ts'

/** One run. */
export interface Latency {
  readonly linesPerSecond: number
  readonly findings: number
  readonly missed: number
  readonly p50Ms: number
  readonly p99Ms: number
  readonly maxMs: number
  readonly load: number
}

const tickMs = 20
const waitMsMax = 10_000
const pad = (value: number): string => String(value).padStart(2, '0')
const months = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ')

/** A combined line of now. */
function line(client: string, target: string): string {
  const at = new Date()
  const day = `${pad(at.getUTCDate())}/${months[at.getUTCMonth()]}/${at.getUTCFullYear()}`
  const time = `${pad(at.getUTCHours())}:${pad(at.getUTCMinutes())}:${pad(at.getUTCSeconds())}`
  return `${client} - - [${day}:${time} +0000] "GET ${target} HTTP/1.1" 200 5120 "-" "Mozilla/5.0 (X11; Linux x86_64)"\n`
}

/** Runs it once: so many attackers, each with an address of its own, among steady lines. */
export async function measureLatency(linesPerSecond: number, attacks: number): Promise<Latency> {
  const scene = await makeScene()
  writeFileSync(scene.log, '')
  const desk = new DeskChild(scene.data)
  const stop = new AbortController()
  try {
    await desk.ready()
    const steady = keepWriting(scene.log, linesPerSecond, stop.signal)
    await delay(5_000)
    const took: number[] = []
    for (let attack = 0; attack < attacks; attack++) {
      await delay(200 + ((attack * 137) % 300))
      took.push(await oneAttack(desk, scene, `203.0.113.${attack % 250}`, attack))
    }
    stop.abort()
    await steady
    const seen = took.filter(Number.isFinite).sort((a, b) => a - b)
    const at = (share: number): number =>
      Math.round(seen[Math.min(seen.length - 1, Math.floor(seen.length * share))] ?? Number.NaN)
    const missed = attacks - seen.length
    return { linesPerSecond, findings: attacks, missed, p50Ms: at(0.5), p99Ms: at(0.99), maxMs: at(1), load: load() }
  } finally {
    stop.abort()
    await desk.stop()
    scene.remove()
  }
}

async function keepWriting(path: string, linesPerSecond: number, signal: AbortSignal): Promise<void> {
  const began = performance.now()
  for (let written = 0; !signal.aborted; ) {
    const due = Math.floor(((performance.now() - began) / 1000) * linesPerSecond)
    let text = ''
    for (; written < due; written++) text += line(`198.51.100.${written % 200}`, `/page/${written % 500}`)
    if (text !== '') appendFileSync(path, text, 'latin1')
    await delay(tickMs)
  }
}

/** Writes one attack and waits until the console's list has it; infinite where it never does. */
async function oneAttack(desk: DeskChild, { log, cookie }: Scene, client: string, number: number): Promise<number> {
  const leave = new AbortController()
  const headers = { cookie: `bellwether=${cookie}` }
  const stream = await fetch(`${desk.origin}/api/events`, { headers, signal: leave.signal })
  const reader = stream.body?.getReader()
  if (!stream.ok || reader === undefined) throw new Error(`the events were answered with ${stream.status}`)
  const target = `/status?dl=${number}%27%20UNION%20SELECT%20name,ssn%20FROM%20voters%20LIMIT%20${number}--%20`
  appendFileSync(log, line(client, target), 'latin1')
  const began = performance.now()
  try {
    while (performance.now() - began < waitMsMax) {
      const list = await (
        await fetch(`${desk.origin}/api/incidents?order=latest&limit=20&text=${client}`, { headers })
      ).text()
      if ((JSON.parse(list) as { total: number }).total > 0) return performance.now() - began
      await Promise.race([reader.read(), delay(500)])
    }
    return Number.POSITIVE_INFINITY
  } finally {
    leave.abort()
  }
}
