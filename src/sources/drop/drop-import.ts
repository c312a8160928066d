/** From a copy on our disk to streams of the journal: a bundle is verified whole before its first line is imported, a
 *  file that was imported before is left out, and of one that has grown since only what is new is taken. What is broken
 *  off goes on at the next start. */
import { mkdir, readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { SourceId } from '../../core/ids.ts'
import { err, ok, type Result } from '../../core/result.ts'
import { type ByteInput, peekBytes } from '../byte-input.ts'
import { openText } from '../compression.ts'
import { EvtxLines, isEvtx } from '../evtx-lines.ts'
import { archiveName } from '../listen/archives.ts'
import type { Ledger, LedgerEntry } from '../listen/ledger.ts'
import { type ImportJournal, importText } from '../listen/text-import.ts'
import { plainName } from '../listen/upload.ts'
import { showPath } from '../problem.ts'
import { type Copy, NoRoom, openCopy, openTar } from './copy.ts'
import { EventLogs } from './event-logs.ts'
import type { Manifest } from './manifest.ts'
import {
  EntryInput,
  type KnownFiles,
  type Refusal,
  readBundleHead,
  refusal,
  type VerifiedFile,
  verifyFiles,
} from './read-bundle.ts'
import { type ReceivedManifest, receiveSoftware } from './receive-software.ts'
import type { TarReader } from './tar.ts'

/** A stream that a file became. */
export interface ImportedStream {
  /** The file's name in the bundle. */
  readonly name: string
  readonly stream: string
  readonly lines: number
  /** What was wrong with the file, as a sentence; what could be read of it was read. */
  readonly problem: string | undefined
}

/** A file that was imported. */
export interface DropImport {
  /** Its path in the folder. */
  readonly file: string
  /** The machine that signed it; undefined for a file that nobody signed. */
  readonly machine: string | undefined
  readonly streams: readonly ImportedStream[]
  /** Lists of software that were in it. */
  readonly software: readonly ReceivedManifest[]
  /** Files in it that were imported before, or are empty. */
  readonly knownFiles: number
}

/** What an import needs. */
export interface ImporterOptions {
  readonly journal: ImportJournal
  readonly sourceId: SourceId
  readonly trustedKeys: readonly string[]
  readonly workFolder: string
  readonly ledger: Ledger
  readonly nowMs: () => number
  readonly signal: AbortSignal
}

/** `undefined`: broken off, because the desk stops. */
type Outcome = Result<DropImport | undefined, Refusal>

const hashShown = 12
const archiveHeadBytes = 512
const copySuffix = '.copy'

/** Imports copies, one at a time. */
export class DropImporter {
  readonly #options: ImporterOptions
  readonly #eventLogs: EventLogs

  constructor(options: ImporterOptions) {
    this.#options = options
    this.#eventLogs = new EventLogs(join(options.workFolder, 'event-logs.json'))
  }

  /** Verifies and imports a bundle. The copy is taken over. */
  async importBundle(file: string, copy: Copy): Promise<Outcome> {
    const checked = await this.#verify(copy.path, undefined)
    if (checked === undefined) return ok(undefined)
    if (!checked.ok) return checked
    const { manifest, bundleId, files } = checked.value
    const entry: LedgerEntry = {
      kind: 'bundle',
      sha256: bundleId,
      name: file,
      bytes: manifest.files.reduce((sum, { bytes }) => sum + bytes, 0),
      atMs: this.#options.nowMs(),
      stream: '',
      state: 'received',
      machine: manifest.machine,
    }
    await this.#keep(copy, entry)
    return ok(await this.#importFiles(entry, files))
  }

  /** Imports a file as it is, under its content's hash. The copy is taken over. */
  async importPlain(file: string, bytes: number, copy: Copy): Promise<Outcome> {
    const archive = await this.#archiveIn(openCopy(copy.path))
    if (archive !== undefined) return err(refusal('archive', archive))
    const name = plainName(file)
    const entry: LedgerEntry = {
      kind: 'file',
      sha256: copy.sha256,
      name,
      bytes,
      atMs: this.#options.nowMs(),
      stream: `files/${name}-${copy.sha256.slice(0, hashShown)}`,
      state: 'received',
    }
    await this.#keep(copy, entry)
    return ok(await this.#importFile(entry))
  }

  /** Goes on with what an earlier run broke off; `onImported` is told of each. */
  async resume(onImported: (imported: DropImport) => void): Promise<void> {
    const broken = [...this.#options.ledger.entries()].filter(({ state }) => state === 'received')
    await this.#removeStrays(broken)
    for (const entry of broken) {
      if (this.#options.signal.aborted) return
      const imported = entry.kind === 'file' ? await this.#importFile(entry) : await this.#resumeBundle(entry)
      if (imported !== undefined) onImported(imported)
    }
  }

  /** The signed list and its files, where all is as it should be; undefined where the desk stops. `entry` is the bundle's
   *  own, where it was verified before: the same earlier files are then in view. */
  async #verify(
    path: string,
    entry: LedgerEntry | undefined,
  ): Promise<Result<{ manifest: Manifest; bundleId: string; files: readonly VerifiedFile[] }, Refusal> | undefined> {
    const { trustedKeys, signal } = this.#options
    const input = openCopy(path)
    try {
      const tar = await openTar(input)
      const head = await readBundleHead(tar, trustedKeys)
      if (!head.ok) return head
      const { manifest, bundleId } = head.value
      const files = await verifyFiles(tar, manifest, this.#knownFiles(manifest.machine, entry), signal)
      if (signal.aborted) return undefined
      return files.ok ? ok({ manifest, bundleId, files: files.value }) : files
    } finally {
      input.close()
    }
  }

  async #resumeBundle(entry: LedgerEntry): Promise<DropImport | undefined> {
    const checked = await this.#verify(this.#copyOf(entry), entry)
    return checked?.ok === true ? this.#importFiles(entry, checked.value.files) : undefined
  }

  /** Imports the files of a verified copy. */
  async #importFiles(entry: LedgerEntry, files: readonly VerifiedFile[]): Promise<DropImport | undefined> {
    const input = openCopy(this.#copyOf(entry))
    try {
      const tar = await openTar(input)
      // The list and its signature.
      await tar.next()
      await tar.next()
      const earlier = this.#hashesBefore(entry)
      const streams: ImportedStream[] = []
      const software: ReceivedManifest[] = []
      let knownFiles = 0
      for (const file of files) {
        await tar.next()
        if (file.kind === 'software') software.push(await this.#receive(entry, file, tar))
        else if (file.bytes === 0 || earlier.has(file.sha256)) knownFiles++
        else {
          const imported = await this.#importMember(entry, file, tar)
          if (imported === undefined) return undefined
          streams.push(imported)
        }
      }
      await this.#finish(entry)
      return { file: entry.name, machine: entry.machine, streams, software, knownFiles }
    } finally {
      input.close()
    }
  }

  async #receive(entry: LedgerEntry, file: VerifiedFile, tar: TarReader): Promise<ReceivedManifest> {
    const { workFolder, trustedKeys, ledger } = this.#options
    const { name, sha256, bytes } = file
    const folder = join(workFolder, 'software')
    await mkdir(folder, { recursive: true, mode: 0o700 })
    const input = new EntryInput(tar, bytes, 0)
    const received = await receiveSoftware({ name, sha256, machine: entry.machine ?? '', trustedKeys, folder, input })
    await ledger.record({ ...entry, kind: 'file', sha256, name, bytes, stream: '', state: 'imported' })
    return received
  }

  async #importMember(entry: LedgerEntry, file: VerifiedFile, tar: TarReader): Promise<ImportedStream | undefined> {
    const { ledger, journal, sourceId } = this.#options
    const { name, sha256, bytes, knownBytes } = file
    // What of it is new is told by the numbers of its events, not by its bytes.
    const isEventLog = name.toLowerCase().endsWith('.evtx')
    const stream = `${entry.machine}/${plainName(name)}-${sha256.slice(0, hashShown)}`
    if (ledger.find('file', sha256)?.state === 'imported') {
      return { name, stream, lines: 0, problem: undefined }
    }
    const outcome = journal.isEnded(sourceId, stream)
      ? { lines: 0, problem: undefined }
      : await this.#importText(name, new EntryInput(tar, bytes, isEventLog ? 0 : knownBytes), stream, entry.machine)
    if (outcome === undefined) return undefined
    await ledger.record({ ...entry, kind: 'file', sha256, name, bytes, stream, state: 'imported' })
    return { name, stream, ...outcome }
  }

  async #importFile(entry: LedgerEntry): Promise<DropImport | undefined> {
    const { journal, sourceId } = this.#options
    const { name, stream } = entry
    const outcome = journal.isEnded(sourceId, stream)
      ? { lines: 0, problem: undefined }
      : await this.#importText(name, openCopy(this.#copyOf(entry)), stream, '')
    if (outcome === undefined) return undefined
    await this.#finish(entry)
    return { file: name, machine: undefined, streams: [{ name, stream, ...outcome }], software: [], knownFiles: 0 }
  }

  /** One file's lines; undefined where the desk stops. */
  async #importText(
    name: string,
    raw: ByteInput,
    stream: string,
    machine = '',
  ): Promise<{ readonly lines: number; readonly problem: string | undefined } | undefined> {
    const { journal, sourceId, signal } = this.#options
    if (!journal.hasRoomFor(sourceId, stream)) throw new NoRoom('Too many files wait to be read. The rest follows.')
    const { head, input } = await peekBytes((await openText(name, raw)).input, archiveHeadBytes)
    try {
      const archive = archiveName(head)
      if (archive !== undefined) return { lines: 0, problem: `${showPath(name)} is ${archive}; it was left out.` }
      const events = isEvtx(head) ? new EvtxLines(name, input, await this.#eventLogs.last(machine, name)) : undefined
      const outcome = await importText(events ?? input, { journal, sourceId, stream }, signal)
      if (outcome === undefined) return undefined
      if (events?.last !== undefined) await this.#eventLogs.keep(machine, name, events.last)
      return { lines: outcome.lines, problem: outcome.problem?.message }
    } finally {
      input.close()
    }
  }

  async #archiveIn(raw: ByteInput): Promise<string | undefined> {
    const { head, input } = await peekBytes((await openText('file', raw)).input, archiveHeadBytes)
    input.close()
    return archiveName(head)
  }

  /** From here on the copy is found again after a crash. */
  async #keep(copy: Copy, entry: LedgerEntry): Promise<void> {
    await rename(copy.path, this.#copyOf(entry))
    await this.#options.ledger.record(entry)
  }

  async #finish(entry: LedgerEntry): Promise<void> {
    await this.#options.ledger.record({ ...entry, state: 'imported' })
    await rm(this.#copyOf(entry), { force: true })
  }

  #copyOf({ sha256 }: LedgerEntry): string {
    return join(this.#options.workFolder, sha256 + copySuffix)
  }

  /** Sizes and hashes of what a machine's bundles held before this one, in the order in which they came. */
  #knownFiles(machine: string, before: LedgerEntry | undefined): KnownFiles {
    const known = new Map<number, Set<string>>()
    for (const entry of this.#options.ledger.entries()) {
      if (entry.kind === 'bundle' && entry.sha256 === before?.sha256) break
      if (entry.kind !== 'file' || entry.machine !== machine) continue
      known.set(entry.bytes, (known.get(entry.bytes) ?? new Set()).add(entry.sha256))
    }
    return known
  }

  /** Hashes of all files that came before this bundle did. */
  #hashesBefore(bundle: LedgerEntry): Set<string> {
    const hashes = new Set<string>()
    for (const entry of this.#options.ledger.entries()) {
      if (entry.kind === 'bundle' && entry.sha256 === bundle.sha256) break
      if (entry.kind === 'file') hashes.add(entry.sha256)
    }
    return hashes
  }

  /** Copies that nothing belongs to: a crash came before they were verified, or after they were read. */
  async #removeStrays(wanted: readonly LedgerEntry[]): Promise<void> {
    const { workFolder } = this.#options
    const kept = new Set(wanted.map(({ sha256 }) => sha256 + copySuffix))
    for (const name of await readdir(workFolder)) {
      const isCopy = name.startsWith('incoming-') || name.endsWith(copySuffix)
      if (isCopy && !kept.has(name)) await rm(join(workFolder, name), { force: true })
    }
  }
}
