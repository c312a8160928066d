/** Follows one stream of the desk's own journal: segments in order as one text, of which the last one grows, until the
 *  marker says that no more comes. It deletes nothing; `forgetBefore` says what may be deleted. */
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import { limits } from '../../core/limits.ts'
import type { Reject } from '../../core/place.ts'
import type { Chunk, Progress } from '../../formats/format.ts'
import { LineChunker, type LineChunkerBounds, type LinePosition } from '../lines.ts'
import { problemOfError, showPath } from '../problem.ts'
import type { Follower } from './contract.ts'
import { JournalInput, type SegmentSpan } from './journal-input.ts'
import { type FollowPosition, fingerprintOf } from './position.ts'

/** A place in a segment. */
export interface SegmentPlace {
  readonly path: string
  readonly number: number
  /** Offset in the segment. */
  readonly offset: number
}

/** A journal stream that is read as it grows. Offsets count from the stream's first byte, deleted segments included. */
export interface JournalFollower extends Follower {
  /** Where an offset of the stream stands; undefined where its segment is gone. */
  segmentAt(offset: number): SegmentPlace | undefined
  /** Paths of the segments that lie wholly before a position, oldest first. */
  forgetBefore(position: Pick<FollowPosition, 'offset'>): string[]
}

/** How to follow a journal stream. */
export interface JournalFollowOptions {
  /** The stream's folder. */
  readonly folder: string
  /** What stands in the places of its lines; the folder if left out. */
  readonly source?: string
  readonly saved?: FollowPosition | undefined
  readonly nowMs: number
  readonly bounds?: LineChunkerBounds
}

/** Opens a stream of a journal. */
export function openJournalFollower(options: JournalFollowOptions): JournalFollower {
  return new SegmentFollower(options)
}

const start: LinePosition = { offset: 0, line: 1 }
const nothing = { ...fingerprintOf(new Uint8Array(0)), tail: '', tailBytes: 0, tailOffset: 0 }

class SegmentFollower implements JournalFollower {
  readonly generation = 0
  readonly pending = undefined
  readonly rejects: Reject[] = []
  readonly #folder: string
  readonly #source: string
  readonly #bounds: LineChunkerBounds
  #input: JournalInput
  #lines: LineChunker
  #segments: readonly SegmentSpan[] = []
  #hasEndMarker = false
  #folderModifiedMs = 0
  #ended = false
  #problem: string | undefined
  #gap: string | undefined
  #gaps = 0

  constructor({ folder, source = folder, saved, nowMs, bounds = limits }: JournalFollowOptions) {
    this.#folder = folder
    this.#source = source
    this.#bounds = bounds
    const from = saved ?? start
    this.#input = new JournalInput(folder, from.offset)
    this.#lines = new LineChunker(source, this.#input, bounds, from)
    this.poll(nowMs)
  }

  get position(): FollowPosition {
    const at = this.#lines.position
    const path = this.segmentAt(at.offset)?.path ?? this.#folder
    const size = this.#end
    return {
      path,
      identity: '',
      ...nothing,
      offset: at.offset,
      line: at.line,
      size,
      modifiedMs: 0,
      generation: 0,
      finished: [],
    }
  }

  get backlogBytes(): number {
    return Math.max(0, this.#end - this.#lines.position.offset)
  }

  get problem(): string | undefined {
    return this.#problem ?? this.#input.problem?.message
  }

  get gap(): string | undefined {
    return this.#gap
  }

  get gaps(): number {
    return this.#gaps
  }

  /** No more comes, and all was given. */
  get ended(): boolean {
    return this.#ended
  }

  poll(nowMs: number): void {
    if (this.#ended) return
    try {
      const { mtimeMs } = statSync(this.#folder)
      // A name that was made within the clock's last tick does not show in the folder's time.
      const isSettled = mtimeMs === this.#folderModifiedMs && Math.abs(nowMs - mtimeMs) > limits.followRetryMs
      if (!isSettled) {
        this.#list()
        this.#folderModifiedMs = mtimeMs
      } else this.#measureLast()
      this.#problem = undefined
    } catch (error) {
      this.#problem = problemOfError(error, this.#folder).message
    }
  }

  next(): Chunk | null {
    const chunk = this.#lines.next()
    for (const reject of this.#lines.rejects.splice(0)) this.rejects.push(reject)
    // A journal answers at once: there is nothing packed in it.
    if (chunk instanceof Promise) return null
    if (chunk === null) {
      if (this.#input.isBroken) this.#restart()
      if (this.#input.availableNow === undefined) this.#ended = true
      this.#lines.rest()
    }
    return chunk
  }

  consume(progress: Progress): void {
    this.#lines.consume(progress)
  }

  head(): Uint8Array {
    return new Uint8Array(0)
  }

  segmentAt(offset: number): SegmentPlace | undefined {
    const span = this.#segments.findLast(({ base }) => base <= offset)
    if (span === undefined) return undefined
    return { path: join(this.#folder, span.name), number: span.number, offset: offset - span.base }
  }

  forgetBefore({ offset }: Pick<FollowPosition, 'offset'>): string[] {
    const behind = this.#segments.slice(0, -1).filter(({ base, bytes }) => base + bytes <= offset)
    return behind.map(({ name }) => join(this.#folder, name))
  }

  close(): void {
    this.#ended = true
    this.#input.close()
  }

  get #end(): number {
    const last = this.#segments.at(-1)
    return last === undefined ? 0 : last.base + last.bytes
  }

  #list(): void {
    const { segments, hasEndMarker } = listSegments(this.#folder)
    this.#segments = segments
    this.#hasEndMarker = hasEndMarker
    const first = segments[0]
    const at = this.#lines.position.offset
    if (first !== undefined && at < first.base) {
      this.#addGap(`${(first.base - at).toLocaleString('en-US')} bytes were deleted before they were read.`)
      this.#restart(first.base)
    } else if (first !== undefined && at > this.#end) {
      this.#addGap('it holds less than had been read of it. Whether lines are missing is not known.')
      this.#restart(this.#end)
    }
    this.#give()
  }

  #measureLast(): void {
    const last = this.#segments.at(-1)
    if (last === undefined) return
    const { size } = statSync(join(this.#folder, last.name))
    if (size === last.bytes) return
    this.#segments = [...this.#segments.slice(0, -1), { ...last, bytes: size }]
    this.#give()
  }

  #give(): void {
    this.#input.take(this.#segments, this.#hasEndMarker)
    if (this.#input.isBroken) this.#restart()
  }

  /** Reads again from the last whole record: what was behind it is no longer what it was. */
  #restart(offset = this.#lines.position.offset): void {
    const { line } = this.#lines.position
    this.#input.close()
    this.#input = new JournalInput(this.#folder, offset)
    this.#lines = new LineChunker(this.#source, this.#input, this.#bounds, { offset, line })
    this.#input.take(this.#segments, this.#hasEndMarker)
  }

  #addGap(sentence: string): void {
    this.#gap = `The journal ${showPath(basename(this.#folder))} has a gap: ${sentence}`
    this.#gaps += 1
  }
}

/** What lies in a stream's folder. The names and forms are those of the journal's writer: `NUMBER.log`, `end`, and
 *  `trimmed` with `NUMBER BYTES` of what was deleted. */
function listSegments(folder: string): { segments: SegmentSpan[]; hasEndMarker: boolean } {
  for (let attempt = 1; ; attempt += 1) {
    const trimmed = readTrimmed(folder)
    const names = readdirSync(folder)
    const segments: SegmentSpan[] = []
    let base = trimmed.bytes
    let moved = false
    const numbered = names.flatMap((name) => {
      const digits = /^(\d{1,15})\.log$/.exec(name)?.[1]
      return digits === undefined ? [] : [{ name, number: Number(digits) }]
    })
    for (const { name, number } of numbered.sort((a, b) => a.number - b.number)) {
      if (number <= trimmed.number) continue
      const bytes = statSync(join(folder, name), { throwIfNoEntry: false })?.size
      if (bytes === undefined) moved = true
      else segments.push({ name, number, base, bytes })
      base += bytes ?? 0
    }
    if (readTrimmed(folder).number === trimmed.number && !moved) {
      return { segments, hasEndMarker: names.includes('end') }
    }
    if (attempt === 5) throw new Error('the segments of a journal change faster than they can be listed')
  }
}

function readTrimmed(folder: string): { number: number; bytes: number } {
  try {
    const [, number, bytes] = /^(\d{1,15}) (\d{1,15})\n?$/.exec(readFileSync(join(folder, 'trimmed'), 'latin1')) ?? []
    return { number: Number(number ?? 0), bytes: Number(bytes ?? 0) }
  } catch {
    // Nothing was deleted yet.
    return { number: 0, bytes: 0 }
  }
}
