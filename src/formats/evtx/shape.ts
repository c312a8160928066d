/** The shape of a record: which field is found where, worked out once for all records of the same templates. It holds no
 *  values of records; a plan says where a value stands, or what constant text it is. */
import { limits } from '../../core/limits.ts'
import { type FrameTree, slotKey } from './frame-tree.ts'
import type { KnownKind } from './known-kind.ts'
import type { ElementNode, XmlNode } from './nodes.ts'
import { Plan } from './plan.ts'
import { ShapeTexts } from './shape-texts.ts'

/** The fields of records. */
export interface Shape {
  /** Fields of the event's own data, and of its system part where the data has none of the name. */
  readonly fields: ReadonlyMap<string, Plan>
  readonly system: ReadonlyMap<string, Plan>
  readonly data: ReadonlyMap<string, Plan>
  readonly tree: FrameTree
  /** It has more fields than are read. */
  readonly isCut: boolean
  readonly time: Plan | undefined
  readonly eventId: Plan | undefined
  readonly channel: Plan | undefined
  readonly provider: Plan | undefined
  readonly computer: Plan | undefined
  /** All texts of the event, for keywords. */
  readonly texts: ShapeTexts
  /** Kinds of logs that records of this shape were found to be of, the newest first. */
  readonly kinds: KnownKind[]
}

const nothing = new Plan(-1, -1, null)

/** Sections of an event whose names must not stand for those of the system part. */
const renderedSection = 'RenderingInfo'
const sections: ReadonlySet<string> = new Set(['EventData', 'UserData'])

class ShapeBuilder {
  readonly system = new Map<string, Plan>()
  readonly data = new Map<string, Plan>()
  isCut = false
  /** A name of a field is itself a value of the record: then the shape is this record's alone. */
  isOwn = false
  readonly #tree: FrameTree
  readonly #read: (plan: Plan) => string
  #visits = 0

  constructor(tree: FrameTree, read: (plan: Plan) => string) {
    this.#tree = tree
    this.#read = read
  }

  /** The event as a whole. */
  root(): void {
    this.#each(this.#tree.templates[0]?.nodes ?? [], 0, (node, frame) => {
      if (node.kind !== 'element') return
      if (node.name !== 'Event') {
        this.#section(node, frame)
        return
      }
      this.#each(node.content, frame, (child, inner) => {
        if (child.kind === 'element') this.#section(child, inner)
      })
    })
  }

  /** Calls for each node, those of fragments inside values too. */
  #each(nodes: readonly XmlNode[], frame: number, visit: (node: XmlNode, frame: number) => void): void {
    for (const node of nodes) {
      if (++this.#visits > limits.evtxFieldsMax * 8) {
        this.isCut = true
        return
      }
      const inner =
        node.kind === 'instance'
          ? node.frame
          : node.kind === 'hole'
            ? this.#tree.inside.get(slotKey(frame, node.slot))
            : undefined
      if (inner === undefined) visit(node, frame)
      else this.#each(this.#tree.templates[inner]?.nodes ?? [], inner, visit)
    }
  }

  #section(section: ElementNode, frame: number): void {
    if (section.name === 'System') {
      this.#each(section.content, frame, (node, inner) => {
        if (node.kind === 'element') this.#leaf(this.system, node.name, node, inner)
      })
      return
    }
    this.#inside(section, frame, section.name === renderedSection ? `${renderedSection}.` : '')
  }

  /** An element of the event's own data: a field, or several inside it. */
  #inside(element: ElementNode, frame: number, prefix: string): void {
    let hasElements = false
    this.#each(element.content, frame, (node, inner) => {
      if (node.kind !== 'element') return
      hasElements = true
      this.#inside(node, inner, prefix)
    })
    if (!hasElements) this.#leaf(this.data, this.#nameOf(element, frame, prefix), element, frame)
    else this.#attributes(this.data, prefix + element.name, element, frame)
  }

  /** `<Data Name="X">` is the field X. */
  #nameOf(element: ElementNode, frame: number, prefix: string): string {
    if (element.name !== 'Data' && element.name !== 'ComplexData') return prefix + element.name
    const named = element.attributes.find(({ name }) => name === 'Name')
    if (named === undefined) return prefix + element.name
    const plan = this.#plan(named.content, frame, false)
    if (plan.parts !== undefined || plan.slot >= 0) {
      this.isOwn = true
      return this.#read(plan) || element.name
    }
    return plan.text || element.name
  }

  #leaf(fields: Map<string, Plan>, name: string, element: ElementNode, frame: number): void {
    const isBare = element.content.length === 0 && (element.attributes.length > 0 || sections.has(name))
    if (!isBare || element.name === 'Data') this.#add(fields, name, this.#plan(element.content, frame, false))
    this.#attributes(fields, name, element, frame)
  }

  #attributes(fields: Map<string, Plan>, name: string, element: ElementNode, frame: number): void {
    for (const attribute of element.attributes) {
      if (attribute.name.startsWith('xmlns') || (attribute.name === 'Name' && element.name === 'Data')) continue
      this.#add(fields, `${name}_${attribute.name}`, this.#plan(attribute.content, frame, true))
    }
  }

  #plan(content: readonly XmlNode[], frame: number, isAttribute: boolean): Plan {
    const plans: Plan[] = []
    let text: string | undefined
    this.#each(content, frame, (node, inner) => {
      if (node.kind === 'text') text = (text ?? '') + node.text
      else if (node.kind === 'hole') {
        if (text !== undefined) plans.push(new Plan(-1, -1, text))
        text = undefined
        plans.push(new Plan(inner, node.slot, null, undefined, false, isAttribute && node.isOptional))
      }
    })
    if (text !== undefined) plans.push(new Plan(-1, -1, text))
    const [only] = plans
    if (only === undefined) return nothing
    return plans.length === 1 ? only : new Plan(-1, -1, null, plans)
  }

  #add(fields: Map<string, Plan>, name: string, plan: Plan): void {
    const known = fields.get(name)
    if (this.#visits > limits.evtxFieldsMax * 8 || (known === undefined && fields.size >= limits.evtxFieldsMax)) {
      this.isCut = true
      return
    }
    if (known === undefined) fields.set(name, plan)
    else if (known.isList) (known.parts as Plan[]).push(plan)
    else fields.set(name, new Plan(-1, -1, null, [known, plan], true))
  }
}

/** Works out the shape of records with these templates; `read` gives values of the record at hand. */
export function buildShape(tree: FrameTree, read: (plan: Plan) => string): { shape: Shape; isOwn: boolean } {
  const builder = new ShapeBuilder(tree, read)
  builder.root()
  const { system, data, isCut, isOwn } = builder
  const fields = new Map(data)
  for (const [name, plan] of system) if (!fields.has(name)) fields.set(name, plan)
  const message = data.get(`${renderedSection}.Message`)
  if (message !== undefined && !fields.has('Message')) fields.set('Message', message)
  const shape: Shape = {
    fields,
    system,
    data,
    tree,
    isCut,
    time: system.get('TimeCreated_SystemTime'),
    eventId: system.get('EventID'),
    channel: system.get('Channel'),
    provider: system.get('Provider_Name'),
    computer: system.get('Computer'),
    texts: new ShapeTexts([...data.values(), ...system.values()]),
    kinds: [],
  }
  return { shape, isOwn }
}
