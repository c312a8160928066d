/** Keeps the raw bytes of a stream, which can be read only once, in a temporary file, so that evidence can be shown
 *  afterwards. The bytes may be voters' data: the file is readable by its owner alone, and its name is removed as soon
 *  as it is open, so that nothing remains of it however the process ends. Where the system refuses that (Windows), it
 *  is removed when the process exits or is interrupted. */
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ByteInput } from './byte-input.ts'
import { errorCode, makeProblem, type Problem } from './problem.ts'

/** One temporary file. */
export class Spool {
  readonly descriptor: number
  readonly #folder: string
  #bytes = 0
  #isNamed: boolean
  #onExit: (() => void) | undefined

  private constructor(folder: string, descriptor: number) {
    this.#folder = folder
    this.descriptor = descriptor
    this.#isNamed = !tryRemove(folder)
    if (this.#isNamed) this.#removeLater()
  }

  /** Throws what the file system throws where no temporary file can be made. */
  static create(parent: string = tmpdir()): Spool {
    const folder = mkdtempSync(join(parent, 'bellwether-'))
    return new Spool(folder, openSync(join(folder, 'input'), 'wx+', 0o600))
  }

  get bytes(): number {
    return this.#bytes
  }

  write(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; ) at += writeSync(this.descriptor, bytes, at)
    this.#bytes += bytes.length
  }

  dispose(): void {
    try {
      closeSync(this.descriptor)
    } catch {
      // It is closed already.
    }
    if (this.#isNamed) tryRemove(this.#folder)
    this.#isNamed = false
    if (this.#onExit !== undefined) {
      process.off('exit', this.#onExit)
      process.off('SIGINT', this.#onInterrupt)
      this.#onExit = undefined
    }
  }

  #removeLater(): void {
    this.#onExit = () => this.dispose()
    process.once('exit', this.#onExit)
    process.once('SIGINT', this.#onInterrupt)
  }

  readonly #onInterrupt = (): void => {
    this.dispose()
    if (process.listenerCount('SIGINT') === 0) process.kill(process.pid, 'SIGINT')
  }
}

/** An input whose bytes are also written to a spool. Where the spool fails, the input goes on without it. */
export class SpoolingInput implements ByteInput {
  readonly #inner: ByteInput
  readonly #spool: Spool
  readonly #path: string
  readonly total = undefined
  /** Why the spool cannot be used, if so. */
  spoolProblem: Problem | undefined

  constructor(path: string, inner: ByteInput, spool: Spool) {
    this.#path = path
    this.#inner = inner
    this.#spool = spool
  }

  get problem(): Problem | undefined {
    return this.#inner.problem
  }

  get position(): number {
    return this.#inner.position
  }

  async read(into: Uint8Array, at: number, length: number): Promise<number> {
    const count = await this.#inner.read(into, at, length)
    if (this.spoolProblem === undefined) {
      try {
        this.#spool.write(into.subarray(at, at + count))
      } catch (error) {
        const detail = errorCode(error) === 'ENOSPC' ? 'the disk is full' : `the system says ${errorCode(error)}`
        this.spoolProblem = makeProblem('spool-failed', this.#path, detail)
      }
    }
    return count
  }

  restart(): undefined {
    return undefined
  }

  close(): void {
    this.#inner.close()
  }
}

function tryRemove(folder: string): boolean {
  try {
    rmSync(folder, { recursive: true, force: true })
    return true
  } catch {
    return false
  }
}
