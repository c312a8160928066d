/** Unpacks BinHex 4.0 (RFC 1741), in which Macintosh programs sent files, and which mail servers still undo for Outlook: the
 *  file's content and name. Its resources are left out, sums are not checked. */
import { bigUint32At, byteAt, indexOfBytes } from '../documents/bytes.ts'
import { latin1Text } from '../latin1.ts'

const announcement = '(This file must be converted with BinHex'
/** Bytes in which the announcement may stand: some programs put words before it. */
const announcedWithin = 2_048

const digits = new Uint8Array(256).fill(64)
for (const [value, digit] of [...'!"#$%&\'()*+,-012345689@ABCDEFGHIJKLMNPQRSTUVXYZ[`abcdefhijklmpqr'].entries())
  digits[digit.charCodeAt(0)] = value

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
  const unpacked = withoutRuns(sixBits(bytes.subarray(start + 1)), bytesMax)
  // Length and name, a version, type and creator, flags, two lengths, a sum; then the content.
  const nameEnd = 1 + byteAt(unpacked, 0)
  const content = nameEnd + 1 + 4 + 4 + 2 + 4 + 4 + 2
  if (unpacked.length < content) return undefined
  const length = bigUint32At(unpacked, nameEnd + 11)
  return { fileName: latin1Text(unpacked, 1, nameEnd), bytes: unpacked.subarray(content, content + length) }
}

/** Six bits a character up to the closing colon; other characters are passed over. */
function sixBits(text: Uint8Array): Uint8Array {
  const out = new Uint8Array(Math.ceil((text.length * 3) / 4))
  let length = 0
  let held = 0
  let bits = 0
  for (const code of text) {
    if (code === colon) break
    const value = digits[code] as number
    if (value === 64) continue
    held = ((held << 6) | value) & 0xffff
    bits += 6
    if (bits < 8) continue
    bits -= 8
    out[length++] = (held >> bits) & 0xff
  }
  return out.subarray(0, length)
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
