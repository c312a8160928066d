/** Reads Word's binary documents (MS-DOC, and those of Word 6 and 95): the text in its pieces, the fields in it, the template that it names. Looks and
 *  pictures are not read. */
import { limits } from '../../core/limits.ts'
import { latin1Text } from '../latin1.ts'
import { wideText } from '../utf16.ts'
import { bufferOf, byteAt, uint16At, uint32At } from './bytes.ts'
import type { CompoundEntry, CompoundFile } from './compound-file.ts'
import { judgeRelationship, placeOfTarget } from './external-target.ts'
import { FieldReader } from './fields.ts'
import type { Inspection } from './inspection.ts'
import { withoutBlankLines } from './ooxml-part.ts'

/** Places in the head of a document (2.5): each pair is an offset and a length in the table stream. */
const headPlaces = {
  flags: 0x0a,
  textStart: 0x18,
  textEnd: 0x1c,
  oldPieces: 0x160,
  associated: 0x19a,
  pieces: 0x1a2,
} as const
const flagBits = { encrypted: 0x0100, secondTable: 0x0200, wide: 0x1000 } as const
/** The first version whose head has these places (Word 97). Before it the tables lie in the document's own stream, and
 *  all of the text has one or two bytes a character. */
const version97 = 193

/** Word 97 and later, Word 6 and 95, and the East Asian ones of that time. */
const idents = new Set([0xa5ec, 0xa5dc, 0xa697, 0xa698, 0xa699])

/** Reads one document stream. */
export function readWordDocument(
  file: CompoundFile,
  stream: CompoundEntry,
  path: readonly string[],
  inspection: Inspection,
): void {
  const head = file.read(stream, limits.documentBytesMax)
  if (!idents.has(uint16At(head, 0))) return
  const flags = uint16At(head, headPlaces.flags)
  if ((flags & flagBits.encrypted) !== 0) {
    inspection.add('encrypted-document', path, 'Word document with a password')
    return
  }
  const folder = stream.path.slice(0, -stream.name.length)
  const table = file.find(`${folder}${(flags & flagBits.secondTable) !== 0 ? '1Table' : '0Table'}`)
  const tableBytes = table ? file.read(table, limits.documentBytesMax) : new Uint8Array(0)
  reportTemplate(head, tableBytes, path, inspection)
  const fields = new FieldReader(path, inspection)
  let visible = ''
  for (const text of textPieces(head, tableBytes)) {
    readText(text, fields)
    if (visible.length < limits.documentTextCharactersMax) visible += withoutFields(text)
  }
  fields.finish()
  inspection.addText(withoutBlankLines(visible))
}

/** Pieces of text in their order (2.4.1); of a document without a list of pieces the one run that the head names. */
function textPieces(head: Uint8Array, table: Uint8Array): string[] {
  const is97 = uint16At(head, 2) >= version97
  const isWide = (uint16At(head, headPlaces.flags) & flagBits.wide) !== 0
  const pieces = is97
    ? piecesOf(head, table, headPlaces.pieces, pieceText)
    : piecesOf(head, head, headPlaces.oldPieces, isWide ? oldWideText : oldText)
  if (pieces.length > 0) return pieces
  const start = uint32At(head, headPlaces.textStart)
  const end = Math.min(head.length, uint32At(head, headPlaces.textEnd))
  if (start >= end) return []
  return [!is97 && isWide ? wideText(head, start, end) : bufferOf(head).toString('latin1', start, end)]
}

/** Text of so many characters at a place. */
type PieceText = (head: Uint8Array, place: number, characters: number) => string

function piecesOf(head: Uint8Array, table: Uint8Array, listAt: number, textOf: PieceText): string[] {
  const from = uint32At(head, listAt)
  const end = Math.min(table.length, from + uint32At(head, listAt + 4))
  let at = from
  // Property changes stand in front, each with its length (2.9.38).
  while (at < end && byteAt(table, at) === 1) at += 3 + uint16At(table, at + 1)
  if (at + 5 > end || byteAt(table, at) !== 2) return []
  const size = Math.min(uint32At(table, at + 1), end - at - 5)
  const count = Math.floor((size - 4) / 12)
  const positions = at + 5
  const found: string[] = []
  let length = 0
  for (let index = 0; index < count && length < limits.documentPartBytesMax; index++) {
    const characters = uint32At(table, positions + (index + 1) * 4) - uint32At(table, positions + index * 4)
    if (characters <= 0 || characters > head.length) continue
    const place = uint32At(table, positions + (count + 1) * 4 + index * 8 + 2)
    const text = textOf(head, place, characters)
    found.push(text)
    length += text.length
  }
  return found
}

/** One byte a character where bit 30 says so, at half the place (2.9.73). */
function pieceText(head: Uint8Array, place: number, characters: number): string {
  const isNarrow = (place & 0x4000_0000) !== 0
  const offset = place & 0x3fff_ffff
  const start = Math.min(head.length, isNarrow ? Math.floor(offset / 2) : offset)
  const end = Math.min(head.length, start + (isNarrow ? characters : characters * 2))
  return (isNarrow ? latin1Text : wideText)(head, start, end)
}

const oldText: PieceText = (head, place, characters) =>
  latin1Text(head, Math.min(head.length, place), Math.min(head.length, place + characters))
const oldWideText: PieceText = (head, place, characters) =>
  wideText(head, Math.min(head.length, place), Math.min(head.length, place + characters * 2))

const fieldMarks = /[\x13\x14\x15]/g

/** Marks of fields stand in the text: 0x13 begins, 0x14 separates, 0x15 ends (2.8.25). */
function readText(text: string, fields: FieldReader): void {
  let from = 0
  for (let match = fieldMarks.exec(text); match !== null; match = fieldMarks.exec(text)) {
    if (match.index > from) fields.text(text.slice(from, match.index))
    if (match[0] === '\x13') fields.begin()
    else if (match[0] === '\x14') fields.separate()
    else fields.end()
    from = match.index + 1
  }
  fieldMarks.lastIndex = 0
  if (from < text.length) fields.text(text.slice(from))
}

/** Text without instructions of fields; cells and paragraphs end a line. */
const withoutFields = (text: string): string =>
  text
    .slice(0, limits.documentTextCharactersMax)
    .replace(/\x13[^\x13-\x15]*[\x14\x15]/g, '')
    .replace(/[\x07\x0b-\x0d]/g, '\n')
    .replace(/[\x00-\x08\x0e-\x1f]/g, '')

/** The template that the document is attached to: the second of its associated strings (2.9.271). */
function reportTemplate(head: Uint8Array, table: Uint8Array, path: readonly string[], inspection: Inspection): void {
  const from = uint32At(head, headPlaces.associated)
  const end = Math.min(table.length, from + uint32At(head, headPlaces.associated + 4))
  if (uint16At(table, from) !== 0xffff || from + 6 > end) return
  const first = from + 6
  const second = first + 2 + uint16At(table, first) * 2
  const length = uint16At(table, second)
  if (second + 2 + length * 2 > end) return
  const target = wideText(table, second + 2, second + 2 + length * 2)
  const feature = judgeRelationship('attachedTemplate', target)
  if (feature !== undefined) inspection.add(feature, path, `template ${target}`)
  if (placeOfTarget(target) === 'web') inspection.addLink(target, path, 'document')
}
