/** Keeps the events of a voting device until its name is known, which NIST's schema lets stand behind them. */
import { limits } from '../../core/limits.ts'
import type { Place } from '../../core/place.ts'
import type { EventRecord } from '../event.ts'
import type { FormatOptions } from '../format.ts'
import { deviceEvent, type Members, type Surroundings } from './device-event.ts'

/** The events of one log, device after device. */
export class HeldEvents {
  readonly #format: string
  readonly #options: FormatOptions
  #log: Members = {}
  #device: Members = {}
  #held: [Members, Place][] = []

  constructor(format: string, options: FormatOptions) {
    this.#format = format
    this.#options = options
  }

  /** What is known of the log. */
  log(members: Members): void {
    this.#log = { ...this.#log, ...members }
  }

  /** What is known of the device. */
  device(members: Members): void {
    this.#device = { ...this.#device, ...members }
  }

  /** Takes an event; hands it on where its device is known. */
  event(members: Members, place: Place, records: EventRecord[]): void {
    this.#held.push([members, place])
    if (this.#device.Id !== undefined || this.#held.length >= limits.votingEventsMax) this.flush(records)
  }

  /** The device ends: what waits is handed on. */
  endDevice(records: EventRecord[]): void {
    this.flush(records)
    this.#device = {}
  }

  /** Hands on what waits. */
  flush(records: EventRecord[]): void {
    const around: Surroundings = { log: this.#log, device: this.#device }
    for (const [members, place] of this.#held) {
      records.push(deviceEvent(this.#format, members, around, place, this.#options))
    }
    this.#held = []
  }
}
