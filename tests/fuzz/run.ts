/** `npm run fuzz [-- --minutes 10] [--seed N] [--inputs N] [--target NAME]`: feeds hostile bytes to every target of
 *  tests/fuzz/ and fails on a throw, a hang or memory that stays. The time is shared evenly between the targets. */
import { globSync, writeFileSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { mixSeed } from './engine/random.ts'
import { fuzz, type SessionResult } from './engine/session.ts'
import { loadTargets } from './engine/target.ts'

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    inputs: { type: 'string' },
    target: { type: 'string', multiple: true },
    'shrink-seconds': { type: 'string', default: '15' },
    /** Another folder of targets, for the fuzzer's own test. */
    folder: { type: 'string', default: import.meta.dirname },
  },
})

const seed = Number(values.seed)
const inputsMax = values.inputs === undefined ? Number.POSITIVE_INFINITY : Number(values.inputs)
const budgetMs = Number(values.minutes) * 60_000
if (![seed, inputsMax, budgetMs].every((each) => each >= 0))
  throw new Error('--minutes, --seed and --inputs take numbers')

async function findTargets(): Promise<{ name: string; moduleUrl: string }[]> {
  const files = globSync('*.ts', { cwd: values.folder }).filter(
    (name) => name !== 'run.ts' && !name.endsWith('.test.ts'),
  )
  const found: { name: string; moduleUrl: string }[] = []
  for (const file of files.sort()) {
    const moduleUrl = pathToFileURL(join(values.folder, file)).href
    for (const { name } of await loadTargets(moduleUrl)) found.push({ name, moduleUrl })
  }
  return found.filter(({ name }) => values.target?.some((wanted) => name.includes(wanted)) ?? true)
}

const mebibytes = (bytes: number): string => `${Math.round(bytes / 1_048_576)} MiB`

function report(name: string, seconds: number, result: SessionResult): void {
  const { inputCount, memoryFirstBytes, memoryLastBytes, failure } = result
  const memory = `${mebibytes(memoryFirstBytes)} in use after warm-up, ${mebibytes(memoryLastBytes)} at the end`
  const verdict = failure === undefined ? 'passed' : 'FAILED'
  console.log(`${verdict}  ${name}: ${inputCount} inputs in ${seconds.toFixed(1)} s; ${memory}`)
  if (failure === undefined) return
  console.log(`        ${failure.reason.split('\n').slice(0, 6).join('\n        ')}`)
  if (failure.input === undefined) return
  const file = join(tmpdir(), `bellwether-fuzz-${name.replace(/[^\w-]+/g, '-')}-${seed}.bin`)
  writeFileSync(file, failure.input)
  console.log(`        the input (${failure.input.length} bytes): ${file}`)
}

const targets = await findTargets()
const workers = Math.max(1, Math.min(2, availableParallelism(), targets.length))
console.log(`Seed ${seed}, ${targets.length} targets, ${workers} at a time.`)
let failed = 0
const waiting = targets.values()

/** Takes targets from the common list until none is left. */
async function work(): Promise<void> {
  for (const { name, moduleUrl } of waiting) {
    const started = performance.now()
    const result = await fuzz({
      moduleUrl,
      targetName: name,
      seed: mixSeed(seed, name),
      budgetMs: (budgetMs * workers) / targets.length,
      inputsMax,
      shrinkMs: Number(values['shrink-seconds']) * 1_000,
    })
    if (result.failure !== undefined) failed++
    report(name, (performance.now() - started) / 1000, result)
  }
}

await Promise.all(Array.from({ length: workers }, work))
if (targets.length === 0) {
  console.log('There is no target of this name. Targets are named folder/part: mail-watch/check, documents/ole-parts.')
  failed = 1
}
console.log(`Memory of the whole process at the end: ${mebibytes(process.memoryUsage.rss())}.`)
console.log(`${Math.max(0, targets.length - failed)} passed, ${failed} failed`)
process.exitCode = failed === 0 ? 0 : 1
