/** The address in an audit record of a socket: `struct sockaddr` as the kernel held it, in hexadecimal digits.
 *  Where the log has it in words, these are fields already. */
import { Buffer } from 'node:buffer'
import type { EventField } from '../event.ts'
import type { EventFields } from '../events/field-event.ts'

const inet = 2
const inet6 = 10
const local = 1

/** `saddr_fam`, `laddr`, `lport` and `path`, as far as the record says. */
export function sockaddrFields(fields: EventFields): [string, EventField][] {
  const raw = fields.get('saddr')
  if (typeof raw !== 'string') return []
  return /^[0-9A-Fa-f]{4,600}$/.test(raw) ? readBytes(Buffer.from(raw, 'hex')) : []
}

function readBytes(bytes: Buffer): [string, EventField][] {
  // The family has the byte order of the machine, which is little-endian on all that elections use.
  const family = bytes.readUInt16LE(0)
  if (family === inet && bytes.length >= 8) {
    return found('inet', [...bytes.subarray(4, 8)].join('.'), bytes.readUInt16BE(2))
  }
  if (family === inet6 && bytes.length >= 24)
    return found('inet6', addressOf(bytes.subarray(8, 24)), bytes.readUInt16BE(2))
  if (family === local) {
    const end = bytes.indexOf(0, 3)
    const path = bytes.toString('utf8', 2, end < 0 ? bytes.length : end).replace(/^\0/, '@')
    return [
      ['saddr_fam', 'local'],
      ['path', path],
    ]
  }
  return [['saddr_fam', String(family)]]
}

const found = (family: string, address: string, port: number): [string, EventField][] => [
  ['saddr_fam', family],
  ['laddr', address],
  ['lport', port],
]

/** RFC 5952's form of an IPv6 address; of an IPv4 address within, that one. */
function addressOf(bytes: Buffer): string {
  const isMapped = bytes.subarray(0, 10).every((byte) => byte === 0) && bytes[10] === 0xff && bytes[11] === 0xff
  if (isMapped) return [...bytes.subarray(12, 16)].join('.')
  const groups = Array.from({ length: 8 }, (_, index) => bytes.readUInt16BE(index * 2).toString(16))
  let best = { start: -1, length: 1 }
  for (let start = 0; start < 8; start++) {
    let length = 0
    while (start + length < 8 && groups[start + length] === '0') length++
    if (length > best.length) best = { start, length }
  }
  if (best.start < 0) return groups.join(':')
  return `${groups.slice(0, best.start).join(':')}::${groups.slice(best.start + best.length).join(':')}`
}
