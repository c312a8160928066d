/** NIST SP 1500-101 election event logs as JSON: devices with their events, read as they come, however long the file is. */
import { limits } from '../../core/limits.ts'
import type { Reject } from '../../core/place.ts'
import type { EventRecord } from '../event.ts'
import { JsonStream } from '../events/json-stream.ts'
import { JsonTapes } from '../events/json-tape.ts'
import { type JsonView, JsonViews } from '../events/json-view.ts'
import type { Chunk, EventFormat, EventReader, FormatOptions, Progress } from '../format.ts'
import { isDeviceEvent, type Members } from './device-event.ts'
import { HeldEvents } from './held-events.ts'

const name = 'nist-event-log-json'
const lists = new Set(['Device', 'Event'])
/** Members of the log, of a device and of an event (NIST SP 1500-101 version 1, JSON schema). */
const memberNames = [
  ...['@type', 'Id', 'Type', 'OtherType', 'Details', 'Description', 'Disposition', 'OtherDisposition', 'Sequence'],
  ...['Severity', 'TimeStamp', 'UserId', 'Hash', 'HashType', 'OtherHashType', 'Manufacturer', 'Model', 'Version'],
  ...['ElectionId', 'GeneratedTime'],
]

function membersOf(view: JsonView): Members {
  const members: Record<string, string> = {}
  for (const each of memberNames) if (view.has(each)) members[each] = view.textAt(each)
  return members
}

class EventLogJsonReader implements EventReader {
  readonly #stream = new JsonStream(lists, 2)
  readonly #views = new JsonViews(new JsonTapes())
  readonly #held: HeldEvents

  constructor(options: FormatOptions) {
    this.#held = new HeldEvents(name, options)
  }

  read(chunk: Chunk, records: EventRecord[], rejects: Reject[]): Progress {
    const held = this.#held
    const around = (text: string, depth: number): void => {
      const view = this.#views.of(text)
      if (typeof view !== 'object') return
      if (depth === 0) held.log(membersOf(view))
      else held.device(membersOf(view))
    }
    const progress = this.#stream.read(chunk, {
      opened: around,
      closed: (text, depth) => {
        around(text, depth)
        if (depth > 0) held.endDevice(records)
      },
      object: (view, place) => {
        const members = membersOf(view)
        if (isDeviceEvent(members)) held.event(members, place, records)
        else if (!isAside(view)) rejects.push({ place, reason: 'not-this-format', message: foreign })
      },
      reject: (reject) => rejects.push(reject),
    })
    if (chunk.last) held.endDevice(records)
    return progress
  }
}

const foreign = 'This is JSON but no event of an election event log: it has no "Id", "Type" and "TimeStamp".'

/** What belongs to the log and is no event: a device without events, and the description of its codes. */
const isAside = (view: JsonView): boolean => /EventLogging\./.test(view.textAt('@type'))

export const eventLogJson: EventFormat = {
  kind: 'events',
  name,
  title: 'Voting devices: NIST election event log (JSON)',
  cut: { chunkBytesMin: limits.eventChunkBytesMin },
  recognise: (sample) => {
    const head = Buffer.from(sample.buffer, sample.byteOffset, Math.min(sample.length, 4_096)).toString('latin1')
    return /"EventLogging\.(?:ElectionEventLog|Device|Event)"/.test(head) ? 1 : 0
  },
  open: (options) => new EventLogJsonReader(options),
}
