/** Who is signed in, and what each role may do. */
import type { OwnAccountView, SessionView, SignedInView } from '../../src/server/api/session.ts'
import { keepCsrfToken, request } from './request.ts'

export type Role = OwnAccountView['role']

/** Asks who is signed in. */
export async function readSession(): Promise<SessionView> {
  const session = await request<SessionView>('GET', '/api/session')
  keepCsrfToken(session.csrfToken ?? '')
  return session
}

/** Sends what signs in, and keeps the token that came with it. */
export async function signIn(path: string, body: unknown): Promise<SignedInView> {
  const answer = await request<SignedInView>('POST', path, body)
  keepCsrfToken(answer.csrfToken)
  return answer
}

/** What a person may do here; the desk decides, this only leaves out what it would refuse. */
export interface Rights {
  /** Sees incidents, sources and the block list. */
  readonly mayRead: boolean
  /** Sees evidence, hunts, and decides: acknowledges, blocks, closes, adds sources. */
  readonly mayDecide: boolean
  /** Changes settings and accounts. */
  readonly mayConfigure: boolean
}

/** The rights of a role. */
export const rightsOf = (role: Role | undefined): Rights => ({
  mayRead: role !== undefined && role !== 'tester',
  mayDecide: role === 'official' || role === 'analyst',
  mayConfigure: role === 'official',
})
