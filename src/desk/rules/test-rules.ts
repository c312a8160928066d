/** Runs the cases of all rules behind paths. A rule without cases is only counted, unless it is one of ours: those have a
 *  case that fires and one that stays quiet. */
import { stat } from 'node:fs/promises'
import type { CompileOptions } from '../../sigma/compile.ts'
import type { RuleProblem, SigmaRule } from '../../sigma/rule.ts'
import { parseCases, type RuleCase } from './case-file.ts'
import { isOwn, withOwnRules } from './check-rules.ts'
import { readMappingTables } from './mapping-tables.ts'
import { parseFiles } from './parsed-cache.ts'
import { isCaseName, isRuleName, type RuleFile } from './rule-file.ts'
import { readRuleFiles } from './rule-files.ts'
import { mappingsPath } from './rule-library.ts'
import { type CaseOutcome, runCase } from './run-cases.ts'

/** What came of the cases. */
export interface TestedRules {
  readonly rules: number
  readonly cases: number
  /** Rules that have no case. */
  readonly untested: number
  readonly wrong: readonly CaseOutcome[]
  /** Files and cases that could not be tried. */
  readonly problems: readonly RuleProblem[]
}

/** Runs them. */
export async function testRules(
  paths: readonly string[],
  placeholders: Readonly<Record<string, readonly string[]>>,
): Promise<TestedRules> {
  const { files, rejects } = await readBoth(paths)
  const tables = await readMappingTables(mappingsPath)
  const options: CompileOptions = { ...tables.mappings, placeholders }
  const parsed = parseFiles(files.filter(({ name }) => isRuleName(name)))
  const all = await withOwnRules(parsed.rules)
  const problems: RuleProblem[] = [...rejects, ...tables.rejects, ...parsed.rejects]
  const wrong: CaseOutcome[] = []
  const tried = new Map<SigmaRule, RuleCase[]>()
  for (const { name, text } of files.filter((file) => isCaseName(file.name))) {
    const read = parseCases(text, name)
    problems.push(...read.rejects)
    for (const each of read.cases) {
      const rule = ruleOf(each, parsed.rules)
      if (rule === undefined) {
        problems.push(
          problemOf(
            each,
            'The case has no rule beside it.',
            'Name the file as its rule, or write rule: with its name.',
          ),
        )
        continue
      }
      tried.set(rule, [...(tried.get(rule) ?? []), each])
      const outcome = runCase(rule, all, each, options)
      problems.push(...outcome.problems)
      if (!outcome.isRight && outcome.problems.length === 0) wrong.push(outcome)
    }
  }
  const rules = parsed.rules.filter(({ kind }) => kind !== 'filter')
  for (const rule of rules.filter(({ place }) => isOwn(place.file)))
    problems.push(...lackOf(rule, tried.get(rule) ?? []))
  const cases = [...tried.values()].reduce((sum, each) => sum + each.length, 0)
  return { rules: rules.length, cases, untested: rules.filter((rule) => !tried.has(rule)).length, wrong, problems }
}

/** Rules and cases; of a path that is one file, the other one beside it too. */
async function readBoth(paths: readonly string[]): Promise<{ files: RuleFile[]; rejects: RuleProblem[] }> {
  const files = new Map<string, RuleFile>()
  const rejects: RuleProblem[] = []
  for (const path of paths) {
    const beside = isCaseName(path) ? path.replace(/\.cases(\.ya?ml)$/i, '$1') : path.replace(/(\.ya?ml)$/i, '.cases$1')
    const isThere =
      beside !== path &&
      (await stat(beside)
        .then((found) => found.isFile())
        .catch(() => false))
    for (const each of isThere ? [path, beside] : [path]) {
      const read = await readRuleFiles(each, (name) => isRuleName(name) || isCaseName(name))
      for (const file of read.files) files.set(file.name, file)
      rejects.push(...read.rejects)
    }
  }
  return { files: [...files.values()], rejects }
}

/** The rule that a case names, or the one in the file beside it. */
function ruleOf(each: RuleCase, rules: readonly SigmaRule[]): SigmaRule | undefined {
  const beside = each.file.replace(/\.cases(\.ya?ml)$/i, '$1')
  const there = rules.filter(({ place }) => place.file === beside)
  if (each.rule === undefined) return there.at(-1)
  return there.find(({ id, name, title }) => [id, name, title].includes(each.rule))
}

const problemOf = (each: RuleCase, problem: string, mend: string): RuleProblem => ({
  file: each.file,
  line: each.line,
  title: each.name,
  kind: 'rule',
  problem,
  mend,
})

function lackOf(rule: SigmaRule, cases: readonly RuleCase[]): RuleProblem[] {
  const lacks = [
    ...(cases.some(({ fires }) => fires !== 0) ? [] : ['The rule has no case that fires.']),
    ...(cases.some(({ fires }) => fires === 0) ? [] : ['The rule has no case that stays quiet.']),
  ]
  const { title, place } = rule
  return lacks.map((problem) => ({
    ...place,
    title,
    kind: 'rule',
    problem,
    mend: 'Add it to the cases beside the rule.',
  }))
}
