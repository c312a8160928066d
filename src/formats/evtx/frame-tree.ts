/** Which template stands where in a record: the outermost, and those inside values. Readers of fragments make such trees,
 *  and all that looks at a record's XML walks them. */
import type { XmlNode } from './nodes.ts'

/** What a tree needs of a template. */
export interface FrameTemplate {
  readonly nodes: readonly XmlNode[]
}

/** The fragments of a record, the outermost first. */
export interface FrameTree {
  readonly templates: readonly FrameTemplate[]
  /** By frame and slot, see `slotKey`: the frame inside that value. */
  readonly inside: ReadonlyMap<number, number>
}

/** Names the value of a slot in a frame. */
export const slotKey = (frame: number, slot: number): number => frame * 65_536 + slot
