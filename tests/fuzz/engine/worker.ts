/** Runs inputs against one target in a thread of its own, so that a hang can be seen from outside and ended. Before each
 *  input it leaves the bytes and the time in shared memory: what was running when it stopped is never lost. */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { parentPort, workerData } from 'node:worker_threads'
import { makeInput } from './mutate.ts'
import type { Answer, Order, WorkerSettings } from './protocol.ts'
import { type FuzzTarget, loadTargets } from './target.ts'

const { moduleUrl, targetName, seed, invented, shared } = workerData as WorkerSettings
const startedAtMs = new Float64Array(shared.clock)
const progress = new Int32Array(shared.progress)
const current = new Uint8Array(shared.input)

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

function describeError(error: unknown): string {
  return error instanceof Error ? (error.stack ?? `${error.name}: ${error.message}`) : `threw ${String(error)}`
}

/** Runs one input; the answer is what it threw, or undefined. */
function runInput(target: FuzzTarget, bytes: Uint8Array): string | undefined {
  current.set(bytes.subarray(0, current.length))
  progress[0] = Math.min(bytes.length, current.length)
  startedAtMs[0] = Date.now()
  try {
    target.run(bytes)
    return undefined
  } catch (error) {
    return describeError(error)
  } finally {
    startedAtMs[0] = 0
  }
}

/** Twice: what a first collection lets go of outside the heap, buffers of decompression, the second one counts as free. */
function memoryBytes(): number {
  collectGarbage()
  collectGarbage()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

function runRound(target: FuzzTarget, pool: readonly Uint8Array[], order: Order & { type: 'round' }): Answer {
  const endMs = Date.now() + order.budgetMs
  let index = order.from
  let failure: string | undefined
  while (index < order.to && failure === undefined && Date.now() < endMs) {
    progress[1] = index
    failure = runInput(target, makeInput(seed, index, pool))
    index++
  }
  return { type: 'round', next: index, memoryBytes: memoryBytes(), ...(failure === undefined ? {} : { failure }) }
}

const target = (await loadTargets(moduleUrl)).find((each) => each.name === targetName)
if (!target) throw new Error(`no target ${targetName}`)
const pool = [...(target.seeds ?? []), new Uint8Array(0), ...invented]

parentPort?.on('message', (order: Order) => {
  if (order.type === 'round') parentPort?.postMessage(runRound(target, pool, order))
  else {
    const failure = runInput(target, order.bytes)
    parentPort?.postMessage({ type: 'tried', ...(failure === undefined ? {} : { failure }) } satisfies Answer)
  }
})
parentPort?.postMessage({ type: 'ready' } satisfies Answer)
