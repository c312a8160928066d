/** kill -9 at random moments under load, in the bounded form; `run.ts` is the long one. */
import { expect, test } from 'vitest'
import { Random } from '../recording/random.ts'
import { makeScene } from './desk-child.ts'
import { differences, readOutcome } from './outcome.ts'
import { makePlan } from './plan.ts'
import { type Playing, play } from './player.ts'

const seed = 'kill-1'
const child = { fault: { limits: { checkpointMsMin: 500 } } }

async function outcomeOf(plan: ReturnType<typeof makePlan>, playing: Playing) {
  const scene = await makeScene()
  try {
    await play(scene, plan, playing)
    return await readOutcome(scene)
  } finally {
    scene.remove()
  }
}

test('a desk that is killed again and again finds, counts and keeps what one that is left alone does', async () => {
  const plan = makePlan(seed, 1, 80, 21)
  const random = new Random(seed)
  const kills = Array.from({ length: 12 }, () => random.integer(50, 1_000))
  const [undisturbed, killed] = await Promise.all([
    outcomeOf(plan, { pauseMs: 30, child }),
    outcomeOf(plan, { pauseMs: 120, kills, stopEvery: 5, child }),
  ])
  expect(undisturbed.findings.length).toBeGreaterThan(20)
  expect(undisturbed.unproven).toEqual([])
  expect(differences(undisturbed, killed)).toEqual([])
}, 90_000)
