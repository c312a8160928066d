/** The section `[office]` of the office file and of the desk's configuration: what the website's watches must know of the
 *  office, or every mistake with its line and its mend. */
import { emptyOffice, type Office } from '../../core/office.ts'
import { AddressSet } from '../../formats/address.ts'
import type { KeyLines, Say } from './toml-text.ts'

/** What may stand in a list. */
type EntryKind = 'address' | 'user' | 'page'

const lists: readonly {
  readonly key: string
  readonly to: keyof Office
  readonly entries: EntryKind
  readonly example: string
}[] = [
  {
    key: 'authorised_scanners',
    to: 'authorisedScanners',
    entries: 'address',
    example: '["198.51.100.7", "203.0.113.0/24"]',
  },
  { key: 'known_users', to: 'knownUsers', entries: 'user', example: '["203.0.113.0/24", "j.smith"]' },
  { key: 'trusted_proxies', to: 'trustedProxies', entries: 'address', example: '["10.0.0.0/8"]' },
  { key: 'lookup_pages', to: 'lookupPages', entries: 'page', example: '["/voter/lookup"]' },
]
export const officeKeysInWords = ['name', ...lists.map(({ key }) => key)].join(', ')

/** Reads the facts below `[office]`. */
export function readFacts(section: Record<string, unknown>, lines: KeyLines, say: Say): Office {
  for (const key of Object.keys(section)) {
    if (!isOfficeKey(key)) say(lines.of(key), `"${key}" is not known; below [office] may stand ${officeKeysInWords}.`)
  }
  const { name } = section
  if (name !== undefined && typeof name !== 'string') {
    say(lines.of('name'), 'name must be text in quotes, such as: name = "Maple County Clerk"')
  }
  const read: Record<string, readonly string[]> = {}
  for (const { key, to, entries, example } of lists) {
    const value = section[key]
    if (value === undefined) continue
    if (!Array.isArray(value) || !value.every((entry) => typeof entry === 'string')) {
      say(lines.of(key), `${key} must be a list of texts in quotes, such as: ${key} = ${example}`)
      continue
    }
    checkEntries(key, value, entries, lines, say)
    read[to] = value.map((entry: string) => entry.trim())
  }
  return { ...emptyOffice, ...(typeof name === 'string' ? { name: name.trim() } : {}), ...read }
}

function checkEntries(key: string, entries: readonly string[], kind: EntryKind, lines: KeyLines, say: Say): void {
  for (const entry of entries) {
    const trimmed = entry.trim()
    const line = lines.ofEntry(key, entry)
    if (trimmed === '') say(line, `${key} has an empty entry; take the "" out.`)
    else if (kind === 'page') checkPage(key, trimmed, line, say)
    else if (kind === 'address' || looksLikeAddress(trimmed)) checkAddress(key, trimmed, line, say)
  }
}

function checkAddress(key: string, entry: string, line: number, say: Say): void {
  const set = AddressSet.parse([entry])
  if (!set.ok) say(line, `${key}: "${entry}". ${set.error[0]?.message ?? 'This is not an address.'}`)
}

function checkPage(key: string, entry: string, line: number, say: Say): void {
  if (/^https?:\/\//i.test(entry)) {
    say(line, `${key}: write only the part behind the host's name, such as "/voter/lookup", not "${entry}".`)
  } else if (!entry.startsWith('/') || /[?#\s]/.test(entry)) {
    say(
      line,
      `${key}: a page begins with "/" and ends before any "?", such as "/voter/lookup"; this one is "${entry}".`,
    )
  }
}

/** A known user that nobody would take for a sign-in name: only digits, dots and a slash, or hexadecimal with two
 *  colons. A name such as `10.jones` is a name. */
const looksLikeAddress = (entry: string): boolean =>
  /^[\d./]+$/.test(entry) || (/^[0-9a-f:./]+$/i.test(entry) && entry.indexOf(':') !== entry.lastIndexOf(':'))

/** Whether a key may stand below `[office]`. */
export const isOfficeKey = (key: string): boolean => key === 'name' || lists.some((list) => list.key === key)
