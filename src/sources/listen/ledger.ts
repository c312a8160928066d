/** Remembers what was taken in, by content: uploaded files, bundles and the files in them, one JSON line each, so that the
 *  same thing put in twice is recognised, and an import that was broken off is found again. */
import { open, readFile } from 'node:fs/promises'
import { errorCode } from '../problem.ts'

/** One thing that was taken in. A later line about the same `kind` and `sha256` replaces an earlier one. */
export interface LedgerEntry {
  readonly kind: 'upload' | 'bundle' | 'file'
  /** Of the content; of a bundle, of its signed list. Hexadecimal. */
  readonly sha256: string
  /** As people know it: a file's name. */
  readonly name: string
  readonly bytes: number
  readonly atMs: number
  /** The stream of its lines; empty for a bundle. */
  readonly stream: string
  /** `received`: kept on our disk, its lines not all in the journal. */
  readonly state: 'received' | 'imported'
  /** The machine that packed it. */
  readonly machine?: string
}

/** A ledger in one file. */
export class Ledger {
  readonly #path: string
  readonly #entries = new Map<string, LedgerEntry>()

  private constructor(path: string) {
    this.#path = path
  }

  /** Reads what is there; a torn last line is left out. Throws what the file system throws. */
  static async open(path: string): Promise<Ledger> {
    const ledger = new Ledger(path)
    let text = ''
    try {
      text = await readFile(path, 'utf8')
    } catch (error) {
      if (errorCode(error) !== 'ENOENT') throw error
    }
    for (const line of text.split('\n')) ledger.#read(line)
    return ledger
  }

  find(kind: LedgerEntry['kind'], sha256: string): LedgerEntry | undefined {
    return this.#entries.get(`${kind} ${sha256}`)
  }

  entries(): Iterable<LedgerEntry> {
    return this.#entries.values()
  }

  /** Resolves when the entry is on disk. */
  async record(entry: LedgerEntry): Promise<void> {
    const file = await open(this.#path, 'a', 0o600)
    try {
      // A line feed first: an earlier line may be torn.
      await file.write(`\n${JSON.stringify(entry)}\n`)
      await file.datasync()
    } finally {
      await file.close()
    }
    this.#entries.set(`${entry.kind} ${entry.sha256}`, entry)
  }

  #read(line: string): void {
    if (line === '') return
    try {
      const entry: unknown = JSON.parse(line)
      if (isEntry(entry)) this.#entries.set(`${entry.kind} ${entry.sha256}`, entry)
    } catch {
      // A line that was cut by a crash: the thing was not taken in, and can be again.
    }
  }
}

function isEntry(value: unknown): value is LedgerEntry {
  if (typeof value !== 'object' || value === null) return false
  const entry = value as Partial<Record<keyof LedgerEntry, unknown>>
  return (
    (entry.kind === 'upload' || entry.kind === 'bundle' || entry.kind === 'file') &&
    typeof entry.sha256 === 'string' &&
    /^[0-9a-f]{64}$/.test(entry.sha256) &&
    typeof entry.name === 'string' &&
    typeof entry.stream === 'string' &&
    typeof entry.bytes === 'number' &&
    typeof entry.atMs === 'number' &&
    (entry.state === 'received' || entry.state === 'imported')
  )
}
