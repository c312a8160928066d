/** Reading ahead: request logs are read and looked at in another thread while this one judges. */
import { setFlagsFromString } from 'node:v8'
import { Worker } from 'node:worker_threads'
import { RequestBatch } from '../formats/request-batch.ts'
import { buffersOf, type FromReader, type ToReader } from './ahead-message.ts'
import type { Delivery, Feed, FeedRequest } from './feed.ts'
import type { Problem } from './problem.ts'
import type { Reread } from './source.ts'

/** One reading thread, for any number of streams. */
export class ReadingThread {
  readonly #worker: Worker
  readonly #feeds: AheadFeed[] = []

  constructor() {
    // Two heaps in one process: each may hold less that is already let go.
    setFlagsFromString('--heap-growing-percent=100')
    this.#worker = new Worker(new URL('./ahead-worker.ts', import.meta.url), {
      resourceLimits: { maxYoungGenerationSizeMb: 12 },
    })
    this.#worker.on('message', (message: FromReader) => this.#feeds[message.stream]?.receive(message))
    this.#worker.on('error', (error) => {
      for (const feed of this.#feeds) feed.fail(error)
    })
  }

  /** Begins to read a source of requests. */
  open(request: FeedRequest): Feed {
    const stream = this.#feeds.length
    const { file, format, formatOptions, sourceOptions } = request
    const feed = new AheadFeed((parts) => this.#say({ kind: 'return', stream, parts }))
    this.#feeds.push(feed)
    this.#say({ kind: 'open', stream, file, formatName: format.name, formatOptions, sourceOptions })
    return feed
  }

  #say(message: ToReader): void {
    this.#worker.postMessage(message, message.kind === 'return' ? buffersOf(message.parts) : [])
  }

  async close(): Promise<void> {
    await this.#worker.terminate()
  }
}

class AheadFeed implements Feed {
  problems: readonly Problem[] = []
  reread: Reread | undefined
  bytesRead = 0
  readonly #giveBack: (parts: ReturnType<RequestBatch['parts']>) => void
  #queue: FromReader[] = []
  #current: RequestBatch | undefined
  #waiting: { resolve: (delivery: Delivery | null) => void; reject: (error: Error) => void } | undefined
  #failure: Error | undefined

  constructor(giveBack: (parts: ReturnType<RequestBatch['parts']>) => void) {
    this.#giveBack = giveBack
  }

  next(): Delivery | null | Promise<Delivery | null> {
    if (this.#current !== undefined) this.#giveBack(this.#current.parts())
    this.#current = undefined
    const message = this.#queue.shift()
    if (message !== undefined) return this.#take(message)
    const { promise, resolve, reject } = Promise.withResolvers<Delivery | null>()
    if (this.#failure !== undefined) reject(this.#failure)
    this.#waiting = { resolve, reject }
    return promise
  }

  receive(message: FromReader): void {
    const waiting = this.#waiting
    if (waiting === undefined) {
      this.#queue.push(message)
      return
    }
    this.#waiting = undefined
    waiting.resolve(this.#take(message))
  }

  /** A bug in the reading thread: it is not an end of input. */
  fail(error: Error): void {
    this.#failure = error
    this.#waiting?.reject(error)
  }

  #take(message: FromReader): Delivery | null {
    this.reread = message.reread
    if (message.kind === 'end') {
      this.problems = message.problems
      this.#queue = [message]
      return null
    }
    this.bytesRead = message.bytesRead
    this.#current = RequestBatch.of(message.parts)
    return { requests: this.#current, rejects: message.rejects, bytes: message.bytes }
  }

  dispose(): void {
    this.#queue = []
  }
}
