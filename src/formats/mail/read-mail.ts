/** Reads one mail from its bytes (RFC 5322, MIME). A mail that cannot be read is a reject with its reason; a mail of which
 *  a part cannot be read is read without it, and says so. */
import { limits } from '../../core/limits.ts'
import type { Place, Reject } from '../../core/place.ts'
import { err, ok, type Result } from '../../core/result.ts'
import { latin1Bytes, latin1Text } from '../latin1.ts'
import { cleanAddress, parseAddresses } from './addresses.ts'
import { decodeText } from './charset.ts'
import { firstValue, type HeaderBlock, readHeaders, undecoded } from './header-fields.ts'
import { readHtml } from './html-text.ts'
import { parseMailDate } from './mail-date.ts'
import type { MailAddress, MailHeader, MailLink, MailMessage, MailPart } from './message.ts'
import { Budget, type Leaf, walkParts } from './mime-tree.ts'
import { parseReceived } from './received.ts'
import { linksOfText } from './text-links.ts'
import { decodeUuencode } from './transfer-encoding.ts'

/** Fields of which a mail has at least one; what has none of them is no mail. */
const mailFields = new Set(
  'from to subject date received message-id sender reply-to return-path delivered-to content-type mime-version cc'.split(
    ' ',
  ),
)

/** Reads a mail. `bytes` may begin with a mailbox's separator line, a byte order mark or empty lines, as pasted text does. */
export function readMail(bytes: Uint8Array, place: Place): Result<MailMessage, Reject> {
  const refuse = (reason: Reject['reason'], message: string): Result<never, Reject> => err({ place, reason, message })
  const budget = new Budget()
  if (bytes.length > limits.mailBytesMax) budget.tell('The mail is larger than can be read; its end was left out.')
  const source = withNewlines(bytes.subarray(0, limits.mailBytesMax))
  const start = skipBlank(source)
  if (start >= source.length) return refuse('truncated', 'The mail is empty.')
  const block = readHeaders(source, start, source.length)
  if (!block.headers.some(({ name }) => mailFields.has(name))) {
    return refuse('not-this-format', 'There is no header of a mail in it.')
  }
  return ok(readBlock(source, block, place, 0, budget))
}

/** Line ends of old Macintosh (a carriage return alone) made line feeds, where the source has no other. */
function withNewlines(bytes: Uint8Array): Uint8Array {
  const head = bytes.subarray(0, limits.mailHeaderBytesMax)
  if (head.includes(0x0a) || !head.includes(0x0d)) return bytes
  return bytes.map((byte) => (byte === 0x0d ? 0x0a : byte))
}

function skipBlank(bytes: Uint8Array): number {
  let at = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0
  while (at < bytes.length && (bytes[at] === 0x0a || bytes[at] === 0x0d)) at++
  return at
}

/** What the leaves of a mail give. */
export class Contents {
  readonly plain: string[] = []
  readonly html: string[] = []
  readonly parts: MailPart[] = []
  readonly attached: MailMessage[] = []
}

function readBlock(bytes: Uint8Array, block: HeaderBlock, place: Place, depth: number, budget: Budget): MailMessage {
  if (block.isCut) budget.tell('The header is longer than can be read; the rest of the mail was left out.')
  if (block.strayLines > 0) budget.tell('Lines that are no field stand in the header.')
  const contents = new Contents()
  takeParts(bytes, block, depth, contents, place, budget)
  return composeMail(block, contents, place, budget)
}

/** Takes the parts of a mail, or of a part that has a header of its own, into the contents. */
export function takeParts(
  bytes: Uint8Array,
  block: HeaderBlock,
  depth: number,
  contents: Contents,
  place: Place,
  budget: Budget,
): void {
  walkParts(bytes, block, bytes.length, depth, budget, (leaf) => takeLeaf(leaf, contents, place, budget))
}

/** Puts a mail together from its fields and what its parts gave, wherever both come from. */
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
  const plain = contents.plain.join('\n').slice(0, limits.mailTextCharactersMax)
  const addresses = (name: string): MailAddress[] => addressesOf(headers, name)
  // A mail program shows the HTML where there is any.
  const isHtmlShown = reading !== undefined && (reading.text !== '' || reading.links.length > 0 || plain.trim() === '')
  const text = isHtmlShown ? reading.text : plain
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
    subject: firstValue(headers, 'subject')
      .replace(/[ \t\r\n]+/g, ' ')
      .replace(/^ | $/g, ''),
    timeMs: timeOf(headers),
    messageId: messageIds(firstValue(headers, 'message-id'))[0] ?? '',
    references: referencesOf(headers),
    text,
    ...(otherText.trim() === '' ? {} : { otherText }),
    ...(reading === undefined || reading.hiddenText === '' ? {} : { hiddenText: reading.hiddenText }),
    ...(reading === undefined || reading.quotedText === '' ? {} : { quotedText: reading.quotedText }),
    html,
    links: joinLinks(reading?.links ?? [], linksOfText(plain), isHtmlShown ? linksOfText(text) : []),
    imageTexts: reading?.imageTexts ?? [],
    parts: contents.parts,
    attached: contents.attached,
    problems: budget.problems,
  }
}

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

function takeLeaf(leaf: Leaf, contents: Contents, place: Place, budget: Budget): void {
  const { type, disposition, bytes } = leaf
  const fileName = fileNameOf(leaf)
  const isMail = type.value === 'message/rfc822' || type.value === 'message/global'
  if (isMail && takeMail(leaf, contents, place, budget)) return
  const isOwnText = fileName === '' && disposition.value !== 'attachment'
  if (isOwnText && (type.value === 'text/plain' || type.value === 'text/html')) {
    const { text, known } = decodeText(bytes, type.parameters.get('charset') ?? '')
    if (!known) budget.tell('A text is in a character set that nobody knows.')
    if (type.value === 'text/html') contents.html.push(text)
    else contents.plain.push(takeUuencoded(text, contents, budget))
    return
  }
  const named = disposition.value === 'attachment' || disposition.value === 'inline' ? disposition.value : 'none'
  contents.parts.push({
    fileName,
    contentType: type.value,
    disposition: named,
    contentId: firstValue(leaf.headers, 'content-id').replace(/^\s*<|>\s*$/g, ''),
    bytes,
  })
}

/** Reads a mail that is a part; false where it is none or too deep, so that it is kept as a file. */
function takeMail(leaf: Leaf, contents: Contents, place: Place, budget: Budget): boolean {
  if (leaf.depth + 1 >= limits.mailNestingMax) {
    budget.tell('Mails are nested too deeply; the innermost were not read.')
    return false
  }
  const block = readHeaders(leaf.bytes, skipBlank(leaf.bytes), leaf.bytes.length)
  if (!block.headers.some(({ name }) => mailFields.has(name))) return false
  contents.attached.push(readBlock(leaf.bytes, block, place, leaf.depth + 1, budget))
  return true
}

const fileNameOf = ({ type, disposition }: Leaf): string =>
  (disposition.parameters.get('filename') ?? type.parameters.get('name') ?? '')
    .replace(/[\r\n]+/g, '')
    .trim()
    .slice(0, limits.mailFileNameCharactersMax)

/** Takes files that stand in the text as older programs put them there: `begin 644 name`, lines, `end`. */
function takeUuencoded(text: string, contents: Contents, budget: Budget): string {
  if (!text.includes('begin ')) return text
  let out = ''
  let done = 0
  const begins = /^begin [0-7]{3,4} ([^\r\n]{1,255})\r?$/gm
  for (let found = begins.exec(text); found !== null; found = begins.exec(text)) {
    if (budget.parts >= limits.mailPartsMax) break
    const start = found.index + found[0].length + 1
    const end = text.indexOf('\nend', start - 1)
    if (end < 0) break
    budget.parts++
    out += text.slice(done, found.index)
    done = end + '\nend'.length
    begins.lastIndex = done
    const bytes = decodeUuencode(text.slice(start, end + 1))
    contents.parts.push({
      fileName: (found[1] as string).trim(),
      contentType: 'application/octet-stream',
      disposition: 'attachment',
      contentId: '',
      bytes,
    })
  }
  return out + text.slice(done)
}

/** Reads a mail's source from text, as a person pastes it. */
export function readPastedMail(text: string, place: Place): Result<MailMessage, Reject> {
  const isOneByteEach = !/[^\u0000-\u00ff]/.test(text) && !/[\u0080-\u00ff]/.test(text)
  return readMail(isOneByteEach ? latin1Bytes(text) : new TextEncoder().encode(text), place)
}

/** The first bytes of a file as text, to find out what it is. */
export const headText = (bytes: Uint8Array, length = 400): string =>
  latin1Text(bytes, 0, Math.min(bytes.length, length))
