/** Writes a draft out as a mail, into a header frame. What it adds by itself depends on the draft's facts, never on whether
 *  it is an attack. */
import type { Random } from '../recording/random.ts'
import { type Draft, type DraftFile, domainOf, officeDomain, officeServer } from './draft.ts'
import type { Frame } from './frames.ts'

const encodeWord = (text: string): string =>
  /^[\x20-\x7e]*$/.test(text) ? text : `=?UTF-8?B?${Buffer.from(text).toString('base64')}?=`

const quoteName = (name: string): string =>
  name === '' ? '' : /^[\x20-\x7e]*$/.test(name) ? `"${name.replace(/["\\]/g, '\\$&')}" ` : `${encodeWord(name)} `

/** `Thu, 03 Nov 2022 04:56:17 +0000`. */
export const mailDate = (timeMs: number): string => new Date(timeMs).toUTCString().replace('GMT', '+0000')

const base64Lines = (bytes: Uint8Array): string =>
  (
    Buffer.from(bytes)
      .toString('base64')
      .match(/.{1,76}/g) ?? []
  ).join('\r\n')

const escapeHtml = (text: string): string => text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;')

const textOf = (draft: Draft): string =>
  [draft.greeting, ...draft.paragraphs, draft.signature].filter((each) => each !== '').join('\n\n')

function htmlOf(draft: Draft): string {
  const paragraphs = [draft.greeting, ...draft.paragraphs].filter((each) => each !== '')
  const body = paragraphs.map((each) => `<p>${escapeHtml(each).replaceAll('\n', '<br>')}</p>`).join('\n')
  return `<html><body>\n${body}\n${draft.htmlExtra}\n<p>${escapeHtml(draft.signature).replaceAll('\n', '<br>')}</p>\n</body></html>`
}

const partOf = (type: string, bytes: Uint8Array, more = ''): string =>
  `Content-Type: ${type}\r\nContent-Transfer-Encoding: base64\r\n${more}\r\n${base64Lines(bytes)}\r\n`

function filePart(file: DraftFile): string {
  const name = encodeWord(file.name)
  const id = file.contentId === undefined ? '' : `Content-ID: <${file.contentId}>\r\n`
  const disposition = file.contentId === undefined ? 'attachment' : 'inline'
  return partOf(
    `${file.type}; name="${name}"`,
    file.bytes,
    `Content-Disposition: ${disposition}; filename="${name}"\r\n${id}`,
  )
}

function multipart(type: string, boundary: string, parts: readonly string[]): { type: string; body: string } {
  return {
    type: `multipart/${type}; boundary="${boundary}"`,
    body: `${parts.map((part) => `--${boundary}\r\n${part}`).join('')}--${boundary}--\r\n`,
  }
}

/** The outermost part is the same whether files follow or not, so that its header tells nothing. */
function bodyOf(random: Random, draft: Draft): { type: string; body: string } {
  const text = partOf('text/plain; charset="UTF-8"', Buffer.from(textOf(draft)))
  const html = partOf('text/html; charset="UTF-8"', Buffer.from(htmlOf(draft)))
  const own = draft.hasHtml
    ? multipart('alternative', `a-${random.letters(16)}`, [text, html])
    : multipart('mixed', `m-${random.letters(16)}`, [text])
  const parts = [`Content-Type: ${own.type}\r\n\r\n${own.body}`, ...draft.files.map(filePart)]
  return multipart('mixed', `m-${random.letters(16)}`, parts)
}

/** What the office's server writes on top: the way in, and what it found of the sender. */
function arrivalOf(random: Random, draft: Draft): string[] {
  const { spf, dkim, dmarc } = draft.authentication
  const address = `203.0.113.${random.integer(1, 254)}`
  const sender = domainOf(draft.returnPath)
  const signer = draft.signedBy === '' ? '' : ` header.d=${draft.signedBy}`
  return [
    `Return-Path: <${draft.returnPath}>`,
    `Delivered-To: ${draft.recipient}`,
    `Received: from ${draft.host} (${draft.host} [${address}])\r\n\tby ${officeServer} (Postfix) with ESMTPS id ${random.letters(10, '0123456789ABCDEF')}\r\n\tfor <${draft.recipient}>; ${mailDate(draft.timeMs)}`,
    `Authentication-Results: ${officeServer};\r\n\tspf=${spf} smtp.mailfrom=${sender};\r\n\tdkim=${dkim}${signer};\r\n\tdmarc=${dmarc} header.from=${domainOf(draft.fromAddress)}`,
    `Received: from [10.0.${random.integer(0, 9)}.${random.integer(2, 250)}] by ${draft.host} with ESMTPSA id ${random.letters(12)};\r\n\t${mailDate(draft.timeMs - random.integer(1, 9) * 1_000)}`,
  ]
}

/** The mail's bytes. Reply-To, In-Reply-To and References stand where the frame has them; a value of the draft's own is
 *  added where the frame has no place for it, and a place without such a value gets a harmless one. */
export function compose(random: Random, draft: Draft, frame: Frame): Uint8Array {
  const { type, body } = bodyOf(random, draft)
  const made = `<${random.letters(20)}@${domainOf(draft.fromAddress)}>`
  const id = draft.messageId === '' ? made : draft.messageId
  const thread = draft.inReplyTo === '' ? `<${random.letters(20)}@${officeDomain}>` : draft.inReplyTo
  const values: Readonly<Record<string, string>> = {
    from: `From: ${quoteName(draft.fromName)}<${draft.fromAddress}>`,
    to: `To: <${draft.recipient}>`,
    subject: `Subject: ${encodeWord(draft.subject)}`,
    date: `Date: ${mailDate(draft.timeMs - 20_000)}`,
    'message-id': `Message-ID: ${id}`,
    'mime-version': 'MIME-Version: 1.0',
    'content-type': `Content-Type: ${type}`,
    'reply-to': `Reply-To: <${draft.replyTo === '' ? draft.fromAddress : draft.replyTo}>`,
    'in-reply-to': `In-Reply-To: ${thread}`,
    references: `References: ${thread}`,
    'thread-topic': `Thread-Topic: ${encodeWord(draft.subject)}`,
  }
  const lines = arrivalOf(random, draft)
  const placed = new Set<string>()
  for (const field of frame) {
    if ('line' in field) {
      lines.push(field.line)
      continue
    }
    placed.add(field.slot)
    const value = values[field.slot]
    if (value !== undefined) lines.push(value)
  }
  if (draft.replyTo !== '' && !placed.has('reply-to')) lines.push(values['reply-to'] as string)
  if (draft.inReplyTo !== '' && !placed.has('in-reply-to')) lines.push(values['in-reply-to'] as string)
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n${body}`, 'utf8')
}
