/** Finds among many networks those that contain a network, or that lie within it, without looking at all of them. CIDR
 *  ranges either contain one another or share nothing. */
import { type AddressRange, compareRanges, parseRange, rangeContains } from '../formats/address.ts'

interface Entry<T> {
  readonly range: AddressRange
  readonly value: T
}

/** An index of values by their network; values without a readable one are left out. */
export class RangeIndex<T> {
  /** By first address and width. */
  readonly #sorted: readonly Entry<T>[]
  readonly #byKey = new Map<string, T[]>()
  /** The widths that occur, by version, the widest first. */
  readonly #widths: Readonly<Record<4 | 6, readonly number[]>>

  constructor(values: readonly T[], networkOf: (value: T) => string) {
    const entries = values.flatMap((value) => {
      const range = parseRange(networkOf(value).trim())
      return typeof range === 'string' ? [] : [{ range, value }]
    })
    this.#sorted = entries.sort((a, b) => compareRanges(a.range, b.range))
    const widths = { 4: new Set<number>(), 6: new Set<number>() }
    for (const { range, value } of this.#sorted) {
      widths[range.version].add(range.bits)
      const key = keyOf(range, range.bits)
      const known = this.#byKey.get(key)
      if (known === undefined) this.#byKey.set(key, [value])
      else known.push(value)
    }
    const inOrder = (set: ReadonlySet<number>): number[] => [...set].sort((a, b) => a - b)
    this.#widths = { 4: inOrder(widths[4]), 6: inOrder(widths[6]) }
  }

  /** All values whose network contains the range, the widest first. */
  containing(range: AddressRange): T[] {
    const found: T[] = []
    for (const bits of this.#widths[range.version]) {
      if (bits > range.bits) break
      found.push(...(this.#byKey.get(keyOf(range, bits)) ?? []))
    }
    return found
  }

  /** A value whose network shares an address with the range. */
  overlapping(range: AddressRange): T | undefined {
    const [outer] = this.containing(range)
    if (outer !== undefined) return outer
    let low = 0
    let high = this.#sorted.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (compareRanges((this.#sorted[middle] as Entry<T>).range, range) < 0) low = middle + 1
      else high = middle
    }
    const next = this.#sorted[low]
    return next !== undefined && rangeContains(range, next.range) ? next.value : undefined
  }
}

/** The range of so many bits around a range, as a key. */
function keyOf({ version, first }: AddressRange, bits: number): string {
  let key = `${version}/${bits}`
  const skipped = version === 4 ? 96 : 0
  for (let i = version === 4 ? 3 : 0; i < 4; i++) {
    const inWord = Math.min(32, Math.max(0, bits + skipped - i * 32))
    key += ` ${inWord === 0 ? 0 : ((first[i] as number) & (-1 << (32 - inWord))) >>> 0}`
  }
  return key
}
