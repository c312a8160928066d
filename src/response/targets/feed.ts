/** A list for firewalls that fetch one (Palo Alto Networks: external dynamic list of type IP; Fortinet: threat feed of
 *  type IP address; and others alike): one address or range a line, nothing else. The desk's server hands it out. */
import { counted } from '../../core/counts.ts'
import type { Block } from '../block.ts'
import { networksInForce } from '../block-list.ts'
import type { BlockExport, ExportedFile } from './target.ts'

/** `plain`: addresses alone, which every firewall takes. `commented`: with two lines that begin with `#`, which Fortinet
 *  takes and PAN-OS, where a comment stands behind an address, does not. */
export type FeedForm = 'plain' | 'commented'

/** One file of lines. */
export class FeedExport implements BlockExport {
  readonly name = 'feed'
  readonly title = 'A list for firewalls to fetch'
  readonly #form: FeedForm

  constructor(form: FeedForm = 'plain') {
    this.#form = form
  }

  files(blocks: readonly Block[], nowMs: number): readonly ExportedFile[] {
    const networks = networksInForce(blocks, nowMs)
    const head = [
      '# Block list of the security desk, written by Bellwether.',
      `# ${counted(networks.length, 'network', 'networks')}.`,
    ]
    const lines = [...(this.#form === 'commented' ? head : []), ...networks.map(({ text }) => text)]
    const text = lines.map((line) => `${line}\n`).join('')
    return [{ fileName: 'feed.txt', mediaType: 'text/plain; charset=utf-8', text, notes: [] }]
  }
}
