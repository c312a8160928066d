/** The keys of Windows events in JSON, as a tree of the orders in which lines have them: programs write the keys of one
 *  kind of event in one order, so that a line's keys are mostly those expected, and a line's end says where every field of
 *  such lines is found. It knows keys and nothing of values. */
import { limits } from '../core/limits.ts'
import { buildShape, type JsonShape, type LeafPath } from './windows-json-shape.ts'

/** A place in a line: what was read before it. */
export class KeyPlace {
  /** Names that lead to the object in which it stands. */
  readonly path: readonly string[]
  readonly before: KeyPlace | undefined
  /** The key that was read last, where its value is still to come; its bytes end in the quote. */
  readonly key: string
  readonly keyBytes: Uint8Array
  /** The value that was read last is one of the event's: its number among them. */
  readonly leaf: number
  /** Values so far. */
  readonly count: number
  /** The key that came here last time. */
  likely: KeyPlace | undefined
  #keys: Map<string, KeyPlace> | undefined
  #value: KeyPlace | undefined
  #object: KeyPlace | undefined
  #close: KeyPlace | undefined
  #shape: JsonShape | undefined
  readonly #tree: KeyTree

  constructor(
    tree: KeyTree,
    before: KeyPlace | undefined,
    path: readonly string[],
    key: string,
    keyBytes: Uint8Array,
    isValue: boolean,
  ) {
    this.#tree = tree
    this.before = before
    this.path = path
    this.key = key
    this.keyBytes = keyBytes
    const count = before?.count ?? 0
    this.leaf = isValue ? count : -1
    this.count = count + (isValue ? 1 : 0)
  }

  /** Behind a key that was not the likely one. `bytes` ends in the key's quote. */
  keyed(key: string, bytes: Uint8Array): KeyPlace {
    this.#keys ??= new Map()
    let next = this.#keys.get(key)
    if (next === undefined) {
      next = this.#tree.place(this, this.path, key, Uint8Array.from(bytes), false)
      this.#keys.set(key, next)
    }
    this.likely = next
    return next
  }

  /** Behind the key's value, where that is one of the event's. */
  get valued(): KeyPlace {
    this.#value ??= this.#tree.place(this, this.path, this.key, noBytes, true)
    return this.#value
  }

  /** In the object that is the key's value. */
  get opened(): KeyPlace {
    this.#object ??= this.#tree.place(this, [...this.path, this.key], '', noBytes, false)
    return this.#object
  }

  /** Behind the object in which this stands. */
  get closed(): KeyPlace {
    this.#close ??= this.#tree.place(this, this.path.slice(0, -1), '', noBytes, false)
    return this.#close
  }

  /** Where the fields are of a line that ends here. */
  get shape(): JsonShape {
    if (this.#shape !== undefined) return this.#shape
    const leaves: LeafPath[] = []
    for (let place: KeyPlace | undefined = this; place !== undefined; place = place.before) {
      if (place.leaf >= 0) leaves.push({ parts: [...place.path, place.key], leaf: place.leaf })
    }
    this.#shape = buildShape(leaves.reverse())
    return this.#shape
  }
}

const noBytes = new Uint8Array(0)

/** All orders of keys that were met. */
export class KeyTree {
  #root: KeyPlace
  #count = 0

  constructor() {
    this.#root = this.place(undefined, [], '', noBytes, false)
  }

  /** Where every line begins. What was met is forgotten here when it is too much: lines that make up keys then cost time,
   *  not memory. */
  start(): KeyPlace {
    if (this.#count > limits.windowsKeyPlacesMax) {
      this.#count = 0
      this.#root = this.place(undefined, [], '', noBytes, false)
    }
    return this.#root
  }

  /** A new place. */
  place(
    before: KeyPlace | undefined,
    path: readonly string[],
    key: string,
    keyBytes: Uint8Array,
    isValue: boolean,
  ): KeyPlace {
    this.#count++
    return new KeyPlace(this, before, path, key, keyBytes, isValue)
  }
}
