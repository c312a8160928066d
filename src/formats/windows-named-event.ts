/** A Windows event whose fields are known by name, as JSON and XML write it: its system part is read from them. */
import type { Place } from '../core/place.ts'
import type { EventField, EventKind } from './event.ts'
import type { WindowsEvent } from './windows-event.ts'

/** What the readers of JSON and XML share. */
export abstract class NamedWindowsEvent implements WindowsEvent {
  abstract readonly place: Place
  abstract readonly ref: number
  abstract readonly timeMs: number
  abstract readonly raw: readonly string[]
  abstract readonly logsource: EventKind | undefined
  abstract field(name: string): EventField | undefined
  abstract systemField(name: string): EventField | undefined

  get recordId(): number {
    const value = Number(this.systemField('EventRecordID') ?? Number.NaN)
    return Number.isNaN(value) ? -1 : value
  }

  get eventId(): number {
    return Number(this.systemField('EventID') ?? 0) || 0
  }

  get channel(): string {
    return this.#text('Channel')
  }

  get provider(): string {
    return this.#text('Provider_Name')
  }

  get computer(): string {
    return this.#text('Computer')
  }

  #text(name: string): string {
    const value = this.systemField(name)
    return Array.isArray(value) ? value.join(' ') : String(value ?? '')
  }
}
