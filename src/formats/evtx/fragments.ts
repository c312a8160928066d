/** Opens the fragments of one record: the template that it fills in, those inside its values, and fragments without a
 *  template. What it gives is a tree of frames: which template stands where. */
import { limits } from '../../core/limits.ts'
import type { EvtxChunk } from './chunk.ts'
import { frameHead } from './chunk.ts'
import { slotKey } from './frame-tree.ts'
import { TokenReader } from './nodes.ts'
import type { Template } from './templates.ts'
import { uint16At, valueTypes } from './values.ts'

const fragmentToken = 0x0f
const instanceToken = 0x0c
const fragmentHeadBytes = 4

/** The start of a template filled in, past the head of its fragment; -1 where the fragment begins otherwise. */
export function instanceAt(bytes: Buffer, at: number, end: number): number {
  const from = at + fragmentHeadBytes <= end && bytes[at] === fragmentToken ? at + fragmentHeadBytes : at
  return from < end && bytes[from] === instanceToken ? from : -1
}

/** Opens all fragments of a record, one inside another. */
export class FrameOpener {
  readonly templates: Template[] = []
  /** Where the values of each stand in the chunk's frames. */
  readonly frames: number[] = []
  readonly inside = new Map<number, number>()
  /** What could not be read, as the end of a sentence. */
  failure: string | undefined
  readonly #chunk: EvtxChunk

  constructor(chunk: EvtxChunk) {
    this.#chunk = chunk
  }

  /** Opens the fragment in these bytes and gives its frame, or undefined where it cannot be read. */
  open(at: number, end: number, depth = 0): number | undefined {
    if (depth >= limits.evtxFragmentsMax || this.templates.length >= limits.evtxFragmentsMax) {
      this.failure = 'it holds too many fragments inside one another'
      return undefined
    }
    const { bytes } = this.#chunk
    const instance = instanceAt(bytes, at, end)
    return instance >= 0 ? this.#instance(instance, end, depth)?.frame : this.#direct(at, end, depth)
  }

  #instance(at: number, end: number, depth: number): { frame: number; end: number } | undefined {
    const chunk = this.#chunk
    const handle = chunk.openInstance(at, end)
    const { opened, openedEnd, fragmentCount, firstFragment } = chunk
    if (handle < 0 || opened === undefined) {
      this.failure ??= chunk.failure
      return undefined
    }
    const frame = this.templates.push(opened) - 1
    this.frames.push(handle)
    if (fragmentCount > 0) this.#values(frame, handle, firstFragment, depth)
    return { frame, end: openedEnd }
  }

  #values(frame: number, handle: number, first: number, depth: number): void {
    const { bytes } = this.#chunk
    const count = this.#chunk.frames[handle] as number
    const sizes = this.#chunk.frames[handle + 1] as number
    for (let slot = first; slot < count; slot++) {
      if (bytes[sizes + slot * 4 + 2] !== valueTypes.binXml) continue
      const size = uint16At(bytes, sizes + slot * 4)
      if (size === 0) continue
      const at = this.#chunk.frames[handle + frameHead + slot] as number
      const inner = this.open(at, at + size, depth + 1)
      if (inner !== undefined) this.inside.set(slotKey(frame, slot), inner)
    }
  }

  #direct(at: number, end: number, depth: number): number | undefined {
    const chunk = this.#chunk
    const frame = this.templates.push(chunk.store.transient([])) - 1
    this.frames.push(chunk.emptyFrame())
    const reader = new TokenReader(chunk, at, end, (instance) => {
      if (this.templates.length < limits.evtxFragmentsMax) return this.#instance(instance, end, depth + 1)
      return undefined
    })
    const nodes = reader.read()
    if (nodes === undefined) {
      this.failure ??= reader.failure
      return undefined
    }
    this.templates[frame] = chunk.store.transient(nodes)
    return frame
  }
}
