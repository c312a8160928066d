/** What the archive lets go: days that are over, and the oldest days where it grew too large. It deletes whole sealed
 *  files and never a spool, which is not sealed yet. */
import { rmdirSync, rmSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { listSealed, listSpools, spoolPath } from './folder.ts'

/** How much is kept. */
export interface Retention {
  readonly daysMax: number
  readonly bytesMax: number
}

/** What was let go. */
export interface Forgotten {
  readonly files: number
  readonly bytes: number
  /** The first day of which everything is kept still, where something is. */
  readonly firstDay?: string
}

const dayMs = 86_400_000

/** Deletes sealed files whose day and whose arrival are longer ago than `daysMax` (an old log that is read today is kept
 *  that long from today), then the oldest days until all fits into `bytesMax`. */
export function retain(folder: string, retention: Retention, nowMs: number): Forgotten {
  const { files, replaced, parts } = listSealed(folder)
  for (const { path } of replaced) rmSync(join(folder, path), { force: true })
  for (const path of parts) if (ageMs(join(folder, path), nowMs) > dayMs) rmSync(join(folder, path), { force: true })
  const firstDay = new Date(nowMs - retention.daysMax * dayMs).toISOString().slice(0, 10)
  const sized = files.map((file) => ({
    ...file,
    path: join(folder, file.path),
    bytes: sizeOf(join(folder, file.path)),
  }))
  const spoolBytes = listSpools(folder).reduce((sum, { name }) => sum + sizeOf(spoolPath(folder, name)), 0)
  let bytes = sized.reduce((sum, file) => sum + file.bytes, spoolBytes)
  let goneFiles = 0
  let goneBytes = 0
  const kept: string[] = []
  for (const file of sized) {
    const isOld = file.day < firstDay && ageMs(file.path, nowMs) > retention.daysMax * dayMs
    if (!isOld && bytes <= retention.bytesMax) {
      kept.push(file.day)
      continue
    }
    rmSync(file.path, { force: true })
    removeEmpty(dirname(file.path))
    removeEmpty(dirname(dirname(file.path)))
    bytes -= file.bytes
    goneBytes += file.bytes
    goneFiles++
  }
  return { files: goneFiles, bytes: goneBytes, ...(kept[0] === undefined ? {} : { firstDay: kept[0] }) }
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0
}

const ageMs = (path: string, nowMs: number): number =>
  nowMs - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? nowMs)

function removeEmpty(folder: string): void {
  try {
    rmdirSync(folder)
  } catch {
    // It holds something still.
  }
}
