/** A small window over a raw input, for walking through the headers of a compressed file. */
import type { ByteInput } from './byte-input.ts'

/** Holds the largest zstd block (128 KiB, RFC 8878 section 3.1.1.2.4) and then some. */
const windowBytes = 256 * 1024

/** The window. */
export class RawCursor {
  readonly #input: ByteInput
  readonly #bytes: Uint8Array = new Uint8Array(windowBytes)
  #start = 0
  #end = 0
  #base = 0

  constructor(input: ByteInput) {
    this.#input = input
  }

  /** Offset in the raw input of the next byte. */
  get position(): number {
    return this.#base + this.#start
  }

  get available(): number {
    return this.#end - this.#start
  }

  /** The byte `at` places ahead; it must be available. */
  peek(at: number): number {
    return this.#bytes[this.#start + at] as number
  }

  /** The next bytes, at most `length`, as a view that holds until `ensure` is called. */
  view(length = this.available): Uint8Array {
    return this.#bytes.subarray(this.#start, Math.min(this.#start + length, this.#end))
  }

  skip(count: number): void {
    this.#start += count
  }

  /** Makes `count` bytes available; false where the input ends before. */
  async ensure(count: number): Promise<boolean> {
    while (this.available < count) {
      if (this.#start > 0) {
        this.#bytes.copyWithin(0, this.#start, this.#end)
        this.#base += this.#start
        this.#end -= this.#start
        this.#start = 0
      }
      const got = await this.#input.read(this.#bytes, this.#end, windowBytes - this.#end)
      if (got === 0) return false
      this.#end += got
    }
    return true
  }

  /** Skips any number of bytes; false where the input ends before. */
  async skipAhead(count: number): Promise<boolean> {
    let remaining = count
    while (remaining > 0) {
      if (!(await this.ensure(1))) return false
      const step = Math.min(remaining, this.available)
      this.#start += step
      remaining -= step
    }
    return true
  }
}
