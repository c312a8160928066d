/** How the console talks to the desk: JSON over same-origin HTTP, with the session's CSRF token on everything that
 *  changes something. Knows no single route. */
import { awayProblem, Problem, problemOf, signInProblem } from './problem.ts'

let csrfToken = ''
/** Sets the token that the session brought; without one, changes are refused by the desk. */
export const keepCsrfToken = (token: string): void => {
  csrfToken = token
}
/** The header that proves that a change comes from this console. */
export const csrfHeader = (): Record<string, string> => (csrfToken === '' ? {} : { 'x-bellwether-csrf': csrfToken })

const signedOutListeners = new Set<() => void>()
/** Calls back whenever the desk says that the session has ended. */
export function onSignedOut(listener: () => void): () => void {
  signedOutListeners.add(listener)
  return () => signedOutListeners.delete(listener)
}
/** Tells the listeners that the session has ended. */
export const tellSignedOut = (): void => {
  for (const listener of signedOutListeners) listener()
}

/** Requests that come before a session, where 401 is an answer to what was typed. */
const isBeforeSession = /^\/api\/(?:sign-in|accounts\/(?:begin|finish))/

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

async function readBody(response: Response): Promise<unknown> {
  const text = await response.text()
  if (text === '') return undefined
  if (!(response.headers.get('content-type') ?? '').includes('json')) return undefined
  try {
    return JSON.parse(text)
  } catch (error) {
    throw awayProblem(error)
  }
}

/** Sends one request and gives its JSON. Throws a `Problem`. */
export async function request<T>(method: Method, path: string, body?: unknown, signal?: AbortSignal): Promise<T> {
  let response: Response
  try {
    response = await fetch(path, {
      method,
      credentials: 'same-origin',
      headers: {
        accept: 'application/json',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(method === 'GET' ? {} : csrfHeader()),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(signal === undefined ? {} : { signal }),
    })
  } catch (error) {
    if (signal?.aborted) throw error
    throw awayProblem(error)
  }
  const answer = await readBody(response)
  if (response.ok) return answer as T
  if (response.status === 401 && isBeforeSession.test(path)) throw signInProblem(answer)
  const problem = problemOf(response.status, answer)
  if (problem.code === 'signed-out') tellSignedOut()
  throw problem
}

/** A query string of the values that are there. */
export function queryString(values: Readonly<Record<string, string | number | undefined>>): string {
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(values)) {
    if (value !== undefined && value !== '') query.set(name, String(value))
  }
  const text = query.toString()
  return text === '' ? '' : `?${text}`
}

/** True for a problem that trying again may mend. */
export const isPassing = (error: unknown): boolean =>
  error instanceof Problem && (error.code === 'away' || error.code === 'busy')
