/** Puts a backup in the place of a store. The backup is checked first, the store that it replaces is kept under another
 *  name, and at every moment one whole store stands at the path. */
import { constants, copyFileSync, existsSync, linkSync, renameSync, rmSync } from 'node:fs'
import { basename, dirname, extname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { err, ok, type Result } from '../../core/result.ts'
import { schemaVersion } from '../sql/schema.ts'
import type { StoreProblem } from '../store.ts'
import { checkBackup, companions, standAlone } from './backup.ts'
import { judgeFile, restoringPath } from './database.ts'
import { flush, flushFolder } from './flush.ts'
import { lockStore } from './lock.ts'
import { problemOrThrow } from './problem.ts'

/** Replaces the store at `path` by a backup; `replaced` is where the old store is now. */
export function restore(
  backup: string,
  path: string,
  nowMs: number,
): Result<{ readonly replaced: string | undefined }, StoreProblem> {
  const checked = checkBackup(backup)
  if (!checked.ok) return checked
  const lock = lockStore(path)
  if (!lock.ok) return lock
  const incoming = restoringPath(path)
  try {
    for (const each of companions(incoming)) rmSync(each, { force: true })
    copyFileSync(backup, incoming)
    standAlone(incoming)
    const problem = judgeFile(incoming, schemaVersion)
    if (problem !== undefined) return err(problem)
    flush(incoming)
    const replaced = existsSync(path) ? setAside(path, nowMs) : undefined
    renameSync(incoming, path)
    flushFolder(dirname(path))
    return ok({ replaced })
  } catch (error) {
    return err(problemOrThrow(error, path))
  } finally {
    if (existsSync(path)) rmSync(incoming, { force: true })
    lock.value.release()
  }
}

/** Gives the store a second name, under which it stays, and takes its companions away: they would be taken for the
 *  backup's. */
function setAside(path: string, nowMs: number): string {
  writeBack(path)
  const replaced = freeName(path, nowMs)
  for (const ending of ['-wal', '-journal']) {
    if (existsSync(path + ending)) renameSync(path + ending, replaced + ending)
  }
  rmSync(`${path}-shm`, { force: true })
  try {
    linkSync(path, replaced)
  } catch {
    // Some file systems know no second names (exFAT); a copy does.
    copyFileSync(path, replaced, constants.COPYFILE_EXCL)
  }
  return replaced
}

/** Brings what stands in the write-ahead log into the file, where the file is whole enough for it. */
function writeBack(path: string): void {
  if (judgeFile(path, Number.POSITIVE_INFINITY) !== undefined) return
  try {
    const database = new DatabaseSync(path)
    try {
      database.exec('PRAGMA wal_checkpoint(TRUNCATE)')
    } finally {
      database.close()
    }
  } catch {
    // A damaged store is set aside as it is, with its log.
  }
}

/** `desk.replaced-2026-11-03T12-00-00Z.sqlite`, or the next that is free. */
function freeName(path: string, nowMs: number): string {
  const ending = extname(path)
  const stem = basename(path, ending)
  const time = new Date(nowMs).toISOString().replace(/\.\d+/, '').replaceAll(':', '-')
  for (let count = 1; ; count++) {
    const name = join(dirname(path), `${stem}.replaced-${time}${count === 1 ? '' : `-${count}`}${ending}`)
    if (!companions(name).some((each) => existsSync(each))) return name
  }
}
