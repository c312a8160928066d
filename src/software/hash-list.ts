/** Reads lists of hashes as vendors, election bodies and NIST publish them: sha256sum and its relatives, BSD and OpenSSL
 *  style, hashdeep, NSRL, and CSV with or without a head. One line is one row; a line that is none is told, and nothing in
 *  a line can hang or throw. */
import { limits } from '../core/limits.ts'
import { columnsOf, splitRow } from './hash-columns.ts'
import { isPathBelow } from './path-text.ts'

/** Hashes that are known. SHA-1 and MD5 are weak: whoever made a file can have made another one with the same hash. */
export const hashNames = ['sha512', 'sha384', 'sha256', 'sha1', 'md5'] as const
export type HashName = (typeof hashNames)[number]

/** One row: a hash, and the file that has it. */
export interface HashRow {
  /** The best hash of the row: SHA-256 where it has one, since that is at hand, or else the strongest. */
  readonly hash: HashName
  /** In lower case. */
  readonly digits: string
  /** With `/` between folders, without drive and leading slashes; undefined where the list names none. */
  readonly path: string | undefined
  readonly bytes?: number
}

/** What a line is. */
export type HashLine = HashRow | 'comment' | 'bad'

/** How a list is written. */
export interface HashListForm {
  readonly title: string
  /** `paths`: it says which file has which hash. `known`: it says which hashes are known, wherever the files are. */
  readonly about: 'paths' | 'known'
  /** Names are a Windows machine's: capitals make no difference. */
  readonly ignoresCase: boolean
  read(line: string): HashLine
}

const digitsOf: Readonly<Record<number, HashName>> = {
  32: 'md5',
  40: 'sha1',
  64: 'sha256',
  96: 'sha384',
  128: 'sha512',
}
const hexForm = /^[0-9A-Fa-f]+$/

/** The kind of hash that some digits are; undefined where they are none. */
export const hashNameOf = (digits: string): HashName | undefined =>
  hexForm.test(digits) ? digitsOf[digits.length] : undefined

/** The row's best hash of several. */
export function bestHash(hashes: ReadonlyMap<HashName, string>): Pick<HashRow, 'hash' | 'digits'> | undefined {
  const hash = hashes.has('sha256') ? 'sha256' : hashNames.find((name) => hashes.has(name))
  return hash === undefined ? undefined : { hash, digits: hashes.get(hash) as string }
}

/** A name as a path below a folder; undefined where it leads out, or is none. */
export function listedPath(name: string): string | undefined {
  const parts = name
    .replaceAll('\\', '/')
    .replace(/^[A-Za-z]:/, '')
    .split('/')
    .filter((part) => part !== '' && part !== '.')
  const path = parts.join('/')
  return path.length <= limits.softwarePathBytesMax && isPathBelow(path) ? path : undefined
}

/** Finds out how a list is written, by its first lines; undefined where it is no list of hashes. */
export function recogniseHashList(lines: readonly string[]): HashListForm | undefined {
  const sample = lines.slice(0, limits.hashListSampleLinesMax).map(cleanLine)
  const isWindows = sample.some((line) => /[A-Za-z]:\\|[\w ]\\[\w ]/.test(line))
  const forms = [hashdeep(sample, isWindows), csvForm(sample, isWindows), coreutils(), tagged(isWindows), bare()]
  let best: HashListForm | undefined
  let bestRows = 0
  for (const form of forms) {
    if (form === undefined) continue
    const rows = sample.filter((line) => typeof form.read(line) === 'object').length
    if (rows > bestRows) [best, bestRows] = [form, rows]
  }
  const spoken = sample.filter((line) => line !== '' && !line.startsWith('#')).length
  return bestRows * 2 >= spoken - 5 ? best : undefined
}

/** A line without its line end and byte order mark. */
export const cleanLine = (line: string): string => line.replace(/^\ufeff/, '').replace(/\r$/, '')

function row(hashes: ReadonlyMap<HashName, string>, name: string | undefined, bytes?: number): HashLine {
  const best = bestHash(hashes)
  if (best === undefined) return 'bad'
  const path = name === undefined ? undefined : listedPath(name)
  if (name !== undefined && path === undefined) return 'bad'
  return { ...best, path, ...(bytes === undefined ? {} : { bytes }) }
}

const oneHash = (digits: string): ReadonlyMap<HashName, string> => {
  const name = hashNameOf(digits)
  return new Map(name === undefined ? [] : [[name, digits.toLowerCase()]])
}

/** `HASH  name`, `HASH *name`; a leading backslash says that `\\`, `\n` and `\r` in the name are escapes (GNU coreutils,
 *  "md5sum invocation"). */
function coreutils(): HashListForm {
  return {
    title: 'a list as sha256sum writes it',
    about: 'paths',
    ignoresCase: false,
    read(line) {
      if (line === '' || line.startsWith('#') || line.startsWith(';')) return 'comment'
      const isEscaped = line.startsWith('\\')
      const space = line.indexOf(' ')
      const mark = line[space + 1]
      if (space < 0 || (mark !== ' ' && mark !== '*')) return 'bad'
      const name = line.slice(space + 2)
      const hashes = oneHash(line.slice(isEscaped ? 1 : 0, space))
      if (name === '') return 'bad'
      // A backslash of a name that is not escaped belongs to Windows.
      return row(hashes, isEscaped ? unescaped(name) : name)
    },
  }
}

/** The name without its escapes. A backslash in a Unix name would be taken for a Windows folder: such a file is not found
 *  under the name, and is told. */
const unescaped = (name: string): string =>
  name.replace(/\\([\\nr])/g, (_, letter: string) => (letter === 'n' ? '\n' : letter === 'r' ? '\r' : '\\'))

/** `SHA256 (name) = HASH` (BSD, `sha256sum --tag`), `SHA2-256(name)= HASH` (`openssl dgst`). */
function tagged(ignoresCase: boolean): HashListForm {
  return {
    title: 'a list in BSD or OpenSSL style',
    about: 'paths',
    ignoresCase,
    read(line) {
      if (line === '' || line.startsWith('#')) return 'comment'
      const isEscaped = line.startsWith('\\')
      const open = line.indexOf('(')
      const close = line.lastIndexOf(')')
      const equals = close < 0 ? -1 : line.indexOf('=', close)
      if (open < 0 || close < open || equals < 0 || open > 24) return 'bad'
      const tag = line
        .slice(isEscaped ? 1 : 0, open)
        .trim()
        .toUpperCase()
        .replace(/[-/]/g, '')
      const named = {
        MD5: 'md5',
        SHA1: 'sha1',
        SHA256: 'sha256',
        SHA2256: 'sha256',
        SHA384: 'sha384',
        SHA2384: 'sha384',
        SHA512: 'sha512',
        SHA2512: 'sha512',
      }[tag]
      const digits = line.slice(equals + 1).trim()
      if (named === undefined || hashNameOf(digits) !== named) return 'bad'
      const name = line.slice(open + 1, close)
      return row(oneHash(digits), isEscaped ? unescaped(name) : name)
    },
  }
}

/** `%%%% size,md5,sha256,filename` names the columns; `##` begins a comment; a name may hold commas and comes last. */
function hashdeep(sample: readonly string[], ignoresCase: boolean): HashListForm | undefined {
  if (!sample.some((line) => /^%%%% HASHDEEP-/.test(line))) return undefined
  const head = sample.find((line) => /^%%%% size,/.test(line))
  if (head === undefined) return undefined
  const names = head.slice(5).split(',').slice(0, limits.hashListColumnsMax)
  return {
    title: 'a list of hashdeep',
    about: 'paths',
    ignoresCase,
    read(line) {
      if (line === '' || line.startsWith('%%%%') || line.startsWith('##')) return 'comment'
      const hashes = new Map<HashName, string>()
      let bytes: number | undefined
      let at = 0
      for (const name of names.slice(0, -1)) {
        const comma = line.indexOf(',', at)
        if (comma < 0) return 'bad'
        const text = line.slice(at, comma)
        at = comma + 1
        const hash = hashNames.find((each) => each === name)
        if (name === 'size') bytes = countOf(text)
        else if (hash !== undefined && hashNameOf(text) === hash) hashes.set(hash, text.toLowerCase())
      }
      return row(hashes, line.slice(at), bytes)
    },
  }
}

/** CSV, TSV or semicolons. NSRL's own list (`NSRLFile.txt`, and what is exported from its database with the same columns)
 *  says which files are known, not where they should be. */
function csvForm(sample: readonly string[], ignoresCase: boolean): HashListForm | undefined {
  const columns = columnsOf(sample)
  if (columns === undefined) return undefined
  const { delimiter, headLine, hashes: hashColumns, path: pathAt, bytes: bytesAt, isNsrl } = columns
  return {
    title: isNsrl ? 'a list of known software in the form of NIST NSRL' : 'a table (CSV)',
    about: isNsrl || pathAt === undefined ? 'known' : 'paths',
    ignoresCase,
    read(line) {
      if (line === '' || line.startsWith('#') || line === headLine) return 'comment'
      const cells = splitRow(line, delimiter)
      if (cells === undefined) return 'bad'
      const found = new Map<HashName, string>()
      for (const at of hashColumns) {
        const digits = (cells[at] ?? '').trim()
        const name = hashNameOf(digits)
        if (name !== undefined) found.set(name, digits.toLowerCase())
      }
      const bytes = bytesAt === undefined ? undefined : countOf((cells[bytesAt] ?? '').trim())
      const name = isNsrl || pathAt === undefined ? undefined : (cells[pathAt] ?? '').trim()
      return row(found, name, bytes)
    },
  }
}

/** Nothing but a hash on each line. */
function bare(): HashListForm {
  return {
    title: 'a list of hashes without names',
    about: 'known',
    ignoresCase: false,
    read(line) {
      const text = line.trim()
      return text === '' || text.startsWith('#') ? 'comment' : row(oneHash(text), undefined)
    },
  }
}

const countOf = (text: string): number | undefined => (/^\d{1,15}$/.test(text) ? Number(text) : undefined)
