/** For tests of spools: opens them over a folder, and reads back what stands in them. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { must, noon } from './archive.fixture.ts'
import { columnNames } from './columns.ts'
import { ArchiveSpool } from './spool.ts'

/** A row of a spool by column. */
export type SpoolRow = Record<string, string>
/** The spools of a folder. */
export const spoolNames = (folder: string): string[] => readdirSync(join(folder, 'spool')).sort()
/** All rows of all spools of a folder. */
export const spoolRows = (folder: string): SpoolRow[] =>
  spoolNames(folder).flatMap((name) =>
    readFileSync(join(folder, 'spool', name), 'latin1')
      .split('\n')
      .slice(0, -1)
      .map((line) => {
        const cells = line.split('\t')
        if (cells.length !== columnNames.length) throw new Error(`a row has ${cells.length} fields`)
        return Object.fromEntries(
          columnNames.map((column, i) => [column, Buffer.from(cells[i] ?? '', 'latin1').toString('utf8')]),
        )
      }),
  )

/** Spools over an empty folder. */
export function openSpool(
  folder: string,
  options: ConstructorParameters<typeof ArchiveSpool>[1] = { nowMs: () => noon },
): ArchiveSpool {
  const spool = new ArchiveSpool(folder, options)
  must(spool.rewind([]))
  return spool
}
