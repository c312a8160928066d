/** Checks rules: against the form that the Sigma specification asks for, by compiling them together, and ours also for what
 *  every rule of ours has. Each problem has its file, line and mend; a rule that only waits for values is no mistake. */
import { resolve, sep } from 'node:path'
import { readAttackTags } from '../../sigma/attack.ts'
import { compile } from '../../sigma/compile.ts'
import { wordsFaultsOf } from '../../sigma/plain-words.ts'
import type { RuleProblem, SigmaRule } from '../../sigma/rule.ts'
import { validateRules } from '../../sigma/schema.ts'
import { specificationSchemas } from '../../sigma/specification-schemas.ts'
import { cutDocuments, readDocument } from '../../sigma/yaml-documents.ts'
import { parseFiles } from './parsed-cache.ts'
import type { RuleFile } from './rule-file.ts'
import { readRuleFiles } from './rule-files.ts'
import { ownRulesPath } from './rule-library.ts'
import { referencesOf } from './run-cases.ts'

/** What was checked, and what came of it. */
export interface CheckedRules {
  readonly files: number
  readonly rules: number
  /** Rules that can be used as they are. */
  readonly usable: number
  readonly problems: readonly RuleProblem[]
  /** Rules that wait for the office's values. */
  readonly waiting: readonly RuleProblem[]
}

/** Checks all rules behind paths. `placeholders` are the office's values. What correlations refer to may also be one of
 *  our own rules. */
export async function checkRules(
  paths: readonly string[],
  placeholders: Readonly<Record<string, readonly string[]>>,
): Promise<CheckedRules> {
  const files: RuleFile[] = []
  const problems: RuleProblem[] = []
  for (const path of paths) {
    const read = await readRuleFiles(path)
    files.push(...read.files)
    problems.push(...read.rejects)
  }
  const parsed = parseFiles(files)
  problems.push(...parsed.rejects)
  const { rejects } = compile(await withOwnRules(parsed.rules), { placeholders })
  const named = new Set(files.map(({ name }) => name))
  const unused = rejects.filter(({ file }) => named.has(file))
  problems.push(...unused.filter(({ kind }) => kind === 'rule'))
  const said = new Set(problems.map(({ file, line }) => `${line} ${file}`))
  for (const file of files) {
    const more = validateRules(file.text, file.name, specificationSchemas)
    if (isOwn(file.name)) more.push(...checkOwnRule(file, parsed.rules))
    for (const problem of more) if (!said.has(`${problem.line} ${problem.file}`)) problems.push(problem)
  }
  const inOrder = (a: RuleProblem, b: RuleProblem): number =>
    a.file < b.file ? -1 : a.file > b.file ? 1 : a.line - b.line
  return {
    files: files.length,
    rules: parsed.rules.length + parsed.rejects.length,
    usable: parsed.rules.length - unused.length,
    problems: problems.sort(inOrder),
    waiting: unused.filter(({ kind }) => kind === 'waits'),
  }
}

/** Rules with those of ours that they refer to and that are not among them. */
export async function withOwnRules(rules: readonly SigmaRule[]): Promise<readonly SigmaRule[]> {
  const known = new Set(rules.flatMap(({ id, name }) => [id, name]))
  if (rules.every((rule) => referencesOf(rule).every((reference) => known.has(reference)))) return rules
  const own = parseFiles((await readRuleFiles(ownRulesPath)).files).rules
  const taken = new Set(rules.map(({ id }) => id))
  return [...rules, ...own.filter(({ id }) => !taken.has(id))]
}

/** Whether a file is one of our own rules. */
export const isOwn = (file: string): boolean => resolve(file).startsWith(`${resolve(ownRulesPath)}${sep}`)

const versionFour = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

/** What every rule of ours has beyond what the specification asks for. */
function checkOwnRule(file: RuleFile, rules: readonly SigmaRule[]): RuleProblem[] {
  const problems: RuleProblem[] = []
  for (const document of cutDocuments(file.text)) {
    const read = readDocument(document)
    if (!read.ok || read.value.kind !== 'map') continue
    const { entries } = read.value
    const rule = rules.find(({ place }) => place.file === file.name && place.line === document.line)
    if (rule === undefined || rule.kind === 'filter') continue
    const say = (line: number, problem: string, mend: string): number =>
      problems.push({ file: file.name, line, title: rule.title, kind: 'rule', problem, mend })
    const lineOf = (key: string): number => entries.get(key)?.line ?? document.line
    if (!versionFour.test(rule.id ?? '')) say(lineOf('id'), 'The id is not a random UUID.', 'Make one of version 4.')
    for (const [key, value] of [
      ['status', rule.status],
      ['level', rule.level],
      ['description', rule.description],
      ['author', rule.author],
      ['falsepositives', rule.falsePositives[0]],
    ] as const) {
      if (value === undefined || value === '') say(lineOf(key), `The rule has no ${key}.`, `Add ${key}:.`)
    }
    const tags = readAttackTags(rule.tags)
    if (tags.tactics.length === 0 || tags.techniques.length === 0) {
      say(lineOf('tags'), 'The tags name no tactic, or no technique, of ATT&CK.', 'Add both.')
    }
    for (const tag of tags.unknown) say(lineOf('tags'), `"${tag}" is no tag of ATT&CK.`, 'See attack.mitre.org.')
    for (const { line, problem, mend } of wordsFaultsOf(entries.get('bellwether'), document.line)) {
      say(line, problem, mend)
    }
  }
  return problems
}
