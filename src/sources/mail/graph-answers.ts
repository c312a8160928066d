/** What Microsoft's sign-in and Microsoft Graph answer, in plain words: tokens by the client credentials flow, and what is to
 *  be mended where one is refused. What an answer says is never shown; its codes are looked up. */
import type { GraphDefinition } from '../definition.ts'
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

/** Has a token made for the application. */
export async function makeGraphToken(
  client: ApiClient,
  definition: GraphDefinition,
  stop: AbortSignal,
): Promise<MadeToken> {
  const { tenant, clientId, secretPath } = definition
  const secret = await readSecret(secretPath, "application's secret")
  const answer = await client.ask(`https://login.microsoftonline.com/${encodeURIComponent(tenant)}/oauth2/v2.0/token`, {
    method: 'POST',
    body: new URLSearchParams({
      client_id: clientId,
      client_secret: secret,
      grant_type: 'client_credentials',
      scope: 'https://graph.microsoft.com/.default',
    }),
    stop,
  })
  const token = textOf(answer.json, 'access_token')
  const lifeS = Number(fieldOf(answer.json, 'expires_in'))
  if (answer.status === 200 && token !== '') return { token, lifeMs: (lifeS > 0 ? lifeS : 3_600) * 1_000 }
  if (isBusyStatus(answer)) throw busyFailure('Microsoft 365', answer)
  if (!isRefusal(answer))
    throw new MailboxFailure('The sign-in of Microsoft 365 gave no usable answer. It is tried again by itself.')
  throw new MailboxFailure(signInSentence(answer, definition), { kind: 'refused' })
}

/** Codes of Microsoft Entra (AADSTS). */
function signInSentence({ json, status }: ApiAnswer, { tenant, clientId, secretPath }: GraphDefinition): string {
  const codes = listOf(json, 'error_codes').map(Number)
  const has = (...known: readonly number[]): boolean => known.some((code) => codes.includes(code))
  if (has(7_000_215))
    return `Microsoft 365 refused the application's secret. Put the secret's value into ${secretPath} (not its ID, which stands beside it); it is used at once.`
  if (has(7_000_222))
    return `The application's secret has run out. Make a new one in the app registration, and put its value into ${secretPath}; it is used at once.`
  if (has(90_002, 900_023, 900_021))
    return `Microsoft 365 knows no tenant "${tenant}". Write the tenant's ID, or one of its domains, into the configuration.`
  if (has(700_016, 7_000_229, 700_054))
    return `The tenant "${tenant}" knows no application ${clientId}. Check the application (client) ID, and that an administrator has consented to it.`
  if (has(53_003, 530_031, 530_032))
    return 'A rule of the tenant (Conditional Access) keeps the application out. Let its administrator allow it from this address.'
  return `Microsoft 365 did not let the application sign in (${codes[0] ?? status}). Check tenant, application ID and secret (${secretPath}).`
}

/** Whether a link to go on from is of no use any more, so that all is to be listed again: the service forgot it (410), or finds
 *  it malformed, which no waiting would mend. */
export const isForgotten = ({ status }: ApiAnswer): boolean =>
  status === 410 || status === 400 || status === 414 || status === 431

/** An answer that is none, in words. */
export function graphFailure(answer: ApiAnswer, mailbox: string, { clientId }: GraphDefinition): MailboxFailure {
  if (isBusyStatus(answer)) return busyFailure('Microsoft 365', answer)
  const code = textOf(answer.json, 'error', 'code')
  if (answer.status === 401)
    return new MailboxFailure(
      'Microsoft 365 no longer takes the sign-in of the application. It is tried again by itself.',
    )
  if (answer.status === 403)
    return new MailboxFailure(
      `The application ${clientId} may not read the mail of ${mailbox}. Give it the application permission Mail.Read with an administrator's consent, and let its scope hold this mailbox; Microsoft 365 takes up to two hours to notice.`,
      { kind: 'refused' },
    )
  if (answer.status === 404)
    return new MailboxFailure(
      `Microsoft 365 finds no mailbox ${mailbox}. Check the spelling, and that the person has a mailbox in Microsoft 365 and not on a server of the office's own.`,
      { kind: 'refused' },
    )
  const shown = /^\w{1,60}$/.test(code) ? `${answer.status}, ${code}` : String(answer.status)
  return new MailboxFailure(`Microsoft 365 gave no usable answer (${shown}). It is tried again by itself.`)
}
