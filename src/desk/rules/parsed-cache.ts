/** Keeps parsed rules beside the hash of what they were parsed from, so that the next start reads no YAML. A damaged or
 *  outdated entry is as good as none: the rules are parsed again. */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { limits } from '../../core/limits.ts'
import { type ParsedRules, parseRules } from '../../sigma/parse-rules.ts'
import type { RuleProblem, SigmaRule } from '../../sigma/rule.ts'
import type { RuleFile } from './rule-file.ts'

/** The sources that decide what parsing gives: another version of one of them makes entries outdated. */
const parserParts = [
  'parse-rules',
  'parse-detection',
  'parse-correlation',
  'condition',
  'values',
  'text',
  'plain-words',
  'yaml-documents',
  'encodings',
] as const
let parserMark: string | undefined

/** Stands for this program's way of parsing. */
function markOfParser(): string {
  if (parserMark !== undefined) return parserMark
  const hash = createHash('sha256')
  const extension = import.meta.filename.endsWith('.ts') ? 'ts' : 'js'
  for (const part of parserParts) {
    hash.update(readFileSync(join(import.meta.dirname, '..', '..', 'sigma', `${part}.${extension}`)))
  }
  parserMark = hash.digest('hex')
  return parserMark
}

/** The hash of rule files: of their names and their texts. */
export function hashOf(files: readonly RuleFile[]): string {
  const hash = createHash('sha256')
  for (const { name, text } of files) hash.update(`${name.length} ${text.length}\n`).update(name).update(text)
  return hash.digest('hex')
}

/** Parses files, one after another. */
export function parseFiles(files: readonly RuleFile[]): ParsedRules {
  const rules: SigmaRule[] = []
  const rejects: RuleProblem[] = []
  for (const { name, text } of files) {
    const parsed = parseRules(text, name)
    rules.push(...parsed.rules)
    rejects.push(...parsed.rejects)
  }
  return { rules, rejects }
}

/** A folder of parsed rules; without a path, nothing is kept. */
export class ParsedCache {
  readonly #path: string | undefined
  readonly #used = new Set<string>()

  constructor(path: string | undefined) {
    this.#path = path
  }

  /** Rules of files, parsed only where that was not done before. */
  async parse(files: readonly RuleFile[]): Promise<ParsedRules & { readonly fromCache: boolean }> {
    if (this.#path === undefined) return { ...parseFiles(files), fromCache: false }
    const mark = createHash('sha256').update(markOfParser()).update(hashOf(files)).digest('hex')
    const name = `${mark}.json`
    this.#used.add(name)
    const kept = await this.#read(join(this.#path, name))
    if (kept !== undefined) return { ...kept, fromCache: true }
    const parsed = parseFiles(files)
    await this.#write(name, parsed)
    return { ...parsed, fromCache: false }
  }

  async #read(path: string): Promise<ParsedRules | undefined> {
    try {
      const value: unknown = JSON.parse(await readFile(path, 'utf8'))
      const isParsed =
        typeof value === 'object' && value !== null && 'whole' in value && 'rules' in value && 'rejects' in value
      return isParsed && Array.isArray(value.rules) && Array.isArray(value.rejects)
        ? { rules: value.rules, rejects: value.rejects }
        : undefined
    } catch {
      return undefined
    }
  }

  /** A cache that cannot be written costs time at the next start, and nothing else. */
  async #write(name: string, parsed: ParsedRules): Promise<void> {
    if (this.#path === undefined) return
    try {
      await mkdir(this.#path, { recursive: true, mode: 0o700 })
      const aside = join(this.#path, `${name}.${process.pid}.new`)
      await writeFile(aside, JSON.stringify({ ...parsed, whole: true }), { mode: 0o600 })
      await rename(aside, join(this.#path, name))
      await this.#prune(this.#path)
    } catch {
      // Said above.
    }
  }

  /** The entries used longest ago go first. */
  async #prune(path: string): Promise<void> {
    const names = (await readdir(path)).filter((name) => name.endsWith('.json') && !this.#used.has(name))
    const aged = await Promise.all(names.map(async (name) => ({ name, at: (await stat(join(path, name))).mtimeMs })))
    aged.sort((a, b) => b.at - a.at)
    for (const { name } of aged.slice(Math.max(0, limits.ruleCachesKeptMax - this.#used.size))) {
      await rm(join(path, name), { force: true })
    }
  }
}
