/** A Windows event log (EVTX) as lines: each event one line of JSON, as the journal keeps logs and the reader of Windows
 *  events in JSON takes them. Events that an earlier copy of the same log held are left out. */
import { EvtxReader, type EvtxSink, recogniseEvtx } from '../formats/evtx/evtx.ts'
import type { ByteInput } from './byte-input.ts'
import { type Problem, showPath } from './problem.ts'

/** The last event that was taken from a log: its number, and when it happened. */
export interface LastEvent {
  readonly recordId: number
  readonly timeMs: number
}

const pieceBytes = 256 * 1024

/** True for the first bytes of a Windows event log. */
export const isEvtx = (head: Uint8Array): boolean => recogniseEvtx(head) === 1

/** The lines of a log. */
export class EvtxLines implements ByteInput {
  readonly #name: string
  readonly #raw: ByteInput
  readonly #reader = new EvtxReader()
  readonly #bytes = Buffer.allocUnsafe(2 * pieceBytes)
  readonly #sink: EvtxSink
  #filled = 0
  #offset = 0
  #isLast = false
  #damaged = 0
  #lines: string[] = []
  #out: Buffer = Buffer.alloc(0)
  #last: LastEvent | undefined

  constructor(name: string, raw: ByteInput, earlier: LastEvent | undefined) {
    this.#name = name
    this.#raw = raw
    this.#last = earlier
    this.#sink = {
      record: (record) => {
        const { recordId, timeMs } = record
        // A log that was cleared counts from 1 again.
        if (earlier !== undefined && recordId <= earlier.recordId && !(timeMs > earlier.timeMs)) return
        const isLater = this.#last === undefined || recordId >= this.#last.recordId || timeMs > this.#last.timeMs
        if (isLater && Number.isFinite(timeMs)) this.#last = { recordId, timeMs }
        this.#lines.push(JSON.stringify(record))
      },
      reject: () => {
        this.#damaged++
      },
    }
  }

  /** The last event of this copy, or of the earlier one. */
  get last(): LastEvent | undefined {
    return this.#last
  }

  get problem(): Problem | undefined {
    if (this.#damaged === 0) return this.#raw.problem
    const message = `${showPath(this.#name)} is damaged in ${this.#damaged === 1 ? 'one place' : `${this.#damaged} places`}; the events that are whole were read.`
    return { path: this.#name, code: 'read-error', message }
  }

  get position(): number {
    return this.#raw.position
  }

  get total(): number | undefined {
    return this.#raw.total
  }

  async read(into: Uint8Array, at: number, length: number): Promise<number> {
    while (this.#out.length === 0) {
      if (!(await this.#step())) return 0
      if (this.#lines.length === 0) continue
      this.#out = Buffer.from(`${this.#lines.join('\n')}\n`)
      this.#lines = []
    }
    const count = Math.min(length, this.#out.length)
    into.set(this.#out.subarray(0, count), at)
    this.#out = this.#out.subarray(count)
    return count
  }

  restart(): undefined {
    return undefined
  }

  close(): void {
    this.#raw.close()
  }

  /** Reads on by a chunk; false at the end. */
  async #step(): Promise<boolean> {
    while (!this.#isLast && this.#filled < pieceBytes) {
      const count = await this.#raw.read(this.#bytes, this.#filled, pieceBytes)
      if (count === 0) this.#isLast = true
      this.#filled += count
    }
    if (this.#filled === 0) return false
    // The records' values are read at once, so that the bytes may be moved afterwards.
    const bytes = this.#bytes.subarray(0, this.#filled)
    const used = this.#reader.step(this.#name, bytes, this.#offset, this.#isLast, this.#sink)
    if (used === 0 && this.#isLast) return false
    this.#bytes.copyWithin(0, used, this.#filled)
    this.#filled -= used
    this.#offset += used
    return true
  }
}
