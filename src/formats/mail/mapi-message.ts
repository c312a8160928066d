/** Reads a message from the properties that Outlook keeps of it, wherever they are kept: its texts as HTML, plain text or
 *  RTF, its fields, and the files whose bytes stand in a property. */
import { limits } from '../../core/limits.ts'
import { unpackRtf } from '../documents/compressed-rtf.ts'
import { decodeText } from './charset.ts'
import { type Contents, composeMail, type Reading } from './compose-mail.ts'
import { type HeaderBlock, readHeaders } from './header-fields.ts'
import { readHtml } from './html-text.ts'
import { charsetOfCodePage, type MapiValues } from './mapi-values.ts'
import type { MailMessage, MailPart } from './message.ts'
import type { Budget } from './mime-tree.ts'
import { shownFields } from './outlook-fields.ts'
import { readRtfBody } from './rtf-body.ts'

/** Readers of what a file may be. They are handed in, for they read messages in turn. */
export interface Unpacking extends Reading {
  readonly takeFile: (part: MailPart, depth: number, contents: Contents, reading: Reading) => void
  readonly takeParts: (
    bytes: Uint8Array,
    block: HeaderBlock,
    depth: number,
    contents: Contents,
    reading: Reading,
  ) => void
}

/** Puts a message together from its properties and what its parts gave. */
export function composeMessage(
  message: MapiValues,
  recipients: readonly MapiValues[],
  contents: Contents,
  { place, budget }: Reading,
): MailMessage {
  const header = new TextEncoder().encode(message.text(0x007d, limits.mailHeaderBytesMax))
  const transport = header.length === 0 ? [] : readHeaders(header, 0, header.length).headers
  return composeMail(
    { headers: shownFields(message, recipients, transport, budget), separator: '' },
    contents,
    place,
    budget,
  )
}

/** HTML as bytes in the code page of the internet, as text, or inside RTF; plain text beside it. Where two forms of HTML
 *  say different things both are taken, for programs differ in which one they show. */
export function takeBodies(message: MapiValues, contents: Contents, budget: Budget): void {
  const { mailHtmlCharactersMax, mailTextCharactersMax } = limits
  const bytes = message.bytes(0x1013, mailHtmlCharactersMax)
  const charset = charsetOfCodePage(message.number(0x3fde)) || message.charset
  contents.addHtml(bytes.length > 0 ? decodeText(bytes, charset).text : message.text(0x1013, mailHtmlCharactersMax))
  contents.addPlain(message.text(0x1000, mailTextCharactersMax))
  // The text of a report, such as one of a mail that could not be delivered.
  contents.addPlain(message.text(0x1001, mailTextCharactersMax))
  takePackedRtf(message.bytes(0x1009), contents, budget)
  // Outlook makes the plain text of the HTML where it is asked for; that none is kept says nothing of the mail.
  if (contents.plain.length === 0) contents.addPlain(readHtml(contents.html.at(-1) ?? '').text)
}

function takePackedRtf(packed: Uint8Array, contents: Contents, budget: Budget): void {
  if (packed.length === 0) return
  if (budget.decodedBytes > limits.mailDecodedBytesMax) {
    budget.tell('The parts are larger than can be read; the last were left out.')
    return
  }
  const rtf = unpackRtf(packed)
  if (rtf === undefined) budget.tell('The formatted text is packed in a way that nobody knows.')
  else if (rtf.length > 0) takeRtf(rtf, contents, budget)
}

function takeRtf(rtf: Uint8Array, contents: Contents, budget: Budget): void {
  budget.decodedBytes += rtf.length
  const { kind, source, hasObject } = readRtfBody(rtf)
  if (kind === 'text') contents.addPlain(source)
  else contents.addHtml(source)
  if (kind !== 'html' || hasObject) contents.parts.push(partOf('', 'application/rtf', rtf, 'inline'))
}

/** A part, its texts cut at the bounds. */
export const partOf = (
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

/** An attachment whose bytes stand in it (PidTagAttachMethod, MS-OXCMSG 2.2.2.9). */
const methodByValue = 1

/** Takes an attachment by the bytes that were kept of it. */
export function takeAttachedFile(
  attachment: MapiValues,
  bytes: Uint8Array,
  depth: number,
  contents: Contents,
  unpacking: Unpacking,
): void {
  const { budget, takeFile, takeParts } = unpacking
  budget.decodedBytes += bytes.length
  if (budget.decodedBytes > limits.mailDecodedBytesMax) {
    budget.tell('The parts are larger than can be read; the last were left out.')
    return
  }
  const type = attachment.text(0x370e).toLowerCase()
  if (type.startsWith('multipart/signed')) {
    const signed = contents.plain.splice(0)
    takeParts(bytes, readHeaders(bytes, 0, bytes.length), depth + 1, contents, unpacking)
    for (const text of signed) contents.addPlain(text)
    return
  }
  const place = attachment.text(0x370d) || attachment.text(0x3708)
  if (bytes.length === 0 && (place !== '' || attachment.number(0x3705) > methodByValue)) {
    // Kept by its place alone: a file on a share, or a page (methods 2, 3, 4 and 7).
    if (place !== '') contents.plain.push(`<${place}>`)
    budget.tell('An attachment is named in the message and not in it.')
    return
  }
  const name = attachment.text(0x3707) || attachment.text(0x3704) || attachment.text(0x3001)
  const contentId = attachment.text(0x3712)
  const isInline = attachment.flag(0x7ffe) || contentId !== ''
  takeFile(partOf(name, type, bytes, isInline ? 'inline' : 'attachment', contentId), depth, contents, unpacking)
}
