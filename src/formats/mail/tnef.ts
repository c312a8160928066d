/** Reads the package in which Outlook and Exchange wrap a whole message (MS-OXTNEF): `winmail.dat`, application/ms-tnef. What
 *  is damaged gives what stands before the damage; sums are not checked, for a wrong one stops no attacker. */
import { limits } from '../../core/limits.ts'
import { byteAt, uint16At, uint32At } from '../documents/bytes.ts'
import { charsetOfCodePage, propertyTypes as types } from './mapi-values.ts'
import { readPropertyList, type TnefCodePage, TnefProperties } from './tnef-properties.ts'

const signature = 0x223e9f78
const headBytes = 6
const attributeHeadBytes = 9
const sumBytes = 2

/** A message in a package. */
export interface TnefMessage {
  readonly message: TnefProperties
  readonly recipients: readonly TnefProperties[]
  readonly attachments: readonly TnefProperties[]
  readonly isDamaged: boolean
  /** Whether nothing could be read. */
  readonly isEmpty: boolean
  /** Whether there were more attachments or attributes than are read. */
  readonly isCut: boolean
}

/** Whether bytes begin as a package does. */
export const isTnef = (bytes: Uint8Array): boolean => bytes.length >= headBytes && uint32At(bytes, 0) === signature

/** Numbers of attributes, without the type in front (2.1.2). */
const attributes = {
  from: 0x8000,
  subject: 0x8004,
  dateSent: 0x8005,
  messageClass: 0x8008,
  body: 0x800c,
  attachData: 0x800f,
  attachTitle: 0x8010,
  attachTransportName: 0x9001,
  attachRendering: 0x9002,
  properties: 0x9003,
  recipients: 0x9004,
  attachProperties: 0x9005,
  codePages: 0x9007,
} as const

/** One attribute. */
interface Attribute {
  readonly id: number
  readonly isOfAttachment: boolean
  readonly data: Uint8Array
  /** Whether its end is missing. */
  readonly isCut: boolean
}

/** The attributes one after the other; `undefined` ends them where something else than an attribute follows. */
function* attributesOf(bytes: Uint8Array): Generator<Attribute | undefined> {
  for (let at = headBytes; at + attributeHeadBytes <= bytes.length; ) {
    const level = byteAt(bytes, at)
    if (level !== 1 && level !== 2) {
      yield undefined
      return
    }
    const length = uint32At(bytes, at + 5)
    const start = at + attributeHeadBytes
    const end = start + length
    yield {
      id: uint16At(bytes, at + 1),
      isOfAttachment: level === 2,
      data: bytes.subarray(start, Math.min(end, bytes.length)),
      isCut: end > bytes.length,
    }
    at = end + sumBytes
  }
}

/** Reads a package. */
export function readTnef(bytes: Uint8Array): TnefMessage {
  const reader = new TnefReader()
  if (!isTnef(bytes)) return reader.finish()
  for (const attribute of attributesOf(bytes)) reader.take(attribute)
  return reader.finish()
}

class TnefReader {
  readonly #codePage: TnefCodePage = { charset: '' }
  readonly #message = new TnefProperties(this.#codePage)
  readonly #recipients: TnefProperties[] = []
  readonly #attachments: TnefProperties[] = []
  #count = 0
  #isDamaged = false
  #isCut = false

  take(attribute: Attribute | undefined): void {
    if (this.#isCut) return
    if (attribute === undefined || attribute.isCut) this.#isDamaged = true
    if (attribute === undefined) return
    if (this.#count++ >= limits.tnefAttributesMax) this.#isCut = true
    else if (attribute.isOfAttachment) this.#takeOfAttachment(attribute)
    else this.#takeOfMessage(attribute)
  }

  #takeOfMessage({ id, data }: Attribute): void {
    const message = this.#message
    switch (id) {
      case attributes.codePages:
        this.#codePage.charset ||= charsetOfCodePage(uint32At(data, 0))
        return
      case attributes.messageClass:
        message.addOlder(0x001a, types.text8, data)
        return
      case attributes.subject:
        message.addOlder(0x0037, types.text8, data)
        return
      case attributes.body:
        message.addOlder(0x1000, types.text8, data)
        return
      case attributes.dateSent:
        message.addOlder(0x0039, types.time, fileTimeOf(data))
        return
      case attributes.from:
        this.#takeFrom(data)
        return
      case attributes.properties:
        if (readPropertyList(data, 0, message) < 0) this.#isDamaged = true
        return
      case attributes.recipients:
        this.#takeRecipients(data)
        return
      default:
    }
  }

  /** Lengths of name and address, then both (2.1.3.3.3, a triple). */
  #takeFrom(data: Uint8Array): void {
    const nameEnd = 8 + uint16At(data, 4)
    this.#message.addOlder(0x0c1a, types.text8, data.subarray(8, nameEnd))
    const address = data.subarray(nameEnd, nameEnd + uint16At(data, 6))
    this.#message.addOlder(0x0c1f, types.text8, address.subarray(address.indexOf(0x3a) + 1))
  }

  #takeRecipients(data: Uint8Array): void {
    const rows = Math.min(uint32At(data, 0), limits.mailAddressesMax)
    for (let row = 0, at = 4; row < rows && at < data.length; row++) {
      const recipient = new TnefProperties(this.#codePage)
      at = readPropertyList(data, at, recipient)
      this.#recipients.push(recipient)
      if (at >= 0) continue
      this.#isDamaged = true
      return
    }
  }

  #takeOfAttachment({ id, data }: Attribute): void {
    const last = this.#attachments.at(-1)
    // The rendering stands first (2.1.3.1); where it is missing, a second title or content tells the next attachment.
    if (last === undefined || id === attributes.attachRendering) {
      this.#startAttachment()
      if (last === undefined && id !== attributes.attachRendering) this.#addToAttachment(id, data)
      return
    }
    if (this.#addToAttachment(id, data)) return
    this.#startAttachment()
    this.#addToAttachment(id, data)
  }

  #startAttachment(): void {
    if (this.#attachments.length >= limits.mailPartsMax) this.#isCut = true
    else this.#attachments.push(new TnefProperties(this.#codePage))
  }

  #addToAttachment(id: number, data: Uint8Array): boolean {
    const attachment = this.#attachments.at(-1)
    switch (id) {
      case attributes.attachTitle:
        return attachment?.addOlder(0x3704, types.text8, data) ?? true
      case attributes.attachTransportName:
        attachment?.addOlder(0x3001, types.text8, data)
        return true
      case attributes.attachData:
        return attachment?.addOlder(0x3701, types.binary, data) ?? true
      case attributes.attachProperties:
        if (attachment !== undefined && readPropertyList(data, 0, attachment) < 0) this.#isDamaged = true
        return true
      default:
        return true
    }
  }

  finish(): TnefMessage {
    return {
      message: this.#message,
      recipients: this.#recipients,
      attachments: this.#attachments,
      isDamaged: this.#isDamaged,
      isEmpty: this.#count === 0,
      isCut: this.#isCut,
    }
  }
}

/** Year, month, day, hour, minute and second, two bytes each, as a time of 100 ns since 1601. */
function fileTimeOf(data: Uint8Array): Uint8Array {
  const [year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0] = [0, 2, 4, 6, 8, 10].map((at) =>
    uint16At(data, at),
  )
  const ticks = BigInt(Date.UTC(year, month - 1, day, hour, minute, second) + 11_644_473_600_000) * 10_000n
  const bytes = new Uint8Array(8)
  new DataView(bytes.buffer).setBigUint64(0, ticks < 0n ? 0n : ticks, true)
  return bytes
}
