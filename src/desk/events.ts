/** Tells whoever listens that something changed; never what. */
import type { DeskEvent } from './api/today.ts'

/** The desk's changes, for those who listen. */
export class DeskEvents {
  readonly #listeners = new Set<(event: DeskEvent) => void>()
  readonly #clock: () => number

  constructor(clock: () => number) {
    this.#clock = clock
  }

  subscribe(listener: (event: DeskEvent) => void): () => void {
    this.#listeners.add(listener)
    return () => {
      this.#listeners.delete(listener)
    }
  }

  say(type: DeskEvent['type'], id?: string): void {
    const event: DeskEvent = { type, atMs: this.#clock(), ...(id === undefined ? {} : { id }) }
    for (const listener of this.#listeners) listener(event)
  }
}
