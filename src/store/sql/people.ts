/** Accounts, how they sign in, and the tokens that stand for them. What may be used once (a link, a code) is taken by the
 *  one statement that removes it, so that the second of two takers at the same moment goes without. */
import type { AccountId } from '../../core/ids.ts'
import { type Account, type Passkey, type PushToken, type Session, type SignInLink, StoreError } from '../store.ts'
import { checkedBytes, checksumOf, sealed, unsealed } from './document.ts'
import { first, type Insert, insert, overwrite, query, type Row, run, type Verb } from './step.ts'

const form = (table: string, key: string, columns: readonly string[]): Insert => ({
  table,
  columns,
  conflict: overwrite([key], columns),
})

const accountForm = form('account', 'id', ['id', 'name_key', 'totp_last_step', 'doc'])
const passkeyForm = form('passkey', 'id', ['id', 'account_id', 'at_ms', 'crc', 'public_key', 'doc'])
const sessionForm = form('web_session', 'token_hash', ['token_hash', 'account_id', 'expires_at_ms', 'doc'])
const linkForm = form('sign_in_link', 'token_hash', ['token_hash', 'expires_at_ms', 'doc'])
const tokenForm = form('push_token', 'token_hash', ['token_hash', 'source_id', 'at_ms', 'doc'])

const nameKey = (name: string): string => name.normalize('NFC').toLowerCase()

/** `Store.saveAccount`. The last code that was taken is kept while the secret stays the same, whatever the caller read
 *  before: a code works once. */
export function* saveAccount(given: Account): Verb<void> {
  const { totpLastStep, ...rest } = given
  const namesake = yield* accountNamed(given.name)
  if (namesake !== undefined && namesake.id !== given.id) {
    throw new StoreError({ code: 'other', message: 'There is already an account with this name. Choose another name.' })
  }
  const before = yield* account(given.id)
  const taken = before?.totpSealed === given.totpSealed ? before?.totpLastStep : undefined
  const last = Math.max(totpLastStep ?? -1, taken ?? -1)
  yield* insert(accountForm, [[given.id, nameKey(given.name), last < 0 ? null : last, sealed(rest)]])
}

const accountOf = (row: Row): Account => {
  const step = row.totp_last_step
  return { ...unsealed<Account>(row, 'doc'), ...(typeof step === 'number' ? { totpLastStep: step } : {}) }
}

/** `Store.accounts`. */
export function* accounts(): Verb<readonly Account[]> {
  return (yield* query('SELECT * FROM account ORDER BY name_key')).map(accountOf)
}

/** `Store.account`. */
export function* account(id: AccountId): Verb<Account | undefined> {
  const row = yield* first('SELECT * FROM account WHERE id = $1', id)
  return row === undefined ? undefined : accountOf(row)
}

/** `Store.accountNamed`. */
export function* accountNamed(name: string): Verb<Account | undefined> {
  const row = yield* first('SELECT * FROM account WHERE name_key = $1', nameKey(name))
  return row === undefined ? undefined : accountOf(row)
}

/** `Store.takeTotpStep`. */
export function* takeTotpStep(id: AccountId, step: number): Verb<boolean> {
  const row = yield* first(
    `UPDATE account SET totp_last_step = $1 WHERE id = $2 AND (totp_last_step IS NULL OR totp_last_step < $1)
     RETURNING id`,
    step,
    id,
  )
  return row !== undefined
}

/** `Store.savePasskey`. */
export function* savePasskey(passkey: Passkey): Verb<void> {
  const { publicKey, ...rest } = passkey
  yield* insert(passkeyForm, [
    [passkey.id, passkey.accountId, passkey.createdAtMs, checksumOf(publicKey), publicKey, sealed(rest)],
  ])
}

const passkeyOf = (row: Row): Passkey => ({
  ...unsealed<Omit<Passkey, 'publicKey'>>(row, 'doc'),
  publicKey: checkedBytes(row, 'public_key', 'crc'),
})

/** `Store.passkeys`. */
export function* passkeys(accountId: AccountId): Verb<readonly Passkey[]> {
  return (yield* query('SELECT * FROM passkey WHERE account_id = $1 ORDER BY at_ms, id', accountId)).map(passkeyOf)
}

/** `Store.passkey`. */
export function* passkey(id: string): Verb<Passkey | undefined> {
  const row = yield* first('SELECT * FROM passkey WHERE id = $1', id)
  return row === undefined ? undefined : passkeyOf(row)
}

/** `Store.removePasskey`. */
export function* removePasskey(id: string): Verb<void> {
  yield* run('DELETE FROM passkey WHERE id = $1', id)
}

/** `Store.saveSession`. */
export function* saveSession(session: Session): Verb<void> {
  yield* insert(sessionForm, [[session.tokenHash, session.accountId, session.expiresAtMs, sealed(session)]])
}

/** `Store.session`. */
export function* session(tokenHash: string): Verb<Session | undefined> {
  const row = yield* first('SELECT doc FROM web_session WHERE token_hash = $1', tokenHash)
  return row === undefined ? undefined : unsealed<Session>(row, 'doc')
}

/** `Store.removeSession`. */
export function* removeSession(tokenHash: string): Verb<void> {
  yield* run('DELETE FROM web_session WHERE token_hash = $1', tokenHash)
}

/** `Store.removeSessionsOf`. */
export function* removeSessionsOf(accountId: AccountId): Verb<void> {
  yield* run('DELETE FROM web_session WHERE account_id = $1', accountId)
}

/** `Store.saveLink`. */
export function* saveLink(link: SignInLink): Verb<void> {
  yield* insert(linkForm, [[link.tokenHash, link.expiresAtMs, sealed(link)]])
}

const linkOf = (row: Row | undefined): SignInLink | undefined =>
  row === undefined ? undefined : unsealed<SignInLink>(row, 'doc')

/** `Store.link`. */
export function* link(tokenHash: string, nowMs: number): Verb<SignInLink | undefined> {
  return linkOf(
    yield* first('SELECT doc FROM sign_in_link WHERE token_hash = $1 AND expires_at_ms > $2', tokenHash, nowMs),
  )
}

/** `Store.takeLink`. */
export function* takeLink(tokenHash: string, nowMs: number): Verb<SignInLink | undefined> {
  return linkOf(
    yield* first(
      'DELETE FROM sign_in_link WHERE token_hash = $1 AND expires_at_ms > $2 RETURNING doc',
      tokenHash,
      nowMs,
    ),
  )
}

/** `Store.savePushToken`. */
export function* savePushToken(token: PushToken): Verb<void> {
  yield* insert(tokenForm, [[token.tokenHash, token.sourceId, token.createdAtMs, sealed(token)]])
}

/** `Store.pushToken`. */
export function* pushToken(tokenHash: string): Verb<PushToken | undefined> {
  const row = yield* first('SELECT doc FROM push_token WHERE token_hash = $1', tokenHash)
  return row === undefined ? undefined : unsealed<PushToken>(row, 'doc')
}

/** `Store.pushTokens`. */
export function* pushTokens(): Verb<readonly PushToken[]> {
  const rows = yield* query('SELECT doc FROM push_token ORDER BY at_ms, token_hash')
  return rows.map((row) => unsealed<PushToken>(row, 'doc'))
}

/** `Store.removePushToken`. */
export function* removePushToken(tokenHash: string): Verb<void> {
  yield* run('DELETE FROM push_token WHERE token_hash = $1', tokenHash)
}
