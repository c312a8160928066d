/** The tests of a rule's values, made ready to be asked: each says whether a value passes. Of each test it is known, where
 *  it can be, of which texts a value that passes holds one, so that it need not be asked of most. */
import { limits } from '../core/limits.ts'
import { AddressRange } from './cidr.ts'
import type { FieldScalar, FieldValue } from './event.ts'
import { compileRegex, requiredTexts, shortestMatch } from './regex.ts'
import { parseRegex } from './regex-syntax.ts'
import type { NumberOrder, TimePart, ValueTest } from './rule.ts'
import { type Anchoring, allDashes, fold, foldDashes, Glob, many, simpleForm } from './text.ts'
import { timePartOf } from './time-part.ts'

/** What a test may look at beside its own field. */
export interface CheckScope {
  field(name: string): FieldValue | undefined
  /** A text was longer than is searched by a regular expression. */
  tooLong(): void
}

/** A test, ready. */
export interface Check {
  /** Whether a field's value passes. */
  passes(value: FieldValue | undefined, scope: CheckScope): boolean
}

/** A value as text; undefined for null. */
export function textOf(value: FieldScalar): string | undefined {
  if (typeof value === 'string') return value
  return value === null ? undefined : String(value)
}

const isList = (value: FieldValue | undefined): value is readonly FieldScalar[] => Array.isArray(value)

/** A check of the texts of a value: one of them must pass. */
function textCheck(passes: (text: string, scope: CheckScope) => boolean): Check {
  const one = (value: FieldScalar | undefined, scope: CheckScope): boolean => {
    const text = value === undefined ? undefined : textOf(value)
    return text !== undefined && passes(text, scope)
  }
  return {
    passes: (value, scope) => (isList(value) ? value.some((each) => one(each, scope)) : one(value, scope)),
  }
}

/** Whether two numbers stand in an order. */
export function compares(left: number, order: NumberOrder | 'eq' | 'neq', right: number): boolean {
  switch (order) {
    case 'lt':
      return left < right
    case 'lte':
      return left <= right
    case 'gt':
      return left > right
    case 'gte':
      return left >= right
    case 'eq':
      return left === right
    case 'neq':
      return left !== right
  }
}

const numberForm = /^\s*[+-]?\d+(?:\.\d+)?\s*$/

/** A text of decimal digits as a number; NaN for any other text. */
export const numberOf = (text: string): number =>
  text.length <= 64 && numberForm.test(text) ? Number(text) : Number.NaN

/** Folded literals of a pattern. */
const piecesOf = ({ pattern, dashes }: Extract<ValueTest, { kind: 'text' }>): string[] =>
  pattern.flatMap((piece) => (typeof piece === 'string' ? (dashes ? piece.split('-') : [piece]) : [])).map(fold)

/** Folded texts: a value that passes holds at least one. Undefined where nothing can be said. */
export function hintsOf(test: ValueTest): readonly string[] | undefined {
  let texts: readonly string[] = []
  if (test.kind === 'text')
    texts = [piecesOf(test).reduce((best, piece) => (piece.length > best.length ? piece : best), '')]
  if (test.kind === 'regex') {
    const tree = parseRegex(test.source, test.flags)
    if (tree.ok) texts = requiredTexts(tree.value)
  }
  return texts.length > 0 && texts.every((text) => text !== '') ? texts : undefined
}

let lastText = ''
let lastFolded = ''

/** The folded text; several checks ask for that of one value. */
function foldedOf(text: string): string {
  if (text !== lastText) {
    lastText = text
    lastFolded = fold(text)
  }
  return lastFolded
}

function patternCheck(test: Extract<ValueTest, { kind: 'text' }>): Check {
  const { pattern, cased, dashes } = test
  if (pattern.length === 1 && pattern[0] === many) return textCheck(() => true)
  const glob = new Glob(pattern)
  const prepare = (text: string): string => {
    const folded = cased ? text : foldedOf(text)
    return dashes ? foldDashes(folded) : folded
  }
  return textCheck((text) => glob.matches(prepare(text)))
}

function regexCheck(source: string, flags: string): Check {
  const [tree, compiled] = [parseRegex(source, flags), compileRegex(source, flags)]
  if (!tree.ok || !compiled.ok) throw new Error('a regular expression that was not checked when its rule was read')
  const texts = requiredTexts(tree.value)
  const shortest = shortestMatch(tree.value)
  return textCheck((text, scope) => {
    if (text.length < shortest) return false
    // A search for what it cannot do without is far cheaper than the expression.
    if (texts.length > 0 && !texts.some((each) => foldedOf(text).includes(each))) return false
    if (text.length <= limits.sigmaRegexSubjectCharactersMax) return compiled.value.test(text)
    scope.tooLong()
    return compiled.value.test(text.slice(0, limits.sigmaRegexSubjectCharactersMax))
  })
}

function fieldCheck(test: Extract<ValueTest, { kind: 'field' }>): Check {
  const prepare = (text: string): string => (test.cased ? text : fold(text))
  const stands = (text: string, other: string): boolean => {
    switch (test.anchoring) {
      case 'equals':
        return text === other
      case 'startswith':
        return text.startsWith(other)
      case 'endswith':
        return text.endsWith(other)
      case 'contains':
        return text.includes(other)
    }
  }
  return textCheck((text, scope) => {
    const other = scope.field(test.name)
    const others = isList(other) ? other : other === undefined ? [] : [other]
    return others.some((each) => {
      const found = textOf(each)
      return found !== undefined && stands(prepare(text), prepare(found))
    })
  })
}

function timeCheck(part: TimePart, order: NumberOrder | 'eq', value: number): Check {
  return textCheck((text) => compares(timePartOf(text, part), order, value))
}

/** Makes a test ready. */
export function makeCheck(test: ValueTest): Check {
  switch (test.kind) {
    case 'text':
      return patternCheck(test)
    case 'regex':
      return regexCheck(test.source, test.flags)
    case 'cidr': {
      const range = AddressRange.parse(test.range)
      return textCheck((text) => range?.contains(text) === true)
    }
    case 'number':
      return textCheck((text) => compares(numberOf(text), test.order, test.value))
    case 'time':
      return timeCheck(test.part, test.order, test.value)
    case 'null':
      return { passes: (value) => value === undefined || value === null }
    case 'exists':
      return { passes: (value) => (value !== undefined) === test.is }
    case 'field':
      return fieldCheck(test)
  }
}

/** The literals that decide a test, each at its place in the text; none where a scan cannot decide it. A literal with
 *  dashes that stand for one another becomes one for each way of writing them, while those are few. */
export function scannable(test: ValueTest): readonly { readonly literal: string; readonly anchoring: Anchoring }[] {
  const simple = test.kind === 'text' && !test.cased ? simpleForm(test.pattern) : undefined
  if (test.kind !== 'text' || simple === undefined) return []
  const { literal, anchoring } = simple
  if (!test.dashes) return [simple]
  const [first = '', ...rest] = literal.split('-')
  if (allDashes.length ** rest.length > limits.sigmaDashSpellingsMax) return []
  let spellings = [first]
  for (const part of rest) spellings = spellings.flatMap((text) => allDashes.map((dash) => text + dash + part))
  return spellings.map((each) => ({ literal: each, anchoring }))
}
