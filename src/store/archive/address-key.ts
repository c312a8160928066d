/** Addresses as texts that sort as addresses do, so that a range of addresses is a range of texts: `4` and 8 hexadecimal
 *  digits, or `6` and 32. What is no address has the empty key and is in no range. */
import { type Address, type AddressRange, parseAddress, parseRange } from '../../formats/address.ts'

/** First and last key of a range; equal for a single address. */
export interface KeyRange {
  readonly first: string
  readonly last: string
}

const hex = (word: number): string => (word >>> 0).toString(16).padStart(8, '0')
const keyOfWords = (version: 4 | 6, words: readonly number[]): string =>
  version === 4 ? `4${hex(words[3] as number)}` : `6${words.map(hex).join('')}`

/** The key of an address. */
export const addressKey = (address: Address): string => keyOfWords(address.version, address.words)

/** The key of an address written as text; empty where the text is none. */
export function textKey(text: string): string {
  const address = parseAddress(text, 'endpoint')
  return address === null ? '' : addressKey(address)
}

/** The keys of a range. */
export const rangeKeys = (range: Pick<AddressRange, 'version' | 'first' | 'last'>): KeyRange => ({
  first: keyOfWords(range.version, range.first),
  last: keyOfWords(range.version, range.last),
})

/** The keys of an address or CIDR range as a person writes it, or the sentence that says what is wrong with it. */
export function entryKeys(entry: string): KeyRange | string {
  const range = parseRange(entry.trim())
  return typeof range === 'string' ? range : rangeKeys(range)
}

/** Sorted and disjoint: overlapping ranges become one, doubles go. */
export function mergeKeys(ranges: readonly KeyRange[]): KeyRange[] {
  const sorted = [...ranges].sort((a, b) => (a.first < b.first ? -1 : a.first > b.first ? 1 : 0))
  const merged: { first: string; last: string }[] = []
  for (const range of sorted) {
    const before = merged.at(-1)
    if (before === undefined || before.last < range.first) merged.push({ ...range })
    else if (before.last < range.last) before.last = range.last
  }
  return merged
}
