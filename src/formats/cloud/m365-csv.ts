/** Microsoft 365's unified audit log as the portal exports it: CSV with the record as JSON in the column `AuditData`. */
import { Buffer } from 'node:buffer'
import { limits } from '../../core/limits.ts'
import type { Place, Reject } from '../../core/place.ts'
import { type Frame, frameLine, viewUtf8 } from '../database-reader.ts'
import { delimitedFramer, splitDelimited } from '../delimited.ts'
import type { EventRecord } from '../event.ts'
import { type EventProblem, isProblem } from '../events/event-values.ts'
import { JsonEvent, type JsonEvents } from '../events/json-format.ts'
import { JsonTapes } from '../events/json-tape.ts'
import { JsonViews } from '../events/json-view.ts'
import type { Chunk, EventFormat, EventReader, FormatOptions, Progress } from '../format.ts'
import { m365Record } from './m365-record.ts'

const events: JsonEvents = { ...m365Record, name: 'm365-csv', title: 'Microsoft 365 unified audit log (CSV export)' }
const column = 'auditdata'
const frameRecord = delimitedFramer(44)

const badQuotes: EventProblem = {
  reason: 'unexpected-fields',
  message: 'The quotation marks of this record do not fit together.',
}
const noColumn: EventProblem = {
  reason: 'not-this-format',
  message: 'No line before this one names the columns, or none of them is AuditData.',
}
const noRecord: EventProblem = {
  reason: 'damaged',
  message: 'The column AuditData of this record holds no record of the unified audit log.',
}
const tooLong: EventProblem = { reason: 'line-too-long', message: 'This record is longer than any of an audit log.' }

class M365CsvReader implements EventReader {
  readonly #options: FormatOptions
  readonly #views = new JsonViews(new JsonTapes())
  #auditData = -1

  constructor(options: FormatOptions) {
    this.#options = options
  }

  read(chunk: Chunk, records: EventRecord[], rejects: Reject[]): Progress {
    const view = viewUtf8(chunk)
    const { units, end } = view
    const frame: Frame = { end: 0, next: 0, lines: 0 }
    let at = view.start
    let line = chunk.line
    while (at < end) {
      const state = frameRecord(units, at, end, chunk.last, frame)
      if (state === 'open' && !chunk.last && end - at <= limits.recordBytesMax) break
      // A record that is not whole costs its first line only.
      if (state !== 'whole' && !frameLine(units, at, end, chunk.last, frame)) break
      const place = { source: chunk.source, line, offset: view.offset + at - view.start, length: frame.end - at }
      const result = state === 'whole' ? this.#record(view.decode(at, frame.end), place) : badQuotes
      if (result !== null) {
        if (isProblem(result)) rejects.push({ place, ...result })
        else records.push(result)
      }
      line += frame.lines
      at = frame.next
    }
    if (chunk.last) return { bytes: chunk.end - chunk.start, lines: Math.max(line - chunk.line, 1) }
    return { bytes: at === view.start ? 0 : at - chunk.start, lines: line - chunk.line }
  }

  #record(text: string, place: Place): EventRecord | EventProblem | null {
    if (text.length > limits.recordBytesMax) return tooLong
    if (text.trim() === '' || text.startsWith('#TYPE ')) return null
    const parts = splitDelimited(text)
    if (parts === null) return badQuotes
    const named = parts.findIndex((part) => part.trim().toLowerCase() === column)
    if (named >= 0) {
      this.#auditData = named
      return null
    }
    const json = parts[this.#auditData]
    if (json === undefined) return this.#auditData < 0 ? noColumn : noRecord
    const view = this.#views.of(json)
    return typeof view === 'object' && events.isOwn(view) > 0
      ? new JsonEvent(view, place, events, this.#options)
      : noRecord
  }
}

function recognise(sample: Uint8Array): number {
  const head = Buffer.from(sample.buffer, sample.byteOffset, Math.min(sample.length, 2_048)).toString('latin1')
  if (!/^[^\n]{0,1024}\bAuditData\b/i.test(head.replace(/^#TYPE[^\n]{0,256}\n/, ''))) return 0
  const records: EventRecord[] = []
  const rejects: Reject[] = []
  const bytes = sample.subarray(0, limits.sampleBytesMax)
  const chunk = { source: '', bytes, start: 0, end: bytes.length, offset: 0, line: 1, last: false }
  new M365CsvReader({}).read(chunk, records, rejects)
  const count = records.length + rejects.length
  return count === 0 ? 0 : records.length / count
}

export const m365Csv: EventFormat = {
  kind: 'events',
  name: events.name,
  title: events.title,
  cut: 'lines',
  recognise,
  open: (options) => new M365CsvReader(options),
}
