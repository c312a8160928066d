/** The catalogue of a desk's rules at hand: made when somebody first asks for it, in a process of its own, and let go of when
 *  nobody has asked for a while. */
import { fork } from 'node:child_process'
import { readFile, stat } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { limits } from '../../core/limits.ts'
import type { RuleCatalogue } from './rule-catalogue.ts'

/** A catalogue, and when the rules in it were read. */
export interface DatedCatalogue extends RuleCatalogue {
  readonly readAtMs: number
}

/** Keeps the catalogue of one file of rules. */
export class CatalogueShelf {
  readonly #packPath: string
  #asked: Promise<DatedCatalogue | undefined> | undefined
  #isMade = false
  #letGo: NodeJS.Timeout | undefined

  constructor(packPath: string) {
    this.#packPath = packPath
  }

  /** The catalogue; undefined where it cannot be made, which the next question tries again. */
  async read(): Promise<DatedCatalogue | undefined> {
    clearTimeout(this.#letGo)
    this.#asked ??= this.#make()
    const found = await this.#asked
    if (found === undefined) this.#asked = undefined
    clearTimeout(this.#letGo)
    this.#letGo = setTimeout(() => {
      this.#asked = undefined
    }, limits.ruleCatalogueKeptMs)
    this.#letGo.unref()
    return found
  }

  /** The rules were read anew. */
  renew(): void {
    this.#isMade = false
    this.#asked = undefined
  }

  async #make(): Promise<DatedCatalogue | undefined> {
    const out = `${this.#packPath}.catalogue`
    try {
      const { mtimeMs } = await stat(this.#packPath)
      if (!this.#isMade && !(await makeIn(this.#packPath, out))) return undefined
      this.#isMade = true
      const catalogue = JSON.parse(await readFile(out, 'utf8')) as RuleCatalogue
      return { ...catalogue, readAtMs: mtimeMs }
    } catch {
      return undefined
    }
  }
}

async function makeIn(packPath: string, out: string): Promise<boolean> {
  const program = fileURLToPath(new URL('./rule-catalogue-process.ts', import.meta.url))
  const child = fork(program, [packPath, out], { stdio: 'ignore', execArgv: [] })
  return await new Promise<boolean>((resolve) => {
    child.once('exit', (code) => resolve(code === 0)).once('error', () => resolve(false))
  })
}
