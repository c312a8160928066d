/** Compares the times in a source's records with the desk's clock. A source that is ahead is plain: nothing is delivered
 *  before it happens. One that lags may only be late, so it counts only where the lag stays the same to the second while
 *  event time runs in step with the clock; a backlog or an old file runs faster. */
import { limits } from '../core/limits.ts'

/** Lags that were seen last, as plain data: pairs of the desk's time and event time minus it. */
export interface ClockState {
  readonly offsets: readonly (readonly [number, number])[]
}

const minuteMs = 60_000
/** Clocks that nobody sets drift by seconds a day; what is below this is no finding. */
const toleranceMs = 2 * minuteMs
const zoneStepMs = 15 * minuteMs
const zoneToleranceMs = 90_000
/** How far lags may differ and still be one. */
const steadyMs = 20_000
const zoneSteadyMs = 60_000
const aheadCount = 4
const aheadSpanMs = 2 * minuteMs
const behindCount = 12
const zoneSpanMs = 30 * minuteMs
const driftSpanMs = 60 * minuteMs
/** Comparisons closer together than this are one. */
const stepMs = 55_000
/** What was seen longer ago says nothing of now. */
const staleMs = 4 * 60 * minuteMs

/** A clock that is off. */
export interface ClockFinding {
  readonly kind: 'clock'
  readonly offsetMs: number
  readonly zoneMinutes: number | undefined
}

/** The comparisons of one source. */
export class ClockWatch {
  #offsets: (readonly [number, number])[]

  constructor(saved?: ClockState) {
    this.#offsets = [...(saved?.offsets ?? [])]
  }

  save(): ClockState {
    return { offsets: [...this.#offsets] }
  }

  observe(nowMs: number, newestEventMs: number): void {
    const last = this.#offsets.at(-1)
    const offset = newestEventMs - nowMs
    if (last !== undefined && nowMs >= last[0] && nowMs - last[0] < stepMs) {
      // Of what comes together, the newest is nearest to the truth.
      if (offset > last[1]) this.#offsets[this.#offsets.length - 1] = [last[0], offset]
      return
    }
    if (last !== undefined && nowMs < last[0]) this.#offsets = []
    this.#offsets.push([nowMs, offset])
    if (this.#offsets.length > limits.rhythmLagsMax) this.#offsets.shift()
  }

  judge(nowMs: number): ClockFinding | undefined {
    const recent = this.#offsets.filter(([atMs]) => nowMs - atMs < staleMs)
    return judgeAhead(recent) ?? judgeBehind(recent)
  }
}

type Offsets = readonly (readonly [number, number])[]

const spanOf = (offsets: Offsets): number => (offsets.at(-1)?.[0] ?? 0) - (offsets[0]?.[0] ?? 0)

/** The last ones are all ahead. */
function judgeAhead(offsets: Offsets): ClockFinding | undefined {
  const back = offsets.findLastIndex(([, offset]) => offset <= toleranceMs)
  const ahead = offsets.slice(back + 1)
  if (ahead.length < aheadCount || spanOf(ahead) < aheadSpanMs) return undefined
  return findingOf(medianOf(ahead))
}

/** The last ones all lag by the same. */
function judgeBehind(offsets: Offsets): ClockFinding | undefined {
  for (const [within, spanMs] of [
    [zoneSteadyMs, zoneSpanMs],
    [steadyMs, driftSpanMs],
  ] as const) {
    const center = medianOf(offsets.slice(-behindCount))
    const back = offsets.findLastIndex(([, offset]) => Math.abs(offset - center) > within)
    const steady = offsets.slice(back + 1)
    if (center > -toleranceMs || steady.length < behindCount || spanOf(steady) < spanMs) continue
    const found = findingOf(center)
    if (within === steadyMs || found.zoneMinutes !== undefined) return found
  }
  return undefined
}

function findingOf(offsetMs: number): ClockFinding {
  const steps = Math.round(offsetMs / zoneStepMs)
  const isZone = steps !== 0 && Math.abs(offsetMs - steps * zoneStepMs) <= zoneToleranceMs && Math.abs(steps) <= 26 * 4
  return { kind: 'clock', offsetMs, zoneMinutes: isZone ? steps * 15 : undefined }
}

function medianOf(offsets: Offsets): number {
  const sorted = offsets.map(([, offset]) => offset).sort((a, b) => a - b)
  return sorted[sorted.length >> 1] ?? 0
}
