/** Copies a file's text into a stream of the journal, whole lines at a time and no faster than the analysis reads. The
 *  same text gives the same stream, so that an import which was broken off goes on where it stopped. */
import type { SourceId } from '../../core/ids.ts'
import { limits } from '../../core/limits.ts'
import type { ByteInput } from '../byte-input.ts'
import type { JournalPort } from '../definition.ts'
import type { Problem } from '../problem.ts'

/** What an import needs of a journal beside the port. */
export interface ImportJournal extends JournalPort {
  whenUnreadBelow(bytes: number): Promise<void>
  bytesWritten(sourceId: SourceId, stream: string): number
  isEnded(sourceId: SourceId, stream: string): boolean
  hasRoomFor(sourceId: SourceId, stream: string): boolean
}

/** What became of a text. */
export interface ImportOutcome {
  /** Bytes of the stream, by this import and an earlier one that was broken off. */
  readonly bytes: number
  readonly lines: number
  /** What was wrong with the file; everything before it was taken. */
  readonly problem: Problem | undefined
}

/** Where to. */
export interface ImportTarget {
  readonly journal: ImportJournal
  readonly sourceId: SourceId
  readonly stream: string
}

const nextTick = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
const lineFeed = 10
const lineEnd = Uint8Array.of(lineFeed)
/** A line longer than the longest that is read gets ends put into it: it is a reject however long it is. */
const heldBytesMost = 2 * limits.lineBytesMax

/** Copies from where the stream stands to the end, and ends the stream. Rejects where the journal does. `signal`
 *  breaks the import off between two pieces: the answer is then undefined. */
export async function importText(
  input: ByteInput,
  target: ImportTarget,
  signal: AbortSignal,
): Promise<ImportOutcome | undefined> {
  const writer = new LineWriter(target, signal)
  const buffer = Buffer.allocUnsafe(limits.chunkBytes + heldBytesMost)
  let held = 0
  for (;;) {
    if (signal.aborted) return undefined
    // A plain file answers at once: others have their turn between two pieces.
    await nextTick()
    const count = await input.read(buffer, held, limits.chunkBytes)
    if (count === 0) break
    const filled = held + count
    const end = buffer.subarray(held, filled).lastIndexOf(lineFeed)
    const whole = end < 0 ? 0 : held + end + 1
    if (whole > 0) await writer.write(buffer.subarray(0, whole))
    buffer.copyWithin(0, whole, filled)
    held = filled - whole
    if (held >= heldBytesMost) {
      await writer.write(Buffer.concat([buffer.subarray(0, heldBytesMost), lineEnd]))
      buffer.copyWithin(0, heldBytesMost, held)
      held -= heldBytesMost
    }
  }
  if (held > 0) await writer.write(Buffer.concat([buffer.subarray(0, held), lineEnd]))
  if (writer.isStopped) return undefined
  await target.journal.end(target.sourceId, target.stream)
  return { bytes: writer.bytes, lines: writer.lines, problem: input.problem }
}

/** Appends what the stream does not hold yet. */
class LineWriter {
  readonly #target: ImportTarget
  readonly #signal: AbortSignal
  readonly #aborted: Promise<void>
  #left: number
  bytes = 0
  lines = 0
  /** Something was left out, because the import was broken off. */
  isStopped = false

  constructor(target: ImportTarget, signal: AbortSignal) {
    this.#target = target
    this.#signal = signal
    this.#aborted = aborted(signal)
    this.#left = target.journal.bytesWritten(target.sourceId, target.stream)
  }

  async write(piece: Uint8Array): Promise<void> {
    this.bytes += piece.length
    for (let at = piece.indexOf(lineFeed); at >= 0; at = piece.indexOf(lineFeed, at + 1)) this.lines++
    const skipped = Math.min(this.#left, piece.length)
    this.#left -= skipped
    if (skipped === piece.length) return
    const { journal, sourceId, stream } = this.#target
    await Promise.race([journal.whenUnreadBelow(limits.importUnreadBytesMax), this.#aborted])
    if (this.#signal.aborted) this.isStopped = true
    if (this.isStopped) return
    // The buffer is filled again while the journal writes: it gets bytes of its own.
    await journal.append(sourceId, stream, Uint8Array.from(piece.subarray(skipped)), false)
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve()
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
}
