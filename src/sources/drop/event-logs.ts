/** Remembers the last event of each Windows event log that was taken in, by machine and name, so that a log which is
 *  collected whole each time gives each event once. */
import { open, readFile, rename } from 'node:fs/promises'
import type { LastEvent } from '../evtx-lines.ts'

/** The memory, in one small file. */
export class EventLogs {
  readonly #path: string
  #known: Map<string, LastEvent> | undefined

  constructor(path: string) {
    this.#path = path
  }

  /** The last event that was taken; undefined for a log that is new. */
  async last(machine: string, name: string): Promise<LastEvent | undefined> {
    return (await this.#read()).get(keyOf(machine, name))
  }

  /** Remembers it. Rejects where the disk fails. */
  async keep(machine: string, name: string, { recordId, timeMs }: LastEvent): Promise<void> {
    const known = await this.#read()
    known.set(keyOf(machine, name), { recordId, timeMs })
    const partial = `${this.#path}.partial`
    const file = await open(partial, 'w', 0o600)
    try {
      await file.writeFile(JSON.stringify([...known]))
      await file.datasync()
    } finally {
      await file.close()
    }
    await rename(partial, this.#path)
  }

  async #read(): Promise<Map<string, LastEvent>> {
    if (this.#known === undefined) {
      // Without the memory events come twice, which is better than not at all.
      const text = await readFile(this.#path, 'utf8').catch(() => '[]')
      this.#known = new Map(parse(text))
    }
    return this.#known
  }
}

const keyOf = (machine: string, name: string): string => JSON.stringify([machine, name.toLowerCase()])

function parse(text: string): [string, LastEvent][] {
  try {
    return JSON.parse(text) as [string, LastEvent][]
  } catch {
    return []
  }
}
