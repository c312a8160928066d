/** Examines Office documents in XML (ECMA-376, MS-XLSB): relationships that lead outside, macros wherever they lie, fields
 *  and links that start programs, and the files inside, which are examined in their turn. */
import { limits } from '../../core/limits.ts'
import { readBinaryPart } from './binary-sheet.ts'
import { decodeText, hasText } from './bytes.ts'
import { judgeRelationship, placeOfTarget } from './external-target.ts'
import type { FileKind } from './file-kind.ts'
import type { Inspection, Subject } from './inspection.ts'
import type { OfficePackage, OfficePart, Relationship } from './office-package.ts'
import { readRelationships } from './office-package.ts'
import { readXmlPart } from './ooxml-part.ts'
import { scanXml } from './xml-scan.ts'

/** Content types and relationships that say what a part is for. */
interface PackageMap {
  readonly relationships: readonly (Relationship & { readonly from: string })[]
  /** Content type by part name in lower case, for those that are named one by one. */
  readonly types: ReadonlyMap<string, string>
}

/** Examines a package, and tells which application's it is. */
export function examinePackage(subject: Subject, parts: OfficePackage, inspection: Inspection): FileKind {
  const map = mapPackage(parts)
  for (const relationship of map.relationships) reportRelationship(relationship, subject, inspection)
  reportMacroSheets(parts, map, subject, inspection)
  const partsOf = (isWanted: (type: string) => boolean): ReadonlySet<string> =>
    new Set(map.relationships.filter(({ type }) => isWanted(type)).map(({ partName }) => partName))
  const embedded = partsOf(isEmbedding)
  const lively = partsOf((type) => !dullTypes.has(type.toLowerCase()))
  for (const [key, part] of parts) {
    const isDull = key === '[content_types].xml' || /\.rels\??$/.test(key) || (dullName.test(key) && !lively.has(key))
    examinePart(part, { key, isEmbedded: embedded.has(key), isDull }, subject, inspection)
  }
  return kindOfPackage(parts, map)
}

const isEmbedding = (type: string): boolean =>
  /^(?:oleObject|package|aFChunk|attachedToolbars|activeXControlBinary)$/i.test(type)

function mapPackage(parts: OfficePackage): PackageMap {
  const relationships: (Relationship & { from: string })[] = []
  for (const [key, part] of parts) {
    if (!/\.rels\??$/.test(key) || relationships.length >= limits.documentEntriesMax) continue
    for (const relationship of readRelationships(part)) relationships.push({ ...relationship, from: part.name })
  }
  const types = new Map<string, string>()
  const list = parts.get('[content_types].xml')
  if (list) {
    scanXml(decodeText(list.read()), {
      open: (tag) => {
        if (tag.name !== 'Override' || types.size >= limits.documentEntriesMax) return
        types.set(
          (tag.attribute('PartName') ?? '').replace(/^\//, '').toLowerCase(),
          tag.attribute('ContentType') ?? '',
        )
      },
    })
  }
  return { relationships, types }
}

function reportRelationship(
  { type, target, isExternal, from }: PackageMap['relationships'][number],
  subject: Subject,
  inspection: Inspection,
): void {
  if (!isExternal) {
    // A part that is said to be inside and leads elsewhere is no slip of Office's.
    const place = placeOfTarget(target)
    if (place !== 'handler' && place !== 'share') return
  }
  const path = [...subject.path, from]
  // A chart names its workbook by the same kind of relationship as a document its objects.
  const isChart = /(?:^|\/)charts\/_rels\//i.test(from) && type === 'oleObject'
  const feature = judgeRelationship(isChart ? 'externalLinkPath' : type, target)
  if (feature !== undefined) inspection.add(feature, path, `${type}: ${target}`)
  const place = placeOfTarget(target)
  if (place !== 'inside' && place !== 'local') inspection.addLink(target, path, 'document')
}

/** Sheets of Excel 4 macros, by their relationship or content type. */
function reportMacroSheets(parts: OfficePackage, map: PackageMap, subject: Subject, inspection: Inspection): void {
  const sheets = new Set<string>()
  for (const { type, partName } of map.relationships) if (/^xl(?:Intl)?Macrosheet$/i.test(type)) sheets.add(partName)
  for (const [key, type] of map.types) if (/macrosheet/i.test(type)) sheets.add(key)
  for (const key of parts.keys()) if (/^xl\/macrosheets\/[^/]+\.(?:xml|bin)$/.test(key)) sheets.add(key)
  for (const key of sheets) {
    inspection.add('excel4-macro', [...subject.path, parts.get(key)?.name ?? key], 'a sheet of Excel 4 macros')
  }
}

interface PartUse {
  readonly key: string
  readonly isEmbedded: boolean
  /** Its text is not read, unless its bytes are a file of another kind: any part may be called anything. */
  readonly isDull: boolean
}

/** Parts that are large, and hold nothing but looks and numbers: by name, and by the relationships that lead to them. */
const dullName =
  /(?:^|\/)(?:theme\d*|styles|styleswitheffects|fonttable|numbering|calcchain|tablestyles|presprops|viewprops|printersettings\d*)\.(?:xml|bin)\??$/
const dullTypes = new Set(
  'theme themeoverride styles styleswitheffects fonttable numbering calcchain tablestyles presprops viewprops printersettings'.split(
    ' ',
  ),
)

function examinePart(part: OfficePart, use: PartUse, subject: Subject, inspection: Inspection): void {
  const head = part.peek()
  if (hasText(head, 0, '\xd0\xcf\x11\xe0') || use.isEmbedded || isForeign(use.key, head)) {
    inspection.enqueue(subject, part.name, part.read(), 'part')
  } else if (use.isDull) return
  else if (isPicture(head)) {
    if (inspection.wantsPictures)
      inspection.enqueue(subject, part.name, part.read(limits.documentPictureBytesMax), 'part')
  } else if (/\.bin\??$/.test(use.key)) readBinaryPart(part, [...subject.path, part.name], inspection)
  else if (looksLikeXml(head)) readXmlPart(part, use.key, [...subject.path, part.name], inspection)
}

const isPicture = (head: Uint8Array): boolean =>
  hasText(head, 0, '\x89PNG') || hasText(head, 0, '\xff\xd8\xff') || hasText(head, 0, 'GIF8')

/** Bytes that have no business among an Office document's parts but as a file inside it. */
const isForeign = (key: string, head: Uint8Array): boolean =>
  hasText(head, 0, 'PK\x03\x04') ||
  hasText(head, 0, 'MZ') ||
  hasText(head, 0, '{\\rt') ||
  hasText(head, 0, '%PDF') ||
  hasText(head, 0, 'L\0\0\0\x01\x14\x02\0') ||
  /\.(?:html?|mht|rtf|docx?|xlsx?|pptx?|svg|exe|lnk|js|vbs|hta|ps1|bat|cmd)\??$/.test(key)

/** A mark of byte order, blanks, or `<`, in one or two bytes a character. */
function looksLikeXml(head: Uint8Array): boolean {
  const text = decodeText(head).trimStart()
  return text.startsWith('<') || text.startsWith('\ufeff<')
}

function kindOfPackage(parts: OfficePackage, map: PackageMap): FileKind {
  const main = map.relationships.find(({ type, from }) => type === 'officeDocument' && /^_rels\//i.test(from))
  const type = main ? (map.types.get(main.partName) ?? '') : ''
  const first = main?.partName.split('/', 1)[0] ?? ''
  if (/wordprocessingml|ms-word/.test(type) || first === 'word') return 'ooxml-word'
  if (/spreadsheetml|ms-excel/.test(type) || first === 'xl') return 'ooxml-excel'
  if (/presentationml|ms-powerpoint/.test(type) || first === 'ppt') return 'ooxml-powerpoint'
  const folders: readonly (readonly [string, FileKind])[] = [
    ['word/', 'ooxml-word'],
    ['xl/', 'ooxml-excel'],
    ['ppt/', 'ooxml-powerpoint'],
  ]
  for (const [folder, kind] of folders) for (const key of parts.keys()) if (key.startsWith(folder)) return kind
  return 'ooxml-other'
}
