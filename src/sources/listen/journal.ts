/** Where listeners keep what they accept before they answer: streams of lines as files, which the analysis follows like
 *  any other log. It says when listeners must stop reading (the analysis is behind, the disk is nearly full or fails), so
 *  that nothing accepted is lost; it looks into no line. */
import { mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { isSourceId, type SourceId } from '../../core/ids.ts'
import { limits } from '../../core/limits.ts'
import { err, ok, type Result } from '../../core/result.ts'
import type { JournalPort } from '../definition.ts'
import { showPath } from '../problem.ts'
import { type JournalDisk, systemDisk, type WriteFailure, writeFailure } from './journal-disk.ts'
import { overflowStream, streamFolderName, streamOfFolder } from './journal-names.ts'
import { JournalStream, type Segment, type StreamHost } from './journal-stream.ts'

/** Why listeners have to wait, as one sentence with the mend. */
export interface JournalProblem {
  readonly code: 'behind' | 'disk-full' | 'disk-failed'
  readonly message: string
}

/** A stream as it stands. */
export interface StreamState {
  readonly sourceId: SourceId
  /** As people read it: `web1/nginx`. */
  readonly stream: string
  /** Where its segments `NUMBER.log` are. */
  readonly folder: string
  readonly segments: readonly Readonly<Segment>[]
  /** Bytes of segments that are deleted, before the first one listed. */
  readonly bytesTrimmed: number
  /** No more will come. */
  readonly isEnded: boolean
}

/** What was lost or put elsewhere of one source. */
export interface SourceLoss {
  /** Messages that could not be kept. */
  readonly lost: number
  /** Lines of streams over the bound, which went to the stream `other`. */
  readonly overflowed: number
}

/** Settings of tests; the product uses the limits. */
export interface JournalOptions {
  readonly disk?: JournalDisk
  readonly segmentBytesMax?: number
  readonly readBytesKept?: number
  readonly unreadBytesMax?: number
  readonly unreadBytesLow?: number
  readonly streamsMax?: number
  readonly retryMs?: number
}

interface JournalSource {
  readonly streams: Map<string, JournalStream>
  /** Folder names of stream names that were asked for; forgotten when it grows. */
  readonly folders: Map<string, string>
  lost: number
  overflowed: number
}

const giga = 1024 ** 3

/** The journals of all sources of one desk. */
export class Journal implements JournalPort {
  readonly #folder: string
  readonly #disk: JournalDisk
  readonly #options: JournalOptions
  readonly #sources = new Map<SourceId, JournalSource>()
  /** Streams with an open segment, the longest unused first. */
  readonly #open = new Set<JournalStream>()
  #unreadBytes = 0
  #waitingBytes = 0
  #bytesSinceCheck = 0
  #isBehind = false
  #isDiskLow = false
  #failure: WriteFailure | undefined
  #isFull = false
  #isClosing = false
  #ready: (() => void)[] = []
  #patient: { readonly bytes: number; readonly resolve: () => void }[] = []
  #retries: ((goOn: boolean) => void)[] = []
  #retryTimer: NodeJS.Timeout | undefined
  readonly #spaceTimer: NodeJS.Timeout
  #bytesCut = 0

  private constructor(folder: string, options: JournalOptions) {
    this.#folder = folder
    this.#options = options
    this.#disk = options.disk ?? systemDisk
    this.#spaceTimer = setInterval(() => this.#checkSpace(), limits.journalSpaceCheckMs)
    this.#spaceTimer.unref()
  }

  /** Opens the folder of all journals (`data/journal`), made where it is not there, and finds what an earlier run left. */
  static async open(folder: string, options: JournalOptions = {}): Promise<Result<Journal, JournalProblem>> {
    const journal = new Journal(folder, options)
    try {
      await mkdir(folder, { recursive: true, mode: 0o700 })
      await journal.#resume()
      await journal.#readSpace()
      return ok(journal)
    } catch (error) {
      clearInterval(journal.#spaceTimer)
      const { phrase } = writeFailure(error)
      const message = `The folder ${showPath(folder)}, in which arriving lines are kept, cannot be used (${phrase}). Check that this user may write there.`
      return err({ code: 'disk-failed', message })
    }
  }

  append(sourceId: SourceId, stream: string, lines: Uint8Array, durable: boolean): Promise<void> {
    if (this.#isClosing) return Promise.reject(new Error('the journal is closed'))
    if (lines.length === 0) return Promise.resolve()
    if (lines.at(-1) !== 10) return Promise.reject(new Error('an append to the journal must end a line'))
    const { target, isOverflow } = this.#streamFor(sourceId, stream)
    if (isOverflow) this.#sourceFor(sourceId).overflowed += countLines(lines)
    return target.append(lines, durable)
  }

  async end(sourceId: SourceId, stream: string): Promise<void> {
    await this.#streamFor(sourceId, stream).target.end()
  }

  get isFull(): boolean {
    return this.#isFull
  }

  /** Looks at the free space now. Whoever answers a sender asks for it first, so that a disk which filled up just now
   *  refuses what comes whole, instead of taking its beginning. */
  async lookAtSpace(): Promise<void> {
    // Where the system cannot say, a failing write says it.
    await this.#readSpace().catch(() => undefined)
  }

  whenReady(): Promise<void> {
    if (!this.#isFull) return Promise.resolve()
    return new Promise((resolve) => this.#ready.push(resolve))
  }

  /** Resolves when there is room, and less than `bytes` wait to be read: whoever brings in what can wait (a file) leaves
   *  the rest of the room to those who cannot. */
  async whenUnreadBelow(bytes: number): Promise<void> {
    while (this.#isFull || this.#unreadBytes + this.#waitingBytes >= bytes) {
      if (this.#isClosing) return
      await new Promise<void>((resolve) => this.#patient.push({ bytes, resolve }))
    }
  }

  countLost(sourceId: SourceId, messages: number): void {
    this.#sourceFor(sourceId).lost += messages
  }

  /** What did not get where it should have, of one source, since the start. */
  loss(sourceId: SourceId): SourceLoss {
    const { lost, overflowed } = this.#sources.get(sourceId) ?? { lost: 0, overflowed: 0 }
    return { lost, overflowed }
  }

  /** Why `isFull` is true, if it is. */
  get problem(): JournalProblem | undefined {
    if (this.#failure !== undefined && !this.#failure.isNoSpace) {
      const message = `Arriving lines cannot be written to ${showPath(this.#folder)} (${this.#failure.phrase}). Senders wait until that is mended.`
      return { code: 'disk-failed', message }
    }
    if (this.#isDiskLow || this.#failure !== undefined) {
      const reason =
        this.#failure?.phrase ?? `less than ${(limits.journalFreeBytesEnough / giga).toFixed(1)} GB are free`
      const message = `The disk with ${showPath(this.#folder)} has no room left for arriving lines (${reason}). Make room; senders wait until then.`
      return { code: 'disk-full', message }
    }
    if (!this.#isFull) return undefined
    const message = `${(this.#unreadBytes / giga).toFixed(1)} GB of lines wait to be read. Senders wait until they are; if this goes on, more arrives than this machine can read.`
    return { code: 'behind', message }
  }

  /** Bytes that the analysis has not acknowledged. */
  get unreadBytes(): number {
    return this.#unreadBytes
  }

  /** Bytes of torn lines that were cut when the journal was opened. */
  get bytesCut(): number {
    return this.#bytesCut
  }

  /** Says that what the analysis made of everything before `offset` of this segment is stored. Segments wholly behind it
   *  are deleted. `stream` may be the stream's name or its folder's. */
  acknowledge(sourceId: SourceId, stream: string, segment: number, offset: number): void {
    this.#find(sourceId, stream)?.acknowledge(segment, offset)
  }

  /** All streams that there are. */
  streams(): StreamState[] {
    const states: StreamState[] = []
    for (const [sourceId, { streams }] of this.#sources) {
      for (const [name, { folder, segments, bytesTrimmed, isEnded }] of streams) {
        const copies = segments.map(({ number, bytes }) => ({ number, bytes }))
        states.push({ sourceId, stream: streamOfFolder(name), folder, segments: copies, bytesTrimmed, isEnded })
      }
    }
    return states
  }

  /** Bytes ever written to a stream, by this run and earlier ones; 0 for one that is not there. */
  bytesWritten(sourceId: SourceId, stream: string): number {
    return this.#find(sourceId, stream)?.bytesWritten ?? 0
  }

  /** True where all lines of the stream are there: its end was marked. */
  isEnded(sourceId: SourceId, stream: string): boolean {
    return this.#find(sourceId, stream)?.isEnded === true
  }

  /** True where the stream is there, or may still be made. Where it is false, lines would go to `other`. */
  hasRoomFor(sourceId: SourceId, stream: string): boolean {
    const source = this.#sourceFor(sourceId)
    return source.streams.has(streamFolderName(stream)) || !this.#isCrowded(source)
  }

  /** Deletes a stream, read or not: a person took it back, or its end was read and its findings are stored. */
  async remove(sourceId: SourceId, stream: string): Promise<void> {
    const found = this.#find(sourceId, stream)
    if (found === undefined) return
    await found.remove()
    this.#open.delete(found)
    const { streams } = this.#sourceFor(sourceId)
    streams.delete(streams.has(stream) ? stream : streamFolderName(stream))
  }

  /** Writes what waits and lets all files go. What the disk does not take is refused. */
  async close(): Promise<void> {
    this.#isClosing = true
    clearInterval(this.#spaceTimer)
    clearTimeout(this.#retryTimer)
    for (const retry of this.#retries.splice(0)) retry(false)
    for (const { streams } of this.#sources.values()) {
      for (const stream of streams.values()) {
        await stream.settle()
        stream.release()
      }
    }
    for (const resolve of this.#ready.splice(0)) resolve()
    for (const { resolve } of this.#patient.splice(0)) resolve()
  }

  get #streamsMax(): number {
    return this.#options.streamsMax ?? limits.journalStreamsMax
  }

  /** As many streams as there may be are there and not ended. */
  #isCrowded({ streams }: JournalSource): boolean {
    if (streams.size < this.#streamsMax) return false
    let live = 0
    for (const { isEnded } of streams.values()) if (!isEnded) live++
    return live >= this.#streamsMax
  }

  #sourceFor(sourceId: SourceId): JournalSource {
    let source = this.#sources.get(sourceId)
    if (source === undefined) {
      if (!isSourceId(sourceId)) throw new Error('a journal was asked for by something that is no source id')
      source = { streams: new Map(), folders: new Map(), lost: 0, overflowed: 0 }
      this.#sources.set(sourceId, source)
    }
    return source
  }

  #find(sourceId: SourceId, stream: string): JournalStream | undefined {
    const streams = this.#sources.get(sourceId)?.streams
    return streams?.get(stream) ?? streams?.get(streamFolderName(stream))
  }

  #streamFor(sourceId: SourceId, stream: string): { readonly target: JournalStream; readonly isOverflow: boolean } {
    const source = this.#sourceFor(sourceId)
    let name = source.folders.get(stream)
    if (name === undefined) {
      name = streamFolderName(stream)
      if (source.folders.size >= limits.syslogRoutesMax) source.folders.clear()
      if (stream.length <= limits.journalFolderNameBytesMax) source.folders.set(stream, name)
    }
    const found = source.streams.get(name)
    if (found !== undefined) return { target: found, isOverflow: false }
    const isOverflow = name !== overflowStream && this.#isCrowded(source)
    if (isOverflow) return { target: this.#streamFor(sourceId, overflowStream).target, isOverflow }
    const made = new JournalStream(join(this.#folder, sourceId, name), this.#host)
    source.streams.set(name, made)
    return { target: made, isOverflow }
  }

  async #resume(): Promise<void> {
    for (const sourceName of await folderNames(this.#folder)) {
      if (!isSourceId(sourceName)) continue
      const source = this.#sourceFor(sourceName)
      for (const name of await folderNames(join(this.#folder, sourceName))) {
        const stream = new JournalStream(join(this.#folder, sourceName, name), this.#host)
        this.#bytesCut += (await stream.resume()).bytesCut
        source.streams.set(name, stream)
      }
    }
  }

  readonly #host: StreamHost = {
    diskOf: () => this.#disk,
    segmentBytesMax: () => this.#options.segmentBytesMax ?? limits.journalSegmentBytesMax,
    readBytesKept: () => this.#options.readBytesKept ?? limits.journalReadBytesKept,
    countUnread: (bytes) => {
      this.#unreadBytes += bytes
      if (bytes > 0) this.#bytesSinceCheck += bytes
      if (this.#bytesSinceCheck >= limits.journalSpaceCheckBytes) this.#checkSpace()
      this.#judge()
    },
    countWaiting: (bytes) => {
      this.#waitingBytes += bytes
      this.#judge()
    },
    waitForDisk: (failure) => this.#waitForDisk(failure),
    wroteAgain: () => {
      if (this.#failure === undefined) return
      this.#failure = undefined
      this.#judge()
    },
    opened: (stream) => this.#closeLongUnused(stream),
  }

  #waitForDisk(failure: WriteFailure): Promise<boolean> {
    if (this.#isClosing) return Promise.resolve(false)
    this.#failure = failure
    this.#judge()
    return new Promise((resolve) => {
      this.#retries.push(resolve)
      if (this.#retryTimer !== undefined) return
      this.#retryTimer = setTimeout(() => {
        this.#retryTimer = undefined
        for (const retry of this.#retries.splice(0)) retry(true)
      }, this.#options.retryMs ?? limits.journalRetryMs)
    })
  }

  #closeLongUnused(opened: JournalStream): void {
    this.#open.delete(opened)
    this.#open.add(opened)
    if (this.#open.size <= limits.journalOpenSegmentsMax) return
    for (const stream of this.#open) {
      if (stream.isOpen && !stream.isIdle) continue
      stream.release()
      this.#open.delete(stream)
      return
    }
  }

  #checkSpace(): void {
    if (this.#bytesSinceCheck === 0 && !this.#isDiskLow) return
    this.#bytesSinceCheck = 0
    void this.lookAtSpace()
  }

  async #readSpace(): Promise<void> {
    const free = await this.#disk.freeBytes(this.#folder)
    const enough = this.#isDiskLow ? limits.journalFreeBytesEnough : limits.journalFreeBytesMin
    this.#isDiskLow = free < enough
    this.#judge()
  }

  /** Full at the high marks, ready again at the low ones. */
  #judge(): void {
    const high = this.#options.unreadBytesMax ?? limits.journalUnreadBytesMax
    const low = this.#options.unreadBytesLow ?? limits.journalUnreadBytesLow
    this.#isBehind = this.#unreadBytes + this.#waitingBytes >= (this.#isBehind ? low : high)
    const isWaiting = this.#waitingBytes >= limits.journalWaitingBytesMax
    this.#isFull = this.#isBehind || isWaiting || this.#isDiskLow || this.#failure !== undefined
    if (this.#isFull) return
    for (const resolve of this.#ready.splice(0)) resolve()
    if (this.#patient.length === 0) return
    const pending = this.#unreadBytes + this.#waitingBytes
    const isDue = ({ bytes }: { readonly bytes: number }): boolean => pending < bytes
    for (const { resolve } of this.#patient.filter(isDue)) resolve()
    this.#patient = this.#patient.filter((each) => !isDue(each))
  }
}

async function folderNames(path: string): Promise<string[]> {
  const entries = await readdir(path, { withFileTypes: true })
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name)
}

function countLines(bytes: Uint8Array): number {
  let count = 0
  for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, at + 1)) count++
  return count
}
