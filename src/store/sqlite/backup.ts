/** Copies a store while it is in use, and checks copies. A copy is one file without companions, so that it can be read
 *  where nothing can be written. */
import { chmodSync, constants, copyFileSync, existsSync, linkSync, rmSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { backup, DatabaseSync } from 'node:sqlite'
import { err, ok, type Result } from '../../core/result.ts'
import { schemaVersion } from '../sql/schema.ts'
import type { StoreProblem } from '../store.ts'
import { judgeFile, openToRead } from './database.ts'
import { flush, flushFolder } from './flush.ts'
import { checkIntegrity } from './integrity.ts'
import { notAStore, problemOrThrow } from './problem.ts'
import type { BackupFacts } from './task.ts'

/** All pages in one step: the copy is of one moment, and writers go on meanwhile. Smaller steps begin anew whenever
 *  somebody writes. */
const pagesAtOnce = 0x7fff_ffff

/** Copies the store at `path` to `target`, which may not exist, and checks the copy. */
export async function backUp(path: string, target: string): Promise<Result<{ bytes: number }, StoreProblem>> {
  if (existsSync(target)) return err(alreadyThere(target))
  const part = `${target}.part`
  let source: DatabaseSync | undefined
  try {
    const problem = judgeFile(path, schemaVersion)
    if (problem !== undefined) return err(problem)
    for (const each of companions(part)) rmSync(each, { force: true })
    source = openToRead(path)
    await backup(source, part, { rate: pagesAtOnce })
    return finishBackup(part, target)
  } catch (error) {
    return err(problemOrThrow(error, target))
  } finally {
    source?.close()
    for (const each of companions(part)) rmSync(each, { force: true })
  }
}

/** Checks a copy that was made at `part` and gives it its name, if that is free. */
export function finishBackup(part: string, target: string): Result<{ bytes: number }, StoreProblem> {
  try {
    standAlone(part)
    const checked = checkIntegrity(part)
    if (!checked.ok) return checked
    flush(part)
    const { size } = statSync(part)
    giveName(part, target)
    flushFolder(dirname(target))
    return ok({ bytes: size })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return err(alreadyThere(target))
    return err(problemOrThrow(error, target))
  } finally {
    for (const each of companions(part)) rmSync(each, { force: true })
  }
}

/** A link, not a rename: it fails where a file came into being meanwhile. File systems without links (exFAT, as on USB
 *  sticks) get a copy, which fails there too. */
function giveName(part: string, target: string): void {
  try {
    linkSync(part, target)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') throw error
    copyFileSync(part, target, constants.COPYFILE_EXCL)
    flush(target)
  }
}

/** A backup never takes another file's place. */
export const alreadyThere = (target: string): StoreProblem => ({
  code: 'other',
  message: `There is already a file ${target}. Nothing was written; name another file for the backup.`,
})

/** A store's file and those that SQLite keeps beside it. */
export const companions = (path: string): string[] => [path, `${path}-wal`, `${path}-shm`, `${path}-journal`]

/** Makes of a copy one file that needs no other beside it. */
export function standAlone(path: string): void {
  chmodSync(path, 0o600)
  const copy = new DatabaseSync(path)
  try {
    copy.exec('PRAGMA journal_mode = DELETE')
  } finally {
    copy.close()
  }
}

/** Checks the whole of a backup and says what it is. */
export function checkBackup(path: string): Result<BackupFacts, StoreProblem> {
  try {
    if (!statSync(path).isFile()) return err(notAStore(path))
    const checked = checkIntegrity(path)
    if (!checked.ok) return checked
    const database = openToRead(path)
    const version = Number(database.prepare('PRAGMA user_version').get()?.user_version)
    database.close()
    return ok({ bytes: statSync(path).size, version })
  } catch (error) {
    return err(problemOrThrow(error, path))
  }
}
