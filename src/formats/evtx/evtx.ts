/** Windows event logs (EVTX): reads a file chunk by chunk, each of 64 KiB and readable by itself, and finds its way again
 *  where chunks are damaged, missing or shifted. It does no I/O: bytes are handed to it, or read through a function. */
import type { Reject } from '../../core/place.ts'
import type { KindOf } from '../event.ts'
import type { Chunk, Progress } from '../format.ts'
import { chunkBytes, EvtxChunk, firstRecordAt } from './chunk.ts'
import {
  type ChunkHead,
  ChunkRecords,
  chunkHead,
  chunkSignature,
  type EvtxSink,
  isBlank,
  isChunkAt,
} from './chunk-records.ts'
import type { EvtxRecord } from './record.ts'
import { TemplateStore } from './templates.ts'
import { uint16At, uint32At } from './values.ts'

export type { EvtxSink } from './chunk-records.ts'
export type { EvtxRecord } from './record.ts'

const fileSignature = Buffer.from('ElfFile\0', 'latin1')
/** Bytes before the first chunk. */
const fileHeadBytes = 4_096
const dirtyFlag = 1

/** How a log is read. */
export interface EvtxSettings {
  /** Tells the kind of log of events. */
  readonly kindOf?: KindOf
}

/** Bytes that can be read anywhere, such as a file's. */
export interface RandomAccess {
  readonly size: number
  /** Fewer bytes than asked for only at the end. They must not change afterwards. */
  read(offset: number, length: number): Uint8Array
}

const bufferOf = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
const startsWith = (bytes: Buffer, at: number, signature: Buffer): boolean =>
  at + signature.length <= bytes.length && signature.compare(bytes, at, at + signature.length) === 0

/** An opinion of the head of a file: 1 for an EVTX log, less for a chunk without its file's head. */
export function recogniseEvtx(sample: Uint8Array): number {
  const bytes = bufferOf(sample)
  if (startsWith(bytes, 0, fileSignature)) return 1
  return startsWith(bytes, 0, chunkSignature) ? 0.9 : 0
}

/** Where the next chunk begins: too early, where bytes are missing from the unused rest of the one before. */
function earlyChunk(bytes: Buffer, from: number, until: number): number {
  for (
    let at = bytes.indexOf(chunkSignature, from);
    at >= 0 && at < until;
    at = bytes.indexOf(chunkSignature, at + 1)
  ) {
    if (chunkHead(bytes, at, bytes.length)?.isSound) return at
  }
  return until
}

/** Reads one log in the order of its bytes. */
export class EvtxReader {
  readonly #store: TemplateStore
  #isDirty = false

  constructor(settings: EvtxSettings = {}) {
    this.#store = new TemplateStore(settings.kindOf)
  }

  /** Reads the next chunk of the log, and consumes nothing where it is not yet whole; at least 64 KiB and 8 bytes must be
   *  at hand before the end. `lines` counts records. Records stay good afterwards. */
  read(chunk: Chunk, records: EvtxRecord[], rejects: Reject[]): Progress {
    let lines = 0
    const sink: EvtxSink = {
      record: (record) => {
        lines++
        records.push(record)
      },
      reject: (reject) => rejects.push(reject),
    }
    const bytes = bufferOf(chunk.bytes).subarray(chunk.start, chunk.end)
    return { bytes: this.step(chunk.source, bytes, chunk.offset, chunk.last, sink), lines }
  }

  /** As `read`, for bytes that begin at `offset` of the log; gives how many were consumed. */
  step(source: string, bytes: Buffer, offset: number, isLast: boolean, sink: EvtxSink): number {
    if (offset === 0) {
      if (bytes.length < fileHeadBytes && !isLast) return 0
      const head = this.#fileHead(source, bytes, sink)
      if (head > 0) return head
    }
    // A signature may stand across the end of the chunk's place.
    const wanted = chunkBytes + chunkSignature.length
    if (bytes.length === 0 || (bytes.length < wanted && !isLast)) return 0
    return this.#place(source, bytes, offset, isLast, sink)
  }

  /** The head of the file; gives its size, or 0 where there is none and chunks begin at once. */
  #fileHead(source: string, bytes: Buffer, sink: EvtxSink): number {
    const reject = (reason: Reject['reason'], message: string, length: number): void =>
      sink.reject({ place: { source, line: 0, offset: 0, length }, reason, message })
    if (startsWith(bytes, 0, fileSignature)) {
      if (bytes.length < fileHeadBytes) {
        reject('truncated', 'The Windows event log is cut off before its first record.', bytes.length)
        return bytes.length
      }
      this.#isDirty = (uint32At(bytes, 120) & dirtyFlag) !== 0
      const given = uint16At(bytes, 40)
      return given >= 128 && isChunkAt(bytes, given) ? given : fileHeadBytes
    }
    if (isChunkAt(bytes, 0)) return 0
    if (bytes.length === 0) reject('truncated', 'The Windows event log is empty: it has no bytes.', 0)
    else
      reject('damaged', 'The file does not begin as a Windows event log does.', Math.min(bytes.length, fileHeadBytes))
    const next = bytes.subarray(0, fileHeadBytes + 8).indexOf(chunkSignature)
    return next > 0 ? next : Math.min(bytes.length, fileHeadBytes)
  }

  /** The place of one chunk. */
  #place(source: string, bytes: Buffer, offset: number, isLast: boolean, sink: EvtxSink): number {
    const until = Math.min(bytes.length, chunkBytes)
    const head = chunkHead(bytes, 0, until)
    if (head?.isSound && head.areRecordsSound) {
      const soundEnd = earlyChunk(bytes, head.end, until)
      this.#chunk(source, bytes, soundEnd, offset, head, sink)
      return soundEnd
    }
    // Something is wrong: the next chunk may begin too early, where bytes are missing.
    const found = bytes.indexOf(chunkSignature, head === undefined ? 0 : firstRecordAt)
    const end = found > 0 && found < until ? found : until
    const isCut = isLast && end === bytes.length && end < chunkBytes
    if (!isBlank(bytes, 0, end)) {
      if (isCut) {
        const place = { source, line: Math.max(0, head?.firstId ?? 0), offset, length: end }
        sink.reject({ place, reason: 'truncated', message: 'The log is cut off within a chunk.' })
      }
      const known = end === until ? head : head && { ...head, areRecordsSound: false }
      // While Windows writes a log, checksums of its last chunk are behind.
      this.#chunk(
        source,
        bytes,
        end,
        offset,
        this.#isDirty && known ? { ...known, areRecordsSound: true } : known,
        sink,
      )
    }
    return end
  }

  #chunk(
    source: string,
    bytes: Buffer,
    end: number,
    offset: number,
    head: ChunkHead | undefined,
    sink: EvtxSink,
  ): void {
    // A copy, so that records stay good when the caller uses its bytes again.
    const own = Buffer.allocUnsafeSlow(end)
    bytes.copy(own, 0, 0, end)
    new ChunkRecords(new EvtxChunk(own, source, offset, this.#store), head, sink).read()
  }
}

/** Bytes that are read at once. */
const windowBytes = 16 * chunkBytes

function readRun(
  reader: EvtxReader,
  source: string,
  input: RandomAccess,
  from: number,
  to: number,
  sink: EvtxSink,
): void {
  let offset = from
  while (offset < to || (to === 0 && offset === 0)) {
    const window = bufferOf(input.read(offset, Math.min(windowBytes, to - offset)))
    const isLast = offset + window.length >= to || window.length === 0
    let at = 0
    for (;;) {
      const consumed = reader.step(source, window.subarray(at), offset + at, isLast, sink)
      if (consumed === 0) break
      at += consumed
    }
    if (at === 0) return
    offset += at
  }
}

/** Where the oldest chunk of a log stands that goes round in its file: Windows writes over the oldest when it is full. */
function oldestChunk(input: RandomAccess): number {
  let oldest = fileHeadBytes
  let oldestId = Number.POSITIVE_INFINITY
  let turns = 0
  let previous = -1
  for (let offset = fileHeadBytes; offset + firstRecordAt <= input.size; offset += chunkBytes) {
    const bytes = bufferOf(input.read(offset, firstRecordAt))
    const head = chunkHead(bytes, 0, bytes.length)
    if (head === undefined || !head.isSound) continue
    if (head.firstId < previous) turns++
    if (head.firstId < oldestId) {
      oldestId = head.firstId
      oldest = offset
    }
    previous = head.firstId
  }
  return turns === 1 ? oldest : fileHeadBytes
}

/** Reads a whole log, the oldest records first. */
export function readEvtx(
  source: string,
  input: Uint8Array | RandomAccess,
  sink: EvtxSink,
  settings: EvtxSettings = {},
): void {
  const access: RandomAccess =
    input instanceof Uint8Array
      ? { size: input.length, read: (offset, length) => input.subarray(offset, offset + length) }
      : input
  const reader = new EvtxReader(settings)
  const oldest = oldestChunk(access)
  if (oldest === fileHeadBytes) {
    readRun(reader, source, access, 0, access.size, sink)
    return
  }
  readRun(reader, source, access, oldest, access.size, sink)
  readRun(reader, source, access, 0, oldest, sink)
}
