/** Watches a file that was left after a rotation for a while longer: a writer that reopens its log late goes on writing
 *  to the old one. What comes then is counted, so that it can be said; it is not read. */
import { limits } from '../../core/limits.ts'
import type { Generation } from './generation.ts'

/** A file that was read to what seemed its end. */
export class LateLines {
  readonly #left: Generation
  readonly #untilMs: number
  readonly #size: number
  #hasClosed = false

  constructor(left: Generation, nowMs: number) {
    this.#left = left
    this.#untilMs = nowMs + limits.followLateMs
    this.#size = left.look.size
  }

  /** Bytes that came since it was left, once: then, and after a while in any case, the file is let go. */
  look(nowMs: number): number {
    if (this.#hasClosed) return 0
    this.#left.refresh()
    const late = this.#left.isReplaced ? 0 : this.#left.look.size - this.#size
    const { links } = this.#left.look
    if (late > 0 || links === 0 || nowMs >= this.#untilMs || this.#left.isReplaced) this.close()
    return Math.max(0, late)
  }

  close(): void {
    this.#hasClosed = true
    this.#left.close()
  }
}
