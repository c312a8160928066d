/** Texts of which every event that some rules match holds one, so that a reader of bytes can pass over all others before
 *  it makes events of them. */
import { type Announcing, announcingOf } from './announcing.ts'
import type { Expression, Predicate } from './expression.ts'
import { type FieldPlace, namesOf } from './field-place.ts'
import { literalFrequency } from './guesses.ts'
import { type PredicateTraits, witnessesOf } from './program.ts'
import type { Anchoring } from './text.ts'

/** A folded text, and the names of the fields of which one holds it, as the log has them; none where it may stand in any
 *  value. */
export interface CoverLiteral {
  readonly names: readonly string[]
  readonly literal: string
  readonly anchoring: Anchoring
}

/** Which fields say little, so that rules are told by others where they can be. */
export type IsCommon = (name: string) => boolean

/** A predicate on a field that says little is taken where there is no other. */
const commonFrequency = 1_000

/** A cover of rules; undefined where a rule can match without any text that could be named. No rules have an empty one. */
export function coverOf(
  expressions: readonly Expression[],
  predicates: readonly Predicate[],
  placeOf: (field: string) => FieldPlace,
  isCommon: IsCommon,
): readonly CoverLiteral[] | undefined {
  const known = new Map<number, Announcing & { readonly names: readonly string[] }>()
  const announcing = (number: number): Announcing & { readonly names: readonly string[] } => {
    const found = known.get(number)
    if (found !== undefined) return found
    const { field, tests } = predicates[number] as Predicate
    const place: FieldPlace = field === '' ? { names: [] } : placeOf(field)
    const of = announcingOf(number, tests)
    // What is read as another value, or put together of several, does not stand in the log as rules name it; and what is
    // empty is not found.
    const isElsewhere = place.values !== undefined || place.joined !== undefined
    const isSilent = of.isSilent || isElsewhere || of.literals.some(({ literal }) => literal === '')
    const made = { ...of, isSilent, names: namesOf(place) }
    known.set(number, made)
    return made
  }
  const traits: Pick<PredicateTraits, 'isAnnounced' | 'frequency'> = {
    isAnnounced: (number) => !announcing(number).isSilent,
    frequency: (number) => {
      const { names, literals } = announcing(number)
      if (names.some(isCommon)) return commonFrequency
      return literals.reduce((sum, literal) => sum + literalFrequency(literal), 0)
    },
  }
  const cover = new Map<string, CoverLiteral>()
  for (const expression of expressions) {
    const witnesses = witnessesOf(expression, traits)
    if (witnesses === undefined) return undefined
    for (const number of witnesses.predicates) {
      const { names, literals } = announcing(number)
      for (const { literal, anchoring } of literals) {
        cover.set(`${names.join(' ')}\n${anchoring}\n${literal}`, { names, literal, anchoring })
      }
    }
  }
  return [...cover.values()]
}
