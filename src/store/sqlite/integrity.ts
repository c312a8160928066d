/** Checks a whole store: SQLite's own structure, references, every checksum of ours, and the chain of the audit trail.
 *  Reads alone; a desk may be writing the same file. */
import type { DatabaseSync } from 'node:sqlite'
import { err, ok, type Result } from '../../core/result.ts'
import { findDamage } from '../sql/pages.ts'
import { schemaVersion } from '../sql/schema.ts'
import { trailBroken } from '../sql/version.ts'
import type { StoreProblem } from '../store.ts'
import { firstComplaint, judgeFile, openToRead } from './database.ts'
import { SqliteDriver } from './driver.ts'
import { damaged, problemOrThrow } from './problem.ts'

/** Whether all of a store is as it was written. */
export function checkIntegrity(path: string): Result<undefined, StoreProblem> {
  let database: DatabaseSync | undefined
  try {
    const problem = judgeFile(path, schemaVersion)
    if (problem !== undefined) return err(problem)
    database = openToRead(path)
    // One moment of a store that may be written meanwhile.
    database.exec('BEGIN')
    if (firstComplaint(database) !== undefined) return err(damaged(path))
    if (database.prepare('PRAGMA foreign_key_check').get() !== undefined) return err(damaged(path))
    const damage = new SqliteDriver(database).carryOut(findDamage(), false)
    if (damage?.kind === 'row') return err(damaged(path))
    if (damage?.kind === 'trail') return err(trailBroken(path, damage.sequence))
    return ok(undefined)
  } catch (error) {
    return err(problemOrThrow(error, path))
  } finally {
    database?.close()
  }
}
