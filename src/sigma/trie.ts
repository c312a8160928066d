/** Finds which of many literals a text equals, begins with or ends with, in one walk from its start or its end that stops
 *  where no literal goes on. Case is folded on the way, so that no text is copied. */
import type { FoldedText } from '../formats/folded-text.ts'
import type { ScanLiteral, ScanSink } from './scan-literal.ts'
import { foldUnit } from './text.ts'

interface TrieNode {
  readonly children: Map<number, number>
  /** Reported when the node is reached, and when it is reached at the text's end. */
  readonly outputs: number[]
  readonly endOutputs: number[]
}

const newNode = (): TrieNode => ({ children: new Map(), outputs: [], endOutputs: [] })

/** A trie written into a table: one row a node, one column a class of characters. An entry leads to the row of the next
 *  node, negated where that node has something to report; 0 is the end of the walk. */
export class Trie {
  readonly #isBackward: boolean
  readonly #ascii = new Uint16Array(128)
  readonly #others = new Map<number, number>()
  readonly #width: number
  readonly #next: Int32Array
  readonly #outputs: (readonly number[])[]
  readonly #endOutputs: (readonly number[])[]

  /** Literals must not be empty; backward ones are all of the kind `endswith`. */
  constructor(literals: readonly ScanLiteral[], isBackward: boolean) {
    this.#isBackward = isBackward
    const nodes = nodesOf(literals, isBackward)
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
    for (const [index, node] of nodes.entries()) {
      for (const [unit, child] of node.children) {
        const { outputs, endOutputs } = nodes[child] as TrieNode
        const row = child * this.#width
        const reports = outputs.length > 0 || endOutputs.length > 0
        this.#next[index * this.#width + this.#classOf(unit)] = reports ? ~row : row
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

  /** As `scan`, for a folded text of ASCII. */
  scanFolded({ bytes, length }: FoldedText, sink: ScanSink): void {
    const ascii = this.#ascii
    const next = this.#next
    const step = this.#isBackward ? -1 : 1
    let at = this.#isBackward ? length - 1 : 0
    let row = 0
    for (let left = length; left > 0; left--, at += step) {
      row = next[row + (ascii[bytes[at] as number] as number)] as number
      if (row === 0) return
      if (row < 0) {
        row = ~row
        this.#report(row, left === 1, sink)
      }
    }
  }

  #report(row: number, isEnd: boolean, sink: ScanSink): void {
    const node = row / this.#width
    for (const output of this.#outputs[node] as readonly number[]) sink.hit(output)
    if (isEnd) for (const output of this.#endOutputs[node] as readonly number[]) sink.hit(output)
  }

  /** Reports the literals at the text's start, or at its end where the trie is backward. */
  scan(text: string, sink: ScanSink): void {
    const { length } = text
    const ascii = this.#ascii
    const step = this.#isBackward ? -1 : 1
    let at = this.#isBackward ? length - 1 : 0
    let row = 0
    for (let left = length; left > 0; left--, at += step) {
      const unit = text.charCodeAt(at)
      const next = this.#next[row + (unit < 128 ? (ascii[unit] as number) : this.#classOf(unit))] as number
      if (next === 0) return
      row = next
      if (next < 0) {
        row = ~next
        this.#report(row, left === 1, sink)
      }
    }
  }
}

function nodesOf(literals: readonly ScanLiteral[], isBackward: boolean): TrieNode[] {
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
