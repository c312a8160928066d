/** A binary heap of things with a time: the earliest first. */

/** Something and its time. */
export interface Timed<T> {
  readonly timeMs: number
  readonly item: T
}

/** The earliest first; adding and taking cost the logarithm of their number. */
export class TimeHeap<T> {
  readonly #entries: Timed<T>[] = []

  /** The earliest, or undefined. */
  get first(): Timed<T> | undefined {
    return this.#entries[0]
  }

  add(timeMs: number, item: T): void {
    const entries = this.#entries
    let at = entries.push({ timeMs, item }) - 1
    while (at > 0) {
      const parent = (at - 1) >> 1
      if ((entries[parent] as Timed<T>).timeMs <= timeMs) break
      this.#swap(at, parent)
      at = parent
    }
  }

  /** Takes the earliest away. */
  take(): Timed<T> | undefined {
    const entries = this.#entries
    const first = entries[0]
    const last = entries.pop()
    if (first === undefined || last === undefined || entries.length === 0) return first
    entries[0] = last
    let at = 0
    for (;;) {
      let least = at
      for (const child of [2 * at + 1, 2 * at + 2]) {
        if (child < entries.length && (entries[child] as Timed<T>).timeMs < (entries[least] as Timed<T>).timeMs)
          least = child
      }
      if (least === at) return first
      this.#swap(at, least)
      at = least
    }
  }

  /** Leaves out what is no longer wanted. */
  retain(isWanted: (item: T) => boolean): void {
    const wanted = this.#entries.filter(({ item }) => isWanted(item))
    this.#entries.length = 0
    for (const { timeMs, item } of wanted) this.add(timeMs, item)
  }

  #swap(a: number, b: number): void {
    const kept = this.#entries[a] as Timed<T>
    this.#entries[a] = this.#entries[b] as Timed<T>
    this.#entries[b] = kept
  }
}
