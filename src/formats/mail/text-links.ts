/** Addresses of pages that stand in plain text, as mail programs make links of them: with a scheme, or from `www.` on. */
import { limits } from '../../core/limits.ts'
import type { MailLink } from './message.ts'

const starts = /https?:\/\/|www\.|ftp:\/\//gi
const ends = /[\s<>"\u00a0\u3000]/

/** Characters that end a sentence rather than an address. */
const trailing = new Set([...'.,;:!?\'")]}*_'])

/** The end of an address: a bracket that closes one inside it stays. */
function trimEnd(address: string): string {
  let end = address.length
  while (end > 0 && trailing.has(address[end - 1] as string)) {
    const last = address[end - 1]
    if (last === ')' && address.slice(0, end - 1).includes('(')) break
    end--
  }
  return address.slice(0, end)
}

/** Links of a text, in their order. */
export function linksOfText(text: string): MailLink[] {
  const links: MailLink[] = []
  starts.lastIndex = 0
  for (let found = starts.exec(text); found !== null && links.length < limits.mailLinksMax; found = starts.exec(text)) {
    const before = text[found.index - 1]
    if (before !== undefined && /[\w@]/.test(before)) continue
    const rest = text.slice(found.index, found.index + limits.mailLinkCharactersMax)
    const end = rest.search(ends)
    const address = trimEnd(end < 0 ? rest : rest.slice(0, end))
    if (address.length <= found[0].length) continue
    const target = /^www\./i.test(address) ? `http://${address}` : address
    links.push({ target, text: address, from: 'text' })
    starts.lastIndex = found.index + address.length
  }
  return links
}
