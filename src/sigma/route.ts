/** The rules for one kind of log, made ready: events of that kind are scanned once for all literals of all rules, and a
 *  rule's condition is looked at only where one of its witnesses was found. */

import { limits } from '../core/limits.ts'
import { FoldedText } from '../formats/folded-text.ts'
import { type Check, type CheckScope, makeCheck, scannable, textOf } from './checks.ts'
import type { FieldValue, SigmaEvent } from './event.ts'
import type { Expression, Predicate } from './expression.ts'
import { isTrue } from './program.ts'
import { RawProbe } from './raw-probe.ts'
import { planRoute, type RoutePlan } from './route-plan.ts'
import type { ScanLiteral, ScanSink } from './scan-literal.ts'
import { Scanner } from './scanner.ts'

/** Where the values of a field are found in the events of one kind. */
export interface FieldPlace {
  /** The first that the event has counts. */
  readonly names: readonly string[]
  /** Where the event has none of these: other fields that are put together, with a text between them. */
  readonly joined?: { readonly names: readonly string[]; readonly by: string }
  /** Replaces values, by their text. */
  readonly values?: ReadonlyMap<string, string>
}

/** All names that a place asks for. */
export const namesOf = (place: FieldPlace): readonly string[] => [...place.names, ...(place.joined?.names ?? [])]

/** A rule of a route: a number that is the caller's, and the rule's logic. */
export interface RoutedRule {
  readonly number: number
  readonly expression: Expression
}

/** A field of the route's events. */
interface Slot {
  readonly place: FieldPlace
  readonly literals: ScanLiteral[]
  scanner: Scanner | undefined
  /** Of the whole event's: tells most events that hold none of the literals. */
  probe: RawProbe | undefined
  /** The text of the event at hand. */
  readonly text: () => string
  /** The name under which events may give the field folded; empty where values must be looked at. */
  readonly foldedName: string
  isRaw: boolean
  value: FieldValue | undefined
  readAt: number
  scannedAt: number
  /** In how many events. */
  scans: number
}

/** Takes the texts that are scanned, one after the other. */
const folded = new FoldedText()

/** What became of a predicate on the event at hand, added to the event's base. What is below the base is of an earlier
 *  event. */
const holds = 1
const fails = 2
const hinted = 3
const baseStep = 4

/** A guess of how often a predicate is announced counts as much as so many events. */
const guessWeight = 8
/** Plans are made anew after so many times as many events as the last one. */
const planStep = 4

/** Share of events on which a literal stands, roughly: the longer the rarer, and rarer still at a fixed place. */
function literalFrequency({ literal, anchoring }: ScanLiteral): number {
  return Math.max(0.0005, (anchoring === 'contains' ? 0.6 : 0.25) * 0.72 ** literal.length)
}

function visitPredicates(expression: Expression, visit: (predicate: number) => void): void {
  if (expression.kind === 'test') visit(expression.predicate)
  else if (expression.kind === 'not') visitPredicates(expression.of, visit)
  else for (const part of expression.of) visitPredicates(part, visit)
}

/** How often predicates are announced, roughly, before any event was seen. What many rules name is common: the programs
 *  of Windows itself. */
function frequenciesOf(
  rules: readonly (readonly number[])[],
  literals: readonly (readonly ScanLiteral[])[],
): Float32Array {
  const rulesWith = new Map<string, number>()
  const keyOf = ({ literal, anchoring }: ScanLiteral): string => `${anchoring} ${literal}`
  for (const predicates of rules) {
    const found = new Set<string>()
    for (const predicate of predicates) for (const each of literals[predicate] ?? []) found.add(keyOf(each))
    for (const key of found) rulesWith.set(key, (rulesWith.get(key) ?? 0) + 1)
  }
  return Float32Array.from(literals, (all) => {
    let sum = 0
    for (const each of all) {
      const share = ((rulesWith.get(keyOf(each)) ?? 1) - 1) / rules.length
      sum += Math.max(literalFrequency(each), share)
    }
    return Math.min(1, sum)
  })
}

const isListed = (value: FieldValue | undefined): value is readonly (string | number | boolean | null)[] =>
  Array.isArray(value)

/** All rules of one kind of log. */
export class Route implements ScanSink, CheckScope {
  readonly #slots: Slot[] = []
  readonly #slotNumbers = new Map<string, number>()
  readonly #places: (field: string) => FieldPlace
  readonly #otherPlaces = new Map<string, FieldPlace>()
  readonly #tooLong: () => void
  /** Of predicates. */
  readonly #local: ReadonlyMap<number, number>
  readonly #slotOf: Int32Array
  readonly #checks: (readonly Check[])[] = []
  readonly #isAlways: Uint8Array
  readonly #state: Int32Array
  /** How often they are announced: guessed, and in how many events they were. */
  readonly #guesses: Float32Array
  readonly #announcements: Int32Array
  /** Of rules. */
  readonly #rules: readonly RoutedRule[]
  readonly #askedAt: Int32Array
  #plan: RoutePlan
  #eventCount = 0
  #nextPlanAt: number = limits.sigmaPlanEventsMin
  /** Of the event at hand. */
  #event: SigmaEvent | undefined
  #base = baseStep
  readonly #candidates: Int32Array
  #candidateCount = 0

  constructor(
    rules: readonly RoutedRule[],
    predicates: readonly Predicate[],
    places: (field: string) => FieldPlace,
    tooLong: () => void,
  ) {
    this.#rules = rules
    this.#places = places
    this.#tooLong = tooLong
    const local = new Map<number, number>()
    const used = rules.map(({ expression }) => {
      const numbers = new Set<number>()
      visitPredicates(expression, (global) => {
        if (!local.has(global)) local.set(global, local.size)
        numbers.add(local.get(global) as number)
      })
      return [...numbers]
    })
    this.#local = local
    this.#slotOf = new Int32Array(local.size)
    this.#isAlways = new Uint8Array(local.size)
    this.#state = new Int32Array(local.size)
    this.#announcements = new Int32Array(local.size)
    this.#askedAt = new Int32Array(rules.length)
    this.#candidates = new Int32Array(rules.length)
    const literals = [...local.keys()].map((global, predicate) => {
      return this.#prepare(predicate, predicates[global] as Predicate)
    })
    this.#guesses = frequenciesOf(used, literals)
    for (const slot of this.#slots) {
      if (slot.literals.length > 0) slot.scanner = new Scanner(slot.literals)
      if (slot.isRaw) slot.probe = RawProbe.of(slot.literals)
      slot.literals.length = 0
    }
    this.#plan = this.#newPlan()
  }

  /** A plan by what is known now. */
  #newPlan(): RoutePlan {
    const numberOf = (global: number): number => this.#local.get(global) as number
    const isAlways = this.#isAlways
    return planRoute(
      this.#rules.map(({ expression }) => expression),
      {
        predicates: this.#slotOf.length,
        numberOf,
        slotOf: (global) => this.#slotOf[numberOf(global)] as number,
        isAnnounced: (global) => isAlways[numberOf(global)] === 0,
        frequency: (global) => this.#frequency(numberOf(global)),
        cost: (global) => {
          const predicate = numberOf(global)
          return (isAlways[predicate] as number) * 2 + Math.sign(this.#checks[predicate]?.length ?? 0)
        },
      },
    )
  }

  /** How often a predicate is announced. A guess counts as some events. */
  #frequency(predicate: number): number {
    const { scans } = this.#slots[this.#slotOf[predicate] as number] as Slot
    const guessed = (this.#guesses[predicate] as number) * guessWeight
    return Math.min(1, ((this.#announcements[predicate] as number) + guessed) / (scans + guessWeight))
  }

  /** Puts a predicate's literals into the scan of its field, and what they do not decide into checks. */
  #prepare(predicate: number, { field, tests }: Predicate): readonly ScanLiteral[] {
    this.#slotOf[predicate] = this.#slotFor(field)
    const checks: Check[] = []
    const all: ScanLiteral[] = []
    for (const test of tests) {
      const literals = scannable(test)
      for (const { literal, anchoring } of literals) all.push({ literal, anchoring, output: predicate * 2 })
      if (literals.length > 0) continue
      const check = makeCheck(test)
      checks.push(check)
      if (check.hints === undefined) this.#isAlways[predicate] = 1
      for (const literal of check.hints ?? []) all.push({ literal, anchoring: 'contains', output: predicate * 2 + 1 })
    }
    this.#checks.push(checks)
    this.#slots[this.#slotOf[predicate] as number]?.literals.push(...all)
    return all
  }

  #slotFor(field: string): number {
    const known = this.#slotNumbers.get(field)
    if (known !== undefined) return known
    const place = field === '' ? { names: [] } : this.#places(field)
    const made = this.#slots.length
    this.#slots.push({
      place,
      text: () => String(this.#read(made)),
      foldedName: place.values === undefined ? (place.names[0] ?? '') : '',
      literals: [],
      scanner: undefined,
      probe: undefined,
      isRaw: field === '',
      value: undefined,
      readAt: 0,
      scannedAt: 0,
      scans: 0,
    })
    this.#slotNumbers.set(field, made)
    return made
  }

  /** The names under which fields are looked up in this kind of event. */
  get names(): readonly string[] {
    return this.#slots.flatMap((slot) => namesOf(slot.place))
  }

  /** Whether keywords are searched in this kind of event. */
  get needsRaw(): boolean {
    return this.#slots.some((slot) => slot.isRaw)
  }

  /** Calls `found` with the number of each rule that the event matches. */
  match(event: SigmaEvent, found: (number: number) => void): void {
    this.#event = event
    this.#base += baseStep
    if (this.#base > 0x7fff_fff0) this.#startOver()
    this.#candidateCount = 0
    const { eager, always, entries } = this.#plan
    for (const slot of eager) this.#scan(slot)
    for (const rule of always) this.#ask(rule)
    for (let i = 0; i < this.#candidateCount; i++) {
      const rule = this.#candidates[i] as number
      if (this.#run(entries[rule] as number)) found((this.#rules[rule] as RoutedRule).number)
    }
    this.#event = undefined
    if (++this.#eventCount === this.#nextPlanAt) this.#learn()
  }

  /** Makes the plan anew by what was seen. */
  #learn(): void {
    this.#nextPlanAt = Math.min(this.#nextPlanAt * planStep, limits.sigmaPlanEventsMax)
    this.#plan = this.#newPlan()
    // What is longer ago counts less.
    if (this.#nextPlanAt < limits.sigmaPlanEventsMax) return
    this.#eventCount = 0
    for (let i = 0; i < this.#announcements.length; i++) {
      this.#announcements[i] = (this.#announcements[i] as number) >> 1
    }
    for (const slot of this.#slots) slot.scans >>= 1
  }

  #startOver(): void {
    this.#base = baseStep
    this.#state.fill(0)
    this.#askedAt.fill(0)
    for (const slot of this.#slots) slot.readAt = slot.scannedAt = 0
  }

  #ask(rule: number): void {
    if (this.#askedAt[rule] === this.#base) return
    this.#askedAt[rule] = this.#base
    this.#candidates[this.#candidateCount++] = rule
  }

  #run(entry: number): boolean {
    const { nodePredicate, onTrue, onFalse } = this.#plan
    let node = entry
    while (node >= 0) node = (this.#decide(nodePredicate[node] as number) ? onTrue[node] : onFalse[node]) as number
    return node === isTrue
  }

  #decide(predicate: number): boolean {
    const slot = this.#slotOf[predicate] as number
    if ((this.#slots[slot] as Slot).scannedAt !== this.#base) this.#scan(slot)
    const state = (this.#state[predicate] as number) - this.#base
    if (state === holds) return true
    if (state === fails) return false
    if (state !== hinted && this.#isAlways[predicate] === 0) return false
    const value = this.#read(slot)
    const passes = (this.#checks[predicate] as readonly Check[]).some((check) => check.passes(value, this))
    this.#state[predicate] = this.#base + (passes ? holds : fails)
    return passes
  }

  #read(number: number): FieldValue | undefined {
    const slot = this.#slots[number] as Slot
    if (slot.readAt === this.#base) return slot.value
    slot.readAt = this.#base
    const event = this.#event as SigmaEvent
    slot.value = slot.isRaw ? event.raw : readPlace(event, slot.place)
    return slot.value
  }

  #scan(number: number): void {
    const slot = this.#slots[number] as Slot
    if (slot.scannedAt === this.#base) return
    slot.scannedAt = this.#base
    const { scanner } = slot
    if (scanner === undefined) return
    slot.scans++
    if (slot.foldedName !== '' && this.#event?.fold?.(slot.foldedName, folded) === true) {
      scanner.scanFolded(folded, this, slot.text)
      return
    }
    if (slot.probe !== undefined) {
      const raw = this.#event?.rawJson
      if (raw !== undefined && !slot.probe.mayStandIn(raw)) return
    }
    const value = this.#read(number)
    if (isListed(value)) {
      for (const each of value) {
        const text = textOf(each)
        if (text !== undefined) this.#scanText(scanner, text)
      }
    } else if (value !== undefined && value !== null) this.#scanText(scanner, String(value))
  }

  #scanText(scanner: Scanner, text: string): void {
    if (folded.takeText(text)) scanner.scanFolded(folded, this, () => text)
    else scanner.scan(text, this)
  }

  /** A literal was found: even numbers decide their predicate, odd ones say that it should be asked. */
  hit(output: number): void {
    const predicate = output >> 1
    const state = (this.#state[predicate] as number) - this.#base
    if (state === holds) return
    if ((output & 1) === 0) this.#state[predicate] = this.#base + holds
    else if (state !== hinted) this.#state[predicate] = this.#base + hinted
    if (state > 0) return
    this.#announcements[predicate] = (this.#announcements[predicate] as number) + 1
    const { starts, announced } = this.#plan
    const end = starts[predicate + 1] as number
    for (let i = starts[predicate] as number; i < end; i++) this.#ask(announced[i] as number)
  }

  /** The value of another field of the event at hand. */
  field(name: string): FieldValue | undefined {
    return this.fieldOf(this.#event as SigmaEvent, name)
  }

  /** The value of a field of an event of this kind. */
  fieldOf(event: SigmaEvent, name: string): FieldValue | undefined {
    let place = this.#otherPlaces.get(name)
    if (place === undefined) {
      place = this.#places(name)
      this.#otherPlaces.set(name, place)
    }
    return readPlace(event, place)
  }

  tooLong(): void {
    this.#tooLong()
  }
}

/** The value of a field where it is found in this kind of event. */
export function readPlace(event: SigmaEvent, place: FieldPlace): FieldValue | undefined {
  for (const name of place.names) {
    const value = event.field(name)
    if (value === undefined) continue
    if (place.values === undefined) return value
    const text = isListed(value) ? undefined : textOf(value)
    return text === undefined ? value : (place.values.get(text) ?? value)
  }
  return place.joined === undefined ? undefined : joinedValue(event, place.joined.names, place.joined.by)
}

function joinedValue(event: SigmaEvent, names: readonly string[], by: string): string | undefined {
  const texts = names.flatMap((name) => {
    const value = event.field(name)
    return value === undefined || value === null || isListed(value) ? [] : [String(value)]
  })
  return texts.length === 0 ? undefined : texts.join(by)
}
