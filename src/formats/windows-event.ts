/** What all formats of Windows events offer beyond other events: the system part, by which Windows tells its logs apart.
 *  The readers of EVTX, JSON and XML each have their own way of reading. */
import type { EventField, EventRecord } from './event.ts'

/** One event of a Windows log. Fields are decoded when they are asked for. */
export interface WindowsEvent extends EventRecord {
  /** A field by the name that Sigma rules use: of the event's own data (`CommandLine`, `TargetUserName`, `Data`), else of
   *  its system part (`EventID`, `Channel`, `Computer`, `Provider_Name`: an attribute is named after its element).
   *  Paths such as `Event.EventData.CommandLine` and `System.Channel` lead to the part that they name. */
  field(name: string): EventField | undefined
  /** A field of the system part, also where the event's own data has one of that name: events of cleared logs name
   *  another channel. */
  systemField(name: string): EventField | undefined
  /** The number that Windows gave the event in its log; -1 where it is not known. */
  readonly recordId: number
  readonly eventId: number
  readonly channel: string
  readonly provider: string
  /** All values, for keywords. */
  readonly raw: readonly string[]
}
