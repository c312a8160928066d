/** Reads the binary parts of workbooks (MS-XLSB): links to programs by DDE, names that run by themselves, hidden sheets.
 *  Cells are not read. */
import { limits } from '../../core/limits.ts'
import { wideText } from '../utf16.ts'
import { byteAt, uint16At, uint32At } from './bytes.ts'
import type { Inspection } from './inspection.ts'
import type { OfficePart } from './office-package.ts'

/** Numbers of records (2.3.2). */
const recordTypes = { name: 39, bundleSheet: 156, beginSupBook: 360 } as const

/** Sheets are the bulk of a workbook; what acts stands at the head of other parts. */
const readBytes = 1_048_576

/** Reads one binary part. */
export function readBinaryPart(part: OfficePart, path: readonly string[], inspection: Inspection): void {
  if (/worksheets\/|printersettings/i.test(part.name)) return
  const bytes = part.read(readBytes)
  let at = 0
  for (let count = 0; at < bytes.length && count < limits.officeRecordsMax; count++) {
    const type = readNumber(bytes, at, 2)
    const size = readNumber(bytes, type.end, 4)
    const data = bytes.subarray(size.end, Math.min(bytes.length, size.end + size.value))
    readRecord(type.value, data, path, inspection)
    at = size.end + size.value
  }
}

/** Seven bits a byte, least significant first (2.1.4). */
function readNumber(bytes: Uint8Array, from: number, bytesMax: number): { value: number; end: number } {
  let value = 0
  let at = from
  for (let index = 0; index < bytesMax; index++) {
    const byte = byteAt(bytes, at++)
    value |= (byte & 0x7f) << (7 * index)
    if ((byte & 0x80) === 0) break
  }
  return { value, end: at }
}

/** A string with its length in characters in front (2.5.168). */
function wideString(data: Uint8Array, at: number): { text: string; end: number } {
  const length = Math.min(uint32At(data, at), 32_767)
  const end = Math.min(data.length, at + 4 + length * 2)
  return { text: wideText(data, at + 4, end), end }
}

function readRecord(type: number, data: Uint8Array, path: readonly string[], inspection: Inspection): void {
  if (type === recordTypes.beginSupBook) {
    // 0: another workbook, 1: DDE, 2: OLE (2.4.226).
    const kind = uint16At(data, 0)
    const first = wideString(data, 2)
    const second = wideString(data, first.end)
    if (kind === 1) inspection.add('dde', path, `${first.text}|${second.text}`)
    else if (kind === 2) inspection.add('external-relationship', path, `OLE link of class ${second.text}`)
  } else if (type === recordTypes.name) {
    // Flags, shortcut, sheet, then the name (2.4.712).
    const { text } = wideString(data, 9)
    if (/^(?:_xlnm\.)?auto_(?:open|close|activate|deactivate)/i.test(text)) {
      inspection.add('excel4-macro', path, `${text} runs by itself`)
    }
  }
}
