/** The memory of senders and campaigns on disk: a snapshot, and behind it a log of what was remembered since, so that a crash
 *  forgets nothing that was judged. Both are for the desk's user alone. */
import {
  appendFileSync,
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { deserialize, serialize } from 'node:v8'
import { limits } from '../../core/limits.ts'
import { errorCode } from '../../sources/problem.ts'
import type { MailChecker, RememberedMail, SavedMailState } from '../../watches/mail/check.ts'

/** Changes when a snapshot of an older program cannot be taken back. */
const version = 1

interface Snapshot {
  readonly version: number
  readonly sequence: number
  readonly state: SavedMailState
  readonly ids: readonly string[]
}

interface Entry {
  readonly sequence: number
  readonly id: string
  readonly remembered: RememberedMail
}

/** One memory. */
export class MailMemory {
  readonly #folder: string
  readonly #ids = new Set<string>()
  #sequence = 0
  #logged = 0

  constructor(folder: string) {
    this.#folder = folder
    mkdirSync(folder, { recursive: true, mode: 0o700 })
  }

  /** Whether a mail was remembered before. */
  knows = (id: string): boolean => this.#ids.has(id)

  /** Brings a new checker up to what was remembered. Gives a sentence where a part of it cannot be taken back. */
  restore(checker: MailChecker): string | undefined {
    const trouble = this.#restoreSnapshot(checker)
    let damaged = 0
    for (const line of this.#logLines()) {
      try {
        const { sequence, id, remembered } = JSON.parse(line) as Entry
        if (sequence <= this.#sequence) continue
        checker.remember(revived(remembered))
        this.#note(id)
        this.#sequence = sequence
        this.#logged++
      } catch {
        damaged++
      }
    }
    // The last line may have been cut by a crash.
    const said =
      damaged > 1 ? `${damaged} entries of the memory of mail cannot be read; senders may seem new.` : undefined
    return trouble ?? said
  }

  #restoreSnapshot(checker: MailChecker): string | undefined {
    let bytes: Uint8Array
    try {
      bytes = readFileSync(this.#snapshotPath)
    } catch (error) {
      if (errorCode(error) === 'ENOENT') return undefined
      return 'What the desk knew of your senders cannot be read; it learns again.'
    }
    try {
      const snapshot = deserialize(bytes) as Snapshot
      if (snapshot.version !== version)
        return 'What the desk knew of your senders is of another version; it learns again.'
      checker.merge(snapshot.state)
      for (const id of snapshot.ids) this.#note(id)
      this.#sequence = snapshot.sequence
      return undefined
    } catch {
      return 'What the desk knew of your senders is damaged; it learns again.'
    }
  }

  #logLines(): string[] {
    try {
      return readFileSync(this.#logPath, 'utf8')
        .split('\n')
        .filter((line) => line !== '')
    } catch {
      // Nothing was logged yet.
      return []
    }
  }

  /** Takes down what a checker remembered of a mail. Throws where the disk is full. */
  add(id: string, remembered: RememberedMail, checker: MailChecker): void {
    const entry: Entry = { sequence: ++this.#sequence, id, remembered }
    this.#note(id)
    appendFileSync(this.#logPath, `${JSON.stringify(entry)}\n`, { mode: 0o600 })
    if (++this.#logged >= limits.mailMemoryLogMax) this.snapshot(checker)
  }

  /** Writes the whole memory anew, and empties the log. */
  snapshot(checker: MailChecker): void {
    const snapshot: Snapshot = { version, sequence: this.#sequence, state: checker.save(), ids: [...this.#ids] }
    const aside = `${this.#snapshotPath}.new`
    const file = openSync(aside, 'w', 0o600)
    try {
      writeFileSync(file, serialize(snapshot))
      fsyncSync(file)
    } finally {
      closeSync(file)
    }
    renameSync(aside, this.#snapshotPath)
    // Entries that the snapshot has are told by their numbers, should this not be done.
    writeFileSync(this.#logPath, '', { mode: 0o600 })
    this.#logged = 0
  }

  #note(id: string): void {
    this.#ids.add(id)
    if (this.#ids.size > limits.mailsSeenMax) this.#ids.delete(this.#ids.values().next().value as string)
  }

  get #snapshotPath(): string {
    return join(this.#folder, 'memory.bin')
  }

  get #logPath(): string {
    return join(this.#folder, 'memory.ndjson')
  }
}

/** JSON has no NaN: a time that is not known comes back as null. */
function revived({ kept, learnt }: RememberedMail): RememberedMail {
  const timeOf = (timeMs: number | null): number => timeMs ?? Number.NaN
  return {
    kept: { ...kept, timeMs: timeOf(kept.timeMs) },
    ...(learnt === undefined ? {} : { learnt: { ...learnt, timeMs: timeOf(learnt.timeMs) } }),
  }
}
