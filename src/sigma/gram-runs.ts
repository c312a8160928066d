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

/** How many literals have each gram; of each literal, its grams. */
export function commonnessOf(literals: Iterable<readonly number[]>): Map<number, number> {
  const commonness = new Map<number, number>()
  for (const grams of literals) for (const gram of grams) commonness.set(gram, (commonness.get(gram) ?? 0) + 1)
  return commonness
}

/** Where, among a literal's grams, so many in a row begin that the fewest literals have. */
export function rarestRun(grams: readonly number[], count: number, commonness: ReadonlyMap<number, number>): number {
  let best = 0
  let least = Number.POSITIVE_INFINITY
  for (let begin = 0; begin + count <= grams.length; begin++) {
    let sum = 0
    for (let at = begin; at < begin + count; at++) sum += commonness.get(grams[at] as number) ?? 0
    if (sum < least) {
      least = sum
      best = begin
    }
  }
  return best
}

/** Puts a literal under a gram, which stands so far into it. */
export function addToRun(runs: Map<number, number[]>, gram: number, literal: number, at: number): void {
  const run = runs.get(gram)
  if (run === undefined) runs.set(gram, [literal, at])
  else run.push(literal, at)
}

/** Literals by gram. */
export interface GramRuns {
  /** One bit a place that a gram is hashed to: set where there is a run. */
  readonly bits: Int32Array
  /** Where the runs of some places, told by their low bits, begin in `members`. */
  readonly heads: Int32Array
  /** Behind a head: for each run twice its number of literals, its gram, and for each literal its number and how far into
   *  it the gram stands; at the end a 0. */
  readonly members: Int32Array
}

const spread = 0x9e3779b1

/** The place of a gram among `2 ** (32 - shift)`. */
export const placeOf = (gram: number, shift: number): number => Math.imul(gram, spread) >>> shift

/** Packs runs by their grams; places have `bits` bits. */
export function packRuns(runs: ReadonlyMap<number, readonly number[]>, bits: number): GramRuns {
  const headBits = Math.min(bits, Math.max(4, Math.ceil(Math.log2(runs.size + 1)) + 1))
  const mask = 2 ** headBits - 1
  const byHead = new Map<number, [gram: number, run: readonly number[]][]>()
  const places = new Int32Array(2 ** (bits - 5))
  for (const [gram, run] of runs) {
    const place = placeOf(gram, 32 - bits)
    places[place >>> 5] = (places[place >>> 5] as number) | (1 << (place & 31))
    const others = byHead.get(place & mask)
    if (others === undefined) byHead.set(place & mask, [[gram, run]])
    else others.push([gram, run])
  }
  const size = 1 + byHead.size + runs.values().reduce((sum, run) => sum + run.length + 2, 0)
  const packed: GramRuns = { bits: places, heads: new Int32Array(2 ** headBits), members: new Int32Array(size) }
  let at = 1
  for (const [head, several] of byHead) {
    packed.heads[head] = at
    for (const [gram, run] of several) {
      packed.members[at] = run.length
      packed.members[at + 1] = gram
      packed.members.set(run, at + 2)
      at += run.length + 2
    }
    at++
  }
  return packed
}
