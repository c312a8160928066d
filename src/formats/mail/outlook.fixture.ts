/** Makes messages as Outlook saves them (.msg) for tests, from a plan: the property streams, recipients, attachments and
 *  messages inside, after MS-OXMSG. What is packed as RTF is packed with references, so that unpacking is tried too. */
import { compoundFile, joined, type Streams, u16, u32 } from '../documents/office.fixture.ts'

/** A file of a planned message. */
export interface OutlookFile {
  readonly name?: string
  readonly type?: string
  readonly bytes?: Uint8Array
  readonly contentId?: string
  /** A message inside. */
  readonly message?: OutlookPlan
  /** Streams of an OLE object's storage. */
  readonly object?: Streams
  readonly method?: number
  /** Where it is kept, of an attachment that is not in the message. */
  readonly place?: string
}

/** What a test says of a message. */
export interface OutlookPlan {
  /** What it is; a mail where it is left out. */
  readonly messageClass?: string
  readonly from?: readonly [name: string, address: string]
  readonly sender?: readonly [name: string, address: string]
  readonly to?: readonly (readonly [name: string, address: string])[]
  readonly cc?: readonly (readonly [name: string, address: string])[]
  readonly bcc?: readonly (readonly [name: string, address: string])[]
  readonly replyTo?: readonly [name: string, address: string]
  readonly subject?: string
  readonly text?: string
  /** The text of a report of a mail server. */
  readonly report?: string
  readonly html?: string | Uint8Array
  readonly rtf?: string
  readonly isRtfBare?: boolean
  readonly header?: string
  readonly id?: string
  readonly timeMs?: number
  /** Texts of one byte a character in this code page, encoded by the caller as Latin-1; without it, UTF-16. */
  readonly codePage?: number
  readonly internetCodePage?: number
  readonly files?: readonly OutlookFile[]
}

/** Properties while they are listed. */
class PropertyList {
  readonly #entries: Uint8Array[] = []
  readonly streams: Record<string, Uint8Array> = {}
  readonly #prefix: string
  readonly #isWide: boolean

  constructor(prefix: string, isWide: boolean) {
    this.#prefix = prefix
    this.#isWide = isWide
  }

  #add(id: number, type: number, value: Uint8Array): void {
    this.#entries.push(joined(u16(type), u16(id), u32(6), value))
  }

  number(id: number, value: number): void {
    this.#add(id, 0x0003, joined(u32(value), u32(0)))
  }

  time(id: number, timeMs: number): void {
    const ticks = BigInt(timeMs + 11_644_473_600_000) * 10_000n
    this.#add(id, 0x0040, joined(u32(Number(ticks & 0xffffffffn)), u32(Number(ticks >> 32n))))
  }

  bytes(id: number, type: number, value: Uint8Array): void {
    this.#add(id, type, joined(u32(value.length), u32(0)))
    const tag = ((id << 16) | type) >>> 0
    this.streams[`${this.#prefix}__substg1.0_${tag.toString(16).toUpperCase().padStart(8, '0')}`] = value
  }

  text(id: number, value: string | undefined): void {
    if (value === undefined) return
    const bytes = Buffer.from(value, this.#isWide ? 'utf16le' : 'latin1')
    this.bytes(id, this.#isWide ? 0x001f : 0x001e, new Uint8Array(bytes))
  }

  person(named: readonly [string, string] | undefined, name: number, address: number, smtp: number): void {
    if (named === undefined) return
    this.text(name, named[0])
    this.text(address, named[1])
    this.text(smtp, named[1])
  }

  finish(headBytes: number): Streams {
    return {
      ...this.streams,
      [`${this.#prefix}__properties_version1.0`]: joined(new Uint8Array(headBytes), ...this.#entries),
    }
  }
}

const numbered = (name: string, index: number): string =>
  `${name}_#${index.toString(16).toUpperCase().padStart(8, '0')}`

/** The streams of a message in a storage; `prefix` ends with a slash or is empty. */
export function outlookStreams(plan: OutlookPlan, prefix = ''): Streams {
  const isWide = plan.codePage === undefined
  const list = new PropertyList(prefix, isWide)
  list.text(0x001a, plan.messageClass ?? 'IPM.Note')
  if (plan.codePage !== undefined) list.number(0x3ffd, plan.codePage)
  if (plan.internetCodePage !== undefined) list.number(0x3fde, plan.internetCodePage)
  list.person(plan.from, 0x0042, 0x0065, 0x5d02)
  list.person(plan.sender ?? plan.from, 0x0c1a, 0x0c1f, 0x5d01)
  list.text(0x0037, plan.subject)
  list.text(0x1000, plan.text)
  list.text(0x1001, plan.report)
  list.text(0x007d, plan.header)
  list.text(0x1035, plan.id)
  if (plan.timeMs !== undefined) list.time(0x0e06, plan.timeMs)
  if (typeof plan.html === 'string') list.text(0x1013, plan.html)
  else if (plan.html !== undefined) list.bytes(0x1013, 0x0102, plan.html)
  if (plan.rtf !== undefined) list.bytes(0x1009, 0x0102, packRtf(plan.rtf, plan.isRtfBare === true))
  if (plan.replyTo !== undefined) list.bytes(0x004f, 0x0102, entryList(plan.replyTo))
  const streams: Record<string, Uint8Array | string> = {
    ...list.finish(prefix === '' ? 32 : 24),
    ...(prefix === '' ? { '__nameid_version1.0/__substg1.0_00020102': new Uint8Array(0) } : {}),
  }
  const recipients = [
    ...(plan.to ?? []).map((person) => ({ person, kind: 1 })),
    ...(plan.cc ?? []).map((person) => ({ person, kind: 2 })),
    ...(plan.bcc ?? []).map((person) => ({ person, kind: 3 })),
  ]
  for (const [index, { person, kind }] of recipients.entries()) {
    const each = new PropertyList(`${prefix}${numbered('__recip_version1.0', index)}/`, isWide)
    each.person(person, 0x3001, 0x3003, 0x39fe)
    each.number(0x0c15, kind)
    Object.assign(streams, each.finish(8))
  }
  for (const [index, file] of (plan.files ?? []).entries())
    Object.assign(streams, fileStreams(file, `${prefix}${numbered('__attach_version1.0', index)}/`, isWide))
  return streams
}

function fileStreams(file: OutlookFile, prefix: string, isWide: boolean): Streams {
  const list = new PropertyList(prefix, isWide)
  const inside = `${prefix}__substg1.0_3701000D/`
  list.text(0x3707, file.name)
  list.text(0x370e, file.type)
  list.text(0x3712, file.contentId)
  list.text(0x370d, file.place)
  list.number(0x3705, file.method ?? (file.message ? 5 : file.object ? 6 : 1))
  if (file.bytes !== undefined) list.bytes(0x3701, 0x0102, file.bytes)
  const object = Object.entries(file.object ?? {}).map(([name, content]) => [`${inside}${name}`, content] as const)
  return {
    ...list.finish(8),
    ...(file.message === undefined ? {} : outlookStreams(file.message, inside)),
    ...Object.fromEntries(object),
  }
}

/** A message. */
export const outlookFile = (plan: OutlookPlan): Uint8Array => compoundFile(outlookStreams(plan))

/** A list with one address that is written out (MS-OXCDATA 2.2.5.1, 2.3.3). */
function entryList([name, address]: readonly [string, string]): Uint8Array {
  const provider = Uint8Array.from(Buffer.from('812b1fa4bea310199d6e00dd010f5402', 'hex'))
  const texts = new Uint8Array(Buffer.from(`${name}\0SMTP\0${address}\0`, 'utf16le'))
  const entry = joined(u32(0), provider, u16(0), u16(0x9001), texts)
  const padded = joined(entry, new Uint8Array((4 - (entry.length % 4)) % 4))
  return joined(u32(1), u32(padded.length + 4), u32(entry.length), padded)
}

const head =
  '{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript \\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par \\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx'

/** Packs RTF (MS-OXRTFCP): each run is the longest one that stands in the window, else a byte. */
export function packRtf(rtf: string, isBare = false): Uint8Array {
  if (isBare) return joined(u32(rtf.length + 12), u32(rtf.length), u32(0x414c454d), u32(0), rtf)
  let written = head
  const tokens: Uint8Array[] = []
  let control = 0
  const groups: Uint8Array[] = []
  const push = (token: Uint8Array, isReference: boolean): void => {
    if (isReference) control |= 1 << tokens.length
    tokens.push(token)
    if (tokens.length < 8) return
    groups.push(Uint8Array.of(control), ...tokens.splice(0))
    control = 0
  }
  const reference = (offset: number, length: number): Uint8Array => {
    const word = ((offset % 4_096) << 4) | (length - 2)
    return Uint8Array.of(word >> 8, word & 0xff)
  }
  for (let at = 0; at < rtf.length; ) {
    let length = Math.min(17, rtf.length - at)
    let found = -1
    const from = Math.max(0, written.length - 4_000)
    for (; length >= 2; length--) {
      found = written.indexOf(rtf.slice(at, at + length), from)
      if (found >= 0 && found % 4_096 !== written.length % 4_096) break
      found = -1
    }
    if (found >= 0) push(reference(found, length), true)
    else {
      length = 1
      push(Uint8Array.of(rtf.charCodeAt(at)), false)
    }
    written += rtf.slice(at, at + length)
    at += length
  }
  push(reference(written.length, 2), true)
  while (tokens.length > 0) push(new Uint8Array(0), false)
  const body = joined(...groups)
  return joined(u32(body.length + 12), u32(rtf.length), u32(0x75465a4c), u32(0), body)
}
