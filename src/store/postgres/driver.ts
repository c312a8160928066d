/** Carries out verbs on a connection to PostgreSQL, one step after the other within one transaction. */
import type { ClientBase, CustomTypesConfig } from 'pg'
import pg from 'pg'
import { limits } from '../../core/limits.ts'
import type { Dialect } from '../sql/schema.ts'
import { type Insert, places, type Row, type SqlValue, type Step, storable, type Verb } from '../sql/step.ts'

export const postgresDialect: Dialect = {
  int: 'BIGINT',
  real: 'DOUBLE PRECISION',
  text: 'TEXT',
  bytes: 'BYTEA',
  tableEnd: '',
  members: (json, path) =>
    `json_array_elements_text((${json})::json -> ${path.map((name) => `'${name}'`).join(' -> ')})`,
  appendOnly: (table) => [
    `CREATE FUNCTION ${table}_only_added() RETURNS trigger LANGUAGE plpgsql AS
      $$ BEGIN RAISE EXCEPTION 'rows of ${table} can only be added'; END $$`,
    `CREATE TRIGGER ${table}_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON ${table}
      FOR EACH STATEMENT EXECUTE FUNCTION ${table}_only_added()`,
  ],
}

/** Types of PostgreSQL by their numbers in pg_type. */
const int8 = 20
const bytea = 17

/** Numbers as numbers (none of ours is beyond 2^53), bytes as plain byte arrays. */
export const typeReaders: CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: 'text' | 'binary') => {
    if (format === 'binary') return pg.types.getTypeParser(oid, 'binary')
    if (oid === int8) return Number
    if (oid === bytea) return bytesFromHex
    return pg.types.getTypeParser(oid, 'text')
  }) as CustomTypesConfig['getTypeParser'],
}

/** `\x` and two digits a byte (bytea_output = hex). */
function bytesFromHex(text: string): Uint8Array {
  const { buffer, byteOffset, length } = Buffer.from(text.slice(2), 'hex')
  return new Uint8Array(buffer, byteOffset, length)
}

/** Runs a verb in a transaction of its own. Where it fails, nothing of it is done; where the connection breaks while it
 *  is confirmed, it may have been done. */
export async function carryOut<T>(client: ClientBase, verb: Verb<T>, writes: boolean): Promise<T> {
  return await inTransaction(client, writes, () => runSteps(client, verb))
}

/** Runs work in one transaction: readers see one moment. */
export async function inTransaction<T>(client: ClientBase, writes: boolean, work: () => Promise<T>): Promise<T> {
  await client.query(writes ? 'BEGIN' : 'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY')
  try {
    const answer = await work()
    await client.query('COMMIT')
    return answer
  } catch (error) {
    // A broken connection cannot roll back; the server does it.
    await client.query('ROLLBACK').catch(() => undefined)
    throw error
  }
}

/** Runs a verb's steps within a transaction that is open. */
export async function runSteps<T>(client: ClientBase, verb: Verb<T>): Promise<T> {
  let next = verb.next()
  while (!next.done) next = verb.next(await runStep(client, next.value))
  return next.value
}

async function runStep(client: ClientBase, step: Step): Promise<readonly Row[]> {
  if (step.kind === 'query') {
    const { rows } = await client.query<Row>(step.sql, step.values.map(storable))
    return rows
  }
  for (const rows of portions(step.rows)) {
    const { sql, values } = rows.length === 1 ? insertRow(step.insert, rows[0] ?? []) : insertColumns(step.insert, rows)
    await client.query(sql, values)
  }
  return []
}

/** A statement with its parameters. */
interface Statement {
  readonly sql: string
  readonly values: unknown[]
}

/** `INSERT … VALUES ($1, $2)`: bytes travel as bytes. */
function insertRow({ table, columns, conflict }: Insert, row: readonly SqlValue[]): Statement {
  const sql = `INSERT INTO ${table} (${columns.join(', ')}) VALUES (${places(row.length)}) ${conflict}`
  return { sql, values: row.map(storable) }
}

/** `INSERT … SELECT * FROM unnest($1, $2)`, one array a column: a statement with a parameter for every value would take
 *  the server longer to read than to carry out. A column without any value is left to its default, which is NULL. */
function insertColumns({ table, columns, conflict }: Insert, rows: readonly (readonly SqlValue[])[]): Statement {
  const names: string[] = []
  const arrays: string[] = []
  const values: SqlValue[][] = []
  for (const [index, name] of columns.entries()) {
    const column = rows.map((row) => storable(row[index] ?? null))
    const sample = column.find((value) => value !== null)
    if (sample === undefined) continue
    names.push(name)
    arrays.push(`$${values.push(column)}::${arrayTypeOf(sample)}`)
  }
  const sql = `INSERT INTO ${table} (${names.join(', ')}) SELECT * FROM unnest(${arrays.join(', ')}) ${conflict}`
  return { sql, values }
}

/** Numbers travel as double precision, which holds all of ours, and become what their column is. */
function arrayTypeOf(sample: string | number | Uint8Array): string {
  if (typeof sample === 'string') return 'text[]'
  return typeof sample === 'number' ? 'double precision[]' : 'bytea[]'
}

/** Rows in portions that fit one statement. */
function* portions(rows: readonly (readonly SqlValue[])[]): Generator<(readonly SqlValue[])[]> {
  let portion: (readonly SqlValue[])[] = []
  let size = 0
  for (const row of rows) {
    const rowSize = row.reduce<number>((sum, value) => sum + sizeOf(value), 0)
    if (portion.length > 0 && size + rowSize > limits.storeStatementBytesMax) {
      yield portion
      portion = []
      size = 0
    }
    portion.push(row)
    size += rowSize
  }
  if (portion.length > 0) yield portion
}

const sizeOf = (value: SqlValue): number => (value === null || typeof value === 'number' ? 8 : value.length)
