/** A small disk in memory, for tests of a disk that is full or cannot be written. Needs the right to mount. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A mounted folder. */
export interface SmallDisk {
  readonly folder: string
  /** From now on it can only be read, or be written again. */
  readonly setReadOnly: (readOnly: boolean) => void
  readonly remove: () => void
}

const run = (command: string, ...args: string[]): boolean => spawnSync(command, args).status === 0

/** Mounts a disk of some MB; undefined where this user may not. */
export function mountSmallDisk(megabytes: number): SmallDisk | undefined {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return undefined
  const folder = mkdtempSync(join(tmpdir(), 'bellwether-disk-'))
  if (!run('mount', '-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', folder)) {
    rmSync(folder, { recursive: true })
    return undefined
  }
  return {
    folder,
    setReadOnly: (readOnly) => {
      if (!run('mount', '-o', `remount,${readOnly ? 'ro' : 'rw'}`, folder))
        throw new Error('the disk cannot be remounted')
    },
    remove: () => {
      run('umount', folder)
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
