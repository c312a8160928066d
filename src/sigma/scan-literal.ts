/** What scans look for, and to whom they report: the words that the tries, the grams and the scanner share. */
import type { Anchoring } from './text.ts'

/** A folded literal, and the number that is reported where it is found. */
export interface ScanLiteral {
  readonly literal: string
  readonly anchoring: Anchoring
  readonly output: number
}

/** Takes what was found; the same number may come several times. */
export interface ScanSink {
  hit(output: number): void
}
