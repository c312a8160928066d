/** The store on a PostgreSQL server, for a desk that outgrew one machine. Same tables and same verbs as the embedded one;
 *  its backup is an embedded store's file. */
import { existsSync } from 'node:fs'
import { err, ok, type Result } from '../../core/result.ts'
import { findDamage } from '../sql/pages.ts'
import type { Verb } from '../sql/step.ts'
import { type CallVerb, verbs, verbsOver } from '../sql/verbs.ts'
import { trailBroken } from '../sql/version.ts'
import { alreadyThere } from '../sqlite/backup.ts'
import { type Store, StoreError, type StoreProblem } from '../store.ts'
import { addressOf, type PostgresStoreOptions } from './address.ts'
import { readingPool, readWith, Writer } from './connections.ts'
import { carryOut } from './driver.ts'
import { backUpTo } from './postgres-backup.ts'
import { damaged, problemOf, problemOrThrow } from './problem.ts'

/** Opens the store in a database, or makes it there. The database must exist. */
export async function openPostgresStore(
  url: string,
  options: PostgresStoreOptions = {},
): Promise<Result<Store, StoreProblem>> {
  const address = addressOf(url, options)
  if (!address.ok) return address
  const { name } = address.value
  const writer = new Writer(address.value)
  const pool = readingPool(address.value)
  let isOpen = true
  const close = async (): Promise<void> => {
    await writer.close()
    if (isOpen) await pool.end()
    isOpen = false
  }
  try {
    await writer.run(() => Promise.resolve())
  } catch (error) {
    await close()
    return err(problemOrThrow(error, name))
  }
  const call: CallVerb = async (verbName, given) => {
    const { steps, writes } = verbs[verbName]
    const verb = (): ReturnType<typeof steps> => steps(...given)
    return await reported(name, () =>
      writes
        ? writer.run((client) => carryOut(client, verb(), true))
        : readWith(pool, (client) => carryOut(client, verb(), false)),
    )
  }
  return ok({
    ...verbsOver(call, options.now ?? Date.now),
    backup: async (target) => {
      if (existsSync(target)) return err(alreadyThere(target))
      return await asResult(name, () => readWith(pool, (client) => backUpTo(client, target)))
    },
    integrity: () =>
      asResult(
        name,
        async () => await integrityOf(name, (verb) => readWith(pool, (client) => carryOut(client, verb, false))),
      ),
    close,
  })
}

/** Work whose errors of the world become `StoreError`s. */
async function reported<T>(server: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    const problem = problemOf(error, server)
    throw problem === undefined ? error : new StoreError(problem, { cause: error })
  }
}

/** Work whose errors of the world become values. */
async function asResult<T>(
  server: string,
  work: () => Promise<Result<T, StoreProblem>>,
): Promise<Result<T, StoreProblem>> {
  try {
    return await work()
  } catch (error) {
    return err(problemOrThrow(error, server))
  }
}

async function integrityOf(
  server: string,
  read: <T>(verb: Verb<T>) => Promise<T>,
): Promise<Result<undefined, StoreProblem>> {
  const damage = await read(findDamage())
  if (damage === undefined) return ok(undefined)
  return err(damage.kind === 'row' ? damaged(server) : trailBroken(server, damage.sequence))
}
