/** Lists of known bad addresses, as CERTs and sharing groups publish them: CSV with any columns, or one a line, plain or
 *  defanged (`198[.]51[.]100[.]7`). Only addresses and ranges are taken: names and hashes say nothing about a web log. */
import { AddressSet, parseAddress } from './address.ts'

export interface IndicatorList {
  readonly name: string
  readonly addresses: AddressSet
  /** Lines that held no address: headings, comments, names, hashes. */
  readonly otherLines: number
}

const cellEnd = /[,;\t|"\s]+/

/** Reads a list's text; `name` is what findings call it. */
export function readIndicatorList(name: string, text: string): IndicatorList {
  const entries: string[] = []
  let otherLines = 0
  for (const line of text.split(/\r\n|\r|\n/)) {
    if (line.trim() === '' || line.startsWith('#')) continue
    const found = line.slice(0, 4096).split(cellEnd).map(refang).filter(isAddress)
    if (found.length === 0) otherLines++
    entries.push(...found)
  }
  const parsed = AddressSet.parse(entries)
  return { name, addresses: parsed.ok ? parsed.value : AddressSet.empty, otherLines }
}

const refang = (cell: string): string => cell.replaceAll('[.]', '.').replaceAll('(.)', '.').replaceAll('[:]', ':')

function isAddress(cell: string): boolean {
  const [address, bits, rest] = cell.split('/')
  if (address === undefined || rest !== undefined || !/[.:]/.test(address)) return false
  const parsed = parseAddress(address)
  if (parsed === null || address === '::') return false
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (parsed.version === 4 ? 32 : 128))
}
