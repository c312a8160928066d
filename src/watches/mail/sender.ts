/** Who a mail is from, by what can be checked: its address, what trusted servers say of it, where answers would go, and
 *  what the office remembers. Each doubt is a failure with its proof. */
import { limits } from '../../core/limits.ts'
import type { MailMessage } from '../../formats/mail/message.ts'
import type { Authentication } from './authentication.ts'
import { addressIn } from './claims.ts'
import { domainOfAddress, isWithin, type LookAlike, ownLabel, registrable, shownDomain } from './domains.ts'
import { isFreeMail, massMailers } from './free-mail.ts'
import type { SenderHistory } from './history.ts'
import type { ProtectedIdentity } from './identity.ts'
import type { MailOffice } from './mail-office.ts'
import type { IdentityRegistry } from './registry.ts'
import { fold } from './skeleton.ts'
import type { Failure } from './verdict.ts'

/** The sender as far as it can be known. */
export interface SenderFacts {
  readonly address: string
  readonly host: string
  /** Registrable. */
  readonly domain: string
  readonly name: string
  readonly isFree: boolean
  /** Identities that own the host. */
  readonly owners: readonly number[]
  readonly lookAlike?: LookAlike
  readonly isOwnOffice: boolean
  /** On the office's list, or a correspondent of its own. */
  readonly isKnown: boolean
  readonly isFirstContact: boolean
  readonly authentication: Authentication
  readonly replyToDomains: readonly string[]
  readonly returnPathDomain: string
  /** Returned mail goes to an address that marks no mail: mailing services and lists have a code in it, to know which. */
  readonly isReturnPathPlain: boolean
}

/** From a domain of the registry, and no server says otherwise. */
export const isOfProtected = ({ owners, authentication }: SenderFacts): boolean =>
  owners.length > 0 && ['pass', 'unknown'].includes(authentication.outcome)

/** Gathers them. */
export function senderFacts(
  message: MailMessage,
  registry: IdentityRegistry,
  office: MailOffice,
  history: SenderHistory,
  authentication: Authentication,
): SenderFacts {
  const first = message.from[0]
  const address = first?.address ?? ''
  const host = domainOfAddress(address)
  const domain = registrable(host)
  const listed =
    office.knownAddresses.includes(address) || office.people.some(({ addresses }) => addresses.includes(address))
  // Whoever runs a mail service writes from these himself (RFC 5321, section 4.5.1): nobody else is given one.
  const isFree = isFreeMail(domain) && !/^(?:mailer-daemon|postmaster)@/.test(address)
  const isFirstContact = history.isTelling && (isFree ? !history.knowsSender(address) : !history.knowsDomain(host))
  // A known address that somebody else writes in, or from which answers are led away, is no known sender.
  const isDiverted = message.replyTo.some(
    (to) => to.address !== '' && registrable(domainOfAddress(to.address)) !== domain,
  )
  const isAnswered = !isDiverted && ['pass', 'unknown'].includes(authentication.outcome)
  const isNew = isFree || !history.knowsDomain(host)
  const lookAlike = isFree ? undefined : registry.lookAlikes.find(host, isNew)
  return {
    address,
    host,
    domain,
    name: first?.name ?? '',
    isFree,
    owners: isFree ? [] : registry.ownersOf(host),
    ...(lookAlike === undefined ? {} : { lookAlike }),
    isOwnOffice: office.domains.some((own) => isWithin(host, own)),
    isKnown: isAnswered && (listed || history.isKnown(address)),
    isFirstContact,
    authentication,
    replyToDomains: [...new Set(message.replyTo.map((to) => domainOfAddress(to.address)).filter((to) => to !== ''))],
    returnPathDomain: registrable(domainOfAddress(message.returnPath)),
    isReturnPathPlain: /^[a-z_.]+(?:-[a-z]{1,5})?@/i.test(message.returnPath),
  }
}

/** A domain has 253 characters and an address 254; hostile ones fill a header. */
const cutProof = (proof: string): string => proof.slice(0, 4 * limits.mailExcerptCharactersMax)

const likenessWords: Readonly<Record<LookAlike['likeness'], string>> = {
  'same-skeleton': 'it reads the same',
  'other-ending': 'only its ending differs',
  'one-letter': 'one letter differs',
  'two-letters': 'two letters differ',
  'name-and-word': 'a word was put beside the name',
  'name-in-subdomain': 'the name stands before the part that counts',
}

/** What speaks against the sender being who it says, whomever it names. */
export function generalFailures(message: MailMessage, sender: SenderFacts, history: SenderHistory): Failure[] {
  const failures: Failure[] = []
  const add = (kind: Failure['kind'], proof: string): void => {
    failures.push({ kind, identity: '', proof: cutProof(proof) })
  }
  const { lookAlike, authentication, host, domain } = sender
  if (lookAlike !== undefined) {
    const kind = lookAlike.likeness === 'name-in-subdomain' ? 'subdomain-trick' : 'look-alike-domain'
    add(kind, `${shownDomain(host)} is not ${lookAlike.of}: ${likenessWords[lookAlike.likeness]}`)
  }
  if (host.includes('xn--')) add('punycode-domain', `${host} is shown as ${shownDomain(host)}`)
  if (authentication.outcome === 'fail') add('authentication-failed', `${domain}: ${authentication.proof}`)
  if (authentication.outcome === 'none' && history.hasPassed(host)) {
    add(
      'authentication-failed',
      `mail from ${domain} was vouched for before, and this one is not (${authentication.proof})`,
    )
  }
  const inName = addressIn(sender.name)
  if (inName !== '' && registrable(domainOfAddress(inName)) !== domain) {
    add('display-name-address', `the name shows ${inName}, the mail is from ${sender.address}`)
  }
  const hijack = hijackOf(message, sender, history)
  if (hijack !== '') add('thread-hijacked', hijack)
  if (sender.isFirstContact)
    add('first-contact', `nobody at ${sender.isFree ? sender.address : domain} wrote to this office before`)
  return failures
}

/** Who in a known or quoted thread went by the sender's name, from another domain. */
function hijackOf(message: MailMessage, sender: SenderFacts, history: SenderHistory): string {
  if (message.references.length === 0 && !/^\s*(?:re|aw|sv|fw|fwd|wg)\s*:/i.test(message.subject)) return ''
  const people = history.peopleOf(message)
  if (people.some(([address]) => address === sender.address)) return ''
  const name = fold(sender.name).trim()
  for (const [address, known] of people) {
    const other = registrable(domainOfAddress(address))
    if (other === sender.domain || other === '') continue
    if (known !== '' && known === name)
      return `in this thread ${known} wrote from ${other} before, now from ${sender.domain}`
    if (isAlike(sender.domain, other)) return `${sender.domain} is not ${other}, which this thread was with`
  }
  const quoted = quotedAddressOf(message.text, name)
  const quotedDomain = registrable(domainOfAddress(quoted))
  if (quotedDomain === '' || quotedDomain === sender.domain) return ''
  return `the mail quoted in it has the same name with ${quotedDomain}, this one comes from ${sender.domain}`
}

/** The same label under another ending, or one letter away, of two domains that are no identity's. */
function isAlike(a: string, b: string): boolean {
  const [x, y] = [fold(ownLabel(a)), fold(ownLabel(b))]
  if (x.length < 5 || a === b) return false
  return x === y || (Math.abs(x.length - y.length) <= 1 && differsByOne(x, y))
}

function differsByOne(a: string, b: string): boolean {
  const [short, long] = a.length <= b.length ? [a, b] : [b, a]
  let i = 0
  while (i < short.length && short[i] === long[i]) i++
  return short.length === long.length ? short.slice(i + 1) === long.slice(i + 1) : short.slice(i) === long.slice(i + 1)
}

/** The address that stands beside a name in quoted text: `From: Jane Doe <jane@vrsystems.com>`. */
function quotedAddressOf(text: string, name: string): string {
  if (name.length < 5 || !name.includes(' ')) return ''
  const folded = fold(text.slice(0, 60_000))
  for (let at = folded.indexOf(name); at >= 0; at = folded.indexOf(name, at + 1)) {
    const after = folded.slice(at + name.length, at + name.length + 120)
    const found = /^["'\s]{0,3}[<([]\s{0,2}(?:mailto:)?([\w.+-]{1,64}@(?:[\w-]{1,63}\.){1,6}[a-z]{2,18})/.exec(after)
    if (found !== null) return found[1] as string
  }
  return ''
}

/** What shows that a claimed identity did not send it. Empty where it may have. */
export function identityFailures(
  index: number,
  sender: SenderFacts,
  registry: IdentityRegistry,
  carriesFiles: boolean,
): Failure[] {
  const identity = registry.identities[index]
  if (identity === undefined) return []
  const failures: Failure[] = []
  const add = (kind: Failure['kind'], proof: string): void => {
    failures.push({ kind, identity: identity.id, proof: cutProof(proof) })
  }
  const isTheirs = registry.isAuthorised(index, sender.address, sender.host)
  const known =
    identity.domains.length === 0
      ? 'no domain of it is known'
      : `it writes from ${identity.domains.slice(0, 3).join(', ')}`
  // A mailing service under its own domain that signs with the vendor's key has it from the vendor.
  const isSigned = identity.domains.some((domain) => sender.authentication.passedDomains.includes(registrable(domain)))
  if (!isTheirs && !isSigned && !isBulletin(identity, sender)) {
    if (sender.isFree) add('free-mail', `${sender.address} is a free mail address; ${known}`)
    else if (sender.lookAlike === undefined || !registry.ownersBelow(sender.lookAlike.of).includes(index)) {
      add('other-domain', `${sender.domain || 'no address'} is not ${identity.name}’s; ${known}`)
    }
  }
  if (isTheirs && sender.authentication.outcome === 'none')
    add('not-authenticated', `${sender.domain}: ${sender.authentication.proof}`)
  const elsewhere = sender.replyToDomains.filter((to) => isElsewhere(to, index, sender, registry))
  const [to] = elsewhere
  if (to !== undefined && isTheirs) add('reply-to-elsewhere', `answers would go to ${to}, not to ${sender.domain}`)
  else if (to !== undefined && registrable(to) !== sender.domain) add('reply-to-elsewhere', `answers would go to ${to}`)
  const path = sender.returnPathDomain
  if (isTheirs && path !== '' && path !== sender.domain && sender.authentication.outcome !== 'pass') {
    const isOrdinary = massMailers.has(path) && sender.authentication.outcome === 'unknown'
    const isService = isOrdinary || registry.isMailingService(index, path) || registry.isAuthorised(index, '', path)
    const kind = sender.isReturnPathPlain ? 'return-path-account' : 'return-path-elsewhere'
    if (!isService) add(kind, `returned mail would go to ${path}, not to ${sender.domain}`)
  }
  if (!isTheirs && !isSigned && carriesFiles && identity.neverUses.includes('attachments'))
    add('never-uses', `${identity.name} never sends files`)
  return failures
}

/** Governments' bulletins come from a service that has no other customers (GovDelivery). */
const isBulletin = ({ kind }: ProtectedIdentity, { domain, authentication }: SenderFacts): boolean =>
  domain === bulletinService && ['federal', 'state', 'office'].includes(kind) && authentication.outcome !== 'fail'
const bulletinService = 'govdelivery.com'

const isElsewhere = (to: string, index: number, sender: SenderFacts, registry: IdentityRegistry): boolean =>
  registrable(to) !== sender.domain && !registry.isAuthorised(index, '', to) && !registry.isMailingService(index, to)
