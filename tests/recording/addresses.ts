/** Client addresses for recordings: only ranges that belong to nobody (RFC 5737, RFC 2544, RFC 6598, RFC 3849).
 *  Benign and hostile clients draw from the same ranges, so that a range gives no label away. */
import type { Random } from './random.ts'

const draws: readonly (readonly [(random: Random) => string, number])[] = [
  [(random) => `192.0.2.${random.integer(1, 254)}`, 6],
  [(random) => `198.51.100.${random.integer(1, 254)}`, 6],
  [(random) => `203.0.113.${random.integer(1, 254)}`, 6],
  [(random) => `198.${random.integer(18, 19)}.${random.integer(0, 255)}.${random.integer(1, 254)}`, 32],
  [(random) => `100.${random.integer(64, 127)}.${random.integer(0, 255)}.${random.integer(1, 254)}`, 35],
  [
    (random) =>
      `2001:db8:${random.bits().toString(16).slice(0, 4)}:${random.integer(1, 255)}::${random.integer(2, 254).toString(16)}`,
    15,
  ],
]

/** Hands out addresses, none of them twice. */
export class AddressPool {
  readonly #taken = new Set<string>()

  take(random: Random): string {
    for (;;) {
      const address = random.weighted(draws)(random)
      if (!this.#taken.has(address)) {
        this.#taken.add(address)
        return address
      }
    }
  }

  /** Keeps an address, which a scenario names itself, from being handed out. */
  keepFree(address: string): void {
    this.#taken.add(address)
  }

  takeMany(random: Random, count: number): string[] {
    return Array.from({ length: count }, () => this.take(random))
  }
}
