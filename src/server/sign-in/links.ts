/** Links that work once: the first account, an invitation, a reset, and the door to the demonstration. The token stands
 *  in the link's fragment, which browsers send to no server and servers write in no log. */
import { limits } from '../../core/limits.ts'
import type { Account, Role, SignInLink, Store } from '../../store/store.ts'
import { hashToken, newToken } from './tokens.ts'

/** The path of a link, to be put behind the desk's address. */
export const linkPath = (token: string): string => `/start#${token}`

/** A link as it stands: one of the store's, or the demonstration's. */
export type FoundLink =
  | { readonly purpose: 'demonstration'; readonly role: 'official'; readonly expiresAtMs: number }
  | SignInLink

/** Makes, looks at and takes links. The demonstration's is kept in memory: a new one is printed at each start. */
export class Links {
  readonly #store: Store
  readonly #clock: () => number
  readonly #demonstration = new Map<string, number>()

  constructor(store: Store, clock: () => number) {
    this.#store = store
    this.#clock = clock
  }

  async #save(link: Omit<SignInLink, 'tokenHash'>): Promise<string> {
    const token = newToken()
    await this.#store.saveLink({ ...link, tokenHash: hashToken(token) })
    return token
  }

  /** The token of a link for the first account, which is an official's. */
  first(): Promise<string> {
    const expiresAtMs = this.#clock() + limits.printedLinkMsMax
    return this.#save({ purpose: 'first-account', role: 'official', createdBy: 'the desk', expiresAtMs })
  }

  /** The token of a link that signs in to the demonstration. */
  demonstration(): string {
    const token = newToken()
    this.#demonstration.clear()
    this.#demonstration.set(hashToken(token), this.#clock() + limits.printedLinkMsMax)
    return token
  }

  /** The token of a link for a new account. */
  async invitation(role: Role, createdBy: string): Promise<{ readonly token: string; readonly expiresAtMs: number }> {
    const expiresAtMs = this.#clock() + limits.invitationMsMax
    return { token: await this.#save({ purpose: 'invitation', role, createdBy, expiresAtMs }), expiresAtMs }
  }

  /** The token of a link that lets a person who lost password or passkey set a new one. */
  async reset(account: Account, createdBy: string): Promise<{ readonly token: string; readonly expiresAtMs: number }> {
    const expiresAtMs = this.#clock() + limits.printedLinkMsMax
    const { id: accountId, role } = account
    return { token: await this.#save({ purpose: 'reset', role, accountId, createdBy, expiresAtMs }), expiresAtMs }
  }

  /** What a token is for, without using it up. */
  find(token: string): Promise<FoundLink | undefined> {
    const tokenHash = hashToken(token)
    const expiresAtMs = this.#demonstration.get(tokenHash)
    if (expiresAtMs === undefined) return this.#store.link(tokenHash, this.#clock())
    const isOpen = expiresAtMs > this.#clock()
    return Promise.resolve(isOpen ? { purpose: 'demonstration', role: 'official', expiresAtMs } : undefined)
  }

  /** True for the first taker of a demonstration's link. */
  takeDemonstration(token: string): boolean {
    const tokenHash = hashToken(token)
    const isOpen = (this.#demonstration.get(tokenHash) ?? 0) > this.#clock()
    return this.#demonstration.delete(tokenHash) && isOpen
  }

  /** The link, for its first taker. */
  take(tokenHash: string): Promise<SignInLink | undefined> {
    return this.#store.takeLink(tokenHash, this.#clock())
  }

  /** Keeps recovery codes: they are links too, since each works once. */
  async saveRecoveryCodes(account: Account, hashes: readonly string[]): Promise<void> {
    const expiresAtMs = this.#clock() + limits.recoveryCodeMsMax
    const { id: accountId, role, name: createdBy } = account
    for (const tokenHash of hashes) {
      await this.#store.saveLink({ tokenHash, purpose: 'reset', role, accountId, createdBy, expiresAtMs })
    }
  }
}
