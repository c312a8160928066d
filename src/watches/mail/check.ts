/** Checks one mail after another: whom it claims to be, what shows that it is not, what it carries, whether it is one of a
 *  campaign. Deterministic: the same mails in the same order give the same verdicts. Its memory of senders and campaigns
 *  can be saved, restored and merged. */
import { createHash } from 'node:crypto'
import { limits } from '../../core/limits.ts'
import type { MailLink, MailMessage } from '../../formats/mail/message.ts'
import { type Authentication, trustedAuthentication } from './authentication.ts'
import { type Filed, type KeptSketch, MailCampaigns, type SavedCampaigns } from './campaigns.ts'
import { claimsOf, type IndexedClaim } from './claims.ts'
import { customerOf, genericTokens, ownLabel, registrable } from './domains.ts'
import { clickCounters, helpDesks, isFreeMail, massMailers } from './free-mail.ts'
import { type LearntMail, type SavedHistory, SenderHistory } from './history.ts'
import type { ProtectedIdentity } from './identity.ts'
import { judgeLinks, type LinkFacts } from './links.ts'
import { emptyMailOffice, type MailOffice } from './mail-office.ts'
import { type OwnText, ownLinks, ownText } from './own-text.ts'
import { carriedByText, type Examine, examineParts, type FileFacts, fileFeatures, lureOf } from './payload.ts'
import { IdentityRegistry } from './registry.ts'
import { isAsking } from './requests.ts'
import { type ImpersonationSum, impersonationOf, phishingOf } from './score.ts'
import { generalFailures, identityFailures, isOfProtected, type SenderFacts, senderFacts } from './sender.ts'
import { signsOf } from './signs.ts'
import { fold } from './skeleton.ts'
import { sketchOf } from './sketch.ts'
import {
  attackFrom,
  type CampaignMembership,
  type Carried,
  doubtfulFrom,
  type Failure,
  type MailVerdict,
  suspiciousFrom,
} from './verdict.ts'
import { type Wording, wordingOf } from './wording.ts'

/** What a checker is made of. */
export interface MailCheckerParts {
  /** Protected identities: the shipped ones (shipped-identities.ts) and the office's own. */
  readonly identities: readonly ProtectedIdentity[]
  readonly office?: MailOffice
  /** `examine` of formats/documents. */
  readonly examine: Examine
}

/** What is known of a mail beside its bytes. */
export interface MailContext {
  /** From a check when the mail arrived; without it, what trusted servers wrote into its header. */
  readonly authentication?: Authentication
  /** Whom the envelope names; without it, what the message says. */
  readonly recipients?: readonly string[]
  /** Texts of bar codes in its pictures, read by whoever can. */
  readonly codes?: readonly string[]
  /** What names the mail for whoever searches backwards; its message id where it is left out. */
  readonly id?: string
}

/** A checker's memory as plain data. */
export interface SavedMailState {
  readonly history: SavedHistory
  readonly campaigns: SavedCampaigns
}

/** What a checker remembers of one mail, as plain data: whoever keeps these can bring its memory up to date. */
export interface RememberedMail {
  readonly kept: KeptSketch
  /** Only of mail that was not suspicious. */
  readonly learnt?: LearntMail & { readonly isAuthenticated: boolean }
}

/** What was gathered of one mail. */
interface Gathered {
  readonly message: MailMessage
  readonly id: string
  readonly text: OwnText
  /** What the sender says, folded. */
  readonly said: string
  readonly sender: SenderFacts
  readonly files: FileFacts
  readonly links: LinkFacts
  readonly payload: readonly Carried[]
  readonly words: Wording
  readonly recipients: readonly string[]
  readonly claims: readonly IndexedClaim[]
  readonly failures: readonly Failure[]
}

interface Strongest {
  readonly index: number
  readonly sum: ImpersonationSum
  readonly failures: readonly Failure[]
}

/** Checks mails and remembers them. */
export class MailChecker {
  readonly registry: IdentityRegistry
  readonly history = new SenderHistory()
  readonly campaigns = new MailCampaigns()
  readonly #office: MailOffice
  readonly #examine: Examine

  constructor({ identities, office = emptyMailOffice, examine }: MailCheckerParts) {
    this.registry = new IdentityRegistry(identities, office)
    this.#office = office
    this.#examine = examine
  }

  /** The verdict on a mail; the mail is then part of the checker's memory. `onRemember` is told what was remembered. */
  check(
    message: MailMessage,
    context: MailContext = {},
    onRemember?: (remembered: RememberedMail) => void,
  ): MailVerdict {
    const gathered = this.#gather(message, context)
    const verdict = this.#judge(gathered)
    const remembered = rememberedOf(verdict, gathered)
    onRemember?.(remembered)
    const { cluster, campaign } = this.remember(remembered)
    return { ...withCampaign(verdict, campaign, isAnsweredFor(gathered.sender)), cluster }
  }

  /** The verdict on a mail that is not to be remembered: one that was seen before, or that somebody tries out. */
  look(message: MailMessage, context: MailContext = {}): MailVerdict {
    const gathered = this.#gather(message, context)
    const verdict = this.#judge(gathered)
    return withCampaign(verdict, this.campaigns.find(verdict.sketch), isAnsweredFor(gathered.sender))
  }

  /** Takes into the memory what another run of the same checker remembered; gives where the mail was filed. */
  remember({ kept, learnt }: RememberedMail): Filed {
    const filed = this.campaigns.add(kept)
    if (learnt !== undefined) this.history.learn(learnt, learnt.isAuthenticated)
    return filed
  }

  /** Takes a mail into the memory of senders without judging it: the office's sent mail, or an archive that is trusted. */
  learn(message: MailMessage): void {
    const { outcome } = trustedAuthentication(message, this.#office.trustedServers)
    this.history.learn(message, outcome === 'pass')
  }

  /** What the memory had to let go of to make room: senders, threads, sketches. */
  get forgotten(): number {
    return this.history.forgotten + this.campaigns.forgotten
  }

  /** The whole memory as plain data. */
  save(): SavedMailState {
    return { history: this.history.save(), campaigns: this.campaigns.save() }
  }

  /** Takes in a memory: its own from before, or another part's. */
  merge(saved: SavedMailState): void {
    this.history.merge(saved.history)
    this.campaigns.merge(saved.campaigns)
  }

  /** A checker that goes on from a saved memory. */
  static restore(parts: MailCheckerParts, saved: SavedMailState): MailChecker {
    const checker = new MailChecker(parts)
    checker.merge(saved)
    return checker
  }

  #gather(message: MailMessage, context: MailContext): Gathered {
    const { registry } = this
    const authentication = context.authentication ?? trustedAuthentication(message, this.#office.trustedServers)
    const sender = senderFacts(message, registry, this.#office, this.history, authentication)
    const files = examineParts(message, this.#examine)
    const recipients = recipientsOf(message, context)
    const codes = [...(context.codes ?? []), ...files.links.flatMap(({ target, isCode }) => (isCode ? [target] : []))]
    const text = ownText(message)
    const allLinks: MailLink[] = [
      ...ownLinks(message.links, text),
      ...files.links.map(({ target }): MailLink => ({ target, text: target, from: 'text' })),
      ...(context.codes ?? []).map((target): MailLink => ({ target, text: target, from: 'text' })),
    ]
    const links = judgeLinks(allLinks, registry, sender.domain, recipients)
    const said = fold(text.own)
    const words = wordingOf(said.replaceAll(/\s+/g, ' '))
    const payload: Carried[] = [
      ...files.carried,
      ...links.carried,
      ...carriedByText(message, said, links, words, files),
    ]
    if (codes.length > 0)
      payload.push({
        feature: 'qr-code-link',
        path: [],
        proof: `a bar code leads to ${(codes[0] ?? '').slice(0, limits.mailExcerptCharactersMax)}`,
      })
    const claims = claimsOf(message, text, registry, files.texts, sender.isFirstContact || !this.history.isTelling)
    const failures = generalFailures(message, sender, this.history)
    const id = context.id ?? message.messageId
    return { message, id, text, said, sender, files, links, payload, words, recipients, claims, failures }
  }

  #judge(gathered: Gathered): MailVerdict {
    const { message, text, sender, files, links, payload, recipients, claims, failures } = gathered
    const strongest = this.#strongestImpersonation(gathered)
    const phishingSigns = signsOf({
      message,
      text,
      sender,
      claims,
      failures,
      links,
      payload,
      recipients,
      subjectWords: wordingOf(fold(message.subject)),
      bodyWords: gathered.words,
      leadsHome: claims.some(({ index }) => this.#leadsHome(gathered, index)),
    })
    const phishing = phishingOf(phishingSigns)
    const impersonation = strongest?.sum.probability ?? 0
    const score = Math.max(impersonation, phishing.probability)
    const posesAs =
      strongest !== undefined && impersonation >= suspiciousFrom ? this.registry.identities[strongest.index] : undefined
    const ofStrongest = strongest?.failures ?? []
    const signs = impersonation >= phishing.probability ? (strongest?.sum.signs ?? []) : phishing.signs
    return {
      verdict: verdictOf(score),
      score,
      impersonation,
      phishing: phishing.probability,
      ...(posesAs === undefined
        ? {}
        : { posesAs: { id: posesAs.id, name: posesAs.name, kind: posesAs.kind, phone: posesAs.phone } }),
      claims: claims.map(({ index: _index, isProduct: _isProduct, isSpeaker: _isSpeaker, ...claim }) => claim),
      failures: [...failures, ...ofStrongest].slice(0, limits.mailProofsMax),
      payload: payload.slice(0, limits.mailProofsMax),
      signs: [...signs].sort((a, b) => Math.abs(b.weight) - Math.abs(a.weight)).slice(0, limits.mailProofsMax),
      phishingSigns,
      sketch: sketchOf({
        message,
        fileHashes: files.hashes,
        features: fileFeatures(payload),
        linkHosts: this.#tellingHosts(links),
      }),
      problems: [...message.problems, ...files.problems].slice(0, limits.mailProofsMax),
    }
  }

  /** Of all identities that the mail names, the one that it poses as most surely. Brands are left to general phishing,
   *  unless a mail bears their name outright. */
  #strongestImpersonation(gathered: Gathered): Strongest | undefined {
    const { message, said, sender, payload, claims, failures, files, links, words } = gathered
    let strongest: Strongest | undefined
    const isGovernment =
      /\.(?:gov|mil)$/.test(sender.domain) &&
      sender.authentication.outcome !== 'fail' &&
      sender.replyToDomains.length === 0
    // Whoever has a domain of the registry is no stranger who writes of another in it.
    const isProtected = isOfProtected(sender)
    const carriesFiles = message.parts.some(
      ({ disposition, contentType }) => disposition === 'attachment' && !contentType.startsWith('image/'),
    )
    const misnames = claims.some(({ surface, isSpeaker }) => surface === 'link-text' && isSpeaker)
    const lure = sender.isOwnOffice ? 'none' : lureOf(payload, files, links, sender.domain, misnames)
    const wantsNothing = payload.length === 0 && links.clickable === 0 && !carriesFiles && !words.has('credentials')
    const asksInSentence = (index: number): boolean =>
      claims.some((claim) => claim.index === index && claim.surface === 'self-presentation') && isAsking(said)
    for (const index of new Set(claims.map((claim) => claim.index))) {
      const identity = this.registry.identities[index]
      if (identity === undefined || identity.kind === 'brand') continue
      const ofIdentity = [
        ...failures.filter((failure) => this.#speaksOf(failure, index, sender)),
        ...identityFailures(index, sender, this.registry, carriesFiles),
      ]
      const standing = {
        isKnown: sender.isKnown || (sender.isOwnOffice && sender.authentication.outcome !== 'fail'),
        isGovernment: isGovernment && !sender.owners.includes(index),
        isOwnAddress: sender.owners.includes(index),
        isForOthers:
          this.#sendsForOthers(sender) ||
          (lure === 'none' && !words.has('credentials') && isHelpDeskOf(identity, sender)),
        isMasked: !isProtected && isDepartment(sender.name),
        wantsNothing: wantsNothing && !asksInSentence(index),
        lure: isProtected && !sender.owners.includes(index) ? 'none' : lure,
        leadsHome: lure === 'none' && this.#leadsHome(gathered, index),
      }
      const sum = impersonationOf(
        claims.filter((claim) => claim.index === index),
        ofIdentity,
        payload,
        standing,
      )
      if (strongest === undefined || sum.probability > strongest.sum.probability) {
        const own = ofIdentity.filter((failure) => failure.identity !== '')
        strongest = { index, sum, failures: own }
      }
    }
    return strongest
  }

  /** Whether answers go to the claimed one's own domains by name, links too, and the words ask for no sign-in. */
  #leadsHome({ sender, links, words }: Gathered, index: number): boolean {
    const isTheirs = (domain: string): boolean => this.registry.isAuthorised(index, '', domain)
    // A mailing service that writes under its own domain, because the customer's allows it none, counts clicks as well.
    const isService = massMailers.has(sender.domain)
    return (
      !sender.owners.includes(index) &&
      sender.replyToDomains.length > 0 &&
      sender.replyToDomains.every(isTheirs) &&
      links.domains.every((domain) => isTheirs(domain) || (isService && clickCounters.has(domain))) &&
      !words.has('credentials') &&
      !words.has('loss')
    )
  }

  /** Whether the sender is a brand whose notices bear the names of its customers: "Jane Doe via DocuSign". */
  #sendsForOthers = (sender: SenderFacts): boolean =>
    ['pass', 'unknown'].includes(sender.authentication.outcome) &&
    !sender.replyToDomains.some((to) => isFreeMail(registrable(to))) &&
    sender.owners.some((owner) => this.registry.identities[owner]?.kind === 'brand')

  /** Whether a doubt about the sender bears on this identity: a look-alike of another's domain does not. */
  #speaksOf({ kind }: Failure, index: number, sender: SenderFacts): boolean {
    if (kind === 'look-alike-domain' || kind === 'subdomain-trick') {
      return sender.lookAlike !== undefined && this.registry.ownersBelow(sender.lookAlike.of).includes(index)
    }
    if (kind === 'authentication-failed') return sender.owners.includes(index)
    return true
  }

  /** Hosts that are everybody's tie no campaign. */
  #tellingHosts = ({ hosts }: LinkFacts): string[] =>
    hosts.filter((host) => this.registry.ownersOf(host).length === 0 && !everybodysHosts.has(host))
}

const everybodysHosts = new Set(
  'w3.org schemas.microsoft.com youtube.com twitter.com x.com bit.ly t.co goo.gl tinyurl.com aka.ms github.com wikipedia.org'.split(
    ' ',
  ),
)

/** Whether a mail comes from what a help desk's service gave its customer of this name; anybody may take a free one, so
 *  it speaks only for mail that leads nowhere else. */
const isHelpDeskOf = (
  { domains }: ProtectedIdentity,
  { host, domain, authentication, replyToDomains }: SenderFacts,
): boolean =>
  helpDesks.has(domain) &&
  authentication.outcome !== 'fail' &&
  replyToDomains.every((to) => registrable(to) === domain || domains.includes(registrable(to))) &&
  domains.some((own) => ownLabel(own) === customerOf(host, domain))

/** Whether a display name has words that any office has, and no other. */
function isDepartment(name: string): boolean {
  const words = fold(name)
    .split(/[^\p{L}]+/u)
    .filter((word) => word !== '' && word !== 'the')
  return words.length > 0 && words.every((word) => genericTokens.has(word))
}

/** The word for a score. */
export const verdictOf = (score: number): MailVerdict['verdict'] =>
  score >= attackFrom ? 'attack' : score >= suspiciousFrom ? 'suspicious' : 'clean'

const recipientHash = (address: string): string =>
  createHash('sha256').update(`recipient\0${address}`).digest('hex').slice(0, 12)

function recipientsOf(message: MailMessage, { recipients }: MailContext): string[] {
  if (recipients !== undefined && recipients.length > 0) return recipients.map((address) => address.toLowerCase())
  const envelope = message.envelopeTo ?? []
  const delivered = message.headers
    .filter(({ name }) => name === 'delivered-to' || name === 'x-original-to')
    .map(({ value }) => value.trim().toLowerCase())
  const named = [...message.to, ...message.cc].map(({ address }) => address).filter((address) => address !== '')
  return [...new Set(envelope.length > 0 ? envelope : [...delivered, ...named])].slice(0, limits.mailSketchFactsMax)
}

function rememberedOf(verdict: MailVerdict, { message, sender, recipients, id }: Gathered): RememberedMail {
  const { timeMs, from, to, cc, messageId, references } = message
  const kept = {
    sketch: verdict.sketch,
    timeMs,
    recipients: recipients.map(recipientHash),
    score: verdict.score,
    mail: id.slice(0, limits.mailFieldSearchedCharactersMax),
  }
  if (verdict.score >= suspiciousFrom || verdict.impersonation >= doubtfulFrom) return { kept }
  const isAuthenticated = sender.authentication.outcome === 'pass'
  return { kept, learnt: { timeMs, from, to, cc, messageId, references, isAuthenticated } }
}

/** Whether the sender is one whose text an attacker may have copied, rather than the attacker. */
const isAnsweredFor = (sender: SenderFacts): boolean =>
  sender.isKnown ||
  sender.isOwnOffice ||
  (sender.owners.length > 0 && ['pass', 'unknown'].includes(sender.authentication.outcome))

/** A mail that is alike to an attack is suspect, though it shows less by itself. */
function withCampaign(verdict: MailVerdict, campaign: CampaignMembership | undefined, isGenuine: boolean): MailVerdict {
  if (campaign === undefined) return verdict
  if (verdict.score >= suspiciousFrom || isGenuine || !campaign.ties.includes('text')) return { ...verdict, campaign }
  return { ...verdict, campaign, score: suspiciousFrom, verdict: 'suspicious' }
}
