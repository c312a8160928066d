/** Backups of a store on PostgreSQL: files of the embedded store, so that one kind of backup fits both. What is replaced
 *  by a backup is kept, in a schema of another name. */
import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ClientBase } from 'pg'
import { err, ok, type Result } from '../../core/result.ts'
import { copyTables, writePage } from '../sql/pages.ts'
import { migrations } from '../sql/schema.ts'
import { newerVersion } from '../sql/version.ts'
import { alreadyThere, companions } from '../sqlite/backup.ts'
import { verifyBackup } from '../sqlite/copies.ts'
import { openDatabase } from '../sqlite/database.ts'
import { SqliteDriver } from '../sqlite/driver.ts'
import { problemOf as problemOfFile } from '../sqlite/problem.ts'
import { runTask } from '../sqlite/run-task.ts'
import { startStoreThread } from '../sqlite/sqlite-store.ts'
import type { StoreProblem } from '../store.ts'
import { addressOf, type PostgresStoreOptions } from './address.ts'
import { connectWriter, readingPool, readWith } from './connections.ts'
import { inTransaction, runSteps } from './driver.ts'
import { makeTables, versionOf } from './migrate.ts'
import { notAStore, problemOrThrow } from './problem.ts'

/** Copies all tables, as they are at one moment, into an embedded store's file. */
export async function backUpTo(
  client: ClientBase,
  target: string,
): Promise<Result<{ readonly bytes: number }, StoreProblem>> {
  const part = `${target}.part`
  clearAway(part)
  const started = await startStoreThread(part)
  if (!started.ok) return started
  const thread = started.value
  try {
    await inTransaction(client, false, () =>
      copyTables(
        (verb) => runSteps(client, verb),
        (table, rows) => thread.call('writePage', [table, rows]),
      ),
    )
    await thread.close()
    return await runTask({ kind: 'finish', part, target })
  } finally {
    await thread.close()
    clearAway(part)
  }
}

/** Copies the store in a database that this process has not opened itself, also one that a running desk uses. */
export async function backUpPostgres(
  url: string,
  target: string,
  options: PostgresStoreOptions = {},
): Promise<Result<{ readonly bytes: number }, StoreProblem>> {
  const address = addressOf(url, options)
  if (!address.ok) return address
  if (existsSync(target)) return err(alreadyThere(target))
  const { schema, name } = address.value
  const pool = readingPool(address.value)
  try {
    return await readWith(pool, async (client) => {
      const version = await versionOf(client, schema, name)
      if (version === 0) return err(notAStore(name, schema))
      if (version !== migrations.length) return err(newerVersion(name, version, migrations.length))
      return await backUpTo(client, target)
    })
  } catch (error) {
    return err(problemOfFile(error, target) ?? problemOrThrow(error, name))
  } finally {
    await pool.end()
  }
}

function clearAway(part: string): void {
  for (const each of [...companions(part), `${part}-lock`]) rmSync(each, { force: true })
}

/** Replaces the store in a database, which no desk may be using, by a backup of any store. `replaced` is the schema that
 *  now holds the old one. */
export async function restorePostgres(
  backup: string,
  url: string,
  options: PostgresStoreOptions = {},
): Promise<Result<{ readonly replaced: string | undefined }, StoreProblem>> {
  const address = addressOf(url, options)
  if (!address.ok) return address
  const checked = await verifyBackup(backup)
  if (!checked.ok) return checked
  const folder = mkdtempSync(join(tmpdir(), 'bellwether-restore-'))
  try {
    // A copy, which may be brought up to date: the backup itself is never written.
    const path = join(folder, 'desk.sqlite')
    copyFileSync(backup, path)
    const source = openDatabase(path)
    if (!source.ok) return source
    try {
      const driver = new SqliteDriver(source.value.database)
      const client = await connectWriter(address.value)
      try {
        return ok({ replaced: await replaceStore(client, driver, address.value.schema, (options.now ?? Date.now)()) })
      } finally {
        await client.end().catch(() => undefined)
      }
    } finally {
      source.value.database.close()
      source.value.lock.release()
    }
  } catch (error) {
    return err(problemOfFile(error, backup) ?? problemOrThrow(error, address.value.name))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** One transaction: until it ends, the old store stands. */
async function replaceStore(
  client: ClientBase,
  source: SqliteDriver,
  schema: string,
  nowMs: number,
): Promise<string | undefined> {
  return await inTransaction(client, true, async () => {
    const { rows } = await client.query('SELECT 1 FROM information_schema.schemata WHERE schema_name = $1', [schema])
    const time = new Date(nowMs).toISOString().replace(/\D/g, '').slice(0, 14)
    const replaced = rows.length === 0 ? undefined : `${schema}_replaced_${time}`
    if (replaced !== undefined) await client.query(`ALTER SCHEMA ${schema} RENAME TO ${replaced}`)
    await makeTables(client, schema, migrations)
    await copyTables(
      (verb) => Promise.resolve(source.carryOut(verb, false)),
      (table, page) => runSteps(client, writePage(table, page)),
    )
    return replaced
  })
}
