/** The progress bar: one line on a terminal's error stream, redrawn at most ten times a second and wiped at the end.
 *  Where there is no terminal it writes nothing. It takes its clock and its stream from the caller. */
import { counted, inBytes, inDigits } from '../core/counts.ts'

/** The part of `process.stderr` that is used. */
export interface ProgressStream {
  readonly isTTY?: boolean
  readonly columns?: number
  write(text: string): unknown
}

/** How far a scan has come. */
export interface ScanState {
  readonly bytesRead: number
  /** Bytes of all sources; 0 where it is not known (standard input). */
  readonly bytesTotal: number
  readonly lines: number
  readonly findings: number
}

const redrawMsMin = 100
const barColumnsMax = 30
/** The rate is that of the last seconds, not of the whole scan, so that it shows a source that is slow. */
const rateWindowMs = 2_000
const wipe = '\r\u001b[2K'

/** The bar itself: `update` it as often as you like, `clear` it before printing anything else. */
export class ProgressBar {
  readonly #stream: ProgressStream
  readonly #now: () => number
  #drawnAtMs = Number.NEGATIVE_INFINITY
  #isDrawn = false
  /** Where the rate's window began, and the rate of the window before. */
  #windowStartMs = Number.NaN
  #windowStartLines = 0
  #linesPerSecond: number | undefined

  /** `now`: milliseconds from any beginning, never going back. */
  constructor(stream: ProgressStream, now: () => number) {
    this.#stream = stream
    this.#now = now
  }

  /** Shows the state, unless it was drawn less than 100 ms ago. Cheap enough to call for every batch. */
  update(state: ScanState): void {
    if (this.#stream.isTTY !== true) return
    const nowMs = this.#now()
    if (nowMs - this.#drawnAtMs < redrawMsMin) return
    this.#drawnAtMs = nowMs
    this.#isDrawn = true
    const columns = (this.#stream.columns ?? 80) - 1
    this.#stream.write(wipe + progressLine(state, this.#rate(state.lines, nowMs), columns))
  }

  /** Wipes the line, so that what is printed next begins on a clean one. */
  clear(): void {
    if (!this.#isDrawn) return
    this.#isDrawn = false
    this.#drawnAtMs = Number.NEGATIVE_INFINITY
    this.#stream.write(wipe)
  }

  #rate(lines: number, nowMs: number): number | undefined {
    if (Number.isNaN(this.#windowStartMs)) {
      this.#windowStartMs = nowMs
      this.#windowStartLines = lines
      return undefined
    }
    const passedMs = nowMs - this.#windowStartMs
    if (passedMs >= rateWindowMs || this.#linesPerSecond === undefined) {
      this.#linesPerSecond = ((lines - this.#windowStartLines) / Math.max(1, passedMs)) * 1000
    }
    if (passedMs >= rateWindowMs) {
      this.#windowStartMs = nowMs
      this.#windowStartLines = lines
    }
    return this.#linesPerSecond
  }
}

/** `[########......] 43%  215 MB of 500 MB  812,000 lines/s  3 findings`; what does not fit is left out from the end,
 *  the bar first. Never wider than `columns`. */
export function progressLine(state: ScanState, linesPerSecond: number | undefined, columns: number): string {
  const { bytesRead, bytesTotal, lines, findings } = state
  const share = bytesTotal > 0 ? Math.min(1, Math.max(0, bytesRead / bytesTotal)) : undefined
  const parts = [
    share === undefined ? inBytes(bytesRead) : `${inBytes(bytesRead)} of ${inBytes(bytesTotal)}`,
    counted(findings, 'finding'),
    linesPerSecond === undefined ? counted(lines, 'line') : `${inDigits(linesPerSecond)} lines/s`,
  ]
  if (share !== undefined) parts.unshift(`${Math.floor(share * 100)}%`)
  while (parts.length > 1 && parts.join('  ').length > columns) parts.pop()
  const text = parts.join('  ').slice(0, Math.max(0, columns))
  const room = Math.min(barColumnsMax, columns - text.length - 3)
  if (share === undefined || room < 10) return text
  const filled = Math.round(share * room)
  return `[${'#'.repeat(filled)}${'.'.repeat(room - filled)}] ${text}`
}
