/** Finds any of thousands of names in a text in one pass, however it is spaced or disguised. Names and text are folded
 *  (skeleton.ts); a trie over letters, digits and `&` is walked from the start of each word, across separators, and a
 *  name counts where it ends with a word. */
import { limits } from '../../core/limits.ts'
import { fold, tricksIn } from './skeleton.ts'
import type { TextTrick } from './verdict.ts'

/** A name that is looked for. */
export interface Name {
  readonly text: string
  /** Index of the identity in the registry. */
  readonly identity: number
  /** A common word, which counts only where one of the identity's context words stands near. */
  readonly needsContext: boolean
  readonly isProduct: boolean
}

/** A name that was found. `start` and `end` are positions in the text as given where it was plain ASCII, else in its
 *  folded form, which `excerpt` is cut from then. */
export interface NameFound {
  readonly name: Name
  readonly start: number
  readonly end: number
  readonly excerpt: string
  readonly tricks: readonly TextTrick[]
  /** Folded text before and after it, at its first places. */
  readonly surroundings: readonly { readonly before: string; readonly after: string }[]
}

/** Characters around a name that are told. */
const surroundingCharacters = 96

const symbolCount = 37
const ampersand = 36
const separator = -1
const otherLetter = -2

/** The symbol of a character code: letters and digits of ASCII, and `&`; negative for what parts words, and for letters
 *  of other scripts, which do not. */
function symbolOf(code: number): number {
  if (code >= 97 && code <= 122) return code - 97
  if (code >= 48 && code <= 57) return code - 48 + 26
  if (code === 38) return ampersand
  return code > 0x7f && /[\p{L}\p{N}]/u.test(String.fromCharCode(code)) ? otherLetter : separator
}

const letter = (character: string): number => character.charCodeAt(0) - 97
/** What a symbol passes for (skeleton.ts has the same for texts). */
const deepSymbols = Int8Array.from({ length: symbolCount }, (_, symbol) => symbol)
for (const [digit, passesFor] of ['0o', '1l', '3e', '4a', '5s', '8b'].map((pair) => [...pair])) {
  deepSymbols[26 + Number(digit)] = letter(passesFor as string)
}
deepSymbols[letter('i')] = letter('l')
const [c, d, l, m, n, r, v, w] = [...'cdlmnrvw'].map(letter) as [
  number,
  number,
  number,
  number,
  number,
  number,
  number,
  number,
]

/** A text as symbols; `positions` says where in the folded text each stands. */
interface Symbols {
  readonly symbols: Int8Array
  readonly positions: Int32Array | undefined
}

function symbolsOf(folded: string): Int8Array {
  const symbols = new Int8Array(folded.length)
  for (let i = 0; i < folded.length; i++) symbols[i] = symbolOf(folded.charCodeAt(i))
  return symbols
}

/** The deep fold; undefined where it is no different. */
function deepenSymbols(plain: Int8Array): Symbols | undefined {
  const symbols = new Int8Array(plain.length)
  const positions = new Int32Array(plain.length + 1)
  let length = 0
  let differs = false
  for (let i = 0; i < plain.length; i++) {
    const symbol = plain[i] as number
    let deep = symbol < 0 ? symbol : (deepSymbols[symbol] as number)
    positions[length] = i
    const next =
      i + 1 < plain.length && (plain[i + 1] as number) >= 0 ? (deepSymbols[plain[i + 1] as number] as number) : -1
    const joined = deep === r && next === n ? m : deep === v && next === v ? w : deep === c && next === l ? d : -1
    if (joined >= 0) {
      deep = joined
      i++
    }
    if (deep !== symbol) differs = true
    symbols[length++] = deep
  }
  positions[length] = plain.length
  return differs ? { symbols: symbols.subarray(0, length), positions } : undefined
}

interface Pattern {
  readonly name: Name
  /** Counts of letters after which a word of the name ends. */
  readonly splits: Set<number>
  readonly symbols: number
}

type Found = (pattern: Pattern, start: number, end: number, cuts: readonly number[]) => void

class Trie {
  #next = new Int32Array(symbolCount * 1024)
  #nodes = 1
  readonly #patterns = new Map<number, Pattern[]>()

  add(symbols: Int8Array, name: Name): void {
    let node = 0
    let count = 0
    const splits = new Set<number>()
    for (const symbol of symbols) {
      if (symbol < 0) {
        if (count > 0) splits.add(count)
        continue
      }
      count++
      node = this.#step(node, symbol)
    }
    if (count < 3) return
    splits.add(count)
    const at = this.#patterns.get(node) ?? []
    this.#patterns.set(node, at)
    const same = at.find(
      (other) => other.name.identity === name.identity && other.name.needsContext === name.needsContext,
    )
    if (same === undefined) at.push({ name, splits, symbols: count })
    else for (const split of splits) same.splits.add(split)
  }

  #step(node: number, symbol: number): number {
    const at = node * symbolCount + symbol
    const known = this.#next[at] as number
    if (known !== 0) return known
    if ((this.#nodes + 1) * symbolCount > this.#next.length) {
      const larger = new Int32Array(this.#next.length * 2)
      larger.set(this.#next)
      this.#next = larger
    }
    this.#next[at] = this.#nodes
    return this.#nodes++
  }

  /** Calls `found` for each name that stands in the text from a word's start to a word's end. */
  scan(symbols: Int8Array, found: Found): void {
    const next = this.#next
    let wasWord = false
    for (let start = 0; start < symbols.length; start++) {
      const symbol = symbols[start] as number
      const begins = symbol >= 0 && !wasWord
      wasWord = symbol !== separator
      if (begins && next[symbol] !== 0) this.#walk(symbols, start, found)
    }
  }

  #walk(symbols: Int8Array, start: number, found: Found): void {
    const next = this.#next
    let node = 0
    let count = 0
    let gap = 0
    let cuts: number[] | undefined
    for (let i = start; i < symbols.length; i++) {
      const symbol = symbols[i] as number
      if (symbol < 0) {
        if (symbol === otherLetter || ++gap > limits.mailNameGapMax) return
        if (gap === 1) {
          cuts ??= []
          cuts.push(count)
        }
        continue
      }
      gap = 0
      node = next[node * symbolCount + symbol] as number
      if (node === 0) return
      count++
      const after = i + 1 < symbols.length ? (symbols[i + 1] as number) : separator
      if (after !== separator) continue
      const patterns = this.#patterns.get(node)
      if (patterns !== undefined) for (const pattern of patterns) found(pattern, start, i + 1, cuts ?? [])
    }
  }
}

/** Letters from which on a name is also looked for in its deep fold: shorter ones meet ordinary words there. */
const deepFrom = 6

/** The names of a registry, ready to be looked for. */
export class NameScanner {
  readonly #plain = new Trie()
  readonly #deep = new Trie()

  constructor(names: readonly Name[]) {
    for (const name of names) {
      const symbols = symbolsOf(fold(name.text))
      this.#plain.add(symbols, name)
      const count = symbols.filter((symbol) => symbol >= 0).length
      if (count >= deepFrom && !name.needsContext) this.#deep.add(deepenSymbols(symbols)?.symbols ?? symbols, name)
    }
  }

  /** The names in a text, each identity once: the first and longest of its names. */
  find(text: string): NameFound[] {
    const folded = fold(text)
    const isSame = folded.length === text.length
    const shown = isSame ? text : folded
    const found = new Map<number, NameFound>()
    const take = ({ name }: Pattern, start: number, end: number, tricks: readonly TextTrick[]): void => {
      const before = found.get(name.identity)
      const near = {
        before: folded.slice(Math.max(0, start - surroundingCharacters), start),
        after: folded.slice(end, end + surroundingCharacters),
      }
      const surroundings = before === undefined ? [] : [...before.surroundings]
      if (surroundings.length < limits.mailNamePlacesMax) surroundings.push(near)
      const isLonger = before !== undefined && before.start === start && before.end < end
      const isSurer = before?.name.needsContext === true && !name.needsContext
      if (before !== undefined && !isLonger && !isSurer) {
        if (before.surroundings.length < limits.mailNamePlacesMax) found.set(name.identity, { ...before, surroundings })
        return
      }
      found.set(name.identity, { name, start, end, excerpt: excerptOf(shown, start, end), tricks, surroundings })
    }
    const symbols = symbolsOf(folded)
    this.#plain.scan(symbols, (pattern, start, end, cuts) => {
      const spacing = spacingOf(pattern, cuts)
      if (spacing === 'other-words') return
      const tricks: TextTrick[] = tricksIn(isSame ? text.slice(start, end) : text)
      take(pattern, start, end, spacing === 'spaced' ? [...tricks, 'spacing'] : tricks)
    })
    const deep = deepenSymbols(symbols)
    if (deep !== undefined) {
      this.#deep.scan(deep.symbols, (pattern, start, end, cuts) => {
        if (found.has(pattern.name.identity) || spacingOf(pattern, cuts) === 'other-words') return
        take(pattern, deep.positions?.[start] ?? 0, deep.positions?.[end] ?? 0, ['letter-pair'])
      })
    }
    return [...found.values()]
  }
}

const excerptOf = (text: string, start: number, end: number): string =>
  text.slice(start, Math.min(end, start + limits.mailExcerptCharactersMax)).replace(/\s+/g, ' ')

/** How a name was parted: where its own words part (`plain`), letter by letter (`spaced`), or as words of something
 *  else (`you know ink is`). */
function spacingOf({ splits, symbols }: Pattern, cuts: readonly number[]): 'plain' | 'spaced' | 'other-words' {
  if (cuts.length === 0) return 'plain'
  const ends = [0, ...cuts.filter((cut) => cut < symbols), symbols]
  let odd = 0
  for (let i = 1; i < ends.length - 1; i++) {
    const at = ends[i] as number
    if (splits.has(at)) continue
    odd++
    const pieces = [at - (ends[i - 1] as number), (ends[i + 1] as number) - at]
    if (Math.min(...pieces) > 1 || Math.max(...pieces) > 2 || symbols < 4) return 'other-words'
  }
  return odd === 0 ? 'plain' : 'spaced'
}
