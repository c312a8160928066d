/** How a folder differs from what it should be: two lists of entries in order of path are walked side by side, and what
 *  is new in one place and gone from another with the same content was moved. It judges nothing: `severity` only says in
 *  which order a person should look. */
import { limits } from '../core/limits.ts'
import { comparePaths, isProgram, nameOf, type SoftwareEntry, type SoftwareFile } from './entry.ts'
import { ExpectedChanges } from './expected.ts'

/** What happened to one path. `signer-changed`: the content changed, and so did who signed it, or the signature no longer
 *  covers it. `unlisted`: a hash list of known software does not know it. */
export const differenceKinds = [
  'signer-changed',
  'type-changed',
  'changed',
  'added',
  'unlisted',
  'removed',
  'unread',
  'mode-changed',
  'moved',
] as const
export type DifferenceKind = (typeof differenceKinds)[number]

/** One difference. */
export interface SoftwareDifference {
  readonly kind: DifferenceKind
  /** Where it is now; of what was removed, where it was. */
  readonly path: string
  /** Of what was moved: where it was. */
  readonly from?: string
  readonly before?: SoftwareEntry
  readonly now?: SoftwareEntry
  /** It is, or was, something that a machine could run. */
  readonly program: boolean
  /** The pattern that expects it. */
  readonly expected?: string
}

/** How soon a person should look: 0 (expected) to 4 (a program is not what it was). */
export type Severity = 0 | 1 | 2 | 3 | 4

/** Ranks a difference. */
export function severityOf({ kind, program, expected, before }: SoftwareDifference): Severity {
  if (expected !== undefined) return 0
  switch (kind) {
    case 'signer-changed':
    case 'type-changed':
      return 4
    case 'changed':
    case 'added':
    case 'unlisted':
      return program ? 4 : 3
    case 'removed':
      return before?.type === 'folder' ? 2 : 3
    case 'unread':
      return program ? 3 : 2
    case 'mode-changed':
      return 2
    case 'moved':
      return 1
  }
}

/** Worst first, then as paths stand. */
export function orderDifferences(differences: readonly SoftwareDifference[]): SoftwareDifference[] {
  const rank = ({ kind }: SoftwareDifference): number => differenceKinds.indexOf(kind)
  return differences.toSorted(
    (a, b) => severityOf(b) - severityOf(a) || rank(a) - rank(b) || comparePaths(a.path, b.path),
  )
}

/** All differences between what should be and what is, worst first. Both in order of path (`comparePaths`). */
export function compareManifests(
  baseline: Iterable<SoftwareEntry>,
  manifest: Iterable<SoftwareEntry>,
  expect: ExpectedChanges = ExpectedChanges.none,
): SoftwareDifference[] {
  const comparison = new Comparison(baseline, expect)
  for (const entry of manifest) comparison.add(entry)
  return comparison.finish().differences
}

/** What a comparison found. */
export interface Compared {
  /** Worst first. */
  readonly differences: SoftwareDifference[]
  /** Differences beyond those that are kept. */
  readonly leftOut: number
  /** Things that are as they should be. */
  readonly same: number
}

/** A comparison that goes on while a folder is walked. */
export class Comparison {
  readonly #baseline: Iterator<SoftwareEntry>
  readonly #expect: ExpectedChanges
  readonly #knowsSigners: boolean
  readonly #kept: SoftwareDifference[] = []
  /** Files that are new or gone, by content, until it is clear what was moved. */
  readonly #new: SoftwareFile[] = []
  readonly #gone: SoftwareFile[] = []
  #before: SoftwareEntry | undefined
  /** Folders that are new or gone are told only where nothing is in them: what is in them tells of them. */
  #newFolder: SoftwareEntry | undefined
  #goneFolder: SoftwareEntry | undefined
  #leftOut = 0
  #same = 0

  /** `knowsSigners`: both sides say who signed what; where one does not, a changed program is a changed program. */
  constructor(baseline: Iterable<SoftwareEntry>, expect: ExpectedChanges, knowsSigners = true) {
    this.#knowsSigners = knowsSigners
    this.#baseline = baseline[Symbol.iterator]()
    this.#expect = expect
    this.#step()
  }

  /** Takes the next thing that is there. */
  add(now: SoftwareEntry): void {
    for (; this.#before !== undefined; this.#step()) {
      const order = comparePaths(this.#before.path, now.path)
      if (order > 0) break
      if (order === 0) {
        this.#compare(this.#before, now)
        this.#step()
        return
      }
      this.#takeGone(this.#before)
    }
    this.#takeNew(now)
  }

  /** Tells everything. */
  finish(): Compared {
    for (; this.#before !== undefined; this.#step()) this.#takeGone(this.#before)
    this.#flushFolder(this.#newFolder, 'added')
    this.#flushFolder(this.#goneFolder, 'removed')
    this.#tellMoved()
    return { differences: orderDifferences(this.#kept), leftOut: this.#leftOut, same: this.#same }
  }

  #step(): void {
    const next = this.#baseline.next()
    this.#before = next.done === true ? undefined : next.value
  }

  #compare(before: SoftwareEntry, now: SoftwareEntry): void {
    if (!this.#knowsSigners && (hasSigner(before) || hasSigner(now))) {
      this.#compare(withoutSigner(before), withoutSigner(now))
      return
    }
    const kind = changeBetween(before, now)
    if (kind === undefined) this.#same++
    else this.#tell({ kind, path: now.path, before, now, program: isProgram(now) || isProgram(before) })
  }

  #takeNew(now: SoftwareEntry): void {
    if (this.#newFolder !== undefined && !isBelow(now, this.#newFolder)) this.#flushFolder(this.#newFolder, 'added')
    this.#newFolder = undefined
    if (now.type === 'folder') this.#newFolder = now
    else if (now.type === 'unread') this.#tell({ kind: 'unread', path: now.path, now, program: isProgram(now) })
    else if (now.type === 'file' && this.#hasRoom) this.#new.push(now)
    else this.#tell({ kind: 'added', path: now.path, now, program: isProgram(now) })
  }

  #takeGone(before: SoftwareEntry): void {
    if (this.#goneFolder !== undefined && !isBelow(before, this.#goneFolder)) {
      this.#flushFolder(this.#goneFolder, 'removed')
    }
    this.#goneFolder = undefined
    if (before.type === 'folder') this.#goneFolder = before
    else if (before.type === 'file' && this.#hasRoom) this.#gone.push(before)
    else this.#tell({ kind: 'removed', path: before.path, before, program: isProgram(before) })
  }

  #flushFolder(folder: SoftwareEntry | undefined, kind: 'added' | 'removed'): void {
    if (folder === undefined) return
    this.#tell({
      kind,
      path: folder.path,
      program: false,
      ...(kind === 'added' ? { now: folder } : { before: folder }),
    })
  }

  /** Pairs what is new with what is gone and had the same content: first under the same name, then in order. Under another
   *  name only what is long enough that it cannot be the same by chance. */
  #tellMoved(): void {
    const gone = new Map<string, SoftwareFile[]>()
    for (const file of this.#gone) {
      if (file.bytes === 0) continue
      const list = gone.get(file.sha256)
      if (list === undefined) gone.set(file.sha256, [file])
      else list.push(file)
    }
    const moved = new Set<SoftwareFile>()
    const pair = (now: SoftwareFile, mustShareName: boolean): boolean => {
      const list = gone.get(now.sha256)
      if (!mustShareName && now.bytes < limits.softwareMovedBytesMin) return false
      const at = mustShareName ? (list?.findIndex(({ path }) => nameOf(path) === nameOf(now.path)) ?? -1) : 0
      const before = list?.[at]
      if (list === undefined || before === undefined) return false
      list.splice(at, 1)
      moved.add(before)
      this.#tell({ kind: 'moved', path: now.path, from: before.path, before, now, program: isProgram(now) })
      return true
    }
    const unnamed = this.#new.filter((now) => !pair(now, true))
    const added = unnamed.filter((now) => !pair(now, false))
    for (const now of added) this.#tell({ kind: 'added', path: now.path, now, program: isProgram(now) })
    for (const before of this.#gone) {
      if (!moved.has(before)) {
        this.#tell({ kind: 'removed', path: before.path, before, program: isProgram(before) })
      }
    }
  }

  get #hasRoom(): boolean {
    return this.#new.length + this.#gone.length + this.#kept.length < limits.softwareDifferencesMax
  }

  #tell(difference: SoftwareDifference): void {
    if (this.#kept.length >= limits.softwareDifferencesMax) {
      this.#leftOut++
      return
    }
    const expected = this.#patternFor(difference)
    this.#kept.push(expected === undefined ? difference : { ...difference, expected })
  }

  /** A change is expected where a pattern expects it of what was and of what is. */
  #patternFor({ before, now }: SoftwareDifference): string | undefined {
    const ofBefore = before === undefined ? undefined : this.#expect.patternFor(before)
    if (before !== undefined && ofBefore === undefined) return undefined
    return now === undefined ? ofBefore : this.#expect.patternFor(now)
  }
}

const isBelow = ({ path }: SoftwareEntry, folder: SoftwareEntry): boolean => path.startsWith(`${folder.path}/`)

const hasSigner = (entry: SoftwareEntry): boolean => entry.type === 'file' && entry.signer !== undefined

function withoutSigner(entry: SoftwareEntry): SoftwareEntry {
  if (entry.type !== 'file') return entry
  const { signer: _, ...rest } = entry
  return rest
}

/** What changed at one path; undefined where nothing did. */
function changeBetween(before: SoftwareEntry, now: SoftwareEntry): DifferenceKind | undefined {
  if (now.type === 'unread') return 'unread'
  // What could not be read then cannot be compared: it is as good as new.
  if (before.type === 'unread') return now.type === 'file' || now.type === 'link' ? 'added' : undefined
  if (before.type === 'file' && now.type === 'file') return fileChange(before, now)
  if (before.type === 'link' && now.type === 'link') return before.target === now.target ? undefined : 'changed'
  if (before.type === 'other' && now.type === 'other') return before.what === now.what ? undefined : 'type-changed'
  if (before.type === 'folder' && now.type === 'folder') return modeChange(before.mode, now.mode)
  return 'type-changed'
}

function fileChange(before: SoftwareFile, now: SoftwareFile): DifferenceKind | undefined {
  if (before.sha256 === now.sha256 && before.bytes === now.bytes) return modeChange(before.mode, now.mode)
  const [was, is] = [before.signer, now.signer]
  if (was === undefined) return 'changed'
  const isSame = is !== undefined && is.subject === was.subject && is.issuer === was.issuer && is.state === was.state
  return isSame ? 'changed' : 'signer-changed'
}

const modeChange = (before: number | undefined, now: number | undefined): 'mode-changed' | undefined =>
  before === undefined || now === undefined || before === now ? undefined : 'mode-changed'
