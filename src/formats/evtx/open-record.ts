/** Opens a record: finds its templates and the shape that they make. Nearly all records are a template of the system
 *  part with one of the event's own data inside, or one template alone; those take the short way. */
import type { EvtxChunk } from './chunk.ts'
import { frameHead } from './chunk.ts'
import { FrameOpener, instanceAt } from './fragments.ts'
import { type FrameTree, slotKey } from './frame-tree.ts'
import type { Plan } from './plan.ts'
import { EvtxRecord, recordHeadBytes, recordTailBytes } from './record.ts'
import { buildShape, type Shape } from './shape.ts'
import type { Template } from './templates.ts'
import { uint16At } from './values.ts'

const emptyTree: FrameTree = { templates: [], inside: new Map() }
const { shape: emptyShape } = buildShape(emptyTree, () => '')

/** The record of `size` bytes at `at`, or the reason why it cannot be read, as the end of a sentence. */
export function openRecord(chunk: EvtxChunk, at: number, size: number): EvtxRecord | string {
  const end = at + size - recordTailBytes
  const instance = instanceAt(chunk.bytes, at + recordHeadBytes, end)
  chunk.recordEnd = end
  if (instance < 0) return openUnusual(chunk, at, size)
  const outer = chunk.openInstance(instance, end)
  const template = chunk.opened
  if (outer < 0 || template === undefined) return chunk.failure
  chunk.recordEnd = chunk.openedEnd
  if (chunk.fragmentCount === 0) {
    const shape = template.alone ?? shapeAlone(chunk, at, size, template, outer)
    return new EvtxRecord(chunk, at, size, shape, outer, -1)
  }
  const slot = chunk.firstFragment
  if (chunk.fragmentCount > 1 || (template.innerSlot !== slot && template.innerSlot >= 0)) {
    return openUnusual(chunk, at, size)
  }
  const from = chunk.frames[outer + frameHead + slot] as number
  const innerEnd = from + uint16At(chunk.bytes, (chunk.frames[outer + 1] as number) + slot * 4)
  const innerAt = instanceAt(chunk.bytes, from, innerEnd)
  if (innerAt < 0) return openUnusual(chunk, at, size)
  const inner = chunk.openInstance(innerAt, innerEnd)
  const innerTemplate = chunk.opened
  if (inner < 0 || innerTemplate === undefined || chunk.fragmentCount > 0) return openUnusual(chunk, at, size)
  const shape =
    template.inner.get(innerTemplate) ?? shapeOfTwo(chunk, at, size, [template, innerTemplate], slot, [outer, inner])
  return new EvtxRecord(chunk, at, size, shape, outer, inner)
}

/** Reads values of a record before its shape is known. */
function readerOf(chunk: EvtxChunk, at: number, size: number, frames: readonly number[]): (plan: Plan) => string {
  const [outer = -1, inner = -1] = frames
  const record = new EvtxRecord(chunk, at, size, emptyShape, outer, inner, frames)
  return (plan) => record.textOf(plan)
}

function shapeAlone(chunk: EvtxChunk, at: number, size: number, template: Template, outer: number): Shape {
  const tree: FrameTree = { templates: [template], inside: new Map() }
  const { shape, isOwn } = buildShape(tree, readerOf(chunk, at, size, [outer]))
  if (!isOwn) template.alone = shape
  return shape
}

function shapeOfTwo(
  chunk: EvtxChunk,
  at: number,
  size: number,
  templates: readonly [Template, Template],
  slot: number,
  frames: readonly number[],
): Shape {
  const [template, inner] = templates
  const tree: FrameTree = { templates, inside: new Map([[slotKey(0, slot), 1]]) }
  const { shape, isOwn } = buildShape(tree, readerOf(chunk, at, size, frames))
  if (!isOwn) {
    template.innerSlot = slot
    chunk.store.keepInner(template, inner, shape)
  }
  return shape
}

function openUnusual(chunk: EvtxChunk, at: number, size: number): EvtxRecord | string {
  const opener = new FrameOpener(chunk)
  const root = opener.open(at + recordHeadBytes, at + size - recordTailBytes)
  if (root === undefined) return opener.failure ?? chunk.failure
  const { templates, inside, frames, failure } = opener
  const [outer = -1, inner = -1] = frames
  const shape = unusualShape(chunk, templates, inside, readerOf(chunk, at, size, frames))
  return new EvtxRecord(chunk, at, size, shape, outer, inner, frames, failure)
}

function unusualShape(
  chunk: EvtxChunk,
  templates: readonly Template[],
  inside: ReadonlyMap<number, number>,
  read: (plan: Plan) => string,
): Shape {
  const tree: FrameTree = { templates, inside }
  if (templates.some(({ isTransient }) => isTransient)) return buildShape(tree, read).shape
  const key = `${templates.map(({ number }) => number).join(' ')}/${[...inside].join(' ')}`
  const known = chunk.store.shapeOf(key)
  if (known !== undefined) return known
  const { shape, isOwn } = buildShape(tree, read)
  if (!isOwn) chunk.store.keepShape(key, shape)
  return shape
}
