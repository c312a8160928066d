/** Unpacks BinHex 4.0 (RFC 1741), in which Macintosh programs sent files, and which mail servers still undo for Outlook: the
 *  file's content and name. Its resources are left out, sums are not checked. */
import { bigUint32At, byteAt, indexOfBytes } from '../documents/bytes.ts'
import { latin1Text } from '../latin1.ts'
import { digitsOf, fromSixBits } from './six-bits.ts'

const announcement = '(This file must be converted with BinHex'
/** Bytes in which the announcement may stand: some programs put words before it. */
const announcedWithin = 2_048

const digits = digitsOf('!"#$%&\'()*+,-012345689@ABCDEFGHIJKLMNPQRSTUVXYZ[`abcdefhijklmpqr')

const repeat = 0x90
const colon = 0x3a

/** Whether bytes announce themselves as BinHex. */
export const isBinHex = (bytes: Uint8Array): boolean =>
  indexOfBytes(bytes.subarray(0, announcedWithin), announcement) >= 0

/** The file; undefined where there is none. At most `bytesMax` of it are unpacked. */
export function decodeBinHex(
  bytes: Uint8Array,
  bytesMax: number,
): { readonly fileName: string; readonly bytes: Uint8Array } | undefined {
  const announced = indexOfBytes(bytes.subarray(0, announcedWithin), announcement)
  const start = announced < 0 ? -1 : bytes.indexOf(colon, announced)
  if (start < 0) return undefined
  const end = bytes.indexOf(colon, start + 1)
  const packed = bytes.subarray(start + 1, end < 0 ? bytes.length : end)
  const unpacked = withoutRuns(fromSixBits(packed, digits), bytesMax)
  // Length and name, a version, type and creator, flags, two lengths, a sum; then the content.
  const nameEnd = 1 + byteAt(unpacked, 0)
  const content = nameEnd + 1 + 4 + 4 + 2 + 4 + 4 + 2
  if (unpacked.length < content) return undefined
  const length = bigUint32At(unpacked, nameEnd + 11)
  return { fileName: latin1Text(unpacked, 1, nameEnd), bytes: unpacked.subarray(content, content + length) }
}

/** Undoes runs: a byte, the mark, and how often the byte stands there; the mark with a zero is itself. */
function withoutRuns(packed: Uint8Array, bytesMax: number): Uint8Array {
  const out = new Uint8Array(Math.min(bytesMax, unpackedLength(packed)))
  let length = 0
  let last = 0
  for (let at = 0; at < packed.length && length < out.length; at++) {
    const byte = byteAt(packed, at)
    if (byte !== repeat) {
      last = byte
      out[length++] = byte
      continue
    }
    const count = byteAt(packed, ++at)
    if (count === 0) last = repeat
    const end = length + (count === 0 ? 1 : count - 1)
    out.fill(last, length, end)
    length = end
  }
  return out
}

function unpackedLength(packed: Uint8Array): number {
  let length = 0
  for (let at = 0; at < packed.length; at++) {
    if (packed[at] !== repeat) length++
    else length += Math.max(0, (packed[++at] || 2) - 1)
  }
  return length
}
