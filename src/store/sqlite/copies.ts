/** Backups of the embedded store as commands and the desk ask for them: made, checked, put back. The work is done in a
 *  thread of its own. */
import type { Result } from '../../core/result.ts'
import type { StoreProblem } from '../store.ts'
import { runTask } from './run-task.ts'
import type { BackupFacts } from './task.ts'

/** Copies a store that this process has not opened itself, also one that a running desk uses. */
export const backUpStore = (path: string, target: string): Promise<Result<{ readonly bytes: number }, StoreProblem>> =>
  runTask({ kind: 'backup', path, target })

/** Checks a backup: that it is ours, whole, and of a version that this program knows. */
export const verifyBackup = (path: string): Promise<Result<BackupFacts, StoreProblem>> =>
  runTask({ kind: 'verify', path })

/** Replaces the store at `path`, which no desk may be using, by a backup. `replaced` is where the old store is kept. */
export const restoreBackup = (
  backup: string,
  path: string,
  now: () => number = Date.now,
): Promise<Result<{ readonly replaced: string | undefined }, StoreProblem>> =>
  runTask({ kind: 'restore', path, backup, nowMs: now() })
