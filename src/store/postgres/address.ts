/** Where a store's database is: read from a URL, with what is checked before anything is sent there. */
import { randomBytes } from 'node:crypto'
import { limits } from '../../core/limits.ts'
import { err, ok, type Result } from '../../core/result.ts'
import type { StoreProblem } from '../store.ts'

/** Where the database is and how long it may take. */
export interface ServerAddress {
  /** `postgres://user:password@host:port/database`. */
  readonly url: string
  /** The schema that holds the tables. */
  readonly schema: string
  /** Tells this desk's connections from those of others. */
  readonly session: string
  /** The server's name for people, without a password. */
  readonly name: string
  readonly connectMsMax: number
  readonly answerMsMax: number
}

/** What a store may be told when it is opened. */
export interface PostgresStoreOptions {
  /** The desk's clock, milliseconds since the epoch. */
  readonly now?: () => number
  /** The schema that holds the tables: several desks may share a database, each with a schema of its own. */
  readonly schema?: string
  readonly connectMsMax?: number
  readonly answerMsMax?: number
}

const schemaForm = /^[a-z_][a-z0-9_]{0,37}$/

/** The address with its defaults; a schema's name stands in statements, so it is checked. */
export function addressOf(url: string, options: PostgresStoreOptions): Result<ServerAddress, StoreProblem> {
  const schema = options.schema ?? 'bellwether'
  if (!schemaForm.test(schema)) {
    return err({ code: 'other', message: 'The schema’s name may hold lower-case letters, digits and underscores.' })
  }
  let name: string
  try {
    const { host, pathname } = new URL(url)
    name = `${host}${pathname}`
  } catch {
    const message = 'The database’s address cannot be read. Write postgres://user:password@host:5432/database.'
    return err({ code: 'other', message })
  }
  const { connectMsMax = limits.serverConnectMsMax, answerMsMax = limits.serverAnswerMsMax } = options
  const session = `bellwether ${randomBytes(8).toString('hex')}`
  return ok({ url, schema, session, name, connectMsMax, answerMsMax })
}
