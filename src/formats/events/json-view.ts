/** One JSON object as a view over its text: values by path, decoded when they are asked for. Objects and lists of objects
 *  are given as compact JSON text, as Sigma rules search in them. */
import { limits } from '../../core/limits.ts'
import type { EventField, EventScalar } from '../event.ts'
import { entryWidth, type JsonTapes, keyHasEscapes, type TapeResult, valueHasEscapes } from './json-tape.ts'

const openBracket = 91
const openBrace = 123

/** A view of one text. */
export class JsonView {
  readonly text: string
  readonly #entries: Int32Array
  readonly #root: number

  constructor(text: string, entries: Int32Array, root: number) {
    this.text = text
    this.#entries = entries
    this.#root = root
  }

  /** The value at a path: of a key that is all of it, else of its part before the first dot and what is inside. Through
   *  lists, the values of all their elements. `ignoresCase`: keys are compared without case. */
  at(path: string, ignoresCase = false): EventField | undefined {
    const found: number[] = []
    this.#find(this.#root, ignoresCase ? path.toLowerCase() : path, ignoresCase, found)
    const [first] = found
    if (first === undefined) return undefined
    return found.length === 1 ? this.#value(first) : found.map((entry) => this.#scalar(entry))
  }

  /** The value at a path as text; empty where there is none, or null. */
  textAt(path: string): string {
    const value = this.at(path)
    return value === undefined || value === null ? '' : typeof value === 'object' ? String(value[0]) : String(value)
  }

  /** Whether the object itself has a key. */
  has(key: string): boolean {
    return this.#member(this.#root, key, false) >= 0
  }

  /** Elements of the lists at a path that are objects, each as a view. */
  objectsAt(path: string): JsonView[] {
    const found: number[] = []
    this.#find(this.#root, path, false, found)
    return found
      .filter((list) => this.#is(list, openBracket))
      .flatMap((list) => this.#children(list))
      .filter((entry) => this.#is(entry, openBrace))
      .map((entry) => new JsonView(this.text, this.#entries, entry))
  }

  /** The value of what a pair of a list names: of `[{"Name": "To", "Value": "x"}]` under `list`, `To` has `x`. Names and
   *  values are looked for under any of the given keys. */
  named(list: string, name: string, nameKeys: readonly string[], valueKeys: readonly string[]): EventField | undefined {
    const values: EventScalar[] = []
    for (const pair of this.objectsAt(list)) {
      const isNamed = nameKeys.some((key) => pair.at(key) === name)
      const value = isNamed ? valueKeys.map((key) => pair.at(key)).find((each) => each !== undefined) : undefined
      if (value === undefined) continue
      if (typeof value === 'object' && value !== null) values.push(...value)
      else values.push(value)
    }
    return values.length > 1 ? values : values[0]
  }

  /** All texts and numbers, to be searched for keywords. */
  texts(): string[] {
    const texts: string[] = []
    const end = this.#entries[this.#root + 4] as number
    for (let entry = this.#root + entryWidth; entry < end; entry += entryWidth) {
      if (this.#is(entry, openBrace) || this.#is(entry, openBracket)) continue
      const value = this.#scalar(entry)
      if (value !== null) texts.push(String(value))
    }
    return texts
  }

  #is(entry: number, code: number): boolean {
    return this.text.charCodeAt(this.#entries[entry + 2] as number) === code
  }

  #children(parent: number): number[] {
    const children: number[] = []
    const end = this.#entries[parent + 4] as number
    for (let entry = parent + entryWidth; entry < end; entry = this.#entries[entry + 4] as number) children.push(entry)
    return children
  }

  #key(entry: number): string {
    const entries = this.#entries
    const key = this.text.slice(entries[entry], entries[entry + 1])
    return ((entries[entry + 5] as number) & keyHasEscapes) === 0 ? key : undoEscapes(key)
  }

  /** The member of an object by its key, or -1. */
  #member(parent: number, key: string, ignoresCase: boolean): number {
    const entries = this.#entries
    const { text } = this
    const end = entries[parent + 4] as number
    for (let entry = parent + entryWidth; entry < end; entry = entries[entry + 4] as number) {
      const start = entries[entry] as number
      if (((entries[entry + 5] as number) & keyHasEscapes) !== 0) {
        const own = this.#key(entry)
        if ((ignoresCase ? own.toLowerCase() : own) === key) return entry
      } else if (
        (entries[entry + 1] as number) - start === key.length &&
        (ignoresCase ? text.slice(start, start + key.length).toLowerCase() === key : text.startsWith(key, start))
      ) {
        return entry
      }
    }
    return -1
  }

  #find(entry: number, path: string, ignoresCase: boolean, found: number[]): void {
    if (this.#is(entry, openBracket)) {
      for (const child of this.#children(entry)) this.#find(child, path, ignoresCase, found)
      return
    }
    if (!this.#is(entry, openBrace)) return
    const whole = this.#member(entry, path, ignoresCase)
    if (whole >= 0) {
      found.push(whole)
      return
    }
    const dot = path.indexOf('.')
    if (dot <= 0) return
    const head = this.#member(entry, path.slice(0, dot), ignoresCase)
    if (head >= 0) this.#find(head, path.slice(dot + 1), ignoresCase, found)
  }

  #value(entry: number): EventField {
    if (!this.#is(entry, openBracket)) return this.#scalar(entry)
    return this.#children(entry).map((child) => this.#scalar(child))
  }

  #scalar(entry: number): EventScalar {
    const entries = this.#entries
    const { text } = this
    const start = entries[entry + 2] as number
    const end = entries[entry + 3] as number
    switch (text.charCodeAt(start)) {
      case 34: {
        const inner = text.slice(start + 1, end - 1)
        return ((entries[entry + 5] as number) & valueHasEscapes) === 0 ? inner : undoEscapes(inner)
      }
      case openBrace:
      case openBracket:
        return compact(text.slice(start, end))
      case 116:
        return true
      case 102:
        return false
      case 110:
        return null
      default:
        return numberOf(text.slice(start, end))
    }
  }
}

/** A number; as text where a double would not hold it. */
function numberOf(text: string): EventScalar {
  const value = Number(text)
  if (Number.isNaN(value)) return text
  return Number.isInteger(value) && !Number.isSafeInteger(value) ? text : value
}

function undoEscapes(inner: string): string {
  try {
    const value: unknown = JSON.parse(`"${inner}"`)
    if (typeof value === 'string') return value
  } catch {}
  return inner.replace(/\\(u[0-9a-fA-F]{4}|["\\/bfnrt])/g, (whole, kind: string) => {
    try {
      return String(JSON.parse(`"\\${kind}"`))
    } catch {
      return whole
    }
  })
}

/** JSON text without white space between its parts. */
function compact(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text))
  } catch {
    return text
  }
}

/** Makes views, over tapes that they share. */
export class JsonViews {
  readonly #tapes: JsonTapes

  constructor(tapes: JsonTapes) {
    this.#tapes = tapes
  }

  /** A view of a text that is one object, or what is wrong with it. */
  of(text: string): JsonView | Exclude<TapeResult, 'complete'> {
    if (text.length > limits.recordBytesMax) return 'malformed'
    const result = this.#tapes.walk(text)
    return result === 'complete' ? new JsonView(text, this.#tapes.entries, this.#tapes.start) : result
  }
}
