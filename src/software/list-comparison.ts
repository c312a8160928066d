/** How a folder differs from a list of hashes. The folder is held in memory and the list goes past it row by row, so that
 *  lists of any length take no more memory than the folder does. */
import { limits } from '../core/limits.ts'
import { type Compared, orderDifferences, type SoftwareDifference } from './difference.ts'
import { isProgram, nameOf, type SoftwareEntry, type SoftwareFile } from './entry.ts'
import type { ExpectedChanges } from './expected.ts'
import type { HashListForm, HashName, HashRow } from './hash-list.ts'

/** A file with the hashes that the list uses beside SHA-256. */
export interface ComparedFile extends SoftwareFile {
  readonly hashes?: Readonly<Partial<Record<HashName, string>>>
}

/** What is in the folder; links and the like are no matter of hashes. */
export type ComparedEntry = ComparedFile | SoftwareEntry

type State = 'unseen' | 'same' | 'differs'
interface Held {
  readonly file: ComparedFile
  state: State
}

/** Path and hash of a file that the list names and the folder does not have. */
interface Missing {
  readonly path: string
  readonly hash: HashName
  readonly digits: string
}

/** How many leading folders of the list's names are to be left out, so that most names are found in the folder; undefined
 *  where hardly any is found, however many are left out. */
export function leadingFolders(
  names: readonly string[],
  isThere: (path: string) => boolean,
): { readonly count: number; readonly found: number } | undefined {
  const deepest = Math.min(64, Math.max(0, ...names.map((name) => name.split('/').length - 1)))
  let best = { count: 0, found: 0 }
  for (let count = 0; count <= deepest; count++) {
    const found = names.filter((name) => {
      const rest = withoutFolders(name, count)
      return rest !== undefined && isThere(rest)
    }).length
    if (found > best.found) best = { count, found }
  }
  return best.found === 0 ? undefined : best
}

/** The path without its first folders; undefined where it has no more. */
function withoutFolders(path: string, count: number): string | undefined {
  let at = 0
  for (let i = 0; i < count; i++) {
    at = path.indexOf('/', at) + 1
    if (at === 0) return undefined
  }
  return path.slice(at)
}

/** A comparison that goes on while a list is read. */
export class ListComparison {
  readonly #form: HashListForm
  readonly #leading: number
  readonly #expect: ExpectedChanges
  readonly #byPath = new Map<string, Held>()
  readonly #byHash = new Map<string, Held[]>()
  readonly #held: Held[] = []
  readonly #unread: SoftwareEntry[] = []
  readonly #missing = new Map<string, Missing>()
  #leftOut = 0
  #outside = 0

  /** `leading`: folders at the beginning of the list's names that are not in the folder. */
  constructor(form: HashListForm, entries: Iterable<ComparedEntry>, leading: number, expect: ExpectedChanges) {
    this.#form = form
    this.#leading = leading
    this.#expect = expect
    for (const entry of entries) {
      if (entry.type === 'unread') this.#unread.push(entry)
      if (entry.type !== 'file') continue
      const held: Held = { file: entry, state: 'unseen' }
      this.#held.push(held)
      if (form.about === 'paths') this.#byPath.set(this.#keyOf(entry.path), held)
      else this.#index(held)
    }
  }

  /** Rows that name files of other folders. */
  get outside(): number {
    return this.#outside
  }

  /** Takes the next row. */
  add(row: HashRow): void {
    if (this.#form.about === 'known' || row.path === undefined) {
      for (const held of this.#byHash.get(row.digits) ?? []) held.state = 'same'
      return
    }
    const path = withoutFolders(row.path, this.#leading)
    if (path === undefined) {
      this.#outside++
      return
    }
    const held = this.#byPath.get(this.#keyOf(path))
    if (held === undefined) this.#miss({ path, hash: row.hash, digits: row.digits })
    else if (digitsOf(held.file, row.hash) !== row.digits || (row.bytes ?? held.file.bytes) !== held.file.bytes) {
      held.state = 'differs'
    } else if (held.state === 'unseen') held.state = 'same'
  }

  /** Tells everything. */
  finish(): Compared {
    const found: SoftwareDifference[] = []
    const fresh: ComparedFile[] = []
    let same = 0
    for (const { file, state } of this.#held) {
      if (state === 'same') same++
      else if (state === 'differs')
        found.push({ kind: 'changed', path: file.path, now: file, program: isProgram(file) })
      else if (this.#form.about === 'paths') fresh.push(file)
      else found.push({ kind: 'unlisted', path: file.path, now: file, program: isProgram(file) })
    }
    for (const now of this.#unread) found.push({ kind: 'unread', path: now.path, now, program: isProgram(now) })
    found.push(...this.#movedAndNew(fresh))
    for (const { path } of this.#missing.values()) {
      found.push({ kind: 'removed', path, program: isProgram({ type: 'unread', path, why: 'failed' }) })
    }
    return { differences: orderDifferences(found.map((each) => this.#expected(each))), leftOut: this.#leftOut, same }
  }

  #movedAndNew(fresh: readonly ComparedFile[]): SoftwareDifference[] {
    const gone = new Map<string, Missing[]>()
    for (const each of this.#missing.values()) {
      const list = gone.get(each.digits)
      if (list === undefined) gone.set(each.digits, [each])
      else list.push(each)
    }
    return fresh.map((now) => {
      const program = isProgram(now)
      const list =
        now.bytes === 0
          ? undefined
          : Object.values({ ...now.hashes, sha256: now.sha256 }).flatMap((digits) => gone.get(digits) ?? [])
      const from =
        list?.find(({ path }) => nameOf(path) === nameOf(now.path)) ??
        (now.bytes < limits.softwareMovedBytesMin ? undefined : list?.[0])
      if (from === undefined) return { kind: 'added', path: now.path, now, program }
      this.#missing.delete(this.#keyOf(from.path))
      const rest = gone.get(from.digits)?.filter((each) => each !== from) ?? []
      gone.set(from.digits, rest)
      return { kind: 'moved', path: now.path, from: from.path, now, program }
    })
  }

  #expected(difference: SoftwareDifference): SoftwareDifference {
    const { now, path, program } = difference
    const entry = now ?? { type: 'unread', path, why: 'failed' }
    const expected = this.#expect.patternFor(entry)
    return expected === undefined || (program && !isProgram(entry)) ? difference : { ...difference, expected }
  }

  #miss(missing: Missing): void {
    const key = this.#keyOf(missing.path)
    if (this.#missing.size < limits.softwareDifferencesMax) this.#missing.set(key, missing)
    else if (!this.#missing.has(key)) this.#leftOut++
  }

  #index(held: Held): void {
    for (const digits of Object.values({ ...held.file.hashes, sha256: held.file.sha256 })) {
      const list = this.#byHash.get(digits)
      if (list === undefined) this.#byHash.set(digits, [held])
      else list.push(held)
    }
  }

  #keyOf(path: string): string {
    return this.#form.ignoresCase ? path.toLowerCase() : path
  }
}

const digitsOf = (file: ComparedFile, hash: HashName): string | undefined =>
  hash === 'sha256' ? file.sha256 : file.hashes?.[hash]
