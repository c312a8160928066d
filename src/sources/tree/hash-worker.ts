/** A thread that hashes files. */
import { parentPort, workerData } from 'node:worker_threads'
import type { SoftwareEntry } from '../../software/entry.ts'
import { FileHasher } from './hash-file.ts'
import type { HashAnswer, HashBatch, HashWorkerData } from './hash-message.ts'

const port = parentPort
if (port === null) throw new Error('this file runs as a worker thread')

const { root, options } = workerData as HashWorkerData
const hasher = new FileHasher(options)

port.on('message', ({ id, paths, taken }: HashBatch) => {
  const counter = new Int32Array(taken)
  const indexes: number[] = []
  const entries: SoftwareEntry[] = []
  for (let index = Atomics.add(counter, 0, 1); index < paths.length; index = Atomics.add(counter, 0, 1)) {
    indexes.push(index)
    entries.push(hasher.hash(root, paths[index] as string))
  }
  port.postMessage({ id, indexes, entries } satisfies HashAnswer)
})
