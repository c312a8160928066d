/** The plan of a route: by which predicates its rules are noticed, and their conditions as programs. A plan can be made
 *  anew when it is known how often predicates hold in an office's own events: rules are then noticed by what is rare
 *  there. What matches is the same under every plan. */
import type { Expression } from './expression.ts'
import { type PredicateTraits, ProgramTable, type Witnesses, witnessesOf } from './program.ts'

/** How rules are noticed and decided. */
export interface RoutePlan {
  /** Rules that a predicate announces: those of `announced` from `starts[predicate]` to the next start. */
  readonly starts: Int32Array
  readonly announced: Int32Array
  /** Rules that must be asked of every event. */
  readonly always: readonly number[]
  /** Slots that must be scanned for every event. */
  readonly eager: readonly number[]
  /** Of rules: the node at which a program begins. */
  readonly entries: Int32Array
  /** Of program nodes. */
  readonly nodePredicate: Int32Array
  readonly onTrue: Int32Array
  readonly onFalse: Int32Array
}

/** What is known of predicates when a plan is made. Expressions have the engine's numbers of predicates, plans the
 *  route's. */
export interface PlanTraits extends PredicateTraits {
  /** How many predicates the route has. */
  readonly predicates: number
  readonly numberOf: (predicate: number) => number
  readonly slotOf: (predicate: number) => number
}

/** A scan of one more field costs about as much as looking at this many rules. */
const scanWorth = 0.4

interface Choice {
  readonly witnesses: Witnesses
  readonly slots: ReadonlySet<number>
}

function choiceOf(expression: Expression, traits: PlanTraits): Choice | undefined {
  const witnesses = witnessesOf(expression, traits)
  if (witnesses === undefined) return undefined
  return { witnesses, slots: new Set(witnesses.predicates.map((predicate) => traits.slotOf(predicate))) }
}

/** Gives up slots that few rules need, where those are noticed about as well by others. */
function withFewerSlots(
  expressions: readonly Expression[],
  choices: (Choice | undefined)[],
  traits: PlanTraits,
): (Choice | undefined)[] {
  const rulesOf = new Map<number, number[]>()
  for (const [rule, choice] of choices.entries()) {
    for (const slot of choice?.slots ?? []) {
      const rules = rulesOf.get(slot)
      if (rules === undefined) rulesOf.set(slot, [rule])
      else rules.push(rule)
    }
  }
  const left = new Set<number>()
  const without: PlanTraits = {
    ...traits,
    isAnnounced: (predicate) => traits.isAnnounced(predicate) && !left.has(traits.slotOf(predicate)),
  }
  const chosen = [...choices]
  for (const [slot, rules] of [...rulesOf].sort((a, b) => a[1].length - b[1].length)) {
    left.add(slot)
    const others = rules.map((rule) => choiceOf(expressions[rule] as Expression, without))
    let added = 0
    for (const [i, rule] of rules.entries()) {
      added += (others[i]?.witnesses.frequency ?? 2) - (chosen[rule]?.witnesses.frequency ?? 0)
      if (added > scanWorth) break
    }
    if (added > scanWorth) left.delete(slot)
    else for (const [i, rule] of rules.entries()) chosen[rule] = others[i]
  }
  return chosen
}

/** Rules by the predicates that announce them. */
function announcedBy(
  choices: readonly (Choice | undefined)[],
  traits: PlanTraits,
): Pick<RoutePlan, 'starts' | 'announced'> {
  const starts = new Int32Array(traits.predicates + 1)
  const noticedBy = (choice: Choice | undefined): number[] =>
    choice === undefined ? [] : choice.witnesses.predicates.map((predicate) => traits.numberOf(predicate))
  for (const choice of choices) {
    for (const predicate of noticedBy(choice)) starts[predicate + 1] = (starts[predicate + 1] as number) + 1
  }
  for (let i = 1; i < starts.length; i++) starts[i] = (starts[i] as number) + (starts[i - 1] as number)
  const announced = new Int32Array(starts[traits.predicates] as number)
  const next = starts.slice()
  for (const [rule, choice] of choices.entries()) {
    for (const predicate of noticedBy(choice)) {
      const at = next[predicate] as number
      announced[at] = rule
      next[predicate] = at + 1
    }
  }
  return { starts, announced }
}

/** Makes a plan. */
export function planRoute(expressions: readonly Expression[], traits: PlanTraits): RoutePlan {
  const first = expressions.map((expression) => choiceOf(expression, traits))
  const choices = withFewerSlots(expressions, first, traits)
  const programs = new ProgramTable(traits)
  const entries = Int32Array.from(expressions, (expression) => programs.add(expression))
  return {
    ...announcedBy(choices, traits),
    always: choices.flatMap((choice, rule) => (choice === undefined ? [rule] : [])),
    eager: [...new Set(choices.flatMap((choice) => [...(choice?.slots ?? [])]))],
    entries,
    nodePredicate: Int32Array.from(programs.predicates, traits.numberOf),
    onTrue: Int32Array.from(programs.onTrue),
    onFalse: Int32Array.from(programs.onFalse),
  }
}
