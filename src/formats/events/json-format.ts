/** Makes a format of events in JSON from what it says of itself: whose objects are its own, where time and computer stand,
 *  and which fields it has beside those of the object. */
import { limits } from '../../core/limits.ts'
import type { Place, Reject } from '../../core/place.ts'
import type { EventField, EventKind, EventRecord } from '../event.ts'
import type { Chunk, EventFormat, EventReader, FormatOptions, Progress } from '../format.ts'
import { aboutField, type EventProblem, formatField } from './event-values.ts'
import { JsonStream } from './json-stream.ts'
import { JsonTapes } from './json-tape.ts'
import { type JsonView, JsonViews } from './json-view.ts'

/** One format. */
export interface JsonEvents {
  readonly name: string
  readonly title: string
  /** How sure it is that an object is an event of this format: 0 (no) to 1. */
  isOwn(view: JsonView): number
  timeMs(view: JsonView, options: FormatOptions): number
  computer?(view: JsonView): string
  /** What the event is about, for the tables of kinds of logs. */
  about?(view: JsonView, place: Place): string
  /** A field that is not simply a value of the object. */
  field?(view: JsonView, name: string): EventField | undefined
  /** JSON text inside the object that is the event itself; empty where the object is. */
  inner?(view: JsonView): string
  /** Keys are compared without case where no key is equal. */
  readonly ignoresCase?: boolean
  /** Texts for keywords beside all values. */
  texts?(view: JsonView): readonly string[]
  /** Keys of lists inside one object whose elements are the events. */
  readonly wrappers?: readonly string[]
  /** What is said of objects that are not events of this format. */
  readonly foreign: string
}

/** One event over a view. */
export class JsonEvent implements EventRecord {
  readonly place: Place
  readonly #view: JsonView
  readonly #events: JsonEvents
  readonly #options: FormatOptions
  #timeMs: number | undefined
  #kind: EventKind | undefined

  constructor(view: JsonView, place: Place, events: JsonEvents, options: FormatOptions) {
    this.#view = view
    this.place = place
    this.#events = events
    this.#options = options
  }

  field(name: string): EventField | undefined {
    const events = this.#events
    const view = this.#view
    if (name === formatField) return events.name
    if (name === aboutField) return events.about?.(view, this.place)
    const own = view.at(name)
    if (own !== undefined) return own
    if (events.ignoresCase === true) {
      const similar = view.at(name, true)
      if (similar !== undefined) return similar
    }
    return events.field?.(view, name)
  }

  get timeMs(): number {
    this.#timeMs ??= this.#events.timeMs(this.#view, this.#options)
    return this.#timeMs
  }

  get computer(): string {
    return this.#events.computer?.(this.#view) ?? ''
  }

  get ref(): number {
    return this.place.line
  }

  get raw(): readonly string[] {
    const more = this.#events.texts?.(this.#view) ?? []
    return more.length === 0 ? this.#view.texts() : [...this.#view.texts(), ...more]
  }

  get logsource(): EventKind | undefined {
    const { kindOf } = this.#options
    this.#kind ??= kindOf === undefined ? undefined : kindOf((name) => this.field(name))
    return this.#kind
  }
}

class JsonEventReader implements EventReader {
  readonly #stream: JsonStream
  readonly #views = new JsonViews(new JsonTapes())
  readonly #events: JsonEvents
  readonly #options: FormatOptions

  constructor(events: JsonEvents, options: FormatOptions) {
    this.#events = events
    this.#options = options
    this.#stream = new JsonStream(events.wrappers === undefined ? undefined : new Set(events.wrappers))
  }

  read(chunk: Chunk, records: EventRecord[], rejects: Reject[]): Progress {
    const events = this.#events
    return this.#stream.read(chunk, {
      object: (outer, place) => {
        const view = innerView(events, outer, this.#views)
        if (events.isOwn(view) > 0) records.push(new JsonEvent(view, place, events, this.#options))
        else rejects.push({ place, reason: 'not-this-format', message: events.foreign })
      },
      reject: (reject) => rejects.push(reject),
    })
  }
}

/** The event inside an object, or the object. */
function innerView(events: JsonEvents, view: JsonView, views: JsonViews): JsonView {
  const text = events.inner?.(view) ?? ''
  const inner = text === '' ? view : views.of(text)
  return typeof inner === 'object' ? inner : view
}

/** The format. Bytes are cut anywhere where its events may stand in one long line. */
export function jsonEventFormat(events: JsonEvents): EventFormat {
  return {
    kind: 'events',
    name: events.name,
    title: events.title,
    cut: events.wrappers === undefined ? 'lines' : { chunkBytesMin: limits.eventChunkBytesMin },
    recognise: (sample) => recognise(sample, events),
    open: (options) => new JsonEventReader(events, options),
  }
}

/** How sure the format is of the objects of a sample, as the mean over all of them; what is no JSON counts as none. */
function recognise(sample: Uint8Array, events: JsonEvents): number {
  const bytes = sample.subarray(0, limits.sampleBytesMax)
  const first = bytes.find((byte) => byte > 32)
  if (first !== 123 && first !== 91 && first !== 0xef && !bytes.includes(123)) return 0
  let count = 0
  let sum = 0
  const chunk = { source: '', bytes, start: 0, end: bytes.length, offset: 0, line: 1 }
  const views = new JsonViews(new JsonTapes())
  const sink = {
    object: (view: JsonView): void => {
      count++
      sum += events.isOwn(innerView(events, view, views))
    },
    reject: ({ reason }: EventProblem): void => {
      if (reason !== 'truncated') count++
    },
  }
  const wrappers = events.wrappers === undefined ? undefined : new Set(events.wrappers)
  const { bytes: read } = new JsonStream(wrappers).read({ ...chunk, last: false }, sink)
  if (read === 0) new JsonStream(wrappers).read({ ...chunk, last: true }, sink)
  return count === 0 ? 0 : sum / count
}
