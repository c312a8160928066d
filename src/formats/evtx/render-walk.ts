/** What writing an event as XML and as JSON have in common: a walk over its nodes that fills in fragments, and stops
 *  where a hostile template would make the text grow without end. */
import { limits } from '../../core/limits.ts'
import type { EventField } from '../event.ts'
import { type FrameTree, slotKey } from './frame-tree.ts'
import type { XmlNode } from './nodes.ts'

/** The value of a slot of a frame. */
export type ReadValue = (frame: number, slot: number) => EventField | undefined

/** Text that takes the place of what is too much. */
export const cutMark = '…'

/** Walks nodes, with a budget of text for the whole event. */
export class RenderWalk {
  readonly read: ReadValue
  readonly #tree: FrameTree
  #left: number = limits.evtxTextCharactersMax

  constructor(tree: FrameTree, read: ReadValue) {
    this.#tree = tree
    this.read = read
  }

  get roots(): readonly XmlNode[] {
    return this.#tree.templates[0]?.nodes ?? []
  }

  get isSpent(): boolean {
    return this.#left <= 0
  }

  /** Takes from the budget; false where it is spent. */
  spend(characters: number): boolean {
    this.#left -= characters + 1
    return this.#left > 0
  }

  /** Calls for each node, those of fragments inside values too. */
  each(nodes: readonly XmlNode[], frame: number, visit: (node: XmlNode, frame: number) => void): void {
    for (const node of nodes) {
      if (!this.spend(0)) return
      const inner = this.fragmentOf(node, frame)
      if (inner === undefined) visit(node, frame)
      else this.each(this.#tree.templates[inner]?.nodes ?? [], inner, visit)
    }
  }

  /** The frame that stands in place of a node. */
  fragmentOf(node: XmlNode, frame: number): number | undefined {
    if (node.kind === 'instance') return node.frame
    return node.kind === 'hole' ? this.#tree.inside.get(slotKey(frame, node.slot)) : undefined
  }
}
