/** Bytes that can be read only once, in order: standard input, a named pipe, a device. Waiting for a pipe's writer holds
 *  up neither the event loop nor the end of the process, which a blocking read in Node's thread pool would. */
import { fstatSync, read } from 'node:fs'
import { Socket } from 'node:net'
import type { Readable } from 'node:stream'
import { isatty } from 'node:tty'
import { type ByteInput, closeQuietly } from './byte-input.ts'
import { errorCode, type Problem, problemOfError } from './problem.ts'

/** The input behind an open descriptor that is not a regular file opened by its name. */
export function openStream(path: string, descriptor: number): ByteInput {
  const stat = fstatSync(descriptor)
  if (descriptor === 0) {
    const isWaitedFor = stat.isFIFO() || stat.isSocket() || isatty(0)
    return isWaitedFor ? new PipeInput(path, process.stdin) : new DeviceInput(path, 0)
  }
  if (!stat.isFIFO()) return new DeviceInput(path, descriptor)
  return new PipeInput(path, new Socket({ fd: descriptor, readable: true, writable: false }))
}

/** A pipe or a socket, read when its bytes arrive. */
class PipeInput implements ByteInput {
  readonly total = undefined
  readonly #stream: Readable
  #piece: Uint8Array = new Uint8Array(0)
  #position = 0
  #ended = false
  #problem: Problem | undefined
  #wake: (() => void) | undefined

  constructor(path: string, stream: Readable) {
    this.#stream = stream
    if (stream.readableEnded) this.#ended = true
    stream.on('readable', () => this.#wake?.())
    for (const end of ['end', 'close']) stream.on(end, () => this.#end())
    stream.on('error', (error) => {
      this.#problem ??= problemOfError(error, path)
      this.#end()
    })
  }

  get problem(): Problem | undefined {
    return this.#problem
  }

  get position(): number {
    return this.#position
  }

  async read(into: Uint8Array, at: number, length: number): Promise<number> {
    while (this.#piece.length === 0) {
      const piece: unknown = this.#stream.read()
      if (piece instanceof Uint8Array) this.#piece = piece
      else if (this.#ended) return 0
      else {
        await new Promise<void>((resolve) => {
          this.#wake = resolve
        })
      }
    }
    const count = Math.min(length, this.#piece.length)
    into.set(this.#piece.subarray(0, count), at)
    this.#piece = this.#piece.subarray(count)
    this.#position += count
    return count
  }

  restart(): undefined {
    return undefined
  }

  close(): void {
    this.#stream.destroy()
  }

  #end(): void {
    this.#ended = true
    this.#wake?.()
  }
}

const retryMs = 5

/** A device, or a regular file as standard input, read from where it stands. */
class DeviceInput implements ByteInput {
  readonly total = undefined
  readonly #path: string
  readonly #descriptor: number
  #position = 0
  #ended = false
  #problem: Problem | undefined

  constructor(path: string, descriptor: number) {
    this.#path = path
    this.#descriptor = descriptor
  }

  get problem(): Problem | undefined {
    return this.#problem
  }

  get position(): number {
    return this.#position
  }

  async read(into: Uint8Array, at: number, length: number): Promise<number> {
    while (!this.#ended) {
      const outcome = await readOnce(this.#descriptor, into, at, length)
      if (typeof outcome === 'number') {
        this.#position += outcome
        this.#ended = outcome === 0
        return outcome
      }
      const code = errorCode(outcome)
      if (code === 'EAGAIN' || code === 'EINTR') {
        await new Promise((resolve) => setTimeout(resolve, retryMs))
        continue
      }
      this.#ended = true
      // Windows reports the closed end of a pipe as the error EOF.
      if (code !== 'EOF') this.#problem = problemOfError(outcome, this.#path)
    }
    return 0
  }

  restart(): undefined {
    return undefined
  }

  close(): void {
    this.#ended = true
    if (this.#descriptor !== 0) closeQuietly(this.#descriptor)
  }
}

function readOnce(descriptor: number, into: Uint8Array, at: number, length: number): Promise<unknown> {
  return new Promise((resolve) => {
    read(descriptor, into, at, length, null, (error, count) => resolve(error ?? count))
  })
}
