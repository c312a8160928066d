/** Watches a folder in which people put files (a USB stick that comes and goes): takes each file once it has stopped
 *  growing, copies it to our own disk, and has the copy checked and imported. Nothing in the folder is changed, and what
 *  was taken before is recognised by content. */
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { limits } from '../../core/limits.ts'
import { err, ok, type Result } from '../../core/result.ts'
import type { DropDefinition } from '../definition.ts'
import { writeFailure } from '../listen/journal-disk.ts'
import { Ledger } from '../listen/ledger.ts'
import { MemoryInput } from '../listen/memory-input.ts'
import type { ImportJournal } from '../listen/text-import.ts'
import { problemOfError, showPath } from '../problem.ts'
import { type Copy, copyFile, NoRoom, openTar, readHead } from './copy.ts'
import { type DropImport, DropImporter } from './drop-import.ts'
import { manifestPath } from './manifest.ts'
import { type BundleHead, type Refusal, readBundleHead, refusal } from './read-bundle.ts'
import { type SettledFile, SettledFiles } from './settled-files.ts'

/** A file that was refused. Nothing of it was imported. */
export interface DropRefusal extends Refusal {
  /** Its path in the folder. */
  readonly file: string
}

/** What a drop folder needs of the desk. */
export interface DropOptions {
  readonly definition: DropDefinition
  readonly journal: ImportJournal
  /** `data/uploads/SOURCE`: copies while they are read, and the memory of what was taken. */
  readonly workFolder: string
  readonly nowMs: () => number
  readonly onRefused: (refusal: DropRefusal) => void
  readonly onImported: (imported: DropImport) => void
  /** Of tests; the product uses the limits. */
  readonly pollMs?: number
  readonly settledMs?: number
}

/** A drop folder at a glance. */
export interface DropState {
  /** False while the stick is out. */
  readonly isThere: boolean
  readonly imported: number
  readonly refused: number
  /** The file that is being read now. */
  readonly current: string | undefined
  /** Why nothing goes on, as a sentence. */
  readonly problem: string | undefined
}

/** Bytes of a file that show whether it is a bundle, and those that show whether it was taken before. */
const firstBytes = 64 * 1024
const headBytes = 1024 * 1024

/** One watched folder. */
export class DropFolder {
  readonly #options: DropOptions
  readonly #ledger: Ledger
  readonly #importer: DropImporter
  readonly #files: SettledFiles
  readonly #closing = new AbortController()
  #running: Promise<void> = Promise.resolve()
  #wake: (() => void) | undefined
  #imported = 0
  #refused = 0
  #current: string | undefined
  #problem: string | undefined

  private constructor(options: DropOptions, ledger: Ledger) {
    const { definition, journal, workFolder, nowMs } = options
    this.#options = options
    this.#ledger = ledger
    this.#files = new SettledFiles(definition.folder, options.settledMs ?? limits.dropSettledMs)
    this.#importer = new DropImporter({
      journal,
      sourceId: definition.id,
      trustedKeys: definition.trustedKeys,
      workFolder,
      ledger,
      nowMs,
      signal: this.#closing.signal,
    })
  }

  /** Opens the memory of what was taken, goes on with what was broken off, and begins to look. */
  static async open(options: DropOptions): Promise<Result<DropFolder, string>> {
    try {
      await mkdir(options.workFolder, { recursive: true, mode: 0o700 })
      const folder = new DropFolder(options, await Ledger.open(join(options.workFolder, 'taken.ndjson')))
      folder.#running = folder.#run()
      return ok(folder)
    } catch (error) {
      const { phrase } = writeFailure(error)
      const place = showPath(options.workFolder)
      return err(`The folder ${place} cannot be used (${phrase}). Check that this user may write there.`)
    }
  }

  state(): DropState {
    return {
      isThere: this.#files.isThere,
      imported: this.#imported,
      refused: this.#refused,
      current: this.#current,
      problem: this.#problem,
    }
  }

  /** Stops between two pieces; an import that is broken off goes on at the next start. */
  async close(): Promise<void> {
    this.#closing.abort()
    this.#wake?.()
    await this.#running
  }

  get #isClosing(): boolean {
    return this.#closing.signal.aborted
  }

  async #run(): Promise<void> {
    let isResumed = false
    while (!this.#isClosing) {
      if (!isResumed) {
        isResumed = await this.#guard(() => this.#importer.resume((imported) => this.#tell(imported)))
      }
      for (const file of isResumed ? await this.#files.look(performance.now()) : []) {
        if (this.#isClosing) return
        this.#current = file.name
        if (!(await this.#guard(() => this.#take(file)))) break
        this.#current = undefined
      }
      this.#current = undefined
      await this.#pause()
    }
  }

  #pause(): Promise<void> {
    if (this.#isClosing) return Promise.resolve()
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, this.#options.pollMs ?? limits.dropPollMs)
      this.#wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }

  /** A failing disk or stick is said, and tried again at the next look. */
  async #guard(work: () => Promise<void>): Promise<boolean> {
    try {
      await work()
      this.#problem = undefined
      return true
    } catch (error) {
      if (this.#isClosing) return false
      const { folder } = this.#options.definition
      this.#problem = error instanceof NoRoom ? error.message : problemOfError(error, folder).message
      return false
    }
  }

  async #take(file: SettledFile): Promise<void> {
    const { definition, workFolder } = this.#options
    const isBundle = await isBundleHead(await readHead(file.path, firstBytes))
    if (!isBundle && !definition.unsigned) return this.#refuse(file, refusal('unsigned'))
    if (isBundle) {
      // What was taken before, or may not be taken, is not copied first.
      const early = await this.#readEarly(await readHead(file.path, headBytes))
      if (early?.ok === false) return this.#refuse(file, early.error)
      if (early?.ok === true && this.#ledger.find('bundle', early.value.bundleId) !== undefined) {
        return this.#files.done(file)
      }
    }
    const copy = await copyFile(file, workFolder, this.#closing.signal)
    if (copy === undefined) return
    try {
      await this.#import(file, copy, isBundle)
    } finally {
      await rm(copy.path, { force: true })
    }
  }

  /** The list, as the stick shows it; undefined where it is longer than the head. */
  async #readEarly(head: Buffer): Promise<Result<BundleHead, Refusal> | undefined> {
    const early = await readBundleHead(await openTar(new MemoryInput(head)), this.#options.definition.trustedKeys)
    const isCut = !early.ok && early.error.code === 'cut-short' && head.length === headBytes
    return isCut ? undefined : early
  }

  async #import(file: SettledFile, copy: Copy, isBundle: boolean): Promise<void> {
    if (!isBundle && this.#ledger.find('file', copy.sha256) !== undefined) return this.#files.done(file)
    const outcome = isBundle
      ? await this.#importer.importBundle(file.name, copy)
      : await this.#importer.importPlain(file.name, file.bytes, copy)
    if (!outcome.ok) return this.#refuse(file, outcome.error)
    if (outcome.value === undefined) return
    this.#files.done(file)
    this.#tell(outcome.value)
  }

  #tell(imported: DropImport): void {
    this.#imported++
    this.#options.onImported(imported)
  }

  #refuse(file: SettledFile, given: Refusal): void {
    this.#refused++
    this.#files.done(file)
    this.#options.onRefused({ ...given, file: file.name })
  }
}

/** True where the file begins as a bundle does, whatever comes then. */
async function isBundleHead(head: Buffer): Promise<boolean> {
  const first = await (await openTar(new MemoryInput(head))).next()
  return first.ok && first.value?.path === manifestPath
}
