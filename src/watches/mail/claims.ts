/** Whom a mail claims to be from: names of protected identities in what a reader looks at, each with where it stands and
 *  how it was disguised. */
import { limits } from '../../core/limits.ts'
import type { MailLink, MailMessage } from '../../formats/mail/message.ts'
import { domainOfAddress, genericTokens, ownLabel, registrable } from './domains.ts'
import { clickCounters, isFreeMail } from './free-mail.ts'
import { shownHost, targetOf } from './links.ts'
import type { Name, NameFound } from './name-scanner.ts'
import { type OwnText, ownLinks } from './own-text.ts'
import type { IdentityRegistry } from './registry.ts'
import { fold } from './skeleton.ts'
import { headsSubject, isAt, isDoor, isMark, speaksAsSelf } from './speaker.ts'
import type { Claim, ClaimSurface, TextTrick } from './verdict.ts'

/** A claim with the identity's index in the registry. */
export interface IndexedClaim extends Claim {
  readonly index: number
  readonly isProduct: boolean
  /** It stands there as the sender's own name, where that place may also speak of others. */
  readonly isSpeaker: boolean
}

/** How a place is searched. */
interface SearchOptions {
  readonly charactersMax?: number
  /** Whoever writes here speaks of others. */
  readonly isTopic?: boolean
  /** Who is named here as the sender, if that is known. */
  readonly speakers?: ReadonlySet<number>
  /** Whether a name is the sender's own here, where it depends on more than its surroundings. */
  readonly isSaid?: (found: NameFound) => boolean
  /** Whether a name that was found is a word of somebody else's. */
  readonly isOther?: (found: NameFound) => boolean
}

/** Gathers the claims of one mail. */
class ClaimCollector {
  readonly claims: IndexedClaim[] = []
  readonly #registry: IdentityRegistry
  readonly #around: string
  readonly #seen = new Set<string>()

  constructor(registry: IdentityRegistry, around: string) {
    this.#registry = registry
    this.#around = around
  }

  search(text: string, surface: ClaimSurface, options: SearchOptions = {}): void {
    const { charactersMax = limits.mailFieldSearchedCharactersMax } = options
    if (text !== '') this.take(this.namesIn(text.slice(0, charactersMax)), surface, options)
  }

  namesIn(text: string): readonly NameFound[] {
    return this.#registry.namesIn(text, this.#around)
  }

  take(names: readonly NameFound[], surface: ClaimSurface, options: Omit<SearchOptions, 'charactersMax'>): void {
    const { isTopic = false, speakers, isSaid, isOther } = options
    for (const found of names) {
      if (isOther?.(found) === true) continue
      const isSpeaker =
        !isTopic && (isSaid?.(found) ?? speakers?.has(found.name.identity) ?? speakerTests[surface]?.(found) === true)
      // What is for the office is not of it.
      const isSaidInText = surface === 'body' && isSpeaker && !this.#isForOffice(found)
      const at = isSaidInText ? 'self-presentation' : surface
      this.add(found.name.identity, at, found.excerpt, found.tricks, found.name.isProduct, isSpeaker)
    }
  }

  #isForOffice({ name, surroundings }: NameFound): boolean {
    const kind = this.#registry.identities[name.identity]?.kind
    return kind === 'office' && surroundings.every(({ before }) => /\bfor(?: the)?\s{1,2}$/.test(before))
  }

  add(
    index: number,
    surface: ClaimSurface,
    excerpt: string,
    tricks: readonly TextTrick[] = [],
    isProduct = false,
    isSpeaker = false,
  ): void {
    const identity = this.#registry.identities[index]
    const key = `${index} ${surface} ${isSpeaker}`
    if (identity === undefined || this.#seen.has(key) || this.claims.length >= limits.mailClaimsMax) return
    this.#seen.add(key)
    const { id, name, kind } = identity
    this.claims.push({ identity: id, name, kind, surface, excerpt: cut(excerpt), tricks, index, isProduct, isSpeaker })
  }
}

const cut = (text: string): string => text.slice(0, limits.mailExcerptCharactersMax).replace(/\s+/g, ' ').trim()

/** The claims of a mail. `documentTexts` are what its files say. */
export function claimsOf(
  message: MailMessage,
  text: OwnText,
  registry: IdentityRegistry,
  documentTexts: readonly string[],
  isFirstContact: boolean,
): IndexedClaim[] {
  const shown = [...message.from, ...message.sender].map(({ name }) => name)
  const fileNames = message.parts.slice(0, limits.mailPartsJudgedMax).map(({ fileName }) => fileName)
  const around = fold(
    [
      message.subject,
      ...shown,
      ...fileNames,
      text.own.slice(0, limits.mailFieldSearchedCharactersMax),
      message.from[0]?.address ?? '',
    ]
      .join(' ')
      .slice(0, 4 * limits.mailFieldSearchedCharactersMax),
  )
  const collector = new ClaimCollector(registry, around)
  claimsOfSenders(message, registry, collector, isFirstContact)
  collector.search(message.subject, 'subject', { isTopic: text.isWarning })
  for (const name of fileNames) claimsOfFile(name, registry, collector)
  for (const alt of message.imageTexts.slice(0, limits.mailImageTextsJudgedMax))
    collector.search(alt, 'image-text', { isTopic: text.isWarning })
  const signed = registry.loneNames.find(text.signed)
  const signers = new Set(signed.map(({ identity }) => identity))
  // Common words that are all of a line, and more than one, are a name there.
  for (const { identity, text: name, needsContext } of text.isWarning ? [] : signed)
    if (needsContext && name.includes(' ')) collector.add(identity, 'signature', name, [], false, true)
  collector.search(text.signed, 'signature', { isTopic: text.isWarning, speakers: signers })
  collector.search(text.own, 'body', {
    charactersMax: limits.mailTextHeadCharactersMax + limits.mailTextTailCharactersMax,
  })
  for (const link of ownLinks(message.links, text).slice(0, limits.mailLinksJudgedMax))
    claimsOfLink(link, registry, collector)
  for (const said of documentTexts)
    collector.search(said, 'document-text', { charactersMax: 4 * limits.mailFieldSearchedCharactersMax })
  return collector.claims
}

/** `EnhancedVotingUserGuide.docx`: words of a file's name are often written together. */
function claimsOfFile(fileName: string, registry: IdentityRegistry, collector: ClaimCollector): void {
  collector.search(fileName, 'attachment-name')
  const stem = fileName.slice(0, limits.mailFieldSearchedCharactersMax).replace(/(?:\.[a-z0-9]{1,5}){1,2}$/i, '')
  const parted = stem.replace(/(\p{Ll})(\p{Lu})/gu, '$1 $2')
  if (parted !== stem) collector.search(parted, 'attachment-name')
  const joined = registry.joinedIn(stem)
  if (joined !== undefined) collector.add(joined, 'attachment-name', fileName)
}

/** What a link is called. Names with nothing beside them but what one opens of theirs, and hosts of theirs, are spoken as
 *  theirs where the link leads elsewhere. */
function claimsOfLink({ from, text, target }: MailLink, registry: IdentityRegistry, collector: ClaimCollector): void {
  if (from !== 'html' || text === target) return
  const said = text.slice(0, limits.mailExcerptCharactersMax)
  const { host = '', domain = '' } = targetOf(target) ?? {}
  const isTheirs = (identity: number): boolean => clickCounters.has(domain) || registry.isAuthorised(identity, '', host)
  const names = collector.namesIn(said)
  const rest = names.reduce((left, { excerpt }) => left.replaceAll(fold(excerpt), ' '), fold(said))
  collector.take(names, 'link-text', { isSaid: ({ name }) => !isTheirs(name.identity) && isDoor(rest) })
  for (const owner of registry.ownersOf(shownHost(said)))
    if (!isTheirs(owner)) collector.add(owner, 'link-text', said, [], false, true)
}

/** Places that speak of others as often as of the sender, with what tells the two apart. */
const speakerTests: Partial<Readonly<Record<ClaimSurface, (found: NameFound) => boolean>>> = {
  subject: (found) => isAt(found, headsSubject),
  body: (found) => isAt(found, speaksAsSelf),
  'image-text': (found) => isAt(found, isMark),
}

function claimsOfSenders(
  message: MailMessage,
  registry: IdentityRegistry,
  collector: ClaimCollector,
  isFirstContact: boolean,
): void {
  for (const { name, address } of [...message.from, ...message.sender].slice(0, 4)) {
    const host = domainOfAddress(address)
    collector.search(name, 'display-name', { isOther: (found) => isOwnName(found, name, host, registry) })
    if (!bearsName(host, name)) {
      for (const { identity, text, needsContext } of registry.loneNames.find(name)) {
        const letters = lettersOf(text).length
        // A short one that is all of the name is a family name too; with a department or a person beside it, it is none.
        if (needsContext && (letters >= loneFrom || (letters === loneFrom - 1 && lettersOf(name).length > letters)))
          collector.add(identity, 'display-name', name)
      }
    }
    const joined = registry.joinedIn(name)
    if (joined !== undefined) collector.add(joined, 'display-name', name)
    const inName = addressIn(name)
    if (inName !== '' && inName !== address) {
      for (const owner of registry.ownersOf(domainOfAddress(inName))) collector.add(owner, 'display-name', name)
    }
    if (address === '') continue
    const local = address.slice(0, address.lastIndexOf('@'))
    // An address at a free mail service says nothing of the service.
    const isFree = isFreeMail(registrable(host)) && !/^(?:mailer-daemon|postmaster)@/.test(address)
    if (!isFree) for (const owner of registry.ownersOf(host)) collector.add(owner, 'sender-address', address)
    const words = local.replaceAll(/[._+-]+/g, ' ')
    // `1b1sware`: folding takes a digit one for an l.
    if (words.includes('1')) collector.search(words.replaceAll('1', 'i'), 'local-part')
    const alone = new Set(registry.loneNames.find(words).map(({ identity }) => identity))
    // One word of a longer name is a word of others' addresses as well: `harbor.dental`.
    collector.search(words, 'local-part', {
      isOther: ({ name }) => isPartOfName(name, registry) && !alone.has(name.identity),
    })
    for (const { identity, text, needsContext } of registry.loneNames.find(words))
      if (needsContext && lettersOf(text).length >= loneFrom) collector.add(identity, 'local-part', local)
    const inLocal = registry.joinedIn(local)
    if (inLocal !== undefined) collector.add(inLocal, 'local-part', local)
    if (isFree) continue
    const alike = registry.lookAlikes.find(host, isFirstContact)
    if (alike !== undefined)
      for (const owner of registry.ownersBelow(alike.of)) collector.add(owner, 'look-alike-domain', host)
    // `vrsystems@…`, but also `…@vrsystems.mailer.example`: a name in the host that is no look-alike of a domain.
    else if (registry.ownersOf(host).length === 0) {
      const inHost = registry.joinedIn(registrable(host).replace(/\.[a-z]+$/, ''))
      if (inHost !== undefined) collector.add(inHost, 'look-alike-domain', host)
    }
  }
}

const lettersOf = (text: string): string => fold(text).replace(/[^a-z0-9]/g, '')

/** Whether a domain is named as the display name begins: `Harbor Freight Tools` at harborfreight.com. */
function bearsName(host: string, displayName: string): boolean {
  const [label, name] = [lettersOf(ownLabel(host)), lettersOf(displayName)]
  return label.length >= bearingFrom && (name.startsWith(label) || label.startsWith(name))
}
const bearingFrom = 5
/** Letters up to which a name is initials, which others have as well. */
const initialsTo = 4
/** Letters from which on a common word is enough of a name where nothing stands beside it. */
const loneFrom = 5

/** Whether a name is but one word of its identity's longer name, as `Hart` and `Dominion` are, or initials: others have it
 *  in their names too. */
function isPartOfName({ text, identity, needsContext }: Name, registry: IdentityRegistry): boolean {
  const words = fold(registry.identities[identity]?.name ?? '').split(/\s+/)
  if (/\s/.test(text.trim())) return false
  return needsContext || text.length <= initialsTo || (words.length > 1 && words.includes(fold(text)))
}

/** Whether a name that was found is but a word of the sender's own, longer name, under which he has his domain. One with
 *  generic words beside it is not. */
function isOwnName(
  { name, excerpt }: NameFound,
  displayName: string,
  host: string,
  registry: IdentityRegistry,
): boolean {
  const label = lettersOf(ownLabel(host))
  const rest = label.replace(lettersOf(excerpt), '')
  const isLonger = rest !== label && rest.length >= 3 && !genericTokens.has(rest)
  return isLonger && isPartOfName(name, registry) && bearsName(host, displayName)
}

/** A mail address that stands in a display name. */
export function addressIn(name: string): string {
  const at = name.indexOf('@')
  if (at < 1) return ''
  const before = /[\w.+-]{1,64}$/.exec(name.slice(Math.max(0, at - 64), at))
  const after = /^(?:[\w-]{1,63}\.){1,8}[a-z]{2,24}/i.exec(name.slice(at + 1, at + 256))
  return before === null || after === null ? '' : `${before[0]}@${after[0]}`.toLowerCase()
}
