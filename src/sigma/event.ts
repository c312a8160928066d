/** What the engine asks of an event: fields by name, a time, the kind of log, and its text for keywords. Formats offer
 *  this view over their own records; `eventOf` makes one of a plain object. */
import { limits } from '../core/limits.ts'
import type { TextProbe } from '../formats/event.ts'
import type { FoldedText } from '../formats/folded-text.ts'

/** A value of a field. */
export type FieldScalar = string | number | boolean | null
/** What a field holds. Of a list, every element is looked at. */
export type FieldValue = FieldScalar | readonly FieldScalar[]

/** The kind of log that an event is from, in the words of Sigma's taxonomy, in lower case. An event may be of several
 *  categories (a registry value that was set is `registry_set` and `registry_event`) and services. A format should
 *  hand out the same object for all events of one kind: the engine remembers what it made ready for it. */
export interface Logsource {
  readonly product?: string
  readonly category?: string | readonly string[]
  readonly service?: string | readonly string[]
}

/** One event, as the engine sees it. */
export interface SigmaEvent {
  /** The value of a field: undefined where the event has no such field, null where it has it without a value. Dots lead
   *  into nested objects. It is asked at most once an event for each field that rules of its log source name. */
  field(name: string): FieldValue | undefined
  /** Writes a field that is one text of ASCII into `into`, without making a string of it, or bytes that name it where it
   *  holds more; false where it is none, or where the event cannot. */
  fold?(name: string, into: FoldedText): boolean
  /** When it happened, in milliseconds since 1970; NaN where that is not known. */
  readonly timeMs: number
  /** Left out where the engine's table of log sources shall find it from the fields. */
  readonly logsource?: Logsource | undefined
  /** The texts in which keywords are searched: the line, or the values. Asked only where a rule of its log source has
   *  keywords. Values are better than a line in which they are escaped. */
  readonly raw: string | readonly string[]
  /** False where none of the probe's texts is in `raw`. For formats that have the bytes at hand. */
  mayHold?(probe: TextProbe): boolean
  /** What names the event to the caller, kept by correlations as evidence: a record id, a line, a place. */
  readonly ref?: string | number
}

/** What is known of an event beside its fields. */
export interface EventFacts {
  readonly timeMs?: number
  readonly logsource?: Logsource | undefined
  /** The line as it was read. Without it, keywords are searched in all values. */
  readonly raw?: string
  readonly ref?: string | number
}

const isScalar = (value: unknown): value is FieldScalar =>
  value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'

/** An object of JSON as a field's value: lists of plain values as they are, what is deeper as JSON text. */
function toFieldValue(value: unknown): FieldValue | undefined {
  if (value === undefined || isScalar(value)) return value
  if (Array.isArray(value)) return value.map((each) => (isScalar(each) ? each : JSON.stringify(each)))
  return JSON.stringify(value)
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The value at a path of names; through lists, the values of all their elements. */
function atPath(value: unknown, path: string): unknown {
  if (Array.isArray(value)) {
    const found = value.flatMap((each) => atPath(each, path) ?? [])
    return found.length === 0 ? undefined : found
  }
  if (!isObject(value)) return undefined
  if (Object.hasOwn(value, path)) return value[path]
  const dot = path.indexOf('.')
  if (dot <= 0) return undefined
  const head = path.slice(0, dot)
  return Object.hasOwn(value, head) ? atPath(value[head], path.slice(dot + 1)) : undefined
}

/** Plain values of an object, to a depth. */
function collectTexts(value: unknown, depth: number, texts: string[]): void {
  if (value === null || value === undefined || depth > limits.sigmaNestingMax) return
  if (typeof value !== 'object') texts.push(String(value))
  else for (const inner of Object.values(value)) collectTexts(inner, depth + 1, texts)
}

class ObjectEvent implements SigmaEvent {
  readonly timeMs: number
  readonly logsource?: Logsource | undefined
  readonly ref?: string | number
  readonly #fields: Readonly<Record<string, unknown>>
  #raw: string | readonly string[] | undefined

  constructor(fields: Readonly<Record<string, unknown>>, facts: EventFacts) {
    this.#fields = fields
    this.timeMs = facts.timeMs ?? Number.NaN
    this.#raw = facts.raw
    if (facts.logsource !== undefined) this.logsource = facts.logsource
    if (facts.ref !== undefined) this.ref = facts.ref
  }

  field(name: string): FieldValue | undefined {
    const fields = this.#fields
    const value = Object.hasOwn(fields, name) ? fields[name] : name.includes('.') ? atPath(fields, name) : undefined
    return toFieldValue(value)
  }

  get raw(): string | readonly string[] {
    if (this.#raw === undefined) {
      const texts: string[] = []
      collectTexts(this.#fields, 0, texts)
      this.#raw = texts
    }
    return this.#raw
  }
}

/** A view of a plain object, for example of parsed JSON. A key that holds dots is found before the path that it would
 *  also be. */
export function eventOf(fields: Readonly<Record<string, unknown>>, facts: EventFacts = {}): SigmaEvent {
  return new ObjectEvent(fields, facts)
}
