/** Reads zip archives (PKWARE APPNOTE 6.3): the directory at the end, and where it is damaged or hides something the
 *  heads in front of each entry. Nothing is unpacked before its turn. */
import { limits } from '../../core/limits.ts'
import { latin1Text } from '../latin1.ts'
import { bufferOf, byteAt, hasText, indexOfBytes, uint16At, uint32At, uint64At } from './bytes.ts'
import { type Inflated, inflateRaw } from './inflate.ts'
import type { Inspection } from './inspection.ts'
import { endRecordAt, endSignature, localSignature } from './zip-signs.ts'

/** One entry of an archive. */
export interface ZipEntry {
  /** Slashes forward, as it stands otherwise. */
  readonly name: string
  readonly isEncrypted: boolean
  /** `zip-crypto` or `aes` where it is encrypted. */
  readonly encryption: 'none' | 'zip-crypto' | 'aes' | 'strong'
  readonly method: number
  readonly packedSize: number
  readonly size: number
  /** Where its local head stands. */
  readonly at: number
  /** What the twelfth byte of a zip-crypto head must decrypt to (APPNOTE 6.1.6). */
  readonly checkByte: number
  /** 1 to 3: 128, 192 or 256 bits; 0 where it is not encrypted by AES. */
  readonly aesStrength: number
}

/** An archive's list. */
export interface ZipDirectory {
  readonly entries: readonly ZipEntry[]
  /** The list at the end is missing or broken; entries are those of the local heads. */
  readonly isDamaged: boolean
  readonly isCut: boolean
}

const centralSignature = 'PK\x01\x02'
const aesMethod = 99

/** Reads the list of an archive. Where it breaks off before the number of entries that its end gives, the heads in front
 *  of the others are searched for, as programs do that offer to mend a document. */
export function readZipDirectory(bytes: Uint8Array): ZipDirectory {
  const central = readCentral(bytes)
  if (central === undefined || central.entries.length === 0) return readLocalHeads(bytes)
  if (!central.isDamaged) return central
  const known = new Set(central.entries.map(({ at }) => at))
  const found = readLocalHeads(bytes)
  return { ...found, entries: [...central.entries, ...found.entries.filter(({ at }) => !known.has(at))] }
}

function readCentral(bytes: Uint8Array): ZipDirectory | undefined {
  const end = endRecordAt(bytes)
  if (!hasText(bytes, end, endSignature)) return undefined
  let size = uint32At(bytes, end + 12)
  let offset = uint32At(bytes, end + 16)
  const zip64 = end - 20
  if (hasText(bytes, zip64, 'PK\x06\x07')) {
    const at = uint64At(bytes, zip64 + 8)
    if (hasText(bytes, at, 'PK\x06\x06')) {
      size = uint64At(bytes, at + 40)
      offset = uint64At(bytes, at + 48)
    }
  }
  // What stands in front of the archive moves everything by as much.
  const stated = hasText(bytes, offset, centralSignature) ? offset : end - size
  const shift = stated - offset
  if (!hasText(bytes, stated, centralSignature)) return undefined
  const directory = readCentralEntries(bytes, stated, Math.max(0, shift))
  const isDamaged = !directory.isCut && directory.entries.length < uint16At(bytes, end + 10)
  return { ...directory, isDamaged }
}

function readCentralEntries(bytes: Uint8Array, from: number, shift: number): ZipDirectory {
  const entries: ZipEntry[] = []
  let at = from
  while (hasText(bytes, at, centralSignature)) {
    if (entries.length >= limits.documentEntriesMax) return { entries, isDamaged: false, isCut: true }
    const nameLength = uint16At(bytes, at + 28)
    const extraLength = uint16At(bytes, at + 30)
    entries.push(
      entryOf(bytes, {
        flags: uint16At(bytes, at + 8),
        time: uint16At(bytes, at + 12),
        checksum: uint32At(bytes, at + 16),
        method: uint16At(bytes, at + 10),
        packedSize: uint32At(bytes, at + 20),
        size: uint32At(bytes, at + 24),
        nameAt: at + 46,
        nameLength,
        extraLength,
        at: uint32At(bytes, at + 42) + shift,
      }),
    )
    at += 46 + nameLength + extraLength + uint16At(bytes, at + 32)
  }
  return { entries, isDamaged: false, isCut: false }
}

interface RawHead {
  readonly flags: number
  readonly time: number
  readonly checksum: number
  readonly method: number
  readonly packedSize: number
  readonly size: number
  readonly nameAt: number
  readonly nameLength: number
  readonly extraLength: number
  readonly at: number
}

function entryOf(bytes: Uint8Array, head: RawHead): ZipEntry {
  const nameEnd = Math.min(head.nameAt + head.nameLength, bytes.length)
  const nameText = bufferOf(bytes).toString('utf8', head.nameAt, nameEnd)
  const name = nameText.includes('\ufffd') ? latin1Text(bytes, head.nameAt, nameEnd) : nameText
  let { packedSize, size, at, method } = head
  let aesStrength = 0
  const extraEnd = Math.min(nameEnd + head.extraLength, bytes.length)
  for (let extra = nameEnd; extra + 4 <= extraEnd; extra += 4 + uint16At(bytes, extra + 2)) {
    const id = uint16At(bytes, extra)
    if (id === 0x0001) {
      // Zip64 (4.5.3): only those fields that are full stand here, in this order.
      let field = extra + 4
      if (size === 0xffffffff) {
        size = uint64At(bytes, field)
        field += 8
      }
      if (packedSize === 0xffffffff) {
        packedSize = uint64At(bytes, field)
        field += 8
      }
      if (at === 0xffffffff) at = uint64At(bytes, field)
    } else if (id === 0x9901 && method === aesMethod) {
      aesStrength = byteAt(bytes, extra + 8)
      method = uint16At(bytes, extra + 9)
    }
  }
  const isEncrypted = (head.flags & 1) !== 0
  const encryption = !isEncrypted
    ? 'none'
    : head.method === aesMethod
      ? 'aes'
      : (head.flags & 0x40) !== 0
        ? 'strong'
        : 'zip-crypto'
  const checkByte = (head.flags & 8) !== 0 ? head.time >>> 8 : head.checksum >>> 24
  return {
    name: name.replaceAll('\\', '/'),
    isEncrypted,
    encryption,
    method,
    packedSize,
    size,
    at,
    checkByte,
    aesStrength,
  }
}

/** Goes from local head to local head, where there is no list (4.3.7). Sizes that are not stated reach to the next. */
function readLocalHeads(bytes: Uint8Array): ZipDirectory {
  const entries: ZipEntry[] = []
  let at = indexOfBytes(bytes, localSignature)
  while (at >= 0 && entries.length < limits.documentEntriesMax) {
    const nameLength = uint16At(bytes, at + 26)
    const extraLength = uint16At(bytes, at + 28)
    const dataAt = at + 30 + nameLength + extraLength
    const stated = uint32At(bytes, at + 18)
    const hasSize = stated !== 0 && dataAt + stated <= bytes.length
    const next = indexOfBytes(bytes, localSignature, hasSize ? dataAt + stated : Math.min(dataAt, bytes.length))
    const packedSize = hasSize ? stated : Math.max(0, (next < 0 ? bytes.length : next) - dataAt)
    entries.push(
      entryOf(bytes, {
        flags: uint16At(bytes, at + 6),
        time: uint16At(bytes, at + 10),
        checksum: uint32At(bytes, at + 14),
        method: uint16At(bytes, at + 8),
        packedSize,
        size: uint32At(bytes, at + 22),
        nameAt: at + 30,
        nameLength,
        extraLength,
        at,
      }),
    )
    at = next
  }
  return { entries, isDamaged: true, isCut: entries.length >= limits.documentEntriesMax }
}

/** Bytes of an entry as they stand in the archive. */
export function packedBytes(bytes: Uint8Array, entry: ZipEntry): Uint8Array {
  // A head whose first bytes were damaged has the entry's name all the same.
  const hasHead = hasText(bytes, entry.at, localSignature) || hasText(bytes, entry.at + 30, entry.name)
  const dataAt = hasHead ? entry.at + 30 + uint16At(bytes, entry.at + 26) + uint16At(bytes, entry.at + 28) : entry.at
  return bytes.subarray(dataAt, Math.min(bytes.length, dataAt + entry.packedSize))
}

/** Unpacks one entry; undefined where it is encrypted, or packed in a way that is not read here. */
export function readZipEntry(
  bytes: Uint8Array,
  entry: ZipEntry,
  inspection: Inspection,
  bytesMax?: number,
): Inflated | undefined {
  return entry.isEncrypted ? undefined : unpackEntry(packedBytes(bytes, entry), entry.method, inspection, bytesMax)
}

/** Undoes an entry's packing; undefined where it is of another sort than none and deflate. */
export function unpackEntry(
  packed: Uint8Array,
  method: number,
  inspection: Inspection,
  bytesMax: number = limits.documentPartBytesMax,
): Inflated | undefined {
  if (method === 8) return inflateRaw(packed, inspection, bytesMax)
  if (method !== 0) return undefined
  // Counted like what is packed: thousands of entries may name the same bytes.
  const cut = packed.subarray(0, Math.max(0, Math.min(bytesMax, inspection.inflatedBytesLeft)))
  inspection.inflatedBytesLeft -= cut.length
  return { bytes: cut, end: cut.length < packed.length ? 'cut' : 'whole', isBomb: false }
}
