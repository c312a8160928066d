/** Templates: the trees that records fill in. They are kept from chunk to chunk by what they say, so that a log of
 *  thousands of chunks has each once, with all that was worked out about it. */
import { limits } from '../../core/limits.ts'
import type { KindOf } from '../event.ts'
import { isSameTree, type XmlNode } from './nodes.ts'
import type { Shape } from './shape.ts'

/** A template, or a fragment of XML without one. */
export interface Template {
  readonly number: number
  readonly nodes: readonly XmlNode[]
  /** Not kept: a fragment that stands in one record only. */
  readonly isTransient: boolean
  /** The shape of records of this template with nothing inside. */
  alone: Shape | undefined
  /** The shapes of records of this template with one other in the value of `innerSlot`. */
  innerSlot: number
  readonly inner: Map<Template, Shape>
}

/** What is kept of one log. */
export class TemplateStore {
  readonly #known = new Map<string, Template[]>()
  readonly #shapes = new Map<string, Shape>()
  /** Tells the kind of log of a record. */
  readonly kindOf: KindOf | undefined
  #count = 0
  #bytes = 0
  #number = 0

  constructor(kindOf?: KindOf) {
    this.kindOf = kindOf
  }

  /** The template with these nodes: one that is known, or a new one. `key` is the same for equal templates. */
  keep(key: string, nodes: readonly XmlNode[], bytes: number): Template {
    const same = this.#known.get(key)
    const known = same?.find((template) => isSameTree(template.nodes, nodes))
    if (known !== undefined) return known
    const made = this.transient(nodes, false)
    if (same !== undefined && same.length >= limits.evtxVariantsMax) return made
    if (this.#count >= limits.evtxTemplatesMax || this.#bytes + bytes > limits.evtxKeptTemplateBytesMax) this.#forget()
    this.#count++
    this.#bytes += bytes
    const list = this.#known.get(key)
    if (list === undefined) this.#known.set(key, [made])
    else list.push(made)
    return made
  }

  /** A template that is not kept. */
  transient(nodes: readonly XmlNode[], isTransient = true): Template {
    this.#number++
    return { number: this.#number, nodes, isTransient, alone: undefined, innerSlot: -1, inner: new Map() }
  }

  /** The shape of records by their templates, or undefined where it is not kept. */
  shapeOf(key: string): Shape | undefined {
    return this.#shapes.get(key)
  }

  keepShape(key: string, shape: Shape): void {
    if (this.#shapes.size >= limits.evtxTemplatesMax) this.#shapes.clear()
    this.#shapes.set(key, shape)
  }

  /** Remembers the shape of records of one template with another inside. */
  keepInner(template: Template, inner: Template, shape: Shape): void {
    if (template.inner.size >= limits.evtxTemplatesMax) template.inner.clear()
    template.inner.set(inner, shape)
  }

  #forget(): void {
    this.#known.clear()
    this.#shapes.clear()
    this.#count = 0
    this.#bytes = 0
  }
}
