/** The machines watch: events of computers, sensors and clouds in, matches of Sigma rules out, as hits. It works in event
 *  time, its state is that of the rules' correlations, and it sees no clock, no file and no socket. */
import type { Hit } from '../../core/finding.ts'
import type { Place } from '../../core/place.ts'
import type { EventKind, EventRecord } from '../../formats/event.ts'
import type { RequestBatch } from '../../formats/request-batch.ts'
import { requestEvent } from '../../formats/request-event.ts'
import type { LimitReport } from '../../sigma/correlator.ts'
import type { Engine, Match } from '../../sigma/engine.ts'
import type { SigmaRule } from '../../sigma/rule.ts'
import { hitOfCorrelation, hitOfEvent } from './match-hits.ts'
import { isCommonField, RequestSieve } from './request-sieve.ts'

/** Makes an engine that reports the bounds it reaches. */
export type MakeEngine = (onLimit: (report: LimitReport) => void) => Engine

/** One match, for whoever lists them all. */
export interface SeenMatch {
  readonly rule: SigmaRule
  readonly event: EventRecord | undefined
  readonly timeMs: number
}

/** Who sent a request, where that is not the address that the server saw. */
export type ClientOf = (batch: RequestBatch, record: number) => string | undefined

const noPlace: Place = { source: '-', line: 0, offset: 0, length: 0 }

/** The event at hand. Of events that correlations keep, the place is remembered. */
class EventAtHand {
  record: EventRecord | undefined
  timeMs = Number.NaN

  get ref(): string {
    const { source, line, offset, length } = this.record?.place ?? noPlace
    return `${line} ${offset} ${length} ${source}`
  }
}

/** The watch; see README.md beside it. */
export class MachinesWatch {
  readonly name = 'machines'
  readonly #engine: Engine
  readonly #emit: (hit: Hit) => void
  readonly #onMatch: ((match: SeenMatch) => void) | undefined
  readonly #event = new EventAtHand()
  /** By kind of log. */
  readonly #sieves = new Map<EventKind, RequestSieve | 'no rules'>()
  #latestMs = 0
  #said: Record<string, number> = {}
  readonly #reached: LimitReport[] = []

  /** `emit` gets a hit for every match, in the order of the events that decided it; `onMatch` hears of each, too. */
  constructor(makeEngine: MakeEngine, emit: (hit: Hit) => void, onMatch?: (match: SeenMatch) => void) {
    this.#engine = makeEngine((report) => this.#reached.push(report))
    this.#emit = emit
    this.#onMatch = onMatch
  }

  /** Looks at web requests `from` (inclusive) to `to` (exclusive), as events of a kind; `clientOf` says who asked, where
   *  that is not the address that the server saw. Those that no rule can match are passed over. */
  requests(batch: RequestBatch, from: number, to: number, kind: EventKind, clientOf: ClientOf): void {
    let sieve = this.#sieves.get(kind)
    if (sieve === undefined) {
      const cover = this.#engine.coverOf(kind, isCommonField)
      sieve = cover?.length === 0 ? 'no rules' : new RequestSieve(cover)
      this.#sieves.set(kind, sieve)
    }
    if (sieve === 'no rules') return
    for (let i = from; i < to; i++) {
      if (sieve.mayMatch(batch, i)) this.#look(requestEvent(batch, i, kind, clientOf(batch, i)))
    }
    if (this.#reached.length > 0) this.#sayLimits()
  }

  /** Looks at events `from` (inclusive) to `to` (exclusive). */
  events(records: readonly EventRecord[], from = 0, to = records.length): void {
    for (let i = from; i < to; i++) this.#look(records[i] as EventRecord)
    if (this.#reached.length > 0) this.#sayLimits()
  }

  #look(record: EventRecord): void {
    const event = this.#event
    const { timeMs } = record
    event.record = record
    event.timeMs = timeMs
    if (timeMs > this.#latestMs) this.#latestMs = timeMs
    this.#engine.observe(record, this.#take, event)
  }

  /** Decides what still waits for later events: the input has ended. */
  finish(): void {
    this.#event.record = undefined
    this.#engine.finish(this.#take)
    this.#sayLimits()
  }

  readonly #take = (match: Match): void => {
    const { record } = this.#event
    if (match.kind === 'event') {
      if (record === undefined) return
      const timeMs = Number.isNaN(record.timeMs) ? this.#latestMs : record.timeMs
      this.#emit(hitOfEvent(match, record, timeMs))
      this.#onMatch?.({ rule: match.rule, event: record, timeMs })
      return
    }
    const last = match.refs.at(-1)
    const place = last === undefined ? (record?.place ?? noPlace) : placeOf(String(last))
    const isHere = record !== undefined && record.place.offset === place.offset && record.place.source === place.source
    this.#emit(hitOfCorrelation(match, isHere ? record : undefined, place))
    this.#onMatch?.({ rule: match.rule, event: isHere ? record : undefined, timeMs: match.timeMs })
  }

  /** A bound that was reached is said once, and again when it was reached ten times as often. */
  #sayLimits(): void {
    for (const { limit, rule, count } of this.#reached.splice(0)) {
      const target = rule === undefined ? limit : `${limit}: ${rule.title}`
      const before = this.#said[target] ?? 0
      if (before > 0 && count < before * 10) continue
      this.#said[target] = count
      this.#emit({
        kind: 'limit-reached',
        rule: `machines/limit-reached/${limit}`,
        level: 'low',
        confidence: 1,
        timeMs: this.#latestMs,
        decidedAtMs: this.#latestMs,
        actor: { type: 'role', value: 'bellwether' },
        target,
        place: this.#event.record?.place ?? noPlace,
      })
    }
  }

  /** All that the watch remembers, as data for a structured clone. */
  save(): unknown {
    return { engine: this.#engine.save(), latestMs: this.#latestMs, said: this.#said }
  }

  /** Takes back what `save` gave, from a structured clone of it. What correlations of other rules remembered is left. */
  restore(saved: unknown): void {
    const state = saved as { engine: string; latestMs: number; said: Record<string, number> }
    this.#engine.restore(state.engine)
    this.#latestMs = state.latestMs
    this.#said = state.said
  }
}

/** The place that `EventAtHand.ref` wrote. */
function placeOf(ref: string): Place {
  const found = /^(\d+) (\d+) (\d+) ([\s\S]*)$/.exec(ref)
  if (found === null) return noPlace
  const [, line, offset, length, source = ''] = found
  return { source, line: Number(line), offset: Number(offset), length: Number(length) }
}
