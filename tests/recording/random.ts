/** Seeded randomness for recordings: xoshiro128** (Blackman and Vigna, 2018), seeded through splitmix32. Uses integer
 *  arithmetic and products only, so that one seed gives the same bytes on every machine and Node version. */

const splitmix32 = (seed: number): (() => number) => {
  let state = seed | 0
  return () => {
    state = (state + 0x9e3779b9) | 0
    let mixed = Math.imul(state ^ (state >>> 16), 0x21f0aaad)
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97)
    return (mixed ^ (mixed >>> 15)) >>> 0
  }
}

/** FNV-1a, 32 bits, over UTF-16 units: turns a name into a seed. */
function hashText(text: string): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  return hash >>> 0
}

const rotateLeft = (value: number, bits: number): number => (value << bits) | (value >>> (32 - bits))

/** A stream of random choices. `fork` gives an independent stream by name, whatever was drawn before, so that one
 *  actor more in a scenario leaves the other actors as they were. */
export class Random {
  readonly #name: string
  #a: number
  #b: number
  #c: number
  #d: number

  constructor(name: string | number) {
    this.#name = String(name)
    const seed = splitmix32(hashText(this.#name))
    this.#a = seed()
    this.#b = seed()
    this.#c = seed()
    this.#d = seed() | 1
  }

  fork(name: string | number): Random {
    return new Random(`${this.#name}/${name}`)
  }

  /** 32 random bits. */
  bits(): number {
    const result = Math.imul(rotateLeft(Math.imul(this.#b, 5), 7), 9) >>> 0
    const shifted = this.#b << 9
    this.#c ^= this.#a
    this.#d ^= this.#b
    this.#b ^= this.#c
    this.#a ^= this.#d
    this.#c ^= shifted
    this.#d = rotateLeft(this.#d, 11)
    return result
  }

  /** [0, 1). */
  fraction(): number {
    return this.bits() / 0x1_0000_0000
  }

  /** Both ends included. */
  integer(min: number, max: number): number {
    return min + Math.floor(this.fraction() * (max - min + 1))
  }

  chance(probability: number): boolean {
    return this.fraction() < probability
  }

  /** Whole numbers that crowd towards `min`, as human pauses do: half of them lie in the lowest eighth. */
  skewed(min: number, max: number): number {
    const u = this.fraction()
    return min + Math.floor(u * u * u * (max - min + 1))
  }

  pick<T>(list: readonly T[]): T {
    return list[this.integer(0, list.length - 1)] as T
  }

  weighted<T>(list: readonly (readonly [T, number])[]): T {
    let rest = this.fraction() * list.reduce((sum, [, weight]) => sum + weight, 0)
    for (const [item, weight] of list) {
      rest -= weight
      if (rest < 0) return item
    }
    return (list.at(-1) as readonly [T, number])[0]
  }

  shuffle<T>(list: readonly T[]): T[] {
    const result = [...list]
    for (let i = result.length - 1; i > 0; i--) {
      const j = this.integer(0, i)
      const item = result[i] as T
      result[i] = result[j] as T
      result[j] = item
    }
    return result
  }

  /** `length` characters of an alphabet. */
  letters(length: number, alphabet = 'abcdefghijklmnopqrstuvwxyz'): string {
    let text = ''
    for (let i = 0; i < length; i++) text += alphabet[this.integer(0, alphabet.length - 1)]
    return text
  }
}
