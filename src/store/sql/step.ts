/** What a verb asks of an SQL database, one step at a time. A verb is a generator: SQLite's driver runs it to its end in
 *  one go, PostgreSQL's waits at every step, and both run the same text. Knows no database. */

export type SqlValue = string | number | null | Uint8Array
/** A row as a database gives it: columns by name. */
export type Row = Readonly<Record<string, SqlValue>>

/** Rows written at once. `conflict` is what follows the values, for example `ON CONFLICT (id) DO NOTHING`. */
export interface Insert {
  readonly table: string
  readonly columns: readonly string[]
  readonly conflict: string
}

/** Parameters are written `$1`, `$2`…; where a text stands in another is asked with `strpos(whole, part)`. */
export type Step =
  | { readonly kind: 'query'; readonly sql: string; readonly values: readonly SqlValue[] }
  | { readonly kind: 'insert'; readonly insert: Insert; readonly rows: readonly (readonly SqlValue[])[] }

/** What carries out one verb: yields steps, is given rows, returns the answer. */
export type Verb<T> = Generator<Step, T, readonly Row[]>

/** The rows of one statement. */
export function* query(sql: string, ...values: readonly SqlValue[]): Verb<readonly Row[]> {
  return yield { kind: 'query', sql, values }
}

/** The first row of one statement. */
export function* first(sql: string, ...values: readonly SqlValue[]): Verb<Row | undefined> {
  return (yield { kind: 'query', sql, values })[0]
}

/** Carries out one statement whose rows nobody wants. */
export function* run(sql: string, ...values: readonly SqlValue[]): Verb<void> {
  yield { kind: 'query', sql, values }
}

/** Writes rows; no two of them may have the same key. */
export function* insert(form: Insert, rows: readonly (readonly SqlValue[])[]): Verb<void> {
  if (rows.length > 0) yield { kind: 'insert', insert: form, rows }
}

/** What overwrites a row of the same key with the new values. */
export function overwrite(key: readonly string[], columns: readonly string[]): string {
  const rest = columns.filter((column) => !key.includes(column))
  return `ON CONFLICT (${key.join(', ')}) DO UPDATE SET ${rest.map((name) => `${name} = excluded.${name}`).join(', ')}`
}

/** `$3, $4, $5`: places for `count` values, the first numbered `from`. */
export const places = (count: number, from = 1): string =>
  Array.from({ length: count }, (_, index) => `$${from + index}`).join(', ')

/** A value as every database can hold it: texts without NUL and without halves of surrogate pairs, which stand for no
 *  character. Only columns that are searched hold such texts; documents escape them. */
export function storable(value: SqlValue): SqlValue {
  if (typeof value !== 'string' || (value.isWellFormed() && !value.includes('\0'))) return value
  return value.toWellFormed().replaceAll('\0', '\uFFFD')
}
