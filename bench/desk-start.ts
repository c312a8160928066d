/** How long it takes from starting a desk that never ran to its first finding on the screen: with the demonstration, as a
 *  person sees it after `npm ci`. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { DeskChild } from '../tests/fault/desk-child.ts'
import { load } from './desk-process.ts'

/** One run. */
export interface FirstFinding {
  /** The desk says where it listens. */
  readonly listeningSeconds: number
  readonly findingSeconds: number
  readonly load: number
}

/** Runs it once. A console that is missing or older than its sources is built first, as it would be. */
export async function measureStart(): Promise<FirstFinding> {
  const folder = mkdtempSync(join(tmpdir(), 'bellwether-start-'))
  const began = performance.now()
  const seconds = (): number => Number(((performance.now() - began) / 1000).toFixed(2))
  const desk = new DeskChild(join(folder, 'data'), { arguments: ['--demo', '--port', '0'] })
  try {
    await desk.ready(120_000)
    const listeningSeconds = seconds()
    const cookie = await enter(desk)
    for (;;) {
      const answer = await fetch(`${desk.origin}/api/incidents`, { headers: { cookie } })
      if (((await answer.json()) as { total: number }).total > 0) {
        return { listeningSeconds, findingSeconds: seconds(), load: load() }
      }
      await delay(50)
    }
  } finally {
    await desk.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Takes the link that the desk printed. */
async function enter(desk: DeskChild): Promise<string> {
  while (!desk.output.includes('/start#')) await delay(20)
  const token = /\/start#(\S+)/.exec(desk.output)?.[1]
  const answer = await fetch(`${desk.origin}/api/sign-in/demonstration`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: desk.origin },
    body: JSON.stringify({ token }),
  })
  if (!answer.ok) throw new Error(`signing in was answered with ${answer.status}: ${await answer.text()}`)
  return answer.headers
    .getSetCookie()
    .map((each) => each.split(';')[0])
    .join('; ')
}
