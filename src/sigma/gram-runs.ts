/** What tables of grams have in common, whatever a gram is: literals gathered by their text, and the literals of each gram
 *  behind a table of bits. */
import type { ScanLiteral } from './scan-literal.ts'

/** The outputs of each literal, literals that are the same together, in the order in which they come. */
export function outputsByText(literals: Iterable<ScanLiteral>): Map<string, number[]> {
  const byText = new Map<string, number[]>()
  for (const { literal, output } of literals) {
    const outputs = byText.get(literal)
    if (outputs === undefined) byText.set(literal, [output])
    else if (!outputs.includes(output)) outputs.push(output)
  }
  return byText
}

/** Where each text begins when all stand one after the other; one more at the end. */
export function startsOf(texts: readonly string[]): Int32Array {
  const starts = new Int32Array(texts.length + 1)
  for (const [index, text] of texts.entries()) starts[index + 1] = (starts[index] as number) + text.length
  return starts
}

/** Runs of members by hashed gram. */
export interface GramRuns {
  /** One bit a place: set where there is a run. */
  readonly bits: Int32Array
  /** Where the run of a place begins in `members`, or 0. */
  readonly heads: Int32Array
  /** The runs, each ended by -1. */
  readonly members: Int32Array
}

/** Packs runs by their places, which have `bits` bits. */
export function packRuns(runs: ReadonlyMap<number, readonly number[]>, bits: number): GramRuns {
  const packed: GramRuns = {
    bits: new Int32Array(2 ** (bits - 5)),
    heads: new Int32Array(2 ** bits),
    members: new Int32Array(1 + runs.values().reduce((sum, run) => sum + run.length + 1, 0)),
  }
  let at = 1
  for (const [place, run] of runs) {
    packed.bits[place >>> 5] = (packed.bits[place >>> 5] as number) | (1 << (place & 31))
    packed.heads[place] = at
    packed.members.set(run, at)
    at += run.length
    packed.members[at++] = -1
  }
  return packed
}
