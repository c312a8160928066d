/** The tokens of a statement that the server executes (comments left out), each with the text that a reader compares:
 *  words and names in lower case without quotes, operators as they stand, literals raw. */
import { type Dialect, lex, type TokenKind, Tokens, tokenKind } from './lexer.ts'
import { isCatalogueWord } from './vocabulary.ts'

export interface Code {
  readonly count: number
  readonly kinds: readonly TokenKind[]
  /** What readers compare: see above. Punctuation stands for itself. */
  readonly text: readonly string[]
  /** For `(` the index of the `)` that closes it, or `count`; for other tokens -1. */
  readonly closedBy: readonly number[]
  readonly unterminated: Tokens['unterminated']
}

/** A half-open range of tokens. */
export interface Range {
  readonly from: number
  readonly to: number
}

const scratch = new Tokens()

export function codeOf(statement: string, dialect: Dialect): Code {
  const tokens = lex(statement, dialect, scratch)
  const kinds: TokenKind[] = []
  const text: string[] = []
  const closedBy: number[] = []
  const open: number[] = []
  for (let i = 0; i < tokens.count; i++) {
    const kind = tokens.kinds[i] as TokenKind
    if (kind === tokenKind.comment) continue
    const raw = statement.slice(tokens.starts[i], tokens.ends[i])
    const at = kinds.length
    kinds.push(kind)
    text.push(kind === tokenKind.word ? raw.toLowerCase() : kind === tokenKind.name ? unquoted(raw) : raw)
    closedBy.push(-1)
    if (kind === tokenKind.open) {
      closedBy[at] = Number.MAX_SAFE_INTEGER
      open.push(at)
    } else if (kind === tokenKind.close) {
      const opening = open.pop()
      if (opening !== undefined) closedBy[opening] = at
    } else if (kind === tokenKind.semicolon) open.length = 0
  }
  const count = kinds.length
  for (let i = 0; i < count; i++) if ((closedBy[i] as number) > count) closedBy[i] = count
  return { count, kinds, text, closedBy, unterminated: tokens.unterminated }
}

function unquoted(raw: string): string {
  const start = /^u&/i.test(raw) ? 3 : 1
  return raw.slice(start, raw.length > start ? -1 : undefined).toLowerCase()
}

/** The token's text, or nothing beyond the ends. */
export const at = (code: Code, i: number): string => code.text[i] ?? ''

/** True for a bare word, not a quoted name or a string that reads like it. */
export const isWord = (code: Code, i: number, word: string): boolean =>
  code.kinds[i] === tokenKind.word && code.text[i] === word

export const isName = (code: Code, i: number): boolean =>
  code.kinds[i] === tokenKind.word || code.kinds[i] === tokenKind.name

export const isLiteral = (code: Code, i: number): boolean =>
  code.kinds[i] === tokenKind.string || code.kinds[i] === tokenKind.number

/** True where a word is called as a function. */
export const isCall = (code: Code, i: number): boolean => isName(code, i) && code.kinds[i + 1] === tokenKind.open

/** The value of a string literal: prefix and quotes off, doubled quotes and backslash escapes undone. */
export function stringValue(raw: string): string {
  const opening = raw.search(/['"$]/)
  if (opening < 0) return raw
  const mark = raw[opening] as string
  if (mark === '$') {
    const tag = /^\$[^$]*\$/.exec(raw)?.[0] ?? '$'
    return raw.slice(tag.length, raw.endsWith(tag) && raw.length >= 2 * tag.length ? -tag.length : undefined)
  }
  if (/^q/i.test(raw)) return raw.slice(3, -2)
  const body = raw.slice(opening + 1)
  const closed = body.endsWith(mark) ? body.slice(0, -1) : body
  return closed.replaceAll(mark + mark, mark).replace(/\\(['"\\])/g, '$1')
}

/** The value of a number literal; NaN if it is none. */
export const numberValue = (raw: string): number =>
  Number(raw.replace(/_|[dDfF]$/g, (c, i) => (c === '_' || (!/^0x/i.test(raw) && i > 0) ? '' : c)))

/** The text of a range in one normal form: single spaces where words meet, nothing else; literals as they stand. */
export function normalText(code: Code, range: Range): string {
  const parts: string[] = []
  let wordBefore = false
  for (let i = range.from; i < range.to; i++) {
    const kind = code.kinds[i] as TokenKind
    const wordly =
      kind === tokenKind.word || kind === tokenKind.name || kind === tokenKind.number || kind === tokenKind.string
    if (wordly && wordBefore) parts.push(' ')
    parts.push(at(code, i))
    wordBefore = wordly || kind === tokenKind.parameter
  }
  return parts.join('')
}

/** True where a word that only a database's description of itself has stands anywhere in the code. */
export const hasCatalogueWord = (code: Code): boolean =>
  code.text.some((text, i) => isName(code, i) && isCatalogueWord(text))
