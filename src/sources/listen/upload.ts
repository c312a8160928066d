/** Files that people put in through the console: kept whole on our disk first, then their text (unpacked where it is
 *  gzip or zstd) goes into a stream of the journal of its own, which is ended. The same file put in twice is recognised.
 *  It opens no archives. */
import { createHash, randomBytes } from 'node:crypto'
import { type FileHandle, mkdir, open, readdir, rename, rm, statfs } from 'node:fs/promises'
import { join } from 'node:path'
import type { SourceId } from '../../core/ids.ts'
import { limits } from '../../core/limits.ts'
import { err, ok, type Result } from '../../core/result.ts'
import { type ByteInput, FileInput, peekBytes } from '../byte-input.ts'
import { openText } from '../compression.ts'
import { EvtxLines, isEvtx } from '../evtx-lines.ts'
import { importMail, isMailHead } from '../mail/mail-import.ts'
import type { MailReceiver } from '../mail/received-mail.ts'
import { showPath } from '../problem.ts'
import { archiveName, bundleName } from './archives.ts'
import { writeFailure } from './journal-disk.ts'
import { Ledger, type LedgerEntry } from './ledger.ts'
import { type ImportJournal, type ImportOutcome, importText } from './text-import.ts'

/** Why a file was not taken, for a person. */
export interface UploadProblem {
  readonly code: 'seen-before' | 'archive' | 'empty' | 'cut-short' | 'disk-full' | 'disk-failed' | 'too-many-streams'
  readonly message: string
}

/** A file that was taken. */
export interface AcceptedUpload {
  readonly name: string
  readonly stream: string
  readonly bytes: number
  readonly sha256: string
  /** It holds mail. */
  readonly isMail: boolean
  /** Resolves when all of its lines are in the journal, with what was wrong with it, if anything was; undefined where
   *  the desk stops before: it goes on at the next start. */
  readonly imported: Promise<ImportOutcome | undefined>
}

/** What uploads need of the desk. */
export interface UploadOptions {
  /** `data/uploads`. */
  readonly folder: string
  readonly journal: ImportJournal
  readonly sourceId: SourceId
  readonly nowMs: () => number
  /** Takes mail of a file that holds some; without it, mail is text like any other. */
  readonly receiveMail?: MailReceiver
}

/** How one upload is watched. */
export interface UploadRequest {
  readonly onProgress?: (bytes: number) => void
  /** Where the request says how long it is. */
  readonly bytes?: number
}

const spaceCheckBytes = 64 * 1024 * 1024
const hashShown = 12

/** Takes uploads, one import at a time. */
export class Uploads {
  readonly #options: UploadOptions
  readonly #ledger: Ledger
  #last: Promise<unknown> = Promise.resolve()
  readonly #closing = new AbortController()

  private constructor(options: UploadOptions, ledger: Ledger) {
    this.#options = options
    this.#ledger = ledger
  }

  /** Opens the folder, throws half uploads away, and goes on with imports that were broken off. */
  static async open(options: UploadOptions): Promise<Result<Uploads, UploadProblem>> {
    const { folder } = options
    try {
      await mkdir(folder, { recursive: true, mode: 0o700 })
      const uploads = new Uploads(options, await Ledger.open(join(folder, 'uploads.ndjson')))
      await uploads.#resume()
      return ok(uploads)
    } catch (error) {
      return err(diskProblem(error))
    }
  }

  /** Takes one file. Resolves when it is kept on our disk; its lines follow. */
  async acceptUpload(
    givenName: string,
    body: AsyncIterable<Uint8Array>,
    request: UploadRequest = {},
  ): Promise<Result<AcceptedUpload, UploadProblem>> {
    const name = plainName(givenName)
    const path = join(this.#options.folder, `incoming-${randomBytes(12).toString('hex')}`)
    try {
      if (request.bytes !== undefined && !(await this.#hasRoomFor(request.bytes))) return err(noRoom)
      const stored = await this.#store(path, name, body, request)
      if (!stored.ok) return stored
      return await this.#accept(path, name, stored.value)
    } catch (error) {
      return err(diskProblem(error))
    } finally {
      await rm(path, { force: true }).catch(() => undefined)
    }
  }

  /** Breaks imports off between two pieces; they go on at the next start. */
  async close(): Promise<void> {
    this.#closing.abort()
    await this.#last
  }

  async #resume(): Promise<void> {
    const { folder, journal, sourceId } = this.#options
    const wanted = new Set<string>()
    for (const entry of [...this.#ledger.entries()]) {
      if (entry.kind !== 'upload' || entry.state !== 'received') continue
      if (journal.isEnded(sourceId, entry.stream)) await this.#ledger.record({ ...entry, state: 'imported' })
      else {
        wanted.add(`${entry.sha256}.file`)
        this.#startImport(entry).catch(() => undefined)
      }
    }
    for (const name of await readdir(folder)) {
      const isLeft = name.startsWith('incoming-') || (/^[0-9a-f]{64}\.file$/.test(name) && !wanted.has(name))
      if (isLeft) await rm(join(folder, name), { force: true })
    }
  }

  async #accept(
    path: string,
    name: string,
    stored: { readonly sha256: string; readonly bytes: number },
  ): Promise<Result<AcceptedUpload, UploadProblem>> {
    const { journal, sourceId, folder, nowMs } = this.#options
    const { sha256, bytes } = stored
    const before = this.#ledger.find('upload', sha256)
    if (before !== undefined) return err(seenBefore(name, before))
    const stream = `upload/${name}-${sha256.slice(0, hashShown)}`
    if (!journal.hasRoomFor(sourceId, stream)) return err(tooManyStreams)
    const text = await openFileText(path, name, bytes)
    const { head, input } = await peekBytes(text, headBytes)
    input.close()
    const archive = archiveName(head)
    if (archive !== undefined) return err(archiveProblem(name, archive))
    await rename(path, join(folder, `${sha256}.file`))
    const entry: LedgerEntry = { kind: 'upload', sha256, name, bytes, atMs: nowMs(), stream, state: 'received' }
    await this.#ledger.record(entry)
    const imported = this.#startImport(entry)
    imported.catch(() => undefined)
    const isMail = this.#options.receiveMail !== undefined && isMailHead(name, head)
    return ok({ name, stream, bytes, sha256, isMail, imported })
  }

  /** The body, on disk for good, with its hash. */
  async #store(
    path: string,
    name: string,
    body: AsyncIterable<Uint8Array>,
    request: UploadRequest,
  ): Promise<Result<{ sha256: string; bytes: number }, UploadProblem>> {
    const file = await open(path, 'wx', 0o600)
    const hash = createHash('sha256')
    let bytes = 0
    let unchecked = 0
    try {
      const pieces = body[Symbol.asyncIterator]()
      for (;;) {
        const piece = await pieces.next().catch(() => undefined)
        if (piece === undefined) return err(cutShort)
        if (piece.done === true) break
        const archive = bytes === 0 ? archiveName(piece.value) : undefined
        unchecked += piece.value.length
        const isFull = unchecked >= spaceCheckBytes && !(await this.#hasRoomFor(0))
        if (archive !== undefined || isFull) {
          // The sender is not read to its end.
          await pieces.return?.(undefined)
          return err(archive === undefined ? noRoom : archiveProblem(name, archive))
        }
        if (unchecked >= spaceCheckBytes) unchecked = 0
        hash.update(piece.value)
        await writeAll(file, piece.value)
        bytes += piece.value.length
        request.onProgress?.(bytes)
      }
      if (bytes === 0) return err(emptyProblem(name))
      await file.datasync()
      return ok({ sha256: hash.digest('hex'), bytes })
    } finally {
      await file.close()
    }
  }

  #startImport(entry: LedgerEntry): Promise<ImportOutcome | undefined> {
    const imported = this.#last.then(() => this.#import(entry))
    this.#last = imported.catch(() => undefined)
    return imported
  }

  async #import(entry: LedgerEntry): Promise<ImportOutcome | undefined> {
    if (this.#closing.signal.aborted) return undefined
    const { journal, sourceId, folder } = this.#options
    const path = join(folder, `${entry.sha256}.file`)
    const text = await openFileText(path, entry.name, entry.bytes)
    const { head, input: plain } = await peekBytes(text, headBytes)
    const input = isEvtx(head) ? new EvtxLines(entry.name, plain, undefined) : plain
    const { receiveMail } = this.#options
    const { signal } = this.#closing
    try {
      const target = { journal, sourceId, stream: entry.stream }
      const outcome =
        receiveMail !== undefined && isMailHead(entry.name, head)
          ? await takeMail(input, entry, head, receiveMail, signal)
          : await importText(input, target, signal)
      if (outcome === undefined) return undefined
      await this.#ledger.record({ ...entry, state: 'imported' })
      await rm(path, { force: true })
      return outcome
    } finally {
      input.close()
    }
  }

  /** Room for this many bytes, twice: as they came, and as lines. */
  async #hasRoomFor(bytes: number): Promise<boolean> {
    const { bavail, bsize } = await statfs(this.#options.folder)
    return bavail * bsize - 2 * bytes > limits.journalFreeBytesMin
  }
}

async function takeMail(
  input: ByteInput,
  { name, bytes }: LedgerEntry,
  head: Uint8Array,
  receive: MailReceiver,
  signal: AbortSignal,
): Promise<ImportOutcome | undefined> {
  const isDone = await importMail(input, name, head, receive, signal)
  return isDone ? { bytes, lines: 0, problem: input.problem } : undefined
}

/** tar's magic number stands at byte 257; a mail's header fields may take longer to show. */
const headBytes = limits.mailSampleBytesMax

async function openFileText(path: string, name: string, bytes: number) {
  const file = await open(path, 'r')
  // The descriptor is the input's from here on.
  return (await openText(name, new DescriptorInput(name, file, bytes))).input
}

/** A file input that lets go of its handle. */
class DescriptorInput extends FileInput {
  readonly #file: FileHandle

  constructor(name: string, file: FileHandle, bytes: number) {
    super(name, file.fd, bytes, false)
    this.#file = file
  }

  override close(): void {
    super.close()
    this.#file.close().catch(() => undefined)
  }
}

async function writeAll(file: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length; ) at += (await file.write(bytes, at)).bytesWritten
}

/** A file's name as it may stand in a stream's: without folders, and with visible characters only. */
export function plainName(given: string): string {
  const last =
    given
      .slice(-4 * limits.intakeNameCharactersMax)
      .split(/[\\/]/)
      .at(-1) ?? ''
  const shown = last
    .toWellFormed()
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '')
    .trim()
  return shown.slice(0, limits.intakeNameCharactersMax) || 'file'
}

function diskProblem(error: unknown): UploadProblem {
  const { isNoSpace, phrase } = writeFailure(error)
  if (isNoSpace) return noRoom
  return {
    code: 'disk-failed',
    message: `The file could not be kept (${phrase}). Check the disk of the desk, then put it in again.`,
  }
}

const noRoom: UploadProblem = {
  code: 'disk-full',
  message:
    'The disk of the desk has no room for this file. Make room, or put in less at a time. Nothing of it was kept.',
}
const cutShort: UploadProblem = {
  code: 'cut-short',
  message: 'The connection broke before the whole file had arrived. Nothing of it was kept; put it in again.',
}
const tooManyStreams: UploadProblem = {
  code: 'too-many-streams',
  message: 'Too many files wait to be read. Put this one in again when some of them are done.',
}
const emptyProblem = (name: string): UploadProblem => ({
  code: 'empty',
  message: `${showPath(name)} is empty. Check that it was written to its end.`,
})
const archiveProblem = (name: string, archive: string): UploadProblem => ({
  code: 'archive',
  message:
    archive === bundleName
      ? `${showPath(name)} is ${archive}. Put it into a drop folder, where its signature is checked before it is read.`
      : `${showPath(name)} is ${archive}. Unpack it, and put in the logs themselves.`,
})
const seenBefore = (name: string, before: LedgerEntry): UploadProblem => ({
  code: 'seen-before',
  message: `${showPath(name)} was put in before: ${showPath(before.name)} on ${new Date(before.atMs).toISOString().slice(0, 10)} is the same file. It is not read again.`,
})
