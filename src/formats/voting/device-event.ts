/** One event of a voting device in the words of NIST SP 1500-101 (Election Event Logging Common Data Format), with what is
 *  known of the device and the election around it. */
import type { Place } from '../../core/place.ts'
import type { EventField } from '../event.ts'
import { aboutField, isoTimeMs, textOf } from '../events/event-values.ts'
import { FieldEvent } from '../events/field-event.ts'
import type { FormatOptions } from '../format.ts'

/** Members of an element or object by name. */
export type Members = Readonly<Record<string, string>>

/** What stands around an event: of the log, and of the device. Filled as it is read, which may be behind the events. */
export interface Surroundings {
  log: Members
  device: Members
}

/** Names under which the device's members are fields: those that an event has too are told apart. */
const deviceFields: Readonly<Record<string, string>> = {
  Id: 'DeviceId',
  Type: 'DeviceType',
  OtherType: 'DeviceOtherType',
  Details: 'DeviceDetails',
  Manufacturer: 'Manufacturer',
  Model: 'Model',
  Version: 'Version',
  HashType: 'HashType',
}

/** An event of `Event`'s members (section "Event" of the schema: `Id`, `Type`, `TimeStamp`, `Sequence`, `Disposition`, …). */
export function deviceEvent(
  format: string,
  members: Members,
  around: Surroundings,
  place: Place,
  options: FormatOptions,
): FieldEvent {
  const timeMs = isoTimeMs(members.TimeStamp ?? '', options.utcOffsetMinutes)
  const fieldsOf = (): Map<string, EventField> => {
    const fields = new Map<string, EventField>([[aboutField, 'voting']])
    for (const [name, value] of Object.entries(members)) fields.set(name, value)
    for (const [name, field] of Object.entries(deviceFields)) {
      const value = around.device[name]
      if (value !== undefined && !fields.has(field)) fields.set(field, value)
    }
    if (around.log.ElectionId !== undefined) fields.set('ElectionId', around.log.ElectionId)
    return fields
  }
  const computer = textOf(around.device.Id)
  return new FieldEvent({ format, place, timeMs, computer, kindOf: options.kindOf }, fieldsOf)
}

/** Whether members are an event's: what the schema requires, its sequence number left aside. */
export const isDeviceEvent = (members: Members): boolean =>
  members.TimeStamp !== undefined && members.Id !== undefined && members.Type !== undefined
