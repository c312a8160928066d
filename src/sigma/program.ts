/** Writes expressions as programs of jumps, and finds for each rule a set of predicates of which one must hold for the
 *  rule to match: the rule's witnesses. A rule whose witnesses are silent is not looked at. */
import type { Expression } from './expression.ts'

/** The end of a program. */
export const isTrue = -1
/** The end of a program. */
export const isFalse = -2

/** What is known of a predicate when programs are written. */
export interface PredicateTraits {
  /** A scan, or a hint, says when the predicate may hold; false: it must be asked each time. */
  readonly isAnnounced: (predicate: number) => boolean
  /** How often the predicate is announced, roughly: a share of events. */
  readonly frequency: (predicate: number) => number
  /** What it costs to ask, roughly: 0 for what the scan has decided. */
  readonly cost: (predicate: number) => number
}

/** Programs of several rules in one table: each node asks a predicate and says where to go on. */
export class ProgramTable {
  readonly predicates: number[] = []
  readonly onTrue: number[] = []
  readonly onFalse: number[] = []
  readonly #traits: PredicateTraits

  constructor(traits: PredicateTraits) {
    this.#traits = traits
  }

  /** Writes an expression; gives the node at which it begins. */
  add(expression: Expression, onTrue = isTrue, onFalse = isFalse): number {
    switch (expression.kind) {
      case 'test': {
        this.predicates.push(expression.predicate)
        this.onTrue.push(onTrue)
        return this.onFalse.push(onFalse) - 1
      }
      case 'not':
        return this.add(expression.of, onFalse, onTrue)
      case 'and':
        return this.#bestFirst(expression).reduceRight((entry, part) => this.add(part, entry, onFalse), onTrue)
      case 'or':
        return this.#bestFirst(expression).reduceRight((entry, part) => this.add(part, onTrue, entry), onFalse)
    }
  }

  /** Parts in an order in which the whole is decided early: the cheap ones first, then those that are likely to end it. */
  #bestFirst({ kind, of }: Extract<Expression, { kind: 'and' | 'or' }>): Expression[] {
    const sign = kind === 'and' ? 1 : -1
    return of
      .map((part) => ({ part, cost: this.#costOf(part), chance: sign * this.#chanceOf(part) }))
      .sort((a, b) => a.cost - b.cost || a.chance - b.chance)
      .map(({ part }) => part)
  }

  /** How often an expression holds, roughly. */
  #chanceOf(expression: Expression): number {
    if (expression.kind === 'test') {
      return this.#traits.isAnnounced(expression.predicate) ? this.#traits.frequency(expression.predicate) : 0.5
    }
    if (expression.kind === 'not') return 1 - this.#chanceOf(expression.of)
    const chances = expression.of.map((part) => this.#chanceOf(part))
    return expression.kind === 'and' ? Math.min(...chances) : Math.max(...chances)
  }

  #costOf(expression: Expression): number {
    if (expression.kind === 'test') return this.#traits.cost(expression.predicate)
    if (expression.kind === 'not') return this.#costOf(expression.of)
    return Math.max(...expression.of.map((part) => this.#costOf(part)))
  }
}

/** Predicates of which one holds whenever the rule matches, and how often one of them is announced. */
export interface Witnesses {
  readonly predicates: readonly number[]
  readonly frequency: number
}

/** The rarest witnesses of an expression; undefined where it can match without any announcement. */
export function witnessesOf(
  expression: Expression,
  traits: Pick<PredicateTraits, 'isAnnounced' | 'frequency'>,
): Witnesses | undefined {
  switch (expression.kind) {
    case 'test': {
      const { predicate } = expression
      return traits.isAnnounced(predicate)
        ? { predicates: [predicate], frequency: traits.frequency(predicate) }
        : undefined
    }
    case 'not':
      return expression.of.kind === 'not' ? witnessesOf(expression.of.of, traits) : undefined
    case 'and': {
      let best: Witnesses | undefined
      for (const part of expression.of) {
        const found = witnessesOf(part, traits)
        if (found !== undefined && (best === undefined || found.frequency < best.frequency)) best = found
      }
      return best
    }
    case 'or': {
      const predicates = new Set<number>()
      let frequency = 0
      for (const part of expression.of) {
        const found = witnessesOf(part, traits)
        if (found === undefined) return undefined
        for (const predicate of found.predicates) predicates.add(predicate)
        frequency += found.frequency
      }
      return { predicates: [...predicates], frequency }
    }
  }
}
