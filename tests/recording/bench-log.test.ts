import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { makeLog } from '../../bench/make-log.ts'

describe('the log that benchmarks read', () => {
  const folder = mkdtempSync(join(tmpdir(), 'bellwether-make-log-'))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  test('is the same for one size and seed, and has whole lines of about 235 bytes', async () => {
    const made = await makeLog(1, '7', join(folder, 'one.log'))
    await makeLog(1, '7', join(folder, 'again.log'))
    const text = readFileSync(made.path, 'latin1')
    expect(readFileSync(join(folder, 'again.log'), 'latin1') === text).toBe(true)
    expect(text.length).toBe(made.facts.bytes)
    expect(text.endsWith('\n')).toBe(true)
    expect(text.split('\n').length - 1).toBe(made.facts.lines)
    expect(made.facts.bytes / made.facts.lines).toBeGreaterThan(180)
    expect(made.facts.bytes / made.facts.lines).toBeLessThan(260)
  })

  test('is not made twice', async () => {
    const path = join(folder, 'kept.log')
    const first = await makeLog(1, '8', path)
    expect(await makeLog(1, '8', path)).toEqual(first)
  })
})
