/** The header of an Outlook message: what is kept of the transport's, and fields made of the properties that Outlook shows
 *  where the header lacks them or says otherwise. */
import { limits } from '../../core/limits.ts'
import { bufferOf, uint16At, uint32At, utf16Text, zeroEndedText } from '../documents/bytes.ts'
import { parseAddresses } from './addresses.ts'
import type { MapiValues } from './mapi-values.ts'
import type { MailAddress, MailHeader } from './message.ts'
import type { Budget } from './mime-tree.ts'

const isAddress = (text: string): boolean => /^[^\s<>"(),;:@]{1,128}@[^\s<>"(),;:@]{1,253}$/.test(text)

/** A field as it would stand in a mail. Words are encoded (RFC 2047), so that nothing in them reads as syntax. */
function field(name: string, value: string, raw: string): MailHeader {
  return { name: name.toLowerCase(), value, raw: `${name}: ${raw}` }
}

const encoded = (text: string): string => (text === '' ? '' : `=?utf-8?B?${Buffer.from(text).toString('base64')}?=`)

function addressField(name: string, addresses: readonly MailAddress[]): MailHeader[] {
  const known = addresses.filter(({ name: called, address }) => called !== '' || address !== '')
  if (known.length === 0) return []
  const raw = known.map(({ name: called, address }) => `${encoded(called)} <${address}>`.trim()).join(', ')
  const value = known.map(({ name: called, address }) => `${called} <${address}>`.trim()).join(', ')
  return [field(name, value, raw)]
}

/** Name and address of a person: the SMTP address where it is kept; of Exchange's own addresses the name alone. */
function personOf(properties: MapiValues, name: number, addresses: readonly number[]): MailAddress {
  const address = addresses.map((id) => properties.text(id).trim().toLowerCase()).find(isAddress) ?? ''
  const called = properties
    .text(name)
    .replace(/[\r\n\t]+/g, ' ')
    .trim()
    .slice(0, limits.mailFieldCharactersMax)
  return { name: called.toLowerCase() === address ? '' : called, address }
}

const recipientKinds: Readonly<Record<number, 'To' | 'Cc' | 'Bcc'>> = { 1: 'To', 2: 'Cc', 3: 'Bcc' }

/** The fields of a message: the transport's first, then what Outlook shows beyond them. */
export function shownFields(
  message: MapiValues,
  recipients: readonly MapiValues[],
  transport: readonly MailHeader[],
  budget: Budget,
): MailHeader[] {
  const headers = [...transport]
  const has = (name: string): boolean => transport.some((header) => header.name === name)
  const from = personOf(message, 0x0042, [0x5d02, 0x0065])
  const sender = personOf(message, 0x0c1a, [0x5d01, 0x0c1f])
  const shown = from.address !== '' || from.name !== '' ? from : sender
  if (!namesPerson(transport, shown)) headers.push(...addressField('From', [shown]))
  if (sender.address !== '' && sender.address !== shown.address && !has('sender'))
    headers.push(...addressField('Sender', [sender]))
  for (const kind of Object.values(recipientKinds)) {
    if (has(kind.toLowerCase())) continue
    const named = recipients.filter((recipient) => recipientKinds[recipient.number(0x0c15)] === kind)
    headers.push(
      ...addressField(
        kind,
        named.map((recipient) => personOf(recipient, 0x3001, [0x39fe, 0x3003])),
      ),
    )
  }
  if (!has('reply-to')) headers.push(...addressField('Reply-To', answersTo(message.bytes(0x004f))))
  return [...subjectFields(message, transport, budget), ...headers, ...plainFields(message, has)]
}

/** Whether a From field of the header is this person. */
function namesPerson(transport: readonly MailHeader[], { name, address }: MailAddress): boolean {
  const named = transport
    .filter((header) => header.name === 'from')
    .flatMap(({ raw }) => parseAddresses(raw.slice(raw.indexOf(':') + 1)))
  if (named.length === 0) return false
  if (address !== '' && !named.some((other) => other.address === address)) return false
  return name === '' || named.some((other) => other.name === name || (other.name === '' && address !== ''))
}

/** The subject of a message. */
export const subjectOf = (message: MapiValues): string =>
  message
    .text(0x0037)
    // Two characters may stand in front that say how long `RE: ` is.
    .replace(/^\u0001./s, '')
    .trim()

/** The subject that Outlook shows stands first, should the header have another. */
function subjectFields(message: MapiValues, transport: readonly MailHeader[], budget: Budget): MailHeader[] {
  const subject = subjectOf(message)
  if (subject === '') return []
  const other = transport.find(({ name }) => name === 'subject')?.value
  if (other === undefined) return [field('Subject', subject, encoded(subject))]
  const flat = (text: string): string => text.replace(/\s+/g, ' ').trim().toLowerCase()
  if (flat(other) === flat(subject)) return []
  budget.note('The message shows another subject than its header has.')
  return [field('Subject', subject, encoded(subject))]
}

function plainFields(message: MapiValues, has: (name: string) => boolean): MailHeader[] {
  const fields: MailHeader[] = []
  const add = (name: string, value: string): void => {
    const flat = value.replace(/\s+/g, ' ').trim()
    if (flat !== '' && !has(name.toLowerCase())) fields.push(field(name, flat, flat))
  }
  const timeMs = [message.timeMs(0x0e06), message.timeMs(0x0039)].find((each) => Math.abs(each) < 8.64e15)
  if (timeMs !== undefined) add('Date', new Date(timeMs).toUTCString().replace('GMT', '+0000'))
  add('Message-ID', message.text(0x1035))
  add('In-Reply-To', message.text(0x1042))
  add('References', message.text(0x1039))
  return fields
}

/** The provider of one-off addresses (MS-OXCDATA 2.2.5.1). */
const oneOff = '812b1fa4bea310199d6e00dd010f5402'

/** Addresses in a list of entry ids (MS-OXCDATA 2.3.3): those that are written out in it. */
function answersTo(list: Uint8Array): MailAddress[] {
  const found: MailAddress[] = []
  const count = Math.min(uint32At(list, 0), limits.mailAddressesMax)
  for (let i = 0, at = 8; i < count && at + 4 <= list.length; i++) {
    const size = uint32At(list, at)
    const entry = list.subarray(at + 4, Math.min(list.length, at + 4 + size))
    at += 4 + Math.ceil(size / 4) * 4
    if (entry.length < 24 || bufferOf(entry).toString('hex', 4, 20) !== oneOff) continue
    const [name = '', , address = ''] = oneOffTexts(entry)
    if (isAddress(address))
      found.push({ name: name.toLowerCase() === address.toLowerCase() ? '' : name, address: address.toLowerCase() })
  }
  return found
}

/** Name, kind and address behind the head of a one-off entry, in UTF-16 where its flags say so. */
function oneOffTexts(entry: Uint8Array): string[] {
  const isWide = (uint16At(entry, 22) & 0x8000) !== 0
  const texts: string[] = []
  for (let at = 24; at < entry.length && texts.length < 3; ) {
    const text = isWide ? utf16Text(entry, at) : zeroEndedText(entry, at, entry.length)
    texts.push(text)
    at += (text.length + 1) * (isWide ? 2 : 1)
  }
  return texts
}
