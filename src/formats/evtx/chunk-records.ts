/** Reads the records of one chunk, intact or damaged: what cannot be read becomes a reject that says how many bytes and
 *  records it was, and the search goes on behind it. Records that somebody hid behind others are read too. */
import { crc32 } from 'node:zlib'
import type { Reject, RejectReason } from '../../core/place.ts'
import { type EvtxChunk, firstRecordAt } from './chunk.ts'
import { openRecord } from './open-record.ts'
import { type EvtxRecord, recordHeadBytes, recordTailBytes } from './record.ts'
import { uint32At, uint64At } from './values.ts'

const recordMagic = Buffer.from([0x2a, 0x2a, 0x00, 0x00])
const recordMagicNumber = 0x2a2a
/** How every chunk begins. */
export const chunkSignature = Buffer.from('ElfChnk\0', 'latin1')
/** Zeros to compare with. */
const blank = Buffer.alloc(4_096)
const recordBytesMin = recordHeadBytes + recordTailBytes

/** Takes what is read. */
export interface EvtxSink {
  record(record: EvtxRecord): void
  reject(reject: Reject): void
}

/** What the head of a chunk says. */
export interface ChunkHead {
  readonly firstId: number
  readonly lastId: number
  /** Where its records end. */
  readonly end: number
  /** The head's own checksum is right. */
  readonly isSound: boolean
  /** The checksum of its records is right. */
  readonly areRecordsSound: boolean
}

/** Whether a chunk begins at `at`. */
export function isChunkAt(bytes: Buffer, at: number): boolean {
  return at + firstRecordAt <= bytes.length && chunkSignature.compare(bytes, at, at + chunkSignature.length) === 0
}

/** What the head of the chunk at `at` says, or undefined where there is none. */
export function chunkHead(bytes: Buffer, at: number, until: number): ChunkHead | undefined {
  if (!isChunkAt(bytes, at) || at + firstRecordAt > until) return undefined
  const end = uint32At(bytes, at + 48)
  const sum = crc32(bytes.subarray(at + 128, at + firstRecordAt), crc32(bytes.subarray(at, at + 120)))
  const fits = end >= firstRecordAt && at + end <= until
  return {
    firstId: uint64At(bytes, at + 24),
    lastId: uint64At(bytes, at + 32),
    end,
    isSound: sum === uint32At(bytes, at + 124),
    areRecordsSound: fits && crc32(bytes.subarray(at + firstRecordAt, at + end)) === uint32At(bytes, at + 52),
  }
}

/** The size of the record at `at`, or 0 where none begins that could be read. */
function recordSizeAt(bytes: Buffer, at: number): number {
  if (at + recordBytesMin > bytes.length || uint32At(bytes, at) !== recordMagicNumber) return 0
  const size = uint32At(bytes, at + 4)
  if (size < recordBytesMin || at + size > bytes.length) return 0
  if (uint32At(bytes, at + size - recordTailBytes) === size) return size
  // Its end was overwritten: believed where the next record begins there.
  return at + size + 4 <= bytes.length && uint32At(bytes, at + size) === recordMagicNumber ? size : 0
}

/** Where the next record begins, from `at` on; -1 where there is none. */
function nextRecordAt(bytes: Buffer, at: number, until: number): number {
  for (let i = bytes.indexOf(recordMagic, at); i >= 0 && i < until; i = bytes.indexOf(recordMagic, i + 1)) {
    if (recordSizeAt(bytes, i) > 0) return i
  }
  return -1
}

/** Whether all bytes are zero. */
export function isBlank(bytes: Buffer, from: number, to: number): boolean {
  for (let at = from; at < to; at += blank.length) {
    const end = Math.min(to, at + blank.length)
    if (bytes.compare(blank, 0, end - at, at, end) !== 0) return false
  }
  return true
}

/** Reads the records of a chunk; `head` is undefined where the chunk's own was destroyed. */
export class ChunkRecords {
  readonly #chunk: EvtxChunk
  readonly #head: ChunkHead | undefined
  readonly #sink: EvtxSink
  #count = 0
  #lastId = 0

  constructor(chunk: EvtxChunk, head: ChunkHead | undefined, sink: EvtxSink) {
    this.#chunk = chunk
    this.#head = head
    this.#sink = sink
  }

  /** Reads all; gives how many records were handed on. */
  read(): number {
    const { bytes } = this.#chunk
    const head = this.#head
    const isBounded = head !== undefined && head.end >= firstRecordAt && head.end <= bytes.length
    const end = isBounded ? head.end : bytes.length
    let at = head === undefined && recordSizeAt(bytes, 0) > 0 ? 0 : firstRecordAt
    if (head === undefined) at = this.#skipTo(0, end)
    while (at >= 0 && at + recordBytesMin <= bytes.length) {
      const size = recordSizeAt(bytes, at)
      if (size > 0) {
        // Behind the end that the head gives stand newer records, where it was not yet written, or old ones.
        if (at >= end && uint64At(bytes, at + 8) !== this.#lastId + 1) break
        this.#record(at, size)
        at += size
      } else if (at >= end) break
      else at = this.#skipTo(at, end)
    }
    this.#missing()
    return this.#count
  }

  /** Goes on to the next record, and says what was left out. */
  #skipTo(at: number, end: number): number {
    const { bytes } = this.#chunk
    const next = nextRecordAt(bytes, at, end)
    const until = next < 0 ? end : next
    if (!isBlank(bytes, at, until)) {
      const isCut = next < 0 && this.#head !== undefined && bytes.length < this.#head.end
      const reason = isCut ? 'truncated' : 'damaged'
      this.#reject(at, until - at, reason, `${until - at} bytes of a chunk hold no record that can be read.`)
    }
    return next
  }

  #record(at: number, size: number): void {
    const chunk = this.#chunk
    const id = uint64At(chunk.bytes, at + 8)
    const opened = openRecord(chunk, at, size)
    if (typeof opened === 'string') {
      this.#reject(at, size, 'damaged', `The record cannot be read: ${opened}.`, id)
      this.#lastId = id
      return
    }
    const hiddenFrom = chunk.recordEnd
    this.#hand(opened, id, at, size)
    const end = at + size - recordTailBytes
    if (end - hiddenFrom >= recordBytesMin) this.#hidden(hiddenFrom, end)
  }

  #hand(record: EvtxRecord, id: number, at: number, size: number): void {
    this.#count++
    this.#lastId = id
    this.#sink.record(record)
    if (record.damage !== undefined) {
      this.#reject(at, size, 'damaged', `A part of the record cannot be read: ${record.damage}.`, id)
    } else if (record.isCut) {
      this.#reject(at, size, 'unexpected-fields', 'The record has more fields than are read.', id)
    }
  }

  /** Records inside the space of another: so tools hide them, by making the one before longer. */
  #hidden(from: number, end: number): void {
    const { bytes } = this.#chunk
    let at = nextRecordAt(bytes, from, end)
    while (at >= 0 && at < end) {
      const size = recordSizeAt(bytes, at)
      const opened = size > 0 && at + size <= end + recordTailBytes ? openRecord(this.#chunk, at, size) : 'none'
      if (typeof opened === 'string') return
      const id = uint64At(bytes, at + 8)
      this.#reject(at, size, 'damaged', 'The record was hidden behind the one before it; it was read all the same.', id)
      this.#hand(opened, id, at, size)
      at = nextRecordAt(bytes, at + size, end)
    }
  }

  /** Compares what was read with what the head says. */
  #missing(): void {
    const head = this.#head
    if (head === undefined) return
    const expected = head.lastId - head.firstId + 1
    const isPlausible = head.isSound && expected > 0 && expected <= this.#chunk.bytes.length / recordBytesMin
    const missing = isPlausible ? expected - this.#count : 0
    if (missing > 0) {
      const what = missing === 1 ? 'One record' : `${missing} records`
      this.#reject(0, this.#chunk.bytes.length, 'damaged', `${what} of this chunk cannot be read.`, head.firstId)
    } else if (head.isSound && !head.areRecordsSound) {
      const message = 'The checksum of a chunk is wrong: its records were read, but may have been changed.'
      this.#reject(0, this.#chunk.bytes.length, 'damaged', message, head.firstId)
    }
  }

  #reject(at: number, length: number, reason: RejectReason, message: string, id = this.#lastId): void {
    const { source, offset } = this.#chunk
    this.#sink.reject({ place: { source, line: id, offset: offset + at, length }, reason, message })
  }
}
