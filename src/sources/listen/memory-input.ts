/** An input of bytes that are in memory: a body that was pushed. */
import type { ByteInput } from '../byte-input.ts'

/** Bytes in order. */
export class MemoryInput implements ByteInput {
  readonly problem = undefined
  readonly #bytes: Uint8Array
  #position = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  get position(): number {
    return this.#position
  }

  get total(): number {
    return this.#bytes.length
  }

  read(into: Uint8Array, at: number, length: number): number {
    const piece = this.#bytes.subarray(this.#position, this.#position + length)
    into.set(piece, at)
    this.#position += piece.length
    return piece.length
  }

  restart(): MemoryInput {
    return new MemoryInput(this.#bytes)
  }

  close(): void {
    this.#position = this.#bytes.length
  }
}
