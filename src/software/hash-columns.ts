/** Which column of a table of hashes holds what, and how a row is split (RFC 4180, one line a row). Columns are known by
 *  their heads, or else by what stands in them. */
import { limits } from '../core/limits.ts'

/** The columns of a table. */
export interface HashColumns {
  readonly delimiter: string
  /** The line with the heads; undefined where there is none. */
  readonly headLine: string | undefined
  readonly hashes: readonly number[]
  readonly path: number | undefined
  readonly bytes: number | undefined
  /** The columns are those of the National Software Reference Library. */
  readonly isNsrl: boolean
}

/** Heads, without spaces, dashes and underscores, in lower case. */
const hashHeads = /^(?:file)?(?:md5|sha1|sha256|sha2256|sha384|sha512)(?:hash|sum|checksum|value|digest)?$/
const anyHashHeads = new Set(['hash', 'hashvalue', 'checksum', 'digest', 'filehash'])
/** Better ones first. */
const pathHeads = [
  'fullpath',
  'filepath',
  'path',
  'fullname',
  'relativepath',
  'location',
  'filename',
  'file',
  'name',
  'object',
  'component',
]
const bytesHeads = new Set(['size', 'filesize', 'bytes', 'length', 'filelength', 'sizebytes', 'sizeinbytes'])
const nsrlHeads = ['productcode', 'opsystemcode', 'packageid']
const digitCounts = new Set([32, 40, 64, 96, 128])
const isHash = (cell: string): boolean => digitCounts.has(cell.trim().length) && /^[0-9A-Fa-f]+$/.test(cell.trim())

/** The cells of a row; undefined where a quoted cell does not end. */
export function splitRow(line: string, delimiter: string): string[] | undefined {
  const cells: string[] = []
  for (let at = 0; at <= line.length && cells.length < limits.hashListColumnsMax; ) {
    if (line[at] === '"') {
      let text = ''
      let from = at + 1
      for (;;) {
        const quote = line.indexOf('"', from)
        if (quote < 0) return undefined
        text += line.slice(from, quote)
        if (line[quote + 1] !== '"') {
          at = quote + 1
          break
        }
        text += '"'
        from = quote + 2
      }
      // What stands behind a closing quote belongs to nobody.
      const end = line.indexOf(delimiter, at)
      cells.push(text)
      if (end < 0) break
      at = end + 1
    } else {
      const end = line.indexOf(delimiter, at)
      cells.push(line.slice(at, end < 0 ? line.length : end))
      if (end < 0) break
      at = end + 1
    }
  }
  return cells
}

/** Finds out what the columns of a table are; undefined where no column holds hashes. */
export function columnsOf(sample: readonly string[]): HashColumns | undefined {
  const lines = sample.filter((line) => line !== '' && !line.startsWith('#'))
  const [first = '', second] = lines
  const delimiter = [',', '\t', ';', '|']
    .map((each) => [each, (splitRow(second ?? first, each) ?? []).length] as const)
    .reduce((best, each) => (each[1] > best[1] ? each : best))
  if (delimiter[1] < 2) return undefined
  const cells = splitRow(first, delimiter[0]) ?? []
  return cells.some(isHash) ? columnsByContent(lines, delimiter[0]) : columnsByHead(first, cells, delimiter[0])
}

function columnsByHead(headLine: string, cells: readonly string[], delimiter: string): HashColumns | undefined {
  const heads = cells.map((cell) => cell.toLowerCase().replace(/[\s_-]/g, ''))
  const places = heads.flatMap((head, at) => (hashHeads.test(head) || anyHashHeads.has(head) ? [at] : []))
  if (places.length === 0) return undefined
  const pathHead = pathHeads.find((head) => heads.includes(head))
  const bytes = heads.findIndex((head) => bytesHeads.has(head))
  return {
    delimiter,
    headLine,
    hashes: places,
    path: pathHead === undefined ? undefined : heads.indexOf(pathHead),
    bytes: bytes < 0 ? undefined : bytes,
    isNsrl: nsrlHeads.some((head) => heads.includes(head)),
  }
}

/** Without heads: columns in which every row has a hash, and of the others the one that looks most like names of files. */
function columnsByContent(lines: readonly string[], delimiter: string): HashColumns | undefined {
  const rows = lines.map((line) => splitRow(line, delimiter) ?? [])
  const width = Math.max(...rows.map((cells) => cells.length))
  const share = (at: number, is: (cell: string) => boolean): number =>
    rows.filter((cells) => is(cells[at] ?? '')).length / rows.length
  const all = Array.from({ length: width }, (_, at) => at)
  const hashes = all.filter((at) => share(at, isHash) > 0.5)
  if (hashes.length === 0) return undefined
  const names = all
    .filter((at) => !hashes.includes(at))
    .map((at) => ({ at, score: share(at, (cell) => /[./\\]/.test(cell) && /[A-Za-z]/.test(cell)) }))
    .filter(({ score }) => score > 0.5)
    .sort((a, b) => b.score - a.score)
  return { delimiter, headLine: undefined, hashes, path: names[0]?.at, bytes: undefined, isNsrl: false }
}
