/** Two short forms of a judged text: the fingerprint (its tokens' types, repetition folded) and the shape (the text
 *  with its literals, lists and encodings levelled), equal for payloads that differ only in numbers and strings. */
import { limits } from '../../../core/limits.ts'
import type { Token, TokenType } from './tokens.ts'

const isLiteral = (type: TokenType): boolean => type === 'S' || type === 'N'

/** Types of the tokens, at most 48, with runs of literals, operators and lists folded. */
export function fingerprintOf(list: readonly Token[], quote: string): string {
  let out = quote
  for (const token of list) {
    const type = token.type
    if (out.length >= limits.fingerprintCharactersMax) break
    if (out.endsWith(type) && type !== '(' && type !== ')') continue
    if (out.endsWith(`${type},`)) {
      out = out.slice(0, -1)
      continue
    }
    out += type
  }
  return out
}

/** What each token contributes to the shape: `?` for a literal, one word for a keyword or a name. */
function written(token: Token): string {
  if (isLiteral(token.type) || token.value === 'null') return '?'
  if (token.type === '#') return '--'
  if (token.type === 'V' && !token.value.startsWith('@@')) return '@?'
  return token.value
}

const spellsString = /^(?:chr|char|nchar|unichr|nvl|hex|unhex)$/

/** The normalised text of the tokens. `CHR(65)||CHR(66)`, `?, ?, ?` and `? + ?` all become one `?`. */
export function shapeOf(list: readonly Token[], quote: string): string {
  const parts: string[] = []
  for (let i = 0; i < list.length && parts.length < limits.shapeCharactersMax; i++) {
    const token = list[i] as Token
    if (token.type === 'F' && spellsString.test(token.value)) {
      const close = literalCallEnd(list, i + 1)
      if (close > 0) {
        i = close
        append(parts, '?')
        continue
      }
    }
    append(parts, written(token))
  }
  return (quote + parts.join(' ')).replace(/[\x00-\x1f\x7f]/g, ' ').slice(0, limits.shapeCharactersMax)
}

/** The closing bracket of a call whose arguments are all literals, or -1. */
function literalCallEnd(list: readonly Token[], open: number): number {
  for (let i = open + 1; i < list.length; i++) {
    const type = (list[i] as Token).type
    if (type === ')') return i
    if (!isLiteral(type) && type !== ',') return -1
  }
  return -1
}

/** Appends a part, folding `? , ?`, `? || ?` and `? + ?` into one `?`. */
function append(parts: string[], part: string): void {
  const before = parts.at(-1)
  if (part === '?') {
    if (before === '?') return
    const joint = before === ',' || before === '||' || before === '+' || before === '.'
    if (joint && parts.at(-2) === '?') {
      parts.pop()
      return
    }
    // A sign of a number is part of the number.
    if ((before === '-' || before === '+') && parts.at(-2) !== '?' && parts.at(-2) !== ')') parts.pop()
  }
  parts.push(part)
}
