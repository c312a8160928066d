/** A store in memory for tests of the server: people, sessions, links, tokens and the audit trail. What the analysis
 *  writes is not in it: the desk of these tests answers for that. */
import { createHash } from 'node:crypto'
import type {
  Account,
  AuditEntry,
  AuditRow,
  Passkey,
  PushToken,
  Session,
  SignInLink,
  Store,
} from '../../src/store/store.ts'

/** The verbs that the server uses. */
export type PeopleStore = Pick<
  Store,
  | 'saveAccount'
  | 'accounts'
  | 'account'
  | 'accountNamed'
  | 'takeTotpStep'
  | 'savePasskey'
  | 'passkeys'
  | 'passkey'
  | 'removePasskey'
  | 'saveSession'
  | 'session'
  | 'removeSession'
  | 'removeSessionsOf'
  | 'saveLink'
  | 'link'
  | 'takeLink'
  | 'savePushToken'
  | 'pushToken'
  | 'pushTokens'
  | 'removePushToken'
  | 'audit'
  | 'setting'
  | 'saveSetting'
>

/** Makes an empty one. Every verb waits for a turn of the loop, as a store in a thread does. */
export function makeStore(): PeopleStore & { readonly trail: AuditRow[]; readonly sessionsKept: Map<string, Session> } {
  const accounts = new Map<string, Account>()
  const passkeys = new Map<string, Passkey>()
  const sessions = new Map<string, Session>()
  const links = new Map<string, SignInLink>()
  const tokens = new Map<string, PushToken>()
  const settings = new Map<string, unknown>()
  const trail: AuditRow[] = []
  const turn = <T>(work: () => T): Promise<T> => new Promise((resolve) => setImmediate(() => resolve(work())))
  const put = <T>(map: Map<string, T>, key: string, value: T): Promise<void> =>
    turn(() => {
      map.set(key, structuredClone(value))
    })
  const drop = (map: Map<string, unknown>, key: string): Promise<void> =>
    turn(() => {
      map.delete(key)
    })
  const openLink = (hash: string, nowMs: number): SignInLink | undefined => {
    const link = links.get(hash)
    return link !== undefined && link.expiresAtMs > nowMs ? link : undefined
  }
  return {
    trail,
    sessionsKept: sessions,
    saveAccount: (account) => put(accounts, account.id, account),
    accounts: () => turn(() => [...accounts.values()]),
    account: (id) => turn(() => accounts.get(id)),
    accountNamed: (name) => turn(() => [...accounts.values()].find((a) => a.name.toLowerCase() === name.toLowerCase())),
    takeTotpStep: (id, step) =>
      turn(() => {
        const account = accounts.get(id)
        if (account === undefined || step <= (account.totpLastStep ?? -1)) return false
        accounts.set(id, { ...account, totpLastStep: step })
        return true
      }),
    savePasskey: (passkey) => put(passkeys, passkey.id, passkey),
    passkeys: (id) => turn(() => [...passkeys.values()].filter(({ accountId }) => accountId === id)),
    passkey: (id) => turn(() => passkeys.get(id)),
    removePasskey: (id) => drop(passkeys, id),
    saveSession: (session) => put(sessions, session.tokenHash, session),
    session: (hash) => turn(() => sessions.get(hash)),
    removeSession: (hash) => drop(sessions, hash),
    removeSessionsOf: (id) =>
      turn(() => {
        for (const [hash, { accountId }] of sessions) if (accountId === id) sessions.delete(hash)
      }),
    saveLink: (link) => put(links, link.tokenHash, link),
    link: (hash, nowMs) => turn(() => openLink(hash, nowMs)),
    takeLink: (hash, nowMs) =>
      turn(() => {
        const link = openLink(hash, nowMs)
        links.delete(hash)
        return link
      }),
    savePushToken: (token) => put(tokens, token.tokenHash, token),
    pushToken: (hash) => turn(() => tokens.get(hash)),
    pushTokens: () => turn(() => [...tokens.values()]),
    removePushToken: (hash) => drop(tokens, hash),
    audit: (entry: AuditEntry) =>
      turn(() => {
        const previous = trail.at(-1)?.hash ?? ''
        const hash = createHash('sha256').update(previous).update(JSON.stringify(entry)).digest('hex')
        const row: AuditRow = { ...entry, sequence: trail.length + 1, previous, hash }
        trail.push(row)
        return row
      }),
    setting: (name) => turn(() => settings.get(name)),
    saveSetting: (name, value) => put(settings, name, value),
  }
}
