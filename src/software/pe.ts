/** Where a Windows program (PE/COFF, "PE Format" of Microsoft) carries its Authenticode signature, and which of its bytes
 *  that signature leaves out ("Windows Authenticode Portable Executable Signature Format", 2008). It reads a file's head
 *  only. */
import { limits } from '../core/limits.ts'
import type { ProgramKind } from './entry.ts'

/** Places in a signed file, in bytes from its beginning. */
export interface SignedPe {
  /** Four bytes that are not hashed. */
  readonly checksumAt: number
  /** Eight bytes that are not hashed: the certificate table's own entry among the data directories. */
  readonly directoryAt: number
  /** The certificate table, which is not hashed. */
  readonly tableAt: number
  readonly tableBytes: number
}

/** What a file is by its first bytes. */
export function programKind(head: Uint8Array): ProgramKind | undefined {
  const [a, b, c, d] = head
  if (a === 0x4d && b === 0x5a) return 'pe'
  if (a === 0x7f && b === 0x45 && c === 0x4c && d === 0x46) return 'elf'
  if (a === 0x23 && b === 0x21) return 'script'
  const isThin = (b === 0xfa && c === 0xed && d === 0xfe && (a === 0xce || a === 0xcf)) || isBigMach(a, b, c, d)
  return isThin ? 'mach-o' : undefined
}

const isBigMach = (a?: number, b?: number, c?: number, d?: number): boolean =>
  a === 0xfe && b === 0xed && c === 0xfa && (d === 0xce || d === 0xcf)

const securityDirectory = 4

/** Where the signature of a program is; undefined where the file is no PE file, or has no certificate table. The table may
 *  lie wherever the head says: the caller reads it, and finds out what is in it. */
export function locateSignature(head: Uint8Array, fileBytes: number): SignedPe | undefined {
  const view = new DataView(head.buffer, head.byteOffset, Math.min(head.length, limits.peHeadBytesMax))
  const has = (at: number, bytes: number): boolean => at >= 0 && at + bytes <= view.byteLength
  if (!has(0, 64) || view.getUint16(0, true) !== 0x5a4d) return undefined
  const headerAt = view.getUint32(0x3c, true)
  if (!has(headerAt, 26) || view.getUint32(headerAt, true) !== 0x4550) return undefined
  const optionalAt = headerAt + 24
  const magic = view.getUint16(optionalAt, true)
  const directoriesAt = magic === 0x10b ? optionalAt + 96 : magic === 0x20b ? optionalAt + 112 : -1
  if (directoriesAt < 0 || !has(directoriesAt - 4, 4)) return undefined
  const directoryAt = directoriesAt + 8 * securityDirectory
  if (view.getUint32(directoriesAt - 4, true) <= securityDirectory || !has(directoryAt, 8)) return undefined
  const tableAt = view.getUint32(directoryAt, true)
  const tableBytes = view.getUint32(directoryAt + 4, true)
  if (tableAt === 0 && tableBytes === 0) return undefined
  const isInside = tableAt >= directoryAt + 8 && tableBytes >= 8 && tableAt + tableBytes <= fileBytes
  // A table that cannot be there covers nothing: it is told as a signature that cannot be read.
  return { checksumAt: optionalAt + 64, directoryAt, tableAt, tableBytes: isInside ? tableBytes : 0 }
}

/** The parts of a file that its signature covers, as [from, until]. */
export function hashedParts(
  { checksumAt, directoryAt, tableAt, tableBytes }: SignedPe,
  fileBytes: number,
): [number, number][] {
  return [
    [0, checksumAt],
    [checksumAt + 4, directoryAt],
    [directoryAt + 8, tableAt],
    [tableAt + tableBytes, fileBytes],
  ]
}
