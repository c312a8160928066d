/** Finds which of many literals a text contains. Each literal stands under three of its characters in a row, the rarest
 *  it has; the text is read once, and where three characters are somebody's, the literal is compared. A table of bits
 *  that fits the first-level cache answers for most places. Case is folded on the way. */
import type { ScanLiteral, ScanSink } from './scan-literal.ts'
import { foldUnit } from './text.ts'

const gramLength = 3
const classBits = 6
const gramMask = (1 << (classBits * gramLength)) - 1
const otherClass = 63

/** Classes of ASCII: letters without case, digits, and the punctuation of paths and command lines one by one. What
 *  shares the last class is told apart when literals are compared. */
const classes = makeClasses()

function makeClasses(): Uint8Array {
  const found = new Uint8Array(128).fill(otherClass)
  const single = 'abcdefghijklmnopqrstuvwxyz0123456789 \\/.-_:="\'()[]{}$%&,;*@#|+'
  for (let i = 0; i < single.length; i++) found[single.charCodeAt(i)] = i + 1
  for (let unit = 65; unit <= 90; unit++) found[unit] = found[unit + 32] as number
  return found
}

const classOf = (unit: number): number => (unit < 128 ? (classes[unit] as number) : otherClassOf(unit))

function otherClassOf(unit: number): number {
  const folded = foldUnit(unit)
  return folded < 128 ? (classes[folded] as number) : otherClass
}

/** Folded ASCII, for comparing. */
const folds = Uint8Array.from({ length: 128 }, (_, unit) => foldUnit(unit))

/** All literals that may stand anywhere in a text. */
export class GramTable {
  readonly #shift: number
  readonly #bits: Uint32Array
  /** By hashed gram: where its literals begin in `#members`, or 0. */
  readonly #heads: Int32Array
  /** Runs of literals' numbers, each ended by -1. */
  readonly #members: Int32Array
  /** Of literals: their units one after the other, where each begins, and how far into it its gram ends. */
  readonly #units: Uint16Array
  readonly #starts: Int32Array
  readonly #gramEnds: Int32Array
  readonly #outputs: (readonly number[])[]

  /** Literals must not be empty. */
  constructor(literals: readonly ScanLiteral[]) {
    const byText = new Map<string, number[]>()
    for (const { literal, output } of literals) {
      const outputs = byText.get(literal)
      if (outputs === undefined) byText.set(literal, [output])
      else if (!outputs.includes(output)) outputs.push(output)
    }
    const texts = [...byText.keys()]
    this.#outputs = [...byText.values()]
    this.#starts = new Int32Array(texts.length + 1)
    for (const [index, text] of texts.entries()) this.#starts[index + 1] = (this.#starts[index] as number) + text.length
    this.#units = new Uint16Array(this.#starts[texts.length] as number)
    for (const [index, text] of texts.entries()) {
      for (let i = 0; i < text.length; i++) this.#units[(this.#starts[index] as number) + i] = text.charCodeAt(i)
    }
    // Some sixteen places a literal: most bits stay empty. 2^17 bits are 16 KiB.
    const bits = Math.min(17, Math.max(9, Math.ceil(Math.log2(texts.length * 16))))
    this.#shift = 32 - bits
    this.#bits = new Uint32Array(2 ** (bits - 5))
    this.#heads = new Int32Array(2 ** bits)
    this.#gramEnds = new Int32Array(texts.length)
    const runs = this.#place(texts)
    this.#members = new Int32Array(1 + runs.values().reduce((sum, run) => sum + run.length + 1, 0))
    let at = 1
    for (const [place, run] of runs) {
      this.#bits[place >>> 5] = (this.#bits[place >>> 5] as number) | (1 << (place & 31))
      this.#heads[place] = at
      this.#members.set(run, at)
      at += run.length
      this.#members[at++] = -1
    }
  }

  /** Chooses each literal's gram; gives literals by place in the table. */
  #place(texts: readonly string[]): Map<number, number[]> {
    const commonness = new Map<number, number>()
    for (const text of texts) for (const gram of gramsOf(text)) commonness.set(gram, (commonness.get(gram) ?? 0) + 1)
    const runs = new Map<number, number[]>()
    for (const [index, text] of texts.entries()) {
      let best = 0
      const grams = gramsOf(text)
      for (const [i, gram] of grams.entries()) {
        if ((commonness.get(gram) as number) < (commonness.get(grams[best] as number) as number)) best = i
      }
      const length = Math.min(gramLength, text.length)
      this.#gramEnds[index] = best + gramLength
      // A literal shorter than a gram stands under all grams that begin with it.
      const open = classBits * (gramLength - length)
      for (let rest = 0; rest < 1 << open; rest++) {
        const place = this.#placeOf((grams[best] as number) | rest)
        const run = runs.get(place)
        if (run === undefined) runs.set(place, [index])
        else if (run.at(-1) !== index) run.push(index)
      }
    }
    return runs
  }

  #placeOf(gram: number): number {
    return Math.imul(gram, 0x9e3779b1) >>> this.#shift
  }

  /** Reports every literal that the text contains. */
  scan(text: string, sink: ScanSink): void {
    const bits = this.#bits
    const shift = this.#shift
    const { length } = text
    let gram = 0
    for (let i = 0; i < length; i++) {
      const unit = text.charCodeAt(i)
      gram = ((gram << classBits) | (unit < 128 ? (classes[unit] as number) : otherClassOf(unit))) & gramMask
      const place = Math.imul(gram, 0x9e3779b1) >>> shift
      if (((bits[place >>> 5] as number) & (1 << (place & 31))) !== 0) this.#compare(text, i, place, sink)
    }
    // Short literals at the very end: what follows the text is of no class.
    for (let i = length; i < length + gramLength - 1; i++) {
      gram = (gram << classBits) & gramMask
      const place = this.#placeOf(gram)
      if (this.#heads[place] !== 0) this.#compare(text, i, place, sink)
    }
  }

  /** Compares the literals of a place whose gram ends at a unit of the text. */
  #compare(text: string, gramLast: number, place: number, sink: ScanSink): void {
    const members = this.#members
    const units = this.#units
    let at = this.#heads[place] as number
    for (let index = members[at] as number; index >= 0; index = members[++at] as number) {
      const from = this.#starts[index] as number
      const length = (this.#starts[index + 1] as number) - from
      const begin = gramLast + 1 - (this.#gramEnds[index] as number)
      if (begin < 0 || begin + length > text.length) continue
      let i = 0
      while (i < length) {
        const unit = text.charCodeAt(begin + i)
        if ((unit < 128 ? folds[unit] : foldUnit(unit)) !== units[from + i]) break
        i++
      }
      if (i === length) for (const output of this.#outputs[index] as readonly number[]) sink.hit(output)
    }
  }
}

/** The grams of a text, each by where it begins; one that is cut short where the text has fewer units. */
function gramsOf(text: string): number[] {
  const grams: number[] = []
  const last = Math.max(0, text.length - gramLength)
  for (let from = 0; from <= last; from++) {
    let gram = 0
    for (let i = from; i < from + gramLength; i++)
      gram = (gram << classBits) | (i < text.length ? classOf(text.charCodeAt(i)) : 0)
    grams.push(gram)
  }
  return grams
}
