/** What all formats of machine and network events offer: one event with fields by name, as Sigma rules ask for them, and
 *  the place that it was read from. It holds no way of reading. An `EventRecord` is a `SigmaEvent` as it stands. */
import type { Place } from '../core/place.ts'
import type { FoldedText } from './folded-text.ts'

/** One value. */
export type EventScalar = string | number | boolean | null
/** What a field holds; a list where an event names it several times, or where its value is a list. */
export type EventField = EventScalar | readonly EventScalar[]

/** The kind of log that an event is from, in Sigma's words, in lower case. */
export interface EventKind {
  readonly product?: string
  readonly category?: string | readonly string[]
  readonly service?: string | readonly string[]
}

/** Tells the kind of log of an event by its fields. It should remember what it told, and give one object for all events
 *  of a kind: what is made ready for a kind is found by its identity. */
export type KindOf = (field: (name: string) => EventField | undefined) => EventKind

/** A part of some bytes. */
export interface RawBytes {
  readonly bytes: Uint8Array
  /** Of the same bytes. */
  readonly view: DataView
  readonly from: number
  readonly end: number
}

/** One event of a log. Fields are decoded when they are asked for. */
export interface EventRecord {
  /** A field by the name that the log gives it. Dots lead into nested objects. Undefined where the event has none of
   *  that name, null where it has it without a value. */
  field(name: string): EventField | undefined
  /** Writes a field that is one text of ASCII into `into`, without making a string of it, or bytes that name it where it
   *  holds more; false where it is none. For formats that have the bytes at hand. */
  fold?(name: string, into: FoldedText): boolean
  /** When it happened, by the event itself, in milliseconds since 1970; NaN where that is not known. */
  readonly timeMs: number
  /** The machine that wrote it, as the event names it; empty where it does not. */
  readonly computer: string
  /** What names the event in a report: its record id, or the number of its line. */
  readonly ref: number
  /** The texts in which keywords are searched: the line, or better all values. */
  readonly raw: string | readonly string[]
  /** The object of JSON that holds all texts of `raw`, where there is one: what is not in it is not in them. */
  readonly rawJson?: RawBytes
  readonly place: Place
  /** The whole record as JSON: for evidence whose bytes are no text. */
  toJSON?(): unknown
  /** Left out where the tables of kinds of logs shall find it from the fields. */
  readonly logsource?: EventKind | undefined
}
