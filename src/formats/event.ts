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

/** Looks for some texts where values stand, before they are decoded. False: none of them is there. `view` is of the same
 *  bytes; `end` is behind the last. */
export interface TextProbe {
  /** Each text holds a piece that no number, address, identifier or dump of bytes has. */
  readonly areWords: boolean
  /** In bytes of which one is a character of ASCII; other texts may be escaped as JSON does it. */
  inBytes(bytes: Uint8Array, view: DataView, from: number, end: number): boolean
  /** In UTF-16. */
  inUnits(bytes: Uint8Array, view: DataView, from: number, end: number): boolean
  inText(text: string): boolean
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
  /** False where none of the probe's texts is in `raw`. For formats that have the bytes at hand. */
  mayHold?(probe: TextProbe): boolean
  readonly place: Place
  /** The whole record as JSON: for evidence whose bytes are no text. */
  toJSON?(): unknown
  /** Left out where the tables of kinds of logs shall find it from the fields. */
  readonly logsource?: EventKind | undefined
}
