/** UTF-16 text with a byte order mark, as UTF-8 without one. What is no valid UTF-16 becomes U+FFFD. */
import { TextDecoder } from 'node:util'
import type { ByteInput } from './byte-input.ts'
import type { Problem } from './problem.ts'

const rawBytes = 64 * 1024
const encoder = new TextEncoder()

/** The text of a UTF-16 input. */
export class Utf16Input implements ByteInput {
  readonly #inner: ByteInput
  readonly #decoder: TextDecoder
  readonly #raw = new Uint8Array(rawBytes)
  #text: Uint8Array = new Uint8Array(0)
  #ended = false

  constructor(inner: ByteInput, encoding: 'utf-16le' | 'utf-16be') {
    this.#inner = inner
    this.#decoder = new TextDecoder(encoding)
  }

  get problem(): Problem | undefined {
    return this.#inner.problem
  }

  get position(): number {
    return this.#inner.position
  }

  get total(): number | undefined {
    return this.#inner.total
  }

  async read(into: Uint8Array, at: number, length: number): Promise<number> {
    while (this.#text.length === 0) {
      if (this.#ended) return 0
      const count = await this.#inner.read(this.#raw, 0, rawBytes)
      this.#ended = count === 0
      this.#text = encoder.encode(this.#decoder.decode(this.#raw.subarray(0, count), { stream: count > 0 }))
    }
    const count = Math.min(length, this.#text.length)
    into.set(this.#text.subarray(0, count), at)
    this.#text = this.#text.subarray(count)
    return count
  }

  restart(): undefined {
    return undefined
  }

  close(): void {
    this.#inner.close()
  }
}
