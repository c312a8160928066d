import { spawnSync } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { blockOf, noonMs } from '../src/response/block.fixture.ts'
import type { Block } from '../src/response/block.ts'
import { Enforcer } from '../src/response/enforcer.ts'
import { becomes, startProcess } from './loopback.ts'
import { hasNginx, startNginx, usualHttp } from './nginx-server.ts'

const attacker = '127.0.0.2'
const neighbour = '127.0.0.3'

const setTimer = (callback: () => void, ms: number): (() => void) => {
  const timer = setTimeout(callback, ms)
  return () => clearTimeout(timer)
}

describe.skipIf(!hasNginx)(`blocks in force on a real nginx${hasNginx ? '' : ' (none is installed here)'}`, () => {
  test('come with a decision, end by themselves and come back when a broken configuration is mended', async () => {
    await using nginx = await startNginx()
    const blocks: Block[] = []
    const enforcer = new Enforcer({
      targets: [nginx.target()],
      list: () => Promise.resolve(blocks),
      now: Date.now,
      setTimer,
    })
    enforcer.start()
    try {
      await enforcer.settled()
      expect(enforcer.states()).toMatchObject([{ state: 'in-force', sentence: 'nginx keeps out 0 networks.' }])

      blocks.push(blockOf(attacker, { decidedAtMs: Date.now(), expiresAtMs: Date.now() + 1_500 }))
      enforcer.changed()
      await enforcer.settled()
      expect(await nginx.status(attacker)).toBe(403)
      expect(await nginx.status(neighbour)).toBe(200)
      expect(await becomes(async () => (await nginx.status(attacker)) === 200)).toBe(true)

      await nginx.configure(`${usualHttp} no_such_directive on;`)
      blocks.push(blockOf(attacker, { decidedAtMs: Date.now(), expiresAtMs: Date.now() + 60_000 }))
      enforcer.changed()
      await enforcer.settled()
      expect(enforcer.states()).toMatchObject([{ state: 'failing', problem: { code: 'broken-before' } }])
      expect(await nginx.status(attacker)).toBe(200)
      await nginx.configure(usualHttp)
      expect(await becomes(async () => (await nginx.status(attacker)) === 403)).toBe(true)
      await enforcer.settled()
      expect(enforcer.states()).toMatchObject([{ state: 'in-force' }])
    } finally {
      await enforcer.stop()
    }
  })

  test('are whole after the desk was killed at any moment, and brought to the list at its next start', async () => {
    await using nginx = await startNginx()
    for (let round = 0; round < 6; round++) {
      const desk = startProcess(process.execPath, [
        join(import.meta.dirname, 'apply-blocks.ts'),
        nginx.blocksPath,
        nginx.configurationPath,
      ])
      try {
        expect(await becomes(() => desk.said().includes('.'))).toBe(true)
        await new Promise((resolve) => setTimeout(resolve, 37 * round))
      } finally {
        await desk.stop('SIGKILL')
      }
      const tested = spawnSync('nginx', ['-t', '-c', nginx.configurationPath], { encoding: 'utf8' })
      expect(tested.stderr).toContain('test is successful')
      expect(await readFile(nginx.blocksPath, 'utf8')).toMatch(/^# Written by Bellwether[\s\S]* 1;\n$/)
      expect(await nginx.status(neighbour)).toBe(200)

      const blocks = round % 2 === 0 ? [blockOf(attacker)] : []
      expect(await nginx.target().apply(blocks, noonMs)).toMatchObject({ ok: true })
      expect(await nginx.status(attacker)).toBe(round % 2 === 0 ? 403 : 200)
      expect(await nginx.status(neighbour)).toBe(200)
    }
  })
})
