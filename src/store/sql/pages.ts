/** Whole tables, page by page: how a store is copied into another database, and how all of it is checked. */
import { limits } from '../../core/limits.ts'
import { checkedBytes, DamagedRow, unsealed } from './document.ts'
import { type Table, tables } from './schema.ts'
import { insert, places, query, type Row, type SqlValue, type Verb } from './step.ts'
import { findTrailBreak } from './trail.ts'

/** Rows of a table behind a key, in the order of keys; fewer than `pageRowsOf` where there are no more. */
export function* readPage(table: Table, after: readonly SqlValue[] | undefined): Verb<readonly Row[]> {
  const key = table.key.join(', ')
  const behind = after === undefined ? '' : `WHERE (${key}) > (${places(after.length)})`
  return yield* query(
    `SELECT * FROM ${table.name} ${behind} ORDER BY ${key} LIMIT ${pageRowsOf(table)}`,
    ...(after ?? []),
  )
}

/** How many rows of a table are read at once. */
export const pageRowsOf = (table: Table): number => table.pageRows ?? limits.storeCopyRows

/** The key of a row, to go on behind it. */
export const keyOf = (table: Table, row: Row): SqlValue[] => table.key.map((column) => row[column] ?? null)

/** Writes rows that another store's table held. */
export function* writePage(table: string, rows: readonly Row[]): Verb<void> {
  const columns = Object.keys(rows[0] ?? {})
  const values = rows.map((row) => columns.map((column) => row[column] ?? null))
  yield* insert({ table, columns, conflict: '' }, values)
}

/** Copies every table: `read` and `write` carry out verbs on the one and the other database. */
export async function copyTables(
  read: (verb: Verb<readonly Row[]>) => Promise<readonly Row[]>,
  write: (table: string, rows: readonly Row[]) => Promise<void>,
): Promise<void> {
  for (const table of tables) {
    let after: SqlValue[] | undefined
    for (;;) {
      const rows = await read(readPage(table, after))
      if (rows.length > 0) await write(table.name, rows)
      const last = rows.at(-1)
      if (last === undefined || rows.length < pageRowsOf(table)) break
      after = keyOf(table, last)
    }
  }
}

/** What is wrong with a store: a row that is not what was written, or the entry at which the audit trail breaks. */
export type Damage = { readonly kind: 'row' } | { readonly kind: 'trail'; readonly sequence: number }

/** Looks at every checksum and follows the audit trail. */
export function* findDamage(): Verb<Damage | undefined> {
  for (const table of tables) {
    if (!(yield* isAsWritten(table))) return { kind: 'row' }
  }
  const sequence = yield* findTrailBreak()
  return sequence === undefined ? undefined : { kind: 'trail', sequence }
}

function* isAsWritten(table: Table): Verb<boolean> {
  let after: SqlValue[] | undefined
  for (;;) {
    const rows = yield* readPage(table, after)
    for (const row of rows) if (!isWhole(table, row)) return false
    const last = rows.at(-1)
    if (last === undefined || rows.length < pageRowsOf(table)) return true
    after = keyOf(table, last)
  }
}

function isWhole(table: Table, row: Row): boolean {
  // The trail says itself where it was changed.
  if (table.name === 'audit') return true
  try {
    for (const column of table.sealed) unsealed(row, column)
    if (table.bytes !== undefined) checkedBytes(row, table.bytes, 'crc')
    return true
  } catch (error) {
    if (error instanceof DamagedRow) return false
    throw error
  }
}
