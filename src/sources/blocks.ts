/** Turns a source's bytes into chunks that are cut anywhere, for formats without lines. Each buffer is written once and
 *  handed out until it is used up, so that records may go on pointing into it. */
import { limits } from '../core/limits.ts'
import type { Reject } from '../core/place.ts'
import type { Chunk, Progress } from '../formats/format.ts'
import type { ByteInput } from './byte-input.ts'

/** The chunks of one source. */
export class BlockChunker {
  /** The reader puts its own here. */
  readonly rejects: Reject[] = []
  readonly #source: string
  readonly #input: ByteInput
  readonly #bytesMin: number
  #bytes: Uint8Array = new Uint8Array(0)
  #start = 0
  #filled = 0
  #offset = 0
  #line = 1
  #ended = false
  /** The reader consumed nothing of what it was given: it wants more. */
  #wantsMore = false

  /** A chunk has at least `bytesMin` bytes unless it is the last. */
  constructor(source: string, input: ByteInput, bytesMin: number) {
    this.#source = source
    this.#input = input
    this.#bytesMin = bytesMin
  }

  /** The next chunk, null at the end. `consume` must have been called for the chunk before. */
  next(): Chunk | null | Promise<Chunk | null> {
    while (!this.#ended && (this.#held < this.#bytesMin || this.#wantsMore)) {
      const count = this.#read()
      if (typeof count !== 'number') return count.then((read) => this.#later(read))
      this.#accept(count)
    }
    return this.#hand()
  }

  consume({ bytes, lines }: Progress): void {
    if (!(bytes >= 0 && bytes <= this.#held)) throw new RangeError('a reader cannot consume what it was not given')
    this.#wantsMore = bytes === 0
    this.#start += bytes
    this.#offset += bytes
    this.#line += lines
    if (bytes > 0 || !this.#ended) return
    // A reader must consume all of a last chunk. One that does not may not stop the source.
    const place = { source: this.#source, line: this.#line, offset: this.#offset, length: this.#held }
    this.rejects.push({ place, reason: 'truncated', message: 'The rest of the file has no end. It was left out.' })
    this.#start = this.#filled
  }

  async #later(count: number): Promise<Chunk | null> {
    this.#accept(count)
    return await this.next()
  }

  get #held(): number {
    return this.#filled - this.#start
  }

  #hand(): Chunk | null {
    if (this.#held === 0) return null
    return {
      source: this.#source,
      bytes: this.#bytes,
      start: this.#start,
      end: this.#filled,
      offset: this.#offset,
      line: this.#line,
      last: this.#ended,
    }
  }

  #read(): number | Promise<number> {
    if (this.#bytes.length - this.#filled < this.#bytesMin) {
      const larger = new Uint8Array(this.#held + Math.max(limits.chunkBytes, this.#bytesMin))
      larger.set(this.#bytes.subarray(this.#start, this.#filled))
      this.#filled -= this.#start
      this.#start = 0
      this.#bytes = larger
    }
    return this.#input.read(this.#bytes, this.#filled, this.#bytes.length - this.#filled)
  }

  #accept(count: number): void {
    this.#ended = count === 0
    this.#filled += count
    this.#wantsMore = false
  }
}
