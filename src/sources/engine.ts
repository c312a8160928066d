/** One of `node:zlib`'s streaming decompressors, driven by hand: a piece goes in, outputs come out one at a time, and
 *  nothing that was decompressed before an error is lost. It runs on Node's thread pool, so that decompressing the next
 *  output overlaps with reading the last. It knows nothing of members, frames or files. */
import {
  createInflateRaw,
  createZstdDecompress,
  type InflateRaw,
  type ZstdDecompress,
  constants as zlib,
} from 'node:zlib'
import { limits } from '../core/limits.ts'

export type EngineKind = 'deflate' | 'zstd'

/** Output of one step: large enough that the hop between threads costs little, small enough for the cache. */
const outputBytes = 256 * 1024

/** A decompressor that is fed and emptied by hand. */
export class Engine {
  readonly #stream: InflateRaw | ZstdDecompress
  #busy = false
  #fed = 0
  #ended = false
  #finishing = false
  #failure: string | undefined
  #signalled = false
  #wake: (() => void) | undefined

  constructor(kind: EngineKind) {
    // A high-water mark of one byte makes the engine wait until each output is taken.
    const options = { chunkSize: outputBytes, readableHighWaterMark: 1 }
    this.#stream =
      kind === 'deflate'
        ? createInflateRaw(options)
        : createZstdDecompress({
            ...options,
            params: { [zlib.ZSTD_d_windowLogMax]: limits.zstdWindowLogMax },
          })
    const notify = (): void => this.#notify()
    this.#stream.on('readable', notify)
    this.#stream.on('end', () => {
      this.#ended = true
      notify()
    })
    this.#stream.on('error', (error: NodeJS.ErrnoException) => {
      this.#failure = error.code ?? 'UNKNOWN'
      notify()
    })
  }

  /** The next output, where there is one now. It stays valid: the engine does not write to it again. */
  take(): Uint8Array | null {
    return this.#stream.read()
  }

  /** The compressed data ended by its own account; `consumed` then says where. An engine that is done with a piece and
   *  did not use all of it has ended too, though its stream says so a moment later. */
  get ended(): boolean {
    return this.#ended || (!this.#busy && this.consumed < this.#fed)
  }

  /** zlib's error code, once decompressing has failed. */
  get failure(): string | undefined {
    return this.#failure
  }

  /** Ready for the next piece. */
  get idle(): boolean {
    return !this.#busy && !this.#finishing
  }

  /** Bytes that were used of all the pieces fed. */
  get consumed(): number {
    return this.#stream.bytesWritten
  }

  /** Feeds a piece, which must stay unchanged until the engine is idle again. */
  feed(piece: Uint8Array): void {
    this.#busy = true
    this.#fed += piece.length
    this.#stream.write(piece, () => {
      this.#busy = false
      this.#notify()
    })
  }

  /** Says that no piece follows. */
  finish(): void {
    this.#finishing = true
    this.#stream.end()
  }

  /** Waits until something happened since the last call. */
  wait(): Promise<void> {
    if (this.#signalled) {
      this.#signalled = false
      return Promise.resolve()
    }
    return new Promise((resolve) => {
      this.#wake = () => {
        this.#signalled = false
        resolve()
      }
    })
  }

  destroy(): void {
    this.#stream.destroy()
  }

  #notify(): void {
    this.#signalled = true
    const wake = this.#wake
    this.#wake = undefined
    wake?.()
  }
}
