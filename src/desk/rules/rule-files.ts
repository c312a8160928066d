/** Finds the rule files behind a path: a file, a folder, an archive, or a set that the office keeps in the data folder. What
 *  cannot be read is one sentence, and the rest is read all the same. Nothing is ever written under a name that a file or
 *  an archive brings. */
import { readFileSync, statSync } from 'node:fs'
import { lstat, readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { limits } from '../../core/limits.ts'
import type { RuleProblem } from '../../sigma/rule.ts'
import { readRuleArchive } from './rule-archive.ts'
import { codeOf, fileProblem, isRuleName, keptRulesName, type RuleFile, type RuleFiles } from './rule-file.ts'

/** Reads all rule files behind a path. */
export async function readRuleFiles(
  path: string,
  isWanted: (name: string) => boolean = isRuleName,
): Promise<RuleFiles> {
  try {
    const found = await stat(path)
    if (found.isDirectory()) return await readFolder(path, isWanted)
    if (/\.zip$/i.test(path)) {
      if (found.size > limits.ruleArchiveBytesMax) return only(path, tooLarge, 'Give a release of rules, or a folder.')
      return readRuleArchive(await readFile(path), path, isWanted)
    }
    return await readOne(path, path, found.size)
  } catch (error) {
    const code = codeOf(error)
    if (code === 'ENOENT') return only(path, 'There is no such file or folder.', 'Check the name.')
    return only(path, `It cannot be read (${code}).`, 'See that you may read it.')
  }
}

const tooLarge = 'The file is larger than a file of rules can be.'
const only = (file: string, problem: string, mend: string): RuleFiles => ({
  files: [],
  rejects: [fileProblem(file, problem, mend)],
})

async function readOne(path: string, name: string, bytes: number): Promise<RuleFiles> {
  if (bytes > limits.ruleFileBytesMax) return only(name, tooLarge, 'Cut it into several files.')
  return { files: [{ name, text: (await readFile(path)).toString('utf8') }], rejects: [] }
}

/** A set that `rules add` keeps holds all its files in one. */
async function readFolder(path: string, isWanted: (name: string) => boolean): Promise<RuleFiles> {
  const kept = await readFile(join(path, keptRulesName), 'utf8').catch(() => undefined)
  if (kept !== undefined) {
    const files = keptFilesOf(kept)
    if (files !== undefined) {
      const wanted = files.filter(({ name }) => isWanted(name))
      return { files: wanted.map(({ name, text }) => ({ name: `${path}: ${name}`, text })), rejects: [] }
    }
    return only(path, 'The kept rules are damaged.', 'Add them again with bellwether rules add.')
  }
  const rejects: RuleProblem[] = []
  const names = await namesBelow(path, isWanted, rejects)
  const files: RuleFile[] = []
  let bytes = 0
  for (const name of names) {
    const read = readBelow(path, name)
    rejects.push(...read.rejects)
    for (const file of read.files) {
      bytes += file.text.length
      files.push(file)
    }
    if (bytes <= limits.ruleTextBytesMax) continue
    const problem = 'The folder holds more text than rules can have; the rest is left out.'
    rejects.push(fileProblem(path, problem, 'Name a folder of rules.'))
    break
  }
  return { files, rejects }
}

/** Thousands of small files are read three times faster one after another than by way of other threads. */
function readBelow(folder: string, name: string): RuleFiles {
  const shown = `${folder.replace(/[/\\]+$/, '')}/${name}`
  try {
    const path = join(folder, name)
    if (statSync(path).size > limits.ruleFileBytesMax) return only(shown, tooLarge, 'Cut it into several files.')
    return { files: [{ name: shown, text: readFileSync(path, 'utf8') }], rejects: [] }
  } catch (error) {
    return only(shown, `It cannot be read (${codeOf(error)}).`, 'See that you may read it.')
  }
}

/** Names of wanted files below a folder, in the order of their names. Links to folders are not followed: they may lead in
 *  a circle. */
async function namesBelow(
  folder: string,
  isWanted: (name: string) => boolean,
  rejects: RuleProblem[],
): Promise<string[]> {
  const names: string[] = []
  const visit = async (below: string, depth: number): Promise<void> => {
    const entries = await readdir(join(folder, below), { withFileTypes: true })
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const name = below === '' ? entry.name : `${below}/${entry.name}`
      if (entry.isDirectory() && !entry.name.startsWith('.') && depth < limits.ruleFolderDepthMax) {
        await visit(name, depth + 1).catch((error: unknown) => {
          const problem = `The folder cannot be read (${codeOf(error)}).`
          rejects.push(fileProblem(join(folder, name), problem, 'See that you may read it.'))
        })
      } else if (isWanted(entry.name) && (entry.isFile() || (await isLinkedFile(join(folder, name))))) {
        if (names.length >= limits.ruleFilesMax) return
        names.push(name)
      }
    }
  }
  await visit('', 0)
  if (names.length >= limits.ruleFilesMax) {
    const problem = 'The folder holds more files than rules can have; the rest is left out.'
    rejects.push(fileProblem(folder, problem, 'Name a folder of rules.'))
  }
  return names
}

async function isLinkedFile(path: string): Promise<boolean> {
  const isLink = await lstat(path).then((found) => found.isSymbolicLink())
  return (
    isLink &&
    (await stat(path)
      .then((found) => found.isFile())
      .catch(() => false))
  )
}

/** The files of a kept set; undefined where the text is none. */
export function keptFilesOf(text: string): RuleFile[] | undefined {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value !== 'object' || value === null || !('files' in value)) return undefined
    const { files } = value
    if (typeof files !== 'object' || files === null) return undefined
    return Object.entries(files).flatMap(([name, each]) => (typeof each === 'string' ? [{ name, text: each }] : []))
  } catch {
    return undefined
  }
}
