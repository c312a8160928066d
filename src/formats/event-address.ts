/** The address that an event names as its visitor's or peer's, in the logs that have one. The machine's own address is
 *  none: it says nothing about who came. */
import { formatAddress, parseAddress } from './address.ts'
import type { EventRecord } from './event.ts'

/** Windows logons, Microsoft 365, Entra, CloudTrail, Suricata, Zeek, web servers, sshd, auditd; then, of connections that
 *  went out, where to (Sysmon, Suricata, Zeek). */
const fields = [
  'IpAddress',
  'ClientIP',
  'ClientIPAddress',
  'ipAddress',
  'sourceIPAddress',
  'src_ip',
  'id.orig_h',
  'c-ip',
  'rhost',
  'addr',
] as const

/** In one form; undefined where the event has none, or only the machine's own loopback. */
export function addressOf(event: EventRecord): string | undefined {
  for (const name of fields) {
    const value = event.field(name)
    if (typeof value !== 'string' || value.length < 3) continue
    const address = parseAddress(value, 'endpoint')
    if (address === null) continue
    const text = formatAddress(address)
    if (!text.startsWith('127.') && text !== '::1' && text !== '0.0.0.0' && text !== '::') return text
  }
  return undefined
}
