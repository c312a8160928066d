/** The sets of rules that an office keeps in its data folder: `rules/NAME/` with the rule texts in one file and a manifest
 *  beside it. Names of files that a set brings stay inside that file; the only name that becomes a folder is the set's, and
 *  it is checked. */
import { createHash } from 'node:crypto'
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { limits } from '../../core/limits.ts'
import { err, ok, type Result } from '../../core/result.ts'
import { compile } from '../../sigma/compile.ts'
import type { RuleProblem, SigmaRule } from '../../sigma/rule.ts'
import { parseFiles } from './parsed-cache.ts'
import { codeOf, keptManifestName, keptRulesName, type RuleFile } from './rule-file.ts'
import { keptFilesOf, readRuleFiles } from './rule-files.ts'

/** What is known of a kept set. */
export interface RuleSet {
  readonly name: string
  /** Where it came from, as it was named. */
  readonly from: string
  /** Of the rule texts. */
  readonly sha256: string
  readonly addedAt: string
  readonly files: number
  readonly rules: number
}

/** A rule as a report names it. */
export interface NamedRule {
  readonly title: string
  readonly file: string
}

/** What adding a set did. */
export interface AddedSet {
  readonly set: RuleSet
  /** Whether a set of this name was there before. */
  readonly isUpdate: boolean
  readonly added: readonly NamedRule[]
  readonly changed: readonly NamedRule[]
  readonly removed: readonly NamedRule[]
  /** Rules that could be used before and cannot now. */
  readonly broken: readonly RuleProblem[]
  /** All that cannot be used: files, documents, rules. */
  readonly problems: readonly RuleProblem[]
  readonly waiting: readonly RuleProblem[]
  readonly usable: number
}

const setsFolder = (dataPath: string): string => join(dataPath, 'rules')
const nameForm = /^[a-z0-9][a-z0-9._-]*$/

/** The name of a set from the name of its file or folder. */
export function setNameOf(path: string): string {
  const base = basename(path.replaceAll('\\', '/').replace(/\/+$/, '')).replace(/\.zip$/i, '')
  const name = base
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, '-')
    .replace(/^[^a-z0-9]+/, '')
  return name.slice(0, limits.ruleSetNameCharactersMax).replace(/\.+$/, '') || 'rules'
}

/** Whether a text can name a set. */
export const isSetName = (name: string): boolean =>
  nameForm.test(name) && name.length <= limits.ruleSetNameCharactersMax && !name.endsWith('.') && !name.includes('..')

/** The folder of a kept set. */
export const setPathOf = (dataPath: string, name: string): string => join(setsFolder(dataPath), name)

/** Folders of the kept sets, to be loaded. */
export async function keptSetPaths(dataPath: string): Promise<string[]> {
  return (await listSets(dataPath)).map(({ name }) => setPathOf(dataPath, name))
}

/** The kept sets, in the order of their names. */
export async function listSets(dataPath: string): Promise<RuleSet[]> {
  const names = await readdir(setsFolder(dataPath)).catch(() => [])
  const sets = await Promise.all(
    names
      .filter(isSetName)
      .sort()
      .map((name) => readManifest(dataPath, name)),
  )
  return sets.filter((set) => set !== undefined)
}

async function readManifest(dataPath: string, name: string): Promise<RuleSet | undefined> {
  try {
    const text = await readFile(join(setsFolder(dataPath), name, keptManifestName), 'utf8')
    const value = JSON.parse(text) as Partial<RuleSet>
    const { from, sha256, addedAt, files, rules } = value
    const isWhole = typeof from === 'string' && typeof sha256 === 'string' && typeof addedAt === 'string'
    return isWhole ? { name, from, sha256, addedAt, files: Number(files), rules: Number(rules) } : undefined
  } catch {
    return undefined
  }
}

/** Removes a set; false where there is none of that name. */
export async function removeSet(dataPath: string, name: string): Promise<boolean> {
  if (!isSetName(name) || (await readManifest(dataPath, name)) === undefined) return false
  await rm(join(setsFolder(dataPath), name), { recursive: true })
  return true
}

/** What to add, and under which name. */
export interface AddRequest {
  readonly path: string
  readonly name: string
  readonly dataPath: string
  readonly nowMs: number
  /** The office's values for placeholders. */
  readonly placeholders: Readonly<Record<string, readonly string[]>>
}

/** Adds a set, or puts a newer one in its place. Nothing changes where there is no rule to keep. */
export async function addSet(request: AddRequest): Promise<Result<AddedSet, RuleProblem[]>> {
  const { path, name, dataPath } = request
  const read = await readRuleFiles(path)
  const files = read.files.map((file) => ({ name: withoutPath(file.name, path), text: file.text }))
  const parsed = parseFiles(files)
  if (parsed.rules.length === 0) return err([...read.rejects, ...parsed.rejects])
  const before = await readKept(dataPath, name)
  const text = JSON.stringify({ files: Object.fromEntries(files.map((file) => [file.name, file.text])) })
  const set: RuleSet = {
    name,
    from: path,
    sha256: createHash('sha256').update(text).digest('hex'),
    addedAt: new Date(request.nowMs).toISOString(),
    files: files.length,
    rules: parsed.rules.length,
  }
  const { rejects } = compile(parsed.rules, { placeholders: request.placeholders })
  const problems = rejects.filter(({ kind }) => kind === 'rule')
  const oldRules = parseFiles(before ?? []).rules
  const usableBefore = usableKeys(oldRules, request)
  const written = await writeSet(join(setsFolder(dataPath), name), text, set)
  if (!written.ok)
    return err([{ ...noPlace, file: dataPath, problem: written.error, mend: 'See that you may write there.' }])
  return ok({
    set,
    isUpdate: before !== undefined,
    ...difference(oldRules, parsed.rules),
    broken: problems.filter((problem) => usableBefore.has(keyOfProblem(problem))),
    problems: [...read.rejects, ...parsed.rejects, ...problems],
    waiting: rejects.filter(({ kind }) => kind === 'waits'),
    usable: parsed.rules.length - rejects.length,
  })
}

const noPlace = { line: 1, title: '', kind: 'rule' } as const

/** Names as the set itself gives them. */
function withoutPath(name: string, path: string): string {
  const prefix = path.replace(/[/\\]+$/, '')
  if (name === path) return basename(name)
  return name.startsWith(prefix) ? name.slice(prefix.length).replace(/^(?:: |\/)/, '') : name
}

async function readKept(dataPath: string, name: string): Promise<RuleFile[] | undefined> {
  const text = await readFile(join(setsFolder(dataPath), name, keptRulesName), 'utf8').catch(() => undefined)
  return text === undefined ? undefined : keptFilesOf(text)
}

const keyOf = ({ id, title, place }: SigmaRule): string => id ?? `${place.file} ${title}`

/** As `keyOf` names the rule that a problem is about. */
const keyOfProblem = ({ id, title, file }: RuleProblem): string => id ?? `${file} ${title}`

function usableKeys(rules: readonly SigmaRule[], { placeholders }: AddRequest): Set<string> {
  const unused = new Set(compile(rules, { placeholders }).rejects.map(keyOfProblem))
  return new Set(rules.map(keyOf).filter((key) => !unused.has(key)))
}

/** What a rule says, wherever it stands. */
const contentOf = (rule: SigmaRule): string => JSON.stringify({ ...rule, place: undefined })

function difference(
  before: readonly SigmaRule[],
  after: readonly SigmaRule[],
): Pick<AddedSet, 'added' | 'changed' | 'removed'> {
  const old = new Map(before.map((rule) => [keyOf(rule), rule]))
  const now = new Set(after.map(keyOf))
  const named = ({ title, place }: SigmaRule): NamedRule => ({ title, file: place.file })
  const isChanged = (rule: SigmaRule): boolean => {
    const was = old.get(keyOf(rule))
    return was !== undefined && contentOf(was) !== contentOf(rule)
  }
  return {
    added: after.filter((rule) => !old.has(keyOf(rule))).map(named),
    changed: after.filter(isChanged).map(named),
    removed: before.filter((rule) => !now.has(keyOf(rule))).map(named),
  }
}

/** Rules first, manifest last: a set without its manifest is none, and adding it again mends it. */
async function writeSet(folder: string, text: string, set: RuleSet): Promise<Result<void, string>> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    for (const [name, content] of [
      [keptRulesName, text],
      [keptManifestName, `${JSON.stringify(set, null, 2)}\n`],
    ] as const) {
      const aside = join(folder, `${name}.new`)
      await writeFile(aside, content, { mode: 0o600 })
      await rename(aside, join(folder, name))
    }
    return ok(undefined)
  } catch (error) {
    return err(`The rules cannot be kept in ${folder} (${codeOf(error)}).`)
  }
}
