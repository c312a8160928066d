/** Cuts the bytes of one syslog connection into messages: by octet counting (RFC 6587 section 3.4.1, RFC 5425 section 4.3)
 *  or by terminators (section 3.4.2: LF, also CR LF and NUL), as the connection begins. Where the bytes are cut on their
 *  way makes no difference. It holds at most one message of the largest size and looks into none. */
import { limits } from '../../core/limits.ts'

/** Why a message is not kept. */
export const rejectReasons = ['too-long', 'framing-lost', 'cut-short'] as const
/** `too-long`: over the limit. `framing-lost`: bytes where a message's length should stand. `cut-short`: the connection
 *  ended before the length that was promised. */
export type RejectReason = (typeof rejectReasons)[number]

/** Takes messages. */
export interface MessageSink {
  /** `bytes` from `start` up to `end` is a message without its terminator; it may be changed after the call. */
  take(bytes: Buffer, start: number, end: number, hasLineFeed: boolean): void
  reject(reason: RejectReason): void
}

const lineFeed = 10
const carriageReturn = 13
const space = 32
const zero = 48
const nine = 57
const lessThan = 60
const nowhere = Number.POSITIVE_INFINITY

type State = 'detect' | 'line' | 'length' | 'body' | 'skip-line' | 'skip-body'

/** The messages of one connection. */
export class SyslogFramer {
  readonly #sink: MessageSink
  readonly #messageBytesMax: number
  #state: State = 'detect'
  /** The state behind the end of the line that is skipped. */
  #stateAfter: 'detect' | 'line' = 'detect'
  /** Bytes of the message, or bytes still to be skipped, in the states `body` and `skip-body`. */
  #length = 0
  /** Bytes that wait for the rest of their message, and how far they were searched for an end. */
  #held: Buffer = Buffer.alloc(0)
  #heldBytes = 0
  #searched = 0
  /** The next LF and NUL of the piece in hand, so that each byte is searched once. */
  #nextLineFeed = -1
  #nextNul = -1

  constructor(sink: MessageSink, messageBytesMax: number = limits.syslogMessageBytesMax) {
    this.#sink = sink
    this.#messageBytesMax = messageBytesMax
  }

  /** Bytes held for a message that is not complete. */
  get heldBytes(): number {
    return this.#heldBytes
  }

  push(piece: Buffer): void {
    if (this.#heldBytes === 0) {
      const used = this.#cut(piece)
      if (used < piece.length) this.#hold(piece.subarray(used))
      return
    }
    this.#hold(piece)
    const bytes = this.#held.subarray(0, this.#heldBytes)
    const used = this.#cut(bytes)
    if (used === 0) return
    this.#held.copyWithin(0, used, this.#heldBytes)
    this.#heldBytes -= used
    // An idle connection holds no memory.
    if (this.#heldBytes === 0) this.#held = Buffer.alloc(0)
  }

  /** The sender has closed: what stands there is its last message. */
  end(): void {
    const bytes = this.#held.subarray(0, this.#heldBytes)
    if (this.#state === 'detect' || this.#state === 'line') this.#emitLine(bytes, 0, bytes.length)
    else if (this.#state === 'body' || bytes.length > 0) this.#sink.reject('cut-short')
    this.#heldBytes = 0
    this.#held = Buffer.alloc(0)
    this.#state = 'detect'
  }

  /** The connection was broken off: half a message may read as another one than was sent, so it is not kept. */
  abort(): void {
    if (this.#state === 'body' || this.#heldBytes > 0) this.#sink.reject('cut-short')
    this.#heldBytes = 0
    this.#held = Buffer.alloc(0)
    this.#state = 'detect'
  }

  #hold(piece: Buffer): void {
    const wanted = this.#heldBytes + piece.length
    if (wanted > this.#held.length) {
      const grown = Buffer.allocUnsafeSlow(Math.max(wanted, Math.min(2 * this.#held.length, 2 * this.#messageBytesMax)))
      this.#held.copy(grown, 0, 0, this.#heldBytes)
      this.#held = grown
    }
    piece.copy(this.#held, this.#heldBytes)
    this.#heldBytes = wanted
  }

  /** Gives all whole messages to the sink; the bytes behind them are left. */
  #cut(bytes: Buffer): number {
    this.#nextLineFeed = -1
    this.#nextNul = -1
    let at = 0
    for (;;) {
      const next = this.#step(bytes, at)
      if (next < 0) break
      at = next
    }
    // What was left over was searched to its end, but for a state that looks at its beginning.
    this.#searched = this.#state === 'line' ? bytes.length - at : 0
    return at
  }

  /** One step of the machine; the new place, or -1 where more bytes are needed. */
  #step(bytes: Buffer, at: number): number {
    if (at >= bytes.length) return -1
    switch (this.#state) {
      case 'detect':
        return this.#detect(bytes, at)
      case 'line':
        return this.#line(bytes, at)
      case 'length':
        return this.#readLength(bytes, at)
      case 'body':
        return this.#body(bytes, at)
      case 'skip-line':
        return this.#skipLine(bytes, at)
      case 'skip-body':
        return this.#skipBody(bytes, at)
    }
  }

  /** Octet counting begins with `LENGTH SP <`; everything else is lines. */
  #detect(bytes: Buffer, at: number): number {
    const first = bytes[at] as number
    if (isBetween(first)) return at + 1
    let i = at
    while (i < bytes.length && i - at < limits.syslogLengthDigitsMax && isDigit(bytes[i] as number)) i++
    const isNumber = i > at && first !== zero
    if (isNumber && i === bytes.length) return -1
    if (isNumber && bytes[i] === space && i + 1 === bytes.length) return -1
    const isCounted = isNumber && bytes[i] === space && bytes[i + 1] === lessThan
    this.#state = isCounted ? 'length' : 'line'
    return at
  }

  #line(bytes: Buffer, at: number): number {
    const end = this.#nextEnd(bytes, at)
    if (end === nowhere) {
      if (bytes.length - at <= this.#messageBytesMax) return -1
      this.#sink.reject('too-long')
      this.#state = 'skip-line'
      this.#stateAfter = 'line'
      return bytes.length
    }
    this.#emitLine(bytes, at, end)
    return end + 1
  }

  #emitLine(bytes: Buffer, start: number, end: number): void {
    if (end - start > this.#messageBytesMax) return this.#sink.reject('too-long')
    const stripped = end > start && bytes[end - 1] === carriageReturn ? end - 1 : end
    if (stripped > start) this.#sink.take(bytes, start, stripped, false)
  }

  #readLength(bytes: Buffer, at: number): number {
    const first = bytes[at] as number
    // Some senders end a counted message with a line feed that they did not count.
    if (isBetween(first)) return at + 1
    let i = at
    let length = 0
    while (i < bytes.length && i - at < limits.syslogLengthDigitsMax && isDigit(bytes[i] as number)) {
      length = length * 10 + (bytes[i] as number) - zero
      i++
    }
    if (i === bytes.length && i > at && first !== zero) return -1
    if (i === at || first === zero || bytes[i] !== space) {
      this.#sink.reject('framing-lost')
      this.#state = 'skip-line'
      this.#stateAfter = 'detect'
      return at
    }
    this.#length = length
    this.#state = length > this.#messageBytesMax ? 'skip-body' : 'body'
    if (this.#state === 'skip-body') this.#sink.reject('too-long')
    return i + 1
  }

  #body(bytes: Buffer, at: number): number {
    const next = at + this.#length
    if (next > bytes.length) return -1
    let end = next
    while (end > at && isBetween(bytes[end - 1] as number)) end--
    if (end > at) this.#sink.take(bytes, at, end, this.#lineFeedFrom(bytes, at) < end)
    this.#state = 'length'
    return next
  }

  #skipBody(bytes: Buffer, at: number): number {
    const skipped = Math.min(this.#length, bytes.length - at)
    this.#length -= skipped
    if (this.#length === 0) this.#state = 'length'
    return at + skipped
  }

  /** After lost framing the next line may be the beginning of anything. */
  #skipLine(bytes: Buffer, at: number): number {
    const end = this.#nextEnd(bytes, at)
    if (end === nowhere) return bytes.length
    this.#state = this.#stateAfter
    return end + 1
  }

  /** The next LF or NUL. Bytes that an earlier call has searched are not searched again. */
  #nextEnd(bytes: Buffer, at: number): number {
    const from = at + this.#searched
    this.#searched = 0
    const lineFeedAt = this.#lineFeedFrom(bytes, from)
    if (this.#nextNul < from) this.#nextNul = found(bytes.indexOf(0, from))
    return Math.min(lineFeedAt, this.#nextNul)
  }

  #lineFeedFrom(bytes: Buffer, from: number): number {
    if (this.#nextLineFeed < from) this.#nextLineFeed = found(bytes.indexOf(lineFeed, from))
    return this.#nextLineFeed
  }
}

const found = (at: number): number => (at < 0 ? nowhere : at)
const isDigit = (byte: number): boolean => byte >= zero && byte <= nine
/** What may stand between messages. */
const isBetween = (byte: number): boolean => byte === lineFeed || byte === carriageReturn || byte === 0
