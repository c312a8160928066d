/** Makes Office files for tests from nothing: compound files with VBA projects and documents, and packages of XML parts.
 *  The macros in them are harmless and are never run. */
import { utils as compound, write as writeCompound } from 'cfb'
import { strToU8, zipSync } from 'fflate'

/** Streams by their path, apart by slashes. */
export type Streams = Readonly<Record<string, Uint8Array | string>>

/** Bytes of a text, one a character. */
export const bytesOf = (text: string): Uint8Array => Uint8Array.from(text, (character) => character.charCodeAt(0))

/** Bytes of a text in UTF-16, least significant first. */
export const wideBytesOf = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'utf16le'))

/** Several pieces as one. */
export const joined = (...pieces: readonly (Uint8Array | string | readonly number[])[]): Uint8Array =>
  new Uint8Array(
    Buffer.concat(pieces.map((piece) => (typeof piece === 'string' ? bytesOf(piece) : Uint8Array.from(piece)))),
  )

/** Numbers, least significant byte first. */
export const u16 = (value: number): Uint8Array => Uint8Array.of(value & 0xff, (value >>> 8) & 0xff)
export const u32 = (value: number): Uint8Array => joined(u16(value & 0xffff), u16(value >>> 16))

/** Bytes of a class id, in the order of the file. */
const classIdBytes = (id: string): Uint8Array => {
  const bytes = Buffer.from(id.replaceAll('-', ''), 'hex')
  return joined(
    bytes.subarray(0, 4).toReversed(),
    bytes.subarray(4, 6).toReversed(),
    bytes.subarray(6, 8).toReversed(),
    bytes.subarray(8),
  )
}

/** A compound file; class ids by the path of their storage. */
export function compoundFile(streams: Streams, classIds: Readonly<Record<string, string>> = {}): Uint8Array {
  const file = compound.cfb_new()
  for (const [path, content] of Object.entries(streams)) {
    compound.cfb_add(file, `/${path}`, Buffer.from(typeof content === 'string' ? bytesOf(content) : content))
  }
  for (const [path, id] of Object.entries(classIds)) {
    const at = file.FullPaths.findIndex((full) => full.endsWith(`/${path}/`))
    Object.assign(file.FileIndex[at] ?? {}, { clsid: Buffer.from(classIdBytes(id)).toString('hex') })
  }
  return new Uint8Array(writeCompound(file, { type: 'buffer' }) as Buffer)
}

/** A container of VBA's packing in which nothing is copied: eight letters to a byte of flags (MS-OVBA 2.4.1). */
export function packVba(text: string): Uint8Array {
  const chunks: Uint8Array[] = [Uint8Array.of(1)]
  for (let from = 0; from < text.length; from += 3_000) {
    const part = bytesOf(text.slice(from, from + 3_000))
    const groups: Uint8Array[] = []
    for (let at = 0; at < part.length; at += 8) groups.push(Uint8Array.of(0), part.subarray(at, at + 8))
    const data = joined(...groups)
    chunks.push(u16(0xb000 | (data.length + 2 - 3)), data)
  }
  return joined(...chunks)
}

const record = (id: number, data: Uint8Array): Uint8Array => joined(u16(id), u32(data.length), data)

/** The streams of a VBA project under a folder, with the source of each module by name, and the same compiled code in
 *  front of each. */
export function vbaProject(
  modules: Readonly<Record<string, string>>,
  folder = 'VBA',
  compiled: Uint8Array = new Uint8Array(16),
): Streams {
  const list = joined(
    record(0x0001, u32(3)),
    record(0x0003, u16(1_252)),
    joined(u16(0x0009), u32(4), u32(1), u16(2)),
    ...Object.keys(modules).map((name) =>
      joined(
        record(0x0019, bytesOf(name)),
        record(0x001a, bytesOf(name)),
        record(0x0032, wideBytesOf(name)),
        record(0x0031, u32(compiled.length)),
        record(0x002b, new Uint8Array(0)),
      ),
    ),
    record(0x0010, new Uint8Array(0)),
  )
  const streams: Record<string, Uint8Array> = {
    [`${folder}/dir`]: packVba(Buffer.from(list).toString('latin1')),
    [`${folder}/_VBA_PROJECT`]: joined(u16(0x61cc), u16(0xffff), [0, 0, 0]),
  }
  for (const [name, source] of Object.entries(modules)) {
    const text = `Attribute VB_Name = "${name}"\r\n${source}`
    streams[`${folder}/${name}`] = joined(compiled, packVba(text))
  }
  return streams
}

/** Compiled code of so many lines, as far as it can be told without running it: the mark of the list of lines, and the
 *  list. */
export function compiledLines(count: number): Uint8Array {
  const lines = Array.from({ length: count }, (_, index) => joined(u32(0), u16(8), u16(0), u32(index * 8)))
  return joined(new Uint8Array(64), [0xfe, 0xca, 1, 0], u16(count), ...lines, new Uint8Array(count * 8 + 10))
}

/** A zip archive of texts and bytes. */
export function zipFile(files: Streams): Uint8Array {
  return zipSync(
    Object.fromEntries(
      Object.entries(files).map(([name, content]) => [name, typeof content === 'string' ? strToU8(content) : content]),
    ),
  )
}

/** A zip archive whose list has many entries for the same stored bytes. */
export function sharedZip(names: readonly string[], content: Uint8Array): Uint8Array {
  const sizes = joined(u32(0), u32(content.length), u32(content.length))
  const head = joined('PK\x03\x04', u16(20), u32(0), u32(0), sizes, u16(1), u16(0), 'x')
  const list = names.map((name) =>
    joined('PK\x01\x02', u16(20), u16(20), u32(0), u32(0), sizes, u16(name.length), new Uint8Array(12), u32(0), name),
  )
  const central = joined(...list)
  const end = joined('PK\x05\x06', u32(0), u16(names.length), u16(names.length), u32(central.length))
  return joined(head, content, central, end, u32(head.length + content.length), u16(0))
}

const relationshipTypes = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships'

/** A part of relationships: `rId1` and on, each by type and target; a target with `!` in front is outside. */
export function relationships(...items: readonly (readonly [type: string, target: string])[]): string {
  const lines = items.map(([type, target], index) => {
    const mode = target.startsWith('!') ? ' TargetMode="External"' : ''
    const clean = target.replace(/^!/, '').replaceAll('&', '&amp;')
    return `<Relationship Id="rId${index + 1}" Type="${relationshipTypes}/${type}" Target="${clean}"${mode}/>`
  })
  return `<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">${lines.join('')}</Relationships>`
}

/** A document of Word with a body, and other parts as given. */
export function wordFile(body: string, parts: Streams = {}): Uint8Array {
  return zipFile({
    '[Content_Types].xml':
      '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>',
    '_rels/.rels': relationships(['officeDocument', 'word/document.xml']),
    'word/document.xml': `<?xml version="1.0"?><w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" xmlns:r="${relationshipTypes}"><w:body>${body}</w:body></w:document>`,
    ...parts,
  })
}

/** A paragraph of plain text. */
export const paragraph = (text: string): string => `<w:p><w:r><w:t>${text}</w:t></w:r></w:p>`

/** A file in the native data of an OLE package (MS-OLEDS 2.3.6), with its size in front. */
export function packagedFile(name: string, content: Uint8Array, kind = 3): Uint8Array {
  const path = `C:\\Users\\author\\${name}`
  const data = joined(u16(2), `${name}\0`, `${path}\0`, u16(0), u16(kind), u32(path.length + 1), `${path}\0`)
  const whole = joined(data, u32(content.length), content)
  return joined(u32(whole.length), whole)
}
