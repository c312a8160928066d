/** What each source brought: absolute figures, saved with the analysis so that a replay counts nothing twice. */
import type { SourceId } from '../../core/ids.ts'
import { limits } from '../../core/limits.ts'
import type { Reject } from '../../core/place.ts'
import type { RejectRow, SourceHour } from '../../store/store.ts'

const hourMs = 3_600_000

interface HourCount {
  records: number
  rejects: number
  bytes: number
}

interface SourceCount {
  records: number
  rejects: number
  bytes: number
  rejectsKept: number
  lastRecordMs: number | undefined
  lastArrivalMs: number | undefined
  hours: Map<number, HourCount>
}

/** Counts as plain data. */
export type SavedCounts = readonly (readonly [SourceId, SourceCount])[]

/** Hours that may still change: the one that runs and the one before. Older ones are in the store. */
const hoursHeld = 2

/** Counts of all sources. */
export class SourceCounts {
  readonly #sources = new Map<SourceId, SourceCount>()
  readonly #changed = new Set<SourceId>()
  readonly #rejects: RejectRow[] = []

  of(id: SourceId): Readonly<Omit<SourceCount, 'hours'>> {
    return this.#of(id)
  }

  #of(id: SourceId): SourceCount {
    let count = this.#sources.get(id)
    if (count === undefined) {
      count = {
        records: 0,
        rejects: 0,
        bytes: 0,
        rejectsKept: 0,
        lastRecordMs: undefined,
        lastArrivalMs: undefined,
        hours: new Map(),
      }
      this.#sources.set(id, count)
    }
    return count
  }

  /** Adds what came in one step. `newestMs` is the event time of the newest record. */
  add(
    id: SourceId,
    nowMs: number,
    came: {
      readonly records: number
      readonly rejects: number
      readonly bytes: number
      readonly newestMs: number | undefined
    },
  ): void {
    if (came.records === 0 && came.rejects === 0 && came.bytes === 0) return
    const count = this.#of(id)
    count.records += came.records
    count.rejects += came.rejects
    count.bytes += came.bytes
    count.lastArrivalMs = nowMs
    if (came.newestMs !== undefined && (count.lastRecordMs === undefined || came.newestMs > count.lastRecordMs)) {
      count.lastRecordMs = came.newestMs
    }
    const start = Math.floor(nowMs / hourMs) * hourMs
    const hour = count.hours.get(start) ?? { records: 0, rejects: 0, bytes: 0 }
    hour.records += came.records
    hour.rejects += came.rejects
    hour.bytes += came.bytes
    count.hours.set(start, hour)
    this.#changed.add(id)
  }

  /** Keeps rejects for showing: the latest `limits.rejectsKeptMax` of a source. */
  keep(id: SourceId, rejects: readonly Reject[]): void {
    const count = this.#of(id)
    for (const reject of rejects) {
      this.#rejects.push({ sourceId: id, ordinal: count.rejectsKept++ % limits.rejectsKeptMax, reject })
      if (this.#rejects.length > limits.rejectsKeptMax) this.#rejects.shift()
    }
  }

  /** What changed since the last call. */
  takeChanged(): {
    readonly sources: readonly SourceId[]
    readonly hours: SourceHour[]
    readonly rejects: RejectRow[]
  } {
    const sources = [...this.#changed]
    const hours: SourceHour[] = []
    for (const id of sources) {
      const count = this.#of(id)
      const starts = [...count.hours.keys()].sort((a, b) => a - b)
      for (const start of starts) {
        hours.push({ sourceId: id, hourMs: start, lost: 0, ...(count.hours.get(start) as HourCount) })
      }
      for (const start of starts.slice(0, -hoursHeld)) count.hours.delete(start)
    }
    this.#changed.clear()
    return { sources, hours, rejects: this.#rejects.splice(0) }
  }

  save(): SavedCounts {
    return [...this.#sources]
  }

  restore(saved: SavedCounts): void {
    this.#sources.clear()
    for (const [id, count] of saved) this.#sources.set(id, count)
  }
}
