/** One file of a stream: the live log, a rotated one, or a packed one, read from a place to its end as lines. It knows
 *  nothing of the files before and after it. */
import { fstatSync, openSync } from 'node:fs'
import { limits } from '../../core/limits.ts'
import type { Reject } from '../../core/place.ts'
import type { Chunk, Progress } from '../../formats/format.ts'
import { type ByteInput, closeQuietly, FileInput } from '../byte-input.ts'
import { openText, recogniseCompression, recogniseEncoding } from '../compression.ts'
import { LineChunker, type LineChunkerBounds, type LinePosition } from '../lines.ts'
import { problemOfError, showPath } from '../problem.ts'
import { type FileLook, GrowingInput, lookAt, lookOf, readHead } from './growing-input.ts'
import { digestOf, type Fingerprint, type FollowPosition, fingerprintOf } from './position.ts'
import { openFlags, readTextHead } from './siblings.ts'
import { SkippingInput } from './skipping-input.ts'

/** How to open a file of a stream. */
export interface OpenGeneration {
  readonly path: string
  /** What stands in the places of its lines: the stream's path. */
  readonly source: string
  readonly from: LinePosition
  readonly bounds: LineChunkerBounds
  /** A packed file can be read to its end, but not followed. */
  readonly mayBePacked: boolean
}

/** The last bytes that were consumed, as a digest. */
type Tail = Pick<FollowPosition, 'tail' | 'tailBytes' | 'tailOffset'>

/** One open file. */
export class Generation {
  readonly path: string
  readonly isPacked: boolean
  readonly descriptor: number
  /** What the last look showed. */
  look: FileLook
  /** Set where an empty file was written to: since then it may have been filled, copied and emptied unseen. */
  emptySinceMs: number | undefined
  readonly #lines: LineChunker
  readonly #plain: GrowingInput | undefined
  readonly #skipping: SkippingInput | undefined
  #head: Uint8Array
  #tail: Uint8Array = new Uint8Array(0)
  #restored: Tail | undefined
  #pending: Promise<void> | undefined
  #ready: Chunk | undefined
  #hasEnded = false
  #finished = false
  #fingerprint: Fingerprint | undefined

  private constructor(options: OpenGeneration, descriptor: number, look: FileLook, raw: Uint8Array) {
    const { path, source, from, bounds } = options
    this.path = path
    this.descriptor = descriptor
    this.look = look
    this.isPacked = recogniseCompression(raw) !== 'none'
    this.#head = readTextHead(descriptor, raw)
    let input: ByteInput
    if (this.isPacked) {
      this.#skipping = new SkippingInput(openText(path, new FileInput(path, descriptor, look.size)), from.offset)
      input = this.#skipping
    } else {
      this.#plain = new GrowingInput(path, descriptor, this.#head, look.size, from.offset)
      input = this.#plain
    }
    this.#lines = new LineChunker(source, input, bounds, from)
  }

  /** Opens a file, or says in a sentence why it cannot be read. */
  static open(options: OpenGeneration): Generation | string {
    let descriptor: number
    try {
      descriptor = openSync(options.path, openFlags)
    } catch (error) {
      return problemOfError(error, options.path).message
    }
    try {
      const stat = fstatSync(descriptor, { bigint: true })
      const raw = stat.isFile() ? readHead(descriptor) : new Uint8Array(0)
      const reason = stat.isFile() ? whyNot(options, raw) : `${showPath(options.path)} is not a log file.`
      if (reason === undefined) return new Generation(options, descriptor, lookOf(stat), raw)
      closeQuietly(descriptor)
      return reason
    } catch (error) {
      closeQuietly(descriptor)
      return problemOfError(error, options.path).message
    }
  }

  /** The first bytes of its text. */
  get head(): Uint8Array {
    return this.#plain?.head ?? this.#head
  }

  get rejects(): Reject[] {
    return this.#lines.rejects
  }

  /** Resolves when unpacking has brought more; undefined while nothing is awaited. */
  get pending(): Promise<void> | undefined {
    return this.#pending
  }

  /** All was given. */
  get hasEnded(): boolean {
    return this.#hasEnded
  }

  /** The file lost bytes or was written anew. */
  get isReplaced(): boolean {
    return this.#plain?.isReplaced ?? false
  }

  get problem(): string | undefined {
    return this.#plain?.problem?.message ?? this.#skipping?.problem?.message
  }

  /** Up to where it is consumed. */
  get at(): LinePosition {
    return this.#lines.position
  }

  /** Bytes known to be there and not consumed. Of a packed file: packed ones not read. */
  get backlogBytes(): number {
    if (this.#plain === undefined) return Math.max(0, this.look.size - (this.#skipping?.position ?? 0))
    return Math.max(0, this.look.size - this.#lines.position.offset)
  }

  /** Bytes known to be there that were never read. */
  get unreadBytes(): number {
    return this.#plain === undefined ? 0 : Math.max(0, this.look.size - this.#plain.position)
  }

  /** The digest of its head, as far as it is known now. */
  get fingerprint(): Fingerprint {
    const { head } = this
    if (this.#fingerprint?.fingerprintBytes !== Math.min(head.length, limits.followHeadBytes)) {
      this.#fingerprint = fingerprintOf(head)
    }
    return this.#fingerprint as Fingerprint
  }

  /** What a position says of the bytes before it. */
  get tailDigest(): Tail {
    if (this.#restored !== undefined) return this.#restored
    return { tail: digestOf(this.#tail), tailBytes: this.#tail.length, tailOffset: this.at.offset }
  }

  /** Takes what an earlier position said of the bytes before it, until more is consumed. */
  restoreTail({ tail, tailBytes, tailOffset }: Tail): void {
    this.#restored = { tail, tailBytes, tailOffset }
  }

  /** Takes a fresh look at the file; true where it grew. */
  refresh(fresh: FileLook | undefined = lookAt(this.descriptor)): boolean {
    if (fresh === undefined || this.#plain === undefined) return false
    const grew = fresh.size > this.look.size
    if (this.look.size === 0 && fresh.modifiedMs !== this.look.modifiedMs) this.emptySinceMs ??= this.look.modifiedMs
    this.#plain.resize(fresh.size)
    // A file that was emptied and filled to the very size that it had.
    if (!grew && fresh.modifiedMs !== this.look.modifiedMs) this.#plain.verify()
    if (!this.#plain.isReplaced) this.look = fresh
    return grew
  }

  next(): Chunk | null {
    if (this.#pending !== undefined || this.#hasEnded) return null
    const ready = this.#ready
    this.#ready = undefined
    if (ready !== undefined) return ready
    const given = this.#lines.next()
    if (given instanceof Promise) this.#pending = this.#await(given)
    else if (given !== null) return given
    else if (this.#finished || this.isPacked) this.#hasEnded = true
    return null
  }

  consume(progress: Progress, chunk: Chunk): void {
    this.#lines.consume(progress)
    const end = chunk.start + progress.bytes
    const start = Math.max(chunk.start, end - limits.followTailBytes)
    if (end <= start) return
    this.#tail = chunk.bytes.slice(start, end)
    this.#restored = undefined
  }

  /** Says that no more will be written: what is there is given to its last byte. */
  finish(): void {
    this.#finished = true
    this.#plain?.finish()
  }

  /** Gives memory back while there is nothing to read. */
  rest(): void {
    if (this.#pending === undefined && this.#ready === undefined) this.#lines.rest()
  }

  /** The beginning of its text, cut at a line end; none of a packed file. */
  beginning(): Uint8Array {
    if (this.#plain === undefined) return new Uint8Array(0)
    const bytes = readHead(this.descriptor, limits.sampleBytesMax)
    return bytes.subarray(0, bytes.lastIndexOf(10) + 1)
  }

  close(): void {
    this.#hasEnded = true
    if (this.#skipping !== undefined) this.#skipping.close()
    else this.#plain?.close()
  }

  async #await(given: Promise<Chunk | null>): Promise<void> {
    const chunk = await given
    this.#pending = undefined
    if (chunk === null) this.#hasEnded = true
    else this.#ready = chunk
  }
}

function whyNot({ path, mayBePacked }: OpenGeneration, raw: Uint8Array): string | undefined {
  const name = showPath(path)
  if (recogniseCompression(raw) !== 'none') {
    if (mayBePacked) return undefined
    return `${name} is compressed, so it cannot be followed while it grows. Name the log that is being written.`
  }
  if (recogniseEncoding(raw) === 'utf-8') return undefined
  return `${name} is written in UTF-16, which cannot be followed while it grows. Have it written in UTF-8.`
}
