/** The kind of log of records of one shape whose telling values are the same, byte for byte: worked out once. */
import type { EventKind } from '../event.ts'
import type { Plan } from './plan.ts'

/** Where a value of a record stands: its type, -1 where the record has none, and its bytes. */
export interface ValueSpan {
  type: number
  at: number
  size: number
}

/** A record whose values can be found. What it gives is good until the next is asked for. */
export interface ValueFinder {
  find(frame: number, slot: number): ValueSpan
}

/** A kind, and the values by which it was told. */
export class KnownKind {
  readonly kind: EventKind
  /** For each value its frame, slot, type and size, then its bytes. */
  readonly #values: Int32Array

  private constructor(kind: EventKind, values: Int32Array) {
    this.kind = kind
    this.#values = values
  }

  /** Remembers a kind that was told by the values of these plans; undefined where it depends on more than bytes. */
  static of(kind: EventKind, plans: Iterable<Plan>, bytes: Uint8Array, record: ValueFinder): KnownKind | undefined {
    const values: number[] = []
    for (const { frame, slot, parts } of plans) {
      if (parts !== undefined) return undefined
      // What the template says is the same for all records of the shape.
      if (slot < 0) continue
      const { type, at, size } = record.find(frame, slot)
      values.push(frame, slot, type, size, ...bytes.subarray(at, at + size))
    }
    return new KnownKind(kind, Int32Array.from(values))
  }

  /** Whether a record of the same shape is of this kind. */
  isOf(bytes: Uint8Array, record: ValueFinder): boolean {
    const values = this.#values
    for (let i = 0; i < values.length; ) {
      const { type, at, size } = record.find(values[i] as number, values[i + 1] as number)
      if (type !== values[i + 2] || size !== values[i + 3]) return false
      i += 4
      for (let j = 0; j < size; j++) if (bytes[at + j] !== values[i + j]) return false
      i += size
    }
    return true
  }
}
