/** What rotated copies of a log are called by those who rotate logs (logrotate, newsyslog, rotatelogs, Windows tools),
 *  and in which order they were written. Names only: nothing is opened here. */

/** How a rotated copy's name differs from the live file's. */
export interface RotatedName {
  readonly name: string
  /** The name without `.gz` and the like: two names with one stem are one file and its packed copy. */
  readonly stem: string
  readonly isPacked: boolean
  /** `access.log.3`: the higher, the older. */
  readonly number: number | undefined
  /** `access.log-20261122`, `access-2026-11-22_03.log`: digits, which grow with time. */
  readonly date: string | undefined
}

const packed = /\.(?:gz|zst|zstd|bz2|xz|Z|lz4)$/
/** A date or time stamp and what may follow it: a second rotation on one day. */
const dated = /^[-._]?(\d{4}-?\d{2}-?\d{2}(?:[-_T.]?\d{2,6}(?:[-_:.]?\d{2}){0,2}Z?)?|\d{9,10})(?:[-._](\d{1,6}))?$/

/** What a name is with regard to a live file's; undefined where it is no rotated copy of it. */
export function readRotatedName(name: string, live: string): RotatedName | undefined {
  const stem = name.replace(packed, '')
  const isPacked = stem !== name
  if (stem === live) return isPacked ? { name, stem, isPacked, number: 0, date: undefined } : undefined
  const middle = between(stem, live)
  if (middle === undefined) return undefined
  if (/^[-._]\d{1,6}$/.test(middle)) {
    return { name, stem, isPacked, number: Number(middle.slice(1)), date: undefined }
  }
  const date = dated.exec(middle)
  if (date !== null) {
    const digits = (date[1] as string).replace(/\D/g, '').padEnd(14, '0')
    return { name, stem, isPacked, number: undefined, date: digits + (date[2] ?? '').padStart(6, '0') }
  }
  if (/^[-._](?:old|bak|prev|previous)$/.test(middle)) return { name, stem, isPacked, number: 1, date: undefined }
  return undefined
}

/** What a name has more than the live one, behind it or before its extension. */
function between(stem: string, live: string): string | undefined {
  if (stem.startsWith(live)) return stem.slice(live.length)
  const dot = live.lastIndexOf('.')
  if (dot <= 0) return undefined
  const base = live.slice(0, dot)
  const extension = live.slice(dot)
  if (!stem.startsWith(base) || !stem.endsWith(extension)) return undefined
  return stem.length > live.length ? stem.slice(base.length, stem.length - extension.length) : undefined
}

/** A rotated copy with the time of its last write. */
export interface Aged {
  readonly rotated: RotatedName
  readonly modifiedMs: number
}

/** Sorts copies from the oldest to the newest: by number or date where all have one, by last write where they differ
 *  in kind. */
export function sortByAge<Copy extends Aged>(copies: readonly Copy[]): Copy[] {
  const byTime = (a: Copy, b: Copy): number => a.modifiedMs - b.modifiedMs
  const byName = (a: Copy, b: Copy): number => (a.rotated.name < b.rotated.name ? -1 : 1)
  if (copies.every(({ rotated }) => rotated.number !== undefined)) {
    return copies.toSorted((a, b) => (b.rotated.number as number) - (a.rotated.number as number) || byName(a, b))
  }
  if (copies.every(({ rotated }) => rotated.date !== undefined)) {
    return copies.toSorted((a, b) => {
      const [first, second] = [a.rotated.date as string, b.rotated.date as string]
      if (first !== second) return first < second ? -1 : 1
      return byTime(a, b) || byName(a, b)
    })
  }
  return copies.toSorted((a, b) => byTime(a, b) || byName(a, b))
}

/** True for a name that only a rotated or packed copy has, whatever the live file is called: a glob of live files
 *  leaves it out. A date before the extension (`u_ex261122.log`) may be a live file's own and does not count. */
export function isRotatedName(name: string): boolean {
  if (packed.test(name)) return true
  if (/\.(?:\d{1,6}|old|bak|prev|previous)$/.test(name)) return true
  return /[^\d]\.[A-Za-z]+[-._]\d{4}-?\d{2}-?\d{2}(?:[-_T.]?\d{1,6})*$/.test(name)
}
