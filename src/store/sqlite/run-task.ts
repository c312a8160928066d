/** Work on a store's file that takes long, each in a thread of its own that ends with it. */
import { Worker } from 'node:worker_threads'
import type { Result } from '../../core/result.ts'
import type { StoreProblem } from '../store.ts'
import type { Task, TaskAnswers } from './task.ts'

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
