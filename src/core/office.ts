/** What an office says about itself, so that its own people and scanners are not taken for attackers. Everything works
 *  with the empty office. */

export interface Office {
  readonly name: string
  /** Addresses or CIDR ranges of scanners that the office ordered. */
  readonly authorisedScanners: readonly string[]
  /** Addresses, CIDR ranges or sign-in names of people and systems that look up many voters as their work. */
  readonly knownUsers: readonly string[]
  /** Addresses or CIDR ranges of the office's own proxies and load balancers (for X-Forwarded-For). */
  readonly trustedProxies: readonly string[]
  /** Pages that show a voter's record, for example `/voter/lookup`; without it the watch finds them itself. */
  readonly lookupPages: readonly string[]
}

export const emptyOffice: Office = {
  name: '',
  authorisedScanners: [],
  knownUsers: [],
  trustedProxies: [],
  lookupPages: [],
}
