/** Reads the conditions of a statement: comparisons that are true or false whatever the data (tautologies, probes),
 *  comparisons of one character or length at a time (blind extraction), and forms that carry a value out in an error
 *  message. Facts of the text; that an application writes some of them itself is for others to know. */
import { limits } from '../../../core/limits.ts'
import {
  at,
  type Code,
  hasRole,
  isCall,
  isLiteral,
  isName,
  isWord,
  numberValue,
  type Range,
  stringValue,
} from './code.ts'
import { isErrorBased } from './error-forms.ts'
import { type Dialect, tokenKind } from './lexer.ts'
import type { Outline, Query } from './outline.ts'
import { asksServer } from './server-questions.ts'
import { role } from './words.ts'

export interface Conditions {
  /** OR, and something that is always true. */
  readonly tautology: boolean
  /** Literals compared with each other, joined by AND or OR: a probe, true or false. */
  readonly constant: boolean
  readonly blind: boolean
  readonly errorBased: boolean
  /** Arguments of the functions that look at one character or length; queries in them are read bit by bit. */
  readonly characterTests: readonly Range[]
}

/** Reads all conditions of a statement; linear in its tokens. */
export function conditionsOf(outline: Outline, dialect: Dialect): Conditions {
  const { code } = outline
  const constants = constantConditions(code, dialect)
  const characterTests = findCharacterTests(code)
  const blind =
    characterTests.length > 0 || branchesOnQuery(code, constants.at) || outline.queries.some((q) => isCompared(code, q))
  return { ...constants, blind, errorBased: isErrorBased(code), characterTests }
}

const comparisons = new Set(['=', '<', '>', '<=', '>=', '<>', '!=', '<=>', '^=', '!<', '!>'])

/** True for `=` and its kin, LIKE, IN, BETWEEN, IS. */
export const isComparison = (code: Code, i: number): boolean =>
  code.kinds[i] === tokenKind.operator ? comparisons.has(at(code, i)) : hasRole(code, i, role.comparison)

type Value = { readonly value: number | string | symbol; readonly from: number; readonly to: number }

interface Constants {
  tautology: boolean
  constant: boolean
  /** Tokens at which a constant comparison stands. */
  readonly at: number[]
}

function constantConditions(code: Code, dialect: Dialect): Constants {
  const found: Constants = { tautology: false, constant: false, at: [] }
  const orBars = dialect === 'mysql' || dialect === 'any'
  for (let i = 0; i < code.count; i++) {
    if (isComparison(code, i)) readComparison(code, i, orBars, found)
    else if (isOr(code, i, orBars) && isTrueAlone(code, i + 1)) found.tautology = true
  }
  if (found.tautology) found.constant = true
  return found
}

const isOr = (code: Code, i: number, orBars: boolean): boolean =>
  isWord(code, i, 'or') || isWord(code, i, 'xor') || (orBars && at(code, i) === '||')
const isAnd = (code: Code, i: number): boolean =>
  isWord(code, i, 'and') || (code.kinds[i] === tokenKind.operator && at(code, i) === '&&')

function readComparison(code: Code, i: number, orBars: boolean, found: Constants): void {
  const left = operandBefore(code, isWord(code, i - 1, 'not') ? i - 2 : i - 1)
  if (left === null) return
  const outcome = comparisonOutcome(code, i, left)
  if (outcome === null) return
  found.at.push(i)
  let connector = left.from - 1
  let negated = false
  while (at(code, connector) === '(' || isWord(code, connector, 'not') || at(code, connector) === '!') {
    if (at(code, connector) !== '(') negated = !negated
    connector--
  }
  const or = isOr(code, connector, orBars)
  if (or || isAnd(code, connector)) found.constant = true
  if (or && outcome.value !== negated && restHolds(code, outcome.to)) found.tautology = true
  // MySQL reads x='a'='b' as (x='a')='b': false = 0 for every row but those that match.
  const chained = orBars && at(code, i) === '=' && at(code, connector) === '=' && isName(code, connector - 1)
  if (chained && left.value === '' && outcome.value) found.tautology = found.constant = true
}

/** What a comparison of constants says, and the token behind it; null where an operand is not constant. */
function comparisonOutcome(code: Code, i: number, left: Value): { value: boolean; to: number } | null {
  const negated = isWord(code, i - 1, 'not')
  const operator = at(code, i)
  if (operator === 'is') {
    const not = isWord(code, i + 1, 'not')
    const isNull = isWord(code, not ? i + 2 : i + 1, 'null')
    return isNull && typeof left.value !== 'symbol' ? { value: not, to: not ? i + 3 : i + 2 } : null
  }
  if (operator === 'in') {
    const first = at(code, i + 1) === '(' ? operandAfter(code, i + 2) : null
    if (first === null || typeof left.value === 'symbol') return null
    return { value: equal(left.value, first.value) !== negated, to: (code.closedBy[i + 1] as number) + 1 }
  }
  const right = operandAfter(code, i + 1)
  if (right === null) return null
  if (operator === 'between') {
    const high = isWord(code, right.to, 'and') ? operandAfter(code, right.to + 1) : null
    if (high === null) return null
    const inside = order(left.value, right.value) >= 0 && order(left.value, high.value) <= 0
    return { value: inside !== negated, to: high.to }
  }
  if (typeof left.value === 'symbol' && left.value !== right.value) return null
  return { value: compare(operator, left.value, right.value) !== negated, to: right.to }
}

function compare(operator: string, a: Value['value'], b: Value['value']): boolean {
  switch (operator) {
    case '<':
      return order(a, b) < 0
    case '>':
      return order(a, b) > 0
    case '<=':
    case '!>':
      return order(a, b) <= 0
    case '>=':
    case '!<':
      return order(a, b) >= 0
    case '<>':
    case '!=':
    case '^=':
      return !equal(a, b)
    case 'like':
    case 'ilike':
      // 'ab%' LIKE 'ab': the suffix that the application adds may stand on either side.
      return equal(a, b) || b === '%' || equal(String(a).replace(/%$/, ''), String(b).replace(/%$/, ''))
    default:
      return equal(a, b)
  }
}

const equal = (a: Value['value'], b: Value['value']): boolean =>
  a === b || (typeof a !== 'symbol' && String(a) === String(b))
const order = (a: Value['value'], b: Value['value']): number =>
  typeof a === 'number' && typeof b === 'number' ? a - b : String(a) < String(b) ? -1 : equal(a, b) ? 0 : 1

/** What follows with AND must hold too; true at the end of a condition. */
function restHolds(code: Code, from: number): boolean {
  let i = from
  for (;;) {
    while (at(code, i) === ')') i++
    if (!isAnd(code, i)) return true
    i++
    while (at(code, i) === '(') i++
    const left = operandAfter(code, i)
    if (left === null) return false
    if (!isComparison(code, left.to)) return left.value !== 0
    const outcome = comparisonOutcome(code, left.to, left)
    if (outcome?.value !== true) return false
    i = outcome.to
  }
}

/** OR 1, OR TRUE, OR NOT 0: an operand alone. */
function isTrueAlone(code: Code, from: number): boolean {
  let i = from
  let negated = false
  while (at(code, i) === '(' || isWord(code, i, 'not') || at(code, i) === '!') {
    if (at(code, i) !== '(') negated = !negated
    i++
  }
  const operand = isWord(code, i, 'true') ? { value: 1, to: i + 1 } : operandAfter(code, i)
  if (operand === null || typeof operand.value === 'symbol') return false
  let next = operand.to
  while (at(code, next) === ')') next++
  const ends = next >= code.count || at(code, next) === ';' || isOr(code, next, false) || isEndWord(code, next)
  return ends && ((Number.parseFloat(String(operand.value)) || 0) !== 0) !== negated
}

const isEndWord = (code: Code, i: number): boolean =>
  code.kinds[i] === tokenKind.word && /^(?:order|group|limit|union|having|offset|fetch|for)$/.test(at(code, i))

/** A literal, a sum of number literals, or a bare name (as a symbol of its own), at token i and on. */
function operandAfter(code: Code, i: number): Value | null {
  let from = i
  // The text may end before the parenthesis does: the application closes it.
  if (at(code, from) === '(' && isLiteral(code, from + 1) && /^\)?$/.test(at(code, from + 2))) {
    return literalAt(code, from + 1, from, from + 3)
  }
  const sign = at(code, from) === '-' || at(code, from) === '+' ? at(code, from++) : ''
  if (code.kinds[from] === tokenKind.number) return sum(code, from, sign === '-' ? -1 : 1, i)
  if (sign !== '') return null
  if (code.kinds[from] === tokenKind.string) return literalAt(code, from, from, from + 1)
  return nameAt(code, from)
}

function operandBefore(code: Code, i: number): Value | null {
  if (at(code, i) === ')' && isLiteral(code, i - 1) && at(code, i - 2) === '(')
    return literalAt(code, i - 1, i - 2, i + 1)
  if (code.kinds[i] === tokenKind.string) return literalAt(code, i, i, i + 1)
  if (code.kinds[i] !== tokenKind.number) return nameAt(code, i)
  let from = i
  for (let terms = 1; terms < limits.literalTermsMax; terms++) {
    if (!isArithmetic(code, from - 1) || code.kinds[from - 2] !== tokenKind.number) break
    from -= 2
  }
  const signed =
    at(code, from - 1) === '-' && !isLiteral(code, from - 2) && at(code, from - 2) !== ')' && !isColumn(code, from - 2)
  return sum(code, from, signed ? -1 : 1, signed ? from - 1 : from)
}

const isArithmetic = (code: Code, i: number): boolean =>
  code.kinds[i] === tokenKind.operator && /^[-+*/]$/.test(at(code, i))
const isColumn = (code: Code, i: number): boolean => isName(code, i) && !hasRole(code, i, role.keyword)

function literalAt(code: Code, i: number, from: number, to: number): Value {
  const raw = at(code, i)
  return { value: code.kinds[i] === tokenKind.number ? numberValue(raw) : stringValue(raw), from, to }
}

/** A bare, undotted name that is no call: compared with itself it is a constant. */
function nameAt(code: Code, i: number): Value | null {
  if (!isColumn(code, i) || isCall(code, i) || at(code, i - 1) === '.' || at(code, i + 1) === '.') return null
  return { value: Symbol.for(`sql:${at(code, i).slice(0, 64)}`), from: i, to: i + 1 }
}

/** Number literals joined by + - * /, with the usual precedence. */
function sum(code: Code, first: number, sign: number, from: number): Value {
  let total = 0
  let product = sign * numberValue(at(code, first))
  let i = first
  for (let terms = 1; terms < limits.literalTermsMax; terms++) {
    const operator = at(code, i + 1)
    if (!isArithmetic(code, i + 1) || code.kinds[i + 2] !== tokenKind.number) break
    const next = numberValue(at(code, i + 2))
    if (operator === '*') product *= next
    else if (operator === '/') product /= next
    else {
      total += product
      product = operator === '-' ? -next : next
    }
    i += 2
  }
  return { value: total + product, from, to: i + 1 }
}

function findCharacterTests(code: Code): Range[] {
  const tests: Range[] = []
  let looked = 0
  for (let i = 0; i < code.count && looked < limits.characterTestsMax; i++) {
    if (!hasRole(code, i, role.character) || !isCall(code, i)) continue
    looked++
    const close = code.closedBy[i + 1] as number
    const args = { from: i + 2, to: Math.min(close, code.count) }
    const turnsToCode = hasRole(code, i, role.code) && holdsCharacterFunction(code, args)
    if (turnsToCode || (isBesideComparison(code, i, close) && asksServer(code, args))) tests.push(args)
  }
  return tests
}

function holdsCharacterFunction(code: Code, range: Range): boolean {
  for (let i = range.from; i < range.to; i++) {
    if (isWord(code, i, 'select') || (hasRole(code, i, role.character) && isCall(code, i))) return true
  }
  return false
}

/** True where the expression from `start` to its closing parenthesis is one side of a comparison. */
function isBesideComparison(code: Code, start: number, close: number): boolean {
  let before = start - 1
  while (at(code, before) === '(') before--
  if (isComparison(code, before)) return true
  let after = close + 1
  for (;;) {
    if (at(code, after) === ')') after++
    else if (at(code, after) === '::') after += 2
    else if (isWord(code, after, 'not')) after++
    else return isComparison(code, after)
  }
}

/** A query whose value is compared with a literal as it stands: WHERE (SELECT ...) LIKE 'a%'. */
export function isCompared(code: Code, query: Query): boolean {
  if (query.tables.length === 0 && query.sources.length === 0) return false
  if (at(code, query.start - 1) !== '(') return false
  const before = query.start - 2
  if (isComparison(code, before) && at(code, before) !== 'in') return code.kinds[before - 1] === tokenKind.string
  const after = query.end + 1
  const operator = isWord(code, after, 'not') ? after + 1 : after
  return isComparison(code, operator) && at(code, operator) !== 'in' && operandAfter(code, operator + 1) !== null
}

/** CASE WHEN, IF and their kin whose condition is a query, a look at the server, or constant. */
function branchesOnQuery(code: Code, constants: readonly number[]): boolean {
  let constant = 0
  for (let i = 0; i < code.count; i++) {
    const when = isWord(code, i, 'when')
    if (!when && !(isCall(code, i) && /^(?:if|iif|elt|make_set|decode|nullif)$/.test(at(code, i)))) continue
    let to = i + 1
    const end = when ? code.count : Math.min(code.closedBy[i + 1] as number, code.count)
    while (
      to < end &&
      !isWord(code, to, 'then') &&
      !(when && isWord(code, to, 'when')) &&
      to - i < limits.conditionTokensMax
    )
      to++
    while (constant < constants.length && (constants[constant] as number) < i) constant++
    if (constant < constants.length && (constants[constant] as number) < to) return true
    if (
      at(code, i) !== 'nullif' &&
      asksServer(code, { from: i + 1, to: when ? to : firstArgumentEnd(code, i + 1, to) })
    )
      return true
    if (when) i = to - 1
  }
  return false
}

function firstArgumentEnd(code: Code, open: number, most: number): number {
  for (let i = open + 1; i < most; i++) {
    if (code.kinds[i] === tokenKind.comma) return i
    if (code.kinds[i] === tokenKind.open) i = Math.min(code.closedBy[i] as number, most)
  }
  return most
}
