/** After a crash: brings the spools back to what a checkpoint names. Rows behind a mark are read again from their source,
 *  so they go; a spool that was sealed meanwhile is not needed. It touches no sealed file. */
import { closeSync, ftruncateSync, openSync, readSync, statSync, truncateSync, unlinkSync } from 'node:fs'
import { limits } from '../../core/limits.ts'
import { isSealed, listSealed, listSpools, parseSpoolName, spoolPath } from './folder.ts'

/** How far a spool is on disk; part of a checkpoint. A closed spool gets no more rows and may be sealed. */
export interface SpoolMark {
  readonly name: string
  readonly bytes: number
  readonly rows: number
  readonly isClosed: boolean
  readonly openedAtMs: number
}

/** Something that is not as the checkpoint says, and that a person should know of. */
export interface SpoolNote {
  /** `lost`: rows that were on disk are gone. `newer`: the archive knows of later rows than the checkpoint, as after a
   *  restored backup; what is read again is kept twice. */
  readonly code: 'lost' | 'newer'
  /** One sentence. */
  readonly message: string
}

/** Cuts, deletes, and says what is left to go on with. */
export function settleFolder(
  folder: string,
  marks: readonly SpoolMark[],
): { readonly kept: readonly SpoolMark[]; readonly notes: readonly SpoolNote[] } {
  const { files } = listSealed(folder)
  const named = new Map(marks.map((mark) => [mark.name, mark]))
  for (const spool of listSpools(folder)) {
    // A spool that is sealed as well stopped between its two last steps.
    if (!named.has(spool.name) || isSealed(spool, files)) unlinkSync(spoolPath(folder, spool.name))
  }
  const kept: SpoolMark[] = []
  const notes: SpoolNote[] = []
  for (const mark of marks) {
    const spool = parseSpoolName(mark.name)
    if (spool === undefined) continue
    if (isSealed(spool, files)) {
      if (!mark.isClosed) notes.push(newer(spool.day))
      continue
    }
    const path = spoolPath(folder, mark.name)
    const bytes = sizeOf(path)
    if (bytes < mark.bytes) notes.push(lost(spool.day, mark, bytes))
    if (bytes >= mark.bytes) {
      if (bytes > mark.bytes) truncateSync(path, mark.bytes)
      kept.push(mark)
    } else if (bytes > 0) kept.push(wholeRows(path, mark))
  }
  return { kept, notes }
}

const newer = (day: string): SpoolNote => ({
  code: 'newer',
  message: `The archive of ${day} is newer than the desk's store, as after a backup was restored: some records may be in it twice.`,
})

const lost = (day: string, mark: SpoolMark, bytes: number): SpoolNote => ({
  code: 'lost',
  message: `The archive of ${day} lost ${bytes === 0 ? `${mark.rows} records` : 'records'}: a file that was on disk is ${bytes === 0 ? 'gone' : 'shorter than it was'}. Check the disk.`,
})

/** Keeps the whole rows of a file that is shorter than its mark. It takes no more. */
function wholeRows(path: string, mark: SpoolMark): SpoolMark {
  const descriptor = openSync(path, 'r+')
  const chunk = Buffer.allocUnsafe(limits.archiveWriteBytes)
  let at = 0
  let bytes = 0
  let rows = 0
  try {
    for (let read = readSync(descriptor, chunk); read > 0; read = readSync(descriptor, chunk)) {
      for (let p = chunk.indexOf(10); p >= 0 && p < read; p = chunk.indexOf(10, p + 1)) {
        rows++
        bytes = at + p + 1
      }
      at += read
    }
    ftruncateSync(descriptor, bytes)
  } finally {
    closeSync(descriptor)
  }
  return { ...mark, bytes, rows, isClosed: true }
}

function sizeOf(path: string): number {
  try {
    return statSync(path).size
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return 0
    throw error
  }
}
