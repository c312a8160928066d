/** Finds which of many literals a folded text of ASCII contains. Each literal stands under four of its bytes in a row, the
 *  rarest it has; the text is read four bytes at a time, and where they are somebody's, the literal is compared. A table of
 *  bits that fits the first-level cache answers for most places. */
import type { FoldedText } from '../formats/folded-text.ts'
import { addToRun, commonnessOf, outputsByText, packRuns, placeOf, rarestRun, startsOf } from './gram-runs.ts'
import type { ScanLiteral, ScanSink } from './scan-literal.ts'
import { hasRareUnit } from './text.ts'

const gramBytes = 4
/** Bytes that are stepped over at most: each literal stands under as many grams. */
const strideMost = 8

const byteAt = (text: string, at: number): number => text.charCodeAt(at)
const gramAt = (text: string, at: number): number =>
  byteAt(text, at) | (byteAt(text, at + 1) << 8) | (byteAt(text, at + 2) << 16) | (byteAt(text, at + 3) << 24)

/** The whole grams of a text, each by where it begins. */
const gramsOf = (text: string): number[] =>
  Array.from({ length: Math.max(0, text.length - gramBytes + 1) }, (_, at) => gramAt(text, at))

/** Bytes that may follow a literal that is shorter than a gram: all folded ones, and the zero behind the text. */
const followers = Array.from({ length: 128 }, (_, byte) => byte).filter((byte) => byte < 65 || byte > 90)

/** The grams from a place in a literal on; several where it is shorter. */
function gramsFrom(text: string, at: number): number[] {
  if (text.length >= gramBytes) return [gramAt(text, at)]
  const known = text.length
  let grams = [0]
  for (let i = 0; i < gramBytes; i++) {
    grams =
      i < known
        ? grams.map((gram) => gram | (byteAt(text, i) << (i * 8)))
        : grams.flatMap((gram) => followers.map((byte) => gram | (byte << (i * 8))))
  }
  return grams
}

/** All literals that may stand anywhere in a text of ASCII. */
export class FoldedGrams {
  readonly #shift: number
  readonly #bits: Int32Array
  /** See `GramRuns`; a gram begins at its place in a literal. */
  readonly #heads: Int32Array
  readonly #members: Int32Array
  readonly #stride: number
  /** Of literals: their bytes one after the other, and where each begins. */
  readonly #bytes: Uint8Array
  readonly #starts: Int32Array
  readonly #outputs: (readonly number[])[]
  readonly #shortest: number

  /** Literals have three characters at least. Those that hold more than ASCII are left out: no such text contains them. */
  constructor(literals: readonly ScanLiteral[]) {
    const byText = outputsByText(literals.filter(({ literal }) => !hasRareUnit(literal)))
    const texts = [...byText.keys()]
    this.#outputs = [...byText.values()]
    this.#shortest = texts.reduce((least, text) => Math.min(least, text.length), Number.POSITIVE_INFINITY)
    this.#starts = startsOf(texts)
    this.#bytes = Uint8Array.from(Buffer.from(texts.join(''), 'latin1'))
    this.#stride = Math.max(1, Math.min(strideMost, this.#shortest - gramBytes + 1))
    // Some 32 places a literal: most bits stay empty. 2^19 bits are 64 KiB.
    const bits = Math.min(19, Math.max(10, Math.ceil(Math.log2((texts.length + 1) * this.#stride * 32))))
    this.#shift = 32 - bits
    const packed = packRuns(this.#place(texts), bits)
    this.#bits = packed.bits
    this.#heads = packed.heads
    this.#members = packed.members
  }

  /** Chooses each literal's grams; gives literals by gram. */
  #place(texts: readonly string[]): Map<number, number[]> {
    const grams = texts.map(gramsOf)
    const commonness = commonnessOf(grams)
    const runs = new Map<number, number[]>()
    for (const [index, text] of texts.entries()) {
      const begin = rarestRun(grams[index] as readonly number[], this.#stride, commonness)
      for (let at = begin; at < begin + this.#stride; at++) {
        for (const gram of gramsFrom(text, at)) addToRun(runs, gram, index, at)
      }
    }
    return runs
  }

  /** Reports every literal that the text contains. */
  scan({ bytes, view, length }: FoldedText, sink: ScanSink): void {
    if (length < this.#shortest) return
    const bits = this.#bits
    const shift = this.#shift
    const stride = this.#stride
    // The first gram that a stride meets of a literal at the text's start is its last.
    const end = length - Math.min(gramBytes, this.#shortest)
    for (let i = stride - 1; i <= end; i += stride) {
      const gram = view.getInt32(i, true)
      const place = placeOf(gram, shift)
      if (((bits[place >>> 5] as number) & (1 << (place & 31))) !== 0) {
        this.#compareAll(bytes, length, i, gram, place, sink)
      }
    }
  }

  /** Compares the literals of a gram that begins at a byte of the text. */
  #compareAll(bytes: Uint8Array, length: number, gramAt: number, gram: number, place: number, sink: ScanSink): void {
    const members = this.#members
    const heads = this.#heads
    let at = heads[place & (heads.length - 1)] as number
    if (at === 0) return
    for (let size = members[at] as number; size > 0; size = members[at] as number) {
      const end = at + 2 + size
      if (members[at + 1] === gram) {
        for (let i = at + 2; i < end; i += 2) {
          this.#compare(bytes, length, gramAt - (members[i + 1] as number), members[i] as number, sink)
        }
      }
      at = end
    }
  }

  #compare(bytes: Uint8Array, textLength: number, begin: number, index: number, sink: ScanSink): void {
    const literals = this.#bytes
    const from = this.#starts[index] as number
    const length = (this.#starts[index + 1] as number) - from
    if (begin < 0 || begin + length > textLength) return
    for (let i = 0; i < length; i++) if (bytes[begin + i] !== literals[from + i]) return
    for (const output of this.#outputs[index] as readonly number[]) sink.hit(output)
  }
}
