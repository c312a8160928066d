/** How often predicates hold, guessed from rules alone: what is long is rare, and what many rules name is common. */
import type { Expression } from './expression.ts'
import type { ScanLiteral } from './scan-literal.ts'

/** Share of events on which a literal stands, roughly: the longer the rarer, and rarer still at a fixed place. */
export function literalFrequency({ literal, anchoring }: ScanLiteral): number {
  return Math.max(0.0005, (anchoring === 'contains' ? 0.6 : 0.25) * 0.72 ** literal.length)
}

/** Calls for every predicate of an expression. */
export function visitPredicates(expression: Expression, visit: (predicate: number) => void): void {
  if (expression.kind === 'test') visit(expression.predicate)
  else if (expression.kind === 'not') visitPredicates(expression.of, visit)
  else for (const part of expression.of) visitPredicates(part, visit)
}

/** How often predicates are announced, roughly, before any event was seen. What many rules name is common: the programs
 *  of Windows itself. */
export function guessFrequencies(
  rules: readonly (readonly number[])[],
  literals: readonly (readonly ScanLiteral[])[],
): Float32Array {
  const rulesWith = new Map<string, number>()
  const keyOf = ({ literal, anchoring }: ScanLiteral): string => `${anchoring} ${literal}`
  for (const predicates of rules) {
    const found = new Set<string>()
    for (const predicate of predicates) for (const each of literals[predicate] ?? []) found.add(keyOf(each))
    for (const key of found) rulesWith.set(key, (rulesWith.get(key) ?? 0) + 1)
  }
  return Float32Array.from(literals, (all) => {
    let sum = 0
    for (const each of all) {
      const share = ((rulesWith.get(keyOf(each)) ?? 1) - 1) / rules.length
      sum += Math.max(literalFrequency(each), share)
    }
    return Math.min(1, sum)
  })
}
