/** The literals that announce a predicate: texts that a scan of its field finds whenever the predicate may hold. */
import { hintsOf, scannable } from './checks.ts'
import type { ValueTest } from './rule.ts'
import type { ScanLiteral } from './scan-literal.ts'

/** How a predicate is announced. */
export interface Announcing {
  /** An even output decides the predicate, an odd one says that it should be asked. */
  readonly literals: readonly ScanLiteral[]
  /** Some of its tests are not decided by a scan. */
  readonly isAsked: boolean
  /** Some of its tests may hold without any announcement. */
  readonly isSilent: boolean
}

/** The announcing literals of a predicate with a number. */
export function announcingOf(predicate: number, tests: readonly ValueTest[]): Announcing {
  const literals: ScanLiteral[] = []
  let [isAsked, isSilent] = [false, false]
  for (const test of tests) {
    const deciding = scannable(test)
    for (const { literal, anchoring } of deciding) literals.push({ literal, anchoring, output: predicate * 2 })
    if (deciding.length > 0) continue
    isAsked = true
    const hints = hintsOf(test)
    if (hints === undefined) isSilent = true
    for (const literal of hints ?? []) literals.push({ literal, anchoring: 'contains', output: predicate * 2 + 1 })
  }
  return { literals, isAsked, isSilent }
}
