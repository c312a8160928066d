/** Makes files other than Office's for tests from nothing: PDF, RTF, shortcuts, disc images, OneNote sections. Nothing in
 *  them does anything. */
import { hash } from 'node:crypto'
import { deflateSync, zlibSync } from 'fflate'
import { bytesOf, joined, u16, u32, wideBytesOf } from './office.fixture.ts'
import { Rc4 } from './workbook-password.ts'

/** Objects of a PDF by their bodies, numbered from 1; the first is the catalog. */
export function pdfFile(objects: readonly string[], trailer = ''): Uint8Array {
  const body = objects.map((object, index) => `${index + 1} 0 obj\n${object}\nendobj\n`).join('')
  return bytesOf(`%PDF-1.7\n${body}trailer\n<< /Root 1 0 R /Size ${objects.length + 1} ${trailer}>>\n%%EOF\n`)
}

/** A PDF with one text, encrypted for a password, and where one is given for its owner's, by RC4 with 40 bits (ISO
 *  32000-1, 7.6.3, revision 2). */
export function encryptedPdf(text: string, password: string, ownerPassword?: string): Uint8Array {
  const padding = Buffer.from('28bf4e5e4e758a4164004e56fffa01082e2e00b6d0683e802f0ca9fe6453697a', 'hex')
  const fill = (secret: string): Buffer => Buffer.concat([Buffer.from(secret, 'latin1'), padding]).subarray(0, 32)
  const filled = fill(password)
  const identifier = Buffer.from('0123456789abcdef')
  const cipher = (secret: Buffer, data: Buffer): Buffer => {
    const stream = new Rc4(secret)
    return Buffer.from(data.map((byte) => byte ^ stream.next()))
  }
  const md5 = (...parts: readonly Buffer[]): Buffer => hash('md5', Buffer.concat(parts), 'buffer').subarray(0, 5)
  const owner = ownerPassword === undefined ? Buffer.alloc(32, 7) : cipher(md5(fill(ownerPassword)), filled)
  const key = md5(filled, owner, Buffer.alloc(4, 0xff), identifier)
  const ownKey = hash('md5', Buffer.concat([key, Buffer.from([1, 0, 0, 0, 0])]), 'buffer').subarray(0, 10)
  const hidden = cipher(ownKey, Buffer.from(text, 'latin1')).toString('hex')
  const user = cipher(key, padding).toString('hex')
  const encrypt = `/Encrypt << /Filter /Standard /V 1 /R 2 /P -1 /O <${owner.toString('hex')}> /U <${user}> >> /ID [<${identifier.toString('hex')}> <00>] `
  return pdfFile([`<< /S /URI /URI <${hidden}> >>`], encrypt)
}

/** A stream packed by deflate. */
export function packedStream(content: string | Uint8Array, entries = ''): string {
  const packed = zlibSync(typeof content === 'string' ? bytesOf(content) : content)
  const text = Buffer.from(packed).toString('latin1')
  return `<< /Length ${packed.length} /Filter /FlateDecode ${entries}>>\nstream\n${text}\nendstream`
}

/** An object stream with these bodies under the given numbers. */
export function objectStream(objects: Readonly<Record<number, string>>): string {
  let offset = 0
  const heads: string[] = []
  const bodies: string[] = []
  for (const [number, body] of Object.entries(objects)) {
    heads.push(`${number} ${offset}`)
    bodies.push(body)
    offset += body.length + 1
  }
  const head = `${heads.join(' ')} `
  return packedStream(head + bodies.join(' '), `/Type /ObjStm /N ${bodies.length} /First ${head.length} `)
}

/** A Windows shortcut with a target from its variables and arguments. */
export function shortcutFile(target: string, given: string, behind = new Uint8Array(0)): Uint8Array {
  const head = joined(
    u32(0x4c),
    [0x01, 0x14, 0x02, 0, 0, 0, 0, 0, 0xc0, 0, 0, 0, 0, 0, 0, 0x46],
    u32(0x20 | 0x80 | 0x200),
    new Uint8Array(52),
  )
  const variables = new Uint8Array(0x314)
  variables.set(joined(u32(0x314), u32(0xa0000001)))
  variables.set(wideBytesOf(target), 268)
  return joined(head, u16(given.length), wideBytesOf(given), variables, u32(0), behind)
}

const sector = 2_048

/** An ISO 9660 image with files in its root. */
export function isoFile(files: Readonly<Record<string, Uint8Array>>): Uint8Array {
  const names = Object.keys(files)
  const image = new Uint8Array(sector * (20 + names.length * 2))
  const record = (name: string | number, at: number, size: number, flags: number): Uint8Array => {
    const text = typeof name === 'number' ? Uint8Array.of(name) : bytesOf(name)
    const length = 33 + text.length + ((33 + text.length) % 2)
    const bytes = new Uint8Array(length)
    bytes.set([length, 0])
    bytes.set(u32(at), 2)
    bytes.set(u32(size), 10)
    bytes[25] = flags
    bytes[32] = text.length
    bytes.set(text, 33)
    return bytes
  }
  image.set(joined([1], 'CD001', [1]), 16 * sector)
  image.set(record(0, 18, sector, 2), 16 * sector + 156)
  image.set(joined([255], 'CD001', [1]), 17 * sector)
  let at = 18 * sector
  for (const entry of [record(0, 18, sector, 2), record(1, 18, sector, 2)]) {
    image.set(entry, at)
    at += entry.length
  }
  for (const [index, name] of names.entries()) {
    const content = files[name] as Uint8Array
    const place = 19 + index * 2
    const entry = record(`${name};1`, place, content.length, 0)
    image.set(entry, at)
    at += entry.length
    image.set(content, place * sector)
  }
  return image
}

/** A OneNote section with one attached file. */
export function oneNoteFile(name: string, content: Uint8Array): Uint8Array {
  const head = [0xe4, 0x52, 0x5c, 0x7b, 0x8c, 0xd8, 0xa7, 0x4d, 0xae, 0xb1, 0x53, 0x78, 0xd0, 0x29, 0x96, 0xd3]
  const mark = [0xe7, 0x16, 0xe3, 0xbd, 0x65, 0x26, 0x11, 0x45, 0xa4, 0xc4, 0x8d, 0x4d, 0x0b, 0x7a, 0x9e, 0xac]
  return joined(
    head,
    new Uint8Array(100),
    wideBytesOf(`${name}\0`),
    mark,
    u32(content.length),
    u32(0),
    new Uint8Array(12),
    content,
  )
}

/** An RTF document with an OLE object of a class, its data in hexadecimal. */
export function rtfObject(className: string, native: Uint8Array, control = ''): string {
  const text = (value: string): Uint8Array => joined(u32(value.length + 1), `${value}\0`)
  const data = joined(u32(0x0501), u32(2), text(className), u32(0), u32(0), u32(native.length), native)
  return `{\\rtf1\\ansi Hello\\par{\\object\\objemb${control}{\\*\\objclass ${className}}{\\*\\objdata ${Buffer.from(data).toString('hex')}}}}`
}

/** A record of Excel's binary workbooks. */
export const biff = (type: number, data: Uint8Array): Uint8Array => joined(u16(type), u16(data.length), data)

/** A workbook's stream with records between its begin and end. */
export const workbookStream = (...records: readonly Uint8Array[]): Uint8Array =>
  joined(biff(0x0809, joined(u16(0x0600), u16(5), new Uint8Array(12))), ...records, biff(0x0a, new Uint8Array(0)))

/** Something drawn on a sheet that has a class: a control, or an object. */
export const classRecord = (className: string, isControl: boolean): Uint8Array => {
  const formula = joined(u16(5), u32(0), [2, 0, 0, 0, 0], [3, className.length, 0, 0], className)
  const parts = [
    u16(8),
    u16(2),
    u16(isControl ? 0x10 : 0),
    u16(9),
    u16(formula.length + 2),
    u16(formula.length),
    formula,
  ]
  return biff(0x5d, joined(u16(0x15), u16(0x12), new Uint8Array(0x12), ...parts, u32(0)))
}

/** Native data of an equation of the editor that Office had: one letter, and the name of a font where one is given. */
export function equationData(fontName = ''): Uint8Array {
  const font = fontName === '' ? [] : joined([8, 1, 0], `${fontName}\0`)
  const content = joined([3, 1, 1, 3, 10, 10, 1], font, [0x12, 0x83], u16(0x6b), [0, 0, 0])
  return joined(u16(28), u32(0x20000), u16(0xc332), u32(content.length), new Uint8Array(16), content)
}

/** A record of PowerPoint's binary presentations. */
export const slideRecord = (type: number, instance: number, data: Uint8Array): Uint8Array =>
  joined(u16(instance << 4), u16(type), u32(data.length), data)

/** A document's stream of Word with one piece of text of two bytes a character, and the table stream that says so. */
export function wordStreams(text: string): { WordDocument: Uint8Array; '1Table': Uint8Array } {
  const head = new Uint8Array(0x400)
  head.set(joined(u16(0xa5ec), u16(0xc1)))
  head.set(u16(0x0200), 0x0a)
  const pieces = joined(u32(0), u32(text.length), u16(0), u32(0x400), u16(0))
  const table = joined([2], u32(pieces.length), pieces)
  head.set(joined(u32(0), u32(table.length)), 0x1a2)
  return { WordDocument: joined(head, wideBytesOf(text)), '1Table': table }
}

/** A document's stream of Word 95 whose text, in two pieces, has two bytes a character and stands in the other order. */
export function oldWordStream(first: string, second: string): Uint8Array {
  const head = new Uint8Array(0x400)
  const ends = [0, first.length, first.length + second.length]
  const places = [0x400 + second.length * 2, 0x400]
  const pieces = joined(...ends.map(u32), ...places.map((place) => joined(u16(0), u32(place), u16(0))))
  const text = wideBytesOf(second + first)
  head.set(joined(u16(0xa699), u16(104)))
  head.set(u16(0x1004), 0x0a)
  head.set(joined(u32(0x400 + text.length), u32(pieces.length + 5)), 0x160)
  return joined(head, text, [2], u32(pieces.length), pieces)
}

/** Raw deflate, for bombs. */
export const packed = (content: Uint8Array): Uint8Array => deflateSync(content)
