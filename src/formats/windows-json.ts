/** Windows events as JSON: one object a line, lists of objects, or objects over several lines, as winlogbeat, the Elastic
 *  agent, Wazuh, NXLog, Splunk, PowerShell and readers of EVTX write them. Objects are found by a scan of their structure;
 *  fields are decoded when they are asked for. Objects that are no Windows events are rejects. */
import { limits } from '../core/limits.ts'
import type { Reject, RejectReason } from '../core/place.ts'
import type { EventRecord } from './event.ts'
import type { Chunk, EventFormat, EventReader, FormatOptions, Progress } from './format.ts'
import { type JsonBatch, WindowsJsonEvent } from './windows-json-event.ts'
import { JsonScan, openEnded } from './windows-json-scan.ts'
import { KeyTree } from './windows-json-tree.ts'

const lineFeed = 10
const comma = 44
const openBracket = 91
const closeBracket = 93
const openBrace = 123
/** Zeros behind the bytes, so that a scan ends without counting. */
const guardBytes = 8
/** An object that only holds a list of events, as PowerShell, Elasticsearch and others write it. */
const listHead =
  /^\{\s*"(?:value|events?|results?|records?|hits|data)"\s*:\s*(?:\{\s*"(?:events?|hits)"\s*:\s*)?\[(?=\s*\{)/i
const listHeadBytesMost = 200

const messages = {
  cut: 'The event ends before its JSON object does.',
  noObject: 'The line is not a JSON object of a Windows event.',
  noEvent: 'The JSON object is no Windows event: it has no event id, or neither a log nor a provider.',
} as const

/** What became of the bytes from a place on. */
type Step = 'whole' | 'wanting'

/** Reads one source. */
class WindowsJsonReader implements EventReader {
  readonly #scan = new JsonScan(new KeyTree())
  readonly #options: FormatOptions
  /** In the rest of an object that held a list of events. */
  #isBehindList = false
  #isInList = false
  #batch: JsonBatch | undefined
  #end = 0
  #at = 0
  #line = 1

  constructor(options: FormatOptions) {
    this.#options = options
  }

  read(chunk: Chunk, records: EventRecord[], rejects: Reject[]): Progress {
    this.#line = chunk.line
    let from = chunk.start
    let size = limits.windowsBatchBytes
    while (from < chunk.end) {
      const end = Math.min(chunk.end, from + size)
      this.#take(chunk, from, end)
      const isLast = chunk.last && end === chunk.end
      while (this.#at < this.#end && this.#step(isLast, records, rejects) === 'whole');
      if (this.#batch !== undefined) this.#batch.spans = this.#scan.spans
      from += this.#at
      if (end === chunk.end) break
      // An object that is larger than a batch gets a larger one.
      size = this.#at === 0 ? size * 2 : limits.windowsBatchBytes
    }
    return { bytes: from - chunk.start, lines: this.#line - chunk.line }
  }

  /** Copies a part of the chunk, so that its records stay good. */
  #take(chunk: Chunk, from: number, end: number): void {
    const length = end - from
    const bytes = Buffer.allocUnsafeSlow(length + guardBytes)
    bytes.set(chunk.bytes.subarray(from, end))
    bytes.fill(0, length)
    this.#scan.reset(bytes, length)
    this.#batch = {
      source: chunk.source,
      bytes,
      view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength),
      offset: chunk.offset + from - chunk.start,
      kindOf: this.#options.kindOf,
      utcOffsetMinutes: this.#options.utcOffsetMinutes ?? 0,
      spans: this.#scan.spans,
      hasKelvin: undefined,
    }
    this.#end = length
    this.#at = 0
  }

  /** The next object, or what stands between objects. */
  #step(isLast: boolean, records: EventRecord[], rejects: Reject[]): Step {
    const { bytes } = this.#batch as JsonBatch
    const byte = bytes[this.#at] as number
    if (byte <= 32 || byte === comma || byte === openBracket || byte === closeBracket) {
      if (byte === lineFeed) this.#line++
      if (byte === closeBracket) {
        this.#isBehindList = this.#isInList
        this.#isInList = false
      }
      this.#at++
      return 'whole'
    }
    return byte === openBrace ? this.#object(isLast, records, rejects) : this.#other(isLast, rejects)
  }

  #object(isLast: boolean, records: EventRecord[], rejects: Reject[]): Step {
    const at = this.#at
    const spansAt = this.#scan.used
    this.#isBehindList = false
    const end = this.#scan.object(at)
    if (end === openEnded && !isLast) return this.#list() ? 'whole' : 'wanting'
    const { place } = this.#scan
    if (end < 0 || place === undefined) {
      if (this.#list()) return 'whole'
      this.#reject(rejects, this.#lineEnd(at), end === openEnded ? 'truncated' : 'not-this-format', 'cut')
      return 'whole'
    }
    const { shape } = place
    if (shape.isEvent) {
      records.push(new WindowsJsonEvent(this.#batch as JsonBatch, shape, spansAt, at, end - at, this.#line))
      this.#pass(end)
    } else if (!this.#list()) this.#reject(rejects, end, 'unexpected-fields', 'noEvent')
    return 'whole'
  }

  /** Goes into an object that only holds a list of events; false where it is none. */
  #list(): boolean {
    const { bytes } = this.#batch as JsonBatch
    const head = bytes.toString('latin1', this.#at, Math.min(this.#end, this.#at + listHeadBytesMost))
    const found = listHead.exec(head)
    if (found === null) return false
    this.#pass(this.#at + found[0].length)
    this.#isInList = true
    return true
  }

  /** What is no object. */
  #other(isLast: boolean, rejects: Reject[]): Step {
    const { bytes, offset } = this.#batch as JsonBatch
    const at = this.#at
    if (this.#isBehindList) {
      this.#at++
      return 'whole'
    }
    if (offset + at === 0 && bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) {
      this.#at = 3
      return 'whole'
    }
    const end = this.#lineEnd(at)
    if (end === this.#end && !isLast) return 'wanting'
    this.#reject(rejects, end, 'not-this-format', 'noObject')
    return 'whole'
  }

  #lineEnd(at: number): number {
    const { bytes } = this.#batch as JsonBatch
    const found = bytes.indexOf(lineFeed, at)
    return found < 0 ? this.#end : found
  }

  /** Goes on at `end`, and counts the lines on the way. */
  #pass(end: number): void {
    const { bytes } = this.#batch as JsonBatch
    for (let at = bytes.indexOf(lineFeed, this.#at); at >= 0 && at < end; at = bytes.indexOf(lineFeed, at + 1)) {
      this.#line++
    }
    this.#at = end
  }

  #reject(rejects: Reject[], end: number, reason: RejectReason, message: keyof typeof messages): void {
    const { source, offset } = this.#batch as JsonBatch
    const place = { source, line: this.#line, offset: offset + this.#at, length: end - this.#at }
    rejects.push({ place, reason, message: messages[message] })
    this.#pass(end)
  }
}

/** The share of a sample's objects that are Windows events. */
function recognise(sample: Uint8Array): number {
  const end = Math.min(sample.length, limits.sampleBytesMax)
  const chunk = { source: '', bytes: sample, start: 0, end, offset: 0, line: 1, last: false }
  const records: EventRecord[] = []
  const rejects: Reject[] = []
  const { bytes } = new WindowsJsonReader({}).read(chunk, records, rejects)
  // A sample that ends within its first event.
  if (records.length === 0 && rejects.length === 0 && bytes < end) {
    new WindowsJsonReader({}).read({ ...chunk, last: true }, records, rejects)
  }
  return records.length === 0 ? 0 : (0.98 * records.length) / (records.length + rejects.length)
}

/** Reads `kindOf`, and `utcOffsetMinutes` for times without a zone. */
export const windowsJson: EventFormat = {
  kind: 'events',
  name: 'windows-json',
  title: 'Windows events as JSON (winlogbeat, NXLog, PowerShell, evtx_dump and others)',
  // A list of events may stand on one line of any length.
  cut: { chunkBytesMin: 1 },
  recognise,
  open: (options) => new WindowsJsonReader(options),
}
