/** The memory of one correlation: its groups, each with a tally or with windows that are not over yet, and what is told
 *  when one of them matches. */
import { limits } from '../core/limits.ts'
import { ClosingTally, type Measured } from './closing-tally.ts'
import type { CorrelationPlan } from './correlation-plan.ts'
import type { Sighting, SlidingTally } from './sliding-tally.ts'
import { TimeHeap } from './time-heap.ts'

/** What names an event to the caller. */
export type EventRef = string | number

/** A sighting with what is told of it. */
export interface GroupSighting extends Sighting {
  readonly key: string
  readonly group: readonly string[]
  readonly carried: readonly string[]
  readonly ref: EventRef | undefined
}

/** What is told of a group. */
interface Story {
  group: readonly string[]
  carried: readonly string[]
  /** The latest events, ascending by arrival. */
  refs: (readonly [timeMs: number, ref: EventRef])[]
}

interface SlidingGroup extends Story {
  readonly tally: SlidingTally
  firedMs: number
  isHolding: boolean
}

interface Window extends Story {
  readonly key: string
  readonly startMs: number
  readonly endMs: number
  readonly tally: ClosingTally
  lastMs: number
}

/** A match of a correlation, before it has a name. */
export interface Fired extends Story {
  readonly timeMs: number
  readonly startMs: number
  readonly measured: Measured
}

const isRef = (each: unknown): each is readonly [number, EventRef] =>
  Array.isArray(each) && typeof each[0] === 'number' && (typeof each[1] === 'string' || typeof each[1] === 'number')
const isTexts = (each: unknown): each is string[] =>
  Array.isArray(each) && each.every((text) => typeof text === 'string')

/** Takes the newest event into a story. */
function tell(story: Story, { group, carried, ref, timeMs }: GroupSighting): void {
  story.group = group
  story.carried = carried
  if (ref === undefined) return
  story.refs.push([timeMs, ref])
  if (story.refs.length > limits.evidencePlacesMax) story.refs.shift()
}

/** All groups of one correlation. The least recently seen stand first. */
export class CorrelationState {
  readonly plan: CorrelationPlan
  readonly #groups = new Map<string, SlidingGroup>()
  readonly #windows = new Map<string, Window[]>()
  readonly #ends = new TimeHeap<Window>()
  /** Windows that were forgotten before their end. */
  #forgotten = 0
  /** Things remembered, over all groups. */
  #size = 0

  constructor(plan: CorrelationPlan) {
    this.plan = plan
  }

  get size(): number {
    return this.#size
  }

  get groups(): number {
    return this.#groups.size + this.#windows.size
  }

  /** Adds a sighting to its group; `agreedMs` is the time that events agree on. */
  add(sighting: GroupSighting, agreedMs: number, overfull: () => void): Fired | undefined {
    if (this.plan.newSliding === undefined) {
      this.#addToWindow(sighting, overfull)
      return undefined
    }
    const { key, timeMs } = sighting
    const group = this.#groups.get(key) ?? this.#newGroup(this.plan.newSliding, sighting)
    // The order of a map is the order in which its keys came.
    this.#groups.delete(key)
    this.#groups.set(key, group)
    tell(group, sighting)
    const before = group.tally.size
    const reached = group.tally.add(sighting, agreedMs - this.plan.rule.timespanMs)
    this.#size += group.tally.size - before
    return this.#judge(group, reached, timeMs)
  }

  #newGroup(newSliding: () => SlidingTally, { group, carried }: Story | GroupSighting): SlidingGroup {
    this.#size++
    return { group, carried, refs: [], tally: newSliding(), firedMs: Number.NEGATIVE_INFINITY, isHolding: false }
  }

  /** Tells once when the bound is reached, and again after each timespan for as long as it stays so. */
  #judge(group: SlidingGroup, reached: boolean, timeMs: number): Fired | undefined {
    const wasHolding = group.isHolding
    group.isHolding = reached
    const { timespanMs } = this.plan.rule
    if (!reached || (wasHolding && Math.abs(timeMs - group.firedMs) < timespanMs)) return undefined
    group.firedMs = timeMs
    const { group: values, carried, refs, tally } = group
    const inside = refs.filter(([refMs]) => Math.abs(refMs - timeMs) < timespanMs)
    return {
      timeMs,
      startMs: timeMs - timespanMs,
      measured: { measure: tally.measure },
      group: values,
      carried,
      refs: inside,
    }
  }

  #addToWindow(sighting: GroupSighting, overfull: () => void): void {
    const { key, timeMs } = sighting
    const open = this.#windows.get(key) ?? []
    let window = open.find((each) => each.startMs <= timeMs && timeMs < each.endMs)
    if (window === undefined) {
      const next = open.find((each) => each.startMs > timeMs)
      const endMs = Math.min(timeMs + this.plan.rule.timespanMs, next?.startMs ?? Number.POSITIVE_INFINITY)
      window = this.#openWindow(sighting, timeMs, endMs)
    }
    tell(window, sighting)
    window.lastMs = Math.max(window.lastMs, timeMs)
    const before = window.tally.size
    if (!window.tally.add(sighting)) overfull()
    this.#size += window.tally.size - before
  }

  #openWindow(
    { key, group, carried }: Pick<GroupSighting, 'key' | 'group' | 'carried'>,
    startMs: number,
    endMs: number,
  ): Window {
    const tally = new ClosingTally(this.plan.rule)
    const window: Window = { key, group, carried, refs: [], startMs, endMs, tally, lastMs: startMs }
    const open = this.#windows.get(key)
    if (open === undefined) this.#windows.set(key, [window])
    else open.push(window)
    this.#ends.add(endMs, window)
    this.#size += tally.size
    return window
  }

  /** Closes windows that ended before a time; each may match several values. */
  close(beforeMs: number): Fired[] {
    const fired: Fired[] = []
    for (let first = this.#ends.first; first !== undefined && first.timeMs <= beforeMs; first = this.#ends.first) {
      this.#ends.take()
      const window = first.item
      const open = this.#windows.get(window.key) ?? []
      if (!open.includes(window)) continue
      this.#size -= window.tally.size
      if (open.length === 1) this.#windows.delete(window.key)
      else
        this.#windows.set(
          window.key,
          open.filter((each) => each !== window),
        )
      const { group, carried, refs, startMs, lastMs } = window
      for (const measured of window.tally.judge())
        fired.push({ timeMs: lastMs, startMs, measured, group, carried, refs })
    }
    return fired
  }

  /** Forgets the least recently seen group; false where there is none. */
  forgetOldest(): boolean {
    for (const [key, { tally }] of this.#groups) {
      this.#groups.delete(key)
      this.#size -= tally.size + 1
      return true
    }
    for (const [key, open] of this.#windows) {
      this.#windows.delete(key)
      for (const { tally } of open) this.#size -= tally.size
      this.#forgotten += open.length
      // Forgotten windows still wait for their end: they are put away before they outnumber the others.
      if (this.#forgotten > this.#windows.size) {
        this.#ends.retain((window) => this.#windows.get(window.key)?.includes(window) === true)
        this.#forgotten = 0
      }
      return true
    }
    return false
  }

  /** Plain data that `load` takes. */
  save(): unknown {
    const groups = [...this.#groups].map(([key, { group, carried, refs, firedMs, isHolding, tally }]) => {
      return [key, group, carried, refs, Number.isFinite(firedMs) ? firedMs : null, isHolding, tally.save()]
    })
    const windows = [...this.#windows.values()]
      .flat()
      .map(({ key, group, carried, refs, startMs, endMs, lastMs, tally }) => {
        return [key, group, carried, refs, startMs, endMs, lastMs, tally.save()]
      })
    return [groups, windows]
  }

  /** Adds saved state; gives what is reached only with both together. */
  load(saved: unknown): Fired[] {
    const [groups, windows] = Array.isArray(saved) ? saved : []
    const fired = (Array.isArray(groups) ? groups : []).flatMap((each) => this.#loadGroup(each) ?? [])
    for (const each of Array.isArray(windows) ? windows : []) this.#loadWindow(each)
    return fired
  }

  #loadGroup(saved: unknown): Fired | undefined {
    const { newSliding } = this.plan
    if (newSliding === undefined || !Array.isArray(saved)) return undefined
    const [key, values, carried, refs, firedMs, isHolding, tally] = saved
    if (typeof key !== 'string' || !isTexts(values) || !isTexts(carried)) return undefined
    const known = this.#groups.get(key)
    const group = known ?? this.#newGroup(newSliding, { group: values, carried, refs: [] })
    this.#groups.set(key, group)
    group.refs = [...group.refs, ...(Array.isArray(refs) ? refs.filter(isRef) : [])]
      .sort((a, b) => a[0] - b[0])
      .slice(-limits.evidencePlacesMax)
    const before = group.tally.size
    const reached = group.tally.load(tally)
    this.#size += group.tally.size - before
    if (typeof firedMs === 'number') group.firedMs = Math.max(group.firedMs, firedMs)
    const wasHolding = group.isHolding || isHolding === true
    group.isHolding = wasHolding
    // What either side had alone was told by that side.
    if (known === undefined || wasHolding || !reached) return undefined
    return this.#judge(group, true, group.refs.at(-1)?.[0] ?? group.firedMs)
  }

  #loadWindow(saved: unknown): void {
    if (this.plan.newSliding !== undefined || !Array.isArray(saved)) return
    const [key, group, carried, refs, startMs, endMs, lastMs, tally] = saved
    if (typeof key !== 'string' || !isTexts(group) || !isTexts(carried)) return
    if (![startMs, endMs, lastMs].every((each) => typeof each === 'number')) return
    const overlapping = this.#windows.get(key)?.find((each) => each.startMs < endMs && startMs < each.endMs)
    const window = overlapping ?? this.#openWindow({ key, group, carried }, startMs, endMs)
    window.lastMs = Math.max(window.lastMs, lastMs)
    window.refs.push(...(Array.isArray(refs) ? refs.filter(isRef) : []))
    const before = window.tally.size
    window.tally.load(tally)
    this.#size += window.tally.size - before
  }
}
