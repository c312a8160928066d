/** What formats of events may be told beside what every format may. */
import type { FormatOptions } from '../format.ts'

/** Settings of a format of events. */
export interface EventOptions extends FormatOptions {
  /** For logs that leave the year out: about when the log ends, for example when its file was last written. Without it
   *  such times are not known. */
  readonly referenceMs?: number | undefined
}
