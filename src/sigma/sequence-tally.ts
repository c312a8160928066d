/** What a temporal correlation remembers of one group: the last times of each of its rules. It asks whether enough of
 *  the rules matched within the timespan, and, where the order counts, whether in the order of the correlation. */
import { limits } from '../core/limits.ts'
import { numbersOf, type Sighting, type SlidingTally } from './sliding-tally.ts'

type Seen = Pick<Sighting, 'timeMs' | 'order' | 'rule'>

const earlier = (a: Seen, b: Seen): number => a.timeMs - b.timeMs || a.order - b.order || b.rule - a.rule

/** How many different rules matched. */
function countRules(seen: readonly Seen[]): number {
  return new Set(seen.map(({ rule }) => rule)).size
}

/** The most rules that can be picked so that each comes after the one before, in time and in the correlation: the
 *  longest ascending run. One event cannot follow itself: its rules come in descending order. */
function countOrdered(seen: readonly Seen[]): number {
  const lasts: number[] = []
  for (const { rule } of seen) {
    const place = lasts.findIndex((last) => last >= rule)
    lasts[place < 0 ? lasts.length : place] = rule
  }
  return lasts.length
}

/** How many rules matched, in the way that the correlation counts them; `seen` must be in the order of time. */
export const countSequence = (seen: readonly Seen[], isOrdered: boolean): number =>
  isOrdered ? countOrdered(seen) : countRules(seen)

/** The last times of each rule. */
export class SequenceTally implements SlidingTally {
  readonly #least: number
  readonly #timespanMs: number
  readonly #isOrdered: boolean
  /** By rule, in the order of time. */
  readonly #byRule: Seen[][]
  measure = 0

  constructor(rules: number, least: number, timespanMs: number, isOrdered: boolean) {
    this.#least = least
    this.#timespanMs = timespanMs
    this.#isOrdered = isOrdered
    this.#byRule = Array.from({ length: rules }, () => [])
  }

  get size(): number {
    return this.#byRule.reduce((sum, seen) => sum + seen.length, 0)
  }

  add(sighting: Sighting): boolean {
    const { timeMs, order, rule } = sighting
    const seen = this.#byRule[rule] as Seen[]
    const isLatest = this.#byRule.every((each) => (each.at(-1)?.timeMs ?? timeMs) <= timeMs)
    seen.push({ timeMs, order, rule })
    if (seen.length > 1 && (seen.at(-2) as Seen).timeMs > timeMs) seen.sort(earlier)
    if (seen.length > limits.sigmaSequenceTimesMax) seen.shift()
    const near = this.#byRule.filter(
      (each) => Math.abs((each.at(-1)?.timeMs ?? Number.NaN) - timeMs) < this.#timespanMs,
    )
    if (isLatest && near.length < this.#least) return false
    return this.#isReached(timeMs, isLatest)
  }

  /** Looks at the windows that hold a time: the one that ends there, and, for a late one, those that end later. */
  #isReached(timeMs: number, isLatest: boolean): boolean {
    const around = this.#byRule
      .flat()
      .filter((each) => Math.abs(each.timeMs - timeMs) < this.#timespanMs)
      .sort(earlier)
    const ends = isLatest
      ? [timeMs]
      : new Set(around.filter((each) => each.timeMs >= timeMs).map((each) => each.timeMs))
    for (const end of ends) {
      const inside = around.filter((each) => each.timeMs <= end && each.timeMs > end - this.#timespanMs)
      const count = countSequence(inside, this.#isOrdered)
      if (count < this.#least) continue
      this.measure = count
      return true
    }
    return false
  }

  save(): unknown {
    return this.#byRule.map((seen) => seen.flatMap(({ timeMs, order }) => [timeMs, order]))
  }

  load(saved: unknown): boolean {
    let reached = false
    for (const [rule, list] of (Array.isArray(saved) ? saved : []).entries()) {
      if (rule >= this.#byRule.length) break
      const numbers = numbersOf(list)
      for (let i = 0; i + 1 < numbers.length; i += 2) {
        const [timeMs, order] = [numbers[i] as number, numbers[i + 1] as number]
        if (this.add({ timeMs, order, rule, value: '' })) reached = true
      }
    }
    return reached
  }
}
