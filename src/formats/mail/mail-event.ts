/** The desk's own log of mail: one line of JSON a mail that was judged when it came in. It is read from sources of mail
 *  alone and never recognised elsewhere, so that no other log can pose as it. */
import type { Place } from '../../core/place.ts'
import type { EventField, EventKind, EventRecord } from '../event.ts'
import { type EventLine, EventLineReader } from '../events/event-lines.ts'
import { type EventProblem, formatField } from '../events/event-values.ts'
import type { EventFormat } from '../format.ts'

type Fields = Readonly<Record<string, unknown>>

const kind: EventKind = { product: 'bellwether', category: 'email' }
const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** A mail as an event. What was judged of it is whoever's who judged. */
export class MailEvent implements EventRecord {
  readonly document: Fields
  readonly place: Place
  readonly timeMs: number
  readonly computer = ''
  readonly logsource = kind
  readonly raw: string

  constructor(document: Fields, timeMs: number, raw: string, place: Place) {
    this.document = document
    this.timeMs = timeMs
    this.raw = raw
    this.place = place
  }

  get ref(): number {
    return this.place.line
  }

  field(name: string): EventField | undefined {
    if (name === formatField) return mailRecord.name
    let value: unknown = this.document
    for (const key of name.split('.')) value = isFields(value) && Object.hasOwn(value, key) ? value[key] : undefined
    if (Array.isArray(value)) return value.map(scalarOf)
    return value === undefined ? undefined : scalarOf(value)
  }

  toJSON(): unknown {
    return this.document
  }
}

const scalarOf = (value: unknown): string | number | boolean | null =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' || value === null
    ? value
    : JSON.stringify(value)

const damaged: EventProblem = { reason: 'damaged', message: 'This line of the log of mail cannot be read.' }

function parse(line: EventLine): EventRecord | EventProblem {
  const text = line.text()
  try {
    const document: unknown = JSON.parse(text)
    if (!isFields(document)) return damaged
    const { id, atMs } = document
    if (typeof id !== 'string' || typeof atMs !== 'number') return damaged
    return new MailEvent(document, atMs, text, line.place)
  } catch {
    return damaged
  }
}

export const mailRecord: EventFormat = {
  kind: 'events',
  name: 'mail-record',
  title: 'mail, as it was judged',
  cut: 'lines',
  recognise: () => 0,
  open: () => new EventLineReader({ parse }),
}
