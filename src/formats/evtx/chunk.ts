/** One chunk of a log while its records are read: its names, its templates and the values of its records. All offsets
 *  in a chunk count from its start, so a chunk can be read without the rest of the file. */
import { limits } from '../../core/limits.ts'
import { kelvinSign } from '../folded-text.ts'
import { TokenReader } from './nodes.ts'
import type { Template, TemplateStore } from './templates.ts'
import { textAt, uint16At, uint32At, valueTypes } from './values.ts'

/** Bytes of a chunk. */
export const chunkBytes = 65_536
/** Where the first record of a chunk stands. */
export const firstRecordAt = 512
const nameHeadBytes = 8
/** As bytes, for values may begin at any. */
const kelvinBytes = Buffer.from(kelvinSign, 'utf16le')
const definitionHeadBytes = 24

/** Numbers before the positions of a frame's values: how many there are, and where their sizes and types stand. */
export const frameHead = 2

/** The bytes of a chunk with what was read of them. */
export class EvtxChunk {
  readonly bytes: Buffer
  readonly view: DataView
  /** The path of the file. */
  readonly source: string
  /** Where the chunk stands in the file. */
  readonly offset: number
  readonly store: TemplateStore
  /** Values of templates filled in: for each its head, then the position of each value. */
  frames: Int32Array = new Int32Array(4_096)
  /** What `openInstance` found: the template, its end, the values that hold fragments. */
  opened: Template | undefined
  openedEnd = 0
  fragmentCount = 0
  firstFragment = -1
  failure = 'its XML cannot be read'
  /** Where the outermost template of the record at hand ends. */
  recordEnd = 0
  #framesUsed = 0
  #hasKelvin: boolean | undefined
  #templateBytes = 0
  readonly #names = new Map<number, string>()
  readonly #templates = new Map<number, Template | undefined>()

  constructor(bytes: Buffer, source: string, offset: number, store: TemplateStore) {
    this.bytes = bytes
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.source = source
    this.offset = offset
    this.store = store
  }

  /** See `kelvinSign`. */
  get hasKelvin(): boolean {
    this.#hasKelvin ??= this.bytes.includes(kelvinBytes)
    return this.#hasKelvin
  }

  nameAt(offset: number): string | undefined {
    const known = this.#names.get(offset)
    if (known !== undefined) return known
    const { bytes } = this
    if (offset < firstRecordAt || offset + nameHeadBytes > bytes.length) return undefined
    const count = uint16At(bytes, offset + 6)
    const at = offset + nameHeadBytes
    if (count === 0 || count > limits.evtxNameCharactersMax || at + count * 2 > bytes.length) return undefined
    const name = textAt(bytes, at, count * 2)
    this.#names.set(offset, name)
    return name
  }

  nameSize(offset: number): number {
    // A zero follows the characters.
    return nameHeadBytes + uint16At(this.bytes, offset + 6) * 2 + 2
  }

  #templateAt(offset: number): Template | undefined {
    if (this.#templates.has(offset)) return this.#templates.get(offset)
    const made = this.#readTemplate(offset)
    this.#templates.set(offset, made)
    return made
  }

  #readTemplate(offset: number): Template | undefined {
    const { bytes } = this
    const from = offset + definitionHeadBytes
    if (offset < firstRecordAt || from > bytes.length) return undefined
    const size = uint32At(bytes, offset + 20)
    this.#templateBytes += size
    if (from + size > bytes.length || this.#templateBytes > limits.evtxTemplateBytesMax) return undefined
    const reader = new TokenReader(this, from, from + size)
    const nodes = reader.read()
    if (nodes === undefined) {
      this.failure = reader.failure ?? this.failure
      return undefined
    }
    return this.store.keep(bytes.toString('latin1', offset + 4, offset + 24), nodes, size)
  }

  /** Opens the template that is filled in at `at`, and gives the number of its frame; -1 where it cannot be read. Tells
   *  more in `opened`, `openedEnd`, `fragmentCount` and `firstFragment`. */
  openInstance(at: number, end: number): number {
    const { bytes } = this
    this.failure = 'its XML is cut off'
    if (at + 14 > end) return -1
    const definition = uint32At(bytes, at + 6)
    let from = at + 10
    if (definition === from) {
      // The template stands here, where it is used for the first time.
      if (from + definitionHeadBytes > end) return -1
      from += definitionHeadBytes + uint32At(bytes, from + 20)
      if (from + 4 > end) return -1
    }
    const count = uint32At(bytes, from)
    const sizes = from + 4
    let position = sizes + count * 4
    if (position > end) return -1
    this.failure = 'its template cannot be read'
    // A definition begins with the number by which it is filled in.
    const isItsOwn = definition + 8 <= bytes.length && uint32At(bytes, definition + 4) === uint32At(bytes, at + 2)
    const template = isItsOwn ? this.#templateAt(definition) : undefined
    if (template === undefined) return -1
    const frame = this.#claim(count + frameHead)
    const { frames } = this
    frames[frame] = count
    frames[frame + 1] = sizes
    this.fragmentCount = 0
    this.firstFragment = -1
    for (let slot = 0; slot < count; slot++) {
      const size = sizes + slot * 4
      frames[frame + frameHead + slot] = position
      position += (bytes[size] as number) | ((bytes[size + 1] as number) << 8)
      if (bytes[size + 2] === valueTypes.binXml && this.fragmentCount++ === 0) this.firstFragment = slot
    }
    this.failure = 'its values reach beyond it'
    if (position > end) return -1
    this.opened = template
    this.openedEnd = position
    return frame
  }

  /** A frame without values. */
  emptyFrame(): number {
    const frame = this.#claim(frameHead)
    this.frames[frame] = 0
    return frame
  }

  #claim(count: number): number {
    const from = this.#framesUsed
    const needed = from + count
    if (needed > this.frames.length) {
      const larger = new Int32Array(Math.max(needed, this.frames.length * 2))
      larger.set(this.frames)
      this.frames = larger
    }
    this.#framesUsed = needed
    return from
  }
}
