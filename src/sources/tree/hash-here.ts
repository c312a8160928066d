/** Everything in a folder, hashed in this thread: for a program that is a single file, which can start no threads. */
import { relative, sep } from 'node:path'
import { FileHasher } from './hash-file.ts'
import type { TreeEntry } from './hash-tree.ts'
import { walk } from './walk.ts'

/** How a folder is hashed. */
export interface HereOptions {
  readonly hasModes: boolean
  /** A folder that is left out where it lies in the one that is walked: the stick. */
  readonly without: string
}

const batchEntries = 256
const nextTick = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/** Runs of entries, in order of path. Throws where the folder itself cannot be read. */
export async function* hashHere(
  root: string,
  { hasModes, without }: HereOptions,
): AsyncGenerator<readonly TreeEntry[]> {
  const below = relative(root, without).split(sep).join('/')
  const leftOut = new Set(below === '' || below.startsWith('..') ? [] : [below])
  const hasher = new FileHasher({ hasModes, others: [] })
  let batch: TreeEntry[] = []
  for (const step of walk(root, { hasModes, leftOut })) {
    batch.push(step.type === 'to-hash' ? hasher.hash(root, step.path) : step)
    if (batch.length < batchEntries) continue
    yield batch
    batch = []
    await nextTick()
  }
  yield batch
}
