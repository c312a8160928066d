/** An event as an object of JSON: attributes under `#attributes`, text beside them under `#text`, named `Data` as members
 *  of their names, elements of one name as a list. Numbers are numbers where JSON can hold them exactly. */
import type { EventField } from '../event.ts'
import type { FrameTree } from './frame-tree.ts'
import type { ElementNode, XmlNode } from './nodes.ts'
import { type ReadValue, RenderWalk } from './render-walk.ts'

/** Members of objects of JSON, by name. */
type Members = Record<string, unknown>

/** A name in a log means nothing but itself. */
function setMember(members: Members, name: string, value: unknown): void {
  if (name !== '__proto__') members[name] = value
  else Object.defineProperty(members, name, { value, enumerable: true, configurable: true, writable: true })
}

class JsonWriter {
  readonly #walk: RenderWalk
  /** Lists that stand for several elements of one name. */
  readonly #lists = new Set<unknown>()

  constructor(walk: RenderWalk) {
    this.#walk = walk
  }

  write(): unknown {
    const members: Members = {}
    this.#members(this.#walk.roots, 0, members)
    return members
  }

  #spent(value: EventField | undefined): EventField | undefined {
    const length = typeof value === 'string' ? value.length : Array.isArray(value) ? value.join('').length : 8
    return this.#walk.spend(length) ? value : undefined
  }

  /** Puts elements into `members`, where there are such, and gives what is not in elements. */
  #members(nodes: readonly XmlNode[], frame: number, members?: Members): EventField | undefined {
    let rest: EventField | undefined
    this.#walk.each(nodes, frame, (node, inner) => {
      if (node.kind === 'element') {
        const { name, value } = this.#element(node, inner)
        if (members !== undefined) this.#put(members, name, value)
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
    if (!Object.hasOwn(members, name)) {
      setMember(members, name, value)
      return
    }
    const known = members[name]
    if (this.#lists.has(known)) (known as unknown[]).push(value)
    else {
      const list = [known, value]
      setMember(members, name, list)
      this.#lists.add(list)
    }
  }

  #attributes(element: ElementNode, frame: number): Members | undefined {
    if (element.attributes.length === 0) return undefined
    const members: Members = {}
    let count = 0
    for (const { name, content } of element.attributes) {
      if (name === 'Name' && element.name === 'Data') continue
      const value = this.#members(content, frame)
      if (value === undefined || value === null) continue
      setMember(members, name, value)
      count++
    }
    return count === 0 ? undefined : members
  }

  #element(element: ElementNode, frame: number): { name: string; value: unknown } {
    const named = element.name === 'Data' ? element.attributes.find(({ name }) => name === 'Name') : undefined
    const given = named === undefined ? undefined : this.#members(named.content, frame)
    const name = typeof given === 'string' && given !== '' ? given : element.name
    const attributes = this.#attributes(element, frame)
    const members: Members = {}
    if (attributes !== undefined) members['#attributes'] = attributes
    const text = this.#members(element.content, frame, members)
    if (attributes === undefined && isEmpty(members)) return { name, value: text ?? null }
    if (text !== undefined && text !== null && String(text).trim() !== '') members['#text'] = text
    return { name, value: members }
  }
}

function isEmpty(members: Members): boolean {
  for (const _ in members) return false
  return true
}

/** The event as an object of JSON. */
export function eventJson(tree: FrameTree, read: ReadValue): unknown {
  return new JsonWriter(new RenderWalk(tree, read)).write()
}
