/** Runs the cases of rules: each rule is compiled with what it refers to and nothing else, sees the events of a case by way
 *  of the tables of logs, and must fire as often as the case says. */
import { type CompileOptions, compile } from '../../sigma/compile.ts'
import { eventOf, type FieldValue, type SigmaEvent } from '../../sigma/event.ts'
import type { RuleProblem, SigmaRule } from '../../sigma/rule.ts'
import { type CaseFields, type CaseValue, isCaseMap, type RuleCase } from './case-file.ts'
import { timeOf } from './case-times.ts'

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

/** A rule with all that it refers to, filters left out. */
export function withReferences(rule: SigmaRule, all: readonly SigmaRule[]): SigmaRule[] {
  const needed = new Set<SigmaRule>()
  const visit = (each: SigmaRule): void => {
    if (needed.has(each)) return
    needed.add(each)
    if (each.kind !== 'correlation') return
    for (const reference of each.rules) {
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
  let fired = 0
  const emit = (match: { readonly rule: SigmaRule }): void => {
    if (match.rule === rule) fired++
  }
  for (const [index, fields] of each.events.entries()) engine.observe(caseEventOf(fields, each, index + 1), emit)
  engine.finish(emit)
  const isRight = rejects.length === 0 && (each.fires === 'any' ? fired > 0 : fired === each.fires)
  return { case: each, rule, fired, isRight, problems: rejects }
}

/** An event as the engine sees it. Events of Windows have their own data first, then the system part. */
function caseEventOf(fields: CaseFields, each: RuleCase, ref: number): SigmaEvent {
  const facts = {
    timeMs: timeOf(fields),
    ref,
    ...(each.logsource === undefined ? {} : { logsource: each.logsource }),
  }
  return eventOf(isCaseMap(fields.System) ? windowsFieldsOf(fields, fields.System) : fields, facts)
}

function windowsFieldsOf(event: CaseFields, system: CaseFields): Record<string, FieldValue> {
  const fields: Record<string, FieldValue> = {}
  for (const [name, value] of Object.entries(system)) {
    if (!isCaseMap(value)) fields[name] = plainOf(value)
    else for (const [attribute, of] of Object.entries(value)) fields[`${name}_${attribute}`] = plainOf(of)
  }
  for (const part of [event.EventData, event.UserData]) {
    if (isCaseMap(part)) for (const [name, value] of Object.entries(part)) fields[name] = plainOf(value)
  }
  return fields
}

const plainOf = (value: CaseValue): FieldValue =>
  typeof value === 'object' && value !== null ? JSON.stringify(value) : value
