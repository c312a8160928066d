/** Correlations: takes matches of rules, keeps what each correlation has to remember of them, and tells when one is
 *  reached; matches of correlations go on to those that refer to them. Time is the events' own; memory is bounded, and a
 *  bound that is reached is reported. */
import { limits } from '../core/limits.ts'
import { type CorrelationPlan, planCorrelations, type Referred } from './correlation-plan.ts'
import { CorrelationState, type EventRef, type Fired } from './correlation-state.ts'
import type { FieldScalar, FieldValue } from './event.ts'
import type { ResolvedCorrelation } from './resolve.ts'
import type { CorrelationRule, DetectionRule } from './rule.ts'
import { detached, fold } from './text.ts'

/** A bound that was reached, and how often so far: it should become a finding. */
export interface LimitReport {
  /** `regex-subject`: a text was longer than regular expressions look at. `groups-forgotten`: the least recently seen
   *  groups of correlations were forgotten to make room. `window-overfull`: a window held more than is kept, so that its
   *  measure is an estimate or a lower bound. `late-events`: events came after the windows they belong to were judged.
   *  `no-time`: events without a time could not be correlated. */
  readonly limit: 'regex-subject' | 'groups-forgotten' | 'window-overfull' | 'late-events' | 'no-time'
  readonly rule?: CorrelationRule
  readonly count: number
}

/** A correlation that matched. */
export interface CorrelationMatch {
  readonly kind: 'correlation'
  readonly rule: CorrelationRule
  /** The event time of the match: of the event that reached it, or of the last event of a window that is over. */
  readonly timeMs: number
  /** Where the window begins. */
  readonly startMs: number
  /** Values of the fields of `group-by`, as the latest event has them. */
  readonly group: Readonly<Record<string, string>>
  /** What was counted or computed; at least this, where a count reached its bound. */
  readonly measure: number
  /** The value whose share was measured. */
  readonly value?: string
  /** The latest events of the window, by what names them to the caller. */
  readonly refs: readonly EventRef[]
}

/** A match as correlations look at it. */
export interface Observed {
  field(name: string): FieldValue | undefined
  readonly timeMs: number
  readonly ref?: EventRef
}

type Emit = (match: CorrelationMatch) => void

/** A value as text: a list as its elements; undefined for what is missing. */
function textOf(value: FieldValue | undefined): string | undefined {
  if (value === undefined || value === null) return undefined
  return detached(typeof value === 'object' ? (value as readonly FieldScalar[]).map(String).join(', ') : String(value))
}

/** What stands in a group's key for a field that the event does not have. */
const missing = '\u0000'
const separator = '\u001f'

/** The state of all correlations. */
export class Correlator {
  readonly #states: readonly CorrelationState[]
  /** Those whose windows are judged when they are over. */
  readonly #closing: readonly CorrelationState[]
  /** Things that all of them remember. */
  #remembered = 0
  /** By rule: the correlations that refer to it, and at which of their places. */
  readonly #uses = new Map<Referred, { readonly state: CorrelationState; readonly index: number }[]>()
  readonly #alone = new Set<Referred>()
  readonly #onLimit: (report: LimitReport) => void
  readonly #reports = new Map<string, number>()
  #order = 0
  /** The latest time that events agree on, and how many in a row lie far ahead of it. */
  #agreedMs = Number.NEGATIVE_INFINITY
  #ahead = 0

  constructor(correlations: readonly ResolvedCorrelation[], onLimit: (report: LimitReport) => void) {
    this.#onLimit = onLimit
    this.#states = planCorrelations(correlations).map((plan) => new CorrelationState(plan))
    this.#closing = this.#states.filter((state) => state.plan.newSliding === undefined)
    for (const state of this.#states) {
      for (const [index, referred] of state.plan.of.entries()) {
        const uses = this.#uses.get(referred)
        if (uses === undefined) this.#uses.set(referred, [{ state, index }])
        else uses.push({ state, index })
        if (state.plan.rule.generate) this.#alone.add(referred)
      }
    }
  }

  /** Fields that correlations look at, by Sigma's names. */
  get fields(): ReadonlySet<string> {
    return new Set(
      this.#states.flatMap(({ plan }) => [...plan.groupFields.flat(), ...plan.carried, ...plan.rule.valueFields]),
    )
  }

  /** Whether matches of a rule are told by themselves: no correlation refers to it, or one asks for it. */
  standsAlone(rule: Referred): boolean {
    return !this.#uses.has(rule) || this.#alone.has(rule)
  }

  isCorrelated(rule: DetectionRule): boolean {
    return this.#uses.has(rule)
  }

  /** Takes the rules that one event matched. */
  observe(rules: readonly DetectionRule[], observed: Observed, emit: Emit): void {
    const { timeMs } = observed
    if (Number.isNaN(timeMs)) {
      if (rules.length > 0) this.#report('no-time')
      return
    }
    if (this.#states.length === 0) return
    this.#order++
    this.#agree(timeMs)
    for (const rule of rules) this.#use(rule, observed, emit)
    if (timeMs <= this.#agreedMs) this.#close(timeMs - limits.sigmaLatenessMsMax, emit)
  }

  /** Judges all windows as they stand. */
  finish(emit: Emit): void {
    this.#close(Number.POSITIVE_INFINITY, emit)
  }

  /** Moves the agreed time on. A time far ahead is believed only when several events in a row have such a one: one wrong
   *  clock must not end everybody's windows. */
  #agree(timeMs: number): void {
    const isFarAhead = Number.isFinite(this.#agreedMs) && timeMs > this.#agreedMs + limits.sigmaClockJumpMsMax
    this.#ahead = isFarAhead ? this.#ahead + 1 : 0
    if (isFarAhead && this.#ahead < limits.sigmaClockWitnessesMin) return
    this.#agreedMs = Math.max(this.#agreedMs, timeMs)
    this.#ahead = 0
  }

  #use(rule: Referred, observed: Observed, emit: Emit): void {
    for (const { state, index } of this.#uses.get(rule) ?? []) {
      const fired = this.#add(state, index, observed)
      if (fired !== undefined) this.#fire(state.plan, fired, emit)
    }
  }

  #add(state: CorrelationState, index: number, observed: Observed): Fired | undefined {
    const { plan } = state
    const { type, valueFields } = plan.rule
    const isTemporal = type === 'temporal' || type === 'temporal_ordered'
    const group: string[] = []
    let key = ''
    for (const field of plan.groupFields[index] as readonly string[]) {
      const text = field === '' ? undefined : textOf(observed.field(field))
      // What is missing is no same value: it ties no events together.
      if (text === undefined && isTemporal) return undefined
      key += text === undefined ? missing : fold(text)
      key += separator
      group.push(text ?? '')
    }
    const value = type.startsWith('value_') ? this.#valueOf(type, valueFields, observed) : ''
    if (value === undefined) return undefined
    const { timeMs, ref } = observed
    const { timespanMs } = plan.rule
    if (plan.newSliding === undefined && timeMs < this.#agreedMs - timespanMs - limits.sigmaLatenessMsMax) {
      this.#report('late-events', plan.rule)
    }
    const carried = plan.carried.map((field) => textOf(observed.field(field)) ?? missing)
    const sighting = { timeMs, order: this.#order, rule: index, value, key, group, carried, ref }
    const before = state.size
    const fired = state.add(sighting, this.#agreedMs, () => this.#report('window-overfull', plan.rule))
    this.#remembered += state.size - before
    this.#makeRoom(state)
    return fired
  }

  /** The value that is counted, or the number that is added; undefined where the event has none. */
  #valueOf(type: CorrelationRule['type'], fields: readonly string[], observed: Observed): string | undefined {
    const texts: string[] = []
    for (const field of fields) {
      const text = textOf(observed.field(field))
      if (text === undefined) return undefined
      texts.push(fold(text))
    }
    const value = texts.join(separator)
    const isNumeric = type !== 'value_count' && type !== 'value_percentile'
    return isNumeric && (value.trim() === '' || !Number.isFinite(Number(value))) ? undefined : value
  }

  /** Keeps memory within its bounds. */
  #makeRoom(latest: CorrelationState): void {
    while (latest.groups > limits.sigmaGroupsMax || this.#remembered > limits.sigmaRememberedMax) {
      const isCrowded = latest.groups > limits.sigmaGroupsMax
      const largest = this.#states.reduce((most, state) => (state.size > most.size ? state : most), latest)
      const chosen = isCrowded ? latest : largest
      const before = chosen.size
      if (!chosen.forgetOldest()) return
      this.#remembered += chosen.size - before
      this.#report('groups-forgotten', chosen.plan.rule)
    }
  }

  #close(beforeMs: number, emit: Emit): void {
    for (const state of this.#closing) {
      const before = state.size
      const closed = state.close(beforeMs)
      this.#remembered += state.size - before
      for (const fired of closed) this.#fire(state.plan, fired, emit)
    }
  }

  #fire(plan: CorrelationPlan, fired: Fired, emit: Emit): void {
    const { rule } = plan
    const { timeMs, startMs, measured, carried, refs } = fired
    const group = Object.fromEntries(rule.groupBy.map((field, i) => [field, fired.group[i] ?? '']))
    if (this.standsAlone(rule)) {
      const { measure, value } = measured
      emit({
        kind: 'correlation',
        rule,
        timeMs,
        startMs,
        group,
        measure,
        ...(value === undefined ? {} : { value }),
        refs: refs.map(([, ref]) => ref),
      })
    }
    const fields = new Map(plan.carried.map((field, i) => [field, carried[i] ?? missing]))
    for (const [field, text] of Object.entries(group)) if (text !== '' || !fields.has(field)) fields.set(field, text)
    const ref = refs.at(-1)?.[1]
    const observed: Observed = {
      timeMs,
      field: (name) => {
        const text = fields.get(name)
        return text === missing ? undefined : text
      },
      ...(ref === undefined ? {} : { ref }),
    }
    this.#use(rule, observed, emit)
  }

  #report(limit: LimitReport['limit'], rule?: CorrelationRule): void {
    const key = `${limit} ${rule === undefined ? -1 : this.#states.findIndex((state) => state.plan.rule === rule)}`
    const count = (this.#reports.get(key) ?? 0) + 1
    this.#reports.set(key, count)
    this.#onLimit({ limit, count, ...(rule === undefined ? {} : { rule }) })
  }

  save(): string {
    const agreedMs = Number.isFinite(this.#agreedMs) ? this.#agreedMs : null
    const states = this.#states.map((state) => [state.plan.signature, state.save()])
    return JSON.stringify({ version: 1, order: this.#order, agreedMs, states })
  }

  /** Replaces what is remembered. */
  restore(saved: string): boolean {
    const read = readState(saved)
    if (read === undefined) return false
    for (const state of this.#states) while (state.forgetOldest());
    this.#remembered = 0
    this.#agreedMs = Number.NEGATIVE_INFINITY
    this.#order = 0
    this.#load(read, () => {})
    return true
  }

  /** Adds to what is remembered. */
  merge(saved: string, emit: Emit): boolean {
    const read = readState(saved)
    if (read !== undefined) this.#load(read, emit)
    return read !== undefined
  }

  #load({ order, agreedMs, states }: SavedState, emit: Emit): void {
    this.#order = Math.max(this.#order, order)
    this.#agreedMs = Math.max(this.#agreedMs, agreedMs)
    const bySignature = new Map(states)
    for (const state of this.#states) {
      const before = state.size
      const reached = state.load(bySignature.get(state.plan.signature))
      this.#remembered += state.size - before
      for (const fired of reached) this.#fire(state.plan, fired, emit)
    }
  }
}

interface SavedState {
  readonly order: number
  readonly agreedMs: number
  readonly states: readonly (readonly [string, unknown])[]
}

function readState(saved: string): SavedState | undefined {
  let read: unknown
  try {
    read = JSON.parse(saved)
  } catch {
    return undefined
  }
  if (typeof read !== 'object' || read === null) return undefined
  const { version, order, agreedMs, states } = read as Readonly<Record<string, unknown>>
  if (version !== 1 || !Array.isArray(states)) return undefined
  return {
    order: typeof order === 'number' ? order : 0,
    agreedMs: typeof agreedMs === 'number' ? agreedMs : Number.NEGATIVE_INFINITY,
    states: states.filter((each): each is [string, unknown] => Array.isArray(each) && typeof each[0] === 'string'),
  }
}
