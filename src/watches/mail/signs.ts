/** The signs of phishing that do not depend on whom a mail names: each is one yes or no about the mail, with a reason why
 *  it tells. weights.ts says how much. No sign looks at dates, at the office's own headers or at who received the mail. */
import type { MailMessage } from '../../formats/mail/message.ts'
import type { IndexedClaim } from './claims.ts'
import { registrable } from './domains.ts'
import { clickCounters, isFreeMail, massMailers } from './free-mail.ts'
import type { LinkFacts, LinkTarget } from './links.ts'
import type { OwnText } from './own-text.ts'
import { isActing, sayingNothingBelow } from './payload.ts'
import { isOfProtected, type SenderFacts } from './sender.ts'
import { fold, tricksIn } from './skeleton.ts'
import type { Carried, Failure } from './verdict.ts'
import type { Wording } from './wording.ts'

/** What the signs are taken from. */
export interface SignFacts {
  readonly message: MailMessage
  readonly text: OwnText
  readonly sender: SenderFacts
  readonly claims: readonly IndexedClaim[]
  readonly failures: readonly Failure[]
  readonly links: LinkFacts
  readonly payload: readonly Carried[]
  readonly subjectWords: Wording
  readonly bodyWords: Wording
  readonly recipients: readonly string[]
  /** Links and answers lead to one that it names, and nowhere else. */
  readonly leadsHome: boolean
}

/** Endings that cost next to nothing or ask nobody's name, by the abuse reports of registries and block lists. */
const cheapEndings =
  /\.(?:xyz|top|click|icu|shop|store|online|site|live|buzz|fun|club|monster|rest|quest|cyou|sbs|cfd|bond|lol|mom|beauty|hair|skin|makeup|autos|boats|homes|yachts|motorcycles|best|bid|loan|win|men|stream|download|racing|review|date|trade|party|science|work|gdn|tk|ml|ga|cf|gq|pw|ru|su|rest|today|life|world|space|website|host|press|zip|mov|ws|cc|za\.com|us\.com|sa\.com)$/

const consonants = /[bcdfghjklmnpqrstvwxz]{5,}/
/** A name that no person chose: many digits between letters, or letters that nobody can say. */
const isRandom = (label: string): boolean =>
  label.length >= 6 && (/\d[a-z]+\d/.test(label) || (label.match(/\d/g)?.length ?? 0) >= 4 || consonants.test(label))

/** The year of a conference or a season stands in honest names too. */
const aYear = /\b(?:19|20)\d\d\b/g

const hasFeature = (payload: readonly Carried[], ...features: string[]): boolean =>
  payload.some(({ feature }) => features.includes(feature))

/** Each sign with what shows it. */
const signTests: Readonly<Record<string, (facts: SignFacts) => boolean>> = {
  'names a protected or well-known sender that it is not': ({ claims, sender }) =>
    !sender.isKnown &&
    !isOfProtected(sender) &&
    claims.some((claim) => isSenderClaim(claim) && !sender.owners.includes(claim.index)),
  'speaks as a protected or well-known sender that it is not': ({ claims, sender }) =>
    !sender.isKnown &&
    !isOfProtected(sender) &&
    claims.some(
      ({ surface, index, isSpeaker }) =>
        (surface === 'self-presentation' ||
          (isSpeaker && ['signature', 'subject', 'image-text', 'link-text'].includes(surface))) &&
        !sender.owners.includes(index),
    ),
  'disguises a name': ({ claims }) => claims.some(({ tricks }) => tricks.length > 0),
  'its domain looks like another': ({ failures }) =>
    failures.some(({ kind }) => kind === 'look-alike-domain' || kind === 'subdomain-trick'),
  'its display name shows another address': ({ failures }) =>
    failures.some(({ kind }) => kind === 'display-name-address'),
  'its domain does not answer for it': ({ sender }) => sender.authentication.outcome === 'fail',
  'nothing answers for it': ({ sender }) => sender.authentication.outcome === 'none',
  'answers go to a free mail address': ({ sender }) =>
    sender.replyToDomains.some((to) => isFreeMail(registrable(to)) && registrable(to) !== sender.domain),
  'answers go to another domain': ({ sender }) => sender.replyToDomains.some((to) => registrable(to) !== sender.domain),
  'returned mail goes to another domain': ({ sender }) =>
    sender.returnPathDomain !== '' && sender.returnPathDomain !== sender.domain,
  'from a free mail address': ({ sender }) => sender.isFree,
  'from a cheap ending': ({ sender }) => cheapEndings.test(sender.host),
  'its address is made of random letters': ({ sender }) =>
    isRandom(sender.address.split('@')[0] ?? '') || isRandom(sender.domain.split('.')[0] ?? ''),
  'its host has many parts': ({ sender }) => sender.host.split('.').length >= 4,
  'its sender has written before': ({ sender }) => sender.isKnown || sender.isOwnOffice,
  'is from a protected sender whose own servers answer for it': ({ sender }) =>
    sender.owners.length > 0 && sender.authentication.outcome === 'pass' && sender.replyToDomains.length === 0,
  'is from the domain of a protected sender': ({ sender }) => isOfProtected(sender),
  'has no sender': ({ sender }) => sender.address === '' || !sender.host.includes('.'),
  'its display name asks for attention': ({ sender }) =>
    /[!?$€£©®™|•★✓]|[\u{1f300}-\u{1faff}\u2600-\u27bf]|\d{3}/u.test(sender.name.replace(aYear, '')) ||
    (sender.name.length > 8 && sender.name === sender.name.toUpperCase() && /[A-Z]{5}/.test(sender.name)),
  'its display name is a department': ({ sender }) =>
    /\b(?:support|service|team|security|admin|administrator|billing|notification|notifications|alert|alerts|helpdesk|help desk|customer|account|accounts|department|rewards?|delivery|confirmation|winner|no-?reply|info|update)\b/i.test(
      sender.name,
    ),
  'its subject asks for attention': ({ message: { subject } }) =>
    /[!?]{2,}|[\u{1f300}-\u{1faff}\u2600-\u27bf]|\${2,}|!\s*$/u.test(subject) ||
    (subject.length > 12 && subject === subject.toUpperCase() && /[A-Z]{6}/.test(subject)),
  'its subject names its recipient': ({ message, recipients }) => {
    const subject = message.subject.toLowerCase()
    return recipients.some(
      (address) =>
        subject.includes(address) ||
        (address.indexOf('@') >= 5 && subject.includes(address.slice(0, address.indexOf('@')))),
    )
  },
  'its subject has a number as of a case': ({ message: { subject } }) =>
    /#\s?[a-z]{0,4}-?\d{4,}|\b[a-z]{0,3}\d{6,}|\bid[ :#-]*\d{3,}|\b[A-Z0-9]{8,}\b(?<=\d[A-Z0-9]{1,16})/i.test(subject),
  'its subject is disguised': ({ message: { subject } }) => {
    const tricks = tricksIn(subject)
    return (tricks.includes('invisible') || tricks.includes('homoglyph')) && mixesScripts(subject)
  },
  'its text mixes scripts': ({ text }) => mixesScripts(text.own.slice(0, 4_000)),
  'answers a mail that is not there': ({ message }) =>
    /^\s*(?:re|fw|fwd|aw|sv)\s*:/i.test(message.subject) && message.references.length === 0,
  'belongs to a thread': ({ message }) =>
    message.references.length > 0 && /^\s*(?:re|fw|fwd|aw|sv|\[)/i.test(message.subject),
  'its recipient is not named': ({ message }) =>
    message.to.every(({ address }) => address === '') && message.cc.length === 0,
  'its subject asks for a sign-in': ({ subjectWords }) => subjectWords.has('credentials'),
  'its subject presses': ({ subjectWords }) => subjectWords.has('urgency') || subjectWords.has('loss'),
  'its subject is about money': ({ subjectWords }) => subjectWords.has('money'),
  'its subject promises': ({ subjectWords }) => subjectWords.has('prize') || subjectWords.has('wallet'),
  'its subject is about a delivery or document': ({ subjectWords }) =>
    subjectWords.has('delivery') || subjectWords.has('document'),
  'asks for a sign-in': ({ bodyWords }) => bodyWords.has('credentials'),
  'asks for a sign-in again and again': ({ bodyWords }) => (bodyWords.get('credentials')?.length ?? 0) >= 3,
  presses: ({ bodyWords }) => bodyWords.has('urgency'),
  'threatens with a loss': ({ bodyWords }) => bodyWords.has('loss'),
  'threatens with a loss again and again': ({ bodyWords }) => (bodyWords.get('loss')?.length ?? 0) >= 3,
  'is about money': ({ bodyWords }) => bodyWords.has('money'),
  'is about money again and again': ({ bodyWords }) => (bodyWords.get('money')?.length ?? 0) >= 4,
  promises: ({ bodyWords }) => bodyWords.has('prize'),
  'promises again and again': ({ bodyWords }) => (bodyWords.get('prize')?.length ?? 0) >= 3,
  'is about a delivery': ({ bodyWords }) => bodyWords.has('delivery'),
  'is about a document': ({ bodyWords }) => bodyWords.has('document'),
  'is about a wallet': ({ bodyWords }) => bodyWords.has('wallet'),
  'greets nobody in particular': ({ bodyWords }) => bodyWords.has('greeting'),
  'asks for a click': ({ bodyWords }) => bodyWords.has('call'),
  'asks for a click and a sign-in, or presses': ({ bodyWords, links }) =>
    links.clickable > 0 &&
    bodyWords.has('call') &&
    (bodyWords.has('credentials') || bodyWords.has('loss') || bodyWords.has('urgency')),
  'greets by the mail address': ({ text, recipients }) => {
    const head = fold(text.own.slice(0, 400))
    return recipients.some((address) => head.includes(address))
  },
  'has hidden text': ({ payload }) => hasFeature(payload, 'hidden-text'),
  'says next to nothing, with a picture and a link': ({ message, links }) =>
    message.html !== '' &&
    message.text.trim().length < sayingNothingBelow &&
    links.clickable > 0 &&
    hasPicture(message, links),
  'has a form': ({ payload }) => hasFeature(payload, 'form-in-mail'),
  'has a script': ({ payload }) => hasFeature(payload, 'script-in-mail'),
  'carries what can act': ({ payload }) => payload.some(({ feature }) => isActing(feature)),
  'carries what is locked': ({ payload }) =>
    hasFeature(payload, 'encrypted-archive', 'encrypted-document', 'archive-password'),
  'carries a page': ({ message }) => message.parts.some(({ fileName }) => /\.(?:s?html?|svg|xht)$/i.test(fileName)),
  'a link shows another place': ({ payload }) => hasFeature(payload, 'link-text-differs'),
  'a link hides where it leads': ({ payload }) => hasFeature(payload, 'link-shortener', 'link-open-redirect'),
  'a link is a bare address': ({ payload }) => hasFeature(payload, 'link-address', 'link-user-info'),
  'a link looks like another place': ({ payload }) => hasFeature(payload, 'link-look-alike', 'link-punycode'),
  'a link has a name that its place has not': ({ payload }) => hasFeature(payload, 'link-brand-in-path'),
  'a link leads to free hosting': ({ payload }) => hasFeature(payload, 'link-free-hosting'),
  'a link names the recipient': ({ payload }) => hasFeature(payload, 'link-recipient'),
  'a code leads to a link': ({ payload }) => hasFeature(payload, 'qr-code-link'),
  'links to a cheap ending': ({ links }) => links.targets.some(({ host }) => cheapEndings.test(host)),
  'links to random letters': ({ links }) =>
    links.targets.some(
      ({ host, domain }) => isRandom(domain.split('.')[0] ?? '') || isRandom(host.split('.')[0] ?? ''),
    ),
  'links to long codes': (facts) =>
    facts.links.targets.some((target) => isCoded(target) && !countsClicks(target, facts)),
  'links without a secure channel': ({ links }) => links.targets.some(({ scheme }) => scheme === 'http'),
  'all links lead to one other place': (facts) =>
    facts.links.domains.length === 1 &&
    facts.links.domains[0] !== facts.sender.domain &&
    facts.links.targets.some((target) => !countsClicks(target, facts)),
  'all links lead to one page': ({ links }) =>
    links.clickable >= 3 && new Set(links.targets.map(({ host, path }) => host + path)).size === 1,
  'links and none to the sender': (facts) =>
    !facts.links.domains.includes(facts.sender.domain) &&
    facts.links.targets.some((target) => !countsClicks(target, facts)),
  'is of a protected sender and leads to its own pages alone': ({ sender, links, payload }) =>
    isOfProtected(sender) &&
    links.domains.length > 0 &&
    links.domains.every((domain) => domain === sender.domain) &&
    sender.replyToDomains.every((to) => registrable(to) === sender.domain) &&
    !hasFeature(payload, 'form-in-mail', 'link-open-redirect'),
  'links to the sender': ({ links, sender }) => links.domains.includes(sender.domain),
  'links to many places': ({ links }) => links.domains.length >= 5,
  'leads nowhere and asks for nothing': ({ message, links, payload, bodyWords, subjectWords }) =>
    links.clickable === 0 &&
    payload.length === 0 &&
    message.parts.every(({ contentType }) => contentType.startsWith('image/')) &&
    (['credentials', 'money', 'prize', 'wallet', 'call'] as const).every(
      (kind) => !bodyWords.has(kind) && !subjectWords.has(kind),
    ),
  'has no link': ({ links, payload }) => links.clickable === 0 && payload.length === 0,
  'pictures from another place': (facts) =>
    facts.links.imageDomains.length > 0 &&
    !facts.links.imageDomains.includes(facts.sender.domain) &&
    !(facts.links.clickable > 0 && facts.links.domains.every((domain) => domain === facts.sender.domain)) &&
    !facts.links.targets.some((target) => countsClicks(target, facts)),
  'names somebody, with pictures from where no link leads': ({ links, claims, sender }) =>
    claims.length > 0 &&
    links.imageDomains.length > 0 &&
    !links.domains.some((domain) => links.imageDomains.includes(domain)) &&
    sender.owners.length === 0,
  'says little and links': ({ text, links }) => text.own.trim().length < 400 && links.clickable > 0,
  'says much': ({ text }) => text.own.length > 4_000,
  quotes: ({ text }) => text.quoted.trim().length > 80,
  'is HTML alone': ({ message }) => message.html !== '' && (message.otherText ?? '').trim() === '',
  'is plain text': ({ message }) => message.html === '',
  'sent by a program of its own': ({ message }) =>
    message.headers.some(
      ({ name, value }) => name === 'x-mailer' && /phpmailer|leaf|swift|php\b|bulk|mass|the bat|python/i.test(value),
    ),
  'its message id is of another domain': ({ message, sender }) => {
    const host = message.messageId
      .slice(message.messageId.lastIndexOf('@') + 1)
      .replace(/[>\s]/g, '')
      .toLowerCase()
    return host !== '' && sender.domain !== '' && registrable(host) !== sender.domain
  },
  'leads to whom it names alone': ({ leadsHome }) => leadsHome,
  'asks for high priority': ({ message }) =>
    message.headers.some(
      ({ name, value }) =>
        (name === 'x-priority' && /^[12]/.test(value)) || (name === 'importance' && /high/i.test(value)),
    ),
}

/** Bulk mail leads every link through the counter of the service that sends it: by its Return-Path, or, where that is the
 *  customer's own, by naming how to leave the list. */
const countsClicks = (target: LinkTarget, { message, sender }: SignFacts): boolean =>
  clickCounters.has(target.domain) &&
  (massMailers.has(sender.returnPathDomain) ||
    (sender.returnPathDomain === sender.domain && message.headers.some(({ name }) => name === 'list-unsubscribe')))
const isSenderClaim = ({ surface }: IndexedClaim): boolean =>
  surface === 'display-name' || surface === 'local-part' || surface === 'look-alike-domain'
const hasPicture = (message: MailMessage, links: LinkFacts): boolean =>
  links.imageDomains.length > 0 || message.parts.some(({ contentType }) => contentType.startsWith('image/'))
const isCoded = ({ path }: LinkTarget): boolean => path.length > 90 || /[A-Za-z0-9+_-]{40,}/.test(path.slice(0, 400))

/** Latin letters and letters of another script that pass for Latin within one word. */
function mixesScripts(text: string): boolean {
  if (!/[^\x00-\x7f]/.test(text)) return false
  return /[a-z][\u0370-\u058f\u13a0-\u13ff\u200b-\u200f\u2060\ufeff\u00ad][a-z]|[a-z][\u0370-\u052f]{1,3}[a-z]|[\ud835]/i.test(
    text,
  )
}

export const signNames: readonly string[] = Object.keys(signTests)

/** The signs that a mail shows. */
export function signsOf(facts: SignFacts): string[] {
  return signNames.filter((name) => signTests[name]?.(facts) === true)
}
