/** Holds a store for one process: an exclusive lock on a file beside it, which the operating system lets go of however
 *  the process ends. The store's own file stays readable, so that a backup can be made while the desk runs. */
import { existsSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { err, ok, type Result } from '../../core/result.ts'
import type { StoreProblem } from '../store.ts'
import { inUse, problemOrThrow } from './problem.ts'

/** A lock that is held. */
export interface StoreLock {
  readonly release: () => void
}

/** Takes the lock, or says who is in the way. */
export function lockStore(path: string): Result<StoreLock, StoreProblem> {
  let database: DatabaseSync | undefined
  try {
    database = new DatabaseSync(`${path}-lock`, { timeout: 0 })
    database.exec('BEGIN EXCLUSIVE')
    const held = database
    return ok({ release: () => held.close() })
  } catch (error) {
    database?.close()
    const problem = problemOrThrow(error, path)
    return err(problem.code === 'in-use' ? inUse(path) : problem)
  }
}

/** Reads a store's file while no desk can begin to use it; where one uses it already, beside that desk. Only a store in
 *  its place has a lock: none is left beside backups. */
export async function keptFromStarting<T>(path: string, read: () => T | Promise<T>): Promise<T> {
  const lock = existsSync(`${path}-lock`) ? lockStore(path) : undefined
  try {
    return await read()
  } finally {
    if (lock?.ok) lock.value.release()
  }
}
