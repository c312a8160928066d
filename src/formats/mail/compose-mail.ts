/** Puts a mail together from its fields and what its parts gave, wherever both come from: a mail's source, a message that
 *  Outlook saved, a message in one of Outlook's packages. */
import { limits } from '../../core/limits.ts'
import type { Place } from '../../core/place.ts'
import { cleanAddress, parseAddresses } from './addresses.ts'
import { firstValue, type HeaderBlock, undecoded } from './header-fields.ts'
import { readHtml } from './html-text.ts'
import { parseMailDate } from './mail-date.ts'
import type { MailAddress, MailHeader, MailLink, MailMessage, MailPart } from './message.ts'
import type { Budget } from './mime-tree.ts'
import { parseReceived } from './received.ts'
import { linksOfText } from './text-links.ts'

/** What a mail is read with: where it stands, and what was spent on it and all mails inside it. */
export interface Reading {
  readonly place: Place
  readonly budget: Budget
}

/** What the leaves of a mail give. */
export class Contents {
  readonly plain: string[] = []
  readonly html: string[] = []
  readonly parts: MailPart[] = []
  readonly attached: MailMessage[] = []
  /** Texts of invitations, which programs show with the mail. */
  readonly invitations: string[] = []
  /** Subjects of packages of Outlook among the parts. */
  readonly packaged: string[] = []
  /** Whether a package or an invitation has texts: some programs show those, others the mail's own. */
  hasOtherForm = false
  #htmlCharacters = 0

  /** Adds a text that is not there yet: a part and a property, or two properties, may hold the same one. */
  addPlain(text: string): void {
    if (text.trim() === '') return
    if (!this.plain.slice(-limits.mailTextsComparedMax).some((known) => isSame(known, text))) this.plain.push(text)
  }

  /** Adds HTML that says something else than what is there. */
  addHtml(html: string): void {
    if (html.trim() === '') return
    const known = this.html.slice(-limits.mailTextsComparedMax)
    this.#htmlCharacters += html.length
    // Beyond the bound nothing is read that could be the same.
    if (known.length > 0 && this.#htmlCharacters <= limits.mailHtmlCharactersMax) {
      const { text, links } = readHtml(html)
      const isKnown = known.map(readHtml).some((other) => isSame(other.text, text) && isSameLinks(other.links, links))
      if (isKnown) return
    }
    this.html.push(html)
  }
}

const isSameLinks = (one: readonly MailLink[], other: readonly MailLink[]): boolean =>
  one.length === other.length && one.every(({ target }, index) => target === other[index]?.target)

/** Puts a mail together. */
export function composeMail(
  block: Pick<HeaderBlock, 'headers' | 'separator'>,
  contents: Contents,
  place: Place,
  budget: Budget,
): MailMessage {
  const { headers } = block
  const html = contents.html.join('\n')
  const reading = html === '' ? undefined : readHtml(html)
  if (reading?.isCut) budget.tell('The text is longer than can be read; its end was left out.')
  const subject = flat(firstValue(headers, 'subject') || (contents.packaged[0] ?? ''))
  const others = contents.packaged.filter((other) => !isSame(other, '') && !isSame(other, subject))
  if (others.length > 0) budget.note('A package of Outlook in the mail has another subject than the mail.')
  const plain = [...others, ...contents.plain].join('\n').slice(0, limits.mailTextCharactersMax)
  const addresses = (name: string): MailAddress[] => addressesOf(headers, name)
  // A mail program shows the HTML where there is any.
  const isHtmlShown = reading !== undefined && (reading.text !== '' || reading.links.length > 0 || plain.trim() === '')
  const isBothShown = isHtmlShown && contents.hasOtherForm && !isSame(plain, reading.text)
  const shown = isBothShown ? `${reading.text}\n${plain}` : isHtmlShown ? reading.text : plain
  const own = withInvitations(shown, contents.invitations)
  const ownLinks = joinLinks(reading?.links ?? [], linksOfText(plain), own === plain ? [] : linksOfText(own))
  // Of a mail that says nothing itself programs show the mails inside.
  const isBare = own.trim() === '' && ownLinks.length === 0
  const text = isBare ? textOf(contents.attached) : own
  const otherText = isHtmlShown ? plain : ''
  return {
    place,
    headers,
    from: addresses('from'),
    sender: addresses('sender'),
    replyTo: addresses('reply-to'),
    to: addresses('to'),
    cc: addresses('cc'),
    returnPath: returnPathOf(block),
    subject,
    timeMs: timeOf(headers),
    messageId: messageIds(firstValue(headers, 'message-id'))[0] ?? '',
    references: referencesOf(headers),
    text,
    ...(otherText.trim() === '' ? {} : { otherText }),
    ...(reading === undefined || reading.hiddenText === '' ? {} : { hiddenText: reading.hiddenText }),
    ...(reading === undefined || reading.quotedText === '' ? {} : { quotedText: reading.quotedText }),
    html,
    links: isBare ? joinLinks([], ...contents.attached.map(({ links }) => [...links])) : ownLinks,
    imageTexts: reading?.imageTexts ?? [],
    parts: contents.parts,
    attached: contents.attached,
    problems: budget.problems,
    notes: budget.notes,
  }
}

const textOf = (mails: readonly MailMessage[]): string =>
  mails
    .map(({ subject, text }) => `${subject}\n${text}`)
    .join('\n')
    .trim()
    .slice(0, limits.mailTextCharactersMax)

/** What invitations say beyond the text. */
function withInvitations(text: string, invitations: readonly string[]): string {
  if (invitations.length === 0) return text
  const known = bare(text)
  const beyond = invitations.filter((invitation) => !known.includes(bare(invitation)))
  return [text, ...beyond].join('\n').trim().slice(0, limits.mailTextCharactersMax)
}

const flat = (text: string): string => text.replace(/[ \t\r\n]+/g, ' ').replace(/^ | $/g, '')

/** Whether two texts differ in blanks alone. */
export const isSame = (one: string, other: string): boolean => bare(one) === bare(other)
const bare = (text: string): string => text.replace(/[\s\u00a0]+/g, '')

/** The HTML's links, and addresses of the texts that the HTML has no link to. */
function joinLinks(html: readonly MailLink[], ...others: readonly MailLink[][]): MailLink[] {
  const links = [...html]
  const seen = new Set(html.map(({ target }) => target))
  for (const link of others.flat()) {
    if (links.length >= limits.mailLinksMax) break
    if (seen.has(link.target)) continue
    seen.add(link.target)
    links.push(link)
  }
  return links
}

/** Addresses of every field of a name: of two From fields programs show the one, filters read the other. */
function addressesOf(headers: readonly MailHeader[], name: string): MailAddress[] {
  const found: MailAddress[] = []
  for (const header of headers) {
    if (header.name !== name || found.length >= limits.mailAddressesMax) continue
    found.push(...parseAddresses(undecoded(header)))
  }
  return found.slice(0, limits.mailAddressesMax)
}

function returnPathOf({ headers, separator }: Pick<HeaderBlock, 'headers' | 'separator'>): string {
  const stated = firstValue(headers, 'return-path')
  if (stated !== '') return cleanAddress(stated)
  return cleanAddress(separator.split(' ')[1] ?? '')
}

function timeOf(headers: readonly MailHeader[]): number {
  const received = headers.find(({ name }) => name === 'received')
  const arrivedMs = received === undefined ? Number.NaN : parseReceived(received.value).timeMs
  return Number.isNaN(arrivedMs) ? parseMailDate(firstValue(headers, 'date')) : arrivedMs
}

const messageIds = (text: string): string[] =>
  text.match(/<[^<>\s]{1,990}>/g) ?? (text.trim() === '' ? [] : [text.trim().split(/\s/, 1)[0] as string])

function referencesOf(headers: readonly MailHeader[]): string[] {
  const references = messageIds(firstValue(headers, 'references'))
  const ids = [...references, ...messageIds(firstValue(headers, 'in-reply-to'))]
  return [...new Set(ids)].slice(-limits.mailReferencesMax)
}
