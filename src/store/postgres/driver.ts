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
  for (const rows of portions(step.rows, step.insert.columns.length)) {
    await client.query(insertSql(step.insert, rows.length), rows.flat().map(storable))
  }
  return []
}

/** `INSERT … VALUES ($1, $2), ($3, $4) …` */
function insertSql({ table, columns, conflict }: Insert, rows: number): string {
  const width = columns.length
  const values = Array.from({ length: rows }, (_, row) => `(${places(width, row * width + 1)})`)
  return `INSERT INTO ${table} (${columns.join(', ')}) VALUES ${values.join(', ')} ${conflict}`
}

/** Rows in portions that fit one statement. */
function* portions(rows: readonly (readonly SqlValue[])[], width: number): Generator<(readonly SqlValue[])[]> {
  let portion: (readonly SqlValue[])[] = []
  let size = 0
  for (const row of rows) {
    const rowSize = row.reduce<number>((sum, value) => sum + sizeOf(value), 0)
    const isFull =
      (portion.length + 1) * width > limits.storeValuesMax || size + rowSize > limits.storeStatementBytesMax
    if (isFull && portion.length > 0) {
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
