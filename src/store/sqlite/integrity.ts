/** Checks a whole store: SQLite's own structure, references, every checksum of ours, and the chain of the audit trail.
 *  Reads alone; a desk may be writing the same file. */
import { DatabaseSync } from 'node:sqlite'
import { limits } from '../../core/limits.ts'
import { err, ok, type Result } from '../../core/result.ts'
import { checkedBytes, unsealed } from '../sql/document.ts'
import { schemaVersion } from '../sql/schema.ts'
import type { Row } from '../sql/step.ts'
import { auditBreak } from '../sql/trail.ts'
import type { StoreProblem } from '../store.ts'
import { firstComplaint, judgeFile } from './database.ts'
import { SqliteDriver } from './driver.ts'
import { damaged, problemOrThrow } from './problem.ts'

/** Columns that `sealed` made, and bytes with their checksum in `crc`. */
const sealedColumns = [
  ['incident', 'doc'],
  ['incident', 'detail'],
  ['finding', 'doc'],
  ['evidence', 'place'],
  ['decision', 'doc'],
  ['step', 'doc'],
  ['note', 'doc'],
  ['source_status', 'doc'],
  ['reject', 'doc'],
  ['stored_source', 'doc'],
  ['block', 'doc'],
  ['account', 'doc'],
  ['passkey', 'doc'],
  ['web_session', 'doc'],
  ['sign_in_link', 'doc'],
  ['push_token', 'doc'],
  ['setting', 'doc'],
  ['hunt', 'doc'],
] as const
const checkedColumns = [
  ['evidence', 'bytes'],
  ['checkpoint_part', 'bytes'],
  ['passkey', 'public_key'],
] as const

/** Whether all of a store is as it was written. */
export function checkIntegrity(path: string): Result<undefined, StoreProblem> {
  let database: DatabaseSync | undefined
  try {
    const problem = judgeFile(path, schemaVersion)
    if (problem !== undefined) return err(problem)
    database = new DatabaseSync(path, { readOnly: true, timeout: limits.storeBusyMs })
    // One moment of a store that may be written meanwhile.
    database.exec('BEGIN')
    if (firstComplaint(database, 'integrity_check') !== undefined) return err(damaged(path))
    if (database.prepare('PRAGMA foreign_key_check').get() !== undefined) return err(damaged(path))
    for (const [table, column] of sealedColumns) for (const row of rows(database, table)) unsealed(row, column)
    for (const [table, column] of checkedColumns)
      for (const row of rows(database, table)) checkedBytes(row, column, 'crc')
    const broken = new SqliteDriver(database).carryOut(auditBreak(), false)
    if (broken !== undefined) return err(trailBroken(path, broken))
    return ok(undefined)
  } catch (error) {
    return err(problemOrThrow(error, path))
  } finally {
    database?.close()
  }
}

const rows = (database: DatabaseSync, table: string): Iterable<Row> =>
  database.prepare(`SELECT * FROM ${table}`).iterate() as Iterable<Row>

/** The trail was changed by something else than this program. */
export const trailBroken = (path: string, sequence: number): StoreProblem => ({
  code: 'damaged',
  message:
    `The audit trail in ${path} was changed at entry ${sequence} by something else than this program. ` +
    'Keep the file as it is and compare it with a backup.',
})
