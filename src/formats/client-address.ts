/** Who asked, behind proxies: the rightmost address of X-Forwarded-For (or Forwarded, RFC 7239) that is not one of the
 *  office's own proxies, and only when the request itself came from one. What stands left of it was written by the
 *  visitor and proves nothing. */
import { limits } from '../core/limits.ts'
import { type Address, type AddressSet, formatAddress, parseAddress } from './address.ts'

/** The visitor's address as canonical text (RFC 5952).
 *
 *  @param peer the address that the server saw; returned as it is where it is no address (`unix:`, a name)
 *  @param forwardedFor the value of X-Forwarded-For or Forwarded, several headers joined with commas; may be empty
 *  @param trusted the office's own proxies and load balancers */
export function clientAddress(peer: string, forwardedFor: string, trusted: AddressSet): string {
  const seen = parseAddress(peer, 'endpoint')
  if (seen === null) return peer
  let client = seen
  let end = forwardedFor.length
  // From right to left: each proxy appended who it heard from. An address that is no proxy of ours ends the walk, and
  // so does junk, for what stands left of it was passed on unread.
  while (end > 0 && trusted.has(client)) {
    const comma = forwardedFor.lastIndexOf(',', end - 1)
    const element = forwardedFor.slice(comma + 1, end).trim()
    end = comma
    // Empty elements do not count (RFC 9110 section 5.6.1.2).
    if (element === '') continue
    const address = readElement(element)
    if (address === null) break
    client = address
  }
  return formatAddress(client)
}

/** The address of one element: bare (X-Forwarded-For) or as `for=` among the parameters of Forwarded. Each element is
 *  judged alone, so that a visitor who sends `for=` or a lone quotation mark does not change how ours are read. */
function readElement(element: string): Address | null {
  if (element.length > limits.forwardedElementCharactersMax) return null
  if (!element.includes('=')) return parseAddress(element, 'endpoint')
  for (const parameter of element.split(';')) {
    const match = /^\s*for\s*=\s*(?:"([^"]*)"|([^"\s]*))\s*$/i.exec(parameter)
    if (match !== null) return parseAddress(match[1] ?? match[2] ?? '', 'endpoint')
  }
  return null
}
