/** Regular expressions in time linear in the text: the tree becomes a nondeterministic automaton, and its deterministic
 *  one is made as far as a text asks for it, within a bound. There is no backtracking, so no text is slow. */
import { limits } from '../core/limits.ts'
import { err, ok, type Result } from '../core/result.ts'
import { type Assertion, parseRegex, type RegexNode, type UnitSet, wordUnits } from './regex-syntax.ts'
import { foldUnit } from './text.ts'

/** One step of the nondeterministic automaton. */
type Step =
  | { readonly kind: 'set'; readonly set: UnitSet; next: number }
  | { readonly kind: 'split'; next: number; other: number }
  | { readonly kind: 'assert'; readonly what: Assertion; next: number }
  | { readonly kind: 'match' }

class TooLarge extends Error {}

/** Makes the automaton from its end: each part knows what follows it. */
class Assembler {
  readonly steps: Step[] = [{ kind: 'match' }]

  #add(step: Step): number {
    if (this.steps.length >= limits.sigmaRegexStatesMax) throw new TooLarge()
    return this.steps.push(step) - 1
  }

  assemble(node: RegexNode, next: number): number {
    switch (node.kind) {
      case 'set':
        return this.#add({ kind: 'set', set: node.set, next })
      case 'assert':
        return this.#add({ kind: 'assert', what: node.what, next })
      case 'sequence':
        return node.of.reduceRight((after, part) => this.assemble(part, after), next)
      case 'choice':
        return node.of
          .map((part) => this.assemble(part, next))
          .reduceRight((other, part) => this.#add({ kind: 'split', next: part, other }))
      case 'repeat':
        return this.#repeat(node.of, node.least, node.most, next)
    }
  }

  #repeat(node: RegexNode, least: number, most: number, next: number): number {
    let after = next
    if (most === Number.POSITIVE_INFINITY) {
      const split: Step = { kind: 'split', next: 0, other: next }
      after = this.#add(split)
      split.next = this.assemble(node, after)
    } else {
      for (let i = least; i < most; i++) {
        after = this.#add({ kind: 'split', next: this.assemble(node, after), other: next })
      }
    }
    for (let i = 0; i < least; i++) {
      const before = this.assemble(node, after)
      // Nothing, however often repeated, is nothing.
      if (before === after) break
      after = before
    }
    return after
  }
}

/** What stands before a place in the text. */
const context = { start: 0, word: 1, newline: 2, other: 3 } as const

/** A state of the deterministic automaton: steps that are not yet followed through splits and assertions, since those
 *  depend on the next character too. */
interface State {
  readonly core: Int32Array
  readonly before: number
}

const unknown = -1
const matched = -2
const failed = -3

/** An expression, ready to be searched for. */
export class Regex {
  readonly #steps: readonly Step[]
  readonly #start: number
  readonly #hasAssertions: boolean
  readonly #ascii = new Uint16Array(128)
  /** First unit of each run of units of one class, and that class. */
  readonly #firsts: number[] = []
  readonly #classes: number[] = []
  /** One unit of each class, by which sets are asked. */
  readonly #samples: number[] = []
  #states: State[] = []
  /** A row for each state: by class of the next character, the last entry for the end, where to go on. Entries are rows,
   *  or one of the marks. */
  #next = new Int32Array(0)
  #known = new Map<string, number>()
  #heldSteps = 0

  constructor(steps: readonly Step[], start: number) {
    this.#steps = steps
    this.#start = start
    this.#hasAssertions = steps.some((step) => step.kind === 'assert')
    this.#partition()
    this.#restart()
  }

  /** Whether the expression is found anywhere in the text. */
  test(text: string): boolean {
    const ascii = this.#ascii
    const { length } = text
    let table = this.#next
    let row = 0
    for (let i = 0; i < length; i++) {
      const unit = text.charCodeAt(i)
      const unitClass = unit < 128 ? (ascii[unit] as number) : this.#classOf(unit)
      let next = table[row + unitClass] as number
      if (next < 0) {
        if (next === unknown) next = this.#make(row, unitClass)
        if (next === matched) return true
        table = this.#next
      }
      row = next
    }
    const end = this.#samples.length
    const last = table[row + end] as number
    return (last === unknown ? this.#make(row, end) : last) === matched
  }

  /** Cuts the units into classes that no set of the expression tells apart. */
  #partition(): void {
    const cuts = new Set([0])
    const sets = this.#steps.flatMap((step) => (step.kind === 'set' ? [step.set] : []))
    if (this.#hasAssertions) sets.push(wordUnits, [10, 10])
    for (const set of new Set(sets)) {
      for (let i = 0; i < set.length; i += 2) cuts.add(set[i] as number).add((set[i + 1] as number) + 1)
    }
    const firsts = [...cuts].filter((cut) => cut <= 0xffff).sort((a, b) => a - b)
    const distinct = [...new Set(sets)]
    const classes = new Map<string, number>()
    for (const first of firsts) {
      const members = distinct.map((set) => (isIn(set, first) ? '1' : '0')).join('')
      let known = classes.get(members)
      if (known === undefined) {
        known = this.#samples.push(first) - 1
        classes.set(members, known)
      }
      this.#firsts.push(first)
      this.#classes.push(known)
    }
    for (let unit = 0; unit < 128; unit++) this.#ascii[unit] = this.#classOf(unit)
  }

  #classOf(unit: number): number {
    let low = 0
    let high = this.#firsts.length - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if ((this.#firsts[middle] as number) <= unit) low = middle
      else high = middle - 1
    }
    return this.#classes[low] as number
  }

  #restart(): void {
    this.#states = []
    this.#next.fill(unknown)
    this.#known.clear()
    this.#heldSteps = 0
    this.#stateOf([], context.start)
  }

  #stateOf(core: number[], before: number): number {
    const sorted = Int32Array.from(core).sort()
    const key = `${before}:${sorted.join(',')}`
    const known = this.#known.get(key)
    if (known !== undefined) return known
    const width = this.#samples.length + 1
    const row = (this.#states.push({ core: sorted, before }) - 1) * width
    if (row + width > this.#next.length) {
      const larger = new Int32Array(Math.max(8 * width, 2 * this.#next.length)).fill(unknown)
      larger.set(this.#next)
      this.#next = larger
    }
    this.#known.set(key, row)
    this.#heldSteps += sorted.length + width
    return row
  }

  /** Finds where a row leads on a class, and remembers it. */
  #make(from: number, unitClass: number): number {
    const state = this.#states[from / (this.#samples.length + 1)] as State
    const isEnd = unitClass === this.#samples.length
    const unit = isEnd ? -1 : (this.#samples[unitClass] as number)
    const reached = this.#follow(state, unit)
    let next: number
    if (reached === undefined) next = matched
    else if (isEnd) next = failed
    else {
      const core = new Set<number>()
      for (const index of reached) {
        const step = this.#steps[index] as Step
        if (step.kind === 'set' && isIn(step.set, unit)) core.add(step.next)
      }
      // The bound on what is kept: begin anew and go on, which costs time but never more than steps times text.
      if (this.#heldSteps > limits.sigmaRegexCacheMax) {
        this.#restart()
        return this.#stateOf([...core], this.#contextOf(unit))
      }
      next = this.#stateOf([...core], this.#contextOf(unit))
    }
    this.#next[from + unitClass] = next
    return next
  }

  #contextOf(unit: number): number {
    if (!this.#hasAssertions) return context.other
    if (unit === 10) return context.newline
    return isIn(wordUnits, unit) ? context.word : context.other
  }

  /** The steps that wait for a character, or undefined where the match is already there. A match may begin anywhere. */
  #follow(state: State, unit: number): Set<number> | undefined {
    const reached = new Set<number>()
    const open: number[] = [...state.core, this.#start]
    for (let index = open.pop(); index !== undefined; index = open.pop()) {
      if (reached.has(index)) continue
      reached.add(index)
      const step = this.#steps[index] as Step
      if (step.kind === 'match') return undefined
      if (step.kind === 'split') open.push(step.next, step.other)
      else if (step.kind === 'assert' && holds(step.what, state.before, unit)) open.push(step.next)
    }
    return reached
  }
}

function isIn(set: UnitSet, unit: number): boolean {
  for (let i = 0; i < set.length; i += 2) {
    if (unit < (set[i] as number)) return false
    if (unit <= (set[i + 1] as number)) return true
  }
  return false
}

/** Whether an assertion holds between what was before and the next unit; -1 is the end. */
function holds(what: Assertion, before: number, unit: number): boolean {
  const isEdge = (before === context.word) !== (unit >= 0 && isIn(wordUnits, unit))
  switch (what) {
    case 'text-start':
      return before === context.start
    case 'text-end':
      return unit < 0
    case 'line-start':
      return before === context.start || before === context.newline
    case 'line-end':
      return unit < 0 || unit === 10
    case 'word-edge':
      return isEdge
    case 'no-word-edge':
      return !isEdge
  }
}

/** Makes an expression ready; the error says what of it cannot be used. */
export function compileRegex(source: string, flags: string): Result<Regex, string> {
  const parsed = parseRegex(source, flags)
  if (!parsed.ok) return parsed
  const assembler = new Assembler()
  try {
    const start = assembler.assemble(parsed.value, 0)
    return ok(new Regex(assembler.steps, start))
  } catch (thrown) {
    if (thrown instanceof TooLarge) return err('repetitions that count further than can be followed')
    throw thrown
  }
}

/** The unit to which all units of a set fold; undefined where they fold to several. */
function soleUnit(set: UnitSet): number | undefined {
  let sole: number | undefined
  for (let i = 0; i < set.length; i += 2) {
    const [from, to] = [set[i] as number, set[i + 1] as number]
    if (to - from > 1) return undefined
    for (const unit of [from, to]) {
      const folded = foldUnit(unit)
      if (sole !== undefined && folded !== sole) return undefined
      sole = folded
    }
  }
  return sole
}

/** Characters that stand in most paths and command lines; each of the others tells as much as several of them. */
const commonCharacter = /[A-Za-z0-9 \\/.:"_-]/
const rareWeight = 3

const weakest = (texts: readonly string[]): number =>
  Math.min(
    ...texts.map((text) =>
      [...text].reduce((sum, character) => sum + (commonCharacter.test(character) ? 1 : rareWeight), 0),
    ),
  )

/** The length of the shortest text that can match. */
export function shortestMatch(node: RegexNode): number {
  switch (node.kind) {
    case 'assert':
      return 0
    case 'set':
      return 1
    case 'repeat':
      return node.least * shortestMatch(node.of)
    case 'choice':
      return Math.min(...node.of.map(shortestMatch))
    case 'sequence':
      return node.of.reduce((sum, part) => sum + shortestMatch(part), 0)
  }
}

/** Texts in lower case of which a match holds at least one; empty where there is nothing to say. */
export function requiredTexts(node: RegexNode): readonly string[] {
  switch (node.kind) {
    case 'assert':
      return []
    case 'set': {
      const unit = soleUnit(node.set)
      return unit === undefined ? [] : [String.fromCharCode(unit)]
    }
    case 'repeat':
      return node.least > 0 ? requiredTexts(node.of) : []
    case 'choice': {
      const each = node.of.map(requiredTexts)
      const all = each.flat()
      return each.some((texts) => texts.length === 0) || all.length > limits.sigmaHintsMax ? [] : all
    }
    case 'sequence':
      return requiredOfSequence(node.of)
  }
}

function requiredOfSequence(parts: readonly RegexNode[]): readonly string[] {
  const candidates: (readonly string[])[] = []
  let run = ''
  for (const part of parts) {
    const unit = part.kind === 'set' ? soleUnit(part.set) : undefined
    if (unit !== undefined) {
      run += String.fromCharCode(unit)
      continue
    }
    if (run !== '') candidates.push([run])
    run = ''
    const texts = requiredTexts(part)
    if (texts.length > 0) candidates.push(texts)
  }
  if (run !== '') candidates.push([run])
  return candidates.reduce<readonly string[]>(
    (best, texts) => (best.length === 0 || weakest(texts) > weakest(best) ? texts : best),
    [],
  )
}
