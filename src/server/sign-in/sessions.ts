/** Sessions: who a cookie belongs to. They end after eight hours unused, after a day, at signing out, and with the
 *  account; those of the demonstration are kept in memory and end with it. */
import { limits } from '../../core/limits.ts'
import type { Account, Role, Session, Store } from '../../store/store.ts'
import { hashToken, newToken } from './tokens.ts'

/** Who makes a request. */
export interface Visitor {
  /** Undefined in the demonstration. */
  readonly account: Account | undefined
  readonly name: string
  readonly role: Role
  readonly csrfToken: string
  readonly tokenHash: string
  readonly createdAtMs: number
  readonly endsAtMs: number
}

declare module 'fastify' {
  interface FastifyRequest {
    visitor: Visitor | undefined
  }
}

/** The name under which the demonstration's visitor stands in the audit trail. */
export const demonstrationName = 'demonstration'

interface SessionParts {
  readonly store: Store
  readonly clock: () => number
  readonly isDemonstration: () => boolean
}

const tokenForm = /^[A-Za-z0-9_-]{43}$/

/** Makes, finds and ends sessions. `onEnd` is told the hashes of sessions that ended, so that what is open closes. */
export class Sessions {
  readonly #parts: SessionParts
  readonly #demonstration = new Map<string, Session>()
  readonly #onEnd: ((isEnded: (visitor: Visitor) => boolean) => void)[] = []

  constructor(parts: SessionParts) {
    this.#parts = parts
  }

  /** Calls back when sessions end before their time, with a test that tells which. */
  whenEnded(listener: (isEnded: (visitor: Visitor) => boolean) => void): void {
    this.#onEnd.push(listener)
  }

  #ended(isEnded: (visitor: Visitor) => boolean): void {
    for (const listener of this.#onEnd) listener(isEnded)
  }

  #visitor(session: Session, account: Account | undefined): Visitor {
    return {
      account,
      name: account?.name ?? demonstrationName,
      role: account?.role ?? 'official',
      csrfToken: session.csrfToken,
      tokenHash: session.tokenHash,
      createdAtMs: session.createdAtMs,
      endsAtMs: session.expiresAtMs,
    }
  }

  /** A new session and the token of its cookie. A token that the browser brought is never taken over (fixation). */
  async start(
    account: Account | undefined,
    agent: string,
  ): Promise<{ readonly token: string; readonly visitor: Visitor }> {
    const nowMs = this.#parts.clock()
    const token = newToken()
    const session: Session = {
      tokenHash: hashToken(token),
      accountId: account?.id ?? ('' as Account['id']),
      csrfToken: newToken(),
      createdAtMs: nowMs,
      lastSeenMs: nowMs,
      expiresAtMs: nowMs + limits.sessionMsMax,
      agent: agent.replace(/[^\x20-\x7e]/g, '?').slice(0, 200),
    }
    if (account !== undefined) await this.#parts.store.saveSession(session)
    else {
      this.#demonstration.set(session.tokenHash, session)
      if (this.#demonstration.size > limits.demonstrationSessionsMax) {
        this.#demonstration.delete(this.#demonstration.keys().next().value as string)
      }
    }
    return { token, visitor: this.#visitor(session, account) }
  }

  /** Whose session a token is; undefined where it is none, is over, or the account is gone or disabled. */
  find(token: string | undefined): Promise<Visitor | undefined> {
    if (token === undefined || !tokenForm.test(token)) return Promise.resolve(undefined)
    return this.findByHash(hashToken(token), true)
  }

  /** As `find`, for a token's hash. `isUse`: a person is at work; it is noted at most once a minute. */
  async findByHash(tokenHash: string, isUse: boolean): Promise<Visitor | undefined> {
    const { store, clock } = this.#parts
    const nowMs = clock()
    const demonstration = this.#demonstration.get(tokenHash)
    if (demonstration !== undefined) {
      const isOpen = this.#parts.isDemonstration() && nowMs < demonstration.expiresAtMs
      return isOpen ? this.#visitor(demonstration, undefined) : undefined
    }
    const session = await store.session(tokenHash)
    if (session === undefined) return undefined
    if (nowMs >= session.expiresAtMs || nowMs - session.lastSeenMs > limits.sessionIdleMsMax) {
      await store.removeSession(tokenHash)
      return undefined
    }
    const account = await store.account(session.accountId)
    if (account === undefined || account.disabled) return undefined
    if (isUse && nowMs - session.lastSeenMs >= limits.sessionTouchMs) {
      await store.saveSession({ ...session, lastSeenMs: nowMs })
    }
    return this.#visitor(session, account)
  }

  /** Ends one session. */
  async end(visitor: Visitor): Promise<void> {
    this.#demonstration.delete(visitor.tokenHash)
    if (visitor.account !== undefined) await this.#parts.store.removeSession(visitor.tokenHash)
    this.#ended((each) => each.tokenHash === visitor.tokenHash)
  }

  /** Ends all sessions of an account. */
  async endAllOf(accountId: Account['id']): Promise<void> {
    await this.#parts.store.removeSessionsOf(accountId)
    this.#ended((each) => each.account?.id === accountId)
  }

  /** Ends all sessions of the demonstration. */
  endDemonstration(): void {
    this.#demonstration.clear()
    this.#ended((each) => each.account === undefined)
  }
}
