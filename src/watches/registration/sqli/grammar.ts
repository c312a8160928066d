/** What the tokens of a text amount to as SQL: operands, expressions, and the brackets that hold them. It is tolerant,
 *  because an injected text is the middle of a statement: brackets may stay open, and the last string too. */
import { endsOperand, type Token, type TokenType } from './tokens.ts'
import { unmistakableFunctions } from './words.ts'

/** An expression as far as it parses, from a token on. */
export interface Expression {
  /** The token after it. Equal to the start where nothing parsed. */
  readonly end: number
  readonly operands: number
  /** How its operands are compared, if they are: by a sign such as `=`, or only by a word such as LIKE. */
  readonly comparison: 'none' | 'word' | 'sign'
  /** All its operands are literals: what it says does not depend on any row. */
  readonly constant: boolean
  /** Bare words stand in it as column names. */
  readonly bareWords: number
  /** It asks the database something: a function call, a subselect, a system variable. */
  readonly asksDatabase: boolean
  /** Its last operand is a string that the text leaves open, for the application's own quote to close. */
  readonly endsOpen: boolean
  readonly operators: number
}

interface Facts {
  operands: number
  comparison: 'none' | 'word' | 'sign'
  constant: boolean
  bareWords: number
  asksDatabase: boolean
  endsOpen: boolean
  operators: number
}

const noFacts = (): Facts => ({
  operands: 0,
  comparison: 'none',
  constant: true,
  bareWords: 0,
  asksDatabase: false,
  endsOpen: false,
  operators: 0,
})

/** Comparisons that prose has too; `rlike` and `glob` are as telling as a sign. */
const wordComparison = (token: Token): boolean => /^(?:like|in|is|between|similar|sounds)$/.test(token.value)

/** Tokens with their brackets matched and counted, so that any group is judged in constant time. */
export class Sentence {
  readonly list: readonly Token[]
  readonly length: number
  readonly #partner: Int32Array
  /** Running counts, one longer than the list: bare words, database questions, comparisons by sign and by word. */
  readonly #bareWords: Int32Array
  readonly #questions: Int32Array
  readonly #signs: Int32Array
  readonly #wordComparisons: Int32Array

  constructor(list: readonly Token[]) {
    this.list = list
    this.length = list.length
    this.#partner = new Int32Array(list.length).fill(-1)
    this.#bareWords = new Int32Array(list.length + 1)
    this.#questions = new Int32Array(list.length + 1)
    this.#signs = new Int32Array(list.length + 1)
    this.#wordComparisons = new Int32Array(list.length + 1)
    const brackets: number[] = []
    const cases: number[] = []
    for (let i = 0; i < list.length; i++) {
      const token = list[i] as Token
      if (token.type === '(') brackets.push(i)
      else if (token.type === ')') this.#pair(brackets.pop(), i)
      else if (token.value === 'case' && token.type === 'K') cases.push(i)
      else if (token.value === 'end' && token.type === 'K') this.#pair(cases.pop(), i)
      const compares = token.type === 'C'
      const word = compares && wordComparison(token)
      this.#bareWords[i + 1] = (this.#bareWords[i] as number) + (token.type === 'W' || token.type === 'G' ? 1 : 0)
      this.#questions[i + 1] = (this.#questions[i] as number) + (this.#asks(i) ? 1 : 0)
      this.#signs[i + 1] = (this.#signs[i] as number) + (compares && !word ? 1 : 0)
      this.#wordComparisons[i + 1] = (this.#wordComparisons[i] as number) + (word ? 1 : 0)
    }
  }

  #pair(open: number | undefined, close: number): void {
    if (open === undefined) return
    this.#partner[open] = close
    this.#partner[close] = open
  }

  type(at: number): TokenType | '' {
    return this.list[at]?.type ?? ''
  }

  value(at: number): string {
    return this.list[at]?.value ?? ''
  }

  /** Whether the keyword (or word of any other kind, never a string) stands there. */
  is(at: number, word: string): boolean {
    const token = this.list[at]
    return token !== undefined && token.value === word && token.type !== 'S' && token.type !== '#'
  }

  /** The token after the group that opens at `at`; the end of the text where it stays open. */
  groupEnd(at: number): number {
    const close = this.#partner[at] as number
    return close < 0 ? this.length : close + 1
  }

  isClosed(at: number): boolean {
    return (this.#partner[at] as number) >= 0
  }

  questionsIn(from: number, to: number): number {
    return (this.#questions[Math.min(to, this.length)] as number) - (this.#questions[from] as number)
  }

  comparesIn(from: number, to: number): boolean {
    const end = Math.min(to, this.length)
    const signs = (this.#signs[end] as number) - (this.#signs[from] as number)
    return signs > 0 || (this.#wordComparisons[end] as number) > (this.#wordComparisons[from] as number)
  }

  bareWordsIn(from: number, to: number): number {
    return (this.#bareWords[Math.min(to, this.length)] as number) - (this.#bareWords[from] as number)
  }

  /** `case when`, `case x when`: WHEN stands soon after. */
  isCase(at: number): boolean {
    for (let i = at + 1; i < at + 8; i++) if (this.is(i, 'when')) return true
    return false
  }

  /** Whether the token puts a question to the database. */
  #asks(at: number): boolean {
    const token = this.list[at] as Token
    if (token.type === 'F') return true
    if (token.type === 'V') return token.value.startsWith('@@')
    if (token.type === 'T') return /_(?:user|database|schema)$/.test(token.value)
    if (token.type !== 'K') return false
    return token.value === 'select' ? this.type(at + 1) !== ')' : token.value === 'case' && this.isCase(at)
  }

  #enter(facts: Facts, from: number, to: number): void {
    if (this.bareWordsIn(from, to) > 0) {
      facts.constant = false
      if (this.questionsIn(from, to) === 0) facts.bareWords++
    }
    if (this.questionsIn(from, to) > 0) facts.asksDatabase = true
    if ((this.#signs[to] as number) > (this.#signs[from] as number)) facts.comparison = 'sign'
    else if (
      (this.#wordComparisons[to] as number) > (this.#wordComparisons[from] as number) &&
      facts.comparison === 'none'
    )
      facts.comparison = 'word'
  }

  /** One operand from `at`; returns the token after it, or -1 where none parses. */
  #operand(at: number, facts: Facts): number {
    let i = at
    // A bracket that stays open groups what follows, as a sign before it does.
    while (this.#isPrefix(i) || (this.type(i) === '(' && !this.isClosed(i))) i++
    const token = this.list[i]
    if (token === undefined) return -1
    facts.operands++
    switch (token.type) {
      case 'S':
        facts.endsOpen = token.open
        return i + 1
      case 'N':
      case 'T':
        return i + 1
      case 'V':
        facts.asksDatabase ||= token.value.startsWith('@@')
        facts.constant &&= !token.value.startsWith('@@')
        return i + 1
      case 'W':
        facts.constant = false
        facts.bareWords++
        return i + 1
      case 'F':
      case 'G':
        facts.asksDatabase ||= token.type === 'F'
        facts.constant &&= token.type === 'F'
        this.#enter(facts, i + 1, this.groupEnd(i + 1))
        return this.groupEnd(i + 1)
      case '(':
        this.#enter(facts, i, this.groupEnd(i))
        return this.groupEnd(i)
      case 'K':
        return this.#keywordOperand(i, facts)
      case 'O':
        // `*` of `select *` and `count(*)`.
        return token.value === '*' && i === at ? i + 1 : -1
      default:
        return -1
    }
  }

  #keywordOperand(at: number, facts: Facts): number {
    const { value } = this.list[at] as Token
    if (value === 'case') {
      if (!this.isCase(at)) return -1
      facts.asksDatabase = true
      this.#enter(facts, at, this.groupEnd(at))
      return this.groupEnd(at)
    }
    if (value === 'select') {
      const first = this.type(at + 1)
      if (this.type(at - 1) !== '(' && !['N', 'V', 'F', 'S'].includes(first) && this.value(at + 1) !== '*') return -1
      facts.asksDatabase = true
      facts.constant = false
      return this.length
    }
    // Keywords that are names here: `and table=1`, `or schema like 'x'`.
    if (
      /^(?:table|database|schema|view|values|go|mode|open|use|top|lock|share|left|right|set|procedure)$/.test(value)
    ) {
      facts.constant = false
      facts.bareWords++
      return at + 1
    }
    return -1
  }

  #isPrefix(at: number): boolean {
    const type = this.type(at)
    return type === 'P' || (type === 'O' && /^[-+]$/.test(this.value(at))) || (type === 'K' && this.is(at, 'all'))
  }

  /** After an operand: a cast, an index, a collation. Returns the token after them. */
  #suffixes(at: number): number {
    let i = at
    for (;;) {
      if (this.type(i) === ':') i = this.type(i + 2) === '(' || this.type(i + 1) === 'F' ? this.groupEnd(i + 2) : i + 2
      else if (this.is(i, 'collate') || this.is(i, 'escape')) i += 2
      else return Math.min(i, this.length)
    }
  }

  /** The longest expression from `at`: operands joined by arithmetic and comparisons, up to AND, OR or a clause. */
  expression(at: number): Expression {
    const facts = noFacts()
    let end = this.#operand(at, facts)
    if (end < 0) return { ...facts, end: at, operands: 0 }
    end = this.#suffixes(end)
    while (end < this.length) {
      const joint = this.#joint(end, facts)
      if (joint < 0) break
      const before = { ...facts }
      const next = this.#operand(joint, facts)
      if (next < 0) {
        Object.assign(facts, before)
        break
      }
      facts.operators++
      end = this.#suffixes(next)
      if (this.list[joint - 1]?.value === 'between' && this.is(end, 'and')) {
        const upper = this.#operand(end + 1, facts)
        if (upper > 0) end = this.#suffixes(upper)
      }
    }
    return { ...facts, end }
  }

  /** Whether an operand, without the operators after it, parses from `at`. */
  operandBegins(at: number): boolean {
    return this.#operand(at, noFacts()) > at
  }

  /** The token after the operator at `at` (several words long perhaps), or -1 where none stands. */
  #joint(at: number, facts: Facts): number {
    const token = this.list[at] as Token
    if (token.type === 'O') return at + 1
    let i = at
    while (this.is(i, 'not') || this.value(i) === '!') i++
    if (this.type(i) !== 'C') return -1
    while (this.type(i) === 'C') {
      const compared = this.list[i] as Token
      if (!wordComparison(compared)) facts.comparison = 'sign'
      else if (facts.comparison === 'none') facts.comparison = 'word'
      i++
    }
    return i
  }

  /** Whether an operand ends just before `at`. */
  operandEndsBefore(at: number): boolean {
    const before = this.list[at - 1]
    return before !== undefined && (endsOperand(before.type) || this.is(at - 1, 'end'))
  }

  /** Whether what an expression is followed by lets a parser go on: the end, a comment, a bracket, a clause. */
  goesOn(at: number): boolean {
    const type = this.type(at)
    return type === '' || type === '#' || type === 'L' || type === ')' || type === ',' || type === ';' || type === 'K'
  }
}

/** Whether the call at `at` is of a function that only an attack would name. */
export const isUnmistakable = (token: Token): boolean =>
  token.type === 'F' &&
  (unmistakableFunctions.has(token.value) ||
    unmistakableFunctions.has(token.value.slice(token.value.lastIndexOf('.') + 1)))
