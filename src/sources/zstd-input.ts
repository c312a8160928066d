/** Zstandard (RFC 8878) as a stream of text: any number of frames, skippable ones left out, and of a damaged file every
 *  block before the damage. Frames and blocks are walked here and go to zlib's engine one by one, because Node's own
 *  decompressor drops, without a word, a frame that begins in the piece in which another ends. */
import { limits } from '../core/limits.ts'
import type { ByteInput } from './byte-input.ts'
import { DecompressedInput } from './decompressed-input.ts'
import { Engine } from './engine.ts'
import { RawCursor } from './raw-cursor.ts'

/** RFC 8878 section 3.1.1.2.4. */
const largestBlockBytes = 128 * 1024
/** Magic number, descriptor, window, dictionary id of 4 bytes, content size of 8 bytes (section 3.1.1.1). */
const largestHeaderBytes = 18
const dictionaryIdBytes = [0, 1, 2, 4] as const
const contentSizeBytes = [0, 2, 4, 8] as const

type State = 'between' | 'blocks' | 'checksum'

/** The text of a zstd file. */
export class ZstdInput extends DecompressedInput {
  readonly #cursor: RawCursor
  readonly #engine = new Engine('zstd')
  #state: State = 'between'
  #hasChecksum = false
  /** Bytes that the engine has and that the cursor has not left yet. */
  #pieceLength = 0

  constructor(path: string, raw: ByteInput) {
    super(path, raw)
    this.#cursor = new RawCursor(raw)
  }

  protected override async decompress(): Promise<Uint8Array | null> {
    const engine = this.#engine
    for (;;) {
      const text = engine.take()
      if (text !== null) return text
      if (engine.failure !== undefined) return this.#fail(engine.failure)
      if (!engine.idle) await engine.wait()
      else if (!(await this.#feedNext(engine))) return null
    }
  }

  protected override release(): void {
    this.#engine.destroy()
  }

  /** Feeds the next header, block or checksum; false at the end, or where the file is damaged. */
  async #feedNext(engine: Engine): Promise<boolean> {
    this.#cursor.skip(this.#pieceLength)
    this.#pieceLength = 0
    let length: number | undefined
    switch (this.#state) {
      case 'between':
        if (!(await this.#cursor.ensure(1))) return false
        length = await this.#frameHeader()
        break
      case 'blocks':
        length = await this.#block()
        break
      case 'checksum':
        this.#state = 'between'
        length = 4
        break
    }
    if (length === undefined) return false
    if (!(await this.#cursor.ensure(length))) {
      this.report('truncated-compression')
      return false
    }
    this.#pieceLength = length
    engine.feed(this.#cursor.view(length))
    return true
  }

  /** Length of the next frame's header, skippable frames skipped (sections 3.1.1.1 and 3.1.2). */
  async #frameHeader(): Promise<number | undefined> {
    const cursor = this.#cursor
    for (;;) {
      if (!(await cursor.ensure(1))) return undefined
      if (!(await cursor.ensure(6))) return this.#cut()
      const magic = cursor.peek(0)
      if (cursor.peek(1) === 0x2a && cursor.peek(2) === 0x4d && cursor.peek(3) === 0x18 && magic >> 4 === 5) {
        if (!(await cursor.ensure(8))) return this.#cut()
        const size = cursor.peek(4) + cursor.peek(5) * 2 ** 8 + cursor.peek(6) * 2 ** 16 + cursor.peek(7) * 2 ** 24
        if (!(await cursor.skipAhead(8 + size))) return this.#cut()
        continue
      }
      if (magic !== 0x28 || cursor.peek(1) !== 0xb5 || cursor.peek(2) !== 0x2f || cursor.peek(3) !== 0xfd) {
        return this.#broken('bytes that are not zstd follow its compressed text')
      }
      return this.#frameHeaderLength()
    }
  }

  async #frameHeaderLength(): Promise<number | undefined> {
    const cursor = this.#cursor
    const descriptor = cursor.peek(4)
    const singleSegment = (descriptor & 0x20) !== 0
    const sizeFlag = (descriptor >> 6) as 0 | 1 | 2 | 3
    const dictionaryBytes = dictionaryIdBytes[(descriptor & 3) as 0 | 1 | 2 | 3]
    const sizeBytes = sizeFlag === 0 && singleSegment ? 1 : contentSizeBytes[sizeFlag]
    const length = 5 + (singleSegment ? 0 : 1) + dictionaryBytes + sizeBytes
    if (!(await cursor.ensure(Math.min(length, largestHeaderBytes)))) return this.#cut()
    if (!singleSegment && windowBytes(cursor.peek(5)) > 2 ** limits.zstdWindowLogMax) return this.#unsupported()
    this.#hasChecksum = (descriptor & 4) !== 0
    this.#state = 'blocks'
    return length
  }

  /** Length of the next block with its header (section 3.1.1.2). */
  async #block(): Promise<number | undefined> {
    const cursor = this.#cursor
    if (!(await cursor.ensure(3))) return this.#cut()
    const header = cursor.peek(0) | (cursor.peek(1) << 8) | (cursor.peek(2) << 16)
    const size = header >> 3
    const type = (header >> 1) & 3
    if (type === 3 || size > largestBlockBytes) return this.#broken('its compressed data is broken')
    if (header & 1) this.#state = this.#hasChecksum ? 'checksum' : 'between'
    return type === 1 ? 4 : 3 + size
  }

  #fail(failure: string): null {
    if (failure === 'ZSTD_error_frameParameter_windowTooLarge') this.#unsupported()
    else if (failure === 'ZSTD_error_checksum_wrong') {
      this.#broken('its checksum is wrong, so some lines may be too')
    } else if (failure === 'ZSTD_error_dictionary_wrong') {
      this.report('unsupported-compression', 'was compressed with a dictionary. Unpack it first, with "zstd -d -D".')
    } else this.#broken('its compressed data is broken')
    return null
  }

  #cut(): undefined {
    this.report('truncated-compression')
  }

  #broken(detail: string): undefined {
    this.report('corrupt-compression', detail)
  }

  #unsupported(): undefined {
    this.report(
      'unsupported-compression',
      'was compressed for machines with more memory. Unpack it first, with "zstd -d --memory=2048MB".',
    )
  }
}

/** Section 3.1.1.1.2. */
function windowBytes(descriptor: number): number {
  const base = 2 ** (10 + (descriptor >> 3))
  return base + (base / 8) * (descriptor & 7)
}
