/** The live files that an office named, as streams that come and go: literal paths, also those that are not there yet,
 *  and whatever fits a glob. Rotated copies are not streams of their own; they belong to the log that they were. */
import { globSync, realpathSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { limits } from '../../core/limits.ts'
import { showPath } from '../problem.ts'
import type { Follower } from './contract.ts'
import { openFollower } from './follower.ts'
import type { FollowPosition } from './position.ts'
import { isRotatedName, readRotatedName } from './rotated-names.ts'

/** What to follow. */
export interface FollowSetOptions {
  /** Absolute paths or globs. */
  readonly paths: readonly string[]
  /** Where files begin that are there at the very first look; later ones begin at their start. */
  readonly from: 'start' | 'end'
  /** Where a path was read to before. */
  readonly savedOf: (path: string) => FollowPosition | undefined
}

/** A file that is followed. */
export interface FollowedStream {
  readonly path: string
  readonly follower: Follower
}

/** What changed since the last look. Followers of closed streams are closed already. */
export interface StreamChanges {
  readonly opened: readonly FollowedStream[]
  readonly closed: readonly FollowedStream[]
}

interface OpenStream extends FollowedStream {
  readonly realPath: string
  readonly isNamed: boolean
  goneSinceMs: number | undefined
}

/** The streams of one source. */
export class FollowSet {
  readonly #options: FollowSetOptions
  readonly #streams = new Map<string, OpenStream>()
  #isFirst = true
  #problem: string | undefined

  constructor(options: FollowSetOptions) {
    this.#options = options
  }

  get streams(): Iterable<FollowedStream> {
    return this.#streams.values()
  }

  /** In a whole sentence: what is wrong with the source as a whole, such as a pattern that nothing fits. */
  get problem(): string | undefined {
    return this.#problem
  }

  /** Looks for files that came and went. It does not look at the files themselves: that is each follower's own `poll`. */
  poll(nowMs: number): StreamChanges {
    const { named, matched, unmatched } = this.#find()
    const wanted = new Set([...named, ...matched])
    const closed = this.#closeGone(wanted, nowMs)
    const isKnown = !this.#isFirst || [...wanted].some((path) => this.#options.savedOf(path) !== undefined)
    const opened: FollowedStream[] = []
    let left = 0
    for (const path of wanted) {
      if (this.#streams.has(path)) continue
      if (this.#streams.size >= limits.followStreamsMax) left += 1
      else {
        const stream = this.#open(path, named.has(path), isKnown ? 'start' : this.#options.from, nowMs)
        if (stream !== undefined) opened.push(stream)
      }
    }
    this.#isFirst = false
    this.#problem = problemOf(left, unmatched)
    return { opened, closed }
  }

  close(): void {
    for (const { follower } of this.#streams.values()) follower.close()
    this.#streams.clear()
  }

  #find(): { named: Set<string>; matched: Set<string>; unmatched: string[] } {
    const named = new Set<string>()
    const matched = new Set<string>()
    const unmatched: string[] = []
    for (const pattern of this.#options.paths) {
      if (!/[*?[{]/.test(pattern) || isFile(pattern)) named.add(pattern)
      else {
        const found = matchFiles(pattern)
        for (const path of found) matched.add(path)
        if (found.length === 0) unmatched.push(pattern)
      }
    }
    return { named, matched: withoutCopies(matched, this.#streams), unmatched }
  }

  /** One file under two names is one stream: a link beside its target would bring every line twice. */
  #open(path: string, isNamed: boolean, from: 'start' | 'end', nowMs: number): FollowedStream | undefined {
    const realPath = realPathOf(path)
    for (const other of this.#streams.values()) if (other.realPath === realPath) return undefined
    const follower = openFollower({ path, from, saved: this.#options.savedOf(path), nowMs })
    const stream = { path, follower, realPath, isNamed, goneSinceMs: undefined }
    this.#streams.set(path, stream)
    return stream
  }

  /** A file that no pattern finds any more is let go once it is read to its end and has not come back for a while. */
  #closeGone(wanted: ReadonlySet<string>, nowMs: number): FollowedStream[] {
    const closed: FollowedStream[] = []
    for (const [path, stream] of this.#streams) {
      if (wanted.has(path)) stream.goneSinceMs = undefined
      else stream.goneSinceMs ??= nowMs
      const { goneSinceMs, follower } = stream
      if (goneSinceMs === undefined || nowMs - goneSinceMs < limits.followGoneMs || follower.backlogBytes > 0) continue
      follower.close()
      this.#streams.delete(path)
      closed.push(stream)
    }
    return closed
  }
}

function matchFiles(pattern: string): string[] {
  try {
    return globSync(pattern)
      .filter((path) => !isRotatedName(basename(path)) && !basename(path).startsWith('.') && isFile(path))
      .sort()
  } catch {
    // A pattern that cannot be read fits nothing.
    return []
  }
}

/** Leaves out what is a rotated copy of another file that fits, or did (`access-20261122.log` beside `access.log`). */
function withoutCopies(matched: ReadonlySet<string>, open: ReadonlyMap<string, unknown>): Set<string> {
  const lives = new Set([...matched, ...open.keys()])
  const kept = new Set<string>()
  for (const path of matched) if (open.has(path) || !isCopyOf(path, lives)) kept.add(path)
  return kept
}

/** True where a name without what stands before its extension, from some separator on, is a live file's. */
function isCopyOf(path: string, lives: ReadonlySet<string>): boolean {
  const name = basename(path)
  const dot = name.lastIndexOf('.')
  for (let at = 1; at < dot; at++) {
    if (!/[-._]/.test(name[at] as string)) continue
    const live = name.slice(0, at) + name.slice(dot)
    if (lives.has(join(dirname(path), live)) && readRotatedName(name, live) !== undefined) return true
  }
  return false
}

function isFile(path: string): boolean {
  try {
    return statSync(path).isFile()
  } catch {
    return false
  }
}

function realPathOf(path: string): string {
  try {
    return realpathSync(path)
  } catch {
    return path
  }
}

function problemOf(left: number, unmatched: readonly string[]): string | undefined {
  if (left > 0) {
    const most = limits.followStreamsMax.toLocaleString('en-US')
    return `More than ${most} files fit; ${left.toLocaleString('en-US')} of them are not read. Name fewer.`
  }
  const pattern = unmatched[0]
  return pattern === undefined ? undefined : `No log file fits ${showPath(pattern)} yet.`
}
