/** Remembers values in which nothing was found, so that they need not be searched again: programs that ask and pages that
 *  lead here are few. Each value has one place; a newer one takes the place of an older one. */
import { limits } from '../../core/limits.ts'

const placeBits = 9
const wordBytes = 4

/** The values of one field. */
export class ClearedValues {
  readonly #lengths = new Int32Array(1 << placeBits).fill(-1)
  readonly #bytes = new DataView(new ArrayBuffer(limits.clearedValueBytesMax << placeBits))

  /** Whether a value was cleared. */
  has(view: DataView, start: number, end: number): boolean {
    const length = end - start
    if (length < wordBytes || length > limits.clearedValueBytesMax) return false
    const place = placeOf(view, start, end)
    if (this.#lengths[place] !== length) return false
    const bytes = this.#bytes
    const from = place * limits.clearedValueBytesMax
    const last = length - wordBytes
    for (let i = 0; i < last; i += wordBytes) {
      if (bytes.getInt32(from + i, true) !== view.getInt32(start + i, true)) return false
    }
    return bytes.getInt32(from + last, true) === view.getInt32(start + last, true)
  }

  /** Remembers a value. */
  add(view: DataView, start: number, end: number): void {
    const length = end - start
    if (length < wordBytes || length > limits.clearedValueBytesMax) return
    const place = placeOf(view, start, end)
    this.#lengths[place] = length
    const from = place * limits.clearedValueBytesMax
    for (let i = 0; i < length; i++) this.#bytes.setUint8(from + i, view.getUint8(start + i))
  }
}

/** By its length, its last bytes and some in its middle. */
function placeOf(view: DataView, start: number, end: number): number {
  const middle = start + ((end - start - wordBytes) >> 1)
  const mixed = view.getInt32(end - wordBytes, true) ^ Math.imul(view.getInt32(middle, true), 0x85ebca6b)
  return Math.imul(mixed ^ (end - start), 0x9e3779b1) >>> (32 - placeBits)
}
