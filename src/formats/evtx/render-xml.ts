/** An event as XML text, as Windows' own viewer shows it. A list in an element repeats the element. */
import type { EventField } from '../event.ts'
import type { FrameTree } from './frame-tree.ts'
import type { Attribute, ElementNode, XmlNode } from './nodes.ts'
import { cutMark, type ReadValue, RenderWalk } from './render-walk.ts'

const escapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', "'": '&apos;' }
const escaped = (text: string): string =>
  text
    .replace(/[&<>']/g, (found) => escapes[found] as string)
    // XML 1.0 section 2.2 has no way to write these.
    .replace(/[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/g, '\ufffd')

const textOf = (value: EventField | undefined): string =>
  Array.isArray(value) ? value.map((each) => String(each ?? '')).join(',') : String(value ?? '')

class XmlWriter {
  readonly #walk: RenderWalk
  #text = ''

  constructor(walk: RenderWalk) {
    this.#walk = walk
  }

  write(): string {
    this.#content(this.#walk.roots, 0)
    return this.#text
  }

  #add(text: string): void {
    if (this.#walk.spend(text.length)) this.#text += text
    else if (!this.#text.endsWith(cutMark)) this.#text += cutMark
  }

  #content(nodes: readonly XmlNode[], frame: number): void {
    this.#walk.each(nodes, frame, (node, inner) => this.#node(node, inner))
  }

  #node(node: XmlNode, frame: number): void {
    if (node.kind === 'element') this.#element(node, frame)
    else if (node.kind === 'text') this.#add(escaped(node.text))
    else if (node.kind === 'hole') this.#add(escaped(textOf(this.#walk.read(frame, node.slot))))
    else if (node.kind === 'instruction') this.#add(`<?${node.target} ${node.text.replaceAll('?>', '? >')}?>`)
  }

  #element(element: ElementNode, frame: number): void {
    const [only] = element.content
    const isOne = element.content.length === 1 && only?.kind === 'hole'
    const value =
      isOne && this.#walk.fragmentOf(only, frame) === undefined ? this.#walk.read(frame, only.slot) : undefined
    if (!Array.isArray(value)) {
      this.#one(element, frame, () => this.#content(element.content, frame))
      return
    }
    for (const each of value.length === 0 ? [''] : value) {
      if (this.#walk.isSpent) return
      this.#one(element, frame, () => this.#add(escaped(String(each ?? ''))))
    }
  }

  #one(element: ElementNode, frame: number, content: () => void): void {
    const { name } = element
    // Begun elements are always ended, so that the text stays XML where it is cut.
    this.#text += `<${name}`
    this.#walk.spend(name.length * 2)
    for (const attribute of element.attributes) this.#attribute(attribute, frame)
    if (element.content.length === 0) {
      this.#text += '/>'
      return
    }
    this.#text += '>'
    content()
    this.#text += `</${name}>`
  }

  #attribute(attribute: Attribute, frame: number): void {
    let text = ''
    let hasValue = attribute.content.length === 0
    for (const node of attribute.content) {
      if (node.kind === 'text') text += node.text
      const value = node.kind === 'hole' ? this.#walk.read(frame, node.slot) : undefined
      text += textOf(value)
      hasValue ||= node.kind !== 'hole' || !node.isOptional || (value !== undefined && value !== null)
    }
    if (hasValue)
      this.#add(` ${attribute.name}='${escaped(text).replace(/[\t\n\r]/g, (space) => `&#${space.charCodeAt(0)};`)}'`)
  }
}

/** The event as XML. */
export function eventXml(tree: FrameTree, read: ReadValue): string {
  return new XmlWriter(new RenderWalk(tree, read)).write()
}
