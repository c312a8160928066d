/** systemd's journal in its export format: entries of fields, apart by empty lines; a value with line ends or other bytes
 *  stands behind its length. */
import { Buffer } from 'node:buffer'
import { limits } from '../../core/limits.ts'
import type { Place, Reject } from '../../core/place.ts'
import type { EventField, EventRecord } from '../event.ts'
import type { EventProblem } from '../events/event-values.ts'
import { textOf } from '../events/event-values.ts'
import { type EventFields, FieldEvent, valuesOf } from '../events/field-event.ts'
import type { Chunk, EventFormat, EventReader, FormatOptions, Progress } from '../format.ts'
import { journalFields, journalTimeMs } from './journal-fields.ts'

const name = 'journald-export'
const lineFeed = 10
const equals = 61

const damaged: EventProblem = {
  reason: 'damaged',
  message: 'This entry of the journal has a field without a name, or one whose length is not true.',
}
const cutOff: EventProblem = { reason: 'truncated', message: 'The export ends before this entry does.' }
const noTime: EventProblem = { reason: 'bad-time', message: 'This entry of the journal has no time that can be read.' }

/** Where an entry ends, and its fields; `open` where more bytes are needed, `damaged` with where reading goes on. */
type Entry =
  | { readonly kind: 'whole'; readonly next: number; readonly fields: EventFields }
  | { readonly kind: 'damaged'; readonly next: number }
  | { readonly kind: 'open' }

const fieldName = /^[A-Za-z0-9_]{1,64}$/

function put(fields: EventFields, key: string, value: string): void {
  const before = fields.get(key)
  if (before === undefined) fields.set(key, value)
  else
    fields.set(
      key,
      [...(typeof before === 'object' && before !== null ? before : [before]), value].slice(0, limits.eventFieldsMax),
    )
}

/** Reads the entry at `at` (systemd, "Journal Export Formats"). */
function readEntry(bytes: Buffer, at: number, end: number, isLast: boolean): Entry {
  const fields: EventFields = new Map()
  let p = at
  while (p < end) {
    const feed = bytes.indexOf(lineFeed, p)
    if (feed < 0 || feed >= end) {
      if (!isLast) return { kind: 'open' }
      return readPlain(bytes, p, end, fields) ? { kind: 'whole', next: end, fields } : { kind: 'damaged', next: end }
    }
    if (feed === p) return { kind: 'whole', next: p + 1, fields }
    if (readPlain(bytes, p, feed, fields)) {
      p = feed + 1
      continue
    }
    const key = bytes.toString('latin1', p, Math.min(feed, p + 80))
    if (!fieldName.test(key)) return { kind: 'damaged', next: feed + 1 }
    if (feed + 9 > end) return isLast ? { kind: 'damaged', next: end } : { kind: 'open' }
    const length = Number(bytes.readBigUInt64LE(feed + 1))
    const valueEnd = feed + 9 + length
    if (length > limits.recordBytesMax) return { kind: 'damaged', next: feed + 1 }
    if (valueEnd >= end) return isLast ? { kind: 'damaged', next: feed + 1 } : { kind: 'open' }
    if (bytes[valueEnd] !== lineFeed) return { kind: 'damaged', next: feed + 1 }
    put(fields, key, bytes.toString('utf8', feed + 9, valueEnd))
    p = valueEnd + 1
  }
  return isLast ? { kind: 'whole', next: end, fields } : { kind: 'open' }
}

/** Reads `NAME=value`; false where the line is none. */
function readPlain(bytes: Buffer, start: number, end: number, fields: EventFields): boolean {
  const mark = bytes.subarray(start, Math.min(end, start + 65)).indexOf(equals)
  if (mark < 0) return false
  const key = bytes.toString('latin1', start, start + mark)
  if (!fieldName.test(key)) return false
  put(fields, key, bytes.toString('utf8', start + mark + 1, end))
  return true
}

class JournaldExportReader implements EventReader {
  readonly #options: FormatOptions

  constructor(options: FormatOptions) {
    this.#options = options
  }

  read(chunk: Chunk, records: EventRecord[], rejects: Reject[]): Progress {
    const bytes = Buffer.from(chunk.bytes.buffer, chunk.bytes.byteOffset, chunk.bytes.byteLength)
    let at = chunk.start
    let line = chunk.line
    while (at < chunk.end) {
      const entry = bytes[at] === lineFeed ? undefined : this.#entry(bytes, at, chunk)
      if (entry?.kind === 'open') break
      const next = entry === undefined ? at + 1 : entry.next
      if (entry !== undefined) {
        const place = {
          source: chunk.source,
          line,
          offset: chunk.offset + at - chunk.start,
          length: contentEnd(bytes, at, next) - at,
        }
        const result = entry.kind === 'whole' ? this.#record(entry.fields, place) : damaged
        if ('reason' in result) rejects.push({ place, reason: result.reason, message: result.message })
        else records.push(result)
      }
      line += linesIn(bytes, at, next)
      at = next
    }
    const isOpenLine = chunk.last && chunk.end > chunk.start && bytes[chunk.end - 1] !== lineFeed
    return { bytes: at - chunk.start, lines: line - chunk.line + (isOpenLine ? 1 : 0) }
  }

  #entry(bytes: Buffer, at: number, chunk: Chunk): Entry {
    const end = Math.min(chunk.end, at + limits.recordBytesMax)
    const entry = readEntry(bytes, at, end, chunk.last && end === chunk.end)
    if (entry.kind !== 'open' || chunk.end - at <= limits.recordBytesMax) return entry
    return { kind: 'damaged', next: end }
  }

  #record(fields: EventFields, place: Place): EventRecord | EventProblem {
    const timeMs = journalTimeMs(textOf(fields.get('__REALTIME_TIMESTAMP')))
    if (Number.isNaN(timeMs)) return fields.has('__REALTIME_TIMESTAMP') || fields.size > 0 ? noTime : cutOff
    const computer = textOf(fields.get('_HOSTNAME'))
    const read = (): EventFields => new Map<string, EventField>([...journalFields((key) => fields.get(key)), ...fields])
    return new FieldEvent({ format: name, place, timeMs, computer, kindOf: this.#options.kindOf }, read, valuesOf)
  }
}

function contentEnd(bytes: Buffer, from: number, to: number): number {
  let end = to
  while (end > from && bytes[end - 1] === lineFeed) end--
  return end
}

function linesIn(bytes: Buffer, from: number, to: number): number {
  let count = 0
  for (let p = from; p < to; p++) if (bytes[p] === lineFeed) count++
  return count
}

export const journaldExport: EventFormat = {
  kind: 'events',
  name,
  title: 'systemd journal (journalctl -o export)',
  cut: { chunkBytesMin: limits.eventChunkBytesMin },
  recognise: (sample) => {
    const head = Buffer.from(sample.buffer, sample.byteOffset, Math.min(sample.length, 4_096)).toString('latin1')
    const hasTime = /(?:^|\n)__REALTIME_TIMESTAMP=\d{13,17}\n/.test(head)
    return hasTime && /^\n{0,4}__CURSOR=/.test(head) ? 1 : hasTime ? 0.8 : 0
  },
  open: (options) => new JournaldExportReader(options),
}
