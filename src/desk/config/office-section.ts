/** The office file: TOML in, an `Office` out, or every problem with its line and its mend. The section `[office]` is
 *  the one that the desk's configuration will have. It reads no file; the caller gives the text. */
import { emptyOffice, type Office } from '../../core/office.ts'
import { err, ok, type Result } from '../../core/result.ts'
import { AddressSet } from '../../formats/address.ts'
import { isTable, KeyLines, parseToml, type Say } from './toml-text.ts'

/** One thing that is wrong, as a sentence that names the file, the line and the mend. */
export interface OfficeProblem {
  readonly path: string
  /** From 1; 0 where it is the file as a whole. */
  readonly line: number
  readonly message: string
}

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
const keysInWords = ['name', ...lists.map(({ key }) => key)].join(', ')

/** Reads the office file. An empty file, or one without `[office]`, is the empty office. */
export function readOffice(text: string, path: string): Result<Office, OfficeProblem[]> {
  const problems: OfficeProblem[] = []
  const say: Say = (line, message) => {
    problems.push({ path, line, message: `${path}${line > 0 ? `, line ${line}` : ''}: ${message}` })
  }
  const root = parseToml(text, 'an office file', 'trusted_proxies = ["10.0.0.0/8"]', say)
  if (root === undefined) return err(problems)
  const lines = new KeyLines(text)
  const office = readSections(root, lines, say)
  return problems.length > 0 ? err(problems) : ok(office)
}

function readSections(root: Record<string, unknown>, lines: KeyLines, say: Say): Office {
  for (const [key, value] of Object.entries(root)) {
    if (key === 'office') continue
    const line = lines.of(key)
    if (isTable(value)) say(line, `there is no section [${key}]; this file has one section, [office].`)
    else if (isOfficeKey(key)) say(line, `${key} stands outside its section; put a line [office] above it.`)
    else say(line, `"${key}" is not known; below [office] may stand ${keysInWords}.`)
  }
  const section = root.office
  if (section === undefined) return emptyOffice
  if (!isTable(section)) {
    say(lines.of('office'), 'office must be a section; write [office] on a line of its own, and its facts below.')
    return emptyOffice
  }
  return readFacts(section, lines, say)
}

/** Reads the facts below `[office]`. */
export function readFacts(section: Record<string, unknown>, lines: KeyLines, say: Say): Office {
  for (const key of Object.keys(section)) {
    if (!isOfficeKey(key)) say(lines.of(key), `"${key}" is not known; below [office] may stand ${keysInWords}.`)
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

const isOfficeKey = (key: string): boolean => key === 'name' || lists.some((list) => list.key === key)
