/** The embedded store: SQLite in a thread of its own, so that its waiting for the disk stops nobody. This side turns
 *  verbs into messages and answers into promises. */
import { Worker } from 'node:worker_threads'
import { err, ok, type Result } from '../../core/result.ts'
import { evidenceColumns } from '../sql/commit.ts'
import { type Answer, type CallVerb, type Given, type VerbName, verbsOver } from '../sql/verbs.ts'
import { type Store, StoreError, type StoreProblem } from '../store.ts'
import type { CallEnded, FromStore, ToStore } from './message.ts'
import { runTask } from './run-task.ts'

/** What a store may be told when it is opened. */
export interface SqliteStoreOptions {
  /** The desk's clock, milliseconds since the epoch. */
  readonly now?: () => number
}

/** Opens the store in a file, or makes it; its folder must be there. A file that cannot be used is left as it is. */
export async function openSqliteStore(
  path: string,
  options: SqliteStoreOptions = {},
): Promise<Result<Store, StoreProblem>> {
  const started = await startStoreThread(path)
  if (!started.ok) return started
  const thread = started.value
  return ok({
    ...verbsOver(thread.call, options.now ?? Date.now),
    backup: (target) => runTask({ kind: 'backup', path, target }),
    integrity: () => runTask({ kind: 'integrity', path }),
    close: () => thread.close(),
  })
}

/** Starts the thread of a store and opens the file in it. */
export async function startStoreThread(path: string): Promise<Result<StoreThread, StoreProblem>> {
  const thread = new StoreThread(path)
  const problem = await thread.opened
  if (problem === undefined) return ok(thread)
  await thread.close()
  return err(problem)
}

interface Pending {
  readonly resolve: (answer: never) => void
  readonly reject: (error: Error) => void
}

/** The thread that holds a store's file. */
class StoreThread {
  readonly opened: Promise<StoreProblem | undefined>
  readonly #worker: Worker
  readonly #pending = new Map<number, Pending>()
  readonly #ended: Promise<void>
  #lastId = 0
  #end: Error | undefined

  constructor(path: string) {
    this.#worker = new Worker(new URL('./worker.ts', import.meta.url), {
      workerData: { path },
      resourceLimits: { maxYoungGenerationSizeMb: 16 },
    })
    const { promise, resolve, reject } = Promise.withResolvers<StoreProblem | undefined>()
    this.opened = promise
    this.#worker.on('message', (message: FromStore) => {
      if (message.kind === 'opened') resolve(message.problem)
      else this.#receive(message)
    })
    this.#worker.on('error', (error) => {
      reject(error)
      this.#failAll(error)
    })
    this.#ended = new Promise((done) => {
      this.#worker.on('exit', () => {
        const closed: StoreProblem = { code: 'other', message: 'The store is closed. Start the desk again.' }
        this.#failAll(new StoreError(closed))
        done()
      })
    })
  }

  readonly call: CallVerb = <Name extends VerbName>(name: Name, given: Given<Name>): Promise<Answer<Name>> => {
    if (this.#end !== undefined) return Promise.reject(this.#end)
    const { promise, resolve, reject } = Promise.withResolvers<Answer<Name>>()
    const id = ++this.#lastId
    if (name === 'commit') this.#sendCommit(id, given as Given<'commit'>)
    else this.#say({ kind: 'call', id, name, given })
    this.#pending.set(id, { resolve: resolve as Pending['resolve'], reject })
    return promise
  }

  /** The caller's bytes may be parts of large buffers, which a message would carry whole, and stay the caller's: what is
   *  handed over is one copy of the parts. */
  #sendCommit(id: number, [prepared]: Given<'commit'>): void {
    const last = evidenceColumns.indexOf('bytes')
    const lines = prepared.evidence.map((row) => row[last] as Uint8Array)
    const bytes = new Uint8Array(lines.reduce((sum, line) => sum + line.length, 0))
    const buffers = [bytes.buffer]
    let end = 0
    const evidence = prepared.evidence.map((row, index) => {
      const line = lines[index] as Uint8Array
      bytes.set(line, end)
      end += line.length
      return row.with(last, bytes.subarray(end - line.length, end))
    })
    let { checkpoint } = prepared
    if (checkpoint !== undefined) {
      const state = new Uint8Array(checkpoint.state)
      buffers.push(state.buffer)
      checkpoint = { ...checkpoint, state }
    }
    this.#say({ kind: 'call', id, name: 'commit', given: [{ ...prepared, evidence, checkpoint }] }, buffers)
  }

  #say(message: ToStore, transfer: ArrayBuffer[] = []): void {
    this.#worker.postMessage(message, transfer)
  }

  #receive(message: CallEnded): void {
    const pending = this.#pending.get(message.id)
    this.#pending.delete(message.id)
    switch (message.kind) {
      case 'answer':
        return pending?.resolve(message.answer as never)
      case 'problem':
        return pending?.reject(new StoreError(message.problem))
      case 'bug':
        return pending?.reject(message.error)
    }
  }

  #failAll(error: Error): void {
    this.#end ??= error
    for (const { reject } of this.#pending.values()) reject(this.#end)
    this.#pending.clear()
  }

  /** Lets verbs under way end, then closes the file. */
  async close(): Promise<void> {
    if (this.#end === undefined) this.#say({ kind: 'close' })
    await this.#ended
  }
}
