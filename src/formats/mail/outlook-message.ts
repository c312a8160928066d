/** Reads a message that Outlook saved (.msg, MS-OXMSG) into the same form as any mail: fields from the transport header where
 *  it is kept, else from the properties; texts as HTML, plain text or RTF; attachments, and messages inside. */
import { limits } from '../../core/limits.ts'
import type { Place, Reject } from '../../core/place.ts'
import { err, ok, type Result } from '../../core/result.ts'
import { hasText } from '../documents/bytes.ts'
import { openCompoundFile } from '../documents/compound-file.ts'
import { unpackRtf } from '../documents/compressed-rtf.ts'
import { decodeText } from './charset.ts'
import { readHeaders } from './header-fields.ts'
import type { MailHeader, MailMessage, MailPart } from './message.ts'
import { Budget } from './mime-tree.ts'
import { shownFields } from './outlook-fields.ts'
import { charsetOfCodePage, OutlookItem, type Properties } from './outlook-properties.ts'
import { Contents, composeMail, readMail, takeParts } from './read-mail.ts'
import { readRtfBody } from './rtf-body.ts'

const compoundHead = '\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1'

/** Whether bytes are a compound file, as Outlook's messages are, and documents too. */
export const isCompound = (bytes: Uint8Array): boolean => hasText(bytes, 0, compoundHead)

/** Reads a message. */
export function readOutlookMessage(bytes: Uint8Array, place: Place): Result<MailMessage, Reject> {
  const file = openCompoundFile(bytes.subarray(0, limits.mailBytesMax))
  const item = file === undefined ? undefined : new OutlookItem(file)
  if (item?.isItem('') !== true)
    return err({ place, reason: 'not-this-format', message: 'There is no message of Outlook in it.' })
  const budget = new Budget()
  if (bytes.length > limits.mailBytesMax) budget.tell('The mail is larger than can be read; its end was left out.')
  return ok(readItem(item, item.properties('', 32), 0, { place, budget, whole: bytes, isWholeTaken: false }))
}

/** Reads a mail in either form: as a mail server has it, or as Outlook saves it. */
export const readAnyMail = (bytes: Uint8Array, place: Place): Result<MailMessage, Reject> =>
  isCompound(bytes) ? readOutlookMessage(bytes, place) : readMail(bytes, place)

interface Reading {
  readonly place: Place
  readonly budget: Budget
  readonly whole: Uint8Array
  /** Whether the whole file is a part already, for the objects in it. */
  isWholeTaken: boolean
}

function readItem(item: OutlookItem, message: Properties, depth: number, reading: Reading): MailMessage {
  const contents = new Contents()
  takeBodies(message, contents, reading.budget)
  for (const path of item.storages(message.path, '__attach_version1.0_')) {
    if (reading.budget.parts++ >= limits.mailPartsMax) {
      reading.budget.tell('There are more parts than can be read; the last were left out.')
      break
    }
    takeAttachment(item, item.properties(path, 8, message.charset), contents, depth, reading)
  }
  const recipients = item
    .storages(message.path, '__recip_version1.0_')
    .slice(0, limits.mailAddressesMax)
    .map((path) => item.properties(path, 8, message.charset))
  const header = new TextEncoder().encode(message.text(0x007d, limits.mailHeaderBytesMax))
  const transport = header.length === 0 ? [] : readHeaders(header, 0, header.length).headers
  const headers: MailHeader[] = shownFields(message, recipients, transport, reading.budget)
  return composeMail({ headers, separator: '' }, contents, reading.place, reading.budget)
}

/** HTML as bytes in the code page of the internet, as text, or inside RTF; plain text beside it. */
function takeBodies(message: Properties, contents: Contents, budget: Budget): void {
  const { mailHtmlCharactersMax, mailTextCharactersMax } = limits
  const bytes = message.bytes(0x1013, mailHtmlCharactersMax)
  const charset = charsetOfCodePage(message.number(0x3fde)) || message.charset
  let html = bytes.length > 0 ? decodeText(bytes, charset).text : message.text(0x1013, mailHtmlCharactersMax)
  let plain = message.text(0x1000, mailTextCharactersMax)
  const packed = message.bytes(0x1009)
  const rtf = packed.length === 0 ? undefined : unpackRtf(packed)
  if (packed.length > 0 && rtf === undefined) budget.tell('The formatted text is packed in a way that nobody knows.')
  if (rtf !== undefined && rtf.length > 0) {
    const body = readRtfBody(rtf)
    if (body.isHtml) html ||= body.text
    else {
      if (plain.trim() === '') plain = body.text
      contents.parts.push(partOf('', 'application/rtf', rtf, 'inline'))
    }
  }
  if (html.trim() !== '') contents.html.push(html)
  if (plain.trim() !== '') contents.plain.push(plain)
}

const partOf = (
  fileName: string,
  contentType: string,
  bytes: Uint8Array,
  disposition: MailPart['disposition'],
  contentId = '',
): MailPart => ({
  fileName: fileName
    .replace(/[\r\n]+/g, '')
    .trim()
    .slice(0, limits.mailFileNameCharactersMax),
  contentType: contentType.trim().toLowerCase().slice(0, 200) || 'application/octet-stream',
  disposition,
  contentId: contentId.replace(/^\s*<|>\s*$/g, ''),
  bytes,
})

/** How an attachment is kept (PidTagAttachMethod, MS-OXCMSG 2.2.2.9). */
const methods = { embeddedMessage: 5, ole: 6 }

function takeAttachment(
  item: OutlookItem,
  attachment: Properties,
  contents: Contents,
  depth: number,
  reading: Reading,
): void {
  const { budget } = reading
  const method = attachment.number(0x3705)
  const name = attachment.text(0x3707) || attachment.text(0x3704) || attachment.text(0x3001)
  const inner = attachment.objectPath(0x3701)
  if (method === methods.embeddedMessage || item.isItem(inner)) {
    if (!item.isItem(inner)) budget.tell('A message inside could not be read.')
    else if (depth + 1 >= limits.mailNestingMax)
      budget.tell('Mails are nested too deeply; the innermost were not read.')
    else contents.attached.push(readItem(item, item.properties(inner, 24), depth + 1, reading))
    return
  }
  if (method === methods.ole) {
    // What lies in an object's storage is found by looking through the whole file.
    if (!reading.isWholeTaken) contents.parts.push(partOf('', 'application/vnd.ms-outlook', reading.whole, 'inline'))
    reading.isWholeTaken = true
    return
  }
  const bytes = attachment.bytes(0x3701)
  budget.decodedBytes += bytes.length
  if (budget.decodedBytes > limits.mailDecodedBytesMax) {
    budget.tell('The parts are larger than can be read; the last were left out.')
    return
  }
  const type = attachment.text(0x370e).toLowerCase()
  if (type.startsWith('multipart/signed')) {
    takeParts(bytes, readHeaders(bytes, 0, bytes.length), depth + 1, contents, reading.place, budget)
    return
  }
  if (bytes.length === 0) {
    // Kept by its place alone: a file on a share, or a page (methods 2, 3, 4 and 7).
    const place = attachment.text(0x370d) || attachment.text(0x3708)
    if (place !== '') contents.plain.push(`<${place}>`)
    budget.tell('An attachment is named in the message and not in it.')
    return
  }
  const contentId = attachment.text(0x3712)
  const isInline = attachment.flag(0x7ffe) || contentId !== ''
  contents.parts.push(partOf(name, type, bytes, isInline ? 'inline' : 'attachment', contentId))
}
