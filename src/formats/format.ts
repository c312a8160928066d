/** The shape of every format: it recognises a sample and opens a reader that turns chunks of bytes into records and
 *  rejects. A reader never throws on input, does no I/O, and keeps state only between chunks of one source. */
import type { Reject } from '../core/place.ts'
import type { EventRecord, KindOf } from './event.ts'
import type { RequestBatch } from './request-batch.ts'
import type { StatementRecord } from './statement.ts'

/** Bytes of one source, cut at line ends by the source (the last chunk may lack its terminator). */
export interface Chunk {
  /** The source's path, as in `Place`. */
  readonly source: string
  readonly bytes: Uint8Array
  /** Where the lines to read begin and end in `bytes`. */
  readonly start: number
  readonly end: number
  /** Byte offset of `bytes[start]` in the source. */
  readonly offset: number
  /** Number, from 1, of the line that begins at `start`. */
  readonly line: number
  /** No more bytes follow, or the pending record has outgrown `limits.recordBytesMax`: the reader must consume all,
   *  turning what is incomplete into a reject. */
  readonly last: boolean
}

/** How far a reader came. The source hands what was not consumed again, with more bytes behind it. */
export interface Progress {
  /** Bytes consumed from `chunk.start`: always whole records, rejects included. */
  readonly bytes: number
  /** Lines consumed. */
  readonly lines: number
}

/** Reads one source of web requests. */
export interface RequestReader {
  /** Reads records into `batch` (which it resets) until the chunk ends or the batch is full. */
  read(chunk: Chunk, batch: RequestBatch, rejects: Reject[]): Progress
}

/** Reads one source of database statements. */
export interface StatementReader {
  read(chunk: Chunk, records: StatementRecord[], rejects: Reject[]): Progress
}

/** Reads one source of machine or network events. Records stay good after the next call. */
export interface EventReader {
  read(chunk: Chunk, records: EventRecord[], rejects: Reject[]): Progress
}

/** A format's opinion of a sample, 0 (not mine) to 1 (certain). The sample is the head of a source, cut at a line end
 *  where it has one; damaged lines among good ones lower the figure but do not make it 0. */
export type Recognise = (sample: Uint8Array) => number

/** Settings that a format may take; each format documents those that it reads. */
export interface FormatOptions {
  /** For logs that leave the time zone out: minutes east of UTC. */
  readonly utcOffsetMinutes?: number
  /** For logs that leave the year out: about when the log ends, for example when its file was last written. Without it
   *  such times are not known. */
  readonly referenceMs?: number | undefined
  /** For JSON access logs: our field name to the log's key (dots reach into objects). */
  readonly fieldMap?: Readonly<Record<string, string>>
  /** For events: tells the kind of log of an event whose format does not say it all. */
  readonly kindOf?: KindOf
}

/** A format of web logs. */
export interface RequestFormat {
  readonly kind: 'requests'
  /** What `--format` takes and the report says, for example `combined`. */
  readonly name: string
  /** Plain words: `nginx or Apache access log (combined)`. */
  readonly title: string
  readonly recognise: Recognise
  open(options: FormatOptions): RequestReader
}

/** A format of database logs. */
export interface StatementFormat {
  readonly kind: 'statements'
  readonly name: string
  readonly title: string
  readonly recognise: Recognise
  open(options: FormatOptions): StatementReader
}

/** A format of machine or network events. */
export interface EventFormat {
  readonly kind: 'events'
  readonly name: string
  readonly title: string
  /** Where a source may cut the bytes: at the ends of lines, or anywhere, for what has no lines (EVTX) or lines without
   *  bound (lists of JSON, XML). Of the latter a chunk holds at least `chunkBytesMin` bytes unless it is the last, and comes
   *  again with more where its reader consumes nothing. */
  readonly cut: 'lines' | { readonly chunkBytesMin: number; readonly isBinary?: boolean }
  /** Its lines begin with a syslog header, which says when and where: it is left to the format. */
  readonly readsSyslog?: boolean
  readonly recognise: Recognise
  open(options: FormatOptions): EventReader
}

/** Any format. */
export type Format = RequestFormat | StatementFormat | EventFormat
