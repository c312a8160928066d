/** Tells zip archives by their signs (PKWARE APPNOTE 4.3), also where the beginning is damaged. */
import { bufferOf, hasText, indexOfBytes, uint16At } from './bytes.ts'

export const endSignature = 'PK\x05\x06'
export const localSignature = 'PK\x03\x04'

/** Bytes in which the first head is looked for. */
const headSearchedBytes = 65_536
/** The end record has 22 bytes and a comment of at most 65,535. */
const endBytesMost = 65_557

/** Where the end record stands, looked for from behind (4.3.16). */
export function endRecordAt(bytes: Uint8Array): number {
  const from = Math.max(0, bytes.length - endBytesMost)
  return from + bufferOf(bytes.subarray(from)).lastIndexOf(endSignature, undefined, 'latin1')
}

/** True where bytes that begin as nothing known have an archive's heads in them, or its end: one whose beginning was
 *  damaged, which programs of Office offer to mend. */
export function holdsZip(bytes: Uint8Array): boolean {
  if (hasText(bytes, endRecordAt(bytes), endSignature)) return true
  const at = indexOfBytes(bytes, localSignature, 0, Math.min(bytes.length, headSearchedBytes))
  // Its version and method are small numbers.
  return at >= 0 && uint16At(bytes, at + 4) <= 63 && uint16At(bytes, at + 8) <= 99
}
