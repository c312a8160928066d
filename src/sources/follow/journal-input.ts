/** The segments of a journal stream as one text that grows: a segment is followed by the next one at its end, and one
 *  descriptor is open at a time. Which segments there are is told to it. */
import { openSync, readSync } from 'node:fs'
import { join } from 'node:path'
import { type ByteInput, closeQuietly } from '../byte-input.ts'
import { type Problem, problemOfError } from '../problem.ts'

/** A segment and where it begins in the stream. */
export interface SegmentSpan {
  readonly name: string
  readonly number: number
  readonly base: number
  readonly bytes: number
}

/** The input. */
export class JournalInput implements ByteInput {
  readonly #folder: string
  #segments: readonly SegmentSpan[] = []
  #position: number
  #ended = false
  #broken = false
  #open: { readonly number: number; readonly base: number; readonly descriptor: number } | undefined
  #problem: Problem | undefined

  constructor(folder: string, position: number) {
    this.#folder = folder
    this.#position = position
  }

  get position(): number {
    return this.#position
  }

  get total(): number {
    const last = this.#segments.at(-1)
    return last === undefined ? this.#position : last.base + last.bytes
  }

  get problem(): Problem | undefined {
    return this.#problem
  }

  get availableNow(): number | undefined {
    if (this.#broken) return 0
    const available = Math.max(0, this.total - this.#position)
    return available === 0 && this.#ended ? undefined : available
  }

  /** What was read is no longer what is there: a line that was torn by a crash was cut off. */
  get isBroken(): boolean {
    return this.#broken
  }

  /** Takes a fresh list of the segments, and whether any more comes. */
  take(segments: readonly SegmentSpan[], ended: boolean): void {
    this.#segments = segments
    this.#ended = ended
    if (this.#position > this.total) this.#broken = true
    const open = this.#open
    const again = open === undefined ? undefined : segments.find(({ number }) => number === open.number)
    if (open !== undefined && again?.base !== open.base && this.#position < this.total) this.#broken = true
    const at = segments.findLast(({ base }) => base <= this.#position)
    // Bytes read of a segment that was cut since then were counted into the next one.
    if (again !== undefined && at !== undefined && at.number > again.number && this.#position !== at.base) {
      this.#broken = true
    }
  }

  read(into: Uint8Array, at: number, length: number): number {
    const span = this.#segments.findLast(({ base, bytes }) => base <= this.#position && bytes > 0)
    if (span === undefined || this.#broken) return 0
    const wanted = Math.min(length, span.base + span.bytes - this.#position)
    if (wanted <= 0) return 0
    try {
      const count = readSync(this.#descriptorOf(span), into, at, wanted, this.#position - span.base)
      if (count === 0) this.#broken = true
      this.#problem = undefined
      this.#position += count
      return count
    } catch (error) {
      this.#problem = problemOfError(error, join(this.#folder, span.name))
      return 0
    }
  }

  restart(): undefined {
    return undefined
  }

  close(): void {
    this.#broken = true
    this.#let()
  }

  #descriptorOf(span: SegmentSpan): number {
    if (this.#open?.number === span.number) return this.#open.descriptor
    this.#let()
    const descriptor = openSync(join(this.#folder, span.name), 'r')
    this.#open = { number: span.number, base: span.base, descriptor }
    return descriptor
  }

  #let(): void {
    if (this.#open !== undefined) closeQuietly(this.#open.descriptor)
    this.#open = undefined
  }
}
