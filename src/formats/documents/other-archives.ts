/** Lists archives other than zip: tar in full; RAR, 7z and cabinets by their heads, which tell names and whether there is
 *  a password. What is packed in ways of their own is not unpacked. */
import { limits } from '../../core/limits.ts'
import { wideText } from '../utf16.ts'
import { reportByName } from './archive.ts'
import {
  bufferOf,
  byteAt,
  hasText,
  indexOfBytes,
  latin1OrUtf8,
  uint16At,
  uint32At,
  uint64At,
  zeroEndedText,
} from './bytes.ts'
import type { FileKind } from './file-kind.ts'
import type { Inspection, Subject } from './inspection.ts'

const notUnpacked = 'An archive of a sort that is not unpacked here was read by its list of files alone.'

/** Examines an archive by its kind. */
export function examineOtherArchive(subject: Subject, kind: FileKind, inspection: Inspection): void {
  if (kind === 'tar') return readTar(subject, inspection)
  inspection.addProblem(notUnpacked)
  if (kind === 'rar') {
    if (hasText(subject.bytes, 6, '\x01\x00')) readRar5(subject, inspection)
    else readRar4(subject, inspection)
  } else if (kind === 'seven-zip') readSevenZip(subject, inspection)
  else if (kind === 'cabinet') readCabinet(subject, inspection)
}

const reportEntry = (name: string, subject: Subject, inspection: Inspection): void =>
  reportByName(name, [...subject.path, name.slice(0, limits.documentNameCharactersMax)], inspection)

/** Blocks of 512 bytes: a head, then the file (POSIX.1-2017, pax). */
function readTar(subject: Subject, inspection: Inspection): void {
  const { bytes } = subject
  let longName = ''
  let at = 0
  for (let count = 0; at + 512 <= bytes.length && count < limits.documentEntriesMax; count++) {
    if (byteAt(bytes, at) === 0) break
    const size = tarNumber(bytes, at + 124)
    const type = String.fromCharCode(byteAt(bytes, at + 156))
    const content = bytes.subarray(
      at + 512,
      Math.min(bytes.length, at + 512 + Math.min(size, limits.documentPartBytesMax)),
    )
    const prefix = zeroEndedText(bytes, at + 345, 155)
    const short = zeroEndedText(bytes, at, 100)
    // GNU puts a long name in an entry of its own, in front of the file's.
    if (type === 'L') longName = zeroEndedText(content, 0, 4_096)
    else if (type === '0' || type === '\0' || type === '7') {
      inspection.enqueue(subject, longName || (prefix === '' ? short : `${prefix}/${short}`), content)
      longName = ''
    }
    at += 512 + Math.ceil(size / 512) * 512
  }
}

/** Octal digits, or from 8 GiB on a number with its highest bit set. */
function tarNumber(bytes: Uint8Array, at: number): number {
  if ((byteAt(bytes, at) & 0x80) !== 0) return Number.MAX_SAFE_INTEGER
  const value = Number.parseInt(zeroEndedText(bytes, at, 12).trim(), 8)
  return Number.isFinite(value) && value >= 0 ? value : 0
}

/** Blocks of RAR up to version 4: checksum, type, flags, size. */
function readRar4(subject: Subject, inspection: Inspection): void {
  const { bytes } = subject
  let at = 7
  for (let count = 0; at + 7 <= bytes.length && count < limits.documentEntriesMax; count++) {
    const type = byteAt(bytes, at + 2)
    const flags = uint16At(bytes, at + 3)
    const size = uint16At(bytes, at + 5)
    if (size < 7) return
    if (type === 0x73 && (flags & 0x80) !== 0) {
      inspection.add('encrypted-archive', subject.path, 'RAR archive, names of files too')
      return
    }
    const packedSize = type === 0x74 || (flags & 0x8000) !== 0 ? uint32At(bytes, at + 7) : 0
    if (type === 0x74) {
      const nameEnd = Math.min(bytes.length, at + 32 + uint16At(bytes, at + 26))
      const name = latin1OrUtf8(bytes.subarray(Math.min(at + 32, nameEnd), nameEnd)).split('\0', 1)[0] ?? ''
      if ((flags & 4) !== 0) inspection.add('encrypted-archive', subject.path, `${name}, RAR`)
      // Stored without packing: 0x30.
      const isReadable = (flags & 4) === 0 && byteAt(bytes, at + 25) === 0x30
      if (isReadable) inspection.enqueue(subject, name, bytes.subarray(at + size, at + size + packedSize))
      else reportEntry(name, subject, inspection)
    }
    at += size + packedSize
  }
}

/** A number of seven bits a byte. */
function variable(bytes: Uint8Array, from: number): { value: number; end: number } {
  let value = 0
  for (let index = 0; index < 8; index++) {
    const byte = byteAt(bytes, from + index)
    value += (byte & 0x7f) * 2 ** (7 * index)
    if ((byte & 0x80) === 0) return { value, end: from + index + 1 }
  }
  return { value, end: from + 8 }
}

/** Blocks of RAR 5: checksum, size, type, flags, sizes of what follows. */
function readRar5(subject: Subject, inspection: Inspection): void {
  const { bytes } = subject
  let at = 8
  for (let count = 0; at + 7 <= bytes.length && count < limits.documentEntriesMax; count++) {
    const size = variable(bytes, at + 4)
    const type = variable(bytes, size.end)
    const flags = variable(bytes, type.end)
    const extra = (flags.value & 1) !== 0 ? variable(bytes, flags.end) : { value: 0, end: flags.end }
    const data = (flags.value & 2) !== 0 ? variable(bytes, extra.end) : { value: 0, end: extra.end }
    const end = size.end + size.value
    if (type.value === 4) {
      inspection.add('encrypted-archive', subject.path, 'RAR archive, names of files too')
      return
    }
    if (type.value === 2)
      readRar5File(subject, { at: data.end, end, extra: extra.value, dataSize: data.value }, inspection)
    at = end + data.value
  }
}

interface Rar5Block {
  readonly at: number
  readonly end: number
  readonly extra: number
  readonly dataSize: number
}

function readRar5File(subject: Subject, block: Rar5Block, inspection: Inspection): void {
  const { bytes } = subject
  const flags = variable(bytes, block.at)
  const unpacked = variable(bytes, flags.end)
  const attributes = variable(bytes, unpacked.end)
  const times = attributes.end + ((flags.value & 2) !== 0 ? 4 : 0) + ((flags.value & 4) !== 0 ? 4 : 0)
  const packing = variable(bytes, times)
  const system = variable(bytes, packing.end)
  const length = variable(bytes, system.end)
  const nameAt = Math.min(length.end, bytes.length)
  const name = bufferOf(bytes).toString('utf8', nameAt, Math.min(bytes.length, nameAt + Math.min(length.value, 2_048)))
  // Records of the extra area: size, type; type 1 is encryption.
  const record = variable(bytes, block.end - block.extra)
  const isEncrypted = block.extra > 0 && variable(bytes, record.end).value === 1
  if (isEncrypted) inspection.add('encrypted-archive', subject.path, `${name}, RAR`)
  const isStored = ((packing.value >>> 7) & 7) === 0
  if (isStored && !isEncrypted) inspection.enqueue(subject, name, bytes.subarray(block.end, block.end + block.dataSize))
  else reportEntry(name, subject, inspection)
}

/** The head at the end of 7z is packed itself unless the archive is small; the method of encrypting has its own number. */
function readSevenZip(subject: Subject, inspection: Inspection): void {
  const { bytes } = subject
  const at = 32 + uint64At(bytes, 12)
  const head = bytes.subarray(
    Math.min(at, bytes.length),
    Math.min(bytes.length, at + Math.min(uint64At(bytes, 20), 4_194_304)),
  )
  const isEncrypted = indexOfBytes(head, '\x06\xf1\x07\x01') >= 0
  if (isEncrypted) inspection.add('encrypted-archive', subject.path, '7z archive')
  // 0x01: a head as it is; 0x17: a packed one.
  if (byteAt(head, 0) !== 1) {
    if (!isEncrypted) inspection.addProblem('A 7z archive packs its own list of files, which is not unpacked here.')
    return
  }
  for (const name of sevenZipNames(head)) reportEntry(name, subject, inspection)
}

/** Names stand in one run of UTF-16 behind their mark, 0x11, their size and a zero. */
function sevenZipNames(head: Uint8Array): string[] {
  for (let at = head.lastIndexOf(0x11); at > 0; at = head.lastIndexOf(0x11, at - 1)) {
    const first = byteAt(head, at + 1)
    const from = first < 0x80 ? at + 3 : at + 4
    const size = first < 0x80 ? first : ((first & 0x3f) << 8) | byteAt(head, at + 2)
    if (byteAt(head, from - 1) !== 0 || size < 3 || from + size - 1 > head.length) continue
    const text = wideText(head, from, from + size - 1)
    if (text.endsWith('\0') && /^[^\u0001-\u001f]+$/.test(text)) return text.split('\0').filter((name) => name !== '')
  }
  return []
}

/** The list of a cabinet (MS-CAB 2.3). */
function readCabinet(subject: Subject, inspection: Inspection): void {
  const { bytes } = subject
  const count = Math.min(uint16At(bytes, 28), limits.documentEntriesMax)
  let at = uint32At(bytes, 16)
  for (let index = 0; index < count && at + 16 < bytes.length; index++) {
    const name = zeroEndedText(bytes, at + 16, 256)
    reportEntry(name, subject, inspection)
    at += 16 + name.length + 1
  }
}
