/** What the reading thread and the judging thread say to each other. Buffers are handed over, not copied. */
import type { Reject } from '../core/place.ts'
import type { FormatOptions } from '../formats/format.ts'
import type { BatchParts } from '../formats/request-batch.ts'
import type { SourceFile } from './paths.ts'
import type { Problem } from './problem.ts'
import type { Reread, SourceOptions } from './source.ts'

/** To the reading thread: begin a stream, or have a used batch back and read on. */
export type ToReader =
  | {
      readonly kind: 'open'
      readonly stream: number
      readonly file: SourceFile
      readonly formatName: string
      readonly formatOptions: FormatOptions
      readonly sourceOptions: SourceOptions
    }
  | { readonly kind: 'return'; readonly stream: number; readonly parts: BatchParts }

/** From the reading thread. */
export type FromReader =
  | {
      readonly kind: 'batch'
      readonly stream: number
      readonly parts: BatchParts
      readonly rejects: readonly Reject[]
      readonly bytes: number
      readonly bytesRead: number
      readonly reread: Reread | undefined
    }
  | {
      readonly kind: 'end'
      readonly stream: number
      readonly problems: readonly Problem[]
      readonly reread: Reread | undefined
    }

/** The buffers of a batch, for handing over. */
export function buffersOf(parts: BatchParts): ArrayBuffer[] {
  const { bytes, spans, timeMs, status, bodyBytes, durationMs, line, offset, length, firstLook } = parts
  const columns = [
    bytes,
    spans,
    timeMs,
    status,
    bodyBytes,
    durationMs,
    line,
    offset,
    length,
    ...Object.values(firstLook),
  ]
  return columns.map((column) => column.buffer as ArrayBuffer)
}
