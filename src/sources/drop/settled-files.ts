/** Which files of a folder are there to be taken: plain files that have kept their size and time for a while, and that
 *  were not dealt with before as they are now. Links are not followed, and hidden files are left alone. */
import { lstat, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { limits } from '../../core/limits.ts'

/** A file that has stopped growing. */
export interface SettledFile {
  readonly path: string
  /** Below the folder, as people see it. */
  readonly name: string
  readonly bytes: number
  readonly modifiedMs: number
}

interface Seen {
  readonly bytes: number
  readonly modifiedMs: number
  readonly sinceMs: number
  isDone: boolean
}

/** Folders that systems put on sticks. */
const systemFolders = new Set(['System Volume Information', '$RECYCLE.BIN', 'lost+found'])

/** The files of one folder and those below it, from look to look. */
export class SettledFiles {
  readonly #folder: string
  readonly #settledMs: number
  #seen = new Map<string, Seen>()
  #isThere = false

  constructor(folder: string, settledMs: number) {
    this.#folder = folder
    this.#settledMs = settledMs
  }

  /** False while the folder cannot be read: the stick is out. */
  get isThere(): boolean {
    return this.#isThere
  }

  /** Looks, and gives what is ready, sorted by name. */
  async look(nowMs: number): Promise<SettledFile[]> {
    const seen = new Map<string, Seen>()
    const ready: SettledFile[] = []
    this.#isThere = await this.#walk('', limits.dropDepthMax, async (name) => {
      const path = join(this.#folder, name)
      const found = await lstat(path).catch(() => undefined)
      if (found?.isFile() !== true) return
      const { size: bytes, mtimeMs: modifiedMs } = found
      const before = this.#seen.get(name)
      const isSame = before !== undefined && before.bytes === bytes && before.modifiedMs === modifiedMs
      const now = isSame ? before : { bytes, modifiedMs, sinceMs: nowMs, isDone: false }
      seen.set(name, now)
      // An empty file is one that somebody is about to write.
      if (now.isDone || bytes === 0 || nowMs - now.sinceMs < this.#settledMs) return
      ready.push({ path, name, bytes, modifiedMs })
    })
    this.#seen = seen
    return ready.sort((a, b) => (a.name < b.name ? -1 : 1))
  }

  /** Says that a file was dealt with; it is given again only once it has changed, or was away. */
  done({ name }: SettledFile): void {
    const seen = this.#seen.get(name)
    if (seen !== undefined) seen.isDone = true
  }

  async #walk(below: string, depth: number, visit: (name: string) => Promise<void>): Promise<boolean> {
    let entries: Awaited<ReturnType<typeof listEntries>>
    try {
      entries = await listEntries(join(this.#folder, below))
    } catch {
      return false
    }
    for (const entry of entries.slice(0, limits.dropFilesMax)) {
      if (entry.name.startsWith('.') || systemFolders.has(entry.name)) continue
      const name = below === '' ? entry.name : `${below}/${entry.name}`
      if (entry.isFile()) await visit(name)
      else if (entry.isDirectory() && depth > 1) await this.#walk(name, depth - 1, visit)
    }
    return true
  }
}

const listEntries = (path: string) => readdir(path, { withFileTypes: true })
