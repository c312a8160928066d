/** Finds the mails below what a person named: single files, mailboxes, Maildir folders with their subfolders, folders of
 *  files. It opens no mail. */
import type { Dirent } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { limits } from '../core/limits.ts'
import { makeProblem, type Problem, problemOfError } from './problem.ts'

/** A file that holds a mail or several. */
export interface MailFile {
  /** As the user gave it, with the folders below it. */
  readonly path: string
  /** Maildir: whether a program has seen it. Other files: undefined. */
  readonly isNew?: boolean
  /** Maildir's flags, letters in their order: `FRS`. */
  readonly flags: string
}

/** What was found, and what could not be looked at. */
export interface MailFiles {
  readonly files: readonly MailFile[]
  readonly problems: readonly Problem[]
}

/** The flags behind `:2,` in a name of Maildir; Windows and some servers write another sign for the colon. */
export const flagsOf = (name: string): string => /[:;!]2,([A-Za-z]{0,30})$/.exec(name)?.[1] ?? ''

/** Lists the mails in a stable order. */
export async function listMail(paths: readonly string[]): Promise<MailFiles> {
  const listing = new Listing()
  for (const path of paths) await listing.add(path)
  return listing
}

class Listing implements MailFiles {
  readonly files: MailFile[] = []
  readonly problems: Problem[] = []

  async add(path: string): Promise<void> {
    try {
      // Standard input.
      if (path === '-') {
        this.#addFile({ path, flags: '' })
        return
      }
      const found = await stat(path)
      if (!found.isDirectory()) this.#addFile({ path, flags: '' })
      else {
        const before = this.files.length
        await this.#addFolder(path, 0)
        if (this.files.length === before) this.problems.push(makeProblem('empty-folder', path))
      }
    } catch (error) {
      this.problems.push(problemOfError(error, path))
    }
  }

  /** False when no more is taken. */
  #addFile(file: MailFile): boolean {
    if (this.files.length < limits.mailFolderFilesMax) {
      this.files.push(file)
      return true
    }
    if (!this.problems.some(({ code }) => code === 'too-many-files'))
      this.problems.push(makeProblem('too-many-files', file.path, String(limits.mailFolderFilesMax)))
    return false
  }

  async #addFolder(path: string, depth: number): Promise<void> {
    const entries = (await readdir(path, { withFileTypes: true })).sort((a, b) => (a.name < b.name ? -1 : 1))
    const folders = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name)
    const isMaildir = folders.includes('cur') && folders.includes('new')
    if (isMaildir) {
      for (const name of ['cur', 'new'] as const) await this.#addMaildirPart(join(path, name), name === 'new')
    }
    for (const entry of entries) {
      // What lies in tmp is not delivered yet; servers keep their own files beside the three folders.
      if (isMaildir && (!entry.isDirectory() || ['cur', 'new', 'tmp'].includes(entry.name))) continue
      const below = join(path, entry.name)
      if (entry.isDirectory()) await this.#enter(below, depth + 1)
      else if (
        (entry.isFile() || (await this.#leadsToFile(entry, below))) &&
        !this.#addFile({ path: below, flags: '' })
      )
        return
    }
  }

  /** A link to a folder is not followed: it may lead back up. */
  async #leadsToFile(entry: Dirent, path: string): Promise<boolean> {
    if (!entry.isSymbolicLink()) return false
    try {
      return (await stat(path)).isFile()
    } catch (error) {
      this.problems.push(problemOfError(error, path))
      return false
    }
  }

  async #enter(path: string, depth: number): Promise<void> {
    if (depth > limits.mailFolderDepthMax) {
      this.problems.push(makeProblem('not-a-file', path, 'a folder too deep below the one named'))
      return
    }
    try {
      await this.#addFolder(path, depth)
    } catch (error) {
      this.problems.push(problemOfError(error, path))
    }
  }

  async #addMaildirPart(path: string, isNew: boolean): Promise<void> {
    const names = (await readdir(path)).filter((name) => !name.startsWith('.')).sort()
    for (const name of names) if (!this.#addFile({ path: join(path, name), isNew, flags: flagsOf(name) })) return
  }
}
