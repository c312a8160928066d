/** Requests as columns over bytes: the record type that all web formats produce and the registration watch reads.
 *  A field is a span of `bytes`; a string is made only for a record that is looked at closely. */
import { limits } from '../core/limits.ts'
import type { Place } from '../core/place.ts'
import { latin1Text } from './latin1.ts'

/** The fields that are kept as spans of bytes. A field that a log lacks, or holds as `-`, is an empty span. */
export const field = {
  client: 0,
  method: 1,
  target: 2,
  referer: 3,
  agent: 4,
  user: 5,
  forwarded: 6,
  host: 7,
  cookie: 8,
  requestId: 9,
} as const
export type Field = (typeof field)[keyof typeof field]
export const fieldCount = 10

/** Not known: the log has no such field, or `-`. */
export const unknown = -1

/** A run of requests of one source, in the order of its lines.
 *
 *  Spans are `[start, end)` pairs in `spans`: field f of record i starts at `spans[(i * fieldCount + f) * 2]`.
 *  Numbers use `unknown` (-1) where the log does not say. */
export class RequestBatch {
  count = 0
  /** The bytes that spans point into: the chunk itself, or an arena that the reader filled with decoded fields. */
  bytes: Uint8Array = new Uint8Array(0)
  /** True where field bytes still carry the log writer's escapes (`\xHH`, `\"`, `\\`, `\n`); see `unescapeLog`. */
  escaped = false
  /** The source's path, as in `Place`. */
  source = ''
  readonly capacity: number
  readonly spans: Int32Array
  /** Event time, milliseconds since the epoch, UTC. */
  readonly timeMs: Float64Array
  readonly status: Int16Array
  /** Bytes of the response's body. */
  readonly bodyBytes: Float64Array
  /** Time that the server took, milliseconds. */
  readonly durationMs: Float64Array
  /** Line number from 1, byte offset in the source, and length of the raw line without its terminator. */
  readonly line: Float64Array
  readonly offset: Float64Array
  readonly length: Int32Array
  /** The watch's first look at each record, which can be taken in another thread: see `first-look.ts` of the watch. */
  readonly firstLook: FirstLook
  /** False until `firstLook` is filled for these records. */
  looked = false

  constructor(capacity: number = limits.batchRecordsMax, parts?: BatchParts) {
    this.capacity = capacity
    if (parts !== undefined) {
      Object.assign(this, parts)
      this.spans = parts.spans
      this.timeMs = parts.timeMs
      this.status = parts.status
      this.bodyBytes = parts.bodyBytes
      this.durationMs = parts.durationMs
      this.line = parts.line
      this.offset = parts.offset
      this.length = parts.length
      this.firstLook = parts.firstLook
      return
    }
    this.spans = new Int32Array(capacity * fieldCount * 2)
    this.timeMs = new Float64Array(capacity)
    this.status = new Int16Array(capacity)
    this.bodyBytes = new Float64Array(capacity)
    this.durationMs = new Float64Array(capacity)
    this.line = new Float64Array(capacity)
    this.offset = new Float64Array(capacity)
    this.length = new Int32Array(capacity)
    this.firstLook = newFirstLook(capacity)
  }

  /** Empties the batch and points it at new bytes. Spans of fields that a reader never writes stay empty. */
  reset(source: string, bytes: Uint8Array, escaped: boolean): void {
    this.count = 0
    this.source = source
    this.bytes = bytes
    this.escaped = escaped
    this.looked = false
  }

  /** All that the batch is, as plain data over buffers that can be handed to another thread. */
  parts(): BatchParts {
    const { count, bytes, escaped, source, capacity, looked } = this
    const { spans, timeMs, status, bodyBytes, durationMs, line, offset, length, firstLook } = this
    return {
      ...{ count, bytes, escaped, source, capacity, looked },
      ...{ spans, timeMs, status, bodyBytes, durationMs, line, offset, length, firstLook },
    }
  }

  static of(parts: BatchParts): RequestBatch {
    return new RequestBatch(parts.capacity, parts)
  }

  start(record: number, of: Field): number {
    return this.spans[(record * fieldCount + of) * 2] as number
  }

  end(record: number, of: Field): number {
    return this.spans[(record * fieldCount + of) * 2 + 1] as number
  }

  /** The field as text, one character a byte (latin-1), log escapes undone. For records that are looked at. */
  text(record: number, of: Field): string {
    const start = this.start(record, of)
    const end = this.end(record, of)
    if (start >= end) return ''
    const raw = latin1Text(this.bytes, start, end)
    return this.escaped && raw.includes('\\') ? unescapeLog(raw) : raw
  }

  place(record: number): Place {
    return {
      source: this.source,
      line: this.line[record] as number,
      offset: this.offset[record] as number,
      length: this.length[record] as number,
    }
  }
}

/** Columns of a first look: where the path ends in the target, hashes of client, path and agent, and marks. */
export interface FirstLook {
  readonly pathEnd: Int32Array
  readonly clientHash: Int32Array
  readonly pathHash: Int32Array
  readonly agentHash: Int32Array
  readonly marks: Uint8Array
}

/** A batch as plain data; see `RequestBatch` for what each is. */
export type BatchParts = Pick<RequestBatch, 'count' | 'bytes' | 'escaped' | 'source' | 'capacity' | 'looked' | Columns>
type Columns = 'spans' | 'timeMs' | 'status' | 'bodyBytes' | 'durationMs' | 'line' | 'offset' | 'length' | 'firstLook'

const newFirstLook = (capacity: number): FirstLook => ({
  pathEnd: new Int32Array(capacity),
  clientHash: new Int32Array(capacity),
  pathHash: new Int32Array(capacity),
  agentHash: new Int32Array(capacity),
  marks: new Uint8Array(capacity),
})

const simpleEscapes: Record<string, string> = {
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  b: '\b',
  f: '\f',
  '"': '"',
  '\\': '\\',
}

/** Undoes what web servers do to a field before they log it: nginx writes `\xHH` (upper case) for control characters,
 *  `"` and `\`; Apache writes `\"`, `\\`, C escapes and `\xhh`. Anything else after a backslash stays as it is. */
export function unescapeLog(text: string): string {
  return text.replace(/\\(?:x([0-9a-fA-F]{2})|([nrtvbf"\\]))/g, (_, hex: string | undefined, simple: string) =>
    hex === undefined ? (simpleEscapes[simple] as string) : String.fromCharCode(Number.parseInt(hex, 16)),
  )
}
