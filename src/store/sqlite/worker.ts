/** The store's thread: opens the file, carries out one verb after the other, and answers. */
import { parentPort, workerData } from 'node:worker_threads'
import type { Verb } from '../sql/step.ts'
import { type Answer, type VerbName, verbs } from '../sql/verbs.ts'
import { type OpenDatabase, openDatabase, placeOf } from './database.ts'
import { SqliteDriver } from './driver.ts'
import type { FromStore, ToStore } from './message.ts'
import { problemOf } from './problem.ts'

const port = parentPort
if (port === null) throw new Error('this file runs as a worker thread')
const path = placeOf((workerData as { readonly path: string }).path)

function say(message: FromStore, transfer: ArrayBuffer[] = []): void {
  port?.postMessage(message, transfer)
}

function serve({ database, lock }: OpenDatabase): void {
  const driver = new SqliteDriver(database)
  port?.on('message', (message: ToStore) => {
    if (message.kind === 'close') {
      database.close()
      lock.release()
      port?.close()
      return
    }
    const { id, name, given } = message
    try {
      const { steps, writes } = verbs[name]
      const verb = (steps as (...each: readonly unknown[]) => Verb<Answer<VerbName>>)(...given)
      const answer = driver.carryOut(verb, writes)
      say({ kind: 'answer', id, answer }, buffersOf(name, answer))
    } catch (error) {
      const problem = problemOf(error, path)
      if (problem !== undefined) say({ kind: 'problem', id, problem })
      else say({ kind: 'bug', id, error: error instanceof Error ? error : new Error(String(error)) })
    }
  })
}

/** What is handed over instead of copied: the analysis' state, which is large. */
function buffersOf(name: VerbName, answer: Answer<VerbName>): ArrayBuffer[] {
  if (name !== 'checkpoint' || answer === undefined) return []
  return [(answer as { readonly state: Uint8Array<ArrayBuffer> }).state.buffer]
}

const opened = openDatabase(path)
if (opened.ok) serve(opened.value)
say({ kind: 'opened', problem: opened.ok ? undefined : opened.error })
