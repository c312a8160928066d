/** An event whose fields are worked out together, when the first of them is asked for. Formats of text make their events
 *  of it. */
import type { Place } from '../../core/place.ts'
import type { EventField, EventKind, EventRecord, KindOf } from '../event.ts'
import { formatField } from './event-values.ts'

/** Fields by name. */
export type EventFields = Map<string, EventField>

/** What is known of an event before its fields are. */
export interface EventHead {
  /** The format's name. */
  readonly format: string
  readonly place: Place
  readonly timeMs: number
  readonly computer: string
  readonly kindOf?: KindOf | undefined
}

/** The event. */
export class FieldEvent implements EventRecord {
  readonly place: Place
  readonly timeMs: number
  readonly computer: string
  readonly #head: EventHead
  readonly #read: () => EventFields
  readonly #texts: ((fields: EventFields) => string | readonly string[]) | undefined
  #fields: EventFields | undefined
  #kind: EventKind | undefined

  /** `texts`: what is searched for keywords; all values where it is left out. */
  constructor(head: EventHead, read: () => EventFields, texts?: (fields: EventFields) => string | readonly string[]) {
    this.place = head.place
    this.timeMs = head.timeMs
    this.computer = head.computer
    this.#head = head
    this.#read = read
    this.#texts = texts
  }

  get fields(): EventFields {
    this.#fields ??= this.#read()
    return this.#fields
  }

  field(name: string): EventField | undefined {
    return name === formatField ? this.#head.format : this.fields.get(name)
  }

  get ref(): number {
    return this.place.line
  }

  get raw(): string | readonly string[] {
    return this.#texts === undefined ? valuesOf(this.fields) : this.#texts(this.fields)
  }

  get logsource(): EventKind | undefined {
    const { kindOf } = this.#head
    this.#kind ??= kindOf === undefined ? undefined : kindOf((name) => this.field(name))
    return this.#kind
  }
}

/** All values as texts. */
export function valuesOf(fields: EventFields): string[] {
  const texts: string[] = []
  for (const [name, value] of fields) {
    if (name.startsWith('@') || value === null) continue
    if (typeof value === 'object') texts.push(...value.filter((each) => each !== null).map(String))
    else texts.push(String(value))
  }
  return texts
}
