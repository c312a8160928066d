/** An event as an object of JSON: attributes under `#attributes`, text beside them under `#text`, named `Data` as members
 *  of their names, elements of one name as a list. Numbers are numbers where JSON can hold them exactly. */
import type { EventField } from '../event.ts'
import type { FrameTree } from './frame-tree.ts'
import type { ElementNode, XmlNode } from './nodes.ts'
import { type ReadValue, RenderWalk } from './render-walk.ts'

/** Objects of JSON are made without a prototype, so that no name in a log means anything else. */
type Members = Record<string, unknown>
const newMembers = (): Members => Object.create(null) as Members

class JsonWriter {
  readonly #walk: RenderWalk
  /** Lists that stand for several elements of one name. */
  readonly #lists = new Set<unknown>()

  constructor(walk: RenderWalk) {
    this.#walk = walk
  }

  write(): unknown {
    const members = newMembers()
    this.#members(this.#walk.roots, 0, members)
    return members
  }

  #spent(value: EventField | undefined): EventField | undefined {
    const length = typeof value === 'string' ? value.length : Array.isArray(value) ? value.join('').length : 8
    return this.#walk.spend(length) ? value : undefined
  }

  /** Puts elements into `members`, and gives what is not in elements. */
  #members(nodes: readonly XmlNode[], frame: number, members: Members): EventField | undefined {
    let rest: EventField | undefined
    this.#walk.each(nodes, frame, (node, inner) => {
      if (node.kind === 'element') {
        const { name, value } = this.#element(node, inner)
        this.#put(members, name, value)
        return
      }
      const value =
        node.kind === 'text'
          ? node.text
          : node.kind === 'hole'
            ? this.#spent(this.#walk.read(inner, node.slot))
            : undefined
      if (value === undefined) return
      rest = rest === undefined || rest === null ? value : `${rest}${value ?? ''}`
    })
    return rest
  }

  #put(members: Members, name: string, value: unknown): void {
    const known = members[name]
    if (!(name in members)) members[name] = value
    else if (this.#lists.has(known)) (known as unknown[]).push(value)
    else {
      members[name] = [known, value]
      this.#lists.add(members[name])
    }
  }

  #attributes(element: ElementNode, frame: number): Members | undefined {
    const members = newMembers()
    let count = 0
    for (const { name, content } of element.attributes) {
      const value = this.#members(content, frame, newMembers())
      if (value === undefined || value === null || (name === 'Name' && element.name === 'Data')) continue
      members[name] = value
      count++
    }
    return count === 0 ? undefined : members
  }

  #element(element: ElementNode, frame: number): { name: string; value: unknown } {
    const named = element.name === 'Data' ? element.attributes.find(({ name }) => name === 'Name') : undefined
    const given = named === undefined ? undefined : this.#members(named.content, frame, newMembers())
    const name = typeof given === 'string' && given !== '' ? given : element.name
    const attributes = this.#attributes(element, frame)
    const members = newMembers()
    if (attributes !== undefined) members['#attributes'] = attributes
    const text = this.#members(element.content, frame, members)
    if (Object.keys(members).length === 0) return { name, value: text ?? null }
    if (text !== undefined && text !== null && String(text).trim() !== '') members['#text'] = text
    return { name, value: members }
  }
}

/** The event as an object of JSON. */
export function eventJson(tree: FrameTree, read: ReadValue): unknown {
  return new JsonWriter(new RenderWalk(tree, read)).write()
}
