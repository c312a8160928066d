/** Keeps the archive in order beside the analysis: seals spools, makes few files of many, lets go of what is too old. */
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { limits } from '../core/limits.ts'
import type { Archive } from '../store/archive/archive.ts'
import { listSealed, listSpools, spoolPath } from '../store/archive/folder.ts'
import type { SpoolMark } from '../store/archive/spool.ts'
import type { Configuration } from './config/config.ts'

/** The upkeep of one archive. */
export class ArchiveUpkeep {
  readonly #archive: Archive
  readonly #folder: string
  readonly #retention: Configuration['archive']
  readonly #clock: () => number
  readonly #onSealed: (names: readonly string[]) => void
  #isSealing = false
  #waiting: readonly SpoolMark[] = []
  #timer: NodeJS.Timeout | undefined
  #work: Promise<void> = Promise.resolve()
  /** What is wrong, in a sentence. */
  problem: string | undefined

  constructor(
    archive: Archive,
    folder: string,
    retention: Configuration['archive'],
    clock: () => number,
    onSealed: (names: readonly string[]) => void,
  ) {
    this.#archive = archive
    this.#folder = folder
    this.#retention = retention
    this.#clock = clock
    this.#onSealed = onSealed
  }

  /** What the archive takes on disk, without waking its process. */
  bytes(): number {
    const spools = listSpools(this.#folder).map(({ name }) => spoolPath(this.#folder, name))
    const sealed = listSealed(this.#folder).files.map(({ path }) => join(this.#folder, path))
    return [...spools, ...sealed].reduce((sum, path) => sum + (statSync(path, { throwIfNoEntry: false })?.size ?? 0), 0)
  }

  start(): void {
    this.#timer = setInterval(() => this.#look(), limits.archiveUpkeepMs)
    this.#timer.unref()
  }

  /** Spools that a stored checkpoint names as closed. */
  seal(marks: readonly SpoolMark[]): void {
    this.#waiting = marks
    if (this.#isSealing) return
    this.#isSealing = true
    this.#work = this.#sealAll()
  }

  async #sealAll(): Promise<void> {
    while (this.#waiting.length > 0) {
      const marks = this.#waiting
      this.#waiting = []
      const { sealed, problems } = await this.#archive.seal(marks)
      this.problem = problems[0]?.message
      this.#onSealed(sealed)
      if (problems.length > 0) break
    }
    this.#isSealing = false
  }

  #look(): void {
    const nowMs = this.#clock()
    const { keepDays, keepBytes } = this.#retention
    const done = this.#archive.retain({ daysMax: keepDays, bytesMax: keepBytes }, nowMs)
    if (!done.ok) this.problem = done.error.message
    this.#work = this.#work.then(async () => {
      const compacted = await this.#archive.compact(nowMs)
      if (!compacted.ok && compacted.error.code !== 'closed') this.problem = compacted.error.message
    })
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer)
    this.#waiting = []
    await this.#archive.close()
    await this.#work
  }
}
