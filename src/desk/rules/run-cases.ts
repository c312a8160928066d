/** Runs the cases of rules: each rule is compiled with what it refers to and nothing else, sees the events of a case by way
 *  of the tables of logs, and must fire as often as the case says. */
import { type CompileOptions, compile } from '../../sigma/compile.ts'
import type { Match } from '../../sigma/engine.ts'
import { LogsourceTable } from '../../sigma/mappings.ts'
import type { RuleProblem, SigmaRule } from '../../sigma/rule.ts'
import { readCaseEvents } from './case-events.ts'
import type { RuleCase } from './case-file.ts'

/** What came of a case. */
export interface CaseOutcome {
  readonly case: RuleCase
  readonly rule: SigmaRule
  /** How often the rule fired. */
  readonly fired: number
  readonly isRight: boolean
  /** Why the rule could not be tried at all. */
  readonly problems: readonly RuleProblem[]
}

/** Ids and names that a rule refers to. */
export const referencesOf = (rule: SigmaRule): readonly string[] => (rule.kind === 'correlation' ? rule.rules : [])

/** A rule with all that it refers to, filters left out. */
export function withReferences(rule: SigmaRule, all: readonly SigmaRule[]): SigmaRule[] {
  const needed = new Set<SigmaRule>()
  const visit = (each: SigmaRule): void => {
    if (needed.has(each)) return
    needed.add(each)
    for (const reference of referencesOf(each)) {
      const found = all.find(({ id, name }) => id === reference || name === reference)
      if (found !== undefined) visit(found)
    }
  }
  visit(rule)
  return all.filter((each) => needed.has(each))
}

/** Tries one case of a rule. `all` holds what the rule may refer to. */
export function runCase(
  rule: SigmaRule,
  all: readonly SigmaRule[],
  each: RuleCase,
  options: CompileOptions,
): CaseOutcome {
  const { engine, rejects } = compile(withReferences(rule, all), {
    ...options,
    ...(each.placeholders === undefined ? {} : { placeholders: each.placeholders }),
  })
  const table = new LogsourceTable(options.logsources ?? [])
  const read = readCaseEvents(each, (field) => table.of(field))
  if (!read.ok) {
    const problem: RuleProblem = {
      file: each.file,
      line: each.line,
      title: rule.title,
      kind: 'rule',
      problem: read.error,
      mend: 'Write the events as the log has them.',
    }
    return { case: each, rule, fired: 0, isRight: false, problems: [problem] }
  }
  let fired = 0
  const emit = (match: Match): void => {
    if (match.rule === rule) fired++
  }
  for (const event of read.value) engine.observe(event, emit)
  engine.finish(emit)
  const isRight = rejects.length === 0 && (each.fires === 'any' ? fired > 0 : fired === each.fires)
  return { case: each, rule, fired, isRight, problems: rejects }
}
