/** The shape of a statement: its text without literals, comments, white space and letter case, lists collapsed, so that
 *  all statements that an application makes from one template share one shape (as pg_stat_statements and MySQL's
 *  digest text do). A shape never holds a literal, nor words that broken quoting spilt out of one. */
import { createHash } from 'node:crypto'
import { limits } from '../../../core/limits.ts'
import { type Dialect, lex, Tokens, tokenKind } from './lexer.ts'
import { maskDigits, role, type Word, wordOf } from './words.ts'

/** What all statements of one template share. */
export interface Shape {
  readonly shape: string
  /** 128 bits of SHA-256 over the shape, as 32 hexadecimal digits. */
  readonly hash: string
}

const tokens = new Tokens()
const hashes = new Map<string, string>()

/** Never fails; linear in the text's length; the same for a text and for its own shape. */
export function shapeOf(text: string, dialect: Dialect): Shape {
  const shape = new Shaper(text, dialect, lex(text, dialect, tokens)).run()
  return { shape, hash: hashOf(shape) }
}

/** Hashes of shapes seen lately are kept: an application has some hundreds. */
function hashOf(shape: string): string {
  const known = hashes.get(shape)
  if (known !== undefined) return known
  const hash = createHash('sha256').update(shape).digest('hex').slice(0, 32)
  if (hashes.size >= limits.shapeHashesMax) hashes.clear()
  if (shape.length <= limits.shapeHashedCharactersMax) hashes.set(shape, hash)
  return hash
}

const literal = '?'
const spacedLiteral = ' ?'
/** Stands for a word that may have come out of a literal. */
const spilt = '_'

/** NULL, TRUE and FALSE are literals, but not behind these. */
const keepsConstant = new Set(['is', 'not', 'default', 'nulls'])

/** What was written last, as far as the next token's spacing and reading depend on it. */
type Last =
  | 'start'
  | 'literal'
  | 'spilt'
  | 'word'
  | 'keyword'
  | 'operator'
  | 'open'
  | 'close'
  | 'comma'
  | 'dot'
  | 'semicolon'

/** A list of rows behind VALUES: rows that repeat the one before are written once, as `, ...`. */
interface Rows {
  readonly depth: number
  rowStart: number
  rowEnd: number
  previousStart: number
  previousEnd: number
}

const noWord = wordOf('')

class Shaper {
  readonly text: string
  readonly dialect: Dialect
  readonly tokens: Tokens
  /** Quoting went wrong somewhere: names behind the first string may be parts of it. */
  readonly broken: boolean
  readonly parts: string[] = []
  last: Last = 'start'
  lastWord: Word = noWord
  depth = 0
  stringSeen = false
  /** The last literal is the number of TOP or its like: a name may follow it. */
  counts = false
  rows: Rows | null = null

  constructor(text: string, dialect: Dialect, tokens: Tokens) {
    this.text = text
    this.dialect = dialect
    this.tokens = tokens
    this.broken = tokens.unterminated === 'string' || tokens.unterminated === 'name'
  }

  run(): string {
    const { kinds, count } = this.tokens
    for (let i = 0; i < count; i++) {
      switch (kinds[i]) {
        case tokenKind.comment:
          break
        case tokenKind.word:
          this.word(i)
          break
        case tokenKind.name:
          this.name(i)
          break
        case tokenKind.string:
          this.stringSeen = true
          this.literal()
          break
        case tokenKind.number:
        case tokenKind.parameter:
          this.literal()
          break
        case tokenKind.open:
          i = this.open(i)
          break
        case tokenKind.close:
          this.close()
          break
        case tokenKind.comma:
          this.write(',', 'comma')
          break
        case tokenKind.dot:
          if (this.isRepeatMark(i)) {
            this.write(' ...', 'close')
            i += 2
          } else this.write(this.glues() ? '.' : ' .', 'dot')
          break
        case tokenKind.semicolon:
          this.semicolon()
          break
        case tokenKind.rest:
          this.write(this.glues() ? '...' : ' ...', 'dot')
          break
        default:
          i = this.operator(i)
      }
    }
    while (this.parts.at(-1) === ';') this.parts.pop()
    return this.parts.join('')
  }

  /** The mark for repeated rows, in a text that is a shape already. */
  isRepeatMark(i: number): boolean {
    return this.last === 'comma' && this.text.startsWith('...', this.tokens.starts[i])
  }

  write(part: string, last: Last): void {
    this.parts.push(part)
    this.last = last
  }

  /** The dot follows what it belongs to. */
  glues(): boolean {
    return this.last !== 'comma' && this.last !== 'operator' && this.last !== 'keyword' && this.last !== 'start'
  }

  glued(): boolean {
    return this.last === 'start' || this.last === 'open' || this.last === 'dot'
  }

  spaced(part: string): string {
    return this.glued() ? part : ` ${part}`
  }

  literal(): void {
    if (this.last === 'literal') return
    const word = this.last === 'keyword' ? this.lastWord.lower : ''
    this.counts = word === 'top' || word === 'first' || word === 'skip'
    this.write(this.glued() ? literal : spacedLiteral, 'literal')
  }

  word(i: number): void {
    const word = wordOf(this.text.slice(this.tokens.starts[i], this.tokens.ends[i]))
    const keyword = (word.roles & role.keyword) !== 0
    if ((word.roles & role.constant) !== 0 && !(this.last === 'keyword' && keepsConstant.has(this.lastWord.lower))) {
      this.literal()
    } else if (!keyword && (this.isSpilt() || this.isStray(word.lower))) this.spill()
    else if (word.lower !== spilt || this.last !== 'spilt') {
      const last = keyword ? 'keyword' : word.lower === spilt ? 'spilt' : 'word'
      this.write(this.glued() ? word.shaped : word.spaced, last)
      this.lastWord = word
    }
  }

  /** A name directly behind a literal is no SQL (but behind the number of TOP or FIRST): it came out of a literal. */
  isSpilt(): boolean {
    return this.last === 'spilt' || (this.broken && this.stringSeen) || (this.last === 'literal' && !this.counts)
  }

  /** A dollar quote without an end, which only text of unknown origin leaves as a word. */
  isStray(word: string): boolean {
    return this.dialect === 'any' && word.charCodeAt(0) === 36
  }

  spill(): void {
    if (this.last !== 'spilt') this.write(this.spaced(spilt), 'spilt')
  }

  name(i: number): void {
    const raw = this.text.slice(this.tokens.starts[i], this.tokens.ends[i])
    const inner = raw.slice(/^u&/i.test(raw) ? 3 : 1, -1)
    const doubleQuoted = !/^[`[]/.test(raw)
    const simple = doubleQuoted ? /^[\w$]{1,64}$/ : /^[\w$ .#-]{1,64}$/
    // Some servers and drivers take "..." for a string.
    const mayBeString = doubleQuoted && (this.dialect === 'any' || this.dialect === 'sqlserver')
    const ended = i < this.tokens.count - 1 || this.tokens.unterminated !== 'name'
    if (this.isSpilt() || !ended) this.spill()
    else if (mayBeString && (!simple.test(inner) || this.last === 'operator')) this.literal()
    else if (!simple.test(inner)) this.spill()
    else {
      this.write(this.spaced(this.quoted(maskDigits(inner))), 'word')
      this.lastWord = noWord
    }
  }

  quoted(name: string): string {
    if (this.dialect === 'postgresql') return `"${name}"`
    return this.dialect === 'sqlserver' ? `[${name}]` : `\`${name}\``
  }

  operator(i: number): number {
    const operator = this.text.slice(this.tokens.starts[i], this.tokens.ends[i])
    const number = i + 1 < this.tokens.count && this.tokens.kinds[i + 1] === tokenKind.number
    if (number && (operator === '-' || operator === '+') && this.expectsOperand()) return i
    if (operator === '`') this.spill()
    else if (operator === '::') this.write(this.last === 'operator' ? ' ::' : '::', 'dot')
    else if (operator === '[') return this.bracket(i)
    else if (operator === ']') this.write(this.dialect === 'sqlserver' ? this.spaced(']') : ']', 'close')
    else this.write(this.spaced(operator), 'operator')
    return i
  }

  bracket(i: number): number {
    const subscript = this.last === 'word' || (this.last === 'keyword' && this.lastWord.lower === 'array')
    // Spaced where it begins an expression, so that it reads not as a name in brackets.
    this.write(subscript ? '[' : this.spaced('['), subscript ? 'open' : 'operator')
    const end = this.literalListEnd(i, '[', ']')
    if (end < 0) return i
    this.literal()
    return end - 1
  }

  /** A double-quoted text in a list of literals is one of them, where servers and drivers may take it for a string. */
  readsAsString(i: number): boolean {
    if (this.dialect !== 'any' && this.dialect !== 'sqlserver') return false
    const ended = i < this.tokens.count - 1 || this.tokens.unterminated !== 'name'
    return ended && this.text.charCodeAt(this.tokens.starts[i] as number) === 34
  }

  expectsOperand(): boolean {
    if (this.last === 'keyword') return (this.lastWord.roles & role.operand) !== 0
    return this.last === 'operator' || this.last === 'open' || this.last === 'comma' || this.last === 'start'
  }

  open(i: number): number {
    const wordly = this.last === 'keyword' || this.last === 'word'
    const word = wordly ? this.lastWord : noWord
    const inRows = this.rows !== null && this.rows.depth === this.depth
    const listed = inRows || word.lower === 'in' || word.lower === 'values' || word.lower === 'value'
    if (word.lower === 'values') {
      this.rows = { depth: this.depth, rowStart: 0, rowEnd: 0, previousStart: 0, previousEnd: 0 }
    }
    if (this.rows?.depth === this.depth) this.rows.rowStart = this.parts.length
    this.write(!wordly || (word.roles & role.group) !== 0 ? this.spaced('(') : '(', 'open')
    this.depth++
    const end = listed ? this.literalListEnd(i, '(', ')') : -1
    if (end < 0) return i
    this.literal()
    return end - 1
  }

  /** The token that closes the list opened at token `i` if it holds literals alone; -1 if it holds anything else. */
  literalListEnd(i: number, opening: string, closing: string): number {
    const { kinds, starts, ends, count } = this.tokens
    let depth = 0
    for (let j = i; j < count; j++) {
      const kind = kinds[j]
      if (kind === tokenKind.number || kind === tokenKind.string || kind === tokenKind.parameter) continue
      if (kind === tokenKind.comma || kind === tokenKind.comment) continue
      if (kind === tokenKind.name && this.readsAsString(j)) continue
      const length = (ends[j] as number) - (starts[j] as number)
      const text = length > 5 ? '' : this.text.slice(starts[j], ends[j]).toLowerCase()
      if (text === opening) {
        depth++
        if (depth > limits.numberParenthesesMax) return -1
      } else if (text === closing) {
        depth--
        if (depth === 0) return j > i + 1 ? j : -1
      } else if (text !== 'null' && text !== 'true' && text !== 'false' && text !== '-' && text !== '+') return -1
    }
    return -1
  }

  close(): void {
    this.write(')', 'close')
    if (this.depth > 0) this.depth--
    const rows = this.rows
    if (rows === null || rows.depth !== this.depth) return
    rows.rowEnd = this.parts.length
    if (this.repeatsRow(rows)) {
      // Drop the row and the comma before it; say once that rows repeat.
      this.parts.length = rows.rowStart - 1
      if (this.parts.at(-1) !== ' ...') this.parts.push(',', ' ...')
      this.last = 'close'
    } else {
      rows.previousStart = rows.rowStart
      rows.previousEnd = rows.rowEnd
    }
  }

  repeatsRow(rows: Rows): boolean {
    const length = rows.rowEnd - rows.rowStart
    if (rows.previousEnd === 0 || length !== rows.previousEnd - rows.previousStart) return false
    if (this.parts[rows.rowStart - 1] !== ',') return false
    for (let k = 0; k < length; k++) {
      if (this.parts[rows.rowStart + k] !== this.parts[rows.previousStart + k]) return false
    }
    return true
  }

  semicolon(): void {
    this.rows = null
    this.depth = 0
    if (this.last !== 'semicolon' && this.last !== 'start') this.write(';', 'semicolon')
  }
}
