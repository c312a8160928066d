/** A flood on syslog over TCP, with a console open that asks for Today again and again, and another one that never reads
 *  what it is told. Says how fast lines were taken, what was lost, and how long the console waited. */
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { DeskChild, makeScene, type Scene } from './desk-child.ts'
import { injection, ordinary } from './lines.ts'

/** What a flood did. */
export interface Flood {
  readonly sent: number
  readonly linesPerSecond: number
  readonly read: number
  /** After the flood, until all was read. */
  readonly catchUpSeconds: number
  readonly asked: number
  readonly healthP99Ms: number
  readonly todayP50Ms: number
  readonly todayP99Ms: number
  readonly todayMaxMs: number
  readonly findings: number
  /** What did not hold; times are told, not judged. */
  readonly problems: readonly string[]
}

const blockLines = 5_000

/** Floods a desk of its own. */
export async function floodDesk(wanted: { readonly linesPerSecond: number; readonly seconds: number }): Promise<Flood> {
  const scene = await makeScene()
  writeFileSync(scene.log, '')
  const desk = new DeskChild(scene.data)
  const stop = new AbortController()
  try {
    await desk.ready()
    const deaf = deafConsole(desk, scene)
    const asking = askAgainAndAgain(desk, scene, stop.signal)
    const began = performance.now()
    const sent = await flood(scene, wanted)
    const floodSeconds = (performance.now() - began) / 1000
    const read = await readAll(desk, sent)
    const catchUpSeconds = (performance.now() - began) / 1000 - floodSeconds
    stop.abort()
    const { health, today } = await asking
    ;(await deaf).destroy()
    const findings = await desk.figure('bellwether_findings_total')
    const { ended } = await desk.stop()
    const problems = [
      ...(read === sent ? [] : [`flood: ${sent} lines were sent, ${read} read`]),
      ...(ended.code === 0 ? [] : [`flood: the desk ended with ${ended.code}: ${desk.complaints}`]),
    ]
    return {
      sent,
      linesPerSecond: Math.round(sent / floodSeconds),
      read,
      catchUpSeconds: Math.round(catchUpSeconds * 10) / 10,
      asked: today.length,
      healthP99Ms: at(health, 0.99),
      todayP50Ms: at(today, 0.5),
      todayP99Ms: at(today, 0.99),
      todayMaxMs: at(today, 1),
      findings,
      problems,
    }
  } finally {
    stop.abort()
    desk.kill()
    scene.remove()
  }
}

async function flood(
  scene: Scene,
  { linesPerSecond, seconds }: { linesPerSecond: number; seconds: number },
): Promise<number> {
  const socket = connect(scene.syslogPort, '127.0.0.1')
  await once(socket, 'connect')
  const head = '<134>Jun  1 00:00:00 web1 nginx: '
  const began = performance.now()
  let sent = 0
  for (let block = 0; block * blockLines < linesPerSecond * seconds; block++) {
    const lines = [head + injection(`203.0.113.${block % 250}`, block)]
    for (let line = 1; line < blockLines; line++) lines.push(head + ordinary(block))
    if (!socket.write(lines.join(''), 'latin1')) await once(socket, 'drain')
    sent += blockLines
    const aheadMs = (sent / linesPerSecond) * 1000 - (performance.now() - began)
    if (aheadMs > 1) await delay(aheadMs)
  }
  socket.end()
  return sent
}

async function readAll(desk: DeskChild, sent: number): Promise<number> {
  let read = 0
  for (let quiet = 0; read < sent && quiet < 150 && !desk.hasEnded; quiet++) {
    await delay(200)
    const now = await desk.figure('bellwether_records_total')
    if (now > read) quiet = 0
    read = now > read ? now : read
  }
  return read
}

async function askAgainAndAgain(desk: DeskChild, { cookie }: Scene, signal: AbortSignal) {
  const health: number[] = []
  const today: number[] = []
  while (!signal.aborted && !desk.hasEnded) {
    health.push(await timed(`${desk.origin}/healthz`, {}))
    today.push(await timed(`${desk.origin}/api/today`, { cookie: `bellwether=${cookie}` }))
    await delay(100)
  }
  return { health, today }
}

async function timed(url: string, headers: Record<string, string>): Promise<number> {
  const began = performance.now()
  const answer = await fetch(url, { headers })
  await answer.arrayBuffer()
  if (answer.status !== 200) throw new Error(`${url} was answered with ${answer.status}`)
  return performance.now() - began
}

/** Asks for events and never reads the answer. */
async function deafConsole(desk: DeskChild, { cookie }: Scene) {
  const { hostname, port, host } = new URL(desk.origin)
  const socket = connect(Number(port), hostname)
  await once(socket, 'connect')
  socket.pause()
  socket.write(`GET /api/events HTTP/1.1\r\nHost: ${host}\r\nCookie: bellwether=${cookie}\r\n\r\n`)
  socket.on('error', () => undefined)
  return socket
}

const at = (times: readonly number[], share: number): number => {
  const sorted = times.toSorted((a, b) => a - b)
  return Math.round((sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN) * 10) / 10
}
