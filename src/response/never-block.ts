/** What is never blocked: loopback, the private networks that the office names, and the people, proxies and scanners of
 *  its own list. People add to it in the console. */
import type { Office } from '../core/office.ts'
import { type AddressRange, formatRange, parseRange } from '../formats/address.ts'
import type { NeverBlock } from './block.ts'
import { RangeIndex } from './range-index.ts'

/** The entries that every desk has, whatever people add: of the office's lists only addresses and ranges, for a sign-in
 *  name cannot be blocked. */
export function defaultNeverBlock(office: Office, privateNetworks: readonly string[] = []): NeverBlock[] {
  return [
    { network: '127.0.0.0/8', reason: 'this machine itself' },
    { network: '::1', reason: 'this machine itself' },
    ...entries(privateNetworks, "the office's own network"),
    ...entries(office.trustedProxies, 'a proxy of the office, through which all visitors come'),
    ...entries(office.knownUsers, 'a known user of the office, who looks up many voters as their work'),
    ...entries(office.authorisedScanners, 'a scanner that the office ordered'),
  ]
}

const entries = (list: readonly string[], reason: string): NeverBlock[] =>
  list.flatMap((entry) => {
    const range = parseRange(entry.trim())
    return typeof range === 'string' ? [] : [{ network: formatRange(range), reason }]
  })

/** A never-block list that can be asked many times. */
export class NeverBlockList {
  readonly #index: RangeIndex<NeverBlock>

  constructor(list: readonly NeverBlock[]) {
    this.#index = new RangeIndex(list, ({ network }) => network)
  }

  /** An entry that shares an address with the range, in either direction. */
  find(range: AddressRange): NeverBlock | undefined {
    return this.#index.overlapping(range)
  }
}
