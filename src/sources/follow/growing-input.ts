/** A regular file that may still grow, be cut short or be written anew while it is read. After each read the head of the
 *  file is compared with what it was: as a head never comes back, what was read before belongs to the same file. It
 *  never decides whether a file has ended; whoever follows it says so with `finish`. */
import { fstatSync, readSync, statSync } from 'node:fs'
import { limits } from '../../core/limits.ts'
import { type ByteInput, closeQuietly } from '../byte-input.ts'
import { makeProblem, type Problem, problemOfError } from '../problem.ts'

/** What a look at a file showed. */
export interface FileLook {
  /** Device and inode: two looks with one identity are at the same file, or at one that took its inode. */
  readonly identity: string
  readonly size: number
  readonly modifiedMs: number
  /** Names that the file has; 0 once it is deleted. */
  readonly links: number
}

/** Looks at an open file; undefined where the drive no longer answers. */
export function lookAt(descriptor: number): FileLook | undefined {
  try {
    return lookOf(fstatSync(descriptor, { bigint: true }))
  } catch {
    return undefined
  }
}

/** What has a name now: a regular file, or nothing that can be followed, and why in a sentence. */
export type NameLook =
  | { readonly kind: 'file'; readonly look: FileLook }
  | { readonly kind: 'none'; readonly problem: string }

/** Looks at a name. */
export function lookAtName(path: string): NameLook {
  try {
    const stat = statSync(path, { bigint: true })
    if (stat.isFile()) return { kind: 'file', look: lookOf(stat) }
    const what = stat.isDirectory() ? 'a folder' : 'a pipe or a device'
    return { kind: 'none', problem: makeProblem('not-a-file', path, what).message }
  } catch (error) {
    return { kind: 'none', problem: problemOfError(error, path).message }
  }
}

/** The parts of a `stat` that matter here. */
export function lookOf(stat: { dev: bigint; ino: bigint; size: bigint; mtimeNs: bigint; nlink: bigint }): FileLook {
  return {
    identity: `${stat.dev}:${stat.ino}`,
    size: Number(stat.size),
    modifiedMs: Number(stat.mtimeNs / 1000n) / 1000,
    links: Number(stat.nlink),
  }
}

/** The first bytes of an open file, at most `limits.followHeadBytes`. */
export function readHead(descriptor: number, length: number = limits.followHeadBytes): Uint8Array {
  const head = new Uint8Array(length)
  let filled = 0
  try {
    while (filled < length) {
      const count = readSync(descriptor, head, filled, length - filled, filled)
      if (count === 0) break
      filled += count
    }
  } catch {
    return new Uint8Array(0)
  }
  return head.subarray(0, filled)
}

/** True where `head` begins with `start`. */
export function beginsWith(head: Uint8Array, start: Uint8Array): boolean {
  return head.length >= start.length && Buffer.compare(head.subarray(0, start.length), start) === 0
}

/** The input. */
export class GrowingInput implements ByteInput {
  readonly descriptor: number
  readonly #path: string
  #position: number
  #size: number
  #head: Uint8Array
  #finished = false
  #replaced = false
  #problem: Problem | undefined

  /** Reads from `position`; `head` is what the file began with when it was opened. */
  constructor(path: string, descriptor: number, head: Uint8Array, size: number, position: number) {
    this.#path = path
    this.descriptor = descriptor
    this.#head = head
    this.#size = size
    this.#position = position
  }

  /** The first bytes of the file, as far as they are known to be this file's. */
  get head(): Uint8Array {
    return this.#head
  }

  get position(): number {
    return this.#position
  }

  get total(): number {
    return this.#size
  }

  get problem(): Problem | undefined {
    return this.#problem
  }

  get availableNow(): number | undefined {
    if (this.#finished) return undefined
    return this.#replaced ? 0 : Math.max(0, this.#size - this.#position)
  }

  /** The file was cut short or written anew under its name: nothing more of what it was can be read here. */
  get isReplaced(): boolean {
    return this.#replaced
  }

  /** Takes the size of a fresh look. A file never grows by losing bytes. */
  resize(size: number): void {
    if (size < this.#position) this.#replaced = true
    else this.#size = size
  }

  /** Looks whether the file still begins as it did. */
  verify(): void {
    if (!this.#isStillSame()) this.#replaced = true
  }

  /** Says that no more will be written: what is there is read, and then the input ends. */
  finish(): void {
    this.#finished = true
  }

  read(into: Uint8Array, at: number, length: number): number {
    const wanted = Math.min(length, this.#size - this.#position)
    if (this.#replaced || wanted <= 0) return 0
    try {
      const count = readSync(this.descriptor, into, at, wanted, this.#position)
      if (count === 0 || !this.#isStillSame()) {
        this.#replaced = true
        return 0
      }
      this.#problem = undefined
      this.#position += count
      return count
    } catch (error) {
      this.#problem = problemOfError(error, this.#path)
      return 0
    }
  }

  restart(): undefined {
    return undefined
  }

  close(): void {
    this.#finished = true
    closeQuietly(this.descriptor)
  }

  #isStillSame(): boolean {
    const head = readHead(this.descriptor)
    if (!beginsWith(head, this.#head)) return false
    this.#head = head
    return true
  }
}
