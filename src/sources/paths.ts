/** Turns what a person named (files, patterns, folders, `-`) into the list of sources to read, in a stable order and
 *  each once. It opens nothing and reads no content. */
import type { Stats } from 'node:fs'
import { glob, lstat, readdir, realpath, stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { limits } from '../core/limits.ts'
import { errorCode, makeProblem, type Problem, problemOfError } from './problem.ts'

/** One thing to read. Plain data, which may cross threads. */
export interface SourceFile {
  /** As the user gave it, or `-`: this stands in every `Place`. */
  readonly path: string
  /** `stream`: standard input, a named pipe or a device, which can be read only once. */
  readonly kind: 'file' | 'stream'
  /** What to open: absolute, links resolved. */
  readonly openPath: string
  /** Size on disk when it was listed; 0 for a stream. */
  readonly bytes: number
  /** When it was last written; not known of a stream. */
  readonly modifiedMs?: number
}

/** What can be read, and what cannot and why. */
export interface ExpandedPaths {
  readonly files: readonly SourceFile[]
  readonly problems: readonly Problem[]
}

/** Expands arguments in their order; a folder's files come sorted by path. */
export async function expandPaths(args: readonly string[]): Promise<ExpandedPaths> {
  const expansion = new Expansion()
  for (const arg of args) {
    if (arg === '-') expansion.addStream('-', '-')
    else await expansion.addArgument(arg)
  }
  return { files: expansion.files, problems: expansion.problems }
}

class Expansion {
  readonly files: SourceFile[] = []
  readonly problems: Problem[] = []
  /** Real paths of files and streams taken, and of folders walked: a link back to a folder ends there. */
  readonly #seen = new Set<string>()

  async addArgument(arg: string): Promise<void> {
    try {
      await this.#addNamed(arg, await stat(arg))
    } catch (error) {
      if (isMissing(error) && /[*?[{]/.test(arg) && !(await exists(arg))) await this.#addMatches(arg)
      else this.problems.push(problemOfError(error, arg))
    }
  }

  addStream(path: string, openPath: string): void {
    if (this.#seen.has(openPath)) return
    this.#seen.add(openPath)
    this.files.push({ path, kind: 'stream', openPath, bytes: 0 })
  }

  async #addMatches(pattern: string): Promise<void> {
    const matches: string[] = []
    try {
      for await (const match of glob(pattern)) {
        if (matches.length >= limits.sourceFilesMax) break
        matches.push(match)
      }
    } catch (error) {
      this.problems.push(problemOfError(error, pattern))
      return
    }
    let isAnyUsable = false
    for (const match of matches.sort(byCodeUnits)) {
      try {
        const found = await stat(match)
        if (!found.isFile() && !found.isDirectory()) continue
        isAnyUsable = true
        await this.#addNamed(match, found)
      } catch (error) {
        isAnyUsable = true
        this.problems.push(problemOfError(error, match))
      }
    }
    if (!isAnyUsable) this.problems.push(makeProblem('no-match', pattern))
  }

  /** Something that was named: a pipe or a device is read only then, never out of a folder or for a pattern. */
  async #addNamed(path: string, found: Stats): Promise<void> {
    if (found.isDirectory()) await this.#addFolder(path)
    else if (found.isFile()) await this.#addFile(path, found)
    else if (found.isSocket()) this.problems.push(makeProblem('not-a-file', path, 'a socket'))
    else if (found.isBlockDevice()) this.problems.push(makeProblem('not-a-file', path, 'a disk'))
    else this.addStream(path, resolve(path))
  }

  async #addFile(path: string, found: Stats): Promise<void> {
    const openPath = await realpath(path)
    if (this.#seen.has(openPath)) return
    if (this.files.length >= limits.sourceFilesMax) return
    this.#seen.add(openPath)
    if (found.size === 0) this.problems.push(makeProblem('empty', path))
    else this.files.push({ path, kind: 'file', openPath, bytes: found.size, modifiedMs: found.mtimeMs })
  }

  /** Walks a folder, depth first in the order of paths. */
  async #addFolder(top: string): Promise<void> {
    const seenBefore = new Set(this.#seen)
    const waiting = [top]
    let foundAny = false
    for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
      if (this.files.length >= limits.sourceFilesMax) {
        this.problems.push(makeProblem('too-many-files', top, limits.sourceFilesMax.toLocaleString('en-US')))
        return
      }
      try {
        const found = await stat(path)
        if (found.isFile()) {
          foundAny = true
          await this.#addFile(path, found)
        } else if (found.isDirectory()) {
          const openPath = await realpath(path)
          if (seenBefore.has(openPath)) foundAny = true
          if (this.#seen.has(openPath)) continue
          this.#seen.add(openPath)
          for (const inside of await listFolder(path)) waiting.push(inside)
        }
      } catch (error) {
        foundAny = true
        this.problems.push(problemOfError(error, path))
      }
    }
    if (!foundAny) this.problems.push(makeProblem('empty-folder', top))
  }
}

/** Entries of a folder, hidden ones left out, in reverse order: the walk takes them from the end. */
async function listFolder(path: string): Promise<string[]> {
  const names = (await readdir(path)).filter((name) => !name.startsWith('.'))
  return names.sort((a, b) => byCodeUnits(b, a)).map((name) => join(path, name))
}

function byCodeUnits(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}

function isMissing(error: unknown): boolean {
  const code = errorCode(error)
  return code === 'ENOENT' || code === 'ENOTDIR' || code === 'EINVAL' || code === 'ENAMETOOLONG'
}

/** True also for a link that leads nowhere. */
async function exists(path: string): Promise<boolean> {
  try {
    await lstat(path)
    return true
  } catch {
    return false
  }
}
