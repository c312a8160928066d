/** What comes in over HTTP: bodies that senders push, which are kept whole or not at all, so that a sender that gets no
 *  200 sends the same body again. Bodies are bounded, each and together. Files that people upload are `upload.ts`. */
import { setTimeout as delay } from 'node:timers/promises'
import type { SourceId } from '../../core/ids.ts'
import { limits } from '../../core/limits.ts'
import { err, ok, type Result } from '../../core/result.ts'
import { openText } from '../compression.ts'
import type { JournalPort } from '../definition.ts'
import { MemoryInput } from './memory-input.ts'

/** Why nothing of a body was kept. `full`, `busy` and `disk-full` pass: the sender is to try again. */
export interface IntakeProblem {
  readonly code:
    | 'too-large'
    | 'unknown-encoding'
    | 'damaged'
    | 'cut-short'
    | 'full'
    | 'busy'
    | 'disk-full'
    | 'too-many-streams'
  /** For a person: what happened and what to do. */
  readonly message: string
}

/** What was kept of a body. */
export interface PushCounts {
  readonly lines: number
  /** Bytes of text. */
  readonly bytes: number
}

/** What a request says of its body. */
export interface PushRequest {
  /** The request's Content-Encoding; gzip and zstd are recognised by content, too. */
  readonly contentEncoding?: string
  /** The request's Content-Length, where it has one: a body that is too large is refused before it is read. */
  readonly contentLength?: number
}

/** What the intake needs of a journal beside the port. */
export interface IntakeJournal extends JournalPort {
  hasRoomFor(sourceId: SourceId, stream: string): boolean
  lookAtSpace(): Promise<void>
}

const lineFeed = 10
const encodings = new Set(['', 'identity', 'gzip', 'x-gzip', 'zstd'])

/** Takes pushed bodies for all push sources of a desk. */
export class PushIntake {
  readonly #journal: IntakeJournal
  #heldBytes = 0

  constructor(journal: IntakeJournal) {
    this.#journal = journal
  }

  /** Keeps a body of lines (NDJSON or any other text) in a stream. Answers once all of it is on disk; a problem means
   *  that nothing of it was kept. The one exception is a disk that fails within the body: it may be kept in part, the
   *  answer is a problem, and lines that are then sent again appear twice. */
  async acceptPush(
    sourceId: SourceId,
    stream: string,
    body: AsyncIterable<Uint8Array>,
    request: PushRequest = {},
  ): Promise<Result<PushCounts, IntakeProblem>> {
    if (!encodings.has((request.contentEncoding ?? '').trim().toLowerCase())) return err(problems['unknown-encoding'])
    if ((request.contentLength ?? 0) > limits.pushBodyBytesMax) return err(problems['too-large'])
    await this.#journal.lookAtSpace()
    if (this.#journal.isFull) return err(problems.full)
    if (!this.#journal.hasRoomFor(sourceId, stream)) return err(problems['too-many-streams'])
    const held = { bytes: 0 }
    try {
      const packed = await this.#gather(body, held)
      if (!packed.ok) return packed
      const text = await this.#unpack(packed.value, held)
      if (!text.ok) return text
      return await this.#keep(sourceId, stream, text.value)
    } finally {
      this.#heldBytes -= held.bytes
    }
  }

  /** Counts bytes that are held for a body; false where there is no room for more. */
  #hold(held: { bytes: number }, bytes: number): boolean {
    if (this.#heldBytes + bytes > limits.pushHeldBytesMax) return false
    this.#heldBytes += bytes
    held.bytes += bytes
    return true
  }

  async #gather(
    body: AsyncIterable<Uint8Array>,
    held: { bytes: number },
  ): Promise<Result<readonly Uint8Array[], IntakeProblem>> {
    const pieces: Uint8Array[] = []
    let bytes = 0
    try {
      for await (const piece of body) {
        bytes += piece.length
        if (bytes > limits.pushBodyBytesMax) return err(problems['too-large'])
        if (!this.#hold(held, piece.length)) return err(problems.busy)
        pieces.push(piece)
      }
    } catch {
      // The connection broke, or the server gave the body up.
      return err(problems['cut-short'])
    }
    return ok(pieces)
  }

  async #unpack(
    packed: readonly Uint8Array[],
    held: { bytes: number },
  ): Promise<Result<readonly Uint8Array[], IntakeProblem>> {
    const { input, compression, encoding } = await openText('body', new MemoryInput(Buffer.concat(packed)))
    if (compression === 'none' && encoding === 'utf-8') return ok(packed)
    const pieces: Uint8Array[] = []
    let bytes = 0
    try {
      for (;;) {
        const piece = Buffer.allocUnsafe(pieceBytes)
        const count = await input.read(piece, 0, piece.length)
        if (count === 0) break
        bytes += count
        if (bytes > limits.pushBodyBytesMax) return err(problems['too-large'])
        if (!this.#hold(held, piece.length)) return err(problems.busy)
        pieces.push(piece.subarray(0, count))
      }
    } finally {
      input.close()
    }
    if (input.problem === undefined) return ok(pieces)
    return err(input.problem.code === 'decompression-bomb' ? problems['too-large'] : problems.damaged)
  }

  async #keep(
    sourceId: SourceId,
    stream: string,
    pieces: readonly Uint8Array[],
  ): Promise<Result<PushCounts, IntakeProblem>> {
    const isEnded = pieces.at(-1)?.at(-1) === lineFeed || pieces.length === 0
    const text = Buffer.concat(isEnded ? pieces : [...pieces, Buffer.from([lineFeed])])
    if (text.length === 0) return ok({ lines: 0, bytes: 0 })
    let lines = 0
    for (let at = text.indexOf(lineFeed); at >= 0; at = text.indexOf(lineFeed, at + 1)) lines++
    const kept = this.#journal.append(sourceId, stream, text, true).then(
      () => true,
      () => false,
    )
    return (await within(kept, limits.pushKeepMsMax)) ? ok({ lines, bytes: text.length }) : err(problems['disk-full'])
  }
}

/** False where it takes longer: a disk that filled up within the body keeps its rest waiting, but not its sender. */
async function within(kept: Promise<boolean>, ms: number): Promise<boolean> {
  const timer = new AbortController()
  const late = delay(ms, false, { signal: timer.signal, ref: false }).catch(() => false)
  const answer = await Promise.race([kept, late])
  timer.abort()
  return answer
}

const pieceBytes = 256 * 1024
const bodyMebibytes = limits.pushBodyBytesMax / 2 ** 20

const problem = <Code extends IntakeProblem['code']>(code: Code, message: string): IntakeProblem => ({ code, message })
const problems: Readonly<Record<IntakeProblem['code'], IntakeProblem>> = {
  'too-large': problem(
    'too-large',
    `Nothing was kept: the body has more than ${bodyMebibytes} MiB (packed or unpacked). Send fewer lines at a time.`,
  ),
  'unknown-encoding': problem(
    'unknown-encoding',
    'Nothing was kept: the body is packed in a way that the desk does not know. Send it as gzip, zstd or plain text.',
  ),
  damaged: problem('damaged', 'Nothing was kept: the packed body is damaged or cut short. Send it again.'),
  'cut-short': problem('cut-short', 'Nothing was kept: the connection broke before the end. Send it again.'),
  full: problem(
    'full',
    'Nothing was kept: more has arrived than could be read so far, or the disk is nearly full. Send it again later.',
  ),
  busy: problem('busy', 'Nothing was kept: too many senders push at this moment. Send it again in some seconds.'),
  'disk-full': problem(
    'disk-full',
    'The disk of the desk took not all of it. Make room there, then send it again; some of its lines may then appear twice.',
  ),
  'too-many-streams': problem(
    'too-many-streams',
    'Nothing was kept: this source has as many streams as it can have. Use the name of one that is there.',
  ),
}
