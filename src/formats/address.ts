/** Internet addresses: their text (RFC 4291 section 2.2, RFC 5952), and sets of addresses and CIDR ranges (RFC 4632) for
 *  the office's lists. An IPv4 address written as IPv4-mapped IPv6 is the IPv4 address. Names are not looked up. */
import { limits } from '../core/limits.ts'
import { err, ok, type Result } from '../core/result.ts'

/** An address as four words of 32 bits, most significant first; of an IPv4 address only the last counts. */
export interface Address {
  readonly version: 4 | 6
  readonly words: readonly [number, number, number, number]
}

/** How an address may be written. `plain`: the address alone. `endpoint`: as logs and headers have it, perhaps with
 *  brackets, a port (`192.0.2.1:443`, `[2001:db8::1]:443`) and a zone (`fe80::1%eth0`), which are dropped. */
export type AddressForm = 'plain' | 'endpoint'

/** The address, or null where the text is none. Octets with leading zeros are none: some readers take them for octal
 *  (RFC 6943 section 3.1.1). */
export function parseAddress(text: string, form: AddressForm = 'plain'): Address | null {
  if (text.length > limits.addressCharactersMax) return null
  const bare = form === 'endpoint' ? withoutPort(text) : text
  return bare.includes(':') ? parseVersion6(bare) : fromVersion4(parseVersion4(bare, 0))
}

/** The text without brackets, port and zone. */
function withoutPort(text: string): string {
  let bare = text.trim()
  if (bare.startsWith('[')) {
    const match = /^\[([^\]]*)\](?::\d{1,5})?$/.exec(bare)
    if (match === null) return ''
    bare = match[1] as string
  } else {
    const colon = bare.indexOf(':')
    if (colon >= 0 && colon === bare.lastIndexOf(':') && /^\d{1,5}$/.test(bare.slice(colon + 1)))
      bare = bare.slice(0, colon)
  }
  const zone = bare.indexOf('%')
  return zone > 0 && bare.includes(':') ? bare.slice(0, zone) : bare
}

/** Four decimal octets from `from` to the end as one number, or -1. */
function parseVersion4(text: string, from: number): number {
  let value = 0
  let octet = -1
  let dots = 0
  for (let i = from; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code === 46) {
      if (octet < 0 || ++dots > 3) return -1
      value = value * 256 + octet
      octet = -1
    } else {
      const digit = code - 48
      if (!(digit >= 0 && digit <= 9) || octet === 0) return -1
      octet = octet < 0 ? digit : octet * 10 + digit
      if (octet > 255) return -1
    }
  }
  return dots === 3 && octet >= 0 ? value * 256 + octet : -1
}

const fromVersion4 = (value: number): Address | null => (value < 0 ? null : { version: 4, words: [0, 0, 0, value] })

function parseVersion6(text: string): Address | null {
  const groups: number[] = []
  /** How many groups stand before the `::`, or -1. */
  let gapAt = -1
  let i = 0
  if (text.startsWith('::')) {
    gapAt = 0
    i = 2
  }
  while (i < text.length) {
    if (groups.length === 8) return null
    let end = text.indexOf(':', i)
    if (end < 0) end = text.length
    const group = parseGroup(text, i, end)
    if (group < 0) {
      const value = end === text.length ? parseVersion4(text, i) : -1
      if (value < 0 || groups.length > 6) return null
      groups.push(Math.floor(value / 65_536), value % 65_536)
      break
    }
    groups.push(group)
    if (end === text.length) break
    i = end + 1
    if (text[i] === ':') {
      if (gapAt >= 0) return null
      gapAt = groups.length
      i++
    } else if (i === text.length) return null
  }
  if (gapAt >= 0 ? groups.length > 7 : groups.length !== 8) return null
  if (gapAt >= 0) groups.splice(gapAt, 0, ...new Array<number>(8 - groups.length).fill(0))
  return fromGroups(groups)
}

/** One to four hexadecimal digits, or -1. */
function parseGroup(text: string, from: number, end: number): number {
  if (end === from || end - from > 4) return -1
  let value = 0
  for (let i = from; i < end; i++) {
    const code = text.charCodeAt(i)
    const letter = code | 32
    if (code >= 48 && code <= 57) value = value * 16 + code - 48
    else if (letter >= 97 && letter <= 102) value = value * 16 + letter - 87
    else return -1
  }
  return value
}

function fromGroups(groups: readonly number[]): Address {
  const word = (at: number): number => (groups[at] as number) * 65_536 + (groups[at + 1] as number)
  const words = [word(0), word(2), word(4), word(6)] as const
  // ::ffff:0:0/96, RFC 4291 section 2.5.5.2.
  if (words[0] === 0 && words[1] === 0 && words[2] === 0xffff) return { version: 4, words: [0, 0, 0, words[3]] }
  return { version: 6, words }
}

/** The canonical text: RFC 5952 section 4 for IPv6, dotted decimal for IPv4. */
export function formatAddress(address: Address): string {
  const { words } = address
  if (address.version === 4) {
    const value = words[3]
    return `${value >>> 24}.${(value >>> 16) & 255}.${(value >>> 8) & 255}.${value & 255}`
  }
  const groups = words.flatMap((word) => [word >>> 16, word & 0xffff])
  // The first of the longest runs of at least two zero groups becomes `::`.
  let runAt = -1
  let runLength = 1
  for (let i = 0; i < 8; i++) {
    let length = 0
    while (groups[i + length] === 0) length++
    if (length > runLength) {
      runAt = i
      runLength = length
    }
    i += length
  }
  const text = (from: number, to: number): string =>
    groups
      .slice(from, to)
      .map((group) => group.toString(16))
      .join(':')
  return runAt < 0 ? text(0, 8) : `${text(0, runAt)}::${text(runAt + runLength, 8)}`
}

/** An entry of a list that is no address and no range, with what to do about it. */
export interface AddressProblem {
  readonly entry: string
  readonly message: string
}

/** One address or CIDR range: its first and last address as words, and how many leading bits it fixes (32 or 128 for one
 *  address). */
export interface AddressRange {
  readonly version: 4 | 6
  readonly bits: number
  readonly first: readonly number[]
  readonly last: readonly number[]
}

/** Addresses and CIDR ranges, IPv4 and IPv6: asked in logarithmic time. */
export class AddressSet {
  /** How many entries the list had, blank ones left out. */
  readonly size: number
  /** Sorted, disjoint ranges: eight words each, first and last address. IPv4 uses the last word of four. */
  readonly #version4: Uint32Array
  readonly #version6: Uint32Array

  private constructor(size: number, ranges: readonly AddressRange[]) {
    this.size = size
    this.#version4 = merge(ranges.filter((range) => range.version === 4))
    this.#version6 = merge(ranges.filter((range) => range.version === 6))
  }

  /** The empty set. */
  static readonly empty = new AddressSet(0, [])

  /** A set from addresses (`192.0.2.1`, `2001:db8::1`) and ranges (`10.0.0.0/8`, `2001:db8::/32`). Blank entries are
   *  left out; every other entry that is neither is named in the error. */
  static parse(list: readonly string[]): Result<AddressSet, AddressProblem[]> {
    const ranges: AddressRange[] = []
    const problems: AddressProblem[] = []
    let size = 0
    for (const text of list) {
      const entry = text.trim()
      if (entry === '') continue
      size++
      const range = parseRange(entry)
      if (typeof range === 'string') problems.push({ entry, message: range })
      else ranges.push(range)
    }
    return problems.length > 0 ? err(problems) : ok(new AddressSet(size, ranges))
  }

  /** As `parse`, without the entries that are no addresses (names). */
  static of(list: readonly string[]): AddressSet {
    const isRange = (entry: string): boolean => typeof parseRange(entry.trim()) !== 'string'
    const parsed = AddressSet.parse(list.filter(isRange))
    if (!parsed.ok) throw new Error('an address list without its bad entries must parse')
    return parsed.value
  }

  /** The set as sorted, disjoint ranges: first and last address, IPv4 before IPv6. */
  *ranges(): Generator<Pick<AddressRange, 'version' | 'first' | 'last'>> {
    for (const version of [4, 6] as const) {
      const words = version === 4 ? this.#version4 : this.#version6
      for (let at = 0; at < words.length; at += 8)
        yield { version, first: [...words.subarray(at, at + 4)], last: [...words.subarray(at + 4, at + 8)] }
    }
  }

  /** Whether the set holds the address. Text may have brackets, a port and a zone; text that is no address is in no
   *  set. */
  has(address: Address | string): boolean {
    if (this.size === 0) return false
    const parsed = typeof address === 'string' ? parseAddress(address, 'endpoint') : address
    if (parsed === null) return false
    const ranges = parsed.version === 4 ? this.#version4 : this.#version6
    let low = 0
    let high = ranges.length / 8
    while (low < high) {
      const middle = (low + high) >>> 1
      if (compareAt(ranges, middle * 8 + 4, parsed.words) < 0) low = middle + 1
      else high = middle
    }
    return low < ranges.length / 8 && compareAt(ranges, low * 8, parsed.words) <= 0
  }
}

/** The range of an address or CIDR range (bits behind the prefix are dropped), or the sentence that says what is wrong
 *  with it. */
export function parseRange(entry: string): AddressRange | string {
  const slash = entry.indexOf('/')
  const text = slash < 0 ? entry : entry.slice(0, slash)
  const address = parseAddress(text)
  if (address === null) {
    return 'This is not an address. Write an address such as 192.0.2.7 or a range such as 192.0.2.0/24.'
  }
  const mapped = address.version === 4 && text.includes(':')
  const bitsMax = address.version === 4 ? 32 : 128
  let bits = bitsMax
  if (slash >= 0) {
    const digits = entry.slice(slash + 1)
    bits = /^\d{1,3}$/.test(digits) ? Number(digits) - (mapped ? 96 : 0) : -1
    if (bits < 0 || bits > bitsMax) {
      return `What follows the slash is not a number of bits from ${mapped ? 96 : 0} to ${mapped ? 128 : bitsMax}.`
    }
  }
  const skipped = address.version === 4 ? 96 : 0
  const first = address.words.map((word, i) => (word & maskOf(i, bits + skipped)) >>> 0)
  const last = address.words.map((word, i) =>
    address.version === 4 && i < 3 ? 0 : (word | ~maskOf(i, bits + skipped)) >>> 0,
  )
  return { version: address.version, bits, first, last }
}

/** The canonical text of a range: an address alone, or `first/bits`. */
export function formatRange(range: AddressRange): string {
  const words = range.first as [number, number, number, number]
  const address = formatAddress({ version: range.version, words })
  return range.bits === (range.version === 4 ? 32 : 128) ? address : `${address}/${range.bits}`
}

/** Whether every address of `inner` is in `outer`. */
export const rangeContains = (outer: AddressRange, inner: AddressRange): boolean =>
  outer.version === inner.version &&
  compareWords(outer.first, inner.first) <= 0 &&
  compareWords(inner.last, outer.last) <= 0

/** Whether two ranges share an address. */
export const rangesOverlap = (a: AddressRange, b: AddressRange): boolean => rangeContains(a, b) || rangeContains(b, a)

/** An order of ranges: IPv4 first, then by first address, the wider first. */
export const compareRanges = (a: AddressRange, b: AddressRange): number =>
  a.version - b.version || compareWords(a.first, b.first) || a.bits - b.bits

/** The part of a prefix of `bits` that falls into one of the four words. */
function maskOf(word: number, bits: number): number {
  const inWord = Math.min(32, Math.max(0, bits - word * 32))
  return inWord === 0 ? 0 : -1 << (32 - inWord)
}

function compareWords(a: readonly number[], b: readonly number[]): number {
  for (let i = 0; i < 4; i++) {
    const difference = (a[i] as number) - (b[i] as number)
    if (difference !== 0) return difference
  }
  return 0
}

function compareAt(ranges: Uint32Array, at: number, words: readonly number[]): number {
  for (let i = 0; i < 4; i++) {
    const difference = (ranges[at + i] as number) - (words[i] as number)
    if (difference !== 0) return difference
  }
  return 0
}

/** Sorted and disjoint: overlapping ranges become one. */
function merge(ranges: readonly AddressRange[]): Uint32Array {
  const sorted = [...ranges].sort((a, b) => compareWords(a.first, b.first))
  const merged: { first: readonly number[]; last: readonly number[] }[] = []
  for (const range of sorted) {
    const before = merged.at(-1)
    if (before === undefined || compareWords(before.last, range.first) < 0) merged.push({ ...range })
    else if (compareWords(before.last, range.last) < 0) before.last = range.last
  }
  return Uint32Array.from(merged.flatMap(({ first, last }) => [...first, ...last]))
}
