/** Makes a store's schema in a PostgreSQL database, or brings an older one up to date, in one transaction. */
import type { ClientBase } from 'pg'
import { type Migration, migrations } from '../sql/schema.ts'
import { newerVersion } from '../sql/version.ts'
import { StoreError } from '../store.ts'
import { inTransaction, postgresDialect } from './driver.ts'
import { notAStore } from './problem.ts'

/** Brings the schema up to date; rejects with a `StoreError` where it is not ours or of a newer version. The caller
 *  holds the desk's lock, so nobody else migrates. */
export async function migrate(
  client: ClientBase,
  schema: string,
  server: string,
  steps: readonly Migration[] = migrations,
): Promise<void> {
  const version = await versionOf(client, schema, server)
  if (version > steps.length) throw new StoreError(newerVersion(server, version, steps.length))
  const missing = steps.filter((step) => step.version > version)
  if (missing.length === 0) return
  await inTransaction(client, true, () => makeTables(client, schema, missing))
}

/** Carries out migrations within a transaction that is open. */
export async function makeTables(client: ClientBase, schema: string, missing: readonly Migration[]): Promise<void> {
  await client.query(`CREATE SCHEMA IF NOT EXISTS ${schema}`)
  await client.query('CREATE TABLE IF NOT EXISTS store_version (version BIGINT NOT NULL)')
  for (const step of missing) {
    for (const statement of step.statements(postgresDialect)) await client.query(statement)
    await client.query('DELETE FROM store_version')
    await client.query('INSERT INTO store_version (version) VALUES ($1)', [step.version])
  }
}

/** The version of the tables: 0 where there are none. */
export async function versionOf(client: ClientBase, schema: string, server: string): Promise<number> {
  const { rows: found } = await client.query<{ name: string }>(
    'SELECT table_name AS name FROM information_schema.tables WHERE table_schema = $1',
    [schema],
  )
  if (found.length === 0) return 0
  if (!found.some(({ name }) => name === 'store_version')) throw new StoreError(notAStore(server, schema))
  const { rows } = await client.query<{ version: number }>('SELECT version FROM store_version')
  if (rows[0] === undefined) throw new StoreError(notAStore(server, schema))
  return rows[0].version
}
