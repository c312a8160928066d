/** A clock that jumps while the desk runs: set right after an hour off, a machine that slept, a wrong battery. The desk's
 *  pace must not hang on it. */
import { appendFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { DeskChild, makeScene } from './desk-child.ts'
import { injection, ordinaries } from './lines.ts'
import { readOutcome } from './outcome.ts'

const hourMs = 3_600_000
const jumps = [3 * hourMs, -5 * hourMs, 400 * 24 * hourMs, 0]

test('a desk whose clock jumps back or ahead goes on reading, finding and storing', async () => {
  const scene = await makeScene()
  const clockFile = join(scene.folder, 'clock')
  writeFileSync(clockFile, '0')
  writeFileSync(scene.log, ordinaries(0, 100))
  const desk = new DeskChild(scene.data, { fault: { clockFile, limits: { checkpointMsMin: 300 } } })
  try {
    await desk.ready()
    const read: number[] = []
    for (const [index, jumpMs] of jumps.entries()) {
      writeFileSync(clockFile, String(jumpMs))
      await delay(300)
      appendFileSync(scene.log, injection(`203.0.113.${index}`, 200 + 100 * index) + ordinaries(201 + 100 * index, 9))
      const wanted = 110 + 10 * index
      for (let tries = 0; tries < 120 && (await desk.figure('bellwether_records_total')) < wanted; tries++) {
        await delay(50)
      }
      read.push(await desk.figure('bellwether_records_total'))
    }
    expect(read).toEqual([110, 120, 130, 140])
    const { ended, ms } = await desk.stop()
    expect(ended.code).toBe(0)
    expect(ms).toBeLessThan(10_000)
    const outcome = await readOutcome(scene)
    expect(outcome.findings.filter((line) => line.includes('sql-injection'))).toHaveLength(4)
    expect(outcome.archive).toEqual(['followed 140 140'])
  } finally {
    desk.kill()
    scene.remove()
  }
}, 60_000)
