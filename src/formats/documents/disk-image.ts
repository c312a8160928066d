/** Lists the files in optical images, ISO 9660 with Joliet (ECMA-119) and UDF (ECMA-167), and has each examined. Images of
 *  hard disks are told as that and not opened. */
import { limits } from '../../core/limits.ts'
import { latin1Text } from '../latin1.ts'
import { wideText } from '../utf16.ts'
import { bufferOf, byteAt, hasText, uint16At, uint32At } from './bytes.ts'
import type { FileKind } from './file-kind.ts'
import type { Inspection, Subject } from './inspection.ts'

const sectorBytes = 2_048

/** Examines an image. */
export function examineDiskImage(subject: Subject, kind: FileKind, inspection: Inspection): void {
  const count = kind === 'iso' ? readIso(subject, inspection) : kind === 'udf' ? readUdf(subject, inspection) : 0
  // A bridge disc has both; some have their files in UDF alone.
  if (kind === 'iso' && count === 0 && readUdf(subject, inspection) > 0) return
  if (count === 0 && kind !== 'udf') inspection.addProblem('A disk image was not opened, or no file was found in it.')
}

/** Where the root folder is described: of Joliet where it is there, which has the names that Windows shows. */
function rootRecord(bytes: Uint8Array): { at: number; isWide: boolean } | undefined {
  let found: { at: number; isWide: boolean } | undefined
  for (let sector = 16; sector < 48; sector++) {
    const at = sector * sectorBytes
    if (!hasText(bytes, at + 1, 'CD001')) break
    const type = byteAt(bytes, at)
    if (type === 1 && !found) found = { at: at + 156, isWide: false }
    if (type === 2 && hasText(bytes, at + 88, '%/')) return { at: at + 156, isWide: true }
    if (type === 255) break
  }
  return found
}

function readIso(subject: Subject, inspection: Inspection): number {
  const { bytes } = subject
  const root = rootRecord(bytes)
  if (root === undefined) return 0
  const waiting = [{ sector: uint32At(bytes, root.at + 2), size: uint32At(bytes, root.at + 10), path: '' }]
  const seen = new Set<number>()
  let count = 0
  for (let folder = waiting.shift(); folder && count < limits.documentEntriesMax; folder = waiting.shift()) {
    if (seen.has(folder.sector)) continue
    seen.add(folder.sector)
    const start = folder.sector * sectorBytes
    const end = Math.min(bytes.length, start + folder.size)
    for (let at = start; at < end && count < limits.documentEntriesMax; ) {
      const length = byteAt(bytes, at)
      if (length < 34) {
        // Records do not cross sectors: the rest of one is zeros.
        at = (Math.floor(at / sectorBytes) + 1) * sectorBytes
        continue
      }
      const entry = readIsoRecord(bytes, at, root.isWide)
      at += length
      if (entry === undefined) continue
      const path = folder.path === '' ? entry.name : `${folder.path}/${entry.name}`
      if (entry.isFolder) waiting.push({ sector: entry.sector, size: entry.size, path })
      else {
        count++
        const from = entry.sector * sectorBytes
        inspection.enqueue(
          subject,
          path,
          bytes.subarray(from, from + Math.min(entry.size, limits.documentPartBytesMax)),
        )
      }
    }
  }
  return count
}

interface IsoEntry {
  readonly name: string
  readonly isFolder: boolean
  readonly sector: number
  readonly size: number
}

/** One record (ECMA-119 9.1); undefined for those that stand for the folder itself and the one above. */
function readIsoRecord(bytes: Uint8Array, at: number, isWide: boolean): IsoEntry | undefined {
  const length = byteAt(bytes, at + 32)
  if (length <= 1 && byteAt(bytes, at + 33) < 2) return undefined
  const raw = bytes.subarray(at + 33, at + 33 + length)
  const name = isWide ? wideName(raw) : latin1Text(raw)
  return {
    name: name.replace(/;\d{1,5}$/, ''),
    isFolder: (byteAt(bytes, at + 25) & 2) !== 0,
    sector: uint32At(bytes, at + 2),
    size: uint32At(bytes, at + 10),
  }
}

/** UTF-16, most significant byte first. */
function wideName(raw: Uint8Array): string {
  return wideText(Buffer.from(raw.subarray(0, raw.length - (raw.length % 2))).swap16())
}

const tagIds = { partition: 5, fileIdentifier: 257, fileEntry: 261, extendedFileEntry: 266 } as const

/** A tag's sum: of its 16 bytes but the fifth, which holds it (ECMA-167 3/7.2). */
function isTag(bytes: Uint8Array, at: number, id: number): boolean {
  if (uint16At(bytes, at) !== id || at + 16 > bytes.length) return false
  let sum = 0
  for (let index = 0; index < 16; index++) if (index !== 4) sum += byteAt(bytes, at + index)
  return (sum & 0xff) === byteAt(bytes, at + 4)
}

/** Names of files stand in tagged records on multiples of four; each leads to the record of its content. */
function readUdf(subject: Subject, inspection: Inspection): number {
  const { bytes } = subject
  let partition = 0
  for (let sector = 16; sector * sectorBytes < bytes.length && sector < 1_024; sector++) {
    if (isTag(bytes, sector * sectorBytes, tagIds.partition)) partition = uint32At(bytes, sector * sectorBytes + 188)
  }
  const mark = Uint8Array.of(1, 1)
  const view = bufferOf(bytes)
  let count = 0
  for (let at = view.indexOf(mark); at >= 0 && count < limits.documentEntriesMax; at = view.indexOf(mark, at + 2)) {
    if (at % 4 !== 0 || !isTag(bytes, at, tagIds.fileIdentifier)) continue
    // Bits 1 and 3: a folder, or the one above (4/14.4.3).
    const isFile = (byteAt(bytes, at + 18) & 0x0a) === 0
    const length = byteAt(bytes, at + 19)
    if (!isFile || length < 2) continue
    const nameAt = at + 38 + uint16At(bytes, at + 36)
    const raw = bytes.subarray(nameAt + 1, nameAt + length)
    const name = byteAt(bytes, nameAt) === 16 ? wideName(raw) : latin1Text(raw)
    count++
    inspection.enqueue(
      subject,
      name,
      udfContent(bytes, (partition + uint32At(bytes, at + 24)) * sectorBytes, partition),
    )
  }
  return count
}

/** A file's first extent, or its bytes where they lie in the record itself (4/14.9, 4/14.17). */
function udfContent(bytes: Uint8Array, at: number, partition: number): Uint8Array {
  const isExtended = isTag(bytes, at, tagIds.extendedFileEntry)
  // What can't be found is still named: one byte stands for it.
  const missing = Uint8Array.of(0)
  if (!isExtended && !isTag(bytes, at, tagIds.fileEntry)) return missing
  const lengths = at + (isExtended ? 208 : 168)
  const from = at + (isExtended ? 216 : 176) + uint32At(bytes, lengths)
  const kind = uint16At(bytes, at + 34) & 7
  if (kind === 3) return bytes.subarray(from, from + Math.min(uint32At(bytes, lengths + 4), sectorBytes))
  const size = uint32At(bytes, from) & 0x3fff_ffff
  const start = (partition + uint32At(bytes, from + 4)) * sectorBytes
  return bytes.subarray(start, start + Math.min(size, limits.documentPartBytesMax))
}
