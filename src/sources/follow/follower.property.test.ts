import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Naming, Reading, RotatedLog } from './rotation.fixture.ts'

type Step =
  | { readonly do: 'append'; readonly pieces: readonly number[] }
  | { readonly do: 'rename'; readonly creates: boolean }
  | { readonly do: 'reopen' }
  | { readonly do: 'copytruncate' }
  | { readonly do: 'pack'; readonly spared: number; readonly how: 'gz' | 'zst' }
  | { readonly do: 'read'; readonly passMs: number; readonly chunksMax: number }
  | { readonly do: 'restart' }

const step = (rotations: readonly fc.Arbitrary<Step>[]): fc.Arbitrary<Step> =>
  fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({
        do: fc.constant('append' as const),
        pieces: fc.array(fc.nat(300), { maxLength: 12, size: 'max' }),
      }),
    },
    {
      weight: 4,
      arbitrary: fc.record({
        do: fc.constant('read' as const),
        passMs: fc.constantFrom(0, 200, 2_500),
        chunksMax: fc.constantFrom(1, 3, 1_000),
      }),
    },
    { weight: 1, arbitrary: fc.constant({ do: 'restart' as const }) },
    ...rotations.map((arbitrary) => ({ weight: 1, arbitrary })),
  )

const rename = fc.record({ do: fc.constant('rename' as const), creates: fc.boolean() })
const reopen = fc.constant({ do: 'reopen' as const })
const copytruncate = fc.constant({ do: 'copytruncate' as const })
const pack = fc.record({
  do: fc.constant('pack' as const),
  spared: fc.nat(1),
  how: fc.constantFrom('gz' as const, 'zst' as const),
})

async function play(steps: readonly Step[], naming: Naming, chunkBytes: number): Promise<void> {
  const log = new RotatedLog(naming)
  const reading = new Reading(log, chunkBytes)
  let lines = 0
  let isRenamed = false
  try {
    for (const each of steps) {
      switch (each.do) {
        case 'append':
          for (const length of each.pieces) {
            lines += 1
            log.append(`${lines} ${'x'.repeat(length)}${length % 7 === 3 ? '' : '\n'}`)
          }
          break
        case 'rename':
          // A writer has one log open at a time: a second rotation waits until it has reopened the first.
          if (!isRenamed) log.rename(each.creates)
          isRenamed = true
          break
        case 'reopen':
          log.reopen()
          isRenamed = false
          break
        case 'copytruncate':
          log.copyTruncate()
          break
        case 'pack':
          // Nobody packs a file that is still written to.
          log.pack(isRenamed ? 1 : each.spared, each.how)
          break
        case 'read':
          await reading.read(each.passMs, each.chunksMax)
          break
        case 'restart':
          reading.restart()
          break
      }
    }
    log.reopen()
    // A line without an end waits for it: the last one gets it.
    log.append('end\n')
    await reading.readAll()
    expect(reading.gaps).toEqual([])
    expect(reading.got).toBe(log.written)
  } finally {
    reading.close()
    log.remove()
  }
}

const runs = { numRuns: Number(process.env.FOLLOW_RUNS ?? 60), seed: Number(process.env.FOLLOW_SEED ?? 7) }
const sizes = fc.constantFrom(64, 700, 65_536)
const namings = fc.constantFrom('numbered' as const, 'dated' as const)

describe('whatever is appended, rotated and restarted, every line is read once and in order', () => {
  test('when logs are renamed', async () => {
    const steps = fc.array(step([rename, reopen]), { maxLength: 40, size: 'max' })
    await fc.assert(fc.asyncProperty(steps, namings, sizes, play), runs)
  }, 120_000)

  test('when logs are renamed and packed', async () => {
    const steps = fc.array(step([rename, reopen, pack]), { maxLength: 40, size: 'max' })
    await fc.assert(fc.asyncProperty(steps, namings, sizes, play), runs)
  }, 120_000)

  test('when logs are copied and emptied', async () => {
    const steps = fc.array(step([copytruncate]), { maxLength: 40, size: 'max' })
    await fc.assert(fc.asyncProperty(steps, namings, sizes, play), runs)
  }, 120_000)

  test('when logs are copied, emptied and packed', async () => {
    const steps = fc.array(step([copytruncate, pack]), { maxLength: 40, size: 'max' })
    await fc.assert(fc.asyncProperty(steps, namings, sizes, play), runs)
  }, 120_000)
})
