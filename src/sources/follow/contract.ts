/** What every stream offers to whoever reads it, be it a log of the office or a journal of the desk. */
import type { Reject } from '../../core/place.ts'
import type { Chunk, Progress } from '../../formats/format.ts'
import type { FollowPosition } from './position.ts'

/** A stream that is read as it grows. */
export interface Follower {
  /** Looks at the file system again. Cheap: one or two calls. */
  poll(nowMs: number): void
  /** Complete lines that are there now; null: nothing more at the moment. `consume` must be called for each chunk before
   *  the next. `Chunk.last` is true only at the real end of a rotated file, and for a record that outgrew its bound.
   *  A reader of chunks must be opened anew whenever `generation` has changed. */
  next(): Chunk | null
  consume(progress: Progress): void
  readonly rejects: Reject[]
  readonly position: FollowPosition
  /** Bytes known to wait. */
  readonly backlogBytes: number
  /** In a whole sentence: what keeps the stream from being read now. */
  readonly problem: string | undefined
  /** In a whole sentence: lines that are known to be missing for good. It stays until the next gap takes its place. */
  readonly gap: string | undefined
  /** Gaps so far. */
  readonly gaps: number
  /** Counts the files that were begun. */
  readonly generation: number
  /** Set while a packed file is unpacked beside this thread: resolves when `next` is worth a try. */
  readonly pending: Promise<void> | undefined
  /** No more will ever come, and all was given. A log file never ends; a journal stream may. */
  readonly ended: boolean
  /** The beginning of the current file, whole lines, at most `limits.sampleBytesMax`: for a reader that goes on in its
   *  middle. Empty where it cannot be had. */
  head(): Uint8Array
  close(): void
}
