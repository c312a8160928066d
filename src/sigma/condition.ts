/** Reads a condition (rules specification, "Condition") into a tree over search identifiers. `1 of` and `all of` are
 *  resolved into the identifiers that they mean. The old aggregations behind a pipe are refused by name. */
import { limits } from '../core/limits.ts'
import { err, ok, type Result } from '../core/result.ts'
import type { Condition } from './rule.ts'
import type { ItemFault } from './values.ts'

class Fault extends Error {
  readonly fault: ItemFault

  constructor(problem: string, mend: string) {
    super(problem)
    this.fault = { problem, mend }
  }
}

/** Recursive descent: or, and, not, x of, parentheses, each binding tighter than the one before. */
class ConditionParser {
  readonly #tokens: readonly string[]
  readonly #identifiers: readonly string[]
  #at = 0
  #depth = 0

  constructor(tokens: readonly string[], identifiers: readonly string[]) {
    this.#tokens = tokens
    this.#identifiers = identifiers
  }

  parse(): Condition {
    const condition = this.#or()
    const left = this.#tokens[this.#at]
    if (left === undefined) return condition
    throw new Fault(`The condition goes on with "${left}" where it should end.`, 'Put and, or or a parenthesis there.')
  }

  /** Whether the next token is a word of the language, which an identifier of that name hides. */
  #isNext(word: string): boolean {
    const token = this.#tokens[this.#at]
    return token !== undefined && token.toLowerCase() === word && !this.#identifiers.includes(token)
  }

  #or(): Condition {
    if (++this.#depth > limits.sigmaNestingMax) {
      throw new Fault('The condition nests deeper than can be read.', 'Write it with fewer parentheses.')
    }
    const of = [this.#and()]
    while (this.#isNext('or')) {
      this.#at++
      of.push(this.#and())
    }
    this.#depth--
    return of.length === 1 ? (of[0] as Condition) : { kind: 'or', of }
  }

  #and(): Condition {
    const of = [this.#not()]
    while (this.#isNext('and')) {
      this.#at++
      of.push(this.#not())
    }
    return of.length === 1 ? (of[0] as Condition) : { kind: 'and', of }
  }

  #not(): Condition {
    let isNegated = false
    while (this.#isNext('not')) {
      this.#at++
      isNegated = !isNegated
    }
    const of = this.#primary()
    return isNegated ? { kind: 'not', of } : of
  }

  #primary(): Condition {
    const token = this.#tokens[this.#at++]
    if (token === undefined)
      throw new Fault('The condition ends where a search identifier should stand.', 'Complete it.')
    if (token === '(') {
      const inner = this.#or()
      if (this.#tokens[this.#at++] !== ')') throw new Fault('A parenthesis is not closed.', 'Close it.')
      return inner
    }
    if (this.#identifiers.includes(token)) return { kind: 'id', name: token }
    if (this.#isNext('of')) return this.#of(token)
    if (token === '|' || token.startsWith('|')) throw aggregation()
    throw new Fault(
      `The condition names "${token}", which the detection does not have.`,
      `Use one of ${this.#identifiers.join(', ') || 'the search identifiers that the detection has'}.`,
    )
  }

  #of(quantity: string): Condition {
    const isAll = quantity.toLowerCase() === 'all'
    if (!isAll && quantity !== '1' && quantity.toLowerCase() !== 'any') {
      throw new Fault(`"${quantity} of" is not part of a condition.`, 'Write 1 of or all of.')
    }
    this.#at++
    const pattern = this.#tokens[this.#at++]
    if (pattern === undefined || pattern === '(' || pattern === ')') {
      throw new Fault('Behind "of" no name stands.', 'Write them, or a name with *.')
    }
    const names = this.#named(pattern)
    if (names.length === 0) {
      throw new Fault(
        `No search identifier fits "${pattern}".`,
        `Use one of ${this.#identifiers.join(', ')}, or add what is missing.`,
      )
    }
    const of: Condition[] = names.map((name) => ({ kind: 'id', name }))
    return of.length === 1 ? (of[0] as Condition) : { kind: isAll ? 'and' : 'or', of }
  }

  /** Identifiers that begin with `_` are left out, unless the pattern begins so too. */
  #named(pattern: string): string[] {
    const isThem = pattern.toLowerCase() === 'them' && !this.#identifiers.includes(pattern)
    const pieces = isThem ? ['', ''] : pattern.split('*')
    return this.#identifiers.filter((name) => (pattern.startsWith('_') || !name.startsWith('_')) && fits(name, pieces))
  }
}

/** Whether a name is the pieces with anything between them. */
function fits(name: string, pieces: readonly string[]): boolean {
  const [first = '', ...others] = pieces
  const last = others.pop()
  if (last === undefined) return name === first
  if (!name.startsWith(first) || name.length < first.length + last.length || !name.endsWith(last)) return false
  let at = first.length
  const end = name.length - last.length
  for (const piece of others) {
    const found = name.indexOf(piece, at)
    if (found < 0 || found + piece.length > end) return false
    at = found + piece.length
  }
  return true
}

const aggregation = (): Fault =>
  new Fault(
    'The condition counts behind a pipe, which is no longer part of Sigma.',
    'Write a correlation rule of type event_count or value_count that refers to this rule.',
  )

/** Reads one condition over the identifiers of its detection. */
export function parseCondition(text: string, identifiers: readonly string[]): Result<Condition, ItemFault> {
  const tokens = text.match(/[()]|[^\s()]+/g) ?? []
  try {
    if (tokens.some((token) => token.startsWith('|'))) throw aggregation()
    if (tokens.length > limits.sigmaConditionTokensMax) {
      throw new Fault('The condition is longer than can be read.', 'Join search identifiers by "1 of" and "all of".')
    }
    return ok(new ConditionParser(tokens, identifiers).parse())
  } catch (thrown) {
    if (thrown instanceof Fault) return err(thrown.fault)
    throw thrown
  }
}
