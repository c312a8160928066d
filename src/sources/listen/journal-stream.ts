/** One stream of a journal: appends wait in order and are written together, a batch at a time, to the last segment. A
 *  segment is only ever added to, so that a reader may hold what it has read; a failed write is tried again from the byte
 *  at which it failed. */
import { readdir, rename, rm, unlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { limits } from '../../core/limits.ts'
import { type JournalDisk, type WriteFailure, writeFailure } from './journal-disk.ts'
import { endMarkerName, segmentName, segmentNumber, trimmedName } from './journal-names.ts'
import { measureSegment, readTrimmed } from './journal-resume.ts'

/** What a stream tells the journal that it belongs to. */
export interface StreamHost {
  diskOf(): JournalDisk
  segmentBytesMax(): number
  /** Of what was read of a stream, this much stays. */
  readBytesKept(): number
  /** Bytes are on the disk, or (below zero) were read by the analysis. */
  countUnread(bytes: number): void
  countWaiting(bytes: number): void
  /** A write failed; resolves when it may be tried again, with false where the journal closes. */
  waitForDisk(failure: WriteFailure): Promise<boolean>
  wroteAgain(): void
  /** The stream opened a segment; others may have to be closed. */
  opened(stream: JournalStream): void
}

interface Append {
  bytes: Uint8Array
  readonly durable: boolean
  isBegun: boolean
  readonly resolve: () => void
  readonly reject: (error: Error) => void
}

/** An append that was refused: nothing of it was kept, and it may be sent again. */
export class JournalRefusal extends Error {
  override readonly name = 'JournalRefusal'
}

/** A segment and the bytes in it. */
export interface Segment {
  readonly number: number
  bytes: number
}

const nextTick = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/** One folder of segments. */
export class JournalStream {
  readonly folder: string
  readonly #host: StreamHost
  /** All that are on the disk, the last one is written to. */
  readonly #segments: Segment[] = []
  #bytesTrimmed = 0
  #lastNumber = 0
  #descriptor: number | undefined
  #queue: Append[] = []
  #work: Promise<void> = Promise.resolve()
  #isWorking = false
  #trimming: Promise<void> = Promise.resolve()
  #isTrimming = false
  #read = { segment: 0, offset: 0 }
  #isEnded = false
  /** False once the end is on disk: what nobody adds to holds up no listener. */
  #isCounted = true

  constructor(folder: string, host: StreamHost) {
    this.folder = folder
    this.#host = host
  }

  get segments(): readonly Segment[] {
    return this.#segments
  }

  /** Bytes in segments that are deleted. */
  get bytesTrimmed(): number {
    return this.#bytesTrimmed
  }

  /** Bytes ever written to the stream. */
  get bytesWritten(): number {
    return this.#segments.reduce((sum, segment) => sum + segment.bytes, this.#bytesTrimmed)
  }

  get isEnded(): boolean {
    return this.#isEnded
  }

  get isOpen(): boolean {
    return this.#descriptor !== undefined
  }

  get isIdle(): boolean {
    return !this.#isWorking && this.#queue.length === 0
  }

  append(bytes: Uint8Array, durable: boolean): Promise<void> {
    if (this.#isEnded) return Promise.reject(new Error('a journal stream was appended to after its end'))
    return new Promise((resolve, reject) => {
      this.#queue.push({ bytes, durable, isBegun: false, resolve, reject })
      this.#host.countWaiting(bytes.length)
      this.#schedule()
    })
  }

  /** Resolves when all that was appended before is written, or given up. */
  async settle(): Promise<void> {
    while (!this.isIdle) await this.#work
  }

  /** Writes what waits, makes it last, and leaves the marker. */
  async end(): Promise<void> {
    if (this.#isEnded) return
    this.#isEnded = true
    await this.settle()
    await this.#host.diskOf().makeFolder(this.folder)
    await this.#closeSegment()
    this.#host.countUnread(-this.#unread())
    this.#isCounted = false
    await writeFile(join(this.folder, endMarkerName), '', { mode: 0o600 })
    await this.#host.diskOf().syncFolder(this.folder)
  }

  /** Lets the open segment go; the next batch opens it again. */
  release(): void {
    if (this.#descriptor === undefined) return
    this.#host.diskOf().close(this.#descriptor)
    this.#descriptor = undefined
  }

  /** Deletes everything, the folder too. What waits is refused. */
  async remove(): Promise<void> {
    this.#isEnded = true
    this.giveUp('the stream was removed')
    await this.settle()
    await this.#trimming
    this.release()
    this.#host.countUnread(-this.#unread())
    this.#isCounted = false
    this.#segments.length = 0
    await rm(this.folder, { recursive: true, force: true })
  }

  /** Refuses what waits: the journal closes though the disk takes nothing, or the stream is removed. */
  giveUp(why: string): void {
    for (const { bytes, reject } of this.#queue.splice(0)) {
      this.#host.countWaiting(-bytes.length)
      reject(new JournalRefusal(why))
    }
  }

  /** The analysis has stored what it made of everything before this place. */
  acknowledge(number: number, offset: number): void {
    const last = this.#segments.at(-1)
    if (last === undefined) return
    const before = this.#unread()
    const isPast = number > last.number || (number === last.number && offset > last.bytes)
    const place = isPast ? { segment: last.number, offset: last.bytes } : { segment: number, offset }
    const { segment: segmentBefore, offset: offsetBefore } = this.#read
    if (place.segment > segmentBefore || (place.segment === segmentBefore && place.offset > offsetBefore)) {
      this.#read = place
    }
    this.#host.countUnread(this.#unread() - before)
    this.#trim()
  }

  #unread(): number {
    let unread = 0
    if (!this.#isCounted) return 0
    for (const segment of this.#segments) {
      if (segment.number > this.#read.segment) unread += segment.bytes
      else if (segment.number === this.#read.segment) unread += Math.max(0, segment.bytes - this.#read.offset)
    }
    return unread
  }

  #schedule(): void {
    if (this.#isWorking) return
    this.#isWorking = true
    this.#work = nextTick()
      .then(() => this.#writeAll())
      .finally(() => {
        this.#isWorking = false
        if (this.#queue.length > 0) this.#schedule()
      })
  }

  async #writeAll(): Promise<void> {
    while (this.#queue.length > 0) {
      try {
        await this.#writeBatch()
        this.#host.wroteAgain()
      } catch (error) {
        const failure = writeFailure(error)
        this.#refuseDurable(failure.phrase)
        this.release()
        if (!(await this.#host.waitForDisk(failure))) this.giveUp(failure.phrase)
      }
    }
    await this.#leaveReadSegment()
  }

  /** One write, whole or in part, and the promises of the appends that it finished. A short write is no error: the next
   *  round meets the reason. */
  async #writeBatch(): Promise<void> {
    const descriptor = await this.#openSegment()
    const segment = this.#segments.at(-1) as Segment
    const pieces: Uint8Array[] = []
    let wanted = 0
    for (const { bytes } of this.#queue) {
      if (pieces.length > 0 && wanted + bytes.length > limits.journalWriteBytesMax) break
      pieces.push(bytes)
      wanted += bytes.length
    }
    const written = await this.#host.diskOf().write(descriptor, pieces)
    segment.bytes += written
    // In this order: between the two the bytes count twice, and nobody is told that there is room.
    this.#host.countUnread(written)
    this.#host.countWaiting(-written)
    const done: Append[] = []
    let left = written
    for (let append = this.#queue[0]; append !== undefined; append = this.#queue[0]) {
      if (append.bytes.length > left) {
        if (left > 0) append.isBegun = true
        append.bytes = append.bytes.subarray(left)
        break
      }
      left -= append.bytes.length
      done.push(append)
      this.#queue.shift()
      if (done.length === pieces.length) break
    }
    if (done.some(({ durable }) => durable)) await this.#syncBatch(descriptor, done)
    else for (const { resolve } of done) resolve()
  }

  /** Group commit: all appends that came while the last one was made to last are made to last by one call. */
  async #syncBatch(descriptor: number, done: readonly Append[]): Promise<void> {
    try {
      await this.#host.diskOf().sync(descriptor)
      for (const { resolve } of done) resolve()
    } catch (error) {
      // The system may have thrown the bytes away (fsync is not repeatable): those appends were not kept for certain.
      const refusal = new JournalRefusal(writeFailure(error).phrase)
      for (const { durable, resolve, reject } of done) durable ? reject(refusal) : resolve()
      throw error
    }
  }

  /** Whoever waits for an answer is told now, unless a part is on the disk already: its rest then follows. */
  #refuseDurable(phrase: string): void {
    const refused = this.#queue.filter(({ durable, isBegun }) => durable && !isBegun)
    if (refused.length === 0) return
    this.#queue = this.#queue.filter((append) => !refused.includes(append))
    for (const { bytes, reject } of refused) {
      this.#host.countWaiting(-bytes.length)
      reject(new JournalRefusal(phrase))
    }
  }

  async #openSegment(): Promise<number> {
    const last = this.#segments.at(-1)
    const isPartial = this.#queue[0]?.isBegun === true
    if (
      last !== undefined &&
      last.number === this.#lastNumber &&
      last.bytes >= this.#host.segmentBytesMax() &&
      !isPartial
    ) {
      await this.#closeSegment()
      this.#lastNumber++
    }
    if (this.#descriptor !== undefined) return this.#descriptor
    const isNew = last?.number !== this.#lastNumber || this.#lastNumber === 0
    if (this.#lastNumber === 0) this.#lastNumber = 1
    if (isNew) await this.#host.diskOf().makeFolder(this.folder)
    const descriptor = await this.#host.diskOf().openSegment(join(this.folder, segmentName(this.#lastNumber)))
    if (isNew) {
      this.#segments.push({ number: this.#lastNumber, bytes: 0 })
      await this.#host
        .diskOf()
        .syncFolder(this.folder)
        .catch(() => undefined)
    }
    this.#descriptor = descriptor
    this.#host.opened(this)
    return descriptor
  }

  /** What was appended to a segment lasts before the next one begins. */
  async #closeSegment(): Promise<void> {
    if (this.#descriptor === undefined) return
    await this.#host.diskOf().sync(this.#descriptor)
    this.release()
  }

  /** A segment that was read to its end is left for a new, empty one, so that it can be deleted. */
  async #leaveReadSegment(): Promise<void> {
    const last = this.#segments.at(-1)
    if (last === undefined || this.#isEnded || last.bytes < limits.journalSegmentReadBytesMin) return
    if (this.#read.segment !== last.number || this.#read.offset < last.bytes || this.#queue.length > 0) return
    try {
      await this.#closeSegment()
      this.#lastNumber = last.number + 1
      await this.#openSegment()
    } catch {
      // The disk is full or gone: the next write meets the same and says so.
    }
  }

  #trim(): void {
    if (this.#isTrimming) return
    this.#isTrimming = true
    this.#trimming = this.#trimAll().finally(() => {
      this.#isTrimming = false
    })
  }

  async #trimAll(): Promise<void> {
    // The writer looks whether its segment was read to its end.
    if (this.isIdle) this.#schedule()
    await this.settle()
    for (;;) {
      const first = this.#segments[0]
      if (first === undefined || this.#segments.length < 2 || first.number >= this.#read.segment) return
      if (this.#readBytes() - first.bytes < this.#host.readBytesKept()) return
      const trimmed = this.#bytesTrimmed + first.bytes
      try {
        await this.#writeTrimmed(first.number, trimmed)
        this.#segments.shift()
        this.#bytesTrimmed = trimmed
        await unlink(join(this.folder, segmentName(first.number)))
      } catch {
        // Tried again with the next acknowledgement, or at the next start.
        return
      }
    }
  }

  /** Bytes of whole segments that were read and are still there. */
  #readBytes(): number {
    let bytes = 0
    for (const segment of this.#segments) if (segment.number < this.#read.segment) bytes += segment.bytes
    return bytes
  }

  /** Written before a segment goes, so that the bytes ever written stay known. */
  async #writeTrimmed(number: number, bytes: number): Promise<void> {
    const path = join(this.folder, trimmedName)
    await writeFile(`${path}.new`, `${number} ${bytes}\n`, { mode: 0o600 })
    await rename(`${path}.new`, path)
  }

  /** Finds what an earlier run left. The last segment's torn line, if any, is cut, and writing goes on in a new segment:
   *  a reader's place is then never behind the end of what it reads. */
  async resume(): Promise<{ readonly bytesCut: number }> {
    const names = await readdir(this.folder)
    const trimmed = await readTrimmed(join(this.folder, trimmedName))
    this.#bytesTrimmed = trimmed.bytes
    this.#isEnded = names.includes(endMarkerName)
    this.#isCounted = !this.#isEnded
    const numbers = names.map(segmentNumber).filter((number) => number !== undefined)
    let bytesCut = 0
    for (const number of numbers.sort((a, b) => a - b)) {
      const path = join(this.folder, segmentName(number))
      if (number <= trimmed.number) {
        await unlink(path)
        continue
      }
      const isLast = number === numbers.at(-1)
      const { bytes, cut } = await measureSegment(path, isLast && !this.#isEnded)
      bytesCut += cut
      this.#segments.push({ number, bytes })
      if (this.#isCounted) this.#host.countUnread(bytes)
    }
    const last = this.#segments.at(-1)
    this.#lastNumber =
      Math.max(trimmed.number, last === undefined ? 0 : last.bytes === 0 ? last.number - 1 : last.number) + 1
    if (last?.bytes === 0) this.#segments.pop()
    return { bytesCut }
  }
}
