/** What is known of the office whose mail is checked. */

/** The office whose mail is checked. */
export interface MailOffice {
  readonly name: string
  /** Domains of the office itself. */
  readonly domains: readonly string[]
  /** Its people; private addresses that are known to be theirs, or a vendor's staff's, count as their own. */
  readonly people: readonly { readonly name: string; readonly addresses: readonly string[] }[]
  /** Servers whose Authentication-Results count (authserv-id, RFC 8601), as domains: `mx.google.com`. For Microsoft 365,
   *  whose fields name no server, `protection.outlook.com`. */
  readonly trustedServers: readonly string[]
  /** Addresses that are known, whatever else: `jane.doe@gmail.com`. */
  readonly knownAddresses: readonly string[]
}

/** An office of which nothing is known. */
export const emptyMailOffice: MailOffice = { name: '', domains: [], people: [], trustedServers: [], knownAddresses: [] }
