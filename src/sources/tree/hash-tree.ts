/** Everything in a folder, hashed by several threads and told in order of path. Memory is bounded by the batches that are
 *  under way, whatever the folder holds. */
import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import type { SoftwareEntry } from '../../software/entry.ts'
import type { HashedFile, OtherHash } from './hash-file.ts'
import type { HashAnswer, HashBatch, HashWorkerData } from './hash-message.ts'
import { walk } from './walk.ts'

/** How a folder is hashed. */
export interface TreeOptions {
  /** Hashes beside SHA-256. */
  readonly others?: readonly OtherHash[]
  readonly leftOut?: ReadonlySet<string>
  /** Threads; as many as the machine has processors where it is left out. */
  readonly workers?: number
  readonly hasModes?: boolean
}

/** An entry of a walk; files have the hashes that were asked for. */
export type TreeEntry = SoftwareEntry | HashedFile

/** Files of one batch, and batches under way for each thread: enough that no thread waits, few enough that a thread which
 *  hashes a large file does not let the others fill the memory. */
const batchFiles = 128
const batchesEach = 32

interface Batch {
  /** In order; a hole where a file is being hashed. */
  readonly entries: (TreeEntry | undefined)[]
  /** Where the files go that are being hashed. */
  readonly places: number[]
  readonly paths: string[]
  /** Threads that have not answered. */
  waitsFor: number
}

/** Hashes a folder. Each piece is a run of entries, in order of path. Throws where the folder itself cannot be read. */
export async function* hashTree(root: string, options: TreeOptions = {}): AsyncGenerator<readonly TreeEntry[]> {
  const { others = [], leftOut, workers = Math.min(16, availableParallelism()) } = options
  const hasModes = options.hasModes ?? process.platform !== 'win32'
  const pool = new HashPool({ root, options: { hasModes, others } }, workers)
  try {
    const queue: Batch[] = []
    let batch = newBatch()
    for (const step of walk(root, { hasModes, ...(leftOut === undefined ? {} : { leftOut }) })) {
      if (step.type === 'to-hash') {
        batch.places.push(batch.entries.length)
        batch.paths.push(step.path)
        batch.entries.push(undefined)
      } else batch.entries.push(step)
      if (batch.paths.length < batchFiles && batch.entries.length < 4 * batchFiles) continue
      pool.give(batch)
      queue.push(batch)
      batch = newBatch()
      if (queue.length < workers * batchesEach) continue
      const first = queue.shift() as Batch
      await pool.whenDone(first)
      yield first.entries as TreeEntry[]
    }
    pool.give(batch)
    queue.push(batch)
    for (const each of queue) {
      await pool.whenDone(each)
      yield each.entries as TreeEntry[]
    }
  } finally {
    await pool.close()
  }
}

const newBatch = (): Batch => ({ entries: [], places: [], paths: [], waitsFor: 0 })

/** The threads. */
class HashPool {
  readonly #workers: Worker[]
  readonly #underWay = new Map<number, Batch>()
  #lastId = 0
  #waiting: { readonly batch: Batch; readonly resolve: () => void; readonly reject: (error: Error) => void } | undefined
  #failure: Error | undefined

  constructor(workerData: HashWorkerData, count: number) {
    this.#workers = Array.from({ length: count }, () => {
      const worker = new Worker(new URL('./hash-worker.ts', import.meta.url), { workerData })
      worker.on('message', (answer: HashAnswer) => this.#take(answer))
      worker.on('error', (error: Error) => {
        this.#failure = error
        this.#waiting?.reject(error)
      })
      return worker
    })
  }

  /** Gives a batch to the threads. */
  give(batch: Batch): void {
    if (batch.paths.length === 0) return
    const id = ++this.#lastId
    this.#underWay.set(id, batch)
    batch.waitsFor = this.#workers.length
    const message: HashBatch = { id, paths: batch.paths, taken: new SharedArrayBuffer(4) }
    for (const worker of this.#workers) worker.postMessage(message)
  }

  /** Rejects where a thread failed: that is a bug. */
  whenDone(batch: Batch): Promise<void> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure)
    if (batch.waitsFor === 0) return Promise.resolve()
    return new Promise((resolve, reject) => {
      this.#waiting = { batch, resolve, reject }
    })
  }

  async close(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.terminate()))
  }

  #take({ id, indexes, entries }: HashAnswer): void {
    const batch = this.#underWay.get(id)
    if (batch === undefined) return
    for (const [at, index] of indexes.entries()) batch.entries[batch.places[index] as number] = entries[at]
    batch.waitsFor--
    if (batch.waitsFor > 0) return
    this.#underWay.delete(id)
    if (this.#waiting?.batch !== batch) return
    const { resolve } = this.#waiting
    this.#waiting = undefined
    resolve()
  }
}
