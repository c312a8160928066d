/** What all decompressing inputs share: handing decompressed text on in the sizes that the reader asks for, the bound on
 *  how far a file may grow, and the first problem that was met. */
import { limits } from '../core/limits.ts'
import type { ByteInput } from './byte-input.ts'
import { makeProblem, type Problem, type ProblemCode } from './problem.ts'

/** The base of `GzipInput` and `ZstdInput`. */
export abstract class DecompressedInput implements ByteInput {
  protected readonly raw: ByteInput
  protected readonly path: string
  #problem: Problem | undefined
  #text: Uint8Array = new Uint8Array(0)
  #textBytes = 0
  #ended = false

  constructor(path: string, raw: ByteInput) {
    this.path = path
    this.raw = raw
  }

  /** The raw input's own problem comes first: a file that shrank is also cut short. */
  get problem(): Problem | undefined {
    return this.raw.problem ?? this.#problem
  }

  get position(): number {
    return this.raw.position
  }

  get total(): number | undefined {
    return this.raw.total
  }

  async read(into: Uint8Array, at: number, length: number): Promise<number> {
    while (this.#text.length === 0) {
      if (this.#ended) return 0
      const text = await this.decompress()
      if (text === null) this.#ended = true
      else this.#accept(text)
    }
    const count = Math.min(length, this.#text.length)
    into.set(count === this.#text.length ? this.#text : this.#text.subarray(0, count), at)
    this.#text = this.#text.subarray(count)
    return count
  }

  restart(): undefined {
    return undefined
  }

  close(): void {
    this.#ended = true
    this.release()
    this.raw.close()
  }

  /** The next piece of text, or null at the end. */
  protected abstract decompress(): Promise<Uint8Array | null>

  /** Lets the engine go. */
  protected abstract release(): void

  protected report(code: ProblemCode, detail = ''): void {
    this.#problem ??= makeProblem(code, this.path, detail)
  }

  #accept(text: Uint8Array): void {
    this.#text = text
    this.#textBytes += text.length
    const allowed = Math.max(limits.decompressionFreeBytes, this.raw.position * limits.decompressionRatioMax)
    if (this.#textBytes <= allowed) return
    this.report('decompression-bomb', limits.decompressionRatioMax.toLocaleString('en-US'))
    this.#ended = true
    this.release()
  }
}
