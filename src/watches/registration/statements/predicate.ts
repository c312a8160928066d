/** Reads a query's WHERE for what it says about the number of rows: a key, a pivot (the next row behind a value), row
 *  numbers, rows skipped by NOT IN (SELECT TOP n ...). Constant conditions are left out. */
import {
  at,
  type Code,
  isCall,
  isLiteral,
  isName,
  isWord,
  normalText,
  numberValue,
  type Range,
  stringValue,
} from './code.ts'
import { tokenKind } from './lexer.ts'
import type { Outline, Query } from './outline.ts'

/** What WHERE says of the rows. */
export interface Predicate {
  /** In normal form, literals included; empty for none. */
  readonly text: string
  /** `key`: each part is an equality with a value. `pivot`: one part says "behind this value". */
  readonly form: 'none' | 'key' | 'pivot' | 'other'
  /** Rows by number, where the query numbers them. */
  readonly rows?: { readonly offset: number; readonly limit: number | undefined }
  /** Rows left out by NOT IN (SELECT TOP n ...). */
  readonly skipped?: number
}

/** Reads the WHERE of `query` and of the derived query `source` that it draws from; `rowNames` name row numbers. */
export function predicateOf(outline: Outline, query: Query, source: Query, rowNames: ReadonlySet<string>): Predicate {
  const { code } = outline
  const reading: Reading = { outline, rowNames, parts: [], low: 0, high: Number.POSITIVE_INFINITY, numbered: false }
  for (const each of query === source ? [query] : [source, query]) readWhere(code, each.where, reading)
  const text = reading.parts.map((part) => normalText(code, part.range)).join(' and ')
  const forms = reading.parts.map((part) => part.form)
  return {
    text,
    form: formOf(forms),
    ...(reading.numbered ? { rows: { offset: reading.low, limit: finite(reading.high - reading.low) } } : {}),
    ...(reading.skipped === undefined ? {} : { skipped: reading.skipped }),
  }
}

const finite = (n: number): number | undefined => (Number.isFinite(n) ? Math.max(0, n) : undefined)

type Form = 'key' | 'pivot' | 'other'

function formOf(forms: readonly Form[]): Predicate['form'] {
  if (forms.length === 0) return 'none'
  if (forms.includes('other')) return 'other'
  const pivots = forms.filter((form) => form === 'pivot').length
  return pivots === 0 ? 'key' : pivots === 1 ? 'pivot' : 'other'
}

interface Reading {
  readonly outline: Outline
  readonly rowNames: ReadonlySet<string>
  readonly parts: { range: Range; form: Form }[]
  /** Rows numbered above `low` and up to `high`. */
  low: number
  high: number
  numbered: boolean
  skipped?: number
}

function readWhere(code: Code, where: Range, reading: Reading): void {
  const range = unwrapped(code, where)
  const parts = conjuncts(code, range)
  if (parts === null) {
    reading.parts.push({ range, form: 'other' })
    return
  }
  for (const part of parts) {
    const inner = unwrapped(code, part)
    if (isConstant(code, inner) || readRowNumber(code, inner, reading) || readSkip(code, inner, reading)) continue
    reading.parts.push({ range: inner, form: partForm(code, inner) })
  }
}

/** Takes off parentheses around the whole. */
function unwrapped(code: Code, range: Range): Range {
  let { from, to } = range
  while (code.kinds[from] === tokenKind.open && code.closedBy[from] === to - 1 && to - from > 2) {
    from++
    to--
  }
  return { from, to }
}

/** Splits at AND; null where OR stands at the same level. */
function conjuncts(code: Code, range: Range): Range[] | null {
  const parts: Range[] = []
  let from = range.from
  let between = false
  for (let i = range.from; i < range.to; i++) {
    if (code.kinds[i] === tokenKind.open) i = Math.min(code.closedBy[i] as number, range.to)
    else if (isWord(code, i, 'or') || isWord(code, i, 'xor')) return null
    else if (isWord(code, i, 'between')) between = true
    else if (isWord(code, i, 'and') || at(code, i) === '&&') {
      if (!between && i > from) parts.push({ from, to: i })
      if (!between) from = i + 1
      between = false
    }
  }
  if (range.to > from) parts.push({ from, to: range.to })
  return parts
}

const isSimple = (code: Code, i: number): boolean => isLiteral(code, i) || code.kinds[i] === tokenKind.parameter

/** Two literals compared: says nothing about the rows. */
const isConstant = (code: Code, part: Range): boolean =>
  (part.to - part.from === 3 && isLiteral(code, part.from) && isLiteral(code, part.to - 1)) ||
  (part.to - part.from === 1 && code.kinds[part.from] === tokenKind.number)

/** ROWNUM=4, rn BETWEEN 4 AND 4, r>3 AND r<=4 */
function readRowNumber(code: Code, part: Range, reading: Reading): boolean {
  let i = part.from
  if (at(code, i + 1) === '.') i += 2
  if (!isName(code, i) || !reading.rowNames.has(at(code, i)) || isCall(code, i)) return false
  const operator = at(code, i + 1)
  const first = i + (at(code, i + 2) === '(' ? 3 : 2)
  if (code.kinds[first] !== tokenKind.number) return false
  const n = numberValue(at(code, first))
  if (!Number.isFinite(n)) return false
  reading.numbered = true
  if (operator === 'between') {
    const last = code.kinds[first + 2] === tokenKind.number ? numberValue(at(code, first + 2)) : n
    reading.low = Math.max(reading.low, n - 1)
    reading.high = Math.min(reading.high, last)
  } else if (operator === '>' || operator === '>=') reading.low = Math.max(reading.low, operator === '>' ? n : n - 1)
  else if (operator === '<' || operator === '<=') reading.high = Math.min(reading.high, operator === '<' ? n - 1 : n)
  else {
    reading.low = Math.max(reading.low, n - 1)
    reading.high = Math.min(reading.high, n)
  }
  return true
}

/** x NOT IN (SELECT TOP 4 x FROM ...) */
function readSkip(code: Code, part: Range, reading: Reading): boolean {
  for (let i = part.from; i < part.to - 3; i++) {
    if (code.kinds[i] === tokenKind.open) i = Math.min(code.closedBy[i] as number, part.to)
    if (!isWord(code, i, 'not') || !isWord(code, i + 1, 'in') || !isWord(code, i + 3, 'select')) continue
    const inner = reading.outline.queries.find((query) => query.start === i + 3)
    const skipped = inner?.top ?? inner?.limit
    if (skipped === undefined) return false
    reading.skipped = skipped
    return true
  }
  return false
}

function partForm(code: Code, part: Range): Form {
  let comparison = -1
  for (let i = part.from; i < part.to; i++) {
    if (code.kinds[i] === tokenKind.open) {
      i = Math.min(code.closedBy[i] as number, part.to)
      continue
    }
    if (!/^(?:=|<|>|<=|>=|<=>|like|rlike|between|in)$/.test(at(code, i)) || isLiteral(code, i)) continue
    if (comparison >= 0) return 'other'
    comparison = i
  }
  if (comparison < 0 || isWord(code, part.from, 'not') || isWord(code, comparison - 1, 'not')) return 'other'
  const operator = at(code, comparison)
  const right = unwrapped(code, { from: comparison + 1, to: part.to })
  const left = unwrapped(code, { from: part.from, to: comparison })
  const value = isValue(code, right) ? right : isValue(code, left) ? left : null
  if (value === null) return 'other'
  if (operator === '=' || operator === '<=>') return 'key'
  if (operator === 'like') return hasWildcard(code, value) ? 'other' : 'key'
  return /^[<>]=?$/.test(operator) ? 'pivot' : 'other'
}

/** A literal, signed, cast or built with CHR(n)||CHR(m); a parameter; a query of its own. */
function isValue(code: Code, range: Range): boolean {
  let { from } = range
  if (isWord(code, from, 'select')) return true
  if (from >= range.to) return false
  while (from < range.to) {
    const text = at(code, from)
    const built = isCall(code, from) && /^(?:chr|char|nchar|concat|cast|unhex|convert_from|decode)$/.test(text)
    const joins = text === '||' || text === '+' || text === '-' || text === ',' || text === '(' || text === ')'
    if (text === '::' || isWord(code, from, 'as')) from++
    else if (!built && !joins && !isSimple(code, from)) return false
    from++
  }
  return true
}

function hasWildcard(code: Code, range: Range): boolean {
  for (let i = range.from; i < range.to; i++) {
    if (code.kinds[i] === tokenKind.string && /%/.test(stringValue(at(code, i)))) return true
  }
  return false
}

/** ROWNUM AS n, ROW_NUMBER() OVER (ORDER BY x) AS n: the names given to row numbers, and their order. */
export function rowNumbers(code: Code, list: Range): { aliases: string[]; order: Range } {
  const aliases: string[] = []
  let order: Range = { from: 0, to: 0 }
  for (let i = list.from; i < list.to; i++) {
    let end = -1
    if (isWord(code, i, 'rownum')) end = i
    else if (
      isWord(code, i, 'over') &&
      code.kinds[i + 1] === tokenKind.open &&
      /^(?:row_number|rank|dense_rank)$/.test(at(code, i - 3))
    ) {
      end = Math.min(code.closedBy[i + 1] as number, list.to)
      for (let j = i + 2; j < end - 1; j++) {
        if (isWord(code, j, 'order') && isWord(code, j + 1, 'by')) {
          order = { from: j + 2, to: end }
          break
        }
      }
    }
    if (end < 0) continue
    const name = isWord(code, end + 1, 'as') ? end + 2 : end + 1
    if (name <= list.to && isName(code, name)) aliases.push(at(code, name))
    i = end
  }
  return { aliases, order }
}
