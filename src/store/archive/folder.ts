/** The archive's folder: names of spools and sealed files, and which of them hold rows that another one holds too. The
 *  number in a name is given once in the life of a folder; a compacted file has the first and the last of its parts. */
import { closeSync, fsyncSync, openSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { isSourceId, type SourceId } from '../../core/ids.ts'

/** A spool: `NUMBER_DAY_SOURCE.tsv` in the folder `spool`. */
export interface SpoolName {
  readonly name: string
  readonly number: number
  /** `YYYY-MM-DD`, UTC. */
  readonly day: string
  readonly sourceId: SourceId
}

/** A sealed file: `day=DAY/source=SOURCE/NUMBER.parquet`, or `FIRST-LAST.parquet` where several were made one. */
export interface SealedName {
  /** Relative to the archive's folder. */
  readonly path: string
  readonly first: number
  readonly last: number
  readonly day: string
  readonly sourceId: SourceId
}

const spoolForm = /^(\d{8,15})_(\d{4}-\d\d-\d\d)_([a-z0-9-]+)\.tsv$/
const sealedForm = /^(\d{8,15})(?:-(\d{8,15}))?\.parquet$/
const numberText = (number: number): string => String(number).padStart(8, '0')

/** Where the spools are, and one of them. */
export const spoolFolder = (folder: string): string => join(folder, 'spool')
export const spoolPath = (folder: string, name: string): string => join(folder, 'spool', name)
/** The name of a spool. */
export const spoolName = (number: number, day: string, sourceId: SourceId): string =>
  `${numberText(number)}_${day}_${sourceId}.tsv`

/** The parts of a spool's name, or undefined where it is none. */
export function parseSpoolName(name: string): SpoolName | undefined {
  const found = spoolForm.exec(name)
  const [, number, day, source] = found ?? []
  if (number === undefined || day === undefined || source === undefined || !isSourceId(source)) return undefined
  return { name, number: Number(number), day, sourceId: source }
}

/** Where the rows of a day and source are sealed, relative to the archive's folder. */
export const sealedFolder = (day: string, sourceId: SourceId): string => join(`day=${day}`, `source=${sourceId}`)
/** The sealed file that a spool becomes, relative to the archive's folder. */
export const sealedPath = (spool: SpoolName): string =>
  join(sealedFolder(spool.day, spool.sourceId), `${numberText(spool.number)}.parquet`)
/** The file that sealed files of one day and source become together. */
export const compactedPath = (first: SealedName, last: SealedName): string =>
  join(sealedFolder(first.day, first.sourceId), `${numberText(first.first)}-${numberText(last.last)}.parquet`)
/** Where a file is written before it gets its name. */
export const asidePath = (path: string): string => `${path}.part`

const entries = (folder: string): string[] => {
  try {
    return readdirSync(folder).sort()
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) return []
    throw error
  }
}

/** The spools that are there, by number. */
export const listSpools = (folder: string): SpoolName[] =>
  entries(spoolFolder(folder)).flatMap((name) => parseSpoolName(name) ?? [])

/** All sealed files, the oldest day first; those that a compacted file replaces come last in `replaced`. `parts` are
 *  files that were being written when something stopped. */
export interface SealedFiles {
  readonly files: readonly SealedName[]
  readonly replaced: readonly SealedName[]
  readonly parts: readonly string[]
}

/** Lists the sealed files. */
export function listSealed(folder: string): SealedFiles {
  const files: SealedName[] = []
  const replaced: SealedName[] = []
  const parts: string[] = []
  for (const dayEntry of entries(folder)) {
    const day = /^day=(\d{4}-\d\d-\d\d)$/.exec(dayEntry)?.[1]
    if (day === undefined) continue
    for (const sourceEntry of entries(join(folder, dayEntry))) {
      const sourceId = /^source=(.+)$/.exec(sourceEntry)?.[1]
      if (sourceId === undefined || !isSourceId(sourceId)) continue
      const named: SealedName[] = []
      for (const name of entries(join(folder, dayEntry, sourceEntry))) {
        const path = join(dayEntry, sourceEntry, name)
        if (name.endsWith('.part')) parts.push(path)
        const [, first, last] = sealedForm.exec(name) ?? []
        if (first !== undefined) named.push({ path, first: Number(first), last: Number(last ?? first), day, sourceId })
      }
      sort(named, files, replaced)
    }
  }
  return { files, replaced, parts }
}

/** Of the files of one day and source, those within another one's numbers are what it was made of. */
function sort(named: SealedName[], files: SealedName[], replaced: SealedName[]): void {
  named.sort((a, b) => a.first - b.first || b.last - a.last)
  let last = -1
  for (const file of named) {
    if (file.last <= last) replaced.push(file)
    else {
      files.push(file)
      last = file.last
    }
  }
}

/** Whether a spool's rows are in a sealed file already: then the spool is what a stop left over. */
export const isSealed = (spool: SpoolName, files: readonly SealedName[]): boolean =>
  files.some(
    (file) =>
      file.first <= spool.number &&
      spool.number <= file.last &&
      file.day === spool.day &&
      file.sourceId === spool.sourceId,
  )

/** A number that no file of the folder has or had a part of. */
export function freeNumber(folder: string): number {
  const { files, replaced } = listSealed(folder)
  const taken = [...listSpools(folder).map(({ number }) => number), ...[...files, ...replaced].map(({ last }) => last)]
  return taken.reduce((most, number) => Math.max(most, number), 0) + 1
}

/** Makes the names in a folder durable. Windows lets no folder be opened, and keeps names in its journal. */
export function syncFolder(folder: string): void {
  if (process.platform === 'win32') return
  const descriptor = openSync(folder, 'r')
  try {
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}
