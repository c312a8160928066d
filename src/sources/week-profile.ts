/** How active a source is in each hour of the week: minutes with any record, over some weeks. Pure numbers; what follows
 *  from them is judged elsewhere. */
import { limits } from '../core/limits.ts'

/** The profile as plain data: active minutes by hour of the week and week, -1 where not known. */
export interface WeekProfileState {
  readonly hours: readonly number[]
}

const minuteMs = 60_000
const hourMs = 60 * minuteMs
const weekHours = 168
/** An hour of which less was watched says nothing. */
const watchedMinutesMin = 50
/** Even where every minute was active, one in so many may be without activity. */
const surestShare = 0.98
/** A source that is active in this share of the minutes of every hour is judged before all hours of the week are known:
 *  it has no nights. */
const steadyShare = 0.9
const steadyHoursMin = 30

/** What is expected of one minute. */
export interface Expected {
  /** Minus the logarithm of how likely a minute without activity is. */
  readonly weight: number
  /** The share of minutes that are active. */
  readonly share: number
}

const nothing: Expected = { weight: 0, share: 0 }

/** The profile. */
export class WeekProfile {
  readonly #hours: Int8Array
  /** The hour that is going on, counted from the epoch; its minutes that were watched and that were active. */
  #hour: number | undefined
  #watchedMs = 0
  #active = 0
  #activeMinute = -1
  #passedMs = 0
  #skips = false
  #expectedHour = -1
  #expected: Expected = nothing

  constructor(saved?: WeekProfileState) {
    this.#hours = new Int8Array(weekHours * limits.rhythmWeeksMax).fill(-1)
    if (saved?.hours.length === this.#hours.length) this.#hours.set(saved.hours)
  }

  save(): WeekProfileState {
    return { hours: [...this.#hours] }
  }

  /** Something came. */
  mark(nowMs: number): void {
    const minute = Math.floor(nowMs / minuteMs)
    if (minute !== this.#activeMinute) this.#active += 1
    this.#activeMinute = minute
  }

  /** The desk was not looking until now. */
  interrupt(nowMs: number): void {
    this.#begin(Math.floor(nowMs / hourMs))
    this.#passedMs = nowMs
  }

  /** Time passes while the desk looks on. Hours of an alarm teach nothing. */
  pass(nowMs: number, isSilent: boolean): void {
    const hour = Math.floor(nowMs / hourMs)
    this.#skips ||= isSilent
    if (this.#hour !== undefined && hour !== this.#hour) {
      this.#watchedMs += Math.max(0, (this.#hour + 1) * hourMs - this.#passedMs)
      this.#keep(this.#hour)
      this.#begin(hour)
      this.#passedMs = hour * hourMs
      this.#skips = isSilent
    }
    this.#watchedMs += nowMs - this.#passedMs
    this.#passedMs = nowMs
  }

  /** What is usual for a minute at this time. */
  expected(nowMs: number): Expected {
    const hour = Math.floor(nowMs / hourMs)
    if (hour !== this.#expectedHour) {
      this.#expectedHour = hour
      const share = this.#shareOf(hour)
      this.#expected = share === undefined ? nothing : { weight: -Math.log(1 - Math.min(share, surestShare)), share }
    }
    return this.#expected
  }

  #begin(hour: number): void {
    this.#hour = hour
    this.#watchedMs = 0
    this.#active = 0
    this.#activeMinute = -1
    this.#skips = false
  }

  #keep(hour: number): void {
    if (this.#skips || this.#watchedMs < watchedMinutesMin * minuteMs) return
    const minutes = (this.#active * hourMs) / this.#watchedMs
    this.#hours[indexOf(hour)] = Math.min(60, Math.round(minutes))
    this.#expectedHour = -1
  }

  /** The lower quartile of active minutes of this hour of the week and its neighbours; undefined while it is not known. */
  #shareOf(hour: number): number | undefined {
    const values: number[] = []
    let weeksKnown = 0
    for (let week = 1; week <= limits.rhythmWeeksMax; week++) {
      const base = hour - week * weekHours
      for (const each of [base - 1, base, base + 1]) {
        const value = each < 0 ? -1 : (this.#hours[indexOf(each)] as number)
        if (value < 0) continue
        values.push(value)
        if (each === base) weeksKnown += 1
      }
    }
    if (weeksKnown < 2) return this.#steadyShare()
    values.sort((a, b) => a - b)
    return (values[Math.floor(values.length / 4)] as number) / 60
  }

  /** The least share of any hour, for a source that has no quiet ones. */
  #steadyShare(): number | undefined {
    let count = 0
    let least = 60
    for (const value of this.#hours) {
      if (value < 0) continue
      count += 1
      if (value < least) least = value
    }
    return count >= steadyHoursMin && least >= steadyShare * 60 ? least / 60 : undefined
  }
}

/** Hours of one place in the week and of different weeks take turns. */
const indexOf = (hour: number): number => hour % (weekHours * limits.rhythmWeeksMax)
