/** Cuts SQL text into tokens as PostgreSQL, MySQL/MariaDB and SQL Server do (Oracle's and SQLite's forms under `any`).
 *  White space is not a token; everything else is, comments included. It never fails: what is unterminated ends with
 *  the text and is said to be so. It knows no grammar and no meaning of words. */
import { limits } from '../../../core/limits.ts'
import { charClass, classOf, continuesOperator, isDigit, isHexDigit, isWordPart, longOperators } from './characters.ts'

/** Whose rules of quoting and commenting hold. `any` is for text of unknown origin: where the dialects disagree it
 *  takes the reading that leaves more text outside of quotes. */
export type Dialect = 'postgresql' | 'mysql' | 'sqlserver' | 'any'

/** `rest` holds all text behind `limits.statementTokensMax` tokens. */
export const tokenKind = {
  comment: 0,
  word: 1,
  /** A quoted identifier. */
  name: 2,
  string: 3,
  number: 4,
  parameter: 5,
  operator: 6,
  open: 7,
  close: 8,
  comma: 9,
  semicolon: 10,
  dot: 11,
  rest: 12,
} as const
export type TokenKind = (typeof tokenKind)[keyof typeof tokenKind]

/** The tokens of one text as columns, in its order; an object may be filled again and again. */
export class Tokens {
  count = 0
  kinds = new Uint8Array(256)
  starts = new Int32Array(256)
  ends = new Int32Array(256)
  /** What the text ended inside of. */
  unterminated: 'none' | 'string' | 'name' | 'comment' = 'none'

  push(kind: TokenKind, start: number, end: number): void {
    const at = this.count
    if (at === this.kinds.length) this.#grow()
    this.kinds[at] = kind
    this.starts[at] = start
    this.ends[at] = end
    this.count = at + 1
  }

  #grow(): void {
    const length = this.kinds.length * 4
    const [kinds, starts, ends] = [this.kinds, this.starts, this.ends]
    this.kinds = new Uint8Array(length)
    this.starts = new Int32Array(length)
    this.ends = new Int32Array(length)
    this.kinds.set(kinds)
    this.starts.set(starts)
    this.ends.set(ends)
  }
}

const quote = 39
const doubleQuote = 34
const backslash = 92
const backtick = 96

/** Cuts `text` into `into`, which it empties first. Linear in the text's length. */
export function lex(text: string, dialect: Dialect, into: Tokens = new Tokens()): Tokens {
  into.count = 0
  into.unterminated = 'none'
  new Lexer(text, dialect, into).run()
  return into
}

class Lexer {
  readonly text: string
  readonly dialect: Dialect
  readonly into: Tokens
  readonly length: number
  /** Where the token begins that is being read, and its kind. Methods named for tokens return the token's end. */
  at = 0
  kind: TokenKind = tokenKind.rest
  /** Inside MySQL's executable comment, whose content is code. */
  executable = false
  /** A quote of this sort was found to have no end: from there on it is an ordinary character (keeps `any` linear). */
  dollarIsPlain = false
  backtickIsPlain = false

  constructor(text: string, dialect: Dialect, into: Tokens) {
    this.text = text
    this.dialect = dialect
    this.into = into
    this.length = text.length
  }

  run(): void {
    const { text, length, into } = this
    while (this.at < length) {
      const c = text.charCodeAt(this.at)
      const is = classOf(c)
      if (is === charClass.space) {
        this.at++
      } else if (into.count >= limits.statementTokensMax) {
        into.push(tokenKind.rest, this.at, length)
        return
      } else {
        const end = is === charClass.letter ? this.word() : is === charClass.digit ? this.number() : this.mark(c)
        into.push(this.kind, this.at, end)
        this.at = end
      }
    }
  }

  peek(ahead: number): number {
    const at = this.at + ahead
    return at < this.length ? this.text.charCodeAt(at) : -1
  }

  as(kind: TokenKind, end: number): number {
    this.kind = kind
    return end
  }

  word(): number {
    const { text, length } = this
    let end = this.at + 1
    while (end < length && isWordPart(text.charCodeAt(end))) end++
    const next = end < length ? text.charCodeAt(end) : -1
    if (end === this.at + 1 && (next === quote || next === 38)) {
      const letter = text.charCodeAt(this.at) | 32
      if (next === quote && letter === 101 && (this.dialect === 'postgresql' || this.dialect === 'any')) {
        return this.string(end, quote, true)
      }
      if (next === quote && (letter === 110 || letter === 120 || letter === 98)) return this.string(end, quote, false)
      if (next === quote && letter === 113 && this.dialect === 'any') return this.oracleQuote(end)
      if (next === 38 && letter === 117 && text.charCodeAt(end + 1) === quote) return this.string(end + 1, quote, false)
      if (next === 38 && letter === 117 && text.charCodeAt(end + 1) === doubleQuote)
        return this.name(end + 1, doubleQuote)
    }
    return this.as(tokenKind.word, end)
  }

  number(): number {
    const { text, length } = this
    let end = this.at
    const marker = this.peek(1) | 32
    if (text.charCodeAt(end) === 48 && marker === 120 && isHexDigit(this.peek(2))) {
      end += 2
      while (end < length && isHexDigit(text.charCodeAt(end))) end++
      return this.as(tokenKind.number, end)
    }
    end = this.digits(end)
    if (end < length && text.charCodeAt(end) === 46 && text.charCodeAt(end + 1) !== 46) end = this.digits(end + 1)
    if (end < length && (text.charCodeAt(end) | 32) === 101) {
      const sign = text.charCodeAt(end + 1)
      const from = sign === 43 || sign === 45 ? end + 2 : end + 1
      if (from < length && isDigit(text.charCodeAt(from))) end = this.digits(from)
    }
    // Oracle writes a double as `1d`; attackers glue a keyword to it.
    if (
      this.dialect === 'any' &&
      (text.charCodeAt(end) | 2) % 32 === 6 &&
      /^[df]union\b/i.test(text.slice(end, end + 7))
    ) {
      end++
    }
    return this.as(tokenKind.number, end)
  }

  digits(from: number): number {
    let end = from
    while (end < this.length) {
      const c = this.text.charCodeAt(end)
      if (!isDigit(c) && !(c === 95 && isDigit(this.text.charCodeAt(end + 1)))) break
      end++
    }
    return end
  }

  /** Anything that is neither word nor number. */
  mark(c: number): number {
    switch (c) {
      case 40:
        return this.as(tokenKind.open, this.at + 1)
      case 41:
        return this.as(tokenKind.close, this.at + 1)
      case 44:
        return this.as(tokenKind.comma, this.at + 1)
      case 59:
        return this.as(tokenKind.semicolon, this.at + 1)
      case 46:
        return this.startsFraction() ? this.number() : this.as(tokenKind.dot, this.at + 1)
      case quote:
        return this.string(this.at, quote, this.dialect === 'mysql')
      case doubleQuote:
        return this.dialect === 'mysql' ? this.string(this.at, doubleQuote, true) : this.name(this.at, doubleQuote)
      case backtick:
        return this.backtick()
      case 91:
        return this.bracket()
      case 36:
        return this.dollar()
      case 64:
        return this.atSign()
      case 58:
        return this.colon()
      case 63:
        return this.as(tokenKind.parameter, this.at + 1)
      case 35:
        return this.hash()
      case 45:
        return this.isDashComment() ? this.lineComment() : this.operator()
      case 47:
        return this.peek(1) === 42 ? this.blockComment() : this.operator()
      case 42:
        if (!this.executable || this.peek(1) !== 47) return this.operator()
        this.executable = false
        return this.as(tokenKind.comment, this.at + 2)
      default:
        return this.operator()
    }
  }

  startsFraction(): boolean {
    if (!isDigit(this.peek(1))) return false
    const before = this.at > 0 ? this.text.charCodeAt(this.at - 1) : 32
    return !isWordPart(before) && before !== 41 && before !== 93 && before !== doubleQuote && before !== backtick
  }

  /** A string whose opening quote stands at `opening`, doubled quotes inside; a prefix letter belongs to the token. */
  string(opening: number, mark: number, escapes: boolean): number {
    const end = this.quotedEnd(opening, mark, escapes)
    if (end < 0) this.into.unterminated = 'string'
    return this.as(tokenKind.string, end < 0 ? this.length : end)
  }

  name(opening: number, mark: number): number {
    const end = this.quotedEnd(opening, mark, false)
    if (end < 0) this.into.unterminated = 'name'
    return this.as(tokenKind.name, end < 0 ? this.length : end)
  }

  /** Where the quoted text that opens at `opening` ends, or -1 if it does not. */
  quotedEnd(opening: number, mark: number, escapes: boolean): number {
    const { text, length } = this
    const guess = this.dialect === 'any' && mark !== backtick
    const closing = mark === quote ? "'" : String.fromCharCode(mark)
    let at = opening + 1
    while (at < length && !escapes && !guess) {
      const found = text.indexOf(closing, at)
      if (found < 0 || text.charCodeAt(found + 1) !== mark) return found < 0 ? -1 : found + 1
      at = found + 2
    }
    while (at < length) {
      const c = text.charCodeAt(at)
      if (c === backslash && escapes) at += 2
      else if (c === backslash && guess && text.charCodeAt(at + 1) === mark && isWordPart(text.charCodeAt(at + 2))) {
        // No quote that ends a string is followed by a letter at once: here the backslash escapes it (MySQL).
        at += 2
      } else if (c !== mark) at++
      else if (text.charCodeAt(at + 1) === mark) at += 2
      else return at + 1
    }
    return -1
  }

  /** Oracle's q'[...]'. */
  oracleQuote(opening: number): number {
    const first = this.text[opening + 1] ?? ''
    const last = { '[': ']', '(': ')', '{': '}', '<': '>' }[first] ?? first
    const found = first === '' ? -1 : this.text.indexOf(`${last}'`, opening + 2)
    if (found < 0) this.into.unterminated = 'string'
    return this.as(tokenKind.string, found < 0 ? this.length : found + 2)
  }

  backtick(): number {
    const plain = this.dialect === 'postgresql' || this.dialect === 'sqlserver' || this.backtickIsPlain
    if (plain) return this.operator()
    const end = this.quotedEnd(this.at, backtick, false)
    if (end >= 0) return this.as(tokenKind.name, end)
    if (this.dialect === 'mysql') return this.name(this.at, backtick)
    this.backtickIsPlain = true
    return this.operator()
  }

  /** SQL Server's [name]; elsewhere a subscript. */
  bracket(): number {
    if (this.dialect === 'sqlserver') return this.name(this.at, 93)
    if (this.dialect === 'any' && (this.at === 0 || !isWordPart(this.text.charCodeAt(this.at - 1)))) {
      const found = /^\[[A-Za-z_][\w $.-]{0,127}\]/.exec(this.text.slice(this.at, this.at + 130))
      if (found) return this.as(tokenKind.name, this.at + found[0].length)
    }
    return this.operator()
  }

  dollar(): number {
    if (isDigit(this.peek(1))) return this.as(tokenKind.parameter, this.digits(this.at + 1))
    const quotes = this.dialect === 'postgresql' || this.dialect === 'any'
    let end = this.at + 1
    while (end < this.length && classOf(this.text.charCodeAt(end)) >= charClass.letter) end++
    if (quotes && !this.dollarIsPlain && this.text.charCodeAt(end) === 36) {
      const found = this.text.indexOf(this.text.slice(this.at, end + 1), end + 1)
      if (found >= 0) return this.as(tokenKind.string, found + end + 1 - this.at)
      if (this.dialect === 'postgresql') {
        this.into.unterminated = 'string'
        return this.as(tokenKind.string, this.length)
      }
      this.dollarIsPlain = true
    }
    if (this.dialect === 'postgresql') return this.operator()
    return this.word()
  }

  /** `@@variable` is a word, `@p1` a parameter. */
  atSign(): number {
    const second = this.peek(1)
    if (second === 64 && classOf(this.peek(2)) === charClass.letter) {
      let end = this.at + 3
      while (end < this.length && isWordPart(this.text.charCodeAt(end))) end++
      return this.as(tokenKind.word, end)
    }
    if (second < 0 || classOf(second) < charClass.letter) return this.operator()
    let end = this.at + 2
    while (end < this.length && isWordPart(this.text.charCodeAt(end))) end++
    return this.as(tokenKind.parameter, end)
  }

  colon(): number {
    const second = this.peek(1)
    const before = this.at > 0 ? this.text.charCodeAt(this.at - 1) : 32
    if (second < 0 || classOf(second) < charClass.letter || isWordPart(before)) return this.operator()
    let end = this.at + 2
    while (end < this.length && isWordPart(this.text.charCodeAt(end))) end++
    return this.as(tokenKind.parameter, end)
  }

  /** MySQL's comment; a temporary table's name in SQL Server; PostgreSQL's exclusive or. */
  hash(): number {
    if (this.dialect === 'mysql') return this.lineComment()
    if (this.dialect === 'postgresql') return this.operator()
    if (this.dialect === 'any' && !this.followsTableWord()) return this.lineComment()
    return this.word()
  }

  followsTableWord(): boolean {
    const last = this.into.count - 1
    if (last < 0 || this.into.kinds[last] !== tokenKind.word || this.into.ends[last] === this.at) return false
    const word = this.text.slice(this.into.starts[last], this.into.ends[last])
    return word.length <= 6 && /^(from|into|join|table|update|exists)$/i.test(word) && isWordPart(this.peek(1))
  }

  isDashComment(): boolean {
    if (this.peek(1) !== 45) return false
    const third = this.peek(2)
    return this.dialect !== 'mysql' || third < 0 || classOf(third) === charClass.space
  }

  lineComment(): number {
    const found = this.text.indexOf('\n', this.at)
    return this.as(tokenKind.comment, found < 0 ? this.length : found + 1)
  }

  blockComment(): number {
    const runs = this.dialect === 'mysql' || this.dialect === 'any'
    const mark = this.peek(2)
    if (runs && (mark === 33 || ((mark | 32) === 109 && this.peek(3) === 33))) {
      let end = this.at + (mark === 33 ? 3 : 4)
      const most = Math.min(this.length, end + 6)
      while (end < most && isDigit(this.text.charCodeAt(end))) end++
      this.executable = true
      return this.as(tokenKind.comment, end)
    }
    const end = runs ? this.text.indexOf('*/', this.at + 2) + 2 : this.nestedCommentEnd()
    if (end < 2) this.into.unterminated = 'comment'
    return this.as(tokenKind.comment, end < 2 ? this.length : end)
  }

  /** Block comments nest in PostgreSQL and SQL Server. */
  nestedCommentEnd(): number {
    const { text, length } = this
    let depth = 1
    for (let at = this.at + 2; at < length - 1; at++) {
      const c = text.charCodeAt(at)
      if (c === 42 && text.charCodeAt(at + 1) === 47) {
        depth--
        at++
        if (depth === 0) return at + 1
      } else if (c === 47 && text.charCodeAt(at + 1) === 42) {
        depth++
        at++
      }
    }
    return -1
  }

  operator(): number {
    let size = continuesOperator(this.peek(1)) ? Math.min(3, this.text.length - this.at) : 1
    while (size > 1 && !longOperators.has(this.text.slice(this.at, this.at + size))) size--
    return this.as(tokenKind.operator, this.at + size)
  }
}
