/** Where something stands in the input, exactly enough to open the bytes again. */

/** A line of a source. `offset` and `length` are bytes of the text as read: for a compressed file, of the
 *  decompressed text. `line` counts from 1. `length` leaves the line's terminator out. */
export interface Place {
  /** The file's path as the user gave it, or `-` for standard input. */
  readonly source: string
  readonly line: number
  readonly offset: number
  readonly length: number
}

/** Input that could not be parsed, kept with its reason and place (invariant 2). */
export interface Reject {
  readonly place: Place
  readonly reason: RejectReason
  /** One plain sentence: what is wrong with this line. It never quotes the line's content. */
  readonly message: string
}

/** Why a line is a reject. */
export type RejectReason =
  | 'not-this-format'
  | 'truncated'
  | 'line-too-long'
  | 'bad-time'
  | 'bad-number'
  | 'bad-encoding'
  | 'unexpected-fields'
  | 'binary'
  | 'damaged'
