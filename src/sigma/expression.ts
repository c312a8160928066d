/** Rules as boolean expressions over predicates. Predicates are shared: what two rules ask of the same field in the same
 *  words is one predicate. */
import type { Condition, Detection, DetectionItem, ValueTest } from './rule.ts'

/** What is asked of one field: one of the tests must pass. */
export interface Predicate {
  /** Empty: the whole event. */
  readonly field: string
  readonly tests: readonly ValueTest[]
}

/** A rule's logic. A test is the number of a predicate. */
export type Expression =
  | { readonly kind: 'test'; readonly predicate: number }
  | { readonly kind: 'not'; readonly of: Expression }
  | { readonly kind: 'and' | 'or'; readonly of: readonly Expression[] }

/** All predicates of an engine, each once. */
export class PredicateTable {
  readonly predicates: Predicate[] = []
  readonly #numbers = new Map<string, number>()

  /** The number of a predicate. */
  intern(predicate: Predicate): number {
    const key = JSON.stringify([predicate.field, predicate.tests])
    const known = this.#numbers.get(key)
    if (known !== undefined) return known
    const made = this.predicates.push(predicate) - 1
    this.#numbers.set(key, made)
    return made
  }
}

/** Joins expressions, taking in those of the same kind. */
export function join(kind: 'and' | 'or', parts: readonly Expression[]): Expression {
  const of = parts.flatMap((part) => (part.kind === kind ? part.of : [part]))
  return of.length === 1 ? (of[0] as Expression) : { kind, of }
}

/** The expression of a condition over the expressions of its identifiers. */
export function expressionOf(condition: Condition, identifiers: ReadonlyMap<string, Expression>): Expression {
  switch (condition.kind) {
    case 'id': {
      const found = identifiers.get(condition.name)
      if (found === undefined) throw new Error('a condition over an identifier that its rule does not have')
      return found
    }
    case 'not':
      return { kind: 'not', of: expressionOf(condition.of, identifiers) }
    case 'and':
    case 'or':
      return join(
        condition.kind,
        condition.of.map((part) => expressionOf(part, identifiers)),
      )
  }
}

/** The expression of a search identifier whose placeholders have been replaced. */
export function expressionOfDetection(detection: Detection, table: PredicateTable): Expression {
  switch (detection.kind) {
    case 'item':
      return expressionOfItem(detection, table)
    case 'placeholder':
      throw new Error('a placeholder that was not replaced')
    case 'all':
    case 'any':
      return join(
        detection.kind === 'all' ? 'and' : 'or',
        detection.of.map((part) => expressionOfDetection(part, table)),
      )
  }
}

function expressionOfItem(item: DetectionItem, table: PredicateTable): Expression {
  const groups = item.groups.map((tests): Expression => {
    return { kind: 'test', predicate: table.intern({ field: item.field, tests }) }
  })
  const all = join('and', groups)
  return item.negated ? { kind: 'not', of: all } : all
}
