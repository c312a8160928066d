/** Connections to PostgreSQL. One connection holds the desk's lock and does all writing, so that whoever writes holds the
 *  lock: when the connection breaks, the server lets go of both. Readers share a small pool. */
import { setTimeout as sleep } from 'node:timers/promises'
import { crc32 } from 'node:zlib'
import pg from 'pg'
import { limits } from '../../core/limits.ts'
import { StoreError } from '../store.ts'
import type { ServerAddress } from './address.ts'
import { typeReaders } from './driver.ts'
import { migrate } from './migrate.ts'
import { inUse, isBroken, problemOrThrow, unreachable } from './problem.ts'

/** `Bell` in ASCII: tells our advisory locks from those of other programs. */
const lockClass = 0x42_65_6c_6c

/** Settings of every connection. The server ends what the desk no longer waits for, and notices soon when the desk's
 *  machine is gone. */
function configOf({ url, schema, session, connectMsMax, answerMsMax }: ServerAddress): pg.ClientConfig {
  const settings = {
    search_path: schema,
    statement_timeout: answerMsMax,
    idle_in_transaction_session_timeout: 2 * answerMsMax,
    tcp_keepalives_idle: 10,
    tcp_keepalives_interval: 5,
    tcp_keepalives_count: 3,
    client_encoding: 'UTF8',
    bytea_output: 'hex',
  }
  return {
    connectionString: url,
    connectionTimeoutMillis: connectMsMax,
    query_timeout: answerMsMax,
    keepAlive: true,
    application_name: session,
    options: Object.entries(settings)
      .map(([name, value]) => `-c ${name}=${value}`)
      .join(' '),
    types: typeReaders,
  }
}

/** Connects and takes the desk's lock of a schema; rejects where another desk holds it. */
export async function connectWriter(address: ServerAddress): Promise<pg.Client> {
  const client = new pg.Client(configOf(address))
  // Without a listener a connection that breaks while nobody asks would end the process.
  client.on('error', () => undefined)
  try {
    await client.connect()
    for (let tries = 1; !(await takeLock(client, address)); tries++) {
      if (tries === lockTries || !(await endOwnRemains(client, address))) throw new StoreError(inUse(address.name))
      await sleep(lockRetryMs)
    }
    return client
  } catch (error) {
    endQuietly(client)
    throw new StoreError(problemOrThrow(error, address.name), { cause: error })
  }
}

/** Tries for the lock of connections of this very process that the server has not yet missed, and how far apart. */
const lockTries = 10
const lockRetryMs = 100

const lockKeyOf = (address: ServerAddress): [number, number] => [lockClass, crc32(address.schema) | 0]

async function takeLock(client: pg.Client, address: ServerAddress): Promise<boolean> {
  const { rows } = await client.query<{ held: boolean }>(
    'SELECT pg_try_advisory_lock($1, $2) AS held',
    lockKeyOf(address),
  )
  return rows[0]?.held === true
}

/** Ends an earlier connection of this process that still holds the lock: the server may not have noticed that it broke.
 *  False where somebody else holds it. */
async function endOwnRemains(client: pg.Client, address: ServerAddress): Promise<boolean> {
  const { rows } = await client.query(
    `SELECT pg_terminate_backend(pid) FROM pg_locks JOIN pg_stat_activity USING (pid)
     WHERE locktype = 'advisory' AND classid = $1 AND objid = $2::bigint & 4294967295 AND application_name = $3`,
    [...lockKeyOf(address), address.session],
  )
  return rows.length > 0
}

/** Ends a connection without waiting for a server that may be away. */
function endQuietly(client: pg.Client): void {
  client.end().catch(() => undefined)
  ;(client as unknown as { readonly connection: { readonly stream: { destroy(): void } } }).connection.stream.destroy()
}

/** The writing connection: one verb after the other, made anew when it broke. */
export class Writer {
  readonly #address: ServerAddress
  #client: pg.Client | undefined
  #last: Promise<unknown> = Promise.resolve()
  #failedAt = Number.NEGATIVE_INFINITY
  #isClosed = false

  constructor(address: ServerAddress) {
    this.#address = address
  }

  /** Runs work on the connection when those before are done. */
  run<T>(work: (client: pg.Client) => Promise<T>): Promise<T> {
    const result = this.#last.then(() => this.#run(work))
    this.#last = result.catch(() => undefined)
    return result
  }

  async #run<T>(work: (client: pg.Client) => Promise<T>): Promise<T> {
    const client = await this.#connected()
    try {
      return await work(client)
    } catch (error) {
      if (isBroken(error)) this.#drop(client)
      throw error
    }
  }

  /** The connection, with the lock and an up-to-date schema. Those that wait while the server is away are told at once,
   *  not one after the other. */
  async #connected(): Promise<pg.Client> {
    if (this.#isClosed) throw new StoreError({ code: 'other', message: 'The store is closed. Start the desk again.' })
    if (this.#client !== undefined) return this.#client
    if (performance.now() - this.#failedAt < limits.serverRetryMsMin) {
      throw new StoreError(unreachable(this.#address.name))
    }
    try {
      const client = await connectWriter(this.#address)
      client.on('end', () => this.#drop(client))
      client.on('error', () => this.#drop(client))
      this.#client = client
      await migrate(client, this.#address.schema, this.#address.name)
      return client
    } catch (error) {
      if (this.#client !== undefined) this.#drop(this.#client)
      if (isBroken(error)) this.#failedAt = performance.now()
      throw error
    }
  }

  #drop(client: pg.Client): void {
    if (this.#client === client) this.#client = undefined
    endQuietly(client)
  }

  /** Lets work under way end, then lets go of the lock. */
  async close(): Promise<void> {
    await this.#last
    this.#isClosed = true
    const client = this.#client
    this.#client = undefined
    if (client !== undefined) await client.end().catch(() => undefined)
  }
}

/** A pool of connections for reading. */
export function readingPool(address: ServerAddress): pg.Pool {
  const pool = new pg.Pool({ ...configOf(address), max: limits.serverReadersMax, allowExitOnIdle: true })
  pool.on('error', () => undefined)
  return pool
}

/** Runs work on a reading connection; one that broke is not used again. */
export async function readWith<T>(pool: pg.Pool, work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect()
  let broken = false
  // The pool listens only while it holds the connection: one that breaks meanwhile would end the process.
  const onError = (): void => {
    broken = true
  }
  client.on('error', onError)
  try {
    return await work(client)
  } catch (error) {
    broken ||= isBroken(error)
    throw error
  } finally {
    client.release(broken)
    client.off('error', onError)
  }
}
