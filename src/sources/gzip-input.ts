/** gzip (RFC 1952) as a stream of text: any number of members, zero padding between and behind them, and of a damaged
 *  file everything up to the damage. The members are walked here and only the deflate data goes to zlib, because
 *  Node's own gunzip throws away the last output when a checksum is wrong or other bytes follow. */
import { crc32 } from 'node:zlib'
import type { ByteInput } from './byte-input.ts'
import { DecompressedInput } from './decompressed-input.ts'
import { Engine } from './engine.ts'
import { RawCursor } from './raw-cursor.ts'

const pieceBytes = 64 * 1024
/** Pieces of the second reading of a damaged stretch: what was decompressed of the piece that holds the damage is lost,
 *  so it is kept as small as a handful of lines. */
const finePieceBytes = 16
/** Feature flags of a member's header (RFC 1952 section 2.3.1). */
const flag = { headerChecksum: 2, extra: 4, name: 8, comment: 16 }

/** The text of a gzip file. */
export class GzipInput extends DecompressedInput {
  #cursor: RawCursor
  #engine: Engine | undefined
  /** The piece that the engine has, and what it had before in this member. */
  #pieceLength = 0
  #fedBefore = 0
  #memberStart = 0
  #memberBytes = 0
  #memberChecksum = 0
  /** Text of this member that an earlier, coarser reading gave already. */
  #memberSkip = 0
  /** Raw offset from which pieces are fine; Infinity while nothing is known to be damaged. */
  #fineFrom = Number.POSITIVE_INFINITY

  constructor(path: string, raw: ByteInput) {
    super(path, raw)
    this.#cursor = new RawCursor(raw)
  }

  protected override async decompress(): Promise<Uint8Array | null> {
    for (;;) {
      if (this.#engine === undefined && !(await this.#openMember())) return null
      const engine = this.#engine as Engine
      const text = engine.take()
      if (text !== null) {
        await this.#feedAhead(engine)
        const fresh = this.#acceptText(text)
        if (fresh.length > 0) return fresh
      } else if (engine.failure !== undefined) {
        if (!(await this.#goBack(engine))) return null
      } else if (engine.ended) {
        if (!(await this.#closeMember(engine))) return null
      } else if (engine.idle) {
        await this.#feed(engine)
      } else {
        await engine.wait()
      }
    }
  }

  protected override release(): void {
    this.#engine?.destroy()
    this.#engine = undefined
  }

  /** Counts the text of the member, and leaves out what was given before. */
  #acceptText(text: Uint8Array): Uint8Array {
    this.#memberChecksum = crc32(text, this.#memberChecksum)
    this.#memberBytes += text.length
    const skipped = Math.min(this.#memberSkip, text.length)
    this.#memberSkip -= skipped
    return skipped === 0 ? text : text.subarray(skipped)
  }

  async #feedAhead(engine: Engine): Promise<void> {
    if (engine.idle && !engine.ended && engine.failure === undefined) await this.#feed(engine)
  }

  async #feed(engine: Engine): Promise<void> {
    this.#cursor.skip(this.#pieceLength)
    this.#fedBefore += this.#pieceLength
    this.#pieceLength = 0
    if (!(await this.#cursor.ensure(1))) return engine.finish()
    const untilFine = this.#fineFrom - this.#cursor.position
    const piece = this.#cursor.view(untilFine <= 0 ? finePieceBytes : Math.min(pieceBytes, untilFine))
    this.#pieceLength = piece.length
    engine.feed(piece)
  }

  /** Steps over padding and a member's header; false at the end, or at something that is no member. */
  async #openMember(): Promise<boolean> {
    const cursor = this.#cursor
    this.#memberStart = cursor.position
    let padded = false
    while (await cursor.ensure(1)) {
      if (cursor.peek(0) !== 0 || this.#memberStart === 0) break
      cursor.skip(1)
      padded = true
    }
    if (cursor.available === 0) return false
    this.#memberStart = cursor.position
    if (!(await cursor.ensure(2))) return this.#stop('truncated-compression')
    if (cursor.peek(0) !== 0x1f || cursor.peek(1) !== 0x8b) {
      return this.#stop(
        'corrupt-compression',
        `${padded ? 'after padding, ' : ''}bytes that are not gzip follow its compressed text`,
      )
    }
    if (!(await this.#skipHeader())) return this.#stop('truncated-compression')
    this.#memberBytes = 0
    this.#memberChecksum = 0
    this.#pieceLength = 0
    this.#fedBefore = 0
    this.#engine = new Engine('deflate')
    return true
  }

  async #skipHeader(): Promise<boolean> {
    const cursor = this.#cursor
    if (!(await cursor.ensure(10))) return false
    const flags = cursor.peek(3)
    cursor.skip(10)
    if (flags & flag.extra) {
      if (!(await cursor.ensure(2))) return false
      if (!(await cursor.skipAhead(2 + cursor.peek(0) + cursor.peek(1) * 256))) return false
    }
    if (flags & flag.name && !(await this.#skipText())) return false
    if (flags & flag.comment && !(await this.#skipText())) return false
    return !(flags & flag.headerChecksum) || cursor.skipAhead(2)
  }

  /** A zero-terminated name or comment. */
  async #skipText(): Promise<boolean> {
    while (await this.#cursor.ensure(1)) {
      const length = this.#cursor.view().indexOf(0)
      this.#cursor.skip(length < 0 ? this.#cursor.available : length + 1)
      if (length >= 0) return true
    }
    return false
  }

  /** Compares the member's checksum and length (RFC 1952 section 2.3.1) and goes on to the next member. */
  async #closeMember(engine: Engine): Promise<boolean> {
    this.#cursor.skip(engine.consumed - this.#fedBefore)
    this.release()
    if (!(await this.#cursor.ensure(8))) return this.#stop('truncated-compression')
    const checksum = readUint32(this.#cursor, 0)
    const length = readUint32(this.#cursor, 4)
    this.#cursor.skip(8)
    if (checksum !== this.#memberChecksum || length !== this.#memberBytes % 2 ** 32) {
      this.report('corrupt-compression', 'its checksum is wrong, so some lines may be too')
    }
    this.#fineFrom = Number.POSITIVE_INFINITY
    return true
  }

  /** After a failure: the damaged stretch is read once more in fine pieces, where the input can be read again. */
  async #goBack(engine: Engine): Promise<boolean> {
    const truncated = engine.failure === 'Z_BUF_ERROR'
    const failedFrom = this.#cursor.position
    this.release()
    if (truncated) return this.#stop('truncated-compression')
    const again = this.#fineFrom === Number.POSITIVE_INFINITY ? this.raw.restart() : undefined
    if (again === undefined) return this.#stop('corrupt-compression', 'its compressed data is broken')
    const given = this.#memberBytes
    this.#cursor = new RawCursor(again)
    await this.#cursor.skipAhead(this.#memberStart)
    if (!(await this.#openMember())) return false
    this.#fineFrom = failedFrom
    this.#memberSkip = given
    return true
  }

  #stop(code: 'truncated-compression' | 'corrupt-compression', detail = ''): false {
    this.report(code, detail)
    this.release()
    return false
  }
}

function readUint32(cursor: RawCursor, at: number): number {
  return cursor.peek(at) + cursor.peek(at + 1) * 2 ** 8 + cursor.peek(at + 2) * 2 ** 16 + cursor.peek(at + 3) * 2 ** 24
}
