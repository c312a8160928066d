/** The tokens of a statement that the server executes (comments left out), each with the text that a reader compares:
 *  words and names in lower case without quotes, operators as they stand, literals raw. */
import { type Dialect, lex, type TokenKind, Tokens, tokenKind } from './lexer.ts'
import { detached, wordOf } from './words.ts'

/** A statement's executed tokens as columns. */
export interface Code {
  readonly count: number
  readonly kinds: Uint8Array
  /** Bits of `role` for words, 0 for others. */
  readonly roles: Int32Array
  /** All roles that occur. */
  readonly present: number
  /** What readers compare: see above. Punctuation stands for itself. */
  readonly text: readonly string[]
  /** For `(` the index of the `)` that closes it, or of its statement's end; for other tokens -1. */
  readonly closedBy: Int32Array
  readonly unterminated: Tokens['unterminated']
}

/** A half-open range of tokens. */
export interface Range {
  readonly from: number
  readonly to: number
}

const scratch = new Tokens()

/** Cuts a statement into code; never fails. */
export function codeOf(statement: string, dialect: Dialect): Code {
  const tokens = lex(statement, dialect, scratch)
  const kinds = new Uint8Array(tokens.count)
  const roles = new Int32Array(tokens.count)
  const closedBy = new Int32Array(tokens.count).fill(-1)
  const text: string[] = []
  const open: number[] = []
  let present = 0
  let count = 0
  for (let i = 0; i < tokens.count; i++) {
    const kind = tokens.kinds[i] as TokenKind
    if (kind === tokenKind.comment) continue
    kinds[count] = kind
    if (kind === tokenKind.open) open.push(count)
    else if (kind === tokenKind.close) {
      const opening = open.pop()
      if (opening !== undefined) closedBy[opening] = count
    } else if (kind === tokenKind.semicolon) closeAll(open, closedBy, count)
    const fixed = punctuation[kind]
    if (fixed !== undefined) text.push(fixed)
    else {
      const raw = statement.slice(tokens.starts[i], tokens.ends[i])
      if (kind === tokenKind.word) {
        const word = wordOf(raw)
        text.push(word.lower)
        roles[count] = word.roles
        present |= word.roles
      } else text.push(kind === tokenKind.name ? unquoted(raw) : raw)
    }
    count++
  }
  closeAll(open, closedBy, count)
  return { count, kinds, roles, present, text, closedBy, unterminated: tokens.unterminated }
}

/** Parentheses that are left open reach to where the statement ends. */
function closeAll(open: number[], closedBy: Int32Array, end: number): void {
  for (const opening of open) closedBy[opening] = end
  open.length = 0
}

const punctuation: readonly (string | undefined)[] = [
  undefined,
  undefined,
  undefined,
  undefined,
  undefined,
  undefined,
  undefined,
  '(',
  ')',
  ',',
  ';',
  '.',
  undefined,
]

function unquoted(raw: string): string {
  const start = /^u&/i.test(raw) ? 3 : 1
  const closed = raw.length > start && raw.at(-1) === (raw[0] === '[' ? ']' : raw[start - 1])
  return detached(raw.slice(start, closed ? -1 : undefined)).toLowerCase()
}

/** The token's text, or nothing beyond the ends. */
export const at = (code: Code, i: number): string => code.text[i] ?? ''

/** True for a bare word, not a quoted name or a string that reads like it. */
export const isWord = (code: Code, i: number, word: string): boolean =>
  code.kinds[i] === tokenKind.word && code.text[i] === word

/** True for a word or a quoted name. */
export const isName = (code: Code, i: number): boolean =>
  code.kinds[i] === tokenKind.word || code.kinds[i] === tokenKind.name

/** True for a string or a number. */
export const isLiteral = (code: Code, i: number): boolean =>
  code.kinds[i] === tokenKind.string || code.kinds[i] === tokenKind.number

/** True where the word has one of the roles (bits of `role`). */
export const hasRole = (code: Code, i: number, roles: number): boolean => ((code.roles[i] ?? 0) & roles) !== 0

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
