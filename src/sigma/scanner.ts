/** Finds which of many literals a text equals, begins with, ends with or contains, in one pass for each, whatever their
 *  number: tries for the ends, an Aho-Corasick automaton (1975) for the middle. Case is folded on the way, so that no
 *  text is copied. */
import { type Anchoring, foldUnit } from './text.ts'

/** A folded literal, and the number that is reported where it is found. */
export interface ScanLiteral {
  readonly literal: string
  readonly anchoring: Anchoring
  readonly output: number
}

/** Takes what was found; the same number may come several times. */
export interface ScanSink {
  hit(output: number): void
}

interface TrieNode {
  readonly children: Map<number, number>
  /** Reported when the node is reached, and when it is reached at the text's end. */
  readonly outputs: number[]
  readonly endOutputs: number[]
  fail: number
}

const newNode = (): TrieNode => ({ children: new Map(), outputs: [], endOutputs: [], fail: 0 })

/** A trie of literals, written into a table: one row a node, one column a class of characters. A row's number leads to
 *  the row of the next node; it is negated where that node has something to report. */
class Table {
  readonly #ascii = new Uint16Array(128)
  readonly #others = new Map<number, number>()
  readonly #width: number
  readonly #next: Int32Array
  readonly #outputs: (readonly number[])[]
  readonly #endOutputs: (readonly number[])[]

  /** `follows`: where no literal goes on, the automaton goes on with the longest one that may (Aho-Corasick). */
  constructor(literals: readonly ScanLiteral[], isBackward: boolean, follows: boolean) {
    const nodes = trieOf(literals, isBackward)
    // The failures are found over units; the table then numbers only the units that occur.
    const order = follows ? link(nodes) : nodes.keys()
    let classes = 0
    for (const node of nodes) {
      for (const unit of node.children.keys()) {
        if (unit < 128 ? this.#ascii[unit] !== 0 : this.#others.has(unit)) continue
        classes++
        if (unit < 128) this.#ascii[unit] = classes
        else this.#others.set(unit, classes)
      }
    }
    for (let unit = 65; unit <= 90; unit++) this.#ascii[unit] = this.#ascii[unit + 32] as number
    this.#width = classes + 1
    this.#next = new Int32Array(nodes.length * this.#width)
    for (const index of order) {
      const node = nodes[index] as TrieNode
      const row = index * this.#width
      if (follows && index !== 0) {
        const fail = node.fail * this.#width
        this.#next.copyWithin(row, fail, fail + this.#width)
      }
      for (const [unit, child] of node.children) {
        const target = nodes[child] as TrieNode
        const reports = target.outputs.length > 0 || target.endOutputs.length > 0
        this.#next[row + this.#classOf(unit)] = reports ? ~(child * this.#width) : child * this.#width
      }
    }
    this.#outputs = nodes.map((node) => node.outputs)
    this.#endOutputs = nodes.map((node) => node.endOutputs)
  }

  #classOf(unit: number): number {
    if (unit < 128) return this.#ascii[unit] as number
    const folded = foldUnit(unit)
    return (folded < 128 ? this.#ascii[folded] : this.#others.get(folded)) ?? 0
  }

  /** Follows the whole text. */
  scanAll(text: string, sink: ScanSink): void {
    const next = this.#next
    const ascii = this.#ascii
    const { length } = text
    let state = 0
    for (let i = 0; i < length; i++) {
      const unit = text.charCodeAt(i)
      state = next[state + (unit < 128 ? (ascii[unit] as number) : this.#classOf(unit))] as number
      if (state < 0) {
        state = ~state
        this.#report(state, false, sink)
      }
    }
  }

  /** Follows the text from its start until no literal goes on. */
  scanForward(text: string, sink: ScanSink): void {
    const { length } = text
    let state = 0
    for (let i = 0; i < length; i++) {
      state = this.#next[state + this.#classOf(text.charCodeAt(i))] as number
      if (state === 0) return
      if (state < 0) {
        state = ~state
        this.#report(state, i === length - 1, sink)
      }
    }
  }

  /** Follows the text from its end until no literal goes on. */
  scanBackward(text: string, sink: ScanSink): void {
    let state = 0
    for (let i = text.length - 1; i >= 0; i--) {
      state = this.#next[state + this.#classOf(text.charCodeAt(i))] as number
      if (state === 0) return
      if (state < 0) {
        state = ~state
        this.#report(state, false, sink)
      }
    }
  }

  #report(state: number, isEnd: boolean, sink: ScanSink): void {
    const node = state / this.#width
    for (const output of this.#outputs[node] as readonly number[]) sink.hit(output)
    if (isEnd) for (const output of this.#endOutputs[node] as readonly number[]) sink.hit(output)
  }
}

function trieOf(literals: readonly ScanLiteral[], isBackward: boolean): TrieNode[] {
  const nodes = [newNode()]
  for (const { literal, anchoring, output } of literals) {
    let at = 0
    for (let i = 0; i < literal.length; i++) {
      const unit = literal.charCodeAt(isBackward ? literal.length - 1 - i : i)
      const { children } = nodes[at] as TrieNode
      let child = children.get(unit)
      if (child === undefined) {
        child = nodes.push(newNode()) - 1
        children.set(unit, child)
      }
      at = child
    }
    const node = nodes[at] as TrieNode
    const outputs = anchoring === 'equals' ? node.endOutputs : node.outputs
    if (!outputs.includes(output)) outputs.push(output)
  }
  return nodes
}

/** Sets each node's failure, and adds what is found there; gives the nodes in the order of their depth. */
function link(nodes: readonly TrieNode[]): number[] {
  const order = [0]
  // The list grows while it is walked.
  for (const index of order) {
    const node = nodes[index] as TrieNode
    for (const [unit, child] of node.children) {
      const target = nodes[child] as TrieNode
      if (index !== 0) {
        let fail = node.fail
        while (fail !== 0 && !(nodes[fail] as TrieNode).children.has(unit)) fail = (nodes[fail] as TrieNode).fail
        target.fail = (nodes[fail] as TrieNode).children.get(unit) ?? 0
        for (const output of (nodes[target.fail] as TrieNode).outputs) {
          if (!target.outputs.includes(output)) target.outputs.push(output)
        }
      }
      order.push(child)
    }
  }
  return order
}

/** All literals of one field. */
export class Scanner {
  readonly #inside: Table | undefined
  readonly #fromStart: Table | undefined
  readonly #fromEnd: Table | undefined
  readonly #ofEmpty: readonly number[]

  constructor(literals: readonly ScanLiteral[]) {
    const of = (...anchorings: readonly Anchoring[]): ScanLiteral[] =>
      literals.filter(({ literal, anchoring }) => literal !== '' && anchorings.includes(anchoring))
    const table = (found: ScanLiteral[], isBackward: boolean, follows: boolean): Table | undefined =>
      found.length === 0 ? undefined : new Table(found, isBackward, follows)
    this.#inside = table(of('contains'), false, true)
    this.#fromStart = table(of('equals', 'startswith'), false, false)
    this.#fromEnd = table(of('endswith'), true, false)
    this.#ofEmpty = literals.filter((each) => each.literal === '').map((each) => each.output)
  }

  /** Reports every literal that stands in the text as it should. */
  scan(text: string, sink: ScanSink): void {
    if (text === '') {
      for (const output of this.#ofEmpty) sink.hit(output)
      return
    }
    this.#fromStart?.scanForward(text, sink)
    this.#fromEnd?.scanBackward(text, sink)
    this.#inside?.scanAll(text, sink)
  }
}
