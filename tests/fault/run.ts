/** The long form of the fault tests (`npm run fault`): `node tests/fault/run.ts [--kills 200] [--minutes 60] [--seed S]
 *  [--only NAME]`. Kills come in rounds of 25, each compared with an undisturbed run; then the flood, the large source and
 *  the others follow. It ends with 1 where anything differed, and names the seed that shows it again. */
import { parseArgs } from 'node:util'
import { Random } from '../recording/random.ts'
import { makeScene } from './desk-child.ts'
import { floodDesk } from './flood.ts'
import { readLargeSource } from './large-source.ts'
import { differences, type Outcome, readOutcome } from './outcome.ts'
import { makePlan, type Plan } from './plan.ts'
import { type Played, type Playing, play } from './player.ts'

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '200' },
    minutes: { type: 'string', default: '60' },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 1e9)) },
    gigabytes: { type: 'string', default: '10' },
    only: { type: 'string' },
  },
})

const killsPerRound = 25
const endAt = performance.now() + Number(values.minutes) * 60_000
const failures: string[] = []

async function played(plan: Plan, playing: Playing): Promise<{ readonly outcome: Outcome; readonly how: Played }> {
  const scene = await makeScene()
  try {
    const how = await play(scene, plan, playing)
    return { outcome: await readOutcome(scene), how }
  } finally {
    scene.remove()
  }
}

/** One round of kills; every second one with the product's own pace of checkpoints. */
async function killRound(seed: string, kills: number, hasOwnPace: boolean): Promise<void> {
  const plan = makePlan(seed, 2, 200, 60)
  const random = new Random(seed)
  const waits = Array.from({ length: kills }, () => random.integer(20, hasOwnPace ? 4_000 : 1_500))
  const child = hasOwnPace ? {} : { fault: { limits: { checkpointMsMin: 400 } } }
  const undisturbed = await played(plan, { pauseMs: 40, child })
  const killed = await played(plan, { pauseMs: 150, kills: waits, stopEvery: 7, child })
  const found = differences(undisturbed.outcome, killed.outcome)
  const wrong = [...undisturbed.outcome.unproven, ...killed.outcome.unproven]
  const longest = Math.round(Math.max(...killed.how.stopMs))
  console.log(
    `seed ${seed}: ${kills} ends, ${killed.outcome.findings.length} findings, ${killed.outcome.evidence.length} lines of ` +
      `evidence, ${Math.round(killed.how.seconds)} s, longest orderly stop ${longest} ms: ` +
      (found.length + wrong.length === 0 ? 'equal' : `DIFFERENT\n${[...found, ...wrong].join('\n')}`),
  )
  if (found.length + wrong.length > 0) failures.push(`kills, --seed ${seed}`)
}

async function killAgainAndAgain(): Promise<void> {
  let left = Number(values.kills)
  for (let round = 0; left > 0 && performance.now() < endAt; round++) {
    const kills = Math.min(left, killsPerRound)
    await killRound(round === 0 ? values.seed : `${values.seed}/${round}`, kills, round % 2 === 1)
    left -= kills
  }
  if (left > 0) console.log(`${left} kills were left out: the time was up`)
}

const parts: Readonly<Record<string, () => Promise<void>>> = {
  kills: killAgainAndAgain,
  flood: async () => {
    const { problems, ...figures } = await floodDesk({ linesPerSecond: 50_000, seconds: 60 })
    console.log(`flood: ${JSON.stringify(figures)}`)
    failures.push(...problems)
  },
  large: async () => {
    const { problems, ...figures } = await readLargeSource(Number(values.gigabytes))
    console.log(`large source: ${JSON.stringify(figures)}`)
    failures.push(...problems)
  },
}

for (const [name, run] of Object.entries(parts)) {
  if (values.only === undefined || values.only === name) await run()
}
console.log(failures.length === 0 ? 'Everything held.' : `Did not hold:\n${failures.join('\n')}`)
process.exitCode = failures.length === 0 ? 0 : 1
