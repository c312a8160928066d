/** What Google's sign-in and the Gmail API answer, in plain words: tokens for one person's mailbox from a service account's key
 *  (RFC 7523), and what is to be mended where one is refused. What an answer says is never shown; its codes are looked up. */
import { createPrivateKey, type KeyObject, sign } from 'node:crypto'
import type { GmailDefinition } from '../definition.ts'
import { showPath } from '../problem.ts'
import {
  type ApiAnswer,
  type ApiClient,
  busyFailure,
  fieldOf,
  isBusyStatus,
  isRefusal,
  listOf,
  textOf,
} from './api-client.ts'
import type { MadeToken } from './api-token.ts'
import { MailboxFailure, readSecret } from './mailbox-failure.ts'

const tokenUrl = 'https://oauth2.googleapis.com/token'
const scope = 'https://www.googleapis.com/auth/gmail.readonly'
const assertionLifeS = 3_600

interface ServiceKey {
  readonly email: string
  readonly keyId: string
  readonly clientId: string
  readonly key: KeyObject
}

/** Has a token made that reads the mail of one person and can do nothing else. */
export async function makeGmailToken(
  client: ApiClient,
  mailbox: string,
  { keyPath }: GmailDefinition,
  parts: { readonly stop: AbortSignal; readonly nowMs: number },
): Promise<MadeToken> {
  const key = parseKey(await readSecret(keyPath, 'key of the service account'), keyPath)
  const answer = await client.ask(tokenUrl, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
      assertion: assertion(key, mailbox, parts.nowMs),
    }),
    stop: parts.stop,
  })
  const token = textOf(answer.json, 'access_token')
  const lifeS = Number(fieldOf(answer.json, 'expires_in'))
  if (answer.status === 200 && token !== '') return { token, lifeMs: (lifeS > 0 ? lifeS : assertionLifeS) * 1_000 }
  if (isBusy(answer)) throw busyFailure('Google', answer)
  if (!isRefusal(answer))
    throw new MailboxFailure('The sign-in of Google gave no usable answer. It is tried again by itself.')
  throw new MailboxFailure(signInSentence(answer, mailbox, key, keyPath), { kind: 'refused' })
}

/** The key's file as Google gives it. The address of the sign-in in it is not used: only Google's own is asked. */
function parseKey(text: string, path: string): ServiceKey {
  try {
    const file: unknown = JSON.parse(text)
    const email = textOf(file, 'client_email')
    const key = createPrivateKey(textOf(file, 'private_key'))
    if (email !== '' && key.asymmetricKeyType === 'rsa')
      return { email, keyId: textOf(file, 'private_key_id'), clientId: textOf(file, 'client_id'), key }
  } catch {
    // What is wrong with it is no help to a person, and may hold a piece of the key.
  }
  throw new MailboxFailure(
    `The file ${showPath(path)} is not the key of a service account. Make a key of the type JSON in the Google Cloud console, and put the file there as it is.`,
    { kind: 'refused' },
  )
}

/** RFC 7519 and RFC 7515: RS256. */
function assertion({ email, keyId, key }: ServiceKey, mailbox: string, nowMs: number): string {
  const iat = Math.floor(nowMs / 1_000)
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
  const head = part({ alg: 'RS256', typ: 'JWT', ...(keyId === '' ? {} : { kid: keyId }) })
  const claims = part({ iss: email, sub: mailbox, scope, aud: tokenUrl, iat, exp: iat + assertionLifeS })
  return `${head}.${claims}.${sign('sha256', Buffer.from(`${head}.${claims}`), key).toString('base64url')}`
}

/** RFC 6749 section 5.2 names the errors. */
function signInSentence({ json, status }: ApiAnswer, mailbox: string, key: ServiceKey, keyPath: string): string {
  const code = textOf(json, 'error')
  const told = textOf(json, 'error_description')
  if (code === 'unauthorized_client' || code === 'access_denied')
    return `Google does not let the service account read the mail of ${mailbox}. In the Google Admin console, under domain-wide delegation, add the client ID ${shownId(key.clientId)} with the one scope ${scope}.`
  if (code === 'invalid_grant' && /signature|key/i.test(told))
    return `Google no longer takes the key in ${keyPath}. Make a new one for the service account, and put it there; it is used at once.`
  if (code === 'invalid_grant' && /time|iat|exp|expired/i.test(told))
    return "Google refused the sign-in because of its time. Set this machine's clock right."
  if (code === 'invalid_grant')
    return `Google knows no mailbox ${mailbox} in this domain. Check the spelling: it must be a person's own address and no alias or group.`
  return `Google did not let the service account sign in (${status}). Check the key in ${keyPath}.`
}

const shownId = (id: string): string => (/^\d{1,40}$/.test(id) ? id : 'of the service account')

const busyReasons = new Set([
  'rateLimitExceeded',
  'userRateLimitExceeded',
  'dailyLimitExceeded',
  'quotaExceeded',
  'backendError',
])

const reasonOf = ({ json }: ApiAnswer): string => textOf(listOf(json, 'error', 'errors')[0], 'reason')

/** Whether the service only wants to be asked later. */
export const isBusy = (answer: ApiAnswer): boolean =>
  isBusyStatus(answer) || (answer.status === 403 && busyReasons.has(reasonOf(answer)))

/** An answer that is none, in words. */
export function gmailFailure(answer: ApiAnswer, mailbox: string): MailboxFailure {
  if (isBusy(answer)) return busyFailure('Google', answer)
  const reason = reasonOf(answer)
  if (answer.status === 401)
    return new MailboxFailure('Google no longer takes the sign-in of the service account. It is tried again by itself.')
  if (reason === 'accessNotConfigured' || textOf(answer.json, 'error', 'status') === 'SERVICE_DISABLED')
    return new MailboxFailure(
      "The Gmail API is not switched on. Switch it on in the Google Cloud console, in the service account's project.",
      { kind: 'refused' },
    )
  if (answer.status === 400 && reason === 'failedPrecondition')
    return new MailboxFailure(
      `${mailbox} has no Gmail. Switch Gmail on for this person, or take the address out of the configuration.`,
      { kind: 'refused' },
    )
  if (answer.status === 403)
    return new MailboxFailure(
      `The service account may not read the mail of ${mailbox}. In the Google Admin console, under domain-wide delegation, give it the scope ${scope}.`,
      { kind: 'refused' },
    )
  const shown = /^\w{1,60}$/.test(reason) ? `${answer.status}, ${reason}` : String(answer.status)
  return new MailboxFailure(`Google gave no usable answer (${shown}). It is tried again by itself.`)
}
