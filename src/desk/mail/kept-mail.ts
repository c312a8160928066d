/** Flagged mails as they came, as files of the data folder: to be looked at, reported and handed on. They are for the desk's
 *  user alone, and go when they are old. */
import { randomBytes } from 'node:crypto'
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { errorCode } from '../../sources/problem.ts'

const idForm = /^[0-9a-f]{64}$/

/** The folder. */
export class KeptMail {
  readonly #folder: string

  constructor(folder: string) {
    this.#folder = folder
  }

  #pathOf(id: string): string {
    if (!idForm.test(id)) throw new Error('a mail is named by its hash')
    return join(this.#folder, id.slice(0, 2), `${id}.eml`)
  }

  /** Keeps a mail; one that is kept already stays. */
  async keep(id: string, bytes: Uint8Array): Promise<void> {
    const path = this.#pathOf(id)
    await mkdir(join(this.#folder, id.slice(0, 2)), { recursive: true, mode: 0o700 })
    const aside = `${path}.${randomBytes(4).toString('hex')}.new`
    await writeFile(aside, bytes, { mode: 0o600 })
    await rename(aside, path)
  }

  /** The mail's bytes; undefined where they are kept no more. */
  async read(id: string): Promise<Uint8Array | undefined> {
    if (!idForm.test(id)) return undefined
    try {
      return await readFile(this.#pathOf(id))
    } catch (error) {
      if (errorCode(error) === 'ENOENT') return undefined
      throw error
    }
  }

  /** Lets go of what was written before a time, and of what a crash left half written. */
  async forget(beforeMs: number): Promise<void> {
    const folders = await readdir(this.#folder).catch(() => [])
    for (const folder of folders) {
      for (const name of await readdir(join(this.#folder, folder)).catch(() => [])) {
        const path = join(this.#folder, folder, name)
        const written = await stat(path).catch(() => undefined)
        const isHalf = name.endsWith('.new') && written !== undefined && written.mtimeMs < Date.now() - halfWrittenMs
        if (written !== undefined && (written.mtimeMs < beforeMs || isHalf)) await rm(path, { force: true })
      }
    }
  }
}

const halfWrittenMs = 3_600_000
