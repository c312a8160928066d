/** A file of our own within somebody else's configuration: it is replaced as a whole, on disk before it is seen, with the
 *  one before kept beside it. A file that we did not write is never replaced. */
import { constants } from 'node:fs'
import { type FileHandle, open, readFile, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { limits } from '../../core/limits.ts'
import { err, ok, type Result } from '../../core/result.ts'
import type { TargetProblem } from './target.ts'

/** How the first line of every file of ours begins, behind the comment mark. */
export const ownMark = '# Written by Bellwether'

/** One file, named by its absolute path. */
export class GuardedFile {
  readonly path: string
  /** Hidden names, so that an `include` of all files of the folder does not see them. */
  readonly #next: string
  readonly #previous: string

  constructor(path: string) {
    this.path = path
    this.#next = join(dirname(path), `.${basename(path)}.next`)
    this.#previous = join(dirname(path), `.${basename(path)}.previous`)
  }

  /** What the file holds; undefined where there is none. A file without our mark is a problem unless it is empty. */
  async read(): Promise<Result<string | undefined, TargetProblem>> {
    let handle: FileHandle | undefined
    try {
      handle = await open(this.path, constants.O_RDONLY)
      const { size } = await handle.stat()
      if (size > limits.targetFileBytesMax) return err(this.#notOurs())
      const text = await handle.readFile({ encoding: 'utf8' })
      return text === '' || text.startsWith(ownMark) ? ok(text) : err(this.#notOurs())
    } catch (error) {
      return codeOf(error) === 'ENOENT' ? ok(undefined) : err(this.#problem(error, 'read'))
    } finally {
      await handle?.close()
    }
  }

  /** What was in place before the last replacement; undefined where nothing is known. */
  async previous(): Promise<string | undefined> {
    try {
      const text = await readFile(this.#previous, { encoding: 'utf8' })
      return text === '' || text.startsWith(ownMark) ? text : undefined
    } catch {
      return undefined
    }
  }

  /** Puts the text in place: written aside, flushed, renamed; what was there is kept. */
  async replace(text: string, before: string | undefined): Promise<Result<void, TargetProblem>> {
    try {
      if (before !== undefined) await this.#put(this.#previous, before)
      await this.#put(this.path, text)
      return ok(undefined)
    } catch (error) {
      await rm(this.#next, { force: true }).catch(() => undefined)
      return err(this.#problem(error, 'write'))
    }
  }

  /** Puts back what was there before, or takes the file away where none was. */
  async restore(before: string | undefined): Promise<Result<void, TargetProblem>> {
    try {
      if (before === undefined) await rm(this.path, { force: true })
      else await this.#put(this.path, before)
      return ok(undefined)
    } catch (error) {
      return err(this.#problem(error, 'write'))
    }
  }

  async #put(path: string, text: string): Promise<void> {
    // Readable by the server whoever it runs as, as its other configuration is; a stricter mode that somebody set stays.
    const mode = await stat(path).then(
      (found) => found.mode & 0o777,
      () => 0o644,
    )
    await rm(this.#next, { force: true })
    const handle = await open(this.#next, 'wx', mode)
    try {
      await handle.writeFile(text)
      await handle.chmod(mode)
      await handle.sync()
    } finally {
      await handle.close()
    }
    await rename(this.#next, path)
    await syncFolder(dirname(path))
  }

  #notOurs(): TargetProblem {
    const message = `The file ${this.path} holds something that this desk did not write. Name another file for the blocks.`
    return { code: 'not-ours', message }
  }

  #problem(error: unknown, verb: 'read' | 'write'): TargetProblem {
    const code = codeOf(error)
    const why =
      code === 'EACCES' || code === 'EPERM'
        ? 'the desk is not permitted to'
        : code === 'ENOENT' || code === 'ENOTDIR'
          ? 'its folder does not exist'
          : code === 'ENOSPC' || code === 'EDQUOT'
            ? 'the disk is full'
            : code === 'EROFS'
              ? 'the disk is read-only'
              : `the system said ${code}`
    return {
      code: 'not-writable',
      message: `The file ${this.path} could not be ${verb === 'read' ? 'read' : 'written'}: ${why}.`,
    }
  }
}

/** The rename itself must survive a power cut; where folders can't be flushed (Windows) the system does it. */
async function syncFolder(path: string): Promise<void> {
  let handle: FileHandle | undefined
  try {
    handle = await open(path, constants.O_RDONLY)
    await handle.sync()
  } catch {
    // As said above.
  } finally {
    await handle?.close()
  }
}

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'an unknown error'
