/** What the walk and the threads that hash say to one another. Every batch goes to all threads; each takes the next file of
 *  it that none has taken, so that one large file holds up nobody. */
import type { SoftwareEntry } from '../../software/entry.ts'
import type { HashedFile, HashOptions } from './hash-file.ts'

/** What a thread is begun with. */
export interface HashWorkerData {
  readonly root: string
  readonly options: HashOptions
}

/** Files to hash. */
export interface HashBatch {
  readonly id: number
  readonly paths: readonly string[]
  /** One 32-bit counter: the next file that nobody has taken. */
  readonly taken: SharedArrayBuffer
}

/** What one thread hashed of a batch. */
export interface HashAnswer {
  readonly id: number
  readonly indexes: readonly number[]
  readonly entries: readonly (HashedFile | SoftwareEntry)[]
}
