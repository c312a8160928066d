/** The rules for one kind of log, made ready: events of that kind are scanned once for all literals of all rules, and a
 *  rule's condition is looked at only where one of its witnesses was found. */

import { limits } from '../core/limits.ts'
import { FoldedText } from '../formats/folded-text.ts'
import { type Announcing, announcingOf } from './announcing.ts'
import { type Check, type CheckScope, makeCheck, scannable, textOf } from './checks.ts'
import type { FieldValue, SigmaEvent } from './event.ts'
import type { Expression, Predicate } from './expression.ts'
import { type FieldPlace, isListed, namesOf, readPlace } from './field-place.ts'
import { guessFrequencies, visitPredicates } from './guesses.ts'
import { isTrue } from './program.ts'
import { RawProbe } from './raw-probe.ts'
import { planRoute, type RoutePlan } from './route-plan.ts'
import type { ScanLiteral, ScanSink } from './scan-literal.ts'
import { Scanner } from './scanner.ts'

/** A rule of a route: a number that is the caller's, and the rule's logic. */
export interface RoutedRule {
  readonly number: number
  readonly expression: Expression
}

/** A field of the route's events. */
interface Slot {
  readonly place: FieldPlace
  /** Its predicates. */
  readonly predicates: number[]
  scanner: Scanner | undefined
  /** Of the whole event's: tells most events that hold none of the literals. */
  probe: RawProbe | undefined
  /** The text of the event at hand. */
  readonly text: () => string
  /** The name under which events may give the field folded; empty where values must be looked at. */
  readonly foldedName: string
  /** It is the whole event's text. */
  readonly isRaw: boolean
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

/** What a scan says of a predicate: whether it holds; when it should be asked; not even that; or its literals are not
 *  scanned for. */
const said = { all: 0, whenToAsk: 1, little: 2, nothing: 3 } as const

const sayingOf = ({ isAsked, isSilent }: Announcing): number =>
  isSilent ? said.little : isAsked ? said.whenToAsk : said.all

/** A guess of how often a predicate is announced counts as much as so many events. */
const guessWeight = 8
/** What a literal costs in a scan, where looking at a rule costs 1. */
const literalPrice = 0.0002
/** Plans are made anew after so many times as many events as the last one; where the caller says when to begin, sooner. */
const planStep = 16
const planStepTold = 2

/** All rules of one kind of log. */
export class Route implements ScanSink, CheckScope {
  readonly #slots: Slot[] = []
  readonly #slotNumbers = new Map<string, number>()
  readonly #places: (field: string) => FieldPlace
  readonly #otherPlaces = new Map<string, FieldPlace>()
  readonly #tooLong: () => void
  /** Of predicates. */
  readonly #predicates: readonly Predicate[]
  readonly #local: ReadonlyMap<number, number>
  readonly #slotOf: Int32Array
  readonly #checks = new Map<number, readonly Check[]>()
  /** What a scan says of them; see `said`. */
  readonly #said: Uint8Array
  /** Some of their tests may hold without any announcement. */
  readonly #isSilent: Uint8Array
  readonly #state: Int32Array
  /** How often they are announced: guessed, and in how many events they were. */
  readonly #guesses: Float32Array
  readonly #announcements: Int32Array
  readonly #literalCounts: Int32Array
  /** Of rules. */
  readonly #rules: readonly RoutedRule[]
  readonly #askedAt: Int32Array
  #plan: RoutePlan
  #eventCount = 0
  #nextPlanAt: number
  readonly #planStep: number
  readonly #narrowAt: number
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
    learnAfter?: number,
  ) {
    this.#rules = rules
    this.#places = places
    this.#planStep = learnAfter === undefined ? planStep : planStepTold
    this.#nextPlanAt = learnAfter ?? limits.sigmaPlanEventsMin
    this.#narrowAt = learnAfter ?? limits.sigmaNarrowEventsMin
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
    this.#predicates = [...local.keys()].map((global) => predicates[global] as Predicate)
    this.#slotOf = new Int32Array(local.size)
    this.#said = new Uint8Array(local.size)
    this.#isSilent = new Uint8Array(local.size)
    this.#state = new Int32Array(local.size)
    this.#announcements = new Int32Array(local.size)
    this.#askedAt = new Int32Array(rules.length)
    this.#candidates = new Int32Array(rules.length)
    const bySlot: ScanLiteral[][] = []
    const literals = this.#predicates.map(({ field, tests }, predicate) => {
      const slot = this.#slotFor(field)
      this.#slotOf[predicate] = slot
      this.#slots[slot]?.predicates.push(predicate)
      const found = announcingOf(predicate, tests)
      this.#isSilent[predicate] = Number(found.isSilent)
      this.#said[predicate] = sayingOf(found)
      bySlot[slot] ??= []
      bySlot[slot].push(...found.literals)
      return found.literals
    })
    this.#guesses = guessFrequencies(used, literals)
    this.#literalCounts = Int32Array.from(literals, ({ length }) => length)
    for (const [number, slot] of this.#slots.entries()) {
      const all = bySlot[number] as ScanLiteral[]
      if (all.length > 0) slot.scanner = new Scanner(all)
      if (slot.isRaw) slot.probe = RawProbe.of(all)
    }
    this.#plan = this.#newPlan()
  }

  /** A plan by what is known now. */
  #newPlan(): RoutePlan {
    const numberOf = (global: number): number => this.#local.get(global) as number
    return planRoute(
      this.#rules.map(({ expression }) => expression),
      {
        predicates: this.#slotOf.length,
        numberOf,
        slotOf: (global) => this.#slotOf[numberOf(global)] as number,
        isAnnounced: (global) => this.#isSilent[numberOf(global)] === 0,
        frequency: (global) => this.#price(numberOf(global)),
        cost: (global) => Math.min(this.#said[numberOf(global)] as number, said.little),
      },
    )
  }

  /** What it costs to notice a rule by a predicate: how often it is announced, and what its literals add to a scan whose
   *  texts are all new. */
  #price(predicate: number): number {
    const { scanner } = this.#slots[this.#slotOf[predicate] as number] as Slot
    const scanned = scanner?.isCheap === true ? 0 : (this.#literalCounts[predicate] as number) * literalPrice
    return this.#frequency(predicate) + scanned
  }

  /** How often a predicate is announced. A guess counts as some events. */
  #frequency(predicate: number): number {
    if (this.#said[predicate] === said.nothing) return this.#guesses[predicate] as number
    const { scans } = this.#slots[this.#slotOf[predicate] as number] as Slot
    const guessed = (this.#guesses[predicate] as number) * guessWeight
    return Math.min(1, ((this.#announcements[predicate] as number) + guessed) / (scans + guessWeight))
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
      predicates: [],
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
    this.#nextPlanAt = Math.min(this.#nextPlanAt * this.#planStep, limits.sigmaPlanEventsMax)
    const seen = this.#eventCount
    this.#plan = this.#newPlan()
    if (seen >= this.#narrowAt) for (const slot of this.#slots) this.#narrow(slot)
    // What is longer ago counts less.
    if (this.#nextPlanAt < limits.sigmaPlanEventsMax) return
    this.#eventCount = 0
    for (let i = 0; i < this.#announcements.length; i++) {
      this.#announcements[i] = (this.#announcements[i] as number) >> 1
    }
    for (const slot of this.#slots) slot.scans >>= 1
  }

  /** Leaves literals out of a slot's scan that only decide what was noticed otherwise: where values do not come again, it
   *  costs less to ask then. Whatever the plan notices rules by is scanned for. */
  #narrow(slot: Slot): void {
    if (slot.isRaw) return
    const { starts } = this.#plan
    const isWitness = (predicate: number): boolean => (starts[predicate + 1] as number) > (starts[predicate] as number)
    const isCheap = slot.scanner?.isCheap === true
    if (isCheap && !slot.predicates.some((each) => isWitness(each) && this.#said[each] === said.nothing)) return
    const literals: ScanLiteral[] = []
    for (const predicate of slot.predicates) {
      this.#guesses[predicate] = this.#frequency(predicate)
      this.#announcements[predicate] = 0
      const isScanned = isCheap || isWitness(predicate)
      const found = announcingOf(predicate, (this.#predicates[predicate] as Predicate).tests)
      if (isScanned) literals.push(...found.literals)
      this.#said[predicate] = isScanned ? sayingOf(found) : said.nothing
      this.#checks.delete(predicate)
    }
    slot.scans = 0
    slot.scanner = literals.length === 0 ? undefined : new Scanner(literals)
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
    if (state !== hinted && (this.#said[predicate] as number) < said.little) return false
    const value = this.#read(slot)
    const passes = this.#checksOf(predicate).some((check) => check.passes(value, this))
    this.#state[predicate] = this.#base + (passes ? holds : fails)
    return passes
  }

  #checksOf(predicate: number): readonly Check[] {
    let checks = this.#checks.get(predicate)
    if (checks === undefined) {
      const { tests } = this.#predicates[predicate] as Predicate
      const isScanned = this.#said[predicate] !== said.nothing
      checks = (isScanned ? tests.filter((test) => scannable(test).length === 0) : tests).map(makeCheck)
      this.#checks.set(predicate, checks)
    }
    return checks
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
    if (slot.probe !== undefined && this.#event?.mayHold?.(slot.probe) === false) return
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
