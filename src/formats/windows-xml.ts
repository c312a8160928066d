/** Windows events as XML: what the event viewer and `wevtutil qe /f:xml` save and collectors forward, many `<Event>`
 *  elements in one file, with or without an element around them, on one line or many. Events are found by their tags; one
 *  that cannot be read is a reject, and the search goes on behind its first tag. */
import { limits } from '../core/limits.ts'
import type { Reject, RejectReason } from '../core/place.ts'
import type { EventRecord } from './event.ts'
import type { Chunk, EventFormat, EventReader, FormatOptions, Progress } from './format.ts'
import { readXmlFields, WindowsXmlEvent } from './windows-xml-event.ts'

const lineFeed = 10
const opening = Buffer.from('<Event', 'latin1')
const closing = Buffer.from('</Event>', 'latin1')
/** What may follow the name of the element: else it is another, such as `<Events>` or `<EventData>`. */
const isNameEnd = (byte: number | undefined): boolean =>
  byte === 62 || byte === 47 || (byte !== undefined && byte <= 32)

const messages = {
  cut: 'The event ends before its XML does.',
  broken: 'The XML of the event cannot be read.',
  noEvent: 'The XML element is no Windows event: it has no event id.',
} as const

/** Where the next event begins; -1 where there is none. */
function nextEvent(bytes: Buffer, from: number): number {
  for (let at = bytes.indexOf(opening, from); at >= 0; at = bytes.indexOf(opening, at + 1)) {
    if (isNameEnd(bytes[at + opening.length])) return at
  }
  return -1
}

/** Reads one source. */
class WindowsXmlReader implements EventReader {
  readonly #options: FormatOptions
  #line = 1

  constructor(options: FormatOptions) {
    this.#options = options
  }

  read(chunk: Chunk, records: EventRecord[], rejects: Reject[]): Progress {
    const bytes = Buffer.from(chunk.bytes.buffer, chunk.bytes.byteOffset + chunk.start, chunk.end - chunk.start)
    this.#line = chunk.line
    let at = 0
    let close = 0
    for (;;) {
      const begin = nextEvent(bytes, at)
      if (begin < 0) {
        // A tag may stand across the end.
        const end = chunk.last ? bytes.length : Math.max(at, bytes.length - opening.length)
        this.#pass(bytes, at, end)
        return { bytes: end, lines: this.#line - chunk.line }
      }
      this.#pass(bytes, at, begin)
      // Sought once, where there is none: the tags of a million events that do not end cost no more than their bytes.
      if (close >= 0 && close <= begin) close = bytes.indexOf(closing, begin)
      if (close < 0 && !chunk.last) return { bytes: begin, lines: this.#line - chunk.line }
      // Where an event begins inside another, the first has no end.
      const inner = nextEvent(bytes, begin + 1)
      const isCut = close < 0 || (inner >= 0 && inner < close)
      at = isCut ? (inner >= 0 ? inner : bytes.length) : close + closing.length
      if (isCut) this.#reject(chunk, begin, at, 'truncated', 'cut', rejects)
      else this.#event(chunk, bytes, begin, at, records, rejects)
      this.#pass(bytes, begin, at)
    }
  }

  #event(chunk: Chunk, bytes: Buffer, from: number, end: number, records: EventRecord[], rejects: Reject[]): void {
    if (end - from > limits.recordBytesMax) {
      this.#reject(chunk, from, end, 'line-too-long', 'broken', rejects)
      return
    }
    const fields = readXmlFields(bytes.toString('utf8', from, end))
    if (fields === undefined) this.#reject(chunk, from, end, 'damaged', 'broken', rejects)
    else if (!fields.system.has('EventID')) this.#reject(chunk, from, end, 'unexpected-fields', 'noEvent', rejects)
    else {
      const place = { source: chunk.source, line: this.#line, offset: chunk.offset + from, length: end - from }
      records.push(new WindowsXmlEvent(fields, place, this.#options.kindOf))
    }
  }

  #reject(
    chunk: Chunk,
    from: number,
    end: number,
    reason: RejectReason,
    message: keyof typeof messages,
    rejects: Reject[],
  ): void {
    const place = { source: chunk.source, line: this.#line, offset: chunk.offset + from, length: end - from }
    rejects.push({ place, reason, message: messages[message] })
  }

  #pass(bytes: Buffer, from: number, end: number): void {
    for (let at = bytes.indexOf(lineFeed, from); at >= 0 && at < end; at = bytes.indexOf(lineFeed, at + 1)) {
      this.#line++
    }
  }
}

/** The share of a sample's `<Event>` elements that are Windows events. */
function recognise(sample: Uint8Array): number {
  const bytes = Buffer.from(sample.buffer, sample.byteOffset, Math.min(sample.length, limits.sampleBytesMax))
  const text = bytes.toString('latin1', 0, 64).trimStart()
  if (!text.startsWith('<') && !text.startsWith('\u00ef\u00bb\u00bf<')) return 0
  const chunk = { source: '', bytes, start: 0, end: bytes.length, offset: 0, line: 1, last: false }
  const records: EventRecord[] = []
  const rejects: Reject[] = []
  new WindowsXmlReader({}).read(chunk, records, rejects)
  return records.length === 0 ? 0 : (0.98 * records.length) / (records.length + rejects.length)
}

/** Reads `kindOf`. */
export const windowsXml: EventFormat = {
  kind: 'events',
  name: 'windows-xml',
  title: 'Windows events as XML (event viewer, wevtutil, forwarded events)',
  // The event viewer saves all events on one line.
  cut: { chunkBytesMin: 1 },
  recognise,
  open: (options) => new WindowsXmlReader(options),
}
