/** Learns the rhythm of one source and says when it falls silent against it, or when its clock is off. It aims at no more
 *  than one false alarm of silence per source and year, and says nothing before it knows enough. Minutes are active or
 *  not, so that bursts of requests count once, and what is usual for an hour of the week is the lower quartile of that
 *  hour and its neighbours over some weeks. A silence is weighed by how much activity it should have seen, and compared
 *  with the longest pauses that this source has shown before. */
import { limits } from '../core/limits.ts'
import { type ClockState, ClockWatch } from './clock-watch.ts'
import { Pauses, type PausesState } from './pauses.ts'
import { WeekProfile, type WeekProfileState } from './week-profile.ts'

/** What a rhythm says of its source. */
export type RhythmFinding =
  | {
      readonly kind: 'silent'
      /** When the last record came. */
      readonly sinceMs: number
      /** Minutes in which something should have come since then, by its own history. */
      readonly missedMinutes: number
      /** The longest pause that it has shown before, where it is known. */
      readonly longestPauseMs: number | undefined
    }
  | {
      readonly kind: 'clock'
      /** Event time minus the desk's time: above 0 the source is ahead. */
      readonly offsetMs: number
      /** The offset as a wrong time zone would make it: a multiple of 15 minutes. */
      readonly zoneMinutes: number | undefined
    }

interface SavedRhythm {
  readonly version: 1
  readonly profile: WeekProfileState
  readonly pauses: PausesState
  readonly clock: ClockState
  readonly lastArrivalMs: number | undefined
}

const minuteMs = 60_000
const firstHoursMs = 180 * minuteMs
const quietWeightMost = 6

/** The rhythm of one source. Call `judge` at least once a minute, also while nothing comes. */
export class Rhythm {
  readonly #profile: WeekProfile
  readonly #pauses: Pauses
  readonly #clock: ClockWatch
  #lastArrivalMs: number | undefined
  #lookedAtMs: number | undefined
  /** Expected activity since the last arrival, and the part of it that was said to be in minutes. */
  #weight = 0
  #missedMinutes = 0
  #watchedMs = 0
  /** The weight that its first hours had. */
  #weightAtFirst = 0
  #isSilent = false

  constructor(saved?: SavedRhythm) {
    this.#profile = new WeekProfile(saved?.profile)
    this.#pauses = new Pauses(saved?.pauses)
    this.#clock = new ClockWatch(saved?.clock)
    this.#lastArrivalMs = saved?.lastArrivalMs
  }

  /** Records came: how many, and the newest event time among them. */
  observe(nowMs: number, records: number, newestEventMs: number): void {
    this.#look(nowMs)
    if (records <= 0) return
    if (Number.isFinite(newestEventMs)) this.#clock.observe(nowMs, newestEventMs)
    if (this.#lastArrivalMs !== undefined) this.#endPause(nowMs, this.#lastArrivalMs)
    this.#profile.mark(nowMs)
    this.#lastArrivalMs = nowMs
    this.#weight = 0
    this.#missedMinutes = 0
    this.#watchedMs = 0
    this.#weightAtFirst = 0
    this.#isSilent = false
  }

  /** What is to be said now; silence comes before a clock that is off. */
  judge(nowMs: number): RhythmFinding | undefined {
    this.#look(nowMs)
    return this.#judgeSilence() ?? this.#clock.judge(nowMs)
  }

  /** Plain data, for JSON. */
  save(): unknown {
    const saved: SavedRhythm = {
      version: 1,
      profile: this.#profile.save(),
      pauses: this.#pauses.save(),
      clock: this.#clock.save(),
      lastArrivalMs: this.#lastArrivalMs,
    }
    return saved
  }

  /** The rhythm that was saved; a new one where it cannot be read. */
  static restore(saved: unknown): Rhythm {
    const isOurs = typeof saved === 'object' && saved !== null && (saved as { version?: unknown }).version === 1
    try {
      return isOurs ? new Rhythm(saved as SavedRhythm) : new Rhythm()
    } catch {
      // What cannot be read is learnt anew.
      return new Rhythm()
    }
  }

  #judgeSilence(): RhythmFinding | undefined {
    const sinceMs = this.#lastArrivalMs
    if (sinceMs === undefined || this.#watchedMs < limits.rhythmSilenceMsMin) return undefined
    const weightMax = this.#isClosing ? this.#pauses.closingWeightMax : this.#pauses.weightMax
    const isSilent = this.#weight > weightMax || this.#watchedMs > this.#pauses.lengthMaxMs
    this.#isSilent ||= isSilent
    if (!this.#isSilent) return undefined
    const missedMinutes = Math.round(this.#missedMinutes)
    return { kind: 'silent', sinceMs, missedMinutes, longestPauseMs: this.#pauses.longestMs }
  }

  /** Time passes. While the desk did not look, it knows nothing of what should have come. */
  #look(nowMs: number): void {
    const before = this.#lookedAtMs
    this.#lookedAtMs = nowMs
    const passedMs = before === undefined ? Number.POSITIVE_INFINITY : nowMs - before
    if (passedMs < 0 || passedMs > limits.rhythmBlindMs) {
      this.#profile.interrupt(nowMs)
      return
    }
    this.#profile.pass(nowMs, this.#isSilent)
    if (this.#lastArrivalMs === undefined) return
    const { weight, share } = this.#profile.expected(nowMs)
    this.#weight += (weight * passedMs) / minuteMs
    this.#missedMinutes += (share * passedMs) / minuteMs
    this.#watchedMs += passedMs
    if (this.#watchedMs <= firstHoursMs) this.#weightAtFirst = this.#weight
  }

  /** The pause began while the source is quiet anyway: as on a day off, on which nobody begins to work. */
  get #isClosing(): boolean {
    return this.#watchedMs > firstHoursMs && this.#weightAtFirst < quietWeightMost
  }

  #endPause(nowMs: number, sinceMs: number): void {
    const isDayOff = this.#isClosing && this.#weight > this.#pauses.weightMax
    if (this.#isSilent || isDayOff) this.#pauses.endedByItself(nowMs, this.#weight, this.#watchedMs, this.#isClosing)
    else if (this.#watchedMs > 0 && nowMs - sinceMs < this.#watchedMs + limits.rhythmBlindMs) {
      this.#pauses.add(nowMs, this.#weight, this.#watchedMs)
    }
  }
}
