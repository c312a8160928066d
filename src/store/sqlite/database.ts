/** Opens a store's file: makes it where there is none, refuses what is not ours, and brings older ones up to date. A file
 *  that is refused is not written to. */
import {
  accessSync,
  chmodSync,
  constants,
  existsSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname, resolve } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { pathToFileURL } from 'node:url'
import { limits } from '../../core/limits.ts'
import { err, ok, type Result } from '../../core/result.ts'
import { type Migration, migrations } from '../sql/schema.ts'
import { newerVersion } from '../sql/version.ts'
import type { StoreProblem } from '../store.ts'
import { sqliteDialect } from './driver.ts'
import { flush, flushFolder } from './flush.ts'
import { lockStore, type StoreLock } from './lock.ts'
import { damaged, notAStore, problemOrThrow, readOnly } from './problem.ts'

/** `Bell` in ASCII: what tells our files from other programs' (PRAGMA application_id). */
const applicationId = 0x42_65_6c_6c

/** A store's file that is held and open. */
export interface OpenDatabase {
  readonly database: DatabaseSync
  readonly lock: StoreLock
}

/** Where a restore puts the new file before it takes the old one's place. */
export const restoringPath = (path: string): string => `${path}.restoring`

/** Where a store's file is: a link may lead to it, and its companions stand beside the file, not the link. */
export const placeOf = (path: string): string => (existsSync(path) ? realpathSync(path) : resolve(path))

/** Opens a store for writing. */
export function openDatabase(
  path: string,
  steps: readonly Migration[] = migrations,
): Result<OpenDatabase, StoreProblem> {
  const reachable = checkReachable(path)
  if (!reachable.ok) return reachable
  const lock = lockStore(path)
  if (!lock.ok) return lock
  let database: DatabaseSync | undefined
  try {
    if (!existsSync(path)) {
      if (existsSync(restoringPath(path))) return refused(lock.value, unfinishedRestore(path))
      createStore(path, steps)
    }
    const problem = judgeFile(path, steps.length)
    if (problem !== undefined) return refused(lock.value, problem)
    database = new DatabaseSync(path, { timeout: limits.storeBusyMs, enableForeignKeyConstraints: true })
    prepare(database)
    migrate(database, steps)
    return ok({ database, lock: lock.value })
  } catch (error) {
    database?.close()
    lock.value.release()
    return err(problemOrThrow(error, path))
  }
}

function refused(lock: StoreLock, problem: StoreProblem): Result<never, StoreProblem> {
  lock.release()
  return err(problem)
}

const unfinishedRestore = (path: string): StoreProblem => ({
  code: 'damaged',
  message: `Restoring the store ${path} was interrupted. Run \`bellwether restore\` again.`,
})

/** The folder is there and can be written, and so can the file. */
function checkReachable(path: string): Result<void, StoreProblem> {
  const folder = dirname(path)
  try {
    if (!statSync(folder).isDirectory()) return err({ code: 'other', message: `${folder} is not a folder.` })
  } catch {
    return err({
      code: 'other',
      message: `There is no folder ${folder} to keep the store in. Make it, or name another.`,
    })
  }
  try {
    accessSync(folder, constants.W_OK | constants.X_OK)
    if (existsSync(path)) {
      if (!statSync(path).isFile()) return err(notAStore(path))
      accessSync(path, constants.R_OK | constants.W_OK)
    }
    return ok(undefined)
  } catch {
    return err(readOnly(path))
  }
}

/** Makes a new store beside the path and moves it there whole: a file at the path is never half made. */
function createStore(path: string, steps: readonly Migration[]): void {
  const making = `${path}.new`
  for (const each of [making, `${making}-wal`, `${making}-shm`, `${making}-journal`]) rmSync(each, { force: true })
  writeFileSync(making, '', { mode: 0o600 })
  const database = new DatabaseSync(making)
  try {
    database.exec(`PRAGMA application_id = ${applicationId}`)
    prepare(database)
    migrate(database, steps)
  } finally {
    database.close()
  }
  chmodSync(making, 0o600)
  flush(making)
  renameSync(making, path)
  flushFolder(dirname(path))
}

/** What is wrong with a file, as far as can be told without writing to it; undefined where nothing is. */
export function judgeFile(path: string, known: number): StoreProblem | undefined {
  if (statSync(path).size === 0) return damaged(path)
  const isAlone = !existsSync(`${path}-wal`)
  let database: DatabaseSync | undefined
  try {
    database = openToRead(path)
    if (pragma(database, 'application_id') !== applicationId) return notAStore(path)
    const version = pragma(database, 'user_version')
    if (version > known) return newerVersion(path, version, known)
    if (version < 1) return damaged(path)
    const bytes = pragma(database, 'page_count') * pragma(database, 'page_size')
    if (isAlone && statSync(path).size < bytes) return damaged(path)
    if (bytes > limits.storeCheckedBytesMax) return undefined
    return firstComplaint(database) === undefined ? undefined : damaged(path)
  } catch (error) {
    return problemOrThrow(error, path)
  } finally {
    database?.close()
  }
}

/** Opens a store for reading. Where no write-ahead log stands beside it nobody has it open and all of it is in the one
 *  file: then it is read as it lies there, without a trace (a log and its index, which SQLite would make). */
export function openToRead(path: string): DatabaseSync {
  const options = { readOnly: true, timeout: limits.storeBusyMs }
  if (existsSync(`${path}-wal`)) return new DatabaseSync(path, options)
  const url = pathToFileURL(resolve(path))
  url.searchParams.set('immutable', '1')
  return new DatabaseSync(url, options)
}

/** The first thing that SQLite's own check complains of. */
export function firstComplaint(database: DatabaseSync): string | undefined {
  const said = Object.values(database.prepare('PRAGMA integrity_check(1)').get() ?? {})[0]
  return said === 'ok' ? undefined : String(said)
}

/** The number that a pragma answers. */
function pragma(database: DatabaseSync, name: string): number {
  return Number(Object.values(database.prepare(`PRAGMA ${name}`).get() ?? {})[0])
}

/** How the file is written: a write-ahead log, on disk before a verb is answered. */
function prepare(database: DatabaseSync): void {
  database.exec('PRAGMA journal_mode = WAL')
  database.exec('PRAGMA synchronous = FULL')
  database.exec('PRAGMA cell_size_check = ON')
  database.exec('PRAGMA trusted_schema = OFF')
  // What is forgotten is overwritten where that costs no further writing.
  database.exec('PRAGMA secure_delete = FAST')
  database.exec(`PRAGMA cache_size = -${limits.storeCacheBytes / 1024}`)
  database.exec(`PRAGMA journal_size_limit = ${limits.storeLogBytesMax}`)
}

/** Brings a store up to date, all or nothing. */
function migrate(database: DatabaseSync, steps: readonly Migration[]): void {
  const version = pragma(database, 'user_version')
  const missing = steps.filter((step) => step.version > version)
  if (missing.length === 0) return
  database.exec('BEGIN IMMEDIATE')
  try {
    for (const step of missing) {
      for (const statement of step.statements(sqliteDialect)) database.exec(statement)
      database.exec(`PRAGMA user_version = ${step.version}`)
    }
    database.exec('COMMIT')
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK')
    throw error
  }
}
