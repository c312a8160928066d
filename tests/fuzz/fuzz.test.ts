import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { makeInput } from './engine/mutate.ts'

const run = (...settings: string[]): { status: number | null; output: string } => {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['tests/fuzz/run.ts', ...settings], {
    encoding: 'utf8',
  })
  return { status, output: stdout + stderr }
}
const faults = ['--folder', 'tests/fuzz/fixtures', '--seed', '1', '--shrink-seconds', '3']

describe('the fuzzer', () => {
  test('makes the same input from the same seed and number', () => {
    const pool = [Uint8Array.of(1, 2, 3)]
    for (let index = 0; index < 200; index++) expect(makeInput(7, index, pool)).toEqual(makeInput(7, index, pool))
    expect(makeInput(7, 50, pool)).not.toEqual(makeInput(8, 50, pool))
  })

  test('finds a throw and shrinks its input to the bytes that matter', () => {
    const { status, output } = run(...faults, '--target', 'throws', '--minutes', '0.2')
    expect(status).toBe(1)
    expect(output).toContain('RangeError: at 1')
    const file = /the input \(2 bytes\): (.+)/.exec(output)?.[1] as string
    expect(readFileSync(file, 'latin1')).toBe("{'")
    expect(output).toMatch(/0 passed, 1 failed\n$/)
  })

  test('finds a hang and goes on to the next target', () => {
    const { status, output } = run(
      ...faults,
      '--target',
      'hangs',
      '--target',
      'sound',
      '--minutes',
      '0.2',
      '--inputs',
      '3000',
    )
    expect(status).toBe(1)
    expect(output).toContain('hangs-on-two-nul-bytes')
    expect(output).toContain('hang: more than 1000 ms')
    expect(output).toContain('passed  is-sound')
  }, 90_000)
})

describe('hostile bytes', () => {
  test('neither break, nor hang, nor fill any reader', () => {
    const { status, output } = run('--seed', '1', '--inputs', '200', '--minutes', '1')
    expect(status, output).toBe(0)
  }, 120_000)
})
