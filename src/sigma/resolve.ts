/** Makes rules whole: replaces placeholders by the office's values, applies filters, and follows the references of
 *  correlations. What cannot be made whole is a problem with a name, and the rest goes on. */
import { type Expression, expressionOf, expressionOfDetection, join, PredicateTable } from './expression.ts'
import { faultOf, RuleFault } from './parse-detection.ts'
import type { Placeholders } from './placeholders.ts'
import type {
  Condition,
  CorrelationRule,
  Detection,
  DetectionRule,
  FilterRule,
  RuleHead,
  RuleProblem,
  SigmaRule,
} from './rule.ts'
import { buildItem, type ItemFault } from './values.ts'

/** A detection rule with its logic. */
export interface ResolvedDetection {
  readonly rule: DetectionRule
  readonly expression: Expression
}

/** A correlation with the rules that it refers to, in the order of the rule. */
export interface ResolvedCorrelation {
  readonly rule: CorrelationRule
  readonly of: readonly (DetectionRule | CorrelationRule)[]
}

/** Rules that can be compiled, and what is wrong with the others. Correlations stand behind all that they refer to. */
export interface ResolvedRules {
  readonly detections: readonly ResolvedDetection[]
  readonly correlations: readonly ResolvedCorrelation[]
  readonly table: PredicateTable
  readonly rejects: readonly RuleProblem[]
}

class Waits extends RuleFault {}

/** A problem of a rule. */
function problemOf(rule: RuleHead, problem: string, mend: string, line = rule.place.line, waits = false): RuleProblem {
  const { title, id, place } = rule
  const kind = waits ? 'waits' : 'rule'
  return { file: place.file, line, title, ...(id === undefined ? {} : { id }), kind, problem, mend }
}

/** Puts the office's values in. */
function fill(detection: Detection, placeholders: Placeholders): Detection {
  if (detection.kind === 'item') return detection
  if (detection.kind !== 'placeholder')
    return { kind: detection.kind, of: detection.of.map((part) => fill(part, placeholders)) }
  const { field, modifiers, values, isList, line } = detection
  const built = buildItem(field, modifiers, values, isList, placeholders)
  if (built.ok) return built.value
  throw waitingOf(built.error, field, line)
}

function waitingOf(fault: ItemFault, field: string, line: number): RuleFault {
  const found = faultOf(fault, field, line)
  return fault.waits === true ? new Waits(found.line, found.message, found.mend) : found
}

function logicOf(rule: DetectionRule | FilterRule, placeholders: Placeholders, table: PredicateTable): Expression {
  const identifiers = new Map<string, Expression>()
  for (const [name, detection] of Object.entries(rule.detections)) {
    identifiers.set(name, expressionOfDetection(fill(detection, placeholders), table))
  }
  return expressionOf(rule.condition, identifiers)
}

/** Whether every identifier of a condition stands behind a `not`: then the condition says what is kept. */
export function saysWhatIsKept(condition: Condition, isNegated = false): boolean {
  switch (condition.kind) {
    case 'id':
      return isNegated
    case 'not':
      return saysWhatIsKept(condition.of, !isNegated)
    case 'and':
    case 'or':
      return condition.of.every((part) => saysWhatIsKept(part, isNegated))
  }
}

/** The names by which a rule can be referred to. */
const namesOf = ({ id, name }: RuleHead): string[] => [id, name].filter((each) => each !== undefined)

class Resolver {
  readonly table = new PredicateTable()
  readonly rejects: RuleProblem[] = []
  readonly #placeholders: Placeholders

  constructor(placeholders: Placeholders) {
    this.#placeholders = placeholders
  }

  /** The logic of a rule, or undefined where it has a problem. */
  logic(rule: DetectionRule | FilterRule): Expression | undefined {
    try {
      return logicOf(rule, this.#placeholders, this.table)
    } catch (thrown) {
      if (!(thrown instanceof RuleFault)) throw thrown
      this.rejects.push(problemOf(rule, thrown.message, thrown.mend, thrown.line, thrown instanceof Waits))
      return undefined
    }
  }

  /** Rules whose id or name another one has already are left out. */
  distinct(rules: readonly SigmaRule[]): SigmaRule[] {
    const seen = new Map<string, SigmaRule>()
    return rules.filter((rule) => {
      const taken = namesOf(rule).find((name) => seen.has(name))
      if (taken === undefined) for (const name of namesOf(rule)) seen.set(name, rule)
      else {
        const { file, line } = (seen.get(taken) as SigmaRule).place
        const problem = `Another rule has the same id or name, "${taken}": ${file}, line ${line}. This one is left out.`
        this.rejects.push(problemOf(rule, problem, 'Remove one of the two, or give it an id and a name of its own.'))
      }
      return taken === undefined
    })
  }

  /** Adds filters to the rules that they name. */
  filtered(resolved: readonly ResolvedDetection[], filters: readonly FilterRule[]): ResolvedDetection[] {
    const extra = new Map<DetectionRule, Expression[]>()
    for (const filter of filters) {
      const expression = this.logic(filter)
      if (expression === undefined) continue
      const kept: Expression = saysWhatIsKept(filter.condition) ? expression : { kind: 'not', of: expression }
      const targets = resolved.filter(({ rule }) => isFiltered(rule, filter))
      for (const { rule } of targets) extra.set(rule, [...(extra.get(rule) ?? []), kept])
      const missing =
        filter.rules === 'any' ? [] : filter.rules.filter((name) => !targets.some(({ rule }) => isNamed(rule, name)))
      if (missing.length > 0) {
        const problem = `The filter names rules of its log source that are not loaded: ${missing.join(', ')}.`
        this.rejects.push(
          problemOf(filter, problem, 'Load those rules, or remove the names; the filter holds for the others.'),
        )
      }
    }
    return resolved.map(({ rule, expression }) => {
      const found = extra.get(rule)
      return { rule, expression: found === undefined ? expression : join('and', [expression, ...found]) }
    })
  }

  /** Correlations in an order in which each stands behind what it refers to. */
  ordered(
    correlations: readonly CorrelationRule[],
    known: ReadonlyMap<string, DetectionRule | CorrelationRule>,
    usable: Set<SigmaRule>,
  ): ResolvedCorrelation[] {
    const order: ResolvedCorrelation[] = []
    const state = new Map<CorrelationRule, 'open' | 'done'>()
    const visit = (rule: CorrelationRule): void => {
      state.set(rule, 'open')
      const of: (DetectionRule | CorrelationRule)[] = []
      let fault: string | undefined
      for (const name of rule.rules) {
        const found = known.get(name)
        if (found?.kind === 'correlation' && !state.has(found)) visit(found)
        if (found === undefined) fault = `It refers to a rule that is not loaded: ${name}.`
        else if (found.kind === 'correlation' && state.get(found) === 'open')
          fault = `It refers to itself by way of ${name}.`
        else if (!usable.has(found)) fault = `It refers to a rule that cannot be used: ${name}.`
        else of.push(found)
      }
      state.set(rule, 'done')
      if (fault === undefined) {
        usable.add(rule)
        order.push({ rule, of })
      } else {
        this.rejects.push(
          problemOf(rule, fault, 'Load or mend what it refers to, by id or by name, and leave no circle.'),
        )
      }
    }
    for (const rule of correlations) if (!state.has(rule)) visit(rule)
    return order
  }
}

/** Filters name rules by id, name or title. */
const isNamed = (rule: DetectionRule, name: string): boolean => [...namesOf(rule), rule.title].includes(name)

/** A filter holds for rules that it names and whose log source says at least what its own says. */
function isFiltered(rule: DetectionRule, filter: FilterRule): boolean {
  const { product, category, service } = filter.logsource
  const fits =
    (product ?? rule.logsource.product) === rule.logsource.product &&
    (category ?? rule.logsource.category) === rule.logsource.category &&
    (service ?? rule.logsource.service) === rule.logsource.service
  return fits && (filter.rules === 'any' || filter.rules.some((name) => isNamed(rule, name)))
}

/** Makes rules whole. */
export function resolveRules(rules: readonly SigmaRule[], placeholders: Placeholders): ResolvedRules {
  const resolver = new Resolver(placeholders)
  const distinct = resolver.distinct(rules)
  const plain = distinct.flatMap((rule): ResolvedDetection[] => {
    const expression = rule.kind === 'detection' ? resolver.logic(rule) : undefined
    return rule.kind === 'detection' && expression !== undefined ? [{ rule, expression }] : []
  })
  const filters = distinct.filter((rule) => rule.kind === 'filter')
  const detections = resolver.filtered(plain, filters)
  const known = new Map<string, DetectionRule | CorrelationRule>()
  for (const rule of distinct) if (rule.kind !== 'filter') for (const name of namesOf(rule)) known.set(name, rule)
  const correlations = resolver.ordered(
    distinct.filter((rule) => rule.kind === 'correlation'),
    known,
    new Set<SigmaRule>(detections.map(({ rule }) => rule)),
  )
  return { detections, correlations, table: resolver.table, rejects: resolver.rejects }
}
