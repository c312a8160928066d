/** A folder of one archive process: what DuckDB spills, and links that keep the files of a running search from vanishing
 *  when they are sealed, compacted or let go meanwhile. A process that was ended leaves its folder behind; whoever comes
 *  next removes it. */
import { linkSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'

const form = /^tmp-(\d+)$/
const within = (folder: string, pid: number): string => join(folder, `tmp-${pid}`)
/** For an archive that cannot be written to, as on a copy that is only read. */
const elsewhere = (pid: number): string => join(tmpdir(), `bellwether-archive-${pid}`)

/** Makes the folder of the process with this id, after those of processes that have ended are removed. */
export function makeTemporary(folder: string, pid: number): string {
  removeLeftovers(folder)
  removeTemporary(folder, pid)
  try {
    mkdirSync(within(folder, pid), { mode: 0o700 })
    return within(folder, pid)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error
    mkdirSync(elsewhere(pid), { mode: 0o700 })
    return elsewhere(pid)
  }
}

/** Removes the folder of a process that has ended or is about to. */
export function removeTemporary(folder: string, pid: number): void {
  for (const path of [within(folder, pid), elsewhere(pid)]) {
    try {
      rmSync(path, { recursive: true, force: true })
    } catch {
      // It cannot be written to, so nothing was made there.
    }
  }
}

function removeLeftovers(folder: string): void {
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
