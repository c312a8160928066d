/** What the analysis thread is at, seen from outside even while it hangs: a few numbers in shared memory. */
import type { Beacon } from './analysis.ts'

const bytes = 64

/** Writes from the analysis thread. Numbers are stored so that a half-written one names a wrong record at worst. */
export class BeaconWriter implements Beacon {
  readonly #counters: Int32Array
  readonly #places: Float64Array
  readonly #numberOf: (key: string) => number

  constructor(shared: SharedArrayBuffer, numberOf: (key: string) => number) {
    this.#counters = new Int32Array(shared, 0, 4)
    this.#places = new Float64Array(shared, 16, 3)
    this.#numberOf = numberOf
  }

  /** A sign of life. */
  beat(): void {
    Atomics.add(this.#counters, 0, 1)
  }

  under(key: string, offset: number, line: number): void {
    this.#places[0] = offset
    this.#places[1] = line
    Atomics.store(this.#counters, 1, this.#numberOf(key))
    Atomics.add(this.#counters, 0, 1)
  }
}

/** Reads from the main thread. */
export class BeaconReader {
  readonly shared = new SharedArrayBuffer(bytes)
  readonly #counters = new Int32Array(this.shared, 0, 4)
  readonly #places = new Float64Array(this.shared, 16, 3)

  /** Changes while the thread is alive. */
  get beats(): number {
    return Atomics.load(this.#counters, 0)
  }

  /** The record that is or was under way; stream number 0 is none. */
  get under(): { readonly stream: number; readonly offset: number; readonly line: number } {
    return {
      stream: Atomics.load(this.#counters, 1),
      offset: this.#places[0] as number,
      line: this.#places[1] as number,
    }
  }
}
