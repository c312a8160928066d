/** Follows one live log through its rotations: every line once, in the order in which it was written, after any restart.
 *  It asks the file system by name again and again and relies on no notification, so that network drives work too. */
import { limits } from '../../core/limits.ts'
import type { Reject } from '../../core/place.ts'
import type { Chunk, Progress } from '../../formats/format.ts'
import type { LineChunkerBounds, LinePosition } from '../lines.ts'
import { showPath } from '../problem.ts'
import type { Follower } from './contract.ts'
import { endOfLines } from './end-of-lines.ts'
import { emptiedSentence, lateSentence, lostSentence, unreadSentence } from './gap-sentences.ts'
import { Generation } from './generation.ts'
import { lookAtName, type NameLook } from './growing-input.ts'
import { LateLines } from './late-lines.ts'
import { countYoungerBytes, findSaved, findSuccessor, isAmongCopies, isGrown } from './lineage.ts'
import { type Fingerprint, type FollowPosition, fingerprintOf } from './position.ts'
import type { Sibling } from './siblings.ts'

export type { Follower } from './contract.ts'
export type { FollowPosition } from './position.ts'

/** How to follow a file. */
export interface FollowOptions {
  /** Absolute path of the live file. */
  readonly path: string
  /** Where a file begins that is there at the start and was never read. One that appears later begins at its start. */
  readonly from: 'start' | 'end'
  /** Where reading stopped before. */
  readonly saved?: FollowPosition | undefined
  readonly nowMs: number
  readonly bounds?: LineChunkerBounds
}

/** Opens a follower. Nothing that it may find throws. */
export function openFollower(options: FollowOptions): Follower {
  return new FileFollower(options)
}

const fileStart: LinePosition = { offset: 0, line: 1 }
const nothing = fingerprintOf(new Uint8Array(0))

class FileFollower implements Follower {
  readonly rejects: Reject[] = []
  readonly ended = false
  readonly #path: string
  readonly #bounds: LineChunkerBounds
  #nowMs: number
  #live: NameLook
  #missingSinceMs = 0
  #current: Generation | undefined
  #handed: Chunk | undefined
  /** The file that was left last; the next one comes after it. */
  #left: FollowPosition | undefined
  /** A saved position that waits to be found again. */
  #saved: FollowPosition | undefined
  /** Where a file begins whose predecessor is not known. */
  #from: 'start' | 'end'
  #grewAtMs: number
  /** The live file, empty so far, that took the name of the current one, and whether others lie between. */
  #replacement: { readonly key: string; readonly hasBetween: boolean } | undefined
  /** The last attempt to open what comes next that failed. */
  #failed: { readonly key: string; readonly atMs: number; readonly sinceMs: number } | undefined
  #waitingBytes = 0
  #generation: number
  #finished: readonly Fingerprint[]
  #late: LateLines | undefined
  #gap: string | undefined
  #gaps = 0
  #problem: string | undefined
  #isClosed = false

  constructor(options: FollowOptions) {
    const { path, bounds = limits, nowMs, saved, from } = options
    this.#path = path
    this.#bounds = bounds
    this.#nowMs = nowMs
    this.#grewAtMs = nowMs
    this.#saved = saved?.identity === '' && saved.modifiedMs === 0 ? undefined : saved
    this.#generation = saved?.generation ?? 0
    this.#finished = saved?.finished ?? []
    this.#live = lookAtName(this.#path)
    this.#from = from
    // A log that is not there yet begins now: a copy that is younger than this moment, by clocks that need not agree
    // with this one to the tick, is its beginning.
    if (this.#live.kind === 'none' && this.#saved === undefined) {
      this.#left = { ...this.position, modifiedMs: Math.max(1, nowMs - limits.followGraceMs) }
    }
    this.#current = this.#open()
  }

  get position(): FollowPosition {
    const common = { generation: this.#generation, finished: this.#finished }
    const current = this.#current
    if (current !== undefined) {
      const { path, at, fingerprint, tailDigest, look, isPacked } = current
      const size = isPacked ? at.offset : look.size
      const { identity, modifiedMs } = look
      return { path, identity, ...fingerprint, ...at, ...tailDigest, size, modifiedMs, ...common }
    }
    const last = this.#saved ?? this.#left
    if (last !== undefined) return { ...last, ...common }
    const empty = { tail: '', tailBytes: 0, tailOffset: 0, size: 0, modifiedMs: 0 }
    return { path: this.#path, identity: '', ...nothing, ...fileStart, ...empty, ...common }
  }

  get backlogBytes(): number {
    const current = this.#current
    const isLive = current !== undefined && this.#isLive(current)
    const live = isLive || this.#live.kind === 'none' ? 0 : this.#live.look.size
    return (current?.backlogBytes ?? 0) + this.#waitingBytes + live
  }

  get problem(): string | undefined {
    if (this.#live.kind === 'file') return this.#problem ?? this.#current?.problem
    const isRotating = this.#current !== undefined && this.#nowMs - this.#missingSinceMs < limits.followMissingMs
    return isRotating ? this.#current?.problem : this.#live.problem
  }

  get gap(): string | undefined {
    return this.#gap
  }

  get gaps(): number {
    return this.#gaps
  }

  get generation(): number {
    return this.#generation
  }

  get pending(): Promise<void> | undefined {
    return this.#current?.pending
  }

  poll(nowMs: number): void {
    if (this.#isClosed) return
    this.#nowMs = nowMs
    const before = this.#live.kind
    this.#live = lookAtName(this.#path)
    if (this.#live.kind === 'none' && before === 'file') this.#missingSinceMs = nowMs
    const late = this.#late?.look(nowMs) ?? 0
    if (late > 0) this.#addGap(lateSentence(this.#path, late))
    const current = this.#current
    if (current === undefined) return
    const live = this.#live
    const fresh = live.kind === 'file' && this.#isLive(current) ? live.look : undefined
    if (current.refresh(fresh)) this.#grewAtMs = nowMs
  }

  next(): Chunk | null {
    if (this.#handed !== undefined) throw new Error('the chunk before was not consumed')
    while (!this.#isClosed) {
      this.#current ??= this.#open()
      const current = this.#current
      if (current === undefined) return null
      if (this.#wasFilledBefore(current)) continue
      const chunk = current.next()
      for (const reject of current.rejects.splice(0)) this.rejects.push(reject)
      if (chunk !== null) {
        this.#handed = chunk
        return chunk
      }
      if (current.pending !== undefined) return null
      if (current.hasEnded) this.#leave(current)
      else if (current.isReplaced) this.#takeReplaced(current)
      else if (this.#isOver(current)) current.finish()
      else {
        current.rest()
        return null
      }
    }
    return null
  }

  consume(progress: Progress): void {
    const chunk = this.#handed
    if (chunk === undefined) throw new Error('there is no chunk to consume')
    this.#current?.consume(progress, chunk)
    this.#handed = undefined
  }

  head(): Uint8Array {
    return this.#current?.beginning() ?? new Uint8Array(0)
  }

  close(): void {
    this.#isClosed = true
    this.#handed = undefined
    this.#late?.close()
    this.#current?.close()
  }

  /** True while a file is the one that has the live name. */
  #isLive(current: Generation): boolean {
    return this.#live.kind === 'file' && this.#live.look.identity === current.look.identity
  }

  /** True once nothing more is to be expected of a file that has lost the live name. Its writer goes on writing to it
   *  until it reopens its log, and only then writes to the next. */
  #isOver(current: Generation): boolean {
    if (this.#isLive(current) || this.#nowMs - this.#grewAtMs < limits.followGraceMs) return false
    if (!this.#hasFollowing(current)) return false
    // What was written since the last look comes first.
    return !current.refresh()
  }

  /** True where an empty file was filled, copied and emptied between two looks: its copy is then read first. */
  #wasFilledBefore(current: Generation): boolean {
    const modifiedMs = current.emptySinceMs
    if (modifiedMs === undefined) return false
    current.emptySinceMs = undefined
    const left = { ...this.position, ...nothing, modifiedMs }
    if (!this.#isLive(current) || findSuccessor(this.#path, left) === undefined) return false
    this.#leaveAt(left, nothing)
    current.close()
    this.#current = undefined
    return true
  }

  #hasFollowing(current: Generation): boolean {
    if (current.look.links === 0) return true
    // With the live name missing, others may have come and gone under it: the folder is looked at now and then.
    let key = `${Math.floor(this.#nowMs / limits.followMissingMs)}`
    if (this.#live.kind === 'file') {
      const { identity, size, modifiedMs } = this.#live.look
      if (size > 0) return true
      key = `${identity} ${modifiedMs}`
    }
    if (this.#replacement?.key !== key) {
      this.#replacement = { key, hasBetween: findSuccessor(this.#path, this.position) !== undefined }
    }
    return this.#replacement.hasBetween
  }

  /** Ends the current file; `next` then goes on with the one after it. */
  #leave(current: Generation): void {
    if (current.isPacked && current.problem !== undefined) {
      this.#addGap(`Lines of a rotated copy of ${showPath(this.#path)} are missing: ${current.problem}`)
    }
    if (!current.isReplaced && current.unreadBytes > 0) {
      this.#addGap(unreadSentence(this.#path, current.unreadBytes, current.problem))
    }
    this.#leaveAt(this.position, current.fingerprint)
    this.#late?.close()
    this.#late = undefined
    if (current.isPacked || current.isReplaced || current.look.links === 0) current.close()
    else this.#late = new LateLines(current, this.#nowMs)
    this.#current = undefined
  }

  #leaveAt(position: FollowPosition, fingerprint: Fingerprint): void {
    this.#left = position
    if (fingerprint.fingerprintBytes > 0) {
      this.#finished = [...this.#finished, fingerprint].slice(-limits.followFinishedMax)
    }
    this.#replacement = undefined
    this.#failed = undefined
  }

  /** The file lost bytes: it was copied and emptied, or emptied, or written anew. The rest of what it was is in a copy,
   *  if anywhere. */
  #takeReplaced(current: Generation): void {
    const saved = this.position
    const copy = findSaved(this.#path, saved, false)
    const from = { offset: Math.min(saved.offset, copy?.endOffset ?? 0), line: saved.line }
    const opened = copy === undefined ? undefined : this.#openFile(copy.path, from, true)
    if (opened !== undefined) {
      opened.restoreTail(saved)
      current.close()
      this.#current = opened
      return
    }
    if (current.unreadBytes > 0) this.#addGap(emptiedSentence(this.#path, current.unreadBytes))
    current.finish()
  }

  /** What comes next: the file with the saved position, or the one after that which was left, or the live one. */
  #open(): Generation | undefined {
    const key = this.#live.kind === 'file' ? this.#live.look.identity : ''
    const failed = this.#failed
    if (failed?.key === key && this.#nowMs - failed.atMs < limits.followRetryMs) return undefined
    const opened = this.#openNext()
    const sinceMs = failed?.sinceMs ?? this.#nowMs
    this.#failed = opened === undefined ? { key, atMs: this.#nowMs, sinceMs } : undefined
    return opened
  }

  #openNext(): Generation | undefined {
    // The live file is opened before the copies are listed: what comes between them is then among the copies.
    const live = this.#openLive()
    if (this.#saved !== undefined) {
      const found = this.#findAgain(this.#saved, live)
      if (found !== undefined || this.#saved !== undefined) {
        if (found !== live) live?.close()
        return found
      }
    }
    const left = this.#left
    if (left === undefined) return live
    const copy = findSuccessor(this.#path, left)
    if (copy !== undefined) {
      live?.close()
      return this.#openCopy(copy)
    }
    this.#waitingBytes = 0
    return live === undefined ? undefined : this.#begin(this.#adopt(live, left))
  }

  /** The file in which the saved position stands. Undefined where it has to be waited for, and where it is gone: then
   *  `#saved` is too, and `#left` says where to go on. */
  #findAgain(saved: FollowPosition, live: Generation | undefined): Generation | undefined {
    const found = findSaved(this.#path, saved, true)
    const wasFilledBefore = saved.fingerprintBytes === 0 && findSuccessor(this.#path, saved) !== undefined
    if (found !== undefined && !wasFilledBefore) {
      const from = { offset: Math.min(saved.offset, found.endOffset), line: saved.line }
      const opened = this.#openFile(found.path, from, !found.isLive)
      if (opened === undefined) return undefined
      opened.restoreTail(saved)
      this.#saved = undefined
      this.#waitingBytes = found.isLive ? 0 : countYoungerBytes(this.#path, saved)
      return opened
    }
    if (live === undefined && saved.fingerprintBytes > 0) return undefined
    this.#saved = undefined
    this.#leaveAt(saved, saved)
    if (saved.fingerprintBytes > 0) this.#addGap(lostSentence(this.#path, saved))
    return undefined
  }

  /** A log that is copied here whole again and again, by rsync for instance, goes on in another file. */
  #adopt(live: Generation, left: FollowPosition): Generation {
    if (left.fingerprintBytes < limits.followAdoptedBytesMin || isAmongCopies(this.#path, left)) return live
    if (!isGrown(live.descriptor, live.look, left)) return live
    const again = this.#openFile(this.#path, left, false)
    if (again === undefined) return live
    live.close()
    again.restoreTail(left)
    this.#finished = this.#finished.slice(0, -1)
    this.#generation -= 1
    return again
  }

  #openCopy(copy: Sibling): Generation | undefined {
    const opened = this.#openFile(copy.path, fileStart, true)
    if (opened !== undefined) {
      this.#waitingBytes = Math.max(0, this.#waitingBytes - copy.size)
      return this.#begin(opened)
    }
    if (this.#failed === undefined || this.#nowMs - this.#failed.sinceMs < limits.followMissingMs) return undefined
    const { path, identity, modifiedMs } = copy
    const bytes = copy.size.toLocaleString('en-US')
    this.#addGap(`${showPath(path)} could not be read (${bytes} bytes). ${this.#problem ?? ''}`.trim())
    const skipped = {
      path,
      identity,
      ...nothing,
      ...fileStart,
      tail: '',
      tailBytes: 0,
      tailOffset: 0,
      size: 0,
      modifiedMs,
    }
    this.#leaveAt({ ...skipped, generation: this.#generation, finished: this.#finished }, nothing)
    this.#generation += 1
    return undefined
  }

  #openLive(): Generation | undefined {
    if (this.#live.kind === 'none') return undefined
    const isFirst = this.#left === undefined && this.#saved === undefined
    const from = isFirst && this.#from === 'end' ? endOfLines(this.#path) : fileStart
    return this.#openFile(this.#path, from, false)
  }

  #openFile(path: string, from: LinePosition, mayBePacked: boolean): Generation | undefined {
    const opened = Generation.open({ path, source: this.#path, from, bounds: this.#bounds, mayBePacked })
    this.#problem = typeof opened === 'string' ? opened : undefined
    if (typeof opened === 'string') return undefined
    this.#grewAtMs = path === this.#path ? this.#nowMs : Math.min(this.#nowMs, opened.look.modifiedMs)
    return opened
  }

  /** A file that follows another one is a generation of its own. */
  #begin(opened: Generation): Generation {
    this.#generation += 1
    this.#left = undefined
    return opened
  }

  #addGap(sentence: string): void {
    this.#gap = sentence
    this.#gaps += 1
  }
}
