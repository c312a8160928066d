/** An input for tests that gives its bytes in reads of chosen sizes, at once or later, and pieces of any length that
 *  are made as they are read. */
import type { ByteInput } from '../../src/sources/byte-input.ts'

export class ScriptedInput implements ByteInput {
  readonly problem = undefined
  readonly #bytes: Uint8Array
  readonly #sizes: readonly number[]
  readonly #isLater: boolean
  #reads = 0
  position = 0

  constructor(bytes: Uint8Array, sizes: readonly number[], isLater = false) {
    this.#bytes = bytes
    this.#sizes = sizes.length > 0 ? sizes : [bytes.length + 1]
    this.#isLater = isLater
  }

  get total(): number {
    return this.#bytes.length
  }

  read(into: Uint8Array, at: number, length: number): number | Promise<number> {
    const size = this.#sizes[this.#reads % this.#sizes.length] as number
    this.#reads += 1
    const piece = this.#bytes.subarray(this.position, this.position + Math.min(size, length))
    into.set(piece, at)
    this.position += piece.length
    return this.#isLater ? Promise.resolve(piece.length) : piece.length
  }

  restart(): ScriptedInput {
    return new ScriptedInput(this.#bytes, this.#sizes, this.#isLater)
  }

  close(): void {
    // There is nothing to close.
  }
}

/** Gives `head`, then `count` times the byte `filler`, then `tail`, without holding them. */
export class EndlessLineInput implements ByteInput {
  readonly problem = undefined
  readonly #head: Uint8Array
  readonly #tail: Uint8Array
  readonly #fillerEnd: number
  readonly #filler: number
  position = 0

  constructor(head: string, filler: number, count: number, tail: string) {
    this.#head = Buffer.from(head)
    this.#tail = Buffer.from(tail)
    this.#filler = filler
    this.#fillerEnd = this.#head.length + count
  }

  get total(): number {
    return this.#fillerEnd + this.#tail.length
  }

  read(into: Uint8Array, at: number, length: number): number {
    const from = this.position
    let count: number
    if (from < this.#head.length) {
      count = Math.min(length, this.#head.length - from)
      into.set(this.#head.subarray(from, from + count), at)
    } else if (from < this.#fillerEnd) {
      count = Math.min(length, this.#fillerEnd - from)
      into.fill(this.#filler, at, at + count)
    } else {
      const tail = this.#tail.subarray(from - this.#fillerEnd).subarray(0, length)
      into.set(tail, at)
      count = tail.length
    }
    this.position += count
    return count
  }

  restart(): undefined {
    return undefined
  }

  close(): void {
    // There is nothing to close.
  }
}
