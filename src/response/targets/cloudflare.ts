/** The list as the items of a Cloudflare custom list of IP addresses, for the request that replaces all of them
 *  (`PUT /accounts/…/rules/lists/…/items`). IPv6 is taken there in ranges from /12 to /64 only: a single address becomes
 *  its /64, unless that holds an address that is never blocked. */
import { counted } from '../../core/counts.ts'
import { formatRange, parseRange } from '../../formats/address.ts'
import type { Block, NeverBlock } from '../block.ts'
import { type Network, networksInForce } from '../block-list.ts'
import { NeverBlockList } from '../never-block.ts'
import type { BlockExport, ExportedFile } from './target.ts'

export class CloudflareExport implements BlockExport {
  readonly name = 'cloudflare'
  readonly title = 'Cloudflare, to upload'

  files(blocks: readonly Block[], nowMs: number, neverBlock: readonly NeverBlock[] = []): readonly ExportedFile[] {
    const never = new NeverBlockList(neverBlock)
    const items = new Map<string, Network>()
    let widened = 0
    let refused = 0
    for (const network of networksInForce(blocks, nowMs)) {
      const wide = widen(network)
      if (wide !== network && never.find(wide.range) !== undefined) {
        refused++
        continue
      }
      if (wide !== network) widened++
      const known = items.get(wide.text)
      if (known === undefined || known.expiresAtMs < wide.expiresAtMs) items.set(wide.text, wide)
    }
    // The comment says only when it ends: a reason may hold what should not leave the office.
    const body = [...items.values()].map(({ text, expiresAtMs }) => ({
      ip: text,
      comment: `until ${minute(expiresAtMs)}`,
    }))
    const notes: string[] = []
    if (widened > 0) {
      notes.push(
        `Cloudflare takes no single IPv6 address: ${counted(widened, 'address is', 'addresses are')} written as the /64 range around it.`,
      )
    }
    if (refused > 0) {
      notes.push(
        `${counted(refused, 'IPv6 address is', 'IPv6 addresses are')} not in this file: the /64 range around it holds an address on the never-block list.`,
      )
    }
    const text = `${JSON.stringify(body, null, 2)}\n`
    return [{ fileName: 'cloudflare-list.json', mediaType: 'application/json', text, notes }]
  }
}

/** The network as Cloudflare takes it. */
function widen(network: Network): Network {
  const { range, text } = network
  if (range.version === 4 || range.bits <= 64) return network
  const wide = parseRange(`${text.replace(/\/.*$/, '')}/64`)
  return typeof wide === 'string' ? network : { ...network, text: formatRange(wide), range: wide }
}

const minute = (timeMs: number): string => `${new Date(timeMs).toISOString().slice(0, 16)}Z`
