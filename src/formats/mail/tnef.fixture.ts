/** Makes packages of Outlook (`winmail.dat`) for tests, from a plan of a message: attributes, lists of properties, files and
 *  messages inside, after MS-OXTNEF. */
import { joined, u16, u32 } from '../documents/office.fixture.ts'
import { type OutlookFile, type OutlookPlan, packRtf } from './outlook.fixture.ts'

/** What a test says of a package beside the message in it. */
export interface TnefPlan extends OutlookPlan {
  /** Texts stand in attributes of old alone, as in packages of Schedule+ and Exchange 4. */
  readonly isOld?: boolean
  /** Sums of attributes are wrong. */
  readonly hasWrongSums?: boolean
  /** Content behind the last file, without a file of its own. */
  readonly strayContent?: Uint8Array
  /** A property with several values and one with a name stand before the others. */
  readonly hasRareTypes?: boolean
}

const messageInterface = Uint8Array.from(Buffer.from('0703020000000000c000000000000046', 'hex'))
const storageInterface = Uint8Array.from(Buffer.from('0b00000000000000c000000000000046', 'hex'))

const padded = (bytes: Uint8Array): Uint8Array => joined(bytes, new Uint8Array((4 - (bytes.length % 4)) % 4))
const wide = (text: string): Uint8Array => new Uint8Array(Buffer.from(`${text}\0`, 'utf16le'))
const narrow = (text: string): Uint8Array => new Uint8Array(Buffer.from(`${text}\0`, 'latin1'))

class Properties {
  readonly #entries: Uint8Array[] = []
  readonly #isWide: boolean

  constructor(isWide: boolean) {
    this.#isWide = isWide
  }

  raw(...pieces: readonly Uint8Array[]): void {
    this.#entries.push(joined(...pieces))
  }

  number(id: number, value: number): void {
    this.raw(u16(0x0003), u16(id), u32(value))
  }

  long(id: number, type: number, value: Uint8Array): void {
    this.raw(u16(type), u16(id), u32(1), u32(value.length), padded(value))
  }

  text(id: number, value: string | undefined): void {
    if (value === undefined) return
    if (this.#isWide) this.long(id, 0x001f, wide(value))
    else this.long(id, 0x001e, narrow(value))
  }

  finish(): Uint8Array {
    return joined(u32(this.#entries.length), ...this.#entries)
  }
}

/** Two properties that a reader has no use for, in forms that it must pass over. */
function addRareTypes(list: Properties): void {
  const set = new Uint8Array(16).fill(7)
  list.raw(u16(0x1003), u16(0x6001), u32(2), u32(1), u32(2))
  list.raw(
    u16(0x101f),
    u16(0x8001),
    set,
    u32(1),
    u32(6),
    padded(wide('ab')),
    u32(2),
    u32(4),
    wide('a'),
    u32(2),
    padded(u16(0)),
  )
  list.raw(u16(0x000b), u16(0x8002), set, u32(0), u32(0x8503), u32(1))
  list.raw(u16(0x0048), u16(0x6002), set)
}

function messageProperties(plan: TnefPlan): Uint8Array {
  const list = new Properties(plan.codePage === undefined)
  if (plan.hasRareTypes === true) addRareTypes(list)
  if (plan.internetCodePage !== undefined) list.number(0x3fde, plan.internetCodePage)
  list.text(0x0042, plan.from?.[0])
  list.text(0x5d02, plan.from?.[1])
  list.text(0x0037, plan.subject)
  list.text(0x1000, plan.text)
  if (typeof plan.html === 'string') list.text(0x1013, plan.html)
  else if (plan.html !== undefined) list.long(0x1013, 0x0102, plan.html)
  if (plan.rtf !== undefined) list.long(0x1009, 0x0102, packRtf(plan.rtf, plan.isRtfBare === true))
  return list.finish()
}

/** A package. */
export function tnefFile(plan: TnefPlan): Uint8Array {
  const pieces: Uint8Array[] = []
  const attribute = (level: 1 | 2, id: number, data: Uint8Array): void => {
    const sum = data.reduce((total, byte) => total + byte, plan.hasWrongSums === true ? 1 : 0)
    pieces.push(joined([level], u32(id), u32(data.length), data, u16(sum & 0xffff)))
  }
  attribute(1, 0x00089006, u32(0x00010000))
  attribute(1, 0x00069007, joined(u32(plan.codePage ?? 1252), u32(0)))
  attribute(1, 0x00078008, narrow('IPM.Microsoft Mail.Note'))
  if (plan.isOld === true) {
    if (plan.from !== undefined) attribute(1, 0x00008000, tripleOf(plan.from))
    if (plan.subject !== undefined) attribute(1, 0x00018004, narrow(plan.subject))
    if (plan.text !== undefined) attribute(1, 0x0002800c, narrow(plan.text))
    attribute(1, 0x00038005, joined(u16(2026), u16(9), u16(1), u16(14), u16(0), u16(0), u16(2)))
  } else attribute(1, 0x00069003, messageProperties(plan))
  if (plan.to !== undefined) attribute(1, 0x00069004, recipientTable(plan.to))
  for (const file of plan.files ?? []) addFile(file, plan, attribute)
  if (plan.strayContent !== undefined) attribute(2, 0x0006800f, plan.strayContent)
  return joined(u32(0x223e9f78), u16(1), ...pieces)
}

function recipientTable(people: readonly (readonly [string, string])[]): Uint8Array {
  const rows = people.map(([name, address]) => {
    const list = new Properties(true)
    list.number(0x0c15, 1)
    list.text(0x3001, name)
    list.text(0x39fe, address)
    return list.finish()
  })
  return joined(u32(rows.length), ...rows)
}

function tripleOf([name, address]: readonly [string, string]): Uint8Array {
  const texts = [narrow(name), narrow(`SMTP:${address}`)] as const
  return joined(
    u16(4),
    u16(8 + texts[0].length + texts[1].length),
    u16(texts[0].length),
    u16(texts[1].length),
    ...texts,
  )
}

function addFile(
  { name, type, bytes, contentId, message, object, place }: OutlookFile,
  { isOld = false, codePage }: TnefPlan,
  attribute: (level: 2, id: number, data: Uint8Array) => void,
): void {
  attribute(2, 0x00069002, joined(u16(1), u32(0xffffffff), new Uint8Array(8)))
  // The older name has eight characters, a dot and three at most.
  if (name !== undefined) attribute(2, 0x00018010, narrow(isOld ? name : 'FILE~1.DAT'))
  if (bytes !== undefined) attribute(2, 0x0006800f, bytes)
  if (isOld) return
  const list = new Properties(codePage === undefined)
  list.text(0x3707, name)
  list.text(0x370e, type)
  list.text(0x3712, contentId)
  list.text(0x370d, place)
  if (message !== undefined) list.long(0x3701, 0x000d, joined(messageInterface, tnefFile(message)))
  const [storage] = Object.values(object ?? {})
  if (storage !== undefined) list.long(0x3701, 0x000d, joined(storageInterface, storage))
  attribute(2, 0x00069005, list.finish())
}
