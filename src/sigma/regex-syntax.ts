/** Reads a regular expression of a rule (PCRE's metacharacters, without what looks around or back) into a tree. What is
 *  not supported is named in the error: backreferences, lookaround, atomic groups and the like need backtracking, which
 *  no input of an attacker may be given. */
import { limits } from '../core/limits.ts'
import { err, ok, type Result } from '../core/result.ts'
import { foldUnit } from './text.ts'

/** UTF-16 units as pairs of first and last, ascending, apart from one another. */
export type UnitSet = readonly number[]

/** A tree of an expression. */
export type RegexNode =
  | { readonly kind: 'set'; readonly set: UnitSet }
  | { readonly kind: 'sequence' | 'choice'; readonly of: readonly RegexNode[] }
  /** `most` is infinite for open repetitions. */
  | { readonly kind: 'repeat'; readonly of: RegexNode; readonly least: number; readonly most: number }
  | { readonly kind: 'assert'; readonly what: Assertion }

/** What must hold between two characters. */
export type Assertion = 'text-start' | 'text-end' | 'line-start' | 'line-end' | 'word-edge' | 'no-word-edge'

interface Flags {
  readonly i: boolean
  readonly m: boolean
  readonly s: boolean
}

const lastUnit = 0xffff

/** Sorts ranges and joins those that touch. */
export function normalizeSet(ranges: readonly number[]): UnitSet {
  const pairs: [number, number][] = []
  for (let i = 0; i < ranges.length; i += 2) pairs.push([ranges[i] as number, ranges[i + 1] as number])
  pairs.sort((a, b) => a[0] - b[0])
  const set: number[] = []
  for (const [from, to] of pairs) {
    const last = set.at(-1)
    if (last !== undefined && from <= last + 1) set[set.length - 1] = Math.max(last, to)
    else set.push(from, to)
  }
  return set
}

function complement(set: UnitSet): UnitSet {
  const result: number[] = []
  let from = 0
  for (let i = 0; i < set.length; i += 2) {
    if ((set[i] as number) > from) result.push(from, (set[i] as number) - 1)
    from = (set[i + 1] as number) + 1
  }
  if (from <= lastUnit) result.push(from, lastUnit)
  return result
}

let unfolded: Map<number, number[]> | undefined

/** The units that fold to the same as each unit of a set, and the set. */
function withBothCases(set: UnitSet): UnitSet {
  if (unfolded === undefined) {
    unfolded = new Map()
    for (let unit = 0; unit <= lastUnit; unit++) {
      const folded = foldUnit(unit)
      if (folded !== unit) unfolded.set(folded, [...(unfolded.get(folded) ?? []), unit])
    }
  }
  const more: number[] = [...set]
  for (let i = 0; i < set.length; i += 2) {
    for (let unit = set[i] as number; unit <= (set[i + 1] as number); unit++) {
      const folded = foldUnit(unit)
      if (folded !== unit) more.push(folded, folded)
      for (const other of unfolded.get(folded) ?? []) more.push(other, other)
    }
  }
  return normalizeSet(more)
}

const digits: UnitSet = [48, 57]
/** The characters of words, as `\w` and `\b` mean them. */
export const wordUnits: UnitSet = [48, 57, 65, 90, 95, 95, 97, 122]
const spaces: UnitSet = [9, 13, 32, 32]
const escapedSets: Readonly<Record<string, UnitSet>> = {
  d: digits,
  D: complement(digits),
  w: wordUnits,
  W: complement(wordUnits),
  s: spaces,
  S: complement(spaces),
  h: [9, 9, 32, 32],
  N: complement([10, 10]),
}
const escapedUnits: Readonly<Record<string, number>> = { t: 9, n: 10, v: 11, f: 12, r: 13, e: 27, a: 7 }
const namedSets: Readonly<Record<string, UnitSet>> = {
  alpha: [65, 90, 97, 122],
  digit: digits,
  alnum: [48, 57, 65, 90, 97, 122],
  upper: [65, 90],
  lower: [97, 122],
  space: spaces,
  blank: [9, 9, 32, 32],
  punct: [33, 47, 58, 64, 91, 96, 123, 126],
  xdigit: [48, 57, 65, 70, 97, 102],
  word: wordUnits,
}
const assertions: Readonly<Record<string, Assertion>> = {
  b: 'word-edge',
  B: 'no-word-edge',
  A: 'text-start',
  z: 'text-end',
}
const newline: UnitSet = [10, 10]

class SyntaxFault extends Error {}

const fault = (what: string): never => {
  throw new SyntaxFault(what)
}

class RegexParser {
  readonly #source: string
  #at = 0
  #depth = 0

  constructor(source: string) {
    this.#source = source
  }

  parse(flags: Flags): RegexNode {
    const node = this.#choice(flags)
    if (this.#at < this.#source.length) fault('a closing parenthesis without an opening one')
    return node
  }

  #take(text: string): boolean {
    if (!this.#source.startsWith(text, this.#at)) return false
    this.#at += text.length
    return true
  }

  /** Alternatives up to the group's end. `(?i)` holds for the rest of its group, the alternatives included. */
  #choice(outer: Flags): RegexNode {
    if (++this.#depth > limits.sigmaNestingMax) fault('more nested groups than can be read')
    let flags = outer
    const choices: RegexNode[] = []
    let sequence: RegexNode[] = []
    while (this.#at < this.#source.length && this.#source[this.#at] !== ')') {
      if (this.#take('|')) {
        choices.push({ kind: 'sequence', of: sequence })
        sequence = []
        continue
      }
      const change = /^\(\?([ims]*)(?:-([ims]+))?\)/.exec(this.#source.slice(this.#at, this.#at + 12))
      if (change !== null && change[0] !== '(?)') {
        this.#at += change[0].length
        flags = changed(flags, change[1], change[2])
      } else sequence.push(this.#repeated(flags))
    }
    this.#depth--
    choices.push({ kind: 'sequence', of: sequence })
    return choices.length === 1 ? (choices[0] as RegexNode) : { kind: 'choice', of: choices }
  }

  #repeated(flags: Flags): RegexNode {
    const node = this.#atom(flags)
    const count = this.#quantifier()
    if (count === undefined) return node
    if (this.#take('+')) fault('a possessive quantifier')
    this.#take('?')
    if (this.#quantifier() !== undefined) fault('a quantifier on a quantifier')
    const [least, most] = count
    if (least > most) fault('a repetition whose lower bound is above its upper one')
    return { kind: 'repeat', of: node, least, most }
  }

  #quantifier(): [number, number] | undefined {
    if (this.#take('*')) return [0, Number.POSITIVE_INFINITY]
    if (this.#take('+')) return [1, Number.POSITIVE_INFINITY]
    if (this.#take('?')) return [0, 1]
    const counted = /^\{(\d{1,6})(,?)(\d{0,6})\}/.exec(this.#source.slice(this.#at, this.#at + 17))
    if (counted === null) return undefined
    this.#at += counted[0].length
    const least = Number(counted[1])
    if (counted[2] === '') return [least, least]
    return [least, counted[3] === '' ? Number.POSITIVE_INFINITY : Number(counted[3])]
  }

  #atom(flags: Flags): RegexNode {
    const character = this.#source[this.#at++] as string
    switch (character) {
      case '(':
        return this.#group(flags)
      case '[':
        return { kind: 'set', set: this.#class(flags) }
      case '.':
        return { kind: 'set', set: flags.s ? [0, lastUnit] : complement(newline) }
      case '^':
        return { kind: 'assert', what: flags.m ? 'line-start' : 'text-start' }
      case '$':
        return flags.m ? { kind: 'assert', what: 'line-end' } : endOfText()
      case '\\':
        return this.#escape(flags)
      case '*':
      case '+':
      case '?':
        return fault(`a quantifier (${character}) with nothing before it`)
      default:
        return unitNode(character.charCodeAt(0), flags)
    }
  }

  #group(outer: Flags): RegexNode {
    let flags = outer
    if (this.#take('?')) {
      const opening = /^(?:([ims]*)(?:-([ims]+))?:|P?<[A-Za-z_]\w{0,63}>|'[A-Za-z_]\w{0,63}')/.exec(
        this.#source.slice(this.#at, this.#at + 80),
      )
      if (opening === null) return fault(unsupportedGroup(this.#source.slice(this.#at, this.#at + 2)))
      this.#at += opening[0].length
      flags = changed(flags, opening[1], opening[2])
    } else if (this.#take('*')) return fault('a verb such as (*SKIP)')
    const node = this.#choice(flags)
    if (!this.#take(')')) fault('a group that is not closed')
    return node
  }

  #escape(flags: Flags): RegexNode {
    const character = this.#source[this.#at] ?? fault('a backslash at its end')
    const set = escapedSets[character]
    if (set !== undefined) {
      this.#at++
      return { kind: 'set', set }
    }
    const assertion = assertions[character]
    if (assertion !== undefined || character === 'Z') {
      this.#at++
      return assertion === undefined ? endOfText() : { kind: 'assert', what: assertion }
    }
    return unitNode(this.#escapedUnit(), flags)
  }

  /** The unit that an escape stands for; the backslash is already taken. */
  #escapedUnit(): number {
    const rest = this.#source.slice(this.#at, this.#at + 8)
    const hex = /^(?:x\{([0-9A-Fa-f]{1,4})\}|x([0-9A-Fa-f]{2})|u([0-9A-Fa-f]{4}))/.exec(rest)
    if (hex !== null) {
      this.#at += hex[0].length
      return Number.parseInt((hex[1] ?? hex[2] ?? hex[3]) as string, 16)
    }
    const character = rest[0] ?? fault('a backslash at its end')
    this.#at++
    const unit = escapedUnits[character]
    if (unit !== undefined) return unit
    if (character === '0') return 0
    if (/[1-9kg]/.test(character)) fault('a backreference')
    if (/[pPX]/.test(character)) fault('a Unicode property')
    if (/[A-Za-z]/.test(character)) fault(`the escape \\${character}`)
    return character.charCodeAt(0)
  }

  #class(flags: Flags): UnitSet {
    const isNegated = this.#take('^')
    const ranges: number[] = []
    for (let isFirst = true; ; isFirst = false) {
      const character = this.#source[this.#at] ?? fault('a character class that is not closed')
      if (character === ']' && !isFirst) break
      const named = /^\[:(\^?)([a-z]{4,6}):\]/.exec(this.#source.slice(this.#at, this.#at + 12))
      if (named !== null) {
        const set = namedSets[named[2] as string] ?? fault(`the character class [:${named[2]}:]`)
        this.#at += named[0].length
        ranges.push(...(named[1] === '^' ? complement(set) : set))
        continue
      }
      const escaped = character === '\\' ? escapedSets[this.#source[this.#at + 1] ?? ''] : undefined
      if (escaped !== undefined) {
        this.#at += 2
        ranges.push(...escaped)
        continue
      }
      const from = this.#classUnit()
      const next = this.#source[this.#at + 1]
      const isRange = this.#source[this.#at] === '-' && next !== undefined && next !== ']'
      if (!isRange || (next === '\\' && escapedSets[this.#source[this.#at + 2] ?? ''] !== undefined)) {
        ranges.push(from, from)
        continue
      }
      this.#at++
      const to = this.#classUnit()
      if (to < from) fault('a character range whose end is before its start')
      ranges.push(from, to)
    }
    this.#at++
    const set = normalizeSet(ranges)
    const cased = flags.i ? withBothCases(set) : set
    return isNegated ? complement(cased) : cased
  }

  #classUnit(): number {
    const character = this.#source[this.#at++] as string
    if (character !== '\\') return character.charCodeAt(0)
    if (this.#take('b')) return 8
    return this.#escapedUnit()
  }
}

/** `$` without `m`: the end, or before a newline there. */
const endOfText = (): RegexNode => ({
  kind: 'sequence',
  of: [
    { kind: 'repeat', of: { kind: 'set', set: newline }, least: 0, most: 1 },
    { kind: 'assert', what: 'text-end' },
  ],
})

function unitNode(unit: number, flags: Flags): RegexNode {
  return { kind: 'set', set: flags.i ? withBothCases([unit, unit]) : [unit, unit] }
}

function changed(flags: Flags, on = '', off = ''): Flags {
  const is = (flag: 'i' | 'm' | 's'): boolean => (flags[flag] || on.includes(flag)) && !off.includes(flag)
  return { i: is('i'), m: is('m'), s: is('s') }
}

function unsupportedGroup(opening: string): string {
  if (/^<?[=!]/.test(opening)) return 'lookaround'
  if (opening.startsWith('>')) return 'an atomic group'
  if (opening.startsWith('(')) return 'a conditional group'
  if (opening.startsWith('#')) return 'a comment'
  return `a group that begins with (?${opening}`
}

/** Reads an expression; the error says what it holds that cannot be used. */
export function parseRegex(source: string, flags: string): Result<RegexNode, string> {
  if (source.length > limits.sigmaRegexCharactersMax) return err('more characters than an expression may have')
  try {
    const has = (flag: string): boolean => flags.includes(flag)
    return ok(new RegexParser(source).parse({ i: has('i'), m: has('m'), s: has('s') }))
  } catch (thrown) {
    if (thrown instanceof SyntaxFault) return err(thrown.message)
    throw thrown
  }
}
