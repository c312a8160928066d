/** A disk that fills up under a running desk, and has room again later. The disk is a small file system in memory, which
 *  only root can mount. */
import { spawnSync } from 'node:child_process'
import { appendFileSync, closeSync, mkdirSync, mkdtempSync, openSync, rmSync, symlinkSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, expect, test } from 'vitest'
import { DeskChild, makeScene } from './desk-child.ts'
import { injection, ordinaries } from './lines.ts'
import { readOutcome } from './outcome.ts'

const outside = mkdtempSync(join(tmpdir(), 'bellwether-full-'))
const disk = join(outside, 'disk')
mkdirSync(disk)
const isMounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=48m,mode=700', 'tmpfs', disk]).status === 0

afterAll(() => {
  if (isMounted) spawnSync('umount', ['--lazy', disk])
  rmSync(outside, { recursive: true, force: true })
})

/** Takes all that is free. */
function fill(path: string): void {
  const file = openSync(path, 'w')
  for (let bytes = 1 << 20; bytes > 0; bytes >>= 1) {
    try {
      for (;;) writeSync(file, Buffer.alloc(bytes))
    } catch {
      // Smaller pieces go on.
    }
  }
  closeSync(file)
}

test.skipIf(!isMounted)(
  'a full disk is said in words, loses nothing that was accepted, and ends (needs mount)',
  async () => {
    mkdirSync(join(outside, 'logs'))
    symlinkSync(join(outside, 'logs'), join(disk, 'logs'))
    const scene = await makeScene('', disk)
    const limits = { journalFreeBytesMin: 1 << 20, journalFreeBytesEnough: 2 << 20, checkpointMsMin: 500 }
    const desk = new DeskChild(scene.data, { fault: { limits } })
    const ask = async (path: string): Promise<{ problems: string[] }> => {
      const answer = await fetch(`${desk.origin}${path}`, { headers: { cookie: `bellwether=${scene.cookie}` } })
      return (await answer.json()) as { problems: string[] }
    }
    const push = async (text: string): Promise<number> => {
      const headers = { authorization: `Bearer ${scene.pushToken}`, 'content-type': 'text/plain' }
      return (await fetch(`${desk.origin}/api/push/pushed`, { method: 'POST', headers, body: text })).status
    }
    const count = async (wanted: number): Promise<number> => {
      for (let tries = 0; tries < 400; tries++) {
        if ((await desk.figure('bellwether_records_total')) === wanted) break
        await delay(50)
      }
      return await desk.figure('bellwether_records_total')
    }
    try {
      appendFileSync(scene.log, injection('203.0.113.1', 0) + ordinaries(1, 99))
      await desk.ready()
      expect(await push(injection('203.0.113.2', 0) + ordinaries(1, 99))).toBe(200)
      expect(await count(200)).toBe(200)

      fill(join(disk, 'ballast'))
      let accepted = 0
      for (let round = 0; round < 20; round++) {
        appendFileSync(scene.log, injection('203.0.113.3', 200 + round) + ordinaries(300, 999))
        if ((await push(injection('203.0.113.4', 200 + round) + ordinaries(300, 999))) === 200) accepted++
        await delay(150)
      }
      const { problems } = await ask('/api/today')
      expect(problems.join(' ')).toMatch(/[Mm]ake room/)
      expect(desk.hasEnded).toBe(false)

      rmSync(join(disk, 'ballast'))
      let last = 0
      for (let tries = 0; tries < 100 && last !== 200; tries++) {
        last = await push(injection('203.0.113.5', 400))
        await delay(100)
      }
      expect(last).toBe(200)
      expect(await count(200 + 20_000 + 1_000 * accepted + 1)).toBe(200 + 20_000 + 1_000 * accepted + 1)
      for (let tries = 0; tries < 200 && (await ask('/api/today')).problems.length > 0; tries++) await delay(50)
      expect((await ask('/api/today')).problems).toEqual([])
      expect((await desk.stop()).ended.code).toBe(0)
      const outcome = await readOutcome(scene)
      expect(outcome.archive).toEqual([
        'followed 20100 20100',
        `pushed ${101 + 1_000 * accepted} ${101 + 1_000 * accepted}`,
      ])
      expect(outcome.findings).toHaveLength(accepted > 0 ? 5 : 4)
    } finally {
      desk.kill()
      await desk.ended
    }
  },
  90_000,
)
