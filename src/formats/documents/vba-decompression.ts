/** Unpacks what VBA packs (MS-OVBA 2.4.1): chunks of 4,096 bytes, each bare or made of letters and copies of what stands
 *  before. */
import { byteAt, uint16At } from './bytes.ts'

/** What came out; `isWhole` is false where the container broke off or is none. */
export interface Decompressed {
  readonly bytes: Uint8Array
  readonly isWhole: boolean
}

const chunkBytes = 4_096
const containerMark = 1

/** Unpacks the container that begins at a place, up to a bound. */
export function decompressVba(packed: Uint8Array, from: number, bytesMax: number): Decompressed {
  if (byteAt(packed, from) !== containerMark || from >= packed.length)
    return { bytes: new Uint8Array(0), isWhole: false }
  const chunks: Uint8Array[] = []
  let length = 0
  let at = from + 1
  let isWhole = true
  while (at + 2 <= packed.length && length < bytesMax) {
    const head = uint16At(packed, at)
    // Bits 12 to 14 are a signature (2.4.1.1.5); what lacks it is no chunk but the next thing in the stream.
    if (((head >>> 12) & 7) !== 3) {
      isWhole = chunks.length > 0
      break
    }
    const end = Math.min(packed.length, at + (head & 0x0fff) + 3)
    const chunk = (head & 0x8000) !== 0 ? expandChunk(packed, at + 2, end) : packed.slice(at + 2, at + 2 + chunkBytes)
    chunks.push(chunk)
    length += chunk.length
    at = (head & 0x8000) !== 0 ? end : at + 2 + chunkBytes
  }
  return { bytes: Buffer.concat(chunks, Math.min(length, bytesMax)), isWhole }
}

/** One packed chunk (2.4.1.3.2 to 2.4.1.3.5). */
function expandChunk(packed: Uint8Array, from: number, end: number): Uint8Array {
  const chunk = new Uint8Array(chunkBytes)
  let length = 0
  let at = from
  while (at < end && length < chunkBytes) {
    const flags = byteAt(packed, at++)
    for (let bit = 0; bit < 8 && at < end && length < chunkBytes; bit++) {
      if (((flags >>> bit) & 1) === 0) {
        chunk[length++] = byteAt(packed, at++)
        continue
      }
      const token = uint16At(packed, at)
      at += 2
      // The farther into the chunk, the more bits say how far back and the fewer how long (2.4.1.3.19.1).
      const offsetBits = Math.max(4, Math.ceil(Math.log2(Math.max(1, length))))
      const offset = (token >>> (16 - offsetBits)) + 1
      const copied = (token & (0xffff >>> offsetBits)) + 3
      if (offset > length) return chunk.subarray(0, length)
      for (let index = 0; index < copied && length < chunkBytes; index++) {
        chunk[length] = chunk[length - offset] as number
        length++
      }
    }
  }
  return chunk.subarray(0, length)
}
