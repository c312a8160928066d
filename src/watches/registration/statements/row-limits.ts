/** Reads how a query says which rows it wants: TOP, FIRST and SKIP, LIMIT, OFFSET, FETCH. Numbers that are not written
 *  out (parameters) read as NaN. */
import { limits } from '../../../core/limits.ts'
import { at, type Code, isWord, numberValue } from './code.ts'
import { tokenKind } from './lexer.ts'

/** Which rows a query wants. */
export interface RowLimit {
  readonly limit?: number
  readonly offset?: number
  /** The token behind what was read. */
  readonly next: number
}

/** A number, in parentheses or not, or a sum of two; null for anything else. */
export function numberAt(code: Code, i: number, depth = 0): { readonly value: number; readonly next: number } | null {
  if (code.kinds[i] === tokenKind.open) {
    const inner = depth < limits.numberParenthesesMax ? numberAt(code, i + 1, depth + 1) : null
    return inner !== null && code.kinds[inner.next] === tokenKind.close ? { ...inner, next: inner.next + 1 } : null
  }
  if (code.kinds[i] === tokenKind.parameter) return { value: Number.NaN, next: i + 1 }
  if (code.kinds[i] !== tokenKind.number) return null
  const value = numberValue(at(code, i))
  const sign = at(code, i + 1)
  if ((sign === '+' || sign === '-') && code.kinds[i + 2] === tokenKind.number) {
    const second = numberValue(at(code, i + 2))
    return { value: sign === '+' ? value + second : value - second, next: i + 3 }
  }
  return { value, next: i + 1 }
}

/** DISTINCT, TOP n, FIRST n SKIP m (Firebird, Informix) behind SELECT. */
export function topAt(code: Code, i: number): RowLimit {
  let next = i
  let limit: number | undefined
  let offset: number | undefined
  while (/^(?:distinct|all|top|first|skip)$/.test(at(code, next))) {
    const word = at(code, next)
    if (word === 'distinct' || word === 'all') {
      next++
      continue
    }
    const number = numberAt(code, next + 1)
    if (number === null) break
    if (word === 'skip') offset = number.value
    else limit = number.value
    next = number.next
  }
  return { ...(limit === undefined ? {} : { limit }), ...(offset === undefined ? {} : { offset }), next }
}

/** `LIMIT 10`, `LIMIT 4,1`, `OFFSET 4 ROWS`, `FETCH NEXT 1 ROWS ONLY` at token i; null where the word is a name. */
export function rowLimitAt(code: Code, i: number): RowLimit | null {
  const next = at(code, i + 1)
  if (isWord(code, i, 'fetch')) {
    if (next !== 'first' && next !== 'next') return null
    const number = numberAt(code, i + 2)
    return number === null ? { limit: 1, next: i + 2 } : { limit: number.value, next: number.next }
  }
  const first = numberAt(code, i + 1)
  if (first === null) return next === 'all' && isWord(code, i, 'limit') ? { next: i + 2 } : null
  if (isWord(code, i, 'offset')) return { offset: first.value, next: first.next }
  const second = at(code, first.next) === ',' ? numberAt(code, first.next + 1) : null
  if (second === null) return { limit: first.value, next: first.next }
  return { offset: first.value, limit: second.value, next: second.next }
}
