/** Ranges of addresses for the modifier `cidr` (RFC 4632, RFC 4291 section 2.3). */
import { type Address, parseAddress } from '../formats/address.ts'

/** A range, and whether an address is in it. */
export class AddressRange {
  readonly #base: Address
  readonly #bits: number

  private constructor(base: Address, bits: number) {
    this.#base = base
    this.#bits = bits
  }

  /** Reads `address/bits`, or a single address; undefined where the text is neither. */
  static parse(text: string): AddressRange | undefined {
    const slash = text.indexOf('/')
    const base = parseAddress(slash < 0 ? text : text.slice(0, slash))
    if (base === null) return undefined
    const width = base.version === 4 ? 32 : 128
    if (slash < 0) return new AddressRange(base, width)
    const digits = text.slice(slash + 1)
    if (!/^\d{1,3}$/.test(digits)) return undefined
    // An IPv4 range written as IPv4-mapped IPv6 counts its bits from the left of 128.
    const isMapped = base.version === 4 && text.includes(':')
    const bits = Number(digits) - (isMapped ? 96 : 0)
    return bits >= 0 && bits <= width ? new AddressRange(base, bits) : undefined
  }

  /** Whether the text is an address of this range. */
  contains(text: string): boolean {
    const address = parseAddress(text, 'endpoint')
    if (address === null || address.version !== this.#base.version) return false
    let left = this.#bits
    for (let i = address.version === 4 ? 3 : 0; i < 4 && left > 0; i++, left -= 32) {
      const shift = left >= 32 ? 0 : 32 - left
      if (((address.words[i] as number) ^ (this.#base.words[i] as number)) >>> shift !== 0) return false
    }
    return true
  }
}
