/** Sigma's text values: backslashes and wildcards read into a pattern, and patterns matched against text. Case is folded
 *  one UTF-16 unit at a time, so that a folded text has the length of the original. */

/** `*`: any number of characters. */
export const many = 0
/** `?`: exactly one character. */
export const one = 1

/** Literal pieces and wildcards in their order. Pieces are not empty, and no two stand side by side. */
export type Pattern = readonly (string | typeof many | typeof one)[]

let foldedUnits: Uint16Array | undefined

/** The lower case of every UTF-16 unit, where that is one unit too. Made when first asked for: most text is ASCII. */
function makeFoldedUnits(): Uint16Array {
  const folded = new Uint16Array(0x1_0000)
  for (let unit = 0; unit < folded.length; unit++) {
    const lower = String.fromCharCode(unit).toLowerCase()
    folded[unit] = lower.length === 1 ? lower.charCodeAt(0) : unit
  }
  return folded
}

/** The lower case of one UTF-16 unit, where that is one unit too; otherwise the unit itself. */
export function foldUnit(unit: number): number {
  if (unit < 128) return unit >= 65 && unit <= 90 ? unit + 32 : unit
  foldedUnits ??= makeFoldedUnits()
  return foldedUnits[unit] as number
}

const beyondAscii = /[^\0-\x7f]/

/** Whether a text holds something beyond ASCII. */
export const hasRareUnit = (text: string): boolean => beyondAscii.test(text)

/** The text in lower case, unit by unit. */
export function fold(text: string): string {
  if (!beyondAscii.test(text)) return text.toLowerCase()
  let folded = ''
  for (let i = 0; i < text.length; i++) folded += String.fromCharCode(foldUnit(text.charCodeAt(i)))
  return folded
}

/** The text in memory of its own. A piece cut from a line keeps the whole line alive: what is remembered must not. */
export const detached = (text: string): string => `${text}\0`.slice(0, -1)

/** The dashes that `windash` takes for one another: hyphen-minus, slash, en dash, em dash, horizontal bar. */
export const allDashes: readonly string[] = ['-', '/', '\u2013', '\u2014', '\u2015']
const otherDashes = /[/\u2013\u2014\u2015]/g

/** The text with each of the five dashes written as a hyphen-minus. */
export const foldDashes = (text: string): string => text.replace(otherDashes, '-')

/** Puts pieces together: joins literals that touch, drops empty ones and repeated `*`. */
export function toPattern(pieces: Iterable<string | typeof many | typeof one>): Pattern {
  const pattern: (string | typeof many | typeof one)[] = []
  for (const piece of pieces) {
    const last = pattern.at(-1)
    if (piece === '' || (piece === many && last === many)) continue
    if (typeof piece === 'string' && typeof last === 'string') pattern[pattern.length - 1] = last + piece
    else pattern.push(piece)
  }
  return pattern
}

/** Reads a value of a rule (rules specification, "Escape Character"): a backslash makes a following `*`, `?` or backslash
 *  plain, and stands for itself before anything else. */
export function parsePattern(value: string): Pattern {
  const pieces: (string | typeof many | typeof one)[] = []
  let literal = ''
  for (let i = 0; i < value.length; i++) {
    const character = value[i] as string
    const next = value[i + 1]
    if (character === '\\' && (next === '*' || next === '?' || next === '\\')) {
      literal += next
      i++
    } else if (character === '*' || character === '?') {
      pieces.push(literal, character === '*' ? many : one)
      literal = ''
    } else literal += character
  }
  pieces.push(literal)
  return toPattern(pieces)
}

/** The pattern with its literals changed. */
export const mapLiterals = (pattern: Pattern, change: (literal: string) => string): Pattern =>
  pattern.map((piece) => (typeof piece === 'string' ? change(piece) : piece))

/** The one literal that a pattern without wildcards is; undefined where there are wildcards. */
export function literalOf(pattern: Pattern): string | undefined {
  if (pattern.length === 0) return ''
  return pattern.length === 1 && typeof pattern[0] === 'string' ? pattern[0] : undefined
}

/** How the literal of a pattern without inner wildcards stands in the text. */
export type Anchoring = 'equals' | 'startswith' | 'endswith' | 'contains'

/** A pattern that is one literal with at most a `*` on either side; undefined for any other. */
export function simpleForm(pattern: Pattern): { readonly literal: string; readonly anchoring: Anchoring } | undefined {
  const opens = pattern[0] === many
  const closes = pattern.length > 1 && pattern.at(-1) === many
  const literal = literalOf(pattern.slice(opens ? 1 : 0, closes ? -1 : undefined))
  if (literal === undefined || (opens && literal === '')) return undefined
  if (opens) return { literal, anchoring: closes ? 'contains' : 'endswith' }
  return { literal, anchoring: closes ? 'startswith' : 'equals' }
}

/** Pieces between two `*`: literals and `?`, of a fixed length. */
interface Segment {
  readonly pieces: readonly (string | typeof one)[]
  readonly length: number
}

/** A pattern made ready for matching. */
export class Glob {
  readonly #segments: Segment[] = [{ pieces: [], length: 0 }]

  constructor(pattern: Pattern) {
    for (const piece of pattern) {
      const last = this.#segments.at(-1) as Segment
      if (piece === many) this.#segments.push({ pieces: [], length: 0 })
      else {
        const length = last.length + (typeof piece === 'string' ? piece.length : 1)
        this.#segments[this.#segments.length - 1] = { pieces: [...last.pieces, piece], length }
      }
    }
  }

  /** Whether the whole text is as the pattern says. Each segment is taken where it first fits, which is as good as
   *  anywhere later: the work is at most text times pattern. */
  matches(text: string): boolean {
    const [first, ...others] = this.#segments as [Segment, ...Segment[]]
    const last = others.pop()
    if (last === undefined) return text.length === first.length && stands(first, text, 0)
    if (text.length < first.length + last.length || !stands(first, text, 0)) return false
    const end = text.length - last.length
    if (!stands(last, text, end)) return false
    let at = first.length
    for (const segment of others) {
      const found = find(segment, text, at, end)
      if (found < 0) return false
      at = found + segment.length
    }
    return at <= end
  }
}

function stands(segment: Segment, text: string, from: number): boolean {
  let at = from
  for (const piece of segment.pieces) {
    if (typeof piece === 'string') {
      if (!text.startsWith(piece, at)) return false
      at += piece.length
    } else at++
  }
  return true
}

/** Where a segment first fits between two places, or -1. */
function find(segment: Segment, text: string, from: number, end: number): number {
  const [only] = segment.pieces
  if (segment.pieces.length === 1 && typeof only === 'string') {
    const found = text.indexOf(only, from)
    return found + segment.length <= end ? found : -1
  }
  for (let at = from; at + segment.length <= end; at++) if (stands(segment, text, at)) return at
  return -1
}
