/** Linux's audit log (`audit.log`, and its records within syslog): each record is an event of its own, as Sigma's auditd
 *  rules ask for them; behind the records of one event stand, joined, the process, files and connections that it was. */
import { limits } from '../../core/limits.ts'
import type { Reject } from '../../core/place.ts'
import type { EventRecord } from '../event.ts'
import { type EventLine, lineProblem, recogniseByLines, walkLines } from '../events/event-lines.ts'
import { aboutField, type EventProblem } from '../events/event-values.ts'
import { FieldEvent, valuesOf } from '../events/field-event.ts'
import type { Chunk, EventFormat, EventReader, FormatOptions, Progress } from '../format.ts'
import { AuditProcesses, joinRecords } from './audit-join.ts'
import { type AuditHead, readAuditFields, readAuditHead } from './audit-record.ts'

const name = 'auditd'
const noRecord: EventProblem = {
  reason: 'not-this-format',
  message: 'This line is no audit record: it names no type and no time of an event.',
}
const badTime: EventProblem = { reason: 'bad-time', message: 'The time of this audit record cannot be read.' }

/** What `ausearch` writes between events. */
const isDivider = (text: string): boolean => text === '----' || text.startsWith('time->')

/** The records of one event that were read so far. */
interface Group {
  readonly id: string
  readonly records: FieldEvent[]
  readonly bytes: number
  readonly lines: number
}

class AuditReader implements EventReader {
  readonly #options: FormatOptions
  readonly #processes = new AuditProcesses()

  constructor(options: FormatOptions) {
    this.#options = options
  }

  read(chunk: Chunk, records: EventRecord[], rejects: Reject[]): Progress {
    let group: Group | undefined
    const close = (): void => {
      if (group !== undefined) this.#close(group, records)
      group = undefined
    }
    const progress = walkLines(chunk, (line) => {
      const read = this.#record(line)
      if (!Array.isArray(read)) {
        close()
        if (read !== null) rejects.push({ place: line.place, reason: read.reason, message: read.message })
        return
      }
      const [head, record] = read
      const at = { bytes: line.place.offset - chunk.offset, lines: line.place.line - chunk.line }
      if (group?.id !== head.id) close()
      group ??= { id: head.id, records: [], ...at }
      group.records.push(record)
      if (head.type === 'PROCTITLE' || head.type === 'EOE' || group.records.length >= limits.auditRecordsMax) close()
    })
    // More records of the last event may follow: it is left for the next call.
    if (group !== undefined && !chunk.last) return { bytes: group.bytes, lines: group.lines }
    close()
    return progress
  }

  #record(line: EventLine): [AuditHead, FieldEvent] | EventProblem | null {
    const problem = lineProblem(line)
    if (problem !== undefined) return problem
    const text = line.text()
    const head = readAuditHead(text, this.#options.utcOffsetMinutes ?? 0)
    if (head === undefined) return isDivider(text) ? null : noRecord
    if (Number.isNaN(head.timeMs)) return badTime
    const fieldsOf = (): ReturnType<typeof readAuditFields> => {
      const fields = readAuditFields(head, text)
      fields.set(aboutField, 'record')
      return fields
    }
    const { timeMs, node: computer } = head
    const facts = { format: name, place: line.place, timeMs, computer, kindOf: this.#options.kindOf }
    return [head, new FieldEvent(facts, fieldsOf, (fields) => [...valuesOf(fields), text])]
  }

  #close(group: Group, records: EventRecord[]): void {
    const [first] = group.records
    records.push(...group.records)
    if (first === undefined || group.records.length < 2) return
    const { place, timeMs, computer } = first
    const head = { format: name, place, timeMs, computer, kindOf: this.#options.kindOf }
    records.push(...joinRecords(group.records, head, this.#processes))
  }
}

/** Takes `utcOffsetMinutes` for interpreted records, whose times are local; all others have epoch seconds. */
export const auditd: EventFormat = {
  kind: 'events',
  name,
  title: "Linux's audit log (auditd)",
  cut: 'lines',
  recognise: (sample) =>
    recogniseByLines(sample, new AuditReader({}), (record) => (record.field(aboutField) === 'record' ? 1 : 0)),
  open: (options) => new AuditReader(options),
}
