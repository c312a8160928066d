/** The parts of an Office document in XML, however they are wrapped (ECMA-376 part 2): in a zip archive, or as one flat
 *  XML file with all parts in it. */
import { limits } from '../../core/limits.ts'
import { bufferOf, decodeText } from './bytes.ts'
import type { Inspection, Subject } from './inspection.ts'
import { scanXml } from './xml-scan.ts'
import { readZipEntry, type ZipEntry } from './zip.ts'

/** One part. */
export interface OfficePart {
  /** Without a slash in front, as it stands. */
  readonly name: string
  /** Its first bytes, cheaply. */
  readonly peek: () => Uint8Array
  /** Its bytes up to the bound of one part; empty where they can't be had. */
  readonly read: (bytesMax?: number) => Uint8Array
}

/** A relationship of a part (part 2, 6.5). */
export interface Relationship {
  /** The last word of its type's address: `attachedTemplate`. */
  readonly type: string
  readonly target: string
  readonly isExternal: boolean
  /** The part that the target is, in lower case; empty where it is outside. */
  readonly partName: string
}

/** Parts by their names in lower case. */
export type OfficePackage = ReadonlyMap<string, OfficePart>

const peekBytes = 64
/** Parts of one name that are kept. */
const copiesMost = 8

/** The package in a zip archive. Of several parts with one name all are kept, as readers differ in which they take. */
export function packageOfZip(
  { bytes, path }: Subject,
  entries: readonly ZipEntry[],
  inspection: Inspection,
): OfficePackage {
  const parts = new Map<string, OfficePart>()
  for (const entry of entries) {
    if (entry.name.endsWith('/')) continue
    const name = entry.name.replace(/^\/{1,8}/, '')
    let key = name.toLowerCase()
    for (let copy = 1; copy < copiesMost && parts.has(key); copy++) key += '?'
    if (parts.has(key)) {
      inspection.addProblem('A document has a part many times; the first ones were looked at.')
      continue
    }
    parts.set(key, {
      name,
      peek: () => {
        const inflated = readZipEntry(bytes, entry, inspection, peekBytes)
        if (inflated === undefined && !entry.isEncrypted)
          inspection.add('unreadable', [...path, name], `a part packed by method ${entry.method}, which is not read`)
        return inflated?.bytes ?? new Uint8Array(0)
      },
      read: (bytesMax) => {
        const inflated = readZipEntry(bytes, entry, inspection, bytesMax)
        if (inflated?.isBomb)
          inspection.add('decompression-bomb', [...path, name], 'a part grows beyond measure when unpacked')
        // A smaller bound is one that the reader of the part chose.
        const isAtBound = inflated !== undefined && inflated.bytes.length >= limits.documentPartBytesMax
        if (inflated?.end === 'cut' && (isAtBound || inspection.inflatedBytesLeft <= 0))
          inspection.addProblem('A very large part of a document was read in part.')
        return inflated?.bytes ?? new Uint8Array(0)
      },
    })
  }
  return parts
}

/** The package in a flat file: `pkg:part` with XML or base64 in it. */
export function packageOfFlatXml(text: string): OfficePackage {
  const parts = new Map<string, OfficePart>()
  const marks = /<pkg:part\s/g
  for (
    let match = marks.exec(text);
    match !== null && parts.size < limits.documentEntriesMax;
    match = marks.exec(text)
  ) {
    const close = text.indexOf('</pkg:part>', match.index)
    const body = text.slice(match.index, close < 0 ? text.length : close)
    const name = /pkg:name\s*=\s*["']\/?([^"']{1,512})/.exec(body.slice(0, 2_048))?.[1] ?? ''
    const bytes = flatPartBytes(body)
    const whole = bytes
    parts.set(name.toLowerCase(), {
      name,
      peek: () => whole.subarray(0, peekBytes),
      read: (bytesMax = limits.documentPartBytesMax) => whole.subarray(0, bytesMax),
    })
    marks.lastIndex = match.index + Math.max(1, body.length)
  }
  return parts
}

function flatPartBytes(body: string): Uint8Array {
  const xml = body.indexOf('<pkg:xmlData')
  if (xml >= 0) {
    const from = body.indexOf('>', xml) + 1
    const end = body.lastIndexOf('</pkg:xmlData>')
    return Buffer.from(body.slice(from, end < from ? body.length : end))
  }
  const binary = body.indexOf('<pkg:binaryData')
  if (binary < 0) return new Uint8Array(0)
  const from = body.indexOf('>', binary) + 1
  const end = body.indexOf('</pkg:binaryData', from)
  return bufferOf(Buffer.from(body.slice(from, end < 0 ? body.length : end), 'base64'))
}

/** The relationships that one part with the ending `.rels` gives. */
export function readRelationships(part: OfficePart): Relationship[] {
  const found: Relationship[] = []
  // `word/_rels/document.xml.rels` belongs to `word/document.xml`; targets are relative to `word/`.
  const folder = part.name.replace(/_rels\/[^/]*$/i, '')
  scanXml(decodeText(part.read()), {
    open: (tag) => {
      if (tag.name !== 'Relationship' || found.length >= limits.documentEntriesMax) return
      const target = tag.attribute('Target') ?? ''
      const type = (tag.attribute('Type') ?? '').split('/').at(-1) ?? ''
      const isExternal = /^external$/i.test(tag.attribute('TargetMode') ?? '')
      found.push({ type, target, isExternal, partName: isExternal ? '' : resolve(folder, target) })
    },
  })
  return found
}

/** A target's part name, in lower case. */
function resolve(folder: string, target: string): string {
  const path = target.startsWith('/') ? target.slice(1) : folder + target
  const names: string[] = []
  for (const name of path.slice(0, 1_024).split('/')) {
    if (name === '..') names.pop()
    else if (name !== '.' && name !== '') names.push(name)
  }
  return names.join('/').toLowerCase()
}
