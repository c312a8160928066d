/** Signing in with name, password and code. The work is the same whether the name exists or not, and a code works
 *  once. */
import type { Account, Store } from '../../store/store.ts'
import { totpPurpose } from './accounts.ts'
import type { Comer, SignInPace } from './pace.ts'
import type { Passwords } from './password.ts'
import { hashRecoveryCode, unseal } from './tokens.ts'
import { totpStep } from './totp.ts'

interface Parts {
  readonly store: Store
  readonly clock: () => number
  readonly sealKey: Uint8Array
  readonly passwords: Passwords
  readonly pace: SignInPace
}

/** What came of it. `how` for the audit trail: with the app's code or with a recovery code. */
export type PasswordVerdict =
  | { readonly answer: 'right'; readonly account: Account; readonly how: string }
  | { readonly answer: 'wrong' }
  | { readonly answer: 'busy' }
  | { readonly answer: 'wait'; readonly waitMs: number }

/** Takes the code: a step of the app that was not taken before, or a recovery code. */
async function takeCode(parts: Parts, account: Account, code: string): Promise<string | undefined> {
  const { store, clock, sealKey } = parts
  const { id, passwordHash, totpSealed } = account
  const secret = totpSealed === undefined ? undefined : unseal(sealKey, totpPurpose(id), totpSealed)
  const step = secret === undefined ? undefined : totpStep(secret, code, clock())
  if (step !== undefined) return (await store.takeTotpStep(id, step)) ? 'password and code' : undefined
  if (passwordHash === undefined || !/^[A-Za-z2-7]{4}(?:[\s-]?[A-Za-z2-7]{4}){3}$/.test(code.trim())) return undefined
  const link = await store.takeLink(hashRecoveryCode(sealKey, id, passwordHash, code), clock())
  return link?.accountId === id ? 'password and recovery code' : undefined
}

/** Judges a try. It is counted as failed before it is looked at, so that many at once gain nothing. */
export async function checkPassword(
  parts: Parts,
  account: Account | undefined,
  given: { readonly name: string; readonly password: string; readonly code: string },
  comer: Comer,
): Promise<PasswordVerdict> {
  const { store, clock, passwords, pace } = parts
  const waitMs = pace.waitMs(given.name, comer, clock())
  if (waitMs > 0) return { answer: 'wait', waitMs }
  if (passwords.isFull) return { answer: 'busy' }
  const failures = pace.failed(given.name, comer, clock())
  const isRight = await passwords.matches(given.password, account?.passwordHash)
  const how =
    isRight && account !== undefined && !account.disabled ? await takeCode(parts, account, given.code) : undefined
  if (account !== undefined && how !== undefined) {
    pace.succeeded(given.name, comer)
    return { answer: 'right', account, how }
  }
  // One row for one failure, then for each doubling: the trail tells of guessing and is not filled by it.
  if ((failures & (failures - 1)) === 0) {
    const who = account?.name ?? 'somebody unknown'
    await store.audit({ atMs: clock(), who, action: 'sign-in.refused', object: who, details: { failures } })
  }
  return { answer: 'wrong' }
}
