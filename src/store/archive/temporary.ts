/** A folder of one archive process: what DuckDB spills, and links that keep the files of a running search from vanishing
 *  when they are sealed, compacted or let go meanwhile. A process that was ended leaves its folder behind; whoever comes
 *  next removes it. */
import { linkSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { basename, join } from 'node:path'

const form = /^tmp-(\d+)$/
/** The folder of the process with this id. */
export const temporaryFolder = (folder: string, pid: number): string => join(folder, `tmp-${pid}`)

/** Removes the folder of a process that has ended. */
export function removeTemporary(folder: string, pid: number): void {
  rmSync(temporaryFolder(folder, pid), { recursive: true, force: true })
}

/** Removes the folders of all processes that have ended. */
export function removeLeftovers(folder: string): void {
  for (const name of readdirSync(folder)) {
    const pid = Number(form.exec(name)?.[1] ?? 0)
    if (pid > 0 && pid !== process.pid && !isRunning(pid)) removeTemporary(folder, pid)
  }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

/** Files held by links: the same bytes under other names, which end as the old ones do. */
export interface HeldFiles {
  readonly paths: readonly string[]
  /** The path that a link stands for. */
  originOf(link: string): string
  release(): void
}

/** Holds files; undefined where one of them is gone already. Where the disk knows no links the files stand for
 *  themselves. */
export function holdFiles(temporary: string, paths: readonly string[]): HeldFiles | undefined {
  const own = join(temporary, 'held')
  rmSync(own, { recursive: true, force: true })
  mkdirSync(own, { recursive: true, mode: 0o700 })
  const origins = new Map<string, string>()
  const release = (): void => rmSync(own, { recursive: true, force: true })
  for (const [i, path] of paths.entries()) {
    const link = join(own, `${i}_${basename(path)}`)
    try {
      linkSync(path, link)
      origins.set(link, path)
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : undefined
      if (code === undefined) throw error
      if (code === 'ENOENT') {
        release()
        return undefined
      }
      origins.set(path, path)
    }
  }
  return { paths: [...origins.keys()], originOf: (link) => origins.get(link) ?? link, release }
}
