/** What every input of bytes is, and the simplest one: a regular file, read with `readSync` up to the size that it had
 *  when it was opened. Nothing here throws because of what it reads: a failure ends the input and stands in `problem`. */
import { closeSync, fstatSync, readSync } from 'node:fs'
import { limits } from '../core/limits.ts'
import { makeProblem, type Problem, problemOfError } from './problem.ts'

/** Bytes in order, from a file, a stream, or another input that is changed on the way. */
export interface ByteInput {
  /** Reads up to `length` bytes to `into[at]`; 0 means that no more will come. A regular file answers at once. */
  read(into: Uint8Array, at: number, length: number): number | Promise<number>
  /** Why the input ended early, or what was wrong with it. */
  readonly problem: Problem | undefined
  /** Raw (compressed) bytes read so far. */
  readonly position: number
  /** Raw bytes that there are, where that is known. */
  readonly total: number | undefined
  /** Of an input that may still grow: bytes that are there now, 0 while it waits for more. Left out or undefined where a
   *  read of 0 bytes is the end. */
  readonly availableNow?: number | undefined
  /** A second reading of the same bytes from the first on, where that is possible. It shares the open file. */
  restart(): ByteInput | undefined
  close(): void
}

const lineFeed = 10

/** A regular file. One that grows is read to the size at opening and on to the end of the line that this size cuts;
 *  one that shrinks ends with the problem `shrank`. */
export class FileInput implements ByteInput {
  readonly #descriptor: number
  readonly #path: string
  readonly #owned: boolean
  readonly #size: number
  #position = 0
  #lastByte = lineFeed
  #ended = false
  #problem: Problem | undefined
  /** Ends the file at a line end, as text wants it. A compressed file or UTF-16 text ends at its size. */
  endsAtLine = false

  constructor(path: string, descriptor: number, size: number, owned = true) {
    this.#path = path
    this.#descriptor = descriptor
    this.#size = size
    this.#owned = owned
  }

  get problem(): Problem | undefined {
    return this.#problem
  }

  get position(): number {
    return this.#position
  }

  get total(): number {
    return Math.max(this.#size, this.#position)
  }

  read(into: Uint8Array, at: number, length: number): number {
    if (this.#ended) return 0
    const remaining = this.#size - this.#position
    if (remaining <= 0) return this.#readOn(into, at, length)
    const count = this.readAt(into, at, Math.min(length, remaining), this.#position)
    if (count === 0) {
      this.#ended = true
      this.#problem ??= makeProblem(
        'shrank',
        this.#path,
        `${this.#position.toLocaleString('en-US')} of ${this.#size.toLocaleString('en-US')} bytes were left`,
      )
      return 0
    }
    this.#position += count
    this.#lastByte = into[at + count - 1] as number
    return count
  }

  /** Reads at a place of one's own, without moving on. */
  readAt(into: Uint8Array, at: number, length: number, position: number): number {
    try {
      return readSync(this.#descriptor, into, at, length, position)
    } catch (error) {
      this.#ended = true
      this.#problem ??= problemOfError(error, this.#path)
      return 0
    }
  }

  restart(): FileInput {
    return new FileInput(this.#path, this.#descriptor, this.#size, false)
  }

  close(): void {
    this.#ended = true
    if (this.#owned) closeQuietly(this.#descriptor)
  }

  /** The rest of the line that the size at opening cut in two, if its writer has written it by now. */
  #readOn(into: Uint8Array, at: number, length: number): number {
    const past = this.#position - this.#size
    if (!this.endsAtLine || this.#lastByte === lineFeed || past > limits.lineBytesMax) {
      this.#ended = true
      return 0
    }
    const count = this.readAt(into, at, Math.min(length, 4096), this.#position)
    const newline = into.subarray(at, at + count).indexOf(lineFeed)
    const kept = newline < 0 ? count : newline + 1
    if (kept === 0 || newline >= 0) this.#ended = true
    this.#position += kept
    return kept
  }
}

/** Bytes that were looked at already, and then the input that they came from. */
export class ReplayInput implements ByteInput {
  readonly #inner: ByteInput
  #head: Uint8Array

  constructor(head: Uint8Array, inner: ByteInput) {
    this.#head = head
    this.#inner = inner
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

  read(into: Uint8Array, at: number, length: number): number | Promise<number> {
    const count = Math.min(length, this.#head.length)
    if (count === 0) return this.#inner.read(into, at, length)
    into.set(this.#head.subarray(0, count), at)
    this.#head = this.#head.subarray(count)
    return count
  }

  restart(): ByteInput | undefined {
    return this.#inner.restart()
  }

  close(): void {
    this.#inner.close()
  }
}

/** Reads the first `length` bytes (fewer where the input ends) and gives them back together with an input that still
 *  begins with them. */
export async function peekBytes(input: ByteInput, length: number): Promise<{ head: Uint8Array; input: ByteInput }> {
  const head = new Uint8Array(length)
  let filled = 0
  while (filled < length) {
    const count = await input.read(head, filled, length - filled)
    if (count === 0) break
    filled += count
  }
  const seen = head.subarray(0, filled)
  return { head: seen, input: new ReplayInput(seen, input) }
}

/** The device and the number of an open file: two openings with one identity are the same file. */
export function identityOf(descriptor: number): string {
  const stat = fstatSync(descriptor, { bigint: true })
  return `${stat.dev}:${stat.ino}`
}

/** Closes a descriptor that may be closed already. */
export function closeQuietly(descriptor: number): void {
  try {
    closeSync(descriptor)
  } catch {
    // The descriptor is gone already: there is nothing left to close.
  }
}
