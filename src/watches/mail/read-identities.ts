/** Reads a list of protected identities that an office or a state wrote: JSON, JSON lines, TOML, YAML, or rows of name and
 *  domains. It takes the usual spellings of each field, says in a plain sentence what it cannot take, and keeps the
 *  rest. */
import { parse as parseToml } from 'smol-toml'
import { parse as parseYaml } from 'yaml'
import { limits } from '../../core/limits.ts'
import { err, ok, type Result } from '../../core/result.ts'
import { splitDelimited } from '../../formats/delimited.ts'
import {
  emptyIdentity,
  type IdentityKind,
  identityKinds,
  type NeverUse,
  neverUses,
  type ProtectedIdentity,
} from './identity.ts'

/** A list as read. `problems` are sentences that name the entry; an entry with a problem in a field lacks that field. */
export interface IdentityList {
  readonly identities: readonly ProtectedIdentity[]
  readonly problems: readonly string[]
}

type Fields = Readonly<Record<string, unknown>>
const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Other spellings of fields, in lower case without `_` and `-`. */
const spellings: Readonly<Record<string, readonly string[]>> = {
  id: ['id', 'key'],
  kind: ['kind', 'type'],
  name: ['name', 'vendor', 'organisation', 'organization', 'displayname'],
  aliases: ['aliases', 'alias', 'othernames', 'alsoknownas', 'aka', 'names', 'abbreviations'],
  products: ['products', 'product'],
  domains: [
    'domains',
    'domain',
    'authoriseddomains',
    'authorizeddomains',
    'alloweddomains',
    'senderdomains',
    'maildomains',
  ],
  addresses: [
    'addresses',
    'address',
    'emails',
    'email',
    'knownaddresses',
    'authorisedaddresses',
    'authorizedaddresses',
  ],
  mailingServices: [
    'mailingservices',
    'mailingservice',
    'mailservices',
    'services',
    'authorisedservices',
    'authorizedservices',
    'esps',
  ],
  neverUses: ['neveruses', 'neveruse', 'never'],
  commonWords: ['commonwords', 'commonword'],
  context: ['context', 'contextwords'],
  phone: ['phone', 'telephone', 'call', 'number'],
  reportAddress: ['reportaddress', 'report', 'abuse', 'abuseaddress'],
  source: ['source', 'sources', 'reference', 'url', 'website'],
  asOf: ['asof', 'date', 'checked'],
}
const fieldOf = new Map(Object.entries(spellings).flatMap(([field, names]) => names.map((name) => [name, field])))

/** Lists inside a document: the document itself, or the first of its fields that holds entries. */
function entriesOf(document: unknown): readonly unknown[] | undefined {
  if (Array.isArray(document)) return document
  if (!isFields(document)) return undefined
  const lists = Object.values(document).filter((value) => Array.isArray(value) && value.some(isFields))
  if (lists.length > 0) return lists.flatMap((list) => list as unknown[])
  const tables = Object.entries(document).filter(([, value]) => isFields(value))
  if ('name' in document || 'vendor' in document) return [document]
  // `{ "VR Systems": ["vrsystems.com"] }`
  const isDomains = (value: unknown): boolean =>
    [value].flat().every((each) => typeof each === 'string' && each.includes('.'))
  if (Object.values(document).every(isDomains))
    return Object.entries(document).map(([name, domains]) => ({ name, domains }))
  if (tables.length === 1 && Object.values(tables[0]?.[1] as Fields).every(isFields)) return entriesOf(tables[0]?.[1])
  return tables.length > 0 ? tables.map(([key, value]) => ({ name: key, ...(value as Fields) })) : undefined
}

/** Reads such a list. The error is one sentence. */
export function readIdentities(text: string, fileName = 'the list'): Result<IdentityList, string> {
  if (text.length > limits.identityFileCharactersMax) return err(`${fileName} is too large to be a list of names.`)
  const trimmed = text.replace(/^\uFEFF/, '').trim()
  if (trimmed === '') return err(`${fileName} is empty.`)
  let document: unknown
  try {
    const first = trimmed.split('\n').find((line) => !/^\s*(?:#|$)/.test(line)) ?? ''
    if (/^[[{]/.test(trimmed) && !/^\[{1,2}[\w.-]+\]{1,2}\s*$/m.test(trimmed.split('\n', 1)[0] ?? '')) {
      document = linesOfJson(trimmed) ?? JSON.parse(trimmed)
    } else if (/^(?:---|- |[\w-]+:(?:\s|$))/.test(first))
      document = parseYaml(trimmed, { maxAliasCount: limits.identityAliasesMax })
    else if (/^\s*(?:[\w"-]+\s*=|\[)/m.test(trimmed)) document = parseToml(trimmed)
    else document = rowsOf(trimmed)
  } catch (error) {
    return err(
      `${fileName} cannot be read: ${error instanceof Error ? (error.message.split('\n')[0] ?? '') : 'damaged'}.`,
    )
  }
  const entries = entriesOf(document)
  if (entries === undefined) return err(`${fileName} holds no list of names with their domains.`)
  const problems: string[] = []
  const identities: ProtectedIdentity[] = []
  for (const [index, entry] of entries.entries()) {
    if (identities.length >= limits.identitiesMax) {
      problems.push(`Only the first ${limits.identitiesMax} entries were taken.`)
      break
    }
    const identity = readIdentity(entry, `Entry ${index + 1}`, problems)
    if (identity !== undefined) identities.push(identity)
  }
  return identities.length === 0 ? err(problems[0] ?? `${fileName} holds no names.`) : ok({ identities, problems })
}

/** One object of JSON a line, two at least; undefined where it is something else. */
function linesOfJson(text: string): unknown[] | undefined {
  const lines = text.split('\n').filter((line) => line.trim() !== '')
  if (lines.length < 2 || !lines.every((line) => /^\s*\{.*\}\s*$/.test(line))) return undefined
  return lines.map((line) => JSON.parse(line) as unknown)
}

/** `Name, domain; domain` a line, with or without a head; parted by tabs or semicolons as spreadsheets write them. */
function rowsOf(text: string): Fields[] {
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '' && !line.startsWith('#'))
  const firstLine = lines[0] ?? ''
  const delimiter = firstLine.includes('\t') ? '\t' : firstLine.includes(';') && !firstLine.includes(',') ? ';' : ','
  const rows = lines.map((line) =>
    (splitDelimited(line, delimiter) ?? line.split(delimiter)).map((cell) => cell.trim().replace(/^"(.*)"$/, '$1')),
  )
  const isHead = rows[0]?.some((cell) => fieldOf.get(plainKey(cell)) !== undefined && !cell.includes('.'))
  const head = isHead === true ? (rows.shift() ?? []) : ['name', 'domains']
  return rows.map((cells) => {
    const fields: Record<string, unknown> = {}
    for (const [i, cell] of cells.entries()) {
      const key = head[Math.min(i, head.length - 1)] ?? 'domains'
      fields[key] = fields[key] === undefined ? cell : `${String(fields[key])};${cell}`
    }
    return fields
  })
}

const plainKey = (key: string): string => key.toLowerCase().replace(/[\s_-]/g, '')

/** One entry, whatever its spelling; undefined where it has no name. */
export function readIdentity(entry: unknown, label: string, problems: string[]): ProtectedIdentity | undefined {
  if (typeof entry === 'string') return finished({ name: entry }, label, problems)
  if (!isFields(entry)) {
    problems.push(`${label} is not a name with its domains.`)
    return undefined
  }
  const fields: Record<string, unknown> = {}
  for (const [key, value] of Object.entries(entry)) {
    const field = fieldOf.get(plainKey(key))
    if (field === undefined && value !== true && value !== false)
      problems.push(`${label}: the field “${key.slice(0, 40)}” is not known and was left out.`)
    else if (field !== undefined && fields[field] === undefined) fields[field] = value
  }
  return finished(fields, label, problems)
}

function finished(fields: Fields, label: string, problems: string[]): ProtectedIdentity | undefined {
  const listed = texts(fields.aliases, label, 'aliases', problems)
  const name = textOf(fields.name) || (listed[0] ?? textOf(fields.id))
  if (name === '') {
    problems.push(`${label} has no name and was left out.`)
    return undefined
  }
  const named = `${label} (${name})`
  const domains = texts(fields.domains, named, 'domains', problems)
    // A cell may hold several, parted by blanks.
    .flatMap((text) => (text.split(/\s+/).every((piece) => piece.includes('.')) ? text.split(/\s+/) : [text]))
    .flatMap((text) => domainOf(text, named, problems))
  const addresses = texts(fields.addresses, named, 'addresses', problems)
    .map((text) => text.toLowerCase())
    .filter((text) => isAddress(text) || !problems.push(`${named}: “${text}” is not a mail address and was left out.`))
  // An entry that is there for its number, say, is meant to add to a known one.
  const isForMore = [fields.phone, fields.reportAddress].some((value) => value !== undefined)
  if (domains.length === 0 && addresses.length === 0 && !isForMore) {
    problems.push(
      `${named}: no domain or address is given. If it is on the list already, this adds to it; if not, every mail in its name will look as if it were not its own.`,
    )
  }
  const kind = textOf(fields.kind).toLowerCase()
  if (kind !== '' && !isKind(kind)) problems.push(`${named}: the kind “${kind}” is not known; it was taken as vendor.`)
  return {
    ...emptyIdentity,
    id: textOf(fields.id) || idOf(name),
    kind: isKind(kind) ? kind : 'vendor',
    name,
    aliases: listed.filter((alias) => alias !== name),
    products: texts(fields.products, named, 'products', problems),
    domains,
    addresses,
    mailingServices: texts(fields.mailingServices, named, 'mailing services', problems).flatMap((text) =>
      domainOf(text, named, problems),
    ),
    neverUses: texts(fields.neverUses, named, 'never-uses', problems).flatMap((text) => neverOf(text, named, problems)),
    commonWords: texts(fields.commonWords, named, 'common words', problems),
    context: texts(fields.context, named, 'context', problems).map((text) => text.toLowerCase()),
    phone: textOf(fields.phone),
    reportAddress: textOf(fields.reportAddress).toLowerCase(),
    source: textOf(fields.source),
    asOf: textOf(fields.asOf),
  }
}

const isKind = (text: string): text is IdentityKind => (identityKinds as readonly string[]).includes(text)
const isAddress = (text: string): boolean => /^[^\s@<>]{1,64}@[a-z0-9.-]{3,253}$/.test(text)

/** An id made of a name: `Election Systems & Software` is `election-systems-software`. */
export const idOf = (name: string): string =>
  name
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '-')
    .replace(/^-|-$/g, '') || 'unnamed'

function textOf(value: unknown): string {
  if (value instanceof Date) return value.toISOString().slice(0, 10)
  if (typeof value === 'number') return String(value)
  return typeof value === 'string' ? value.trim().slice(0, 4 * limits.identityNameCharactersMax) : ''
}

function texts(value: unknown, label: string, field: string, problems: string[]): string[] {
  const parts = typeof value === 'string' ? value.split(/[;,|\n]/) : Array.isArray(value) ? value : []
  if (value !== undefined && value !== null && parts.length === 0 && !Array.isArray(value)) {
    problems.push(`${label}: ${field} are not a list of texts and were left out.`)
  }
  const found = parts.map(textOf).filter((text) => text !== '' && text.length <= limits.identityNameCharactersMax)
  if (found.length > limits.identityFactsMax)
    problems.push(`${label}: only the first ${limits.identityFactsMax} ${field} were taken.`)
  return [...new Set(found)].slice(0, limits.identityFactsMax)
}

/** `https://www.vrsystems.com/x`, `@vrsystems.com`, `*.vrsystems.com` are all `vrsystems.com`. */
function domainOf(text: string, label: string, problems: string[]): string[] {
  const bare = text
    .toLowerCase()
    .replace(/^[a-z]+:\/\//, '')
    .replace(/^(?:[^@\s]*@|\*\.|\.)/, '')
    .replace(/[/?#:].*$/, '')
    .replace(/^www\./, '')
  if (
    /^(?:[a-z0-9\u0080-\uffff](?:[a-z0-9\u0080-\uffff-]{0,61}[a-z0-9\u0080-\uffff])?\.)+[a-z0-9\u0080-\uffff-]{2,63}$/.test(
      bare,
    )
  )
    return [bare]
  problems.push(`${label}: “${text.slice(0, 60)}” is not a domain and was left out.`)
  return []
}

function neverOf(text: string, label: string, problems: string[]): NeverUse[] {
  const bare = text
    .toLowerCase()
    .replace(/[\s_]+/g, '-')
    .replace('freemail', 'free-mail')
  const found = neverUses.find((use) => use === bare || `${use}s` === bare)
  if (found !== undefined) return [found]
  problems.push(`${label}: “${text.slice(0, 60)}” is none of ${neverUses.join(', ')}, and was left out.`)
  return []
}
