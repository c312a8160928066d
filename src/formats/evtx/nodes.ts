/** Reads the tokens of binary XML into a tree: elements, attributes, texts, and holes where a record's values go. It
 *  reads hostile bytes: sizes, names and depth are checked, and the first thing that is wrong ends the reading. */
import { limits } from '../../core/limits.ts'
import { sizeOfType, textAt, uint16At, uint32At, valueAt, valueTypes } from './values.ts'

/** A place for a value of the record. */
export interface Hole {
  readonly kind: 'hole'
  readonly slot: number
  /** Left out, with the attribute that it is all of, where the record has no value. */
  readonly isOptional: boolean
}
/** Text of the template itself. */
export interface TextNode {
  readonly kind: 'text'
  readonly text: string
}
/** An instruction to a program. */
export interface InstructionNode {
  readonly kind: 'instruction'
  readonly target: string
  readonly text: string
}
/** A template filled in, by the number that the reading of the record gave it. */
export interface InstanceNode {
  readonly kind: 'instance'
  readonly frame: number
}
/** An attribute. */
export interface Attribute {
  readonly name: string
  readonly content: readonly XmlNode[]
}
/** An element. */
export interface ElementNode {
  readonly kind: 'element'
  readonly name: string
  readonly attributes: readonly Attribute[]
  readonly content: readonly XmlNode[]
}
/** What XML is made of. */
export type XmlNode = Hole | TextNode | InstructionNode | InstanceNode | ElementNode

/** What the reader of tokens needs of the chunk in which they stand. */
export interface TokenSource {
  readonly bytes: Buffer
  /** The name at an offset, or undefined where there can be none. */
  nameAt(offset: number): string | undefined
  /** Bytes of a name that stands at an offset. */
  nameSize(offset: number): number
}

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

const tokens = {
  end: 0x00,
  openElement: 0x01,
  closeStart: 0x02,
  closeEmpty: 0x03,
  endElement: 0x04,
  value: 0x05,
  attribute: 0x06,
  cdata: 0x07,
  charReference: 0x08,
  entityReference: 0x09,
  instructionTarget: 0x0a,
  instructionData: 0x0b,
  instance: 0x0c,
  hole: 0x0d,
  optionalHole: 0x0e,
  fragment: 0x0f,
} as const
/** Says that an element has attributes, or that more values follow. */
const moreFlag = 0x40

/** Reads the tokens from `at` to `end`, or to the token that ends them. */
export class TokenReader {
  at: number
  /** What is wrong, as the end of a sentence; then nothing that was read counts. */
  failure: string | undefined
  /** One more than the highest hole. */
  slotCount = 0
  readonly #source: TokenSource
  readonly #bytes: Buffer
  readonly #end: number
  readonly #isTemplate: boolean
  readonly #openInstance: ((at: number) => { frame: number; end: number } | undefined) | undefined

  /** `openInstance` is left out where a template may not stand: in another template's definition. */
  constructor(
    source: TokenSource,
    at: number,
    end: number,
    openInstance?: (at: number) => { frame: number; end: number } | undefined,
  ) {
    this.#source = source
    this.#bytes = source.bytes
    this.at = at
    this.#end = end
    this.#isTemplate = openInstance === undefined
    this.#openInstance = openInstance
  }

  /** All content up to the end, or undefined with `failure` set. */
  read(): readonly XmlNode[] | undefined {
    const nodes: XmlNode[] = []
    this.#content(nodes, 0, false)
    return this.failure === undefined ? nodes : undefined
  }

  #fail(failure: string): false {
    this.failure ??= failure
    return false
  }

  #has(count: number): boolean {
    return this.at + count <= this.#end || this.#fail('its XML is cut off')
  }

  /** Content of an element, or of the whole where `isElement` is false. */
  #content(nodes: XmlNode[], depth: number, isElement: boolean): void {
    while (this.failure === undefined) {
      if (this.at >= this.#end) {
        if (isElement) this.#fail('its XML is cut off')
        return
      }
      const token = (this.#bytes[this.at] as number) & ~moreFlag
      if (token === tokens.endElement) {
        if (!isElement) this.#fail('its XML ends an element that it did not begin')
        this.at++
        return
      }
      if (token === tokens.end) {
        if (isElement) this.#fail('its XML is cut off')
        this.at++
        return
      }
      if (token === tokens.openElement) this.#element(nodes, depth + 1)
      else if (!this.#piece(token, nodes)) return
    }
  }

  /** One token that is neither an element nor an end. */
  #piece(token: number, nodes: XmlNode[]): boolean {
    const bytes = this.#bytes
    switch (token) {
      case tokens.value:
        return this.#value(nodes)
      case tokens.hole:
      case tokens.optionalHole: {
        if (!this.#has(4)) return false
        const slot = uint16At(bytes, this.at + 1)
        if (slot >= this.slotCount) this.slotCount = slot + 1
        nodes.push({ kind: 'hole', slot, isOptional: token === tokens.optionalHole })
        this.at += 4
        return true
      }
      case tokens.cdata:
        this.at++
        return this.#text(nodes)
      case tokens.charReference:
        if (!this.#has(3)) return false
        nodes.push({ kind: 'text', text: String.fromCharCode(uint16At(bytes, this.at + 1)) })
        this.at += 3
        return true
      case tokens.entityReference: {
        this.at++
        const name = this.#name()
        if (name === undefined) return false
        nodes.push({ kind: 'text', text: entities[name] ?? `&${name};` })
        return true
      }
      case tokens.instructionTarget:
        return this.#instruction(nodes)
      case tokens.instance:
        return this.#instance(nodes)
      case tokens.fragment:
        if (!this.#has(4)) return false
        this.at += 4
        return true
      default:
        return this.#fail('its XML holds a token that is none')
    }
  }

  #instance(nodes: XmlNode[]): boolean {
    if (this.#openInstance === undefined) return this.#fail('a template stands inside another')
    const opened = this.#openInstance(this.at)
    if (opened === undefined) return this.#fail('its XML holds a template that cannot be read')
    nodes.push({ kind: 'instance', frame: opened.frame })
    this.at = opened.end
    return true
  }

  #instruction(nodes: XmlNode[]): boolean {
    this.at++
    const target = this.#name()
    if (target === undefined) return false
    const texts: XmlNode[] = []
    if (this.at < this.#end && this.#bytes[this.at] === tokens.instructionData) {
      this.at++
      if (!this.#text(texts)) return false
    }
    const [text] = texts
    nodes.push({ kind: 'instruction', target, text: text?.kind === 'text' ? text.text : '' })
    return true
  }

  /** A text with its length before it. */
  #text(nodes: XmlNode[]): boolean {
    if (!this.#has(2)) return false
    const size = uint16At(this.#bytes, this.at) * 2
    this.at += 2
    if (!this.#has(size)) return false
    nodes.push({ kind: 'text', text: textAt(this.#bytes, this.at, size) })
    this.at += size
    return true
  }

  #value(nodes: XmlNode[]): boolean {
    if (!this.#has(2)) return false
    const type = this.#bytes[this.at + 1] as number
    this.at += 2
    if (type === valueTypes.text) return this.#text(nodes)
    const size = type === valueTypes.null ? 0 : sizeOfType(type)
    if (type >= valueTypes.list || (size === 0 && type !== valueTypes.null)) {
      return this.#fail('its XML holds a value of an unknown type')
    }
    if (!this.#has(size)) return false
    nodes.push({ kind: 'text', text: String(valueAt(this.#bytes, type, this.at, size) ?? '') })
    this.at += size
    return true
  }

  /** A name, by the offset at which it stands; it may stand right here. */
  #name(): string | undefined {
    if (!this.#has(4)) return undefined
    const offset = uint32At(this.#bytes, this.at)
    this.at += 4
    const name = this.#source.nameAt(offset)
    if (name === undefined) this.#fail('its XML has a name that cannot be read')
    else if (offset === this.at) {
      this.at += this.#source.nameSize(offset)
      if (this.at > this.#end) this.#fail('its XML is cut off')
    }
    return name
  }

  /** Whether a name's offset could stand here: names stand here or before. */
  #couldBeName(at: number): boolean {
    if (at + 4 > this.#end) return false
    const offset = uint32At(this.#bytes, at)
    return offset <= at + 4 && this.#source.nameAt(offset) !== undefined
  }

  #element(nodes: XmlNode[], depth: number): void {
    if (depth > limits.evtxDepthMax) {
      this.#fail('its XML is nested too deeply')
      return
    }
    if (!this.#has(11)) return
    const hasAttributes = ((this.#bytes[this.at] as number) & moreFlag) !== 0
    // Elements of templates have a number of their own before their size; others have not, but some writers differ.
    const usual = this.#isTemplate ? 7 : 5
    const unusual = this.#isTemplate ? 5 : 7
    this.at += !this.#couldBeName(this.at + usual) && this.#couldBeName(this.at + unusual) ? unusual : usual
    const name = this.#name()
    if (name === undefined) return
    const attributes: Attribute[] = []
    if (hasAttributes) {
      if (!this.#has(4)) return
      this.at += 4
      this.#attributes(attributes)
    }
    if (this.failure !== undefined || !this.#has(1)) return
    const token = this.#bytes[this.at++]
    const content: XmlNode[] = []
    if (token === tokens.closeStart) this.#content(content, depth, true)
    else if (token !== tokens.closeEmpty) this.#fail('its XML holds an element that is not closed')
    nodes.push({ kind: 'element', name, attributes, content })
  }

  #attributes(attributes: Attribute[]): void {
    while (this.failure === undefined && this.at < this.#end) {
      if (((this.#bytes[this.at] as number) & ~moreFlag) !== tokens.attribute) return
      this.at++
      const name = this.#name()
      if (name === undefined) return
      const content: XmlNode[] = []
      while (this.at < this.#end) {
        const token = (this.#bytes[this.at] as number) & ~moreFlag
        if (token === tokens.attribute || token === tokens.closeStart || token === tokens.closeEmpty) break
        if (token < tokens.value || token > tokens.optionalHole || !this.#piece(token, content)) {
          this.#fail('its XML holds an attribute that cannot be read')
          return
        }
      }
      attributes.push({ name, content })
    }
  }
}

/** Whether two trees say the same. */
export function isSameTree(a: readonly XmlNode[], b: readonly XmlNode[]): boolean {
  return a.length === b.length && a.every((node, index) => isSameNode(node, b[index] as XmlNode))
}

function isSameNode(a: XmlNode, b: XmlNode): boolean {
  if (a.kind === 'hole') return b.kind === 'hole' && a.slot === b.slot && a.isOptional === b.isOptional
  if (a.kind === 'text') return b.kind === 'text' && a.text === b.text
  if (a.kind === 'instruction') return b.kind === 'instruction' && a.target === b.target && a.text === b.text
  if (a.kind === 'instance' || b.kind !== 'element') return false
  return (
    a.name === b.name &&
    a.attributes.length === b.attributes.length &&
    a.attributes.every((each, index) => {
      const other = b.attributes[index] as Attribute
      return each.name === other.name && isSameTree(each.content, other.content)
    }) &&
    isSameTree(a.content, b.content)
  )
}
