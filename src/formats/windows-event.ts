/** What all formats of Windows events offer: one event as the Sigma engine asks for it, by names of fields, with the
 *  place that it was read from. It holds no way of reading; the readers of EVTX, JSON and XML each have their own. */
import type { Place } from '../core/place.ts'

/** One value. */
export type EventScalar = string | number | boolean | null
/** What a field holds; a list where an event names it several times, or where its value is a list. */
export type EventField = EventScalar | readonly EventScalar[]

/** The kind of log that an event is from, in Sigma's words. */
export interface EventKind {
  readonly product?: string
  readonly category?: string | readonly string[]
  readonly service?: string | readonly string[]
}

/** Tells the kind of log from an event's system part. It is asked once for each channel, provider and event id. */
export type KindOf = (system: (name: string) => EventField | undefined) => EventKind

/** One event of a Windows log. Fields are decoded when they are asked for. */
export interface WindowsEvent {
  /** A field by the name that Sigma rules use: of the event's own data (`CommandLine`, `TargetUserName`, `Data`), else of
   *  its system part (`EventID`, `Channel`, `Computer`, `Provider_Name`: an attribute is named after its element).
   *  Paths such as `Event.EventData.CommandLine` and `System.Channel` lead to the part that they name. */
  field(name: string): EventField | undefined
  /** A field of the system part, also where the event's own data has one of that name: events of cleared logs name
   *  another channel. */
  systemField(name: string): EventField | undefined
  /** When it happened, by the event itself, in milliseconds since 1970; NaN where that is not known. */
  readonly timeMs: number
  /** The number that Windows gave the event in its log; -1 where it is not known. */
  readonly recordId: number
  readonly eventId: number
  readonly channel: string
  readonly provider: string
  readonly computer: string
  /** All values, for keywords. */
  readonly raw: readonly string[]
  /** What names the event in a report: its record id, or its line where it has none. */
  readonly ref: number
  readonly place: Place
  readonly logsource?: EventKind | undefined
}
