/** Keeps an access token until shortly before it ends, and has a new one made then. A refusal is remembered for a while, so
 *  that a wrong secret is not shown to the service once for each mailbox. */
import { limits } from '../../core/limits.ts'
import { failureOf, type MailboxFailure } from './mailbox-failure.ts'

/** A token as a service gave it. */
export interface MadeToken {
  readonly token: string
  readonly lifeMs: number
}

/** One token. */
export class ApiToken {
  readonly #make: (stop: AbortSignal) => Promise<MadeToken>
  readonly #mark: () => Promise<string>
  #held: { readonly token: string; readonly untilMs: number } | undefined
  #refused: { readonly failure: MailboxFailure; readonly mark: string; readonly untilMs: number } | undefined

  /** `mark` changes when the secret does. */
  constructor(make: (stop: AbortSignal) => Promise<MadeToken>, mark: () => Promise<string>) {
    this.#make = make
    this.#mark = mark
  }

  /** The token for a request. */
  async get(stop: AbortSignal): Promise<string> {
    const nowMs = performance.now()
    if (this.#held !== undefined && this.#held.untilMs > nowMs) return this.#held.token
    const mark = await this.#mark()
    if (this.#refused !== undefined && this.#refused.untilMs > nowMs && this.#refused.mark === mark)
      throw this.#refused.failure
    try {
      const { token, lifeMs } = await this.#make(stop)
      this.#held = { token, untilMs: nowMs + Math.max(lifeMs / 2, lifeMs - limits.apiTokenSpareMs) }
      this.#refused = undefined
      return token
    } catch (thrown) {
      const failure = failureOf(thrown)
      if (failure.kind === 'refused') this.#refused = { failure, mark, untilMs: nowMs + limits.mailboxPollMs }
      throw failure
    }
  }

  /** Lets go of a token that the service no longer takes. */
  drop(): void {
    this.#held = undefined
  }
}
