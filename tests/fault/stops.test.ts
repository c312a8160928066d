/** What happens around a stop: logs that are rotated while the desk is down, a store that is damaged meanwhile, and a stop
 *  in the middle of work. */
import { spawnSync } from 'node:child_process'
import {
  appendFileSync,
  closeSync,
  copyFileSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { DeskChild, makeScene, type Scene } from './desk-child.ts'
import { injection, ordinaries } from './lines.ts'
import { readOutcome } from './outcome.ts'

/** Starts a desk and waits until it has counted so many records in all. */
async function readTo(scene: Scene, records: number): Promise<DeskChild> {
  const desk = await new DeskChild(scene.data).ready()
  for (let tries = 0; tries < 200 && (await desk.figure('bellwether_records_total')) !== records; tries++) {
    await delay(50)
  }
  return desk
}

test('what was rotated while the desk was stopped is read where it stopped, in order and once', async () => {
  const scene = await makeScene()
  const { log } = scene
  try {
    writeFileSync(log, ordinaries(0, 50))
    await (await readTo(scene, 50)).stop()
    appendFileSync(log, injection('203.0.113.1', 60) + ordinaries(61, 9))
    renameSync(log, `${log}.1`)
    writeFileSync(log, injection('203.0.113.2', 70) + ordinaries(71, 9))
    renameSync(`${log}.1`, `${log}.2`)
    copyFileSync(log, `${log}.1`)
    truncateSync(log, 0)
    appendFileSync(log, injection('203.0.113.3', 80) + ordinaries(81, 9))
    await (await readTo(scene, 80)).stop()
    const outcome = await readOutcome(scene)
    expect(outcome.archive).toEqual(['followed 80 80'])
    const places = outcome.evidence.map((line) => (JSON.parse(line) as [string, number, { line: number }])[2].line)
    expect(places.sort((a, b) => a - b)).toEqual([1, 1, 51])
    expect(outcome.unproven).toEqual([])
  } finally {
    scene.remove()
  }
}, 60_000)

test('a stop in the middle of work takes at most five seconds and loses and doubles nothing', async () => {
  const scene = await makeScene()
  try {
    const count = 400_000
    for (let from = 0; from < count; from += 20_000) {
      appendFileSync(scene.log, injection(`203.0.113.${from / 20_000}`, from) + ordinaries(from, 19_999))
    }
    const first = await new DeskChild(scene.data).ready()
    while (!((await first.figure('bellwether_records_total')) > 0)) await delay(20)
    const { ms, ended } = await first.stop()
    expect(ended.code).toBe(0)
    expect(first.output).toContain('Nothing was lost')
    expect(ms).toBeLessThan(6_000)
    await (await readTo(scene, count)).stop()
    const outcome = await readOutcome(scene)
    expect(outcome.archive).toEqual([`followed ${count} ${count}`])
    expect(outcome.findings.filter((line) => line.includes('sql-injection'))).toHaveLength(20)
  } finally {
    scene.remove()
  }
}, 90_000)

const command = (scene: Scene, ...words: string[]) => {
  const program = join(import.meta.dirname, '..', '..', 'bin', 'bellwether.js')
  return spawnSync(process.execPath, [program, ...words, '--data', scene.data], { encoding: 'utf8' })
}

/** Ways in which a store is spoiled. */
const damages: Readonly<Record<string, (path: string) => void>> = {
  'cut short': (path) => truncateSync(path, Math.floor(statSync(path).size / 2)),
  'written over in its middle': (path) => {
    const file = openSync(path, 'r+')
    const { size } = statSync(path)
    for (let at = 8_192; at < size; at += 4_096) writeSync(file, Buffer.alloc(2_000, 0x5a), 0, 2_000, at + 1_000)
    closeSync(file)
  },
}

for (const [how, damage] of Object.entries(damages)) {
  test(`a store that was ${how} is named at the start, left as it is, and restored from a backup`, async () => {
    const scene = await makeScene()
    const path = join(scene.data, 'desk.sqlite')
    try {
      writeFileSync(scene.log, injection('203.0.113.1', 0) + ordinaries(1, 99))
      await (await readTo(scene, 100)).stop()
      const backup = join(scene.folder, 'backup')
      const made = command(scene, 'backup', backup)
      expect({ ...made }).toMatchObject({ status: 0 })
      damage(path)
      const spoiled = readFileSync(path)

      const refused = new DeskChild(scene.data)
      expect((await refused.ended).code).toBe(2)
      expect(refused.complaints).toMatch(/damaged.*bellwether restore/)
      expect(readFileSync(path).equals(spoiled)).toBe(true)

      const restored = command(scene, 'restore', join(backup, readdirSync(backup)[0] as string))
      expect({ ...restored }).toMatchObject({ status: 0 })
      expect(readdirSync(scene.data).some((name) => name.startsWith('desk.replaced-'))).toBe(true)
      appendFileSync(scene.log, injection('203.0.113.2', 200))
      await (await readTo(scene, 101)).stop()
      const outcome = await readOutcome(scene)
      expect(outcome.findings).toHaveLength(2)
      expect(outcome.archive).toEqual(['followed 101 101'])
    } finally {
      scene.remove()
    }
  }, 60_000)
}
