/** Reads one mail from its bytes (RFC 5322, MIME). A mail that cannot be read is a reject with its reason; a mail of which
 *  a part cannot be read is read without it, and says so. */
import { limits } from '../../core/limits.ts'
import type { Place, Reject } from '../../core/place.ts'
import { err, ok, type Result } from '../../core/result.ts'
import { endingOf, meaningOfEnding } from '../documents/file-name.ts'
import { latin1Bytes, latin1Text } from '../latin1.ts'
import { decodeBinHex, isBinHex } from './binhex.ts'
import { readCalendar } from './calendar-text.ts'
import { decodePage, decodeText } from './charset.ts'
import { Contents, composeMail, type Reading } from './compose-mail.ts'
import { firstValue, type HeaderBlock, readHeaders } from './header-fields.ts'
import type { MailMessage, MailPart } from './message.ts'
import { Budget, type Leaf, walkParts } from './mime-tree.ts'
import { isCompound } from './outlook-head.ts'
import { unwrapSigned } from './signed-content.ts'
import { isTnef } from './tnef.ts'
import { takeTnef } from './tnef-message.ts'
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
  return ok(readBlock(source, block, 0, { place, budget }))
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

function readBlock(bytes: Uint8Array, block: HeaderBlock, depth: number, reading: Reading): MailMessage {
  const { place, budget } = reading
  if (block.isCut) budget.tell('The header is longer than can be read; the rest of the mail was left out.')
  if (block.strayLines > 0) budget.note('Lines that are no field stand in the header.')
  const contents = new Contents()
  takeParts(bytes, block, depth, contents, reading)
  return composeMail(block, contents, place, budget)
}

/** Takes the parts of a mail, or of a part that has a header of its own, into the contents. */
export function takeParts(
  bytes: Uint8Array,
  block: HeaderBlock,
  depth: number,
  contents: Contents,
  reading: Reading,
): void {
  walkParts(bytes, block, bytes.length, depth, reading.budget, (leaf) => takeLeaf(leaf, contents, reading))
}

function takeLeaf(leaf: Leaf, contents: Contents, reading: Reading): void {
  const { type, disposition, bytes, depth } = leaf
  const fileName = fileNameOf(leaf)
  const isOwnText = fileName === '' && disposition.value !== 'attachment'
  if (isOwnText && (type.value === 'text/plain' || type.value === 'text/html')) {
    const charset = type.parameters.get('charset') ?? ''
    const isPage = type.value === 'text/html' && charset === ''
    const { text, known } = isPage ? decodePage(bytes) : decodeText(bytes, charset)
    if (!known) reading.budget.tell('A text is in a character set that nobody knows.')
    if (type.value === 'text/html') contents.html.push(text)
    else contents.plain.push(takeUuencoded(text, depth, contents, reading))
    return
  }
  if (type.value === 'text/calendar') takeInvitation(leaf, contents)
  const named = disposition.value === 'attachment' || disposition.value === 'inline' ? disposition.value : 'none'
  const contentId = firstValue(leaf.headers, 'content-id').replace(/^\s*<|>\s*$/g, '')
  takeFile({ fileName, contentType: type.value, disposition: named, contentId, bytes }, depth, contents, reading)
}

/** An invitation is shown with the mail; it is a file of it too. */
function takeInvitation({ bytes, type }: Leaf, contents: Contents): void {
  const { texts, html } = readCalendar(decodeText(bytes, type.parameters.get('charset') || 'utf-8').text)
  contents.invitations.push(...texts)
  contents.addHtml(html)
  contents.hasOtherForm = true
}

/** Takes a file into the contents. Mails, and what mail programs unwrap before anybody sees it, are read; what cannot be
 *  read stays a file. */
export function takeFile(part: MailPart, depth: number, contents: Contents, reading: Reading): void {
  if (isMailPart(part) && takeMail(part.bytes, depth, contents, reading)) return
  if (isTnef(part.bytes) && takeTnef(part.bytes, depth, contents, { ...reading, takeFile, takeParts })) return
  if (isBinHex(part.bytes) && takeBinHex(part, depth, contents, reading)) return
  if (isWrapping(part) && takeWrapped(part.bytes, depth, contents, reading)) return
  if (part.contentType === 'application/pgp-encrypted') reading.budget.tell(encrypted)
  contents.parts.push(part)
}

/** Takes the file that BinHex packs; false where there is none. */
function takeBinHex(part: MailPart, depth: number, contents: Contents, reading: Reading): boolean {
  const { budget } = reading
  const file = decodeBinHex(part.bytes, Math.max(0, limits.mailDecodedBytesMax - budget.decodedBytes))
  if (file === undefined || depth + 1 >= limits.mailNestingMax) return false
  budget.decodedBytes += file.bytes.length
  const fileName = file.fileName.slice(0, limits.mailFileNameCharactersMax) || part.fileName
  const contentType = 'application/octet-stream'
  takeFile({ ...part, fileName, contentType, bytes: file.bytes }, depth + 1, contents, reading)
  return true
}

const encrypted = 'The mail is encrypted for its recipient; what is in it was not looked at.'

const isWrapping = ({ contentType, fileName }: MailPart): boolean =>
  contentType === 'application/pkcs7-mime' || contentType === 'application/x-pkcs7-mime' || /\.p7m$/i.test(fileName)

/** Takes the mail that stands inside its signature; false where there is none. */
function takeWrapped(bytes: Uint8Array, depth: number, contents: Contents, reading: Reading): boolean {
  const wrapped = unwrapSigned(bytes)
  if (wrapped?.kind === 'encrypted') reading.budget.tell(encrypted)
  if (wrapped?.kind !== 'signed') return false
  if (depth + 1 >= limits.mailNestingMax) {
    reading.budget.tell('Mails are nested too deeply; the innermost were not read.')
    return false
  }
  takeParts(wrapped.bytes, readHeaders(wrapped.bytes, 0, wrapped.bytes.length), depth + 1, contents, reading)
  return true
}

const isMailPart = ({ contentType, fileName, bytes }: MailPart): boolean =>
  contentType === 'message/rfc822' ||
  contentType === 'message/global' ||
  // Attached under another type, it opens as a mail by its name.
  (/\.eml$/i.test(fileName) && !isCompound(bytes))

/** Reads a mail that is a part; false where it is none or too deep, so that it is kept as a file. */
function takeMail(bytes: Uint8Array, depth: number, contents: Contents, reading: Reading): boolean {
  if (depth + 1 >= limits.mailNestingMax) {
    reading.budget.tell('Mails are nested too deeply; the innermost were not read.')
    return false
  }
  const block = readHeaders(bytes, skipBlank(bytes), bytes.length)
  if (!block.headers.some(({ name }) => mailFields.has(name))) return false
  contents.attached.push(readBlock(bytes, block, depth + 1, reading))
  return true
}

/** A file's name. Of several, which programs take differently, one that runs when it is opened. */
function fileNameOf({ type, disposition }: Leaf): string {
  const stated = [disposition.parameters.get('filename'), type.parameters.get('name')]
  const names = [...stated, ...disposition.otherNames, ...type.otherNames].flatMap((name) => {
    const flat = (name ?? '')
      .replace(/[\r\n]+/g, '')
      .trim()
      .slice(0, limits.mailFileNameCharactersMax)
    return flat === '' ? [] : [flat]
  })
  return names.find((name) => meaningOfEnding(endingOf(name)) !== 'none') ?? names[0] ?? ''
}

/** Takes files that stand in the text as older programs put them there: `begin 644 name`, lines, `end`. */
function takeUuencoded(text: string, depth: number, contents: Contents, reading: Reading): string {
  const { budget } = reading
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
    const fileName = (found[1] as string).trim()
    const part = { fileName, contentType: 'application/octet-stream', contentId: '', bytes } as const
    takeFile({ ...part, disposition: 'attachment' }, depth, contents, reading)
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
