/** What PostgreSQL's and the network's errors mean for a person: which server, what happened, what to do. */
import { DamagedRow } from '../sql/document.ts'
import { StoreError, type StoreProblem } from '../store.ts'

/** Errors of the network, by their names in POSIX. */
const networkCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'EHOSTDOWN',
  'ENETUNREACH',
  'ENETDOWN',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ENOENT',
])

/** What `pg` says, without a code, of a connection that broke or that nobody answers. */
const brokenConnection =
  /^(?:Connection terminated|timeout expired|Query read timeout|timeout exceeded|Client has encountered a connection error|Client was closed|Cannot use a pool|The server does not support SSL)/

/** True for an error after which a connection is of no more use. */
export function isBroken(error: unknown): boolean {
  return problemOf(error, '')?.code === 'unreachable'
}

/** The store's problem behind an error, or undefined where the error is a bug of ours. `server` is its name for people,
 *  without a password. */
export function problemOf(error: unknown, server: string): StoreProblem | undefined {
  if (error instanceof StoreError) return error.problem
  if (error instanceof DamagedRow) return damaged(server)
  if (!(error instanceof Error)) return undefined
  const { code } = error as Error & { readonly code?: unknown }
  if (error instanceof AggregateError && error.errors.length > 0) return problemOf(error.errors[0], server)
  if (typeof code === 'string') return networkCodes.has(code) ? unreachable(server) : sqlProblem(code, server)
  return brokenConnection.test(error.message) ? unreachable(server) : undefined
}

/** By SQLSTATE (PostgreSQL's Appendix A). */
function sqlProblem(code: string, server: string): StoreProblem | undefined {
  switch (code) {
    case '53100':
      return { code: 'disk-full', message: `The disk of the database server ${server} is full. Make room on it.` }
    case '25006':
    case '42501':
      return {
        code: 'read-only',
        message: `The database ${server} cannot be written by this user. Name the primary server, and give the user the right to create a schema.`,
      }
    case '28000':
    case '28P01':
      return {
        code: 'other',
        message: `The database server ${server} refused the user name or password. Correct them.`,
      }
    case '3D000':
      return { code: 'other', message: `The server has no database ${server}. Create it, or name another.` }
    case 'XX001':
    case 'XX002':
      return damaged(server)
    case '57014':
    case '25P03':
    case '53300':
    case '57P01':
    case '57P02':
    case '57P03':
    case '57P05':
      return unreachable(server)
    default:
      return code.startsWith('08') ? unreachable(server) : undefined
  }
}

/** A row is not what was written. */
export const damaged = (server: string): StoreProblem => ({
  code: 'damaged',
  message: `The store in ${server} is damaged: it was changed by something else. Stop the desk and restore a backup with \`bellwether restore\`.`,
})

/** No answer, for now. */
export const unreachable = (server: string): StoreProblem => ({
  code: 'unreachable',
  message: `The database server ${server} cannot be reached. Check that it runs and that the network is up; the desk goes on by itself.`,
})

/** Another desk holds the database. */
export const inUse = (server: string): StoreProblem => ({
  code: 'in-use',
  message: `The store in ${server} is in use by another desk. Stop that desk, or give this one a database of its own.`,
})

/** The schema's name is taken by something else. */
export const notAStore = (server: string, schema: string): StoreProblem => ({
  code: 'not-a-store',
  message: `The schema ${schema} in ${server} is not a store of Bellwether. Nothing was changed in it; name another database.`,
})

/** The problem that an error stands for; what is none is a bug and is thrown on. */
export function problemOrThrow(error: unknown, server: string): StoreProblem {
  const problem = problemOf(error, server)
  if (problem === undefined) throw error
  return problem
}
