/** Cuts a rule file into its YAML documents and reads each into plain nodes that know their line. A document that cannot
 *  be read does not stop the others. Aliases are followed within a bound on nodes, so that no small file becomes a large
 *  tree. */
import {
  Composer,
  type CST,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  Lexer,
  Parser,
  type Node as YamlNode,
} from 'yaml'
import { limits } from '../core/limits.ts'
import { err, ok, type Result } from '../core/result.ts'
import type { Scalar } from './rule.ts'

/** A value of a document and the line on which it stands. */
export type DocumentNode =
  | { readonly kind: 'scalar'; readonly value: Scalar; readonly line: number }
  | { readonly kind: 'list'; readonly items: readonly DocumentNode[]; readonly line: number }
  | { readonly kind: 'map'; readonly entries: ReadonlyMap<string, DocumentEntry>; readonly line: number }

/** A value of a map, and the line of its key. */
export interface DocumentEntry {
  readonly value: DocumentNode
  readonly line: number
}

/** Why a document cannot be read. */
export interface DocumentFault {
  readonly line: number
  readonly problem: string
  readonly mend: string
}

/** A document's text and the line on which it begins. */
export interface DocumentText {
  readonly text: string
  readonly line: number
}

/** The documents of a file, without those that hold nothing. A line that begins with `---` or `...` ends a document
 *  wherever it stands (YAML 1.2, section 9.1.2). */
export function cutDocuments(file: string): DocumentText[] {
  const documents: DocumentText[] = []
  let lines: string[] = []
  let first = 1
  const finish = (next: number): void => {
    const text = lines.join('\n')
    if (/^[^\S\n]*[^\s#%]/m.test(text)) documents.push({ text, line: first })
    lines = []
    first = next
  }
  const all = file.replace(/^\uFEFF/, '').split(/\r\n|\r|\n/)
  for (const [index, line] of all.entries()) {
    if (!/^(?:---|\.\.\.)(?:\s|$)/.test(line)) lines.push(line)
    else {
      finish(index + 1)
      // What follows the marker on its line belongs to the document; its columns stay.
      lines.push(`   ${line.slice(3)}`)
    }
  }
  finish(all.length + 1)
  return documents
}

class Fault extends Error {
  readonly offset: number
  readonly mend: string

  constructor(offset: number, problem: string, mend: string) {
    super(problem)
    this.offset = offset
    this.mend = mend
  }
}

class Reader {
  readonly #lineStarts: number[] = [0]
  readonly #first: number
  readonly #anchors = new Map<string, YamlNode>()
  #nodes = 0

  constructor(document: DocumentText) {
    this.#first = document.line
    for (let at = document.text.indexOf('\n'); at >= 0; at = document.text.indexOf('\n', at + 1)) {
      this.#lineStarts.push(at + 1)
    }
  }

  lineOf(offset: number): number {
    let low = 0
    let high = this.#lineStarts.length - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if ((this.#lineStarts[middle] as number) <= offset) low = middle
      else high = middle - 1
    }
    return this.#first + low
  }

  read(node: YamlNode | null, depth: number, around: number): DocumentNode {
    const offset = node?.range?.[0] ?? around
    if (++this.#nodes > limits.sigmaRuleNodesMax) {
      throw new Fault(offset, 'The rule holds more values than a rule can have.', 'Cut it into several rules.')
    }
    if (depth > limits.sigmaNestingMax) {
      throw new Fault(offset, 'The rule nests deeper than a rule can.', 'Write it with fewer levels.')
    }
    if (isAlias(node)) {
      const target = this.#anchors.get(node.source)
      if (target !== undefined) return this.read(target, depth + 1, offset)
      throw new Fault(offset, `The alias *${node.source} has no anchor before it.`, 'Write the value out.')
    }
    const line = this.lineOf(offset)
    if (node === null) return { kind: 'scalar', value: null, line }
    const anchor = (node as { anchor?: string }).anchor
    if (anchor !== undefined) this.#anchors.set(anchor, node)
    if (isScalar(node)) return { kind: 'scalar', value: scalarOf(node.value), line }
    if (isSeq<YamlNode>(node)) {
      return { kind: 'list', items: node.items.map((item) => this.read(item, depth + 1, offset)), line }
    }
    if (!isMap<YamlNode, YamlNode | null>(node))
      throw new Fault(offset, 'A value is of no known kind.', 'Write it as text.')
    const entries = new Map<string, DocumentEntry>()
    for (const { key, value } of node.items) {
      const at = key?.range?.[0] ?? offset
      if (!isScalar(key)) throw new Fault(at, 'A key is not plain text.', 'Write keys as text.')
      const name = String(key.value ?? '')
      if (entries.has(name)) {
        throw new Fault(
          at,
          `The key "${name}" stands twice in one map.`,
          'Join the two, or put one into another selection.',
        )
      }
      entries.set(name, { value: this.read(value, depth + 1, at), line: this.lineOf(at) })
    }
    return { kind: 'map', entries, line }
  }
}

/** Whole numbers come as big integers: those that a number cannot hold keep their digits as text. */
function scalarOf(value: unknown): Scalar {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value
    case 'number':
      return Number.isFinite(value) ? value : String(value)
    case 'bigint':
      return Number.isSafeInteger(Number(value)) ? Number(value) : value.toString()
    default:
      return null
  }
}

const tooDeep = { problem: 'The rule nests deeper than a rule can.', mend: 'Write it with fewer levels.' } as const

/** Stands for a document that nests deeper than it may. */
class TooDeep extends Error {}

/** The parser's tokens up to the first that it cannot place: each one costs it an error, and one is enough. Nesting is
 *  bounded before the composer, which recurses, sees it. */
function* tokensOf(text: string): Generator<CST.Token> {
  const parser = new Parser()
  for (const lexeme of new Lexer().lex(text)) {
    for (const token of parser.next(lexeme)) {
      yield token
      if (token.type === 'error') return
    }
    // A level of YAML is up to two of the parser's.
    if (parser.stack.length > 2 * limits.sigmaNestingMax) throw new TooDeep()
  }
  yield* parser.end()
}

/** The parser's tree of a text; undefined where there is none. */
function compose(text: string): Document.Parsed | undefined {
  const composer = new Composer({ intAsBigInt: true, uniqueKeys: false, prettyErrors: false, logLevel: 'silent' })
  const [first] = composer.compose(tokensOf(text), true, text.length)
  return first as Document.Parsed | undefined
}

/** Reads one document. */
export function readDocument(document: DocumentText): Result<DocumentNode, DocumentFault> {
  if (document.text.length > limits.sigmaDocumentCharactersMax) {
    return err({
      line: document.line,
      problem: 'The document is longer than a rule can be.',
      mend: 'See whether this is a rule file; put each rule into a document of its own.',
    })
  }
  const reader = new Reader(document)
  try {
    const parsed = compose(document.text)
    if (parsed === undefined) return ok({ kind: 'scalar', value: null, line: document.line })
    const [fault] = parsed.errors
    if (fault !== undefined) {
      const said = fault.message.split('\n')[0]?.replace(/[.:]?$/, '.') ?? ''
      const mend = 'Look at the indentation and the quotes of this line.'
      return err({ line: reader.lineOf(fault.pos[0]), problem: `The YAML cannot be read: ${said}`, mend })
    }
    return ok(reader.read(parsed.contents, 0, 0))
  } catch (thrown) {
    if (thrown instanceof Fault)
      return err({ line: reader.lineOf(thrown.offset), problem: thrown.message, mend: thrown.mend })
    if (thrown instanceof TooDeep) return err({ line: document.line, ...tooDeep })
    throw thrown
  }
}
