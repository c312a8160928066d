/** The text of a packed file from an offset on: what was read before is unpacked again and left out. It is asked for
 *  with promises, as unpacking happens beside this thread. */
import type { ByteInput } from '../byte-input.ts'
import type { TextInput } from '../compression.ts'
import { makeProblem, type Problem } from '../problem.ts'

/** The input. */
export class SkippingInput implements ByteInput {
  readonly #opening: Promise<TextInput>
  #input: ByteInput | undefined
  #remaining: number
  #closed = false
  #failed: Problem | undefined

  constructor(opening: Promise<TextInput>, skipBytes: number) {
    this.#opening = opening
    this.#remaining = skipBytes
  }

  get problem(): Problem | undefined {
    return this.#failed ?? this.#input?.problem
  }

  get position(): number {
    return this.#input?.position ?? 0
  }

  get total(): number | undefined {
    return this.#input?.total
  }

  async read(into: Uint8Array, at: number, length: number): Promise<number> {
    try {
      this.#input ??= (await this.#opening).input
      if (this.#closed) this.#input.close()
      while (this.#remaining > 0 && !this.#closed) {
        const count = await this.#input.read(into, at, Math.min(length, this.#remaining))
        if (count === 0) break
        this.#remaining -= count
      }
      return this.#remaining > 0 || this.#closed ? 0 : await this.#input.read(into, at, length)
    } catch {
      this.#failed = makeProblem('corrupt-compression', this.#input?.problem?.path ?? '', 'it cannot be unpacked')
      return 0
    }
  }

  restart(): undefined {
    return undefined
  }

  close(): void {
    this.#closed = true
    this.#input?.close()
    if (this.#input === undefined) void this.#opening.then(({ input }) => input.close())
  }
}
