/** Says in plain words why a mailbox cannot be read over IMAP, from what the library, the system and the server gave. What a
 *  server says is never shown: it may be anybody's. */
import type { ImapDefinition } from '../definition.ts'
import { errorCode } from '../problem.ts'
import { MailboxFailure } from './mailbox-failure.ts'

/** What is read of the library's errors. */
interface Thrown {
  readonly authenticationFailed?: unknown
  readonly tlsFailed?: unknown
  readonly serverResponseCode?: unknown
  readonly throttleReset?: unknown
  readonly responseStatus?: unknown
  readonly mailboxMissing?: unknown
}

const thrownOf = (thrown: unknown): Thrown => (typeof thrown === 'object' && thrown !== null ? thrown : {})

/** Certificates that nobody here vouches for (OpenSSL's names for it). */
const unknownIssuer = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'CERT_UNTRUSTED',
  'INVALID_CA',
])

function certificateSentence(code: string, host: string): string | undefined {
  if (unknownIssuer.has(code))
    return `The certificate of ${host} is not vouched for by any authority that this machine knows, so nothing was sent to it: it may be another server. If it is your own authority's, name that authority's file in NODE_EXTRA_CA_CERTS when the desk is started; else have whoever runs the mail server install a proper certificate.`
  if (code === 'CERT_HAS_EXPIRED')
    return `The certificate of ${host} has run out, so nothing was sent to it. Whoever runs the mail server must renew it.`
  if (code === 'CERT_NOT_YET_VALID')
    return `The certificate of ${host} is not valid yet, so nothing was sent to it. Look whether this machine's clock is right.`
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID')
    return `The certificate of the server at ${host} is made out to another name, so nothing was sent to it. Write the server's own name into the configuration.`
  return undefined
}

function networkSentence(code: string, { host, port }: ImapDefinition): string | undefined {
  switch (code) {
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
    case 'EAI_NONAME':
      return `No server with the name ${host} is known. Check the spelling in the configuration, and whether this machine is on the network.`
    case 'ECONNREFUSED':
      return `${host} takes no connections at port ${port}. Check the port, and whether the mail server runs.`
    case 'ETIMEDOUT':
    case 'CONNECT_TIMEOUT':
    case 'GREETING_TIMEOUT':
    case 'UPGRADE_TIMEOUT':
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return `${host} does not answer at port ${port}. Check the network, and whether a firewall is in the way.`
    default:
      return undefined
  }
}

function tlsSentence(code: string, { host, port, security }: ImapDefinition): string | undefined {
  if (security === 'starttls')
    return `${host} does not offer encryption (STARTTLS) at port ${port}, so no password was sent. Choose "tls" and port 993 instead, or have it switched on at the server.`
  if (/^(?:ERR_SSL_|EPROTO)/.test(code))
    return `${host} does not speak TLS at port ${port} as this desk does. If the port is 143, choose "starttls"; else the server is too old.`
  return undefined
}

/** The failure in words. */
export function imapFailure(thrown: unknown, definition: ImapDefinition): MailboxFailure {
  if (thrown instanceof MailboxFailure) return thrown
  const { host, user, passwordPath, isToken } = definition
  const error = thrownOf(thrown)
  const code = errorCode(thrown)
  const reset = typeof error.throttleReset === 'number' ? error.throttleReset : undefined
  if (error.authenticationFailed === true) return refused(error, definition)
  const sentence =
    certificateSentence(code, host) ??
    networkSentence(code, definition) ??
    (error.tlsFailed === true || /^(?:ERR_SSL_|EPROTO)/.test(code) ? tlsSentence(code, definition) : undefined)
  if (sentence !== undefined) return new MailboxFailure(sentence)
  if (code === 'ETHROTTLE')
    return new MailboxFailure(`${host} asks to be asked less often; the desk waits.`, { retryAfterMs: reset })
  if (/^ClosedAfterConnect/.test(code))
    return new MailboxFailure(
      `${host} closed the connection at port ${definition.port} before it answered. Check whether that is its port for IMAP, and whether it lets this machine in.`,
    )
  if (/^(?:NoConnection|EConnectionClosed|StateLogout|ECONNRESET|EPIPE|ETIMEOUT)$/.test(code))
    return new MailboxFailure(
      `The connection to ${host} broke off. It is tried again by itself, and goes on where it stopped.`,
    )
  if (
    /^(?:ParserError|Invalid|LiteralToo|LineToo|ResponseToo|TooMany|STARTTLS_INJ|UnexpectedTag|MissingTag)/.test(code)
  )
    return new MailboxFailure(
      `${host} answers as no mail server should (${code}); the connection was closed. Check whether port ${definition.port} is its port for IMAP, and whether anything stands between. It is tried again by itself.`,
    )
  const what = isToken ? 'access token' : 'password'
  return new MailboxFailure(
    `${host} did not let the mailbox of ${user} be read (${code}). It is tried again by itself; if this stays, check user, ${what} (${passwordPath}) and folders with whoever runs the mail server.`,
  )
}

/** RFC 5530 section 3 has the codes. */
function refused(
  { serverResponseCode }: Thrown,
  { host, user, passwordPath, isToken }: ImapDefinition,
): MailboxFailure {
  const code = String(serverResponseCode ?? '')
  if (code === 'UNAVAILABLE' || code === 'INUSE' || code === 'LIMIT')
    return new MailboxFailure(`${host} lets nobody sign in just now. It is tried again by itself.`)
  if (code === 'PRIVACYREQUIRED')
    return new MailboxFailure(`${host} takes passwords over encryption alone. Choose "tls" or "starttls".`, {
      kind: 'refused',
    })
  const mend = isToken
    ? `Put a fresh access token into ${passwordPath}.`
    : `Put the right password into ${passwordPath}; it is used at once. Services that ask for a second step, and Gmail, want an app password; Microsoft 365 takes none here (use its own way in).`
  return new MailboxFailure(`${host} refused the ${isToken ? 'access token' : 'password'} of ${user}. ${mend}`, {
    kind: 'refused',
  })
}

/** Whether the server said that a mail went away while it was asked for (RFC 5530 section 3, EXPUNGEISSUED). */
export const isExpunged = (thrown: unknown): boolean => thrownOf(thrown).serverResponseCode === 'EXPUNGEISSUED'

/** Whether the server refused one command, with the connection whole. */
export const isRefusedCommand = (thrown: unknown): boolean => {
  const { responseStatus } = thrownOf(thrown)
  return responseStatus === 'NO' || responseStatus === 'BAD'
}

/** Whether a folder could not be opened because there is none of that name. */
export const isMissingFolder = (thrown: unknown): boolean => thrownOf(thrown).mailboxMissing === true
