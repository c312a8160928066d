/** Opens one source for scanning: its bytes become text, its head is judged, its text comes out as chunks. How records
 *  are read from the chunks, and in which order sources are scanned, is decided elsewhere. */
import { closeSync, fstatSync, open, type Stats } from 'node:fs'
import { limits } from '../core/limits.ts'
import type { Reject } from '../core/place.ts'
import { err, ok, type Result } from '../core/result.ts'
import type { Chunk, Progress } from '../formats/format.ts'
import { recogniseFormat } from '../formats/formats.ts'
import { BlockChunker } from './blocks.ts'
import { type ByteInput, FileInput, identityOf } from './byte-input.ts'
import { type Compression, openText, type TextEncoding, type TextInput } from './compression.ts'
import { LineChunker } from './lines.ts'
import type { SourceFile } from './paths.ts'
import { makeProblem, type Problem, problemOfError } from './problem.ts'
import { recogniseBinary } from './sample.ts'
import { Spool, SpoolingInput } from './spool.ts'
import { openStream } from './stream-input.ts'

export interface SourceOptions {
  /** Keeps what a stream brings, so that `readEvidence` works for it too. Files need no keeping. */
  readonly spool?: boolean
  /** Where spools go; the system's temporary folder if left out. */
  readonly spoolFolder?: string
}

/** How to open the bytes of a source a second time: plain data, which may cross threads of one process. */
export interface Reread {
  readonly path: string
  readonly openPath?: string
  readonly identity?: string
  /** The open spool of a stream. */
  readonly descriptor?: number
}

/** One open source. Read it in a loop without a needless promise:
 *  ```ts
 *  for (;;) {
 *    const next = source.next()
 *    const chunk = next instanceof Promise ? await next : next
 *    if (chunk === null) break
 *    source.consume(reader.read(chunk, batch, source.rejects))
 *  }
 *  ```
 *  A plain file never gives a promise, so such a loop holds the event loop: let go of it now and then
 *  (`setImmediate`) where something else has to run in this thread. */
export class Source {
  readonly file: SourceFile
  readonly compression: Compression
  readonly encoding: TextEncoding
  /** The head of the text, at most `limits.sampleBytesMax`, cut at a line end where it has one. */
  readonly sample: Uint8Array
  readonly reread: Reread | undefined
  readonly #text: TextInput
  #chunks: LineChunker | BlockChunker
  readonly #raw: RawSource

  constructor(file: SourceFile, raw: RawSource, text: TextInput, lines: LineChunker, sample: Uint8Array) {
    this.file = file
    this.compression = text.compression
    this.encoding = text.encoding
    this.sample = sample
    this.reread = raw.reread
    this.#text = text
    this.#chunks = lines
    this.#raw = raw
  }

  /** Lines that were left out. Whoever drives the source empties this list; a reader may add its own rejects. */
  get rejects(): Reject[] {
    return this.#chunks.rejects
  }

  /** From now on chunks are cut anywhere, for a format without lines. To be called before `next`. */
  cutAnywhere(chunkBytesMin: number): void {
    const lines = this.#chunks
    if (!(lines instanceof LineChunker)) return
    const { file } = this
    this.#chunks = new BlockChunker(file.path, lines.unread(), chunkBytesMin)
  }

  /** The next chunk, null at the end. Its bytes hold until the next call, and `consume` must be called before it. */
  next(): Chunk | null | Promise<Chunk | null> {
    return this.#chunks.next()
  }

  consume(progress: Progress): void {
    this.#chunks.consume(progress)
  }

  /** What was wrong with the source; complete once `next` has given null. */
  get problems(): Problem[] {
    const { spooling, spoolProblem } = this.#raw
    return [this.#text.input.problem, spooling?.spoolProblem, spoolProblem].filter((problem) => problem !== undefined)
  }

  /** Raw bytes read so far (of a compressed file, compressed ones), for a progress bar. */
  get bytesRead(): number {
    return this.#text.input.position
  }

  /** Raw bytes there are; undefined for a stream. */
  get bytesTotal(): number | undefined {
    return this.#text.input.total
  }

  /** Closes the input. A spool stays until `dispose`, for the evidence. */
  close(): void {
    this.#text.input.close()
  }

  /** Closes the input and removes the spool. */
  dispose(): void {
    this.close()
    this.#raw.spool?.dispose()
  }
}

/** Streams whose head was sampled: they cannot be opened a second time. */
const parked = new WeakMap<SourceFile, Source>()

/** Opens a source and judges its head. Nothing of it is consumed. */
export async function openSource(file: SourceFile, options: SourceOptions = {}): Promise<Result<Source, Problem>> {
  const waiting = parked.get(file)
  if (waiting !== undefined) {
    parked.delete(file)
    return ok(waiting)
  }
  const raw = await openRaw(file, options)
  if (!raw.ok) return raw
  const text = await openText(file.path, raw.value.input)
  const lines = new LineChunker(file.path, text.input)
  const sample = await lines.peek(limits.sampleBytesMax)
  const source = new Source(file, raw.value, text, lines, sample)
  const problem = judgeHead(source)
  if (problem === undefined) return ok(source)
  source.dispose()
  return err(problem)
}

/** The head of a source, read without consuming it: a file is closed again, a stream waits for `openSource` to be called
 *  with the same `SourceFile`, and keeps the options given here. */
export async function readSample(file: SourceFile, options: SourceOptions = {}): Promise<Result<Uint8Array, Problem>> {
  const source = await openSource(file, options)
  if (!source.ok) return source
  if (file.kind === 'stream') parked.set(file, source.value)
  else source.value.dispose()
  return ok(source.value.sample)
}

/** Of a format that reads bytes rather than text. */
const isKnownBinary = (sample: Uint8Array): boolean => {
  const format = recogniseFormat(sample)
  return format?.kind === 'events' && format.cut !== 'lines' && format.cut.isBinary === true
}

function judgeHead(source: Source): Problem | undefined {
  const { sample, file } = source
  if (sample.length === 0) return source.problems[0] ?? makeProblem('empty', file.path)
  const binary = recogniseBinary(sample)
  return binary === undefined || isKnownBinary(sample) ? undefined : makeProblem('binary', file.path, binary)
}

interface RawSource {
  readonly input: ByteInput
  readonly reread: Reread | undefined
  readonly spool?: Spool
  readonly spooling?: SpoolingInput
  readonly spoolProblem?: Problem
}

async function openRaw(file: SourceFile, options: SourceOptions): Promise<Result<RawSource, Problem>> {
  try {
    const descriptor = file.path === '-' ? 0 : await openDescriptor(file.openPath)
    const stat = fstatSync(descriptor)
    if (stat.isDirectory()) {
      if (descriptor !== 0) closeSync(descriptor)
      return err(makeProblem('not-a-file', file.path, 'a folder'))
    }
    if (file.path !== '-' && stat.isFile()) return ok(rawFile(file, descriptor, stat))
    return ok(rawStream(file, descriptor, options))
  } catch (error) {
    return err(problemOfError(error, file.path))
  }
}

function rawFile(file: SourceFile, descriptor: number, stat: Stats): RawSource {
  return {
    input: new FileInput(file.path, descriptor, stat.size),
    reread: { path: file.path, openPath: file.openPath, identity: identityOf(descriptor) },
  }
}

function rawStream(file: SourceFile, descriptor: number, options: SourceOptions): RawSource {
  const stream = openStream(file.path, descriptor)
  if (options.spool !== true) return { input: stream, reread: undefined }
  const spool = createSpool(options.spoolFolder)
  if (spool === undefined) {
    const spoolProblem = makeProblem('spool-failed', file.path, 'no temporary file can be made')
    return { input: stream, reread: undefined, spoolProblem }
  }
  const spooling = new SpoolingInput(file.path, stream, spool)
  return { input: spooling, spool, spooling, reread: { path: file.path, descriptor: spool.descriptor } }
}

function createSpool(parent: string | undefined): Spool | undefined {
  try {
    return Spool.create(parent)
  } catch {
    return undefined
  }
}

/** Opening a pipe waits for its writer, so it happens off this thread. */
export function openDescriptor(path: string): Promise<number> {
  return new Promise((resolve, reject) => {
    open(path, 'r', (error, descriptor) => (error === null ? resolve(descriptor) : reject(error)))
  })
}
