/** Work on a store's file that takes long (copying, checking), each in a thread of its own that ends with it. */
import { Worker } from 'node:worker_threads'
import type { Result } from '../../core/result.ts'
import type { StoreProblem } from '../store.ts'

/** What a backup holds. */
export interface BackupFacts {
  readonly bytes: number
  /** The version of the store's tables. */
  readonly version: number
}

/** What can be asked for, and what each answers. */
export interface TaskAnswers {
  readonly backup: { readonly bytes: number }
  readonly integrity: undefined
  readonly verify: BackupFacts
  readonly restore: { readonly replaced: string | undefined }
}

export type Task =
  | { readonly kind: 'backup'; readonly path: string; readonly target: string }
  | { readonly kind: 'integrity'; readonly path: string }
  | { readonly kind: 'verify'; readonly path: string }
  | { readonly kind: 'restore'; readonly path: string; readonly backup: string; readonly nowMs: number }

/** Carries out a task; its problems come back as values, a bug rejects. */
export function runTask<Kind extends Task['kind']>(
  task: Extract<Task, { kind: Kind }>,
): Promise<Result<TaskAnswers[Kind], StoreProblem>> {
  const { promise, resolve, reject } = Promise.withResolvers<Result<TaskAnswers[Kind], StoreProblem>>()
  const worker = new Worker(new URL('./task-worker.ts', import.meta.url), { workerData: task })
  worker.on('message', resolve)
  worker.on('error', reject)
  worker.on('exit', () => reject(new Error(`the thread for ${task.kind} ended without an answer`)))
  return promise
}
