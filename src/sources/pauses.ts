/** The longest pauses of one source, by how much activity they should have seen and by their length, and from them how
 *  long a pause may be before it is a silence. */
import { limits } from '../core/limits.ts'

/** A pause that ended. */
interface Pause {
  readonly weight: number
  readonly ms: number
  readonly endedMs: number
}

/** The pauses as plain data. */
export interface PausesState {
  readonly firstMs: number | undefined
  readonly heaviest: readonly Pause[]
  readonly longest: readonly Pause[]
  readonly closings: readonly Pause[]
  readonly alarms: readonly number[]
}

const dayMs = 86_400_000
const yearMs = 365 * dayMs
/** Under a process without memory, pauses heavier than this come once a year though every minute could begin one. */
const weightMin = Math.log(yearMs / 60_000)
/** Pauses are forgotten after this. */
const rememberedMs = 16 * 7 * dayMs
/** A pause by length alone is judged only after so much history. */
const lengthKnownMs = 28 * dayMs
const lengthPausesMin = 10
/** An office is closed for a long weekend and a day at most; a source that was away longer was broken. */
const closingMsMost = 5 * dayMs
/** Each alarm that ended by itself doubles what is borne with; one is forgotten in so much time. */
const alarmForgottenMs = 90 * dayMs
const alarmsCounted = 3

/** The pauses. */
export class Pauses {
  #firstMs: number | undefined
  #lastMs = 0
  #heaviest: Pause[]
  #longest: Pause[]
  /** Days on which it did not begin: pauses that were alarms, began while it was quiet anyway, and ended by themselves. */
  #closings: Pause[]
  #alarms: number[]

  constructor(saved?: PausesState) {
    this.#firstMs = saved?.firstMs
    this.#heaviest = [...(saved?.heaviest ?? [])]
    this.#longest = [...(saved?.longest ?? [])]
    this.#closings = [...(saved?.closings ?? [])]
    this.#alarms = [...(saved?.alarms ?? [])]
    this.#lastMs = Math.max(0, ...this.#heaviest.map(({ endedMs }) => endedMs))
  }

  save(): PausesState {
    const firstMs = this.#firstMs
    return { firstMs, heaviest: this.#heaviest, longest: this.#longest, closings: this.#closings, alarms: this.#alarms }
  }

  /** The longest pause remembered. */
  get longestMs(): number | undefined {
    return this.#longest[0]?.ms
  }

  /** Weights above this are no pauses of this source any more. */
  get weightMax(): number {
    return this.#weightMax * this.#patience
  }

  /** Lengths above this are none at any time of the week; Infinity while that is not known. */
  get lengthMaxMs(): number {
    const first = this.#firstMs
    const isKnown = first !== undefined && this.#lastMs - first >= lengthKnownMs
    if (!isKnown || this.#longest.length < lengthPausesMin) return Number.POSITIVE_INFINITY
    return (this.#longest[0] as Pause).ms * 2.5 * this.#patience
  }

  add(nowMs: number, weight: number, ms: number): void {
    this.#firstMs ??= nowMs
    this.#lastMs = nowMs
    const pause = { weight, ms, endedMs: nowMs }
    const isRecent = ({ endedMs }: Pause): boolean => nowMs - endedMs < rememberedMs
    this.#heaviest = insert(this.#heaviest, pause, (each) => each.weight, isRecent)
    this.#longest = insert(this.#longest, pause, (each) => each.ms, isRecent)
  }

  /** Weights above this are no day off: office sources have holidays, and the first one that is met is an alarm. */
  get closingWeightMax(): number {
    const heaviest = this.#closings[0]?.weight ?? 0
    return Math.max(this.weightMax, heaviest * 1.4)
  }

  /** An alarm was followed by records. */
  endedByItself(nowMs: number, weight: number, ms: number, isClosing: boolean): void {
    const pause = { weight, ms, endedMs: nowMs }
    if (isClosing && ms < closingMsMost) {
      this.#closings = insert(
        this.#closings,
        pause,
        (each) => each.weight,
        (each) => nowMs - each.endedMs < rememberedMs,
      )
    } else this.#alarms = [...this.#alarms, nowMs].slice(-alarmsCounted)
  }

  get #patience(): number {
    const recent = this.#alarms.filter((atMs) => this.#lastMs - atMs < alarmForgottenMs)
    return 2 ** recent.length
  }

  /** What comes once a year, by how the heaviest pauses thin out: their tail is taken for exponential, half as long again
   *  as it looks. */
  get #weightMax(): number {
    const heaviest = this.#heaviest
    const most = heaviest[0]?.weight ?? 0
    const least = heaviest.at(-1)?.weight ?? 0
    const excess = heaviest.reduce((sum, { weight }) => sum + weight - least, 0) / Math.max(1, heaviest.length - 1)
    const spanMs = Math.max(dayMs, this.#lastMs - (this.#firstMs ?? this.#lastMs))
    const expected = least + excess * Math.log(Math.max(1, (heaviest.length * yearMs) / Math.min(spanMs, rememberedMs)))
    const margin = spanMs < lengthKnownMs ? 2 : 1.5
    return Math.max(weightMin, most * margin, expected * margin)
  }
}

function insert(
  list: readonly Pause[],
  pause: Pause,
  by: (each: Pause) => number,
  isKept: (each: Pause) => boolean,
): Pause[] {
  const least = list.at(-1)
  if (list.length >= limits.rhythmPausesMax && least !== undefined && by(pause) <= by(least) && isKept(least)) {
    return list as Pause[]
  }
  const kept = [...list.filter(isKept), pause].sort((a, b) => by(b) - by(a))
  return kept.slice(0, limits.rhythmPausesMax)
}
