/** The engine: rules compiled once, then asked about events. It routes each event by its kind of log to the rules for
 *  it, matches single events, and hands matches on to correlations. It knows no clock: time is the events'. */
import { limits } from '../core/limits.ts'
import type { CorrelationMatch, Correlator, LimitReport } from './correlator.ts'
import { type CoverLiteral, coverOf, type IsCommon } from './cover.ts'
import type { FieldValue, Logsource, SigmaEvent } from './event.ts'
import { namesOf } from './field-place.ts'
import { type FieldMapping, factsOf, isFor, type LogsourceTable, placesFor } from './mappings.ts'
import type { ResolvedDetection, ResolvedRules } from './resolve.ts'
import { Route } from './route.ts'
import type { DetectionRule } from './rule.ts'

/** A rule that matched one event. */
export interface EventMatch {
  readonly kind: 'event'
  readonly rule: DetectionRule
  readonly event: SigmaEvent
}

/** What the engine found. */
export type Match = EventMatch | CorrelationMatch

/** What an engine is made of. */
export interface EngineParts {
  readonly resolved: ResolvedRules
  readonly correlator: Correlator
  readonly fieldMappings: readonly FieldMapping[]
  readonly logsources: LogsourceTable
  readonly learnAfter: number | undefined
  readonly onLimit: (report: LimitReport) => void
}

const noMatches: readonly EventMatch[] = Object.freeze([])

/** Compiled rules. */
export class Engine {
  readonly #detections: readonly ResolvedDetection[]
  readonly #parts: EngineParts
  readonly #standsAlone: Uint8Array
  readonly #isCorrelated: Uint8Array
  readonly #byLogsource = new WeakMap<Logsource, Route>()
  readonly #byKey = new Map<string, Route>()
  #cutTexts = 0

  constructor(parts: EngineParts) {
    this.#parts = parts
    this.#detections = parts.resolved.detections
    const { correlator } = parts
    this.#standsAlone = Uint8Array.from(this.#detections, ({ rule }) => Number(correlator.standsAlone(rule)))
    this.#isCorrelated = Uint8Array.from(this.#detections, ({ rule }) => Number(correlator.isCorrelated(rule)))
  }

  /** How many rules about events, and how many correlations, are in use. */
  get size(): { readonly detections: number; readonly correlations: number } {
    return { detections: this.#detections.length, correlations: this.#parts.resolved.correlations.length }
  }

  /** What will be asked of events of a kind: the names of fields, and whether `raw`. A reader of bytes need look at
   *  nothing else. */
  fieldsOf(logsource: Logsource): { readonly names: ReadonlySet<string>; readonly needsRaw: boolean } {
    const { resolved, correlator, fieldMappings } = this.#parts
    const facts = factsOf(logsource)
    const placeOf = placesFor(fieldMappings, facts)
    const names = new Set(this.#routeFor(logsource).names)
    const compared = resolved.table.predicates.flatMap(({ tests }) =>
      tests.flatMap((each) => (each.kind === 'field' ? [each.name] : [])),
    )
    for (const field of [...correlator.fields, ...compared]) for (const name of namesOf(placeOf(field))) names.add(name)
    names.delete('')
    return { names, needsRaw: this.#routeFor(logsource).needsRaw }
  }

  /** Texts of which every event of a kind that matches holds one; undefined where there is a rule of which none can be
   *  named. Of fields that say little, none is taken where another will do. */
  coverOf(logsource: Logsource, isCommon: IsCommon): readonly CoverLiteral[] | undefined {
    const { resolved, fieldMappings } = this.#parts
    const facts = factsOf(logsource)
    const expressions = this.#detections.flatMap(({ rule, expression }) =>
      isFor(rule.logsource, facts) ? [expression] : [],
    )
    return coverOf(expressions, resolved.table.predicates, placesFor(fieldMappings, facts), isCommon)
  }

  /** The rules that an event matches by itself, in the order in which they were given; without those that only serve
   *  correlations. Nothing is remembered. */
  match(event: SigmaEvent): readonly EventMatch[] {
    const numbers = this.#matchNumbers(this.#routeOf(event), event)
    if (numbers.length === 0) return noMatches
    return numbers.filter((number) => this.#standsAlone[number] === 1).map((number) => this.#matchOf(number, event))
  }

  /** Matches an event and lets correlations see it: `emit` is called for every match, those of correlations included.
   *  `seen` says when it happened and what names it, where the caller knows better than the event. */
  observe(event: SigmaEvent, emit: (match: Match) => void, seen: Pick<SigmaEvent, 'timeMs' | 'ref'> = event): void {
    const route = this.#routeOf(event)
    const correlated: DetectionRule[] = []
    for (const number of this.#matchNumbers(route, event)) {
      if (this.#standsAlone[number] === 1) emit(this.#matchOf(number, event))
      if (this.#isCorrelated[number] === 1) correlated.push((this.#detections[number] as ResolvedDetection).rule)
    }
    // What names the event costs a text: it is asked for where correlations may keep it.
    const ref = correlated.length === 0 ? undefined : seen.ref
    const field = (name: string): FieldValue | undefined => route.fieldOf(event, name)
    this.#parts.correlator.observe(
      correlated,
      { timeMs: seen.timeMs, field, ...(ref === undefined ? {} : { ref }) },
      emit,
    )
  }

  /** Says that no more events come: windows that can only be judged when they are over are judged now. */
  finish(emit: (match: Match) => void): void {
    this.#parts.correlator.finish(emit)
  }

  /** What correlations remember, as text; only an engine of the same rules can take it back. */
  save(): string {
    return this.#parts.correlator.save()
  }

  /** Takes back what `save` gave, in place of what is remembered. State of correlations that are no longer there, or
   *  have changed, is dropped. False where the text is no such state; then nothing changes. */
  restore(state: string): boolean {
    return this.#parts.correlator.restore(state)
  }

  /** Adds what another engine of the same rules remembered of other events, as `save` gave it. */
  merge(state: string, emit: (match: Match) => void): boolean {
    return this.#parts.correlator.merge(state, emit)
  }

  #matchOf(number: number, event: SigmaEvent): EventMatch {
    return { kind: 'event', rule: (this.#detections[number] as ResolvedDetection).rule, event }
  }

  #matchNumbers(route: Route, event: SigmaEvent): readonly number[] {
    const numbers: number[] = []
    route.match(event, (number) => {
      numbers.push(number)
    })
    return numbers.length > 1 ? numbers.sort((a, b) => a - b) : numbers
  }

  #routeOf(event: SigmaEvent): Route {
    const logsource = event.logsource ?? this.#parts.logsources.of((name) => event.field(name))
    const known = this.#byLogsource.get(logsource)
    if (known !== undefined) return known
    const route = this.#routeFor(logsource)
    this.#byLogsource.set(logsource, route)
    return route
  }

  #routeFor(logsource: Logsource): Route {
    const facts = factsOf(logsource)
    const key = [facts.product, facts.category, facts.service].map((words) => [...words].sort().join(' ')).join('\n')
    const known = this.#byKey.get(key)
    if (known !== undefined) return known
    // Words come from tables, which are small; a caller that makes them up of data pays with time, not with memory.
    if (this.#byKey.size >= limits.sigmaLogsourcesMax) this.#byKey.clear()
    const rules = this.#detections.flatMap(({ rule, expression }, number) =>
      isFor(rule.logsource, facts) ? [{ number, expression }] : [],
    )
    const { resolved, fieldMappings, learnAfter } = this.#parts
    const tooLong = (): void => {
      this.#cutTexts++
      this.#parts.onLimit({ limit: 'regex-subject', count: this.#cutTexts })
    }
    const route = new Route(rules, resolved.table.predicates, placesFor(fieldMappings, facts), tooLong, learnAfter)
    this.#byKey.set(key, route)
    return route
  }
}
