/** Gives each distinct run of bytes a small whole number, so that the hot path compares numbers and makes no strings.
 *  It holds at most `capacity` entries; its owner clears or compacts it when it is full. */
import { latin1Bytes, latin1Text } from '../../formats/latin1.ts'

/** 32-bit hash of a span: two lanes of four bytes each, so that the processor works on both at once, and a last
 *  avalanche that brings the high bits down, so that low bits are usable as a table index. `view` covers the bytes. */
export function hashSpan(view: DataView, start: number, end: number): number {
  let left = 0x9e3779b9 ^ (end - start)
  let right = 0x7f4a7c15
  let p = start
  for (; p + 8 <= end; p += 8) {
    left = Math.imul(left ^ view.getInt32(p, true), 0x85ebca6b)
    right = Math.imul(right ^ view.getInt32(p + 4, true), 0xc2b2ae35 | 0)
  }
  for (; p < end; p++) left = Math.imul(left ^ view.getUint8(p), 0x01000193)
  let hash = left ^ ((right << 13) | (right >>> 19))
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d)
  hash = Math.imul(hash ^ (hash >>> 12), 0x297a2d39)
  return (hash ^ (hash >>> 15)) | 0
}

/** `hashSpan` of all of some bytes. */
export const hashOf = (bytes: Uint8Array): number =>
  hashSpan(new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), 0, bytes.length)

/** Distinct runs of bytes, numbered from 0 in the order of their coming. */
export class Interner {
  readonly capacity: number
  size = 0
  #table: Int32Array
  #mask: number
  #hashes: Int32Array
  #starts: Int32Array
  #arena: Uint8Array
  #arenaView: DataView
  #arenaEnd = 0
  /** The view of the bytes that were asked about last: batches share one buffer over many records. */
  #bytes: Uint8Array = new Uint8Array(0)
  #view: DataView = new DataView(new ArrayBuffer(0))

  constructor(capacity: number) {
    this.capacity = capacity
    this.#table = new Int32Array(1024)
    this.#mask = 1023
    this.#hashes = new Int32Array(512)
    this.#starts = new Int32Array(513)
    this.#arena = new Uint8Array(8192)
    this.#arenaView = new DataView(this.#arena.buffer)
  }

  get full(): boolean {
    return this.size >= this.capacity
  }

  /** The number of the span's content, a new one where needed; -1 where the table is full. */
  intern(bytes: Uint8Array, start: number, end: number): number {
    return this.internHashed(bytes, start, end, hashSpan(this.#viewOf(bytes), start, end))
  }

  /** The same, where `hashSpan` of the span is known. */
  internHashed(bytes: Uint8Array, start: number, end: number, hash: number): number {
    this.#viewOf(bytes)
    return this.#slot(bytes, start, end, hash)
  }

  #viewOf(bytes: Uint8Array): DataView {
    if (this.#bytes !== bytes) {
      this.#bytes = bytes
      this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    }
    return this.#view
  }

  text(id: number): string {
    return latin1Text(this.#arena, this.#starts[id] as number, this.#starts[id + 1] as number)
  }

  save(): readonly string[] {
    return Array.from({ length: this.size }, (_, id) => this.text(id))
  }

  static restore(capacity: number, texts: readonly string[]): Interner {
    const interner = new Interner(capacity)
    for (const text of texts) {
      const bytes = latin1Bytes(text)
      interner.intern(bytes, 0, bytes.length)
    }
    return interner
  }

  #slot(bytes: Uint8Array, start: number, end: number, hash: number): number {
    const length = end - start
    const table = this.#table
    let slot = hash & this.#mask
    for (;;) {
      const id = (table[slot] as number) - 1
      if (id < 0) break
      if (this.#hashes[id] === hash) {
        const from = this.#starts[id] as number
        if ((this.#starts[id + 1] as number) - from === length && this.#same(start, from, length)) return id
      }
      slot = (slot + 1) & this.#mask
    }
    if (this.full) return -1
    return this.#add(bytes, start, length, hash, slot)
  }

  #same(start: number, from: number, length: number): boolean {
    const view = this.#view
    const arena = this.#arenaView
    let i = 0
    for (; i + 4 <= length; i += 4) if (view.getInt32(start + i, true) !== arena.getInt32(from + i, true)) return false
    for (; i < length; i++) if (view.getUint8(start + i) !== arena.getUint8(from + i)) return false
    return true
  }

  #add(bytes: Uint8Array, start: number, length: number, hash: number, slot: number): number {
    const id = this.size++
    if (id >= this.#hashes.length) this.#grow()
    if (this.#arenaEnd + length > this.#arena.length) {
      const arena = new Uint8Array(Math.max(this.#arena.length * 2, this.#arenaEnd + length))
      arena.set(this.#arena.subarray(0, this.#arenaEnd))
      this.#arena = arena
      this.#arenaView = new DataView(arena.buffer)
    }
    this.#arena.set(bytes.subarray(start, start + length), this.#arenaEnd)
    this.#hashes[id] = hash
    this.#starts[id] = this.#arenaEnd
    this.#arenaEnd += length
    this.#starts[id + 1] = this.#arenaEnd
    if (this.size * 2 > this.#table.length) this.#rehash()
    else this.#table[slot] = id + 1
    return id
  }

  #grow(): void {
    const hashes = new Int32Array(this.#hashes.length * 2)
    hashes.set(this.#hashes)
    this.#hashes = hashes
    const starts = new Int32Array(hashes.length + 1)
    starts.set(this.#starts)
    this.#starts = starts
  }

  #rehash(): void {
    const table = new Int32Array(this.#table.length * 2)
    const mask = table.length - 1
    for (let id = 0; id < this.size; id++) {
      let slot = (this.#hashes[id] as number) & mask
      while (table[slot] !== 0) slot = (slot + 1) & mask
      table[slot] = id + 1
    }
    this.#table = table
    this.#mask = mask
  }
}
