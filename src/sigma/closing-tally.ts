/** What a correlation remembers of one window that is judged when it is over: upper bounds, averages, percentiles and
 *  shares say nothing before. */
import { limits } from '../core/limits.ts'
import { compares } from './checks.ts'
import type { CorrelationRule } from './rule.ts'
import { countSequence } from './sequence-tally.ts'
import { numbersOf, type Sighting } from './sliding-tally.ts'

/** What a window came to: a measure, and the value that it is the share of. */
export interface Measured {
  readonly measure: number
  readonly value?: string
}

/** One window's memory. */
export class ClosingTally {
  readonly #rule: CorrelationRule
  #count = 0
  readonly #values = new Map<string, number>()
  #numbers: number[] = []
  /** Of so many numbers one is kept. */
  #stride = 1
  #sum = 0
  readonly #seen: Pick<Sighting, 'timeMs' | 'order' | 'rule'>[] = []

  constructor(rule: CorrelationRule) {
    this.#rule = rule
  }

  get size(): number {
    return 1 + this.#values.size + this.#numbers.length + this.#seen.length
  }

  /** Adds a sighting; false where a bound keeps something of it from being remembered. */
  add(sighting: Sighting): boolean {
    const { timeMs, order, rule, value } = sighting
    const { type, percentile } = this.#rule
    this.#count++
    if (type === 'value_count' || (type === 'value_percentile' && percentile === undefined))
      return this.#addValue(value, 1)
    if (type === 'value_sum' || type === 'value_avg') this.#sum += Number(value)
    else if (type === 'value_median' || type === 'value_percentile') return this.#addNumber(Number(value))
    else if (type === 'temporal' || type === 'temporal_ordered') {
      if (this.#seen.length >= limits.sigmaWindowSightingsMax) return false
      this.#seen.push({ timeMs, order, rule })
    }
    return true
  }

  #addValue(value: string, times: number): boolean {
    const known = this.#values.get(value)
    if (known === undefined && this.#values.size >= limits.sigmaWindowValuesMax) return false
    this.#values.set(value, (known ?? 0) + times)
    return true
  }

  #addNumber(number: number): boolean {
    if (this.#count % this.#stride === 0) this.#numbers.push(number)
    if (this.#numbers.length <= limits.sigmaGroupNumbersMax) return true
    this.#numbers = this.#numbers.filter((_, index) => index % 2 === 1)
    this.#stride *= 2
    return false
  }

  /** What satisfies the bounds: one measure, or one for each value whose share does. */
  judge(): readonly Measured[] {
    const { bounds } = this.#rule
    return this.#measures().filter(({ measure }) =>
      bounds.every(({ operator, value }) => compares(measure, operator, value)),
    )
  }

  #measures(): Measured[] {
    const { type, percentile } = this.#rule
    switch (type) {
      case 'event_count':
        return [{ measure: this.#count }]
      case 'value_count':
        return [{ measure: this.#values.size }]
      case 'value_sum':
        return [{ measure: this.#sum }]
      case 'value_avg':
        return [{ measure: this.#sum / this.#count }]
      case 'value_median':
        return [{ measure: this.#percentile(50) }]
      case 'value_percentile':
        return percentile === undefined ? this.#shares() : [{ measure: this.#percentile(percentile) }]
      case 'temporal':
      case 'temporal_ordered': {
        const seen = this.#seen.toSorted((a, b) => a.timeMs - b.timeMs || a.order - b.order || b.rule - a.rule)
        return [{ measure: countSequence(seen, type === 'temporal_ordered') }]
      }
    }
  }

  /** By linear interpolation between the two nearest numbers (Hyndman and Fan 1996, type 7). */
  #percentile(percent: number): number {
    const sorted = this.#numbers.toSorted((a, b) => a - b)
    const at = ((sorted.length - 1) * percent) / 100
    const [low, high] = [sorted[Math.floor(at)] ?? Number.NaN, sorted[Math.ceil(at)] ?? Number.NaN]
    return low + (high - low) * (at - Math.floor(at))
  }

  /** Each value's share of the window's events, in percent. */
  #shares(): Measured[] {
    return [...this.#values].map(([value, times]) => ({ value, measure: (100 * times) / this.#count }))
  }

  save(): unknown {
    const seen = this.#seen.flatMap(({ timeMs, order, rule }) => [timeMs, order, rule])
    return [this.#count, [...this.#values], this.#numbers, this.#stride, this.#sum, seen]
  }

  load(saved: unknown): void {
    if (!Array.isArray(saved)) return
    const [count = 0, stride = 1, sum = 0] = [saved[0], saved[3], saved[4]].map(Number)
    this.#count += count
    this.#sum += sum
    this.#stride = Math.max(this.#stride, stride)
    for (const pair of Array.isArray(saved[1]) ? saved[1] : []) {
      if (Array.isArray(pair) && typeof pair[0] === 'string') this.#addValue(pair[0], Number(pair[1]))
    }
    this.#numbers.push(...numbersOf(saved[2]))
    const seen = numbersOf(saved[5])
    for (let i = 0; i + 2 < seen.length; i += 3) {
      this.#seen.push({ timeMs: seen[i] as number, order: seen[i + 1] as number, rule: seen[i + 2] as number })
    }
  }
}
