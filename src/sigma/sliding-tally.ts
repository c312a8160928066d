/** What a correlation remembers of one group where it is judged at every event: counts and values that can only grow
 *  towards their bound. Each looks at the windows of the timespan that end at an event; a late event is put where it
 *  belongs, and the windows that it changes are looked at again. */
import { limits } from '../core/limits.ts'
import { compares } from './checks.ts'
import type { Bound } from './rule.ts'
import { TimeHeap } from './time-heap.ts'

/** A match as a tally sees it. */
export interface Sighting {
  readonly timeMs: number
  /** Numbers events in the order of their arrival; the same for all rules that one event matched. */
  readonly order: number
  /** Which of the correlation's rules matched. */
  readonly rule: number
  /** The value of a value correlation. */
  readonly value: string
}

/** One group's memory. `floorMs` is the timespan before the time that events agree on: what is older, and older than
 *  the timespan before the group's own newest, is forgotten. */
export interface SlidingTally {
  /** Adds a sighting; says whether the bound is reached in a window with it. */
  add(sighting: Sighting, floorMs: number): boolean
  /** What was measured when the bound was last reached. */
  readonly measure: number
  /** Things remembered. */
  readonly size: number
  /** Plain data that `load` takes. */
  save(): unknown
  /** Adds what another tally saved; says whether the bound is reached with it. */
  load(saved: unknown): boolean
}

/** The least whole number that satisfies lower bounds. */
export function leastOf(bounds: readonly Bound[]): number {
  const each = bounds.map(({ operator, value }) => (operator === 'gt' ? Math.floor(value) + 1 : Math.ceil(value)))
  return Math.max(1, ...each)
}

/** Numbers of a saved list; what is none is dropped. */
export const numbersOf = (saved: unknown): number[] =>
  Array.isArray(saved) ? saved.filter((each) => typeof each === 'number' && Number.isFinite(each)) : []

/** Where a time belongs in ascending times, behind those that equal it. */
function placeOf(times: readonly number[], timeMs: number, from: number): number {
  let low = from
  let high = times.length
  if (low === high || (times[high - 1] as number) <= timeMs) return high
  while (low < high) {
    const middle = (low + high) >> 1
    if ((times[middle] as number) <= timeMs) low = middle + 1
    else high = middle
  }
  return low
}

/** Counts events. Twice as many times are kept as the bound asks for: in order, whether so many fall into a window needs
 *  no more than that many, and the others place events that come late. */
export class CountTally implements SlidingTally {
  readonly #least: number
  readonly #most: number
  readonly #timespanMs: number
  #times: number[] = []
  #from = 0

  constructor(least: number, timespanMs: number) {
    this.#least = least
    this.#most = 2 * least + limits.sigmaLateTimesKept
    this.#timespanMs = timespanMs
  }

  get measure(): number {
    return this.#least
  }

  get size(): number {
    return this.#times.length - this.#from
  }

  add({ timeMs }: Sighting): boolean {
    const place = placeOf(this.#times, timeMs, this.#from)
    if (place === this.#times.length) this.#times.push(timeMs)
    else this.#times.splice(place, 0, timeMs)
    const reached = this.#isReached(place)
    if (this.size > this.#most) this.#from++
    if (this.#from > 64 && this.#from * 2 > this.#times.length) {
      this.#times = this.#times.slice(this.#from)
      this.#from = 0
    }
    return reached
  }

  /** Whether enough times around a place fall into one timespan. */
  #isReached(place: number): boolean {
    const last = Math.min(this.#times.length - 1, place + this.#least - 1)
    for (let end = Math.max(place, this.#from + this.#least - 1); end <= last; end++) {
      const begin = this.#times[end - this.#least + 1] as number
      if ((this.#times[end] as number) - begin < this.#timespanMs) return true
    }
    return false
  }

  save(): unknown {
    return this.#times.slice(this.#from)
  }

  load(saved: unknown): boolean {
    const more = numbersOf(saved).slice(-this.#most)
    return more.map((timeMs) => this.add({ timeMs, order: 0, rule: 0, value: '' })).some((each) => each)
  }
}

/** Counts distinct values. Each value is kept with the last time it was seen, in the order of those times, so that a
 *  value costs the same however many there are. */
export class DistinctTally implements SlidingTally {
  readonly #least: number
  readonly #timespanMs: number
  readonly #lastSeen = new Map<string, number>()
  #newestMs = Number.NEGATIVE_INFINITY
  #measure = 0
  /** Values whose last time lies before others' that came earlier. */
  readonly #late = new Map<string, number>()
  readonly #lateTimes = new TimeHeap<string>()

  constructor(least: number, timespanMs: number) {
    this.#least = least
    this.#timespanMs = timespanMs
  }

  get measure(): number {
    return this.#measure
  }

  get size(): number {
    return this.#lastSeen.size + this.#late.size
  }

  add({ timeMs, value }: Sighting, floorMs: number): boolean {
    const isNewest = timeMs >= this.#newestMs
    if (isNewest) this.#newestMs = timeMs
    // A clock that runs ahead does not make others old: the floor follows the time that events agree on.
    const untilMs = Math.min(this.#newestMs - this.#timespanMs, floorMs)
    if (isNewest) {
      this.#late.delete(value)
      this.#lastSeen.delete(value)
      this.#lastSeen.set(value, timeMs)
    } else if (timeMs > untilMs && !this.#lastSeen.has(value) && timeMs > (this.#late.get(value) ?? untilMs)) {
      this.#late.set(value, timeMs)
      this.#lateTimes.add(timeMs, value)
    }
    this.#forget(untilMs)
    // Where the floor is held back, what is kept for others is not in the window of this event.
    const beginsMs = timeMs - this.#timespanMs
    this.#measure = beginsMs > untilMs ? this.#countAfter(beginsMs) : this.size
    const reached = this.#measure >= this.#least
    if (this.#lastSeen.size > this.#least) this.#lastSeen.delete(this.#lastSeen.keys().next().value as string)
    return reached
  }

  #countAfter(beginsMs: number): number {
    let count = 0
    for (const times of [this.#lastSeen, this.#late]) {
      for (const timeMs of times.values()) if (timeMs > beginsMs) count++
    }
    return count
  }

  #forget(untilMs: number): void {
    for (const [value, timeMs] of this.#lastSeen) {
      if (timeMs > untilMs) break
      this.#lastSeen.delete(value)
    }
    for (
      let first = this.#lateTimes.first;
      first !== undefined && first.timeMs <= untilMs;
      first = this.#lateTimes.first
    ) {
      this.#lateTimes.take()
      if (this.#late.get(first.item) === first.timeMs) this.#late.delete(first.item)
    }
  }

  save(): unknown {
    return [...this.#lastSeen, ...this.#late].sort((a, b) => a[1] - b[1])
  }

  load(saved: unknown): boolean {
    const pairs: [string, number][] = Array.isArray(saved) ? saved.filter(isPair) : []
    const newestMs = Math.max(this.#newestMs, pairs.at(-1)?.[1] ?? Number.NEGATIVE_INFINITY)
    let reached = false
    for (const [value, timeMs] of pairs) {
      if (this.add({ timeMs, order: 0, rule: 0, value }, newestMs - this.#timespanMs)) reached = true
    }
    return reached
  }
}

const isPair = (each: unknown): each is [string, number] =>
  Array.isArray(each) && typeof each[0] === 'string' && typeof each[1] === 'number'

/** Adds up numbers. */
export class SumTally implements SlidingTally {
  readonly #bounds: readonly Bound[]
  readonly #timespanMs: number
  #times: number[] = []
  #numbers: number[] = []
  #sum = 0
  #measure = 0

  constructor(bounds: readonly Bound[], timespanMs: number) {
    this.#bounds = bounds
    this.#timespanMs = timespanMs
  }

  get measure(): number {
    return this.#measure
  }

  get size(): number {
    return this.#times.length
  }

  add({ timeMs, value }: Sighting, floorMs: number): boolean {
    const number = Number(value)
    const place = placeOf(this.#times, timeMs, 0)
    this.#times.splice(place, 0, timeMs)
    this.#numbers.splice(place, 0, number)
    this.#sum += number
    const untilMs = Math.min((this.#times.at(-1) as number) - this.#timespanMs, floorMs)
    let old = 0
    while (old < this.#times.length && (this.#times[old] as number) <= untilMs)
      this.#sum -= this.#numbers[old++] as number
    if (old > 0) {
      this.#times.splice(0, old)
      this.#numbers.splice(0, old)
    }
    if (this.#times.length > limits.sigmaGroupNumbersMax) this.#join()
    const beginsMs = timeMs - this.#timespanMs
    this.#measure = beginsMs > untilMs ? this.#sumAfter(beginsMs) : this.#sum
    return this.#bounds.every((bound) => compares(this.#measure, bound.operator, bound.value))
  }

  /** What lies in the window of an event for which the floor is held back. */
  #sumAfter(beginsMs: number): number {
    let sum = 0
    for (const [i, timeMs] of this.#times.entries()) if (timeMs > beginsMs) sum += this.#numbers[i] as number
    return sum
  }

  /** Adds neighbours together, which keeps the sum and coarsens only when its parts are forgotten. */
  #join(): void {
    const times: number[] = []
    const numbers: number[] = []
    for (let i = 0; i < this.#times.length; i += 2) {
      times.push((this.#times[i + 1] ?? this.#times[i]) as number)
      numbers.push((this.#numbers[i] as number) + (this.#numbers[i + 1] ?? 0))
    }
    this.#times = times
    this.#numbers = numbers
  }

  save(): unknown {
    return [this.#times, this.#numbers]
  }

  load(saved: unknown): boolean {
    const [times, numbers] = Array.isArray(saved) ? [numbersOf(saved[0]), numbersOf(saved[1])] : [[], []]
    const newestMs = Math.max(times.at(-1) ?? Number.NEGATIVE_INFINITY, this.#times.at(-1) ?? Number.NEGATIVE_INFINITY)
    let reached = false
    for (const [i, timeMs] of times.entries()) {
      const value = String(numbers[i] ?? 0)
      reached = this.add({ timeMs, order: 0, rule: 0, value }, newestMs - this.#timespanMs)
    }
    return reached
  }
}
