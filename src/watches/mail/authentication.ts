/** What servers that the office trusts say of who sent a mail: SPF, DKIM, DMARC and ARC (RFC 7208, 6376, 7489, 8617).
 *  Fields that the sender could have written himself count for nothing. */
import {
  type AuthenticationResult,
  type AuthenticationResults,
  authenticationResults,
} from '../../formats/mail/authentication-results.ts'
import type { MailMessage } from '../../formats/mail/message.ts'
import { parseReceived } from '../../formats/mail/received.ts'
import { domainOfAddress, isWithin, registrable } from './domains.ts'

/** `unknown`: nobody whom the office trusts has looked. */
export type AuthenticationOutcome = 'pass' | 'fail' | 'none' | 'unknown'

/** What is known of a mail's authentication. */
export interface Authentication {
  /** Of the address in From: that its domain answers for the mail. */
  readonly outcome: AuthenticationOutcome
  /** Why, in a few words: `dmarc=fail by mx.example.org`. */
  readonly proof: string
  /** Domains that answer for the mail (DKIM signatures and SPF that passed). */
  readonly passedDomains: readonly string[]
}

export const unknownAuthentication: Authentication = { outcome: 'unknown', proof: '', passedDomains: [] }

/** Microsoft 365 names no server in its fields; they are taken for this one's. */
const microsoftServer = 'protection.outlook.com'
const microsoftHosts = ['outlook.com', 'outlook.office365.com', 'office365.com']

/** Reads what trusted servers found. A field counts if its server is trusted and it stands above the first Received field
 *  of a server that is not: what is below came with the mail (RFC 8601, section 5). */
export function trustedAuthentication(message: MailMessage, trustedServers: readonly string[]): Authentication {
  if (trustedServers.length === 0) return failureByReceiver(message)
  const isTrusted = (server: string): boolean => trustedServers.some((trusted) => isWithin(server, trusted))
  const trustsMicrosoft = isTrusted(microsoftServer)
  const border = borderIndex(message, (by) => isTrusted(by) || (trustsMicrosoft && isMicrosoft(by)))
  const said: AuthenticationResults[] = authenticationResults(message).filter(
    ({ server, headerIndex, isArc }) =>
      !isArc &&
      headerIndex < border &&
      (server === '' ? trustsMicrosoft : isTrusted(server) || (trustsMicrosoft && isMicrosoft(server))),
  )
  if (said.length === 0) return unknownAuthentication
  const from = registrable(domainOfAddress(message.from[0]?.address ?? ''))
  const byMethod = new Map<string, AuthenticationResult[]>()
  // The topmost field of a method is the one written last, by the server nearest to the mailbox.
  for (const { results } of said) {
    const methods = new Set(results.map(({ method }) => method))
    for (const method of methods) {
      if (!byMethod.has(method))
        byMethod.set(
          method,
          results.filter((result) => result.method === method),
        )
    }
  }
  return judgeResults(byMethod, from, said[0]?.server || microsoftServer)
}

/** What the server that took the mail in found, where the office has named none that it trusts. A sender may have written
 *  such a field himself, so nothing in it speaks for him; but nobody writes one that says that his mail is forged. */
function failureByReceiver(message: MailMessage): Authentication {
  const { by } = parseReceived(message.headers.find(({ name }) => name === 'received')?.value ?? '')
  if (!by.includes('.')) return unknownAuthentication
  const said = authenticationResults(message).find(
    ({ server, isArc }) =>
      !isArc && (server === '' ? isMicrosoft(by) : server.includes('.') && registrable(server) === registrable(by)),
  )
  if (said === undefined) return unknownAuthentication
  const byMethod = Map.groupBy(said.results, ({ method }) => method)
  const from = registrable(domainOfAddress(message.from[0]?.address ?? ''))
  const found = judgeResults(byMethod, from, said.server || microsoftServer)
  return found.outcome === 'fail' ? { ...found, passedDomains: [] } : unknownAuthentication
}

const isMicrosoft = (host: string): boolean => microsoftHosts.some((known) => isWithin(host, known))

/** Index of the first Received field that a server outside wrote; hops inside a machine name no host. */
function borderIndex(message: MailMessage, isTrusted: (by: string) => boolean): number {
  for (const [index, header] of message.headers.entries()) {
    if (header.name !== 'received') continue
    const { by } = parseReceived(header.value)
    const namesHost = /[a-z]/.test(by) && by.includes('.')
    if (namesHost && !isTrusted(by)) return index
  }
  return message.headers.length
}

/** Sums the methods up for the domain of From (`domain`, registrable). Also used for what was checked live. */
export function judgeResults(
  byMethod: ReadonlyMap<string, readonly AuthenticationResult[]>,
  domain: string,
  server: string,
): Authentication {
  const passed = new Set<string>()
  for (const { result, properties } of byMethod.get('dkim') ?? []) {
    const signer = properties.get('header.d') ?? domainOfAddress(properties.get('header.i') ?? '')
    if (result === 'pass' && signer !== '') passed.add(registrable(signer.replace(/^@/, '')))
  }
  const spf = byMethod.get('spf')?.[0]
  const envelope = spf?.properties.get('smtp.mailfrom') ?? spf?.properties.get('smtp.helo') ?? ''
  if (spf?.result === 'pass' && envelope !== '') passed.add(registrable(domainOfAddress(envelope)))
  const dmarc = byMethod.get('dmarc')?.[0]
  const compound = byMethod.get('compauth')?.[0]
  const passedDomains = [...passed]
  const said = (what: string): string => `${what} by ${server}`
  const isAligned = domain !== '' && passed.has(domain)
  if (dmarc?.result === 'pass' || isAligned)
    return {
      outcome: 'pass',
      proof: said(dmarc?.result === 'pass' ? 'dmarc=pass' : 'a signature or SPF of its own domain'),
      passedDomains,
    }
  const arc = byMethod.get('arc')?.[0]
  if (dmarc?.result === 'fail') {
    // A list or forwarder that the server trusts changed it on its way (RFC 8617).
    if (arc?.result === 'pass') return { outcome: 'none', proof: said('dmarc=fail, arc=pass'), passedDomains }
    return { outcome: 'fail', proof: said('dmarc=fail'), passedDomains }
  }
  if (compound?.result === 'fail') return { outcome: 'fail', proof: said('compauth=fail'), passedDomains }
  const isForeignEnvelope = envelope !== '' && registrable(domainOfAddress(envelope)) !== domain
  if (spf?.result === 'fail' || (spf?.result === 'softfail' && !isForeignEnvelope)) {
    return { outcome: 'fail', proof: said(`spf=${spf.result}`), passedDomains }
  }
  const dkimFailed = (byMethod.get('dkim') ?? []).some(
    ({ result, properties }) => result === 'fail' && registrable(properties.get('header.d') ?? '') === domain,
  )
  if (dkimFailed && spf?.result !== 'pass') return { outcome: 'fail', proof: said('dkim=fail'), passedDomains }
  return byMethod.size === 0
    ? unknownAuthentication
    : { outcome: 'none', proof: said('nothing answers for its domain'), passedDomains }
}
