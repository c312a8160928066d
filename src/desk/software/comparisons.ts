/** The comparisons of a desk's shelf of software: which folders of which machines there are, each compared when somebody looks
 *  and one of its lists is another one than before. */
import { fork } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdir, readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { JudgedSoftware } from '../received-software.ts'
import {
  type ComparedDifference,
  type ComparisonSummary,
  differencesPath,
  type SoftwareTask,
} from './comparison-file.ts'

/** A folder of a machine on the shelf. */
export interface ShelvedFolder {
  /** Names it in addresses. */
  readonly id: string
  /** The machine as the shelf names it. */
  readonly machine: string
  readonly latestPath: string
  readonly baselinePath: string
  /** Changes with either list. */
  readonly stamp: string
}

const listForm = /^([0-9a-f]{32})\.(?:baseline|latest)$/

/** The comparisons. */
export class Comparisons {
  readonly #shelfPath: string
  readonly #cachePath: string
  readonly #running = new Map<string, Promise<boolean>>()
  #turn: Promise<unknown> = Promise.resolve()

  constructor(shelfPath: string, cachePath: string) {
    this.#shelfPath = shelfPath
    this.#cachePath = cachePath
  }

  /** All folders, in the order of machines. */
  async folders(): Promise<ShelvedFolder[]> {
    const machines = await readdir(this.#shelfPath).catch(() => [])
    const found: ShelvedFolder[] = []
    for (const machine of machines.sort()) {
      const names = await readdir(join(this.#shelfPath, machine)).catch(() => [])
      const keys = new Set(names.flatMap((name) => listForm.exec(name)?.[1] ?? []))
      for (const key of [...keys].sort()) {
        const latestPath = join(this.#shelfPath, machine, `${key}.latest`)
        const baselinePath = join(this.#shelfPath, machine, `${key}.baseline`)
        const stamp = `${await stampOf(latestPath)} ${await stampOf(baselinePath)}`
        const id = createHash('sha256').update(`${machine}/${key}`).digest('hex').slice(0, 16)
        found.push({ id, machine, latestPath, baselinePath, stamp })
      }
    }
    return found
  }

  /** What came of the comparison; undefined where it has not been made of these lists yet. */
  async summary({ id, stamp }: ShelvedFolder): Promise<ComparisonSummary | undefined> {
    const kept = await readJson<ComparisonSummary>(this.#pathOf(id))
    return kept?.stamp === stamp ? kept : undefined
  }

  /** The differences of the comparison that was made last. */
  async differences({ id }: ShelvedFolder): Promise<readonly ComparedDifference[]> {
    return (await readJson<readonly ComparedDifference[]>(differencesPath(this.#pathOf(id)))) ?? []
  }

  /** Compares, one folder after the other; resolves when it is done, to false where it failed, as on a full disk. The same two
   *  lists are compared once at a time. */
  compare(folder: ShelvedFolder): Promise<boolean> {
    const key = `${folder.id} ${folder.stamp}`
    const running = this.#running.get(key)
    if (running !== undefined) return running
    const done = this.#turn.then(async () => {
      try {
        await mkdir(this.#cachePath, { recursive: true, mode: 0o700 })
        const { latestPath, baselinePath, stamp } = folder
        return (await run({ task: 'compare', latestPath, baselinePath, stamp, out: this.#pathOf(folder.id) })) === 0
      } catch {
        return false
      } finally {
        this.#running.delete(key)
      }
    })
    this.#turn = done
    this.#running.set(key, done)
    return done
  }

  /** Makes the last list the baseline where it is still the one with this hash. */
  async keep({ latestPath, baselinePath }: ShelvedFolder, sha256: string): Promise<boolean> {
    return (await run({ task: 'keep', latestPath, baselinePath, sha256 })) === 0
  }

  #pathOf(id: string): string {
    return join(this.#cachePath, `${id}.json`)
  }
}

async function stampOf(path: string): Promise<string> {
  const found = await stat(path).catch(() => undefined)
  return found === undefined ? '-' : `${found.ino}:${found.size}:${found.mtimeMs}`
}

async function readJson<T>(path: string): Promise<T | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as T
  } catch {
    return undefined
  }
}

/** Judges a list that came, as `judgeSoftware` does. Rejects where the process failed, as on a full disk. */
export async function judgeApart(
  task: Omit<Extract<SoftwareTask, { task: 'judge' }>, 'task'>,
): Promise<JudgedSoftware> {
  let judged: JudgedSoftware | undefined
  const code = await run({ task: 'judge', ...task }, (sent) => {
    judged = sent
  })
  if (judged === undefined) throw new Error(`comparing ended with ${code}`)
  return judged
}

/** Runs one task; resolves to how the process ended. */
function run(task: SoftwareTask, onJudged?: (judged: JudgedSoftware) => void): Promise<number> {
  const program = fileURLToPath(new URL('./software-process.ts', import.meta.url))
  const child = fork(program, [JSON.stringify(task)], { stdio: 'ignore', execArgv: [] })
  child.on('message', (message) => onJudged?.(message as JudgedSoftware))
  return new Promise((resolve) => {
    child.once('exit', (code) => resolve(code ?? 1)).once('error', () => resolve(1))
  })
}
