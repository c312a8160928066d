/** Recognises expressions that fail on purpose, so that the error message carries a value out. */
import { limits } from '../../../core/limits.ts'
import { at, type Code, hasRole, isCall, isWord, type Range } from './code.ts'
import { tokenKind } from './lexer.ts'
import { asksServer } from './server-questions.ts'
import { role } from './words.ts'

const numberTypes =
  /^(?:int|integer|bigint|smallint|numeric|decimal|float|real|double|number|date|datetime|timestamp|time|boolean|bool|uuid|xml|bit|int4|int8|float8|signed|unsigned)$/

/** True where such an expression stands anywhere; bounded looks into arguments. */
export function isErrorBased(code: Code): boolean {
  let looked = 0
  for (let i = 0; i < code.count && looked < limits.characterTestsMax; i++) {
    if (at(code, i) === '::' && numberTypes.test(at(code, i + 1)) && at(code, i - 1) === ')') {
      looked++
      if (asksServer(code, { from: openingOf(code, i - 1), to: i })) return true
    }
    if (at(code, i) === '/' && at(code, i + 1) === '(' && at(code, i + 2) === 'select') return true
    if (code.kinds[i] === tokenKind.number && /^(?:=|in)$/.test(at(code, i + 1))) {
      looked++
      if (carriesText(code, i + 1)) return true
    }
    if (!hasRole(code, i, role.error) || !isCall(code, i)) continue
    const word = at(code, i)
    const args = { from: i + 2, to: Math.min(code.closedBy[i + 1] as number, code.count) }
    looked++
    if (failsWithValue(code, word, args)) return true
  }
  return false
}

function failsWithValue(code: Code, word: string, args: Range): boolean {
  if (word === 'floor') return isWord(code, args.from, 'rand') && code.text.includes('count')
  if (word === 'sn' && at(code, args.from - 4) !== 'drithsx') return false
  if (word === 'convert') return numberTypes.test(at(code, args.from)) && asksServer(code, args)
  if (word === 'cast' || word === 'try_cast') {
    return isWord(code, args.to - 2, 'as') && numberTypes.test(at(code, args.to - 1)) && asksServer(code, args)
  }
  return (
    asksServer(code, args) ||
    code.text.slice(args.from, args.to).some((t) => t === 'concat' || t === 'chr' || t === 'char')
  )
}

/** Number = text built around a query: the conversion fails and the message holds the text. */
function carriesText(code: Code, i: number): boolean {
  let open = i + 1
  if (/^concat(?:_ws)?$/.test(at(code, open))) open++
  const built = open > i + 1
  if (code.kinds[open] !== tokenKind.open) return false
  const range = { from: open + 1, to: Math.min(code.closedBy[open] as number, code.count) }
  let joins = built
  let text = false
  let query = 0
  for (let j = range.from; j < range.to && j - open < limits.conditionTokensMax; j++) {
    if (isWord(code, j, 'case')) return false
    if (at(code, j) === '||' || at(code, j) === '+') joins = true
    if (code.kinds[j] === tokenKind.string || /^n?char?r?$/.test(at(code, j))) text = true
    if (isWord(code, j, 'select')) query++
  }
  return joins && text && query > (at(code, i) === 'in' ? 1 : 0)
}

function openingOf(code: Code, close: number): number {
  let depth = 0
  for (let i = close; i >= 0; i--) {
    if (code.kinds[i] === tokenKind.close) depth++
    else if (code.kinds[i] === tokenKind.open && --depth === 0) return i
  }
  return 0
}
