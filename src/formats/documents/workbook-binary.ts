/** Reads Excel's binary workbooks (MS-XLS, and the older ones from Excel 2 on): sheets of Excel 4 macros and names that run
 *  by themselves, links to programs by DDE and OLE, controls, hyperlinks, passwords, and the shared texts. Cells are not
 *  read. */
import { limits } from '../../core/limits.ts'
import { latin1Text } from '../latin1.ts'
import { wideText } from '../utf16.ts'
import { bufferOf, byteAt, indexOfBytes, uint16At, uint32At } from './bytes.ts'
import { judgeRelationship, placeOfTarget } from './external-target.ts'
import type { Inspection } from './inspection.ts'
import { reportControl, reportOleClass } from './ole-class.ts'

/** Numbers of records (2.3.1). */
const recordTypes = {
  endOfFile: 0x0a,
  externSheet: 0x17,
  name: 0x18,
  externName: 0x23,
  filePass: 0x2f,
  object: 0x5d,
  boundSheet: 0x85,
  sharedStrings: 0xfc,
  supBook: 0x1ae,
  hyperlink: 0x1b8,
} as const

/** The record with which a workbook or sheet begins, by version: Excel 2, 3, 4, and 5 to 2003 (2.4.21). */
const beginnings: Readonly<Record<number, number>> = { 9: 2, 521: 3, 1033: 4, 2057: 5 }
const version97 = 0x0600
const macroSheet = 0x0040

/** Names that Excel runs, by their number (2.5.114). */
const builtInNames: Readonly<Record<number, string>> = {
  1: 'Auto_Open',
  2: 'Auto_Close',
  10: 'Auto_Activate',
  11: 'Auto_Deactivate',
}
const sheetStates: Readonly<Record<number, string>> = { 0: 'visible', 1: 'hidden', 2: 'very hidden' }

/** A record: its number, and its data. */
export interface BiffRecord {
  readonly type: number
  readonly at: number
  readonly data: Uint8Array
}

/** The records of a stream, in their order. */
export function* biffRecords(stream: Uint8Array): Generator<BiffRecord> {
  let at = 0
  for (let count = 0; at + 4 <= stream.length && count < limits.officeRecordsMax; count++) {
    const size = uint16At(stream, at + 2)
    yield { type: uint16At(stream, at), at, data: stream.subarray(at + 4, Math.min(stream.length, at + 4 + size)) }
    at += 4 + size
  }
}

/** Reads a workbook's stream. Gives the data of the record that says how it is encrypted, where it is and was not yet
 *  undone. */
export function readWorkbook(
  stream: Uint8Array,
  path: readonly string[],
  inspection: Inspection,
  isOpened = false,
): Uint8Array | undefined {
  const reader = new WorkbookReader(path, inspection)
  for (const record of biffRecords(stream)) {
    if (record.type === recordTypes.filePass && !isOpened) return record.data
    reader.read(record)
  }
  reader.finish()
  return undefined
}

class WorkbookReader {
  readonly #path: readonly string[]
  readonly #inspection: Inspection
  /** A link to a program that is DDE unless its names say that it is OLE. */
  #open: { readonly program: string; readonly topic: string; isObject: boolean } | undefined
  /** Excel 97 and later: texts have a byte of flags, and links stand in other records than before. */
  #is97 = true
  #hasNamedMacroSheet = false
  #hasMacroSheet = false

  constructor(path: readonly string[], inspection: Inspection) {
    this.#path = path
    this.#inspection = inspection
  }

  read({ type, data }: BiffRecord): void {
    if (type in beginnings) return this.#begin(type, data)
    switch (type) {
      case recordTypes.boundSheet:
        return this.#sheet(data)
      case recordTypes.name:
        return this.#name(data)
      case recordTypes.supBook:
        return this.#supBook(data)
      case recordTypes.externSheet:
        // From Excel 97 on it lists numbers of sheets and no names (2.4.105).
        return this.#is97 ? undefined : this.#externSheet(data)
      case recordTypes.object:
        return this.#object(data)
      case recordTypes.externName:
        if (this.#open && (uint16At(data, 0) & 0x10) !== 0) this.#open.isObject = true
        return
      case recordTypes.hyperlink:
        return this.#hyperlink(data)
      case recordTypes.sharedStrings:
        return this.#sharedStrings(data)
      default:
    }
  }

  /** What begins says what it is; a sheet of macros says so too where the list of sheets calls it another. */
  #begin(type: number, data: Uint8Array): void {
    this.#is97 = beginnings[type] === 5 && uint16At(data, 0) === version97
    if (uint16At(data, 2) === macroSheet) this.#hasMacroSheet = true
  }

  finish(): void {
    this.#finishLink()
    if (this.#hasMacroSheet && !this.#hasNamedMacroSheet)
      this.#inspection.add('excel4-macro', this.#path, 'a sheet of macros that the list of sheets does not name')
  }

  #finishLink(): void {
    const link = this.#open
    this.#open = undefined
    if (link === undefined) return
    const proof = `${link.program}|${link.topic}`
    this.#inspection.add(link.isObject ? 'external-relationship' : 'dde', this.#path, proof)
  }

  /** Where its sheet begins, its state, its kind and its name (2.4.28). */
  #sheet(data: Uint8Array): void {
    if (byteAt(data, 5) !== 1) return
    this.#hasNamedMacroSheet = true
    const state = sheetStates[byteAt(data, 4) & 3] ?? 'hidden'
    this.#inspection.add('excel4-macro', this.#path, `${state} macro sheet ${this.#text(data, 7, byteAt(data, 6))}`)
  }

  /** A defined name (2.4.150): flags, key, length, then the name or the number of a built-in one. */
  #name(data: Uint8Array): void {
    const isBuiltIn = (uint16At(data, 0) & 0x20) !== 0
    const text = this.#text(data, 14, byteAt(data, 3))
    if (isBuiltIn && text.length === 1) {
      const said = builtInNames[text.charCodeAt(0)]
      if (said !== undefined) this.#inspection.add('excel4-macro', this.#path, `${said} runs by itself`)
      return
    }
    if (/^auto_(?:open|close|activate|deactivate)/i.test(text)) {
      this.#inspection.add('excel4-macro', this.#path, `${text} runs by itself`)
    }
  }

  /** Another workbook, or a program and its topic apart by 0x03 (2.4.271, 2.5.277). */
  #supBook(data: Uint8Array): void {
    this.#finishLink()
    if (data.length <= 4) return
    const length = uint16At(data, 2)
    const isWide = (byteAt(data, 4) & 1) !== 0
    this.#link((isWide ? wideText : latin1Text)(data, 5, Math.min(data.length, 5 + length * (isWide ? 2 : 1))))
  }

  /** The same in Excel 5 and 95, with a length of one byte. */
  #externSheet(data: Uint8Array): void {
    const length = byteAt(data, 0)
    if (length === 0 || length + 1 > data.length || data.length > 256) return
    const text = bufferOf(data).toString('latin1', 1, Math.min(data.length, 2 + length))
    if (text.includes('\x03') && !text.startsWith('\x03')) this.#link(text)
  }

  #link(text: string): void {
    const mark = text.indexOf('\x03')
    if (mark <= 0) {
      const target = text
        .replace(/^\x01\x05?/, '')
        .replaceAll('\x02', '')
        .replaceAll('\x03', '\\')
      if (placeOfTarget(target) === 'web') {
        this.#inspection.add('linked-file', this.#path, `workbook ${target}`)
        this.#inspection.addLink(target, this.#path, 'document')
      }
      return
    }
    const program = text.slice(0, mark).replace(/^\x01/, '')
    // Paths of workbooks use 0x03 for a folder's end behind a mark in front.
    if (text.startsWith('\x01')) return
    this.#open = { program, topic: text.slice(mark + 1), isObject: false }
  }

  /** A link of a cell; its target stands behind the class id of a URL moniker (MS-OSHARED 2.3.7.6). */
  #hyperlink(data: Uint8Array): void {
    const mark = Uint8Array.of(
      0xe0,
      0xc9,
      0xea,
      0x79,
      0xf9,
      0xba,
      0xce,
      0x11,
      0x8c,
      0x82,
      0x00,
      0xaa,
      0x00,
      0x4b,
      0xa9,
      0x0b,
    )
    const at = indexOfBytes(data, mark)
    if (at < 0) return
    const end = Math.min(data.length, at + 20 + Math.min(uint32At(data, at + 16), 8_192))
    const target = wideText(data, at + 20, end).replace(/\0[\s\S]*$/, '')
    const feature = judgeRelationship('hyperlink', target)
    if (feature !== undefined) this.#inspection.add(feature, this.#path, `link ${target}`)
    this.#inspection.addLink(target, this.#path, 'document')
  }

  /** The texts of cells, as far as the first record has them (2.4.265). */
  #sharedStrings(data: Uint8Array): void {
    const count = Math.min(uint32At(data, 4), limits.documentEntriesMax)
    const texts: string[] = []
    let at = 8
    for (let index = 0; index < count && at + 3 <= data.length; index++) {
      const length = uint16At(data, at)
      const flags = byteAt(data, at + 2)
      let from = at + 3
      const runs = (flags & 8) !== 0 ? uint16At(data, from) : 0
      if ((flags & 8) !== 0) from += 2
      const extra = (flags & 4) !== 0 ? uint32At(data, from) : 0
      if ((flags & 4) !== 0) from += 4
      const end = from + length * ((flags & 1) + 1)
      if (end > data.length) break
      texts.push(((flags & 1) !== 0 ? wideText : latin1Text)(data, from, end))
      at = end + runs * 4 + extra
    }
    this.#inspection.addText(texts.join('\n'))
  }

  /** So many characters, with a byte of flags in front from Excel 97 on (2.5.293). */
  #text(data: Uint8Array, at: number, length: number): string {
    if (!this.#is97) return latin1Text(data, Math.min(at, data.length), Math.min(data.length, at + length))
    const isWide = (byteAt(data, at) & 1) !== 0
    const from = Math.min(at + 1, data.length)
    return (isWide ? wideText : latin1Text)(data, from, Math.min(data.length, from + length * (isWide ? 2 : 1)))
  }

  /** Something drawn on a sheet (2.4.181): where it is a control or an object, its class stands behind a formula
   *  (2.5.143). */
  #object(data: Uint8Array): void {
    let isControl = false
    for (let at = 0; at + 4 <= data.length; at += 4 + uint16At(data, at + 2)) {
      const kind = uint16At(data, at)
      if (kind === objectParts.flags) isControl = (uint16At(data, at + 4) & 0x10) !== 0
      if (kind !== objectParts.formula) continue
      // Sizes of the formula and of its tokens, then the mark of a class, its length and the name.
      const mark = at + 12 + (uint16At(data, at + 6) & 0x7fff)
      if (byteAt(data, mark) !== 3) continue
      const from = Math.min(mark + 4, data.length)
      const name = latin1Text(data, from, Math.min(data.length, from + byteAt(data, mark + 1)))
      if (isControl) reportControl(name, this.#path, this.#inspection)
      else reportOleClass(name, this.#path, this.#inspection)
    }
  }
}

/** Parts of an object's record (2.5.149, 2.5.150). */
const objectParts = { flags: 0x08, formula: 0x09 } as const
