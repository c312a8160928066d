/** Turns closed spools into Parquet files, and many small Parquet files of a day into one. A stop at any point loses and
 *  doubles nothing: a file is written aside, made durable, renamed, and only then is what it was made of deleted; the
 *  name says what it holds, so that a leftover is recognised. */
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import type { DuckDBConnection } from '@duckdb/node-api'
import { limits } from '../../core/limits.ts'
import { err, ok, type Result } from '../../core/result.ts'
import { archiveColumns, columnList, spoolOptions, spoolSelection } from './columns.ts'
import { type Bound, pathLiteral, problemOf, query } from './engine.ts'
import {
  asidePath,
  compactedPath,
  isSealed,
  listSealed,
  listSpools,
  parseSpoolName,
  type SealedName,
  sealedPath,
  spoolPath,
  syncFolder,
} from './folder.ts'
import type { ArchiveProblem } from './hunt.ts'
import type { CompactAnswer, SealAnswer } from './messages.ts'

const damaged = (message: string): Result<never, ArchiveProblem> => err({ code: 'damaged', message })

/** By address, so that the statistics of a row group rule most of them out when one address is hunted. */
const order = 'ORDER BY address_key, "time"'
const parquet = `(FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE ${limits.archiveRowGroupRows})`

/** Seals one spool that a stored checkpoint names as closed. `bytes` and `rows` are those of its mark. */
export async function seal(
  connection: DuckDBConnection,
  folder: string,
  mark: { readonly name: string; readonly bytes: number; readonly rows: number },
): Promise<Result<SealAnswer, ArchiveProblem>> {
  const spool = parseSpoolName(mark.name)
  if (spool === undefined) throw new Error(`no spool is named ${mark.name}`)
  const from = spoolPath(folder, mark.name)
  const to = join(folder, sealedPath(spool))
  if (isSealed(spool, listSealed(folder).files)) {
    rmSync(from, { force: true })
    return ok({ rows: mark.rows, bytes: existsSync(to) ? statSync(to).size : 0 })
  }
  if (!existsSync(from))
    return damaged(`A part of the archive of ${spool.day} is gone before it was sealed. Check the disk.`)
  if (statSync(from).size !== mark.bytes)
    return damaged(
      `A part of the archive of ${spool.day} is not as long as it was. It is left as it is; check the disk.`,
    )
  if (mark.rows > 0) {
    const source = `SELECT ${spoolSelection(true)} FROM read_csv($files, ${spoolOptions(limits.archiveRowBytesMax)})`
    const written = await write(connection, source, { files: [from] }, to, mark.rows)
    if (!written.ok) return written
  }
  rmSync(from)
  return ok({ rows: mark.rows, bytes: mark.rows > 0 ? statSync(to).size : 0 })
}

/** Makes one file of the small ones of days that are over, of some days at a time. */
export async function compact(
  connection: DuckDBConnection,
  folder: string,
  today: string,
): Promise<Result<CompactAnswer, ArchiveProblem>> {
  const { files, replaced } = listSealed(folder)
  for (const file of replaced) rmSync(join(folder, file.path), { force: true })
  const spools = listSpools(folder)
  let made = 0
  let gone = replaced.length
  for (const group of groups(folder, files, today)) {
    if (made === limits.archiveGroupsMax) break
    const first = group[0] as SealedName
    const last = group.at(-1) as SealedName
    // A spool with a number among the group's would be taken for a part of it.
    const isWaited = spools.some(
      (one) => one.day === first.day && one.sourceId === first.sourceId && one.number <= last.last,
    )
    if (isWaited) continue
    const paths = group.map(({ path }) => join(folder, path))
    const to = join(folder, compactedPath(first, last))
    const times = paths.map((path) => statSync(path).mtimeMs)
    const source = `SELECT ${columnList(archiveColumns)} FROM read_parquet($files, hive_partitioning=false)`
    try {
      const rows = await countRows(connection, paths)
      const written = await write(connection, source, { files: paths }, to, rows)
      if (!written.ok) return written
    } catch (error) {
      return err(problemOf(error))
    }
    // Retention goes by when records came, not by when they were moved.
    const newest = new Date(Math.max(...times))
    utimesSync(to, newest, newest)
    for (const path of paths) rmSync(path)
    made++
    gone += paths.length
  }
  return ok({ made, replaced: gone })
}

/** Neighbouring small files of one day and source that together stay within the bound. */
function groups(folder: string, files: readonly SealedName[], today: string): SealedName[][] {
  const found: SealedName[][] = []
  let group: SealedName[] = []
  let bytes = 0
  const end = (): void => {
    if (group.length > 1) found.push(group)
    group = []
    bytes = 0
  }
  for (const file of files) {
    if (file.day >= today) continue
    const size = statSync(join(folder, file.path)).size
    if (size >= limits.archiveCompactedBytesMax / 4) {
      end()
      continue
    }
    const before = group.at(-1)
    const isNeighbour = before?.day === file.day && before.sourceId === file.sourceId
    if (!isNeighbour || bytes + size > limits.archiveCompactedBytesMax) end()
    group.push(file)
    bytes += size
  }
  end()
  return found
}

/** Writes what a selection gives aside, checks the number of rows, and gives the file its name. */
async function write(
  connection: DuckDBConnection,
  selection: string,
  values: Readonly<Record<string, Bound>>,
  to: string,
  rows: number,
): Promise<Result<void, ArchiveProblem>> {
  const aside = asidePath(to)
  try {
    mkdirSync(dirname(to), { recursive: true, mode: 0o700 })
    rmSync(aside, { force: true })
    await query(connection, `COPY (${selection} ${order}) TO ${pathLiteral(aside)} ${parquet}`, values)
    const count = await countRows(connection, [aside])
    if (count !== rows) {
      rmSync(aside, { force: true })
      return damaged(`${rows} records were to be sealed and ${count} were read. Nothing was deleted; check the disk.`)
    }
    sync(aside)
    renameSync(aside, to)
    syncFolder(dirname(to))
    syncFolder(dirname(dirname(to)))
    syncFolder(dirname(dirname(dirname(to))))
    return ok(undefined)
  } catch (error) {
    rmSync(aside, { force: true })
    return err(problemOf(error))
  }
}

/** Rows of Parquet files, from their footers. */
export async function countRows(connection: DuckDBConnection, paths: readonly string[]): Promise<number> {
  if (paths.length === 0) return 0
  const counted = await query(connection, 'SELECT sum(num_rows)::BIGINT AS n FROM parquet_file_metadata($files)', {
    files: paths,
  })
  return Number(counted[0]?.n ?? 0)
}

function sync(path: string): void {
  const descriptor = openSync(path, 'r+')
  try {
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}
