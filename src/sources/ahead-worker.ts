/** The reading thread: reads request logs, takes the first look at each batch, and hands it over. It stays a few batches
 *  ahead of the thread that judges, no more. */
import { parentPort } from 'node:worker_threads'
import { formatNamed } from '../formats/formats.ts'
import { RequestBatch } from '../formats/request-batch.ts'
import { takeFirstLook } from '../watches/registration/first-look.ts'
import { buffersOf, type FromReader, type ToReader } from './ahead-message.ts'
import { type Delivery, LocalFeed } from './feed.ts'

/** Batches of one stream that are under way: one is judged, one waits, one is read. */
const batchesUnderWay = 3

interface AheadStream {
  readonly feed: LocalFeed
  readonly free: RequestBatch[]
  /** Buffers that came back, for the bytes of the next batches. */
  readonly spare: ArrayBufferLike[]
  busy: boolean
}

const streams = new Map<number, AheadStream>()
const port = parentPort
if (port === null) throw new Error('this file runs as a worker thread')

function say(message: FromReader): void {
  port?.postMessage(message, message.kind === 'batch' ? buffersOf(message.parts) : [])
}

port.on('message', (message: ToReader) => {
  if (message.kind === 'open') {
    const { file, formatName, formatOptions, sourceOptions } = message
    const format = formatNamed(formatName)
    if (format === undefined) throw new Error(`no format ${formatName}`)
    const free = Array.from({ length: batchesUnderWay }, () => new RequestBatch())
    streams.set(message.stream, {
      feed: new LocalFeed({ file, format, formatOptions, sourceOptions }),
      free,
      spare: [],
      busy: false,
    })
  } else {
    const stream = streams.get(message.stream)
    stream?.spare.push(message.parts.bytes.buffer)
    stream?.free.push(RequestBatch.of(message.parts))
  }
  const stream = streams.get(message.stream)
  if (stream !== undefined && !stream.busy) void readOn(message.stream, stream)
})

/** Reads while there are free batches. */
async function readOn(id: number, stream: AheadStream): Promise<void> {
  stream.busy = true
  for (let batch = stream.free.pop(); batch !== undefined; batch = stream.free.pop()) {
    const given = stream.feed.next(batch)
    const delivery = given instanceof Promise ? await given : given
    if (delivery === null) {
      const { problems, reread } = stream.feed
      streams.delete(id)
      say({ kind: 'end', stream: id, problems, reread })
      return
    }
    handOver(id, stream, delivery, batch)
  }
  stream.busy = false
}

function handOver(id: number, stream: AheadStream, delivery: Delivery, batch: RequestBatch): void {
  if (delivery.requests === undefined) batch.reset('', new Uint8Array(0), false)
  takeFirstLook(batch)
  const parts = batch.parts()
  // The bytes are the source's or the reader's own, and are filled again: what is handed over is a copy.
  const used = { ...parts, bytes: copied(parts.bytes.subarray(0, endOfUse(batch)), stream.spare) }
  const { rejects, bytes } = delivery
  const { bytesRead, reread } = stream.feed
  say({ kind: 'batch', stream: id, parts: used, rejects, bytes, bytesRead, reread })
}

/** A copy in a buffer that came back, or in a new one with some room to spare. */
function copied(bytes: Uint8Array, spare: ArrayBufferLike[]): Uint8Array {
  const back = spare.pop()
  const buffer = back !== undefined && back.byteLength >= bytes.length ? back : new ArrayBuffer(bytes.length * 1.25)
  const copy = new Uint8Array(buffer, 0, bytes.length)
  copy.set(bytes)
  return copy
}

/** Behind the last byte that a span points to. */
function endOfUse(batch: RequestBatch): number {
  let end = 0
  const { spans, count, capacity } = batch
  const width = spans.length / capacity
  for (let i = 1; i < count * width; i += 2) if ((spans[i] as number) > end) end = spans[i] as number
  return end
}
