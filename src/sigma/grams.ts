/** Finds which of many literals a text contains. Each literal stands under some of its characters in a row, a gram, the
 *  rarest it has (beyond ASCII, under its first such character); the text is read once, its case folded on the way, and
 *  where a gram is somebody's, the literal is compared. A table of bits that fits the first-level cache answers for most
 *  places. */
import { addToRun, commonnessOf, outputsByText, packRuns, placeOf, rarestRun, startsOf } from './gram-runs.ts'
import type { ScanLiteral, ScanSink } from './scan-literal.ts'
import { foldUnit, hasRareUnit } from './text.ts'

const gramLength = 4
const classBits = 6
/** Grams that are stepped over at most: each literal stands under as many. */
const strideMost = 8
const gramMask = 2 ** (classBits * gramLength) - 1
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
  readonly #bits: Int32Array
  /** See `GramRuns`; a gram ends at its place in a literal. */
  readonly #heads: Int32Array
  readonly #members: Int32Array
  /** Where all literals are long, only every so many grams of a text are looked at; each literal then stands under as
   *  many of its grams in a row, of which one is met. */
  readonly #stride: number
  /** Of literals: their units one after the other, and where each begins. */
  readonly #units: Uint16Array
  readonly #starts: Int32Array
  readonly #outputs: (readonly number[])[]
  readonly #shortest: number
  /** Literals beyond ASCII, by their first unit that is, and where it stands. */
  readonly #rare = new Map<number, { readonly index: number; readonly offset: number }[]>()

  /** Literals have three characters at least, or one beyond ASCII. One that is shorter than a gram stands under every
   *  gram that begins with it. */
  constructor(literals: readonly ScanLiteral[]) {
    const byText = outputsByText(literals)
    const texts = [...byText.keys()]
    this.#outputs = [...byText.values()]
    this.#shortest = texts.reduce((least, text) => Math.min(least, text.length), Number.POSITIVE_INFINITY)
    this.#starts = startsOf(texts)
    this.#units = new Uint16Array(this.#starts[texts.length] as number)
    for (const [index, text] of texts.entries()) {
      for (let i = 0; i < text.length; i++) this.#units[(this.#starts[index] as number) + i] = text.charCodeAt(i)
    }
    const isRare = texts.some(hasRareUnit)
    this.#stride = isRare ? 1 : Math.max(1, Math.min(strideMost, this.#shortest - gramLength + 1))
    // Some 32 places a literal: most bits stay empty. 2^18 bits are 32 KiB.
    const bits = Math.min(18, Math.max(10, Math.ceil(Math.log2(texts.length * this.#stride * 32))))
    this.#shift = 32 - bits
    const packed = packRuns(this.#place(texts), bits)
    this.#bits = packed.bits
    this.#heads = packed.heads
    this.#members = packed.members
  }

  /** Chooses each literal's gram; gives literals by gram. */
  #place(texts: readonly string[]): Map<number, number[]> {
    const all = texts.map(gramsOf)
    const commonness = commonnessOf(all)
    const runs = new Map<number, number[]>()
    for (const [index, text] of texts.entries()) {
      if (hasRareUnit(text)) {
        this.#placeRare(index, text)
        continue
      }
      const grams = all[index] as readonly number[]
      const begin = rarestRun(grams, this.#stride, commonness)
      const length = Math.min(gramLength, text.length)
      // A literal shorter than a gram stands under all grams that begin with it.
      const open = classBits * (gramLength - length)
      for (let at = begin; at < begin + this.#stride; at++) {
        for (let rest = 0; rest < 1 << open; rest++) {
          addToRun(runs, (grams[at] as number) | rest, index, at + gramLength)
        }
      }
    }
    return runs
  }

  #placeRare(index: number, text: string): void {
    let offset = 0
    while (text.charCodeAt(offset) < 128) offset++
    const unit = text.charCodeAt(offset)
    const others = this.#rare.get(unit)
    if (others === undefined) this.#rare.set(unit, [{ index, offset }])
    else others.push({ index, offset })
  }

  /** Reports every literal that the text contains. */
  scan(text: string, sink: ScanSink): void {
    if (text.length < this.#shortest) return
    if (this.#stride > 1) return this.#scanByStrides(text, sink)
    const bits = this.#bits
    const shift = this.#shift
    const { length } = text
    let gram = 0
    for (let i = 0; i < length; i++) {
      const unit = text.charCodeAt(i)
      gram =
        ((gram << classBits) | (unit < 128 ? (classes[unit] as number) : this.#meetRare(text, i, unit, sink))) &
        gramMask
      const place = placeOf(gram, shift)
      if (((bits[place >>> 5] as number) & (1 << (place & 31))) !== 0) this.#compareAll(text, i, gram, place, sink)
    }
    // Short literals at the very end: what follows the text is of no class.
    for (let i = length; i < length + gramLength - 1; i++) {
      gram = (gram << classBits) & gramMask
      this.#compareAll(text, i, gram, placeOf(gram, shift), sink)
    }
  }

  #scanByStrides(text: string, sink: ScanSink): void {
    const bits = this.#bits
    const shift = this.#shift
    const stride = this.#stride
    for (let i = gramLength - 1; i < text.length; i += stride) {
      let gram = 0
      for (let j = i - gramLength + 1; j <= i; j++) gram = (gram << classBits) | classOf(text.charCodeAt(j))
      const place = placeOf(gram, shift)
      if (((bits[place >>> 5] as number) & (1 << (place & 31))) !== 0) this.#compareAll(text, i, gram, place, sink)
    }
  }

  /** Compares the literals that have a unit beyond ASCII where the text has one; gives the unit's class. */
  #meetRare(text: string, at: number, unit: number, sink: ScanSink): number {
    for (const { index, offset } of this.#rare.get(foldUnit(unit)) ?? []) this.#compare(text, at - offset, index, sink)
    return otherClassOf(unit)
  }

  /** Compares the literals of a gram that ends at a unit of the text. */
  #compareAll(text: string, gramLast: number, gram: number, place: number, sink: ScanSink): void {
    const members = this.#members
    const heads = this.#heads
    let at = heads[place & (heads.length - 1)] as number
    if (at === 0) return
    for (let size = members[at] as number; size > 0; size = members[at] as number) {
      const end = at + 2 + size
      if (members[at + 1] === gram) {
        for (let i = at + 2; i < end; i += 2) {
          this.#compare(text, gramLast + 1 - (members[i + 1] as number), members[i] as number, sink)
        }
      }
      at = end
    }
  }

  #compare(text: string, begin: number, index: number, sink: ScanSink): void {
    const units = this.#units
    const from = this.#starts[index] as number
    const length = (this.#starts[index + 1] as number) - from
    if (begin < 0 || begin + length > text.length) return
    for (let i = 0; i < length; i++) {
      const unit = text.charCodeAt(begin + i)
      if ((unit < 128 ? folds[unit] : foldUnit(unit)) !== units[from + i]) return
    }
    for (const output of this.#outputs[index] as readonly number[]) sink.hit(output)
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
