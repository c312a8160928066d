/** Accounts: how one begins (a link, then a passkey or a password with an authenticator app), how a lost one is set up
 *  anew, and what an official changes about it. There is always at least one official who can sign in. */

import { type AccountId, accountId } from '../../core/ids.ts'
import { limits } from '../../core/limits.ts'
import { err, ok, type Result } from '../../core/result.ts'
import type { Account, Passkey, Role, SignInLink, Store } from '../../store/store.ts'
import { type Origin, passkeysPossibleAt } from '../hosts.ts'
import type { Links } from './links.ts'
import { newPasskeyOptions, verifyNew } from './passkeys.ts'
import { type Passwords, refusePassword } from './password.ts'
import { demonstrationName, type Sessions } from './sessions.ts'
import { hashRecoveryCode, hashToken, newRecoveryCode, newToken, seal } from './tokens.ts'
import { newTotpSecret, totpStep, totpUri } from './totp.ts'

/** Why not, as a sentence. `code` says which answer it is: `gone` 410, `refused` 409, `busy` 503. */
export interface AccountProblem {
  readonly code: 'gone' | 'refused' | 'busy'
  readonly message: string
}
type AccountResult<T> = Result<T, AccountProblem>

const gone = err<AccountProblem>({
  code: 'gone',
  message: 'This link no longer works: it was used already, or its time is over. Ask for a new one.',
})
const refused = (message: string) => err<AccountProblem>({ code: 'refused', message })

/** An account being set up. */
interface Enrolment {
  readonly linkHash: string
  readonly link: SignInLink
  readonly accountId: AccountId
  readonly name: string
  readonly totpSecret: string
  readonly challenge: string | undefined
  readonly endsAtMs: number
}

interface AccountParts {
  readonly store: Store
  readonly sealKey: Uint8Array
  readonly clock: () => number
  readonly officeName: string
  readonly links: Links
  readonly sessions: Sessions
  readonly passwords: Passwords
}

/** The purpose that a sealed authenticator secret is bound to. */
export const totpPurpose = (id: AccountId): string => `totp ${id}`

const takenNames: ReadonlySet<string> = new Set(['the desk', 'desk', 'bellwether', demonstrationName])

/** The name as it is kept, or a sentence why it cannot be. */
function readName(name: string): AccountResult<string> {
  const plain = name.normalize('NFC').replace(/\s+/g, ' ').trim()
  const length = [...plain].length
  if (length < 2 || length > 60) return refused('A name has 2 to 60 characters.')
  if (!/^[\p{L}\p{M}\p{N}][\p{L}\p{M}\p{N} .,'’@_+()-]*$/u.test(plain)) {
    return refused("A name has letters, digits, spaces and the characters . , ' @ _ + ( ) -")
  }
  if (takenNames.has(plain.toLowerCase())) return refused('The desk itself goes by this name. Please take another.')
  return ok(plain)
}

/** Beginnings, resets and changes of accounts. Changes wait for each other, so that two at once cannot together remove
 *  the last official or use one name twice. */
export class Accounts {
  readonly #parts: AccountParts
  readonly #enrolments = new Map<string, Enrolment>()
  #last: Promise<unknown> = Promise.resolve()

  constructor(parts: AccountParts) {
    this.#parts = parts
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(work, work)
    this.#last = turn.catch(() => undefined)
    return turn
  }

  /** Accounts that are an official's and can sign in. */
  async #officials(): Promise<readonly Account[]> {
    return (await this.#parts.store.accounts()).filter(({ role, disabled }) => role === 'official' && !disabled)
  }

  /** True while there is nobody who could invite others. */
  async isFirstStart(): Promise<boolean> {
    return (await this.#officials()).length === 0
  }

  #enrolment(id: string): Enrolment | undefined {
    const found = this.#enrolments.get(id)
    return found !== undefined && found.endsAtMs > this.#parts.clock() ? found : undefined
  }

  /** Prepares an account: both a passkey and an authenticator app, of which the person takes one. */
  async begin(token: string, wantedName: string | undefined, origin: Origin) {
    const { store, clock, links, officeName } = this.#parts
    const link = await links.find(token)
    if (link === undefined || link.purpose === 'demonstration') return gone
    const known = link.accountId === undefined ? undefined : await store.account(link.accountId)
    if (link.purpose === 'reset' && (known === undefined || known.disabled)) return gone
    if (link.purpose === 'first-account' && !(await this.isFirstStart())) return gone
    const name = known === undefined ? readName(wantedName ?? '') : ok(known.name)
    if (!name.ok) return name
    if (known === undefined && (await store.accountNamed(name.value)) !== undefined) {
      return refused('Somebody here has this name already. Please take another.')
    }
    const id = known?.id ?? accountId(name.value, String(clock()))
    const passkeysPossible = passkeysPossibleAt(origin)
    const owner = { accountId: id, name: name.value, officeName }
    const options = passkeysPossible ? await newPasskeyOptions(owner, [], origin) : undefined
    const enrolment: Enrolment = {
      linkHash: hashToken(token),
      link,
      accountId: id,
      name: name.value,
      totpSecret: newTotpSecret(),
      challenge: options?.challenge,
      endsAtMs: clock() + limits.enrolmentMsMax,
    }
    return ok({
      enrolmentId: this.#keep(enrolment),
      enrolment,
      passkeysPossible,
      options,
      uri: totpUri(enrolment.totpSecret, officeName, name.value),
    })
  }

  #keep(enrolment: Enrolment): string {
    const id = newToken()
    for (const [each, { endsAtMs }] of this.#enrolments)
      if (endsAtMs <= this.#parts.clock()) this.#enrolments.delete(each)
    if (this.#enrolments.size >= limits.enrolmentsMax) {
      this.#enrolments.delete(this.#enrolments.keys().next().value as string)
    }
    this.#enrolments.set(id, enrolment)
    return id
  }

  /** Finishes with a passkey. */
  async finishWithPasskey(
    enrolmentId: string,
    passkeyName: string,
    response: unknown,
    origin: Origin,
  ): Promise<AccountResult<Account>> {
    const enrolment = this.#enrolment(enrolmentId)
    if (enrolment === undefined) return gone
    const made = enrolment.challenge === undefined ? undefined : await verifyNew(response, enrolment.challenge, origin)
    if (made === undefined) return refused('The passkey could not be made. Please try again, or take a password.')
    if ((await this.#parts.store.passkey(made.id)) !== undefined) return refused('This passkey is in use already.')
    return this.#settle(enrolmentId, enrolment, {}, { ...made, name: passkeyName })
  }

  /** Finishes with a password and an authenticator app; the recovery codes are shown this once. */
  async finishWithPassword(
    enrolmentId: string,
    password: string,
    code: string,
  ): Promise<AccountResult<{ readonly account: Account; readonly recoveryCodes: readonly string[] }>> {
    const enrolment = this.#enrolment(enrolmentId)
    if (enrolment === undefined) return gone
    const { sealKey, clock, officeName, passwords, links } = this.#parts
    const why = refusePassword(password, [enrolment.name, officeName])
    if (why !== undefined) return refused(why)
    const step = totpStep(enrolment.totpSecret, code, clock())
    if (step === undefined) {
      return refused('The code is not the one that the app should show now. Is the clock of the phone right?')
    }
    if (passwords.isFull) return err({ code: 'busy', message: 'Many people are signing in. Try again in a moment.' })
    const passwordHash = await passwords.hash(password)
    const totpSealed = seal(sealKey, totpPurpose(enrolment.accountId), enrolment.totpSecret)
    const settled = await this.#settle(
      enrolmentId,
      enrolment,
      { passwordHash, totpSealed, totpLastStep: step },
      undefined,
    )
    if (!settled.ok) return settled
    const recoveryCodes = Array.from({ length: 10 }, newRecoveryCode)
    const hashes = recoveryCodes.map((each) => hashRecoveryCode(sealKey, settled.value.id, passwordHash, each))
    await links.saveRecoveryCodes(settled.value, hashes)
    return ok({ account: settled.value, recoveryCodes })
  }

  /** Takes the link and writes the account. What a reset replaces is gone afterwards, with all its sessions. */
  #settle(
    enrolmentId: string,
    enrolment: Enrolment,
    secrets: Pick<Account, 'passwordHash' | 'totpSealed' | 'totpLastStep'>,
    passkey: Omit<Passkey, 'accountId' | 'createdAtMs'> | undefined,
  ): Promise<AccountResult<Account>> {
    return this.#inTurn(async () => {
      const { store, clock, links, sessions } = this.#parts
      const { link, name, accountId: id } = enrolment
      const known = link.purpose === 'reset' ? await store.account(id) : undefined
      if (link.purpose === 'reset' && (known === undefined || known.disabled)) return gone
      if (link.purpose === 'first-account' && !(await this.isFirstStart())) return gone
      if (known === undefined && (await store.accountNamed(name)) !== undefined) {
        return refused('Somebody here has taken this name meanwhile. Please begin again with another.')
      }
      if ((await links.take(enrolment.linkHash)) === undefined) return gone
      this.#enrolments.delete(enrolmentId)
      const role = known?.role ?? link.role
      const account: Account = {
        id,
        name,
        role,
        createdAtMs: known?.createdAtMs ?? clock(),
        disabled: false,
        ...secrets,
      }
      for (const old of known === undefined ? [] : await store.passkeys(id)) await store.removePasskey(old.id)
      if (known !== undefined) await sessions.endAllOf(id)
      await store.saveAccount(account)
      if (passkey !== undefined) await store.savePasskey({ ...passkey, accountId: id, createdAtMs: clock() })
      const action = known === undefined ? 'account.create' : 'account.reset'
      const way = passkey === undefined ? 'password' : 'passkey'
      await store.audit({
        atMs: clock(),
        who: name,
        action,
        object: name,
        details: { role, way, invitedBy: link.createdBy },
      })
      return ok(account)
    })
  }

  /** Changes role or switches an account off or on. Its sessions end, so that the change holds at once. */
  change(
    id: AccountId,
    to: { readonly role?: Role; readonly disabled?: boolean },
    who: string,
  ): Promise<AccountResult<Account> | undefined> {
    return this.#inTurn(async () => {
      const { store, clock, sessions } = this.#parts
      const account = await store.account(id)
      if (account === undefined) return undefined
      const changed: Account = { ...account, role: to.role ?? account.role, disabled: to.disabled ?? account.disabled }
      const officials = await this.#officials()
      const staysOfficial = changed.role === 'official' && !changed.disabled
      if (!staysOfficial && officials.length === 1 && officials[0]?.id === id) {
        return refused('This is the last official who can sign in. Make somebody else an official first.')
      }
      await store.saveAccount(changed)
      await sessions.endAllOf(id)
      const action =
        changed.disabled === account.disabled ? 'account.role' : changed.disabled ? 'account.disable' : 'account.enable'
      await store.audit({
        atMs: clock(),
        who,
        action,
        object: account.name,
        details: { role: changed.role, disabled: changed.disabled },
      })
      return ok(changed)
    })
  }

  /** Prepares one more passkey for an account. */
  async beginPasskey(
    account: Account,
    origin: Origin,
  ): Promise<AccountResult<{ readonly enrolmentId: string; readonly options: unknown }>> {
    const { store, clock, officeName } = this.#parts
    if (!passkeysPossibleAt(origin)) {
      return refused('Passkeys need a name in the address bar: open the desk as localhost or by its own name.')
    }
    const owner = { accountId: account.id, name: account.name, officeName }
    const options = await newPasskeyOptions(owner, await store.passkeys(account.id), origin)
    const link: SignInLink = {
      tokenHash: '',
      purpose: 'reset',
      role: account.role,
      accountId: account.id,
      createdBy: account.name,
      expiresAtMs: 0,
    }
    const endsAtMs = clock() + limits.enrolmentMsMax
    const { challenge } = options
    const enrolment = {
      linkHash: '',
      link,
      accountId: account.id,
      name: account.name,
      totpSecret: '',
      challenge,
      endsAtMs,
    }
    return ok({ enrolmentId: this.#keep(enrolment), options })
  }

  /** Adds the passkey that was prepared for this account. */
  async finishPasskey(
    account: Account,
    enrolmentId: string,
    passkeyName: string,
    response: unknown,
    origin: Origin,
  ): Promise<AccountResult<void>> {
    const enrolment = this.#enrolment(enrolmentId)
    if (enrolment?.challenge === undefined || enrolment.linkHash !== '' || enrolment.accountId !== account.id)
      return gone
    this.#enrolments.delete(enrolmentId)
    const { store, clock } = this.#parts
    const made = await verifyNew(response, enrolment.challenge, origin)
    if (made === undefined) return refused('The passkey could not be made. Please try again.')
    if ((await store.passkey(made.id)) !== undefined) return refused('This passkey is in use already.')
    await store.savePasskey({ ...made, name: passkeyName, accountId: account.id, createdAtMs: clock() })
    await store.audit({ atMs: clock(), who: account.name, action: 'passkey.add', object: passkeyName, details: {} })
    return ok(undefined)
  }

  /** Removes one of an account's passkeys, unless it is the last way to sign in. */
  removePasskey(account: Account, passkeyId: string): Promise<AccountResult<void> | undefined> {
    return this.#inTurn(async () => {
      const { store, clock } = this.#parts
      const passkeys = await store.passkeys(account.id)
      const found = passkeys.find(({ id }) => id === passkeyId)
      if (found === undefined) return undefined
      if (passkeys.length === 1 && account.passwordHash === undefined) {
        return refused('This is the last way to sign in to this account. Add another passkey first.')
      }
      await store.removePasskey(passkeyId)
      await store.audit({ atMs: clock(), who: account.name, action: 'passkey.remove', object: found.name, details: {} })
      return ok(undefined)
    })
  }
}
