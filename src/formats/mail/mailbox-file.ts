/** Mailbox files (mbox) in their four dialects: mboxo and mboxrd, which quote lines that begin with `From `, mboxcl, which
 *  does so and states a length, and mboxcl2, which only states the length. Takes bytes in any cut and gives each mail's
 *  bytes, quoting undone; it does not read the mails. */
import { limits } from '../../core/limits.ts'
import { latin1Text } from '../latin1.ts'
import { firstValue, readHeaders } from './header-fields.ts'

/** One mail of a mailbox. */
export interface MailboxEntry {
  /** The mail with its separator line, quoting undone; of one that is larger than can be read a little more than that. */
  readonly bytes: Uint8Array
  /** Where its separator line begins, and how many bytes it takes, in the mailbox. */
  readonly offset: number
  readonly length: number
}

const fromLine = Buffer.from('From ', 'latin1')
const newlineFrom = Buffer.from('\nFrom ', 'latin1')
const newline = 0x0a
const carriageReturn = 0x0d

const separatorPattern =
  /^From (?:\S{1,500}|"[^"\r\n]{1,300}"\S{0,300})? {0,3}.{0,60}?(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),? {1,3}.{0,40}\d{2}:\d{2}.{0,60}$/

/** Whether a line separates mails: `From sender Thu Nov  3 04:56:17 2022`. Text that begins so has hardly ever a day, a
 *  time and a year. */
export function isSeparator(line: string): boolean {
  return separatorPattern.test(line) && /\b(?:19|20)\d{2}\b/.test(line)
}

/** Whether a file's head is that of a mailbox. */
export function isMailbox(head: Uint8Array): boolean {
  const text = latin1Text(head, 0, Math.min(head.length, limits.mailboxSeparatorBytesMax))
  const start = /^(?:\u00ef\u00bb\u00bf)?[\r\n]*/.exec(text)?.[0].length ?? 0
  return isSeparator(text.slice(start).split(/\r?\n/, 1)[0] ?? '')
}

/** Cuts a mailbox into mails. Give it every chunk with `take`, then call `finish`; each answers the mails that are whole. */
export class MailboxCutter {
  /** What was taken and not yet given, in storage that grows by doubling. */
  #storage: Buffer = Buffer.alloc(0)
  #held: Buffer = Buffer.alloc(0)
  /** Offset of `#held` in the mailbox. */
  #offset = 0
  /** Bytes of the held mail that were left out for want of room. */
  #dropped = 0
  /** How far `#held` was searched for a separator. */
  #searched = 0
  /** The end that the held mail states, where it states one and it could still be right. */
  #statedEnd: number | undefined | 'unknown' = 'unknown'

  /** Takes the next bytes. */
  take(chunk: Uint8Array): MailboxEntry[] {
    this.#append(chunk)
    return this.#cut(false)
  }

  #append(chunk: Uint8Array): void {
    const length = this.#held.length
    const start = this.#held.byteOffset - this.#storage.byteOffset
    if (start + length + chunk.length > this.#storage.length) {
      const storage = Buffer.allocUnsafe(Math.max(2 * length, length + chunk.length))
      this.#held.copy(storage)
      this.#storage = storage
      this.#held = storage.subarray(0, length)
    }
    const from = this.#held.byteOffset - this.#storage.byteOffset
    this.#storage.set(chunk, from + length)
    this.#held = this.#storage.subarray(from, from + length + chunk.length)
  }

  /** Takes the end of the mailbox. */
  finish(): MailboxEntry[] {
    const entries = this.#cut(true)
    const last = this.#entry(this.#held.length)
    this.#held = Buffer.alloc(0)
    return last === undefined ? entries : [...entries, last]
  }

  #cut(isLast: boolean): MailboxEntry[] {
    const entries: MailboxEntry[] = []
    for (let end = this.#findEnd(isLast); end !== undefined; end = this.#findEnd(isLast)) {
      const entry = this.#entry(end)
      if (entry !== undefined) entries.push(entry)
      this.#forget(end)
    }
    this.#makeRoom()
    return entries
  }

  #forget(end: number): void {
    this.#held = this.#held.subarray(end)
    this.#offset += end + this.#dropped
    this.#dropped = 0
    this.#searched = 0
    this.#statedEnd = 'unknown'
  }

  /** A mail that is too large keeps its beginning; what follows is left out up to the next separator. */
  #makeRoom(): void {
    const max = limits.mailBytesMax
    // The last bytes stay, for a separator may begin in them.
    const tail = 2 * limits.mailboxSeparatorBytesMax
    if (this.#held.length <= max + 2 * tail) return
    const kept = this.#held.subarray(0, max)
    const rest = this.#held.subarray(this.#held.length - tail)
    this.#dropped += this.#held.length - kept.length - rest.length
    this.#storage = Buffer.concat([kept, rest])
    this.#held = this.#storage
    this.#searched = max
    this.#statedEnd = undefined
  }

  /** Index after the held mail, where the next separator begins; undefined while more bytes are needed. */
  #findEnd(isLast: boolean): number | undefined {
    if (this.#statedEnd === 'unknown') {
      const stated = this.#readStatedEnd(isLast)
      if (stated === 'unknown') return undefined
      this.#statedEnd = stated
    }
    if (this.#statedEnd !== undefined) {
      const judged = this.#judgeStatedEnd(this.#statedEnd, isLast)
      if (judged === 'more') return undefined
      if (judged !== undefined) return judged
      this.#statedEnd = undefined
    }
    return this.#searchEnd(isLast)
  }

  /** Content-Length counts the body's bytes. */
  #readStatedEnd(isLast: boolean): number | undefined | 'unknown' {
    const held = this.#held
    const head = held.subarray(0, limits.mailHeaderBytesMax)
    const isWhole = head.includes('\n\n') || head.includes('\n\r\n') || head.length < held.length
    if (!isWhole && !isLast) return 'unknown'
    const block = readHeaders(head, skipBlank(head), head.length)
    const stated = firstValue(block.headers, 'content-length').trim()
    if (!/^\d{1,9}$/.test(stated) || Number(stated) > limits.mailBytesMax) return undefined
    return block.bodyStart + Number(stated)
  }

  /** The stated end is right if the mailbox ends there or a separator follows, after empty lines at most. */
  #judgeStatedEnd(stated: number, isLast: boolean): number | undefined | 'more' {
    const held = this.#held
    const isEnough = held.length >= stated + 2 * limits.mailboxSeparatorBytesMax
    if (!isEnough && !isLast) return 'more'
    if (stated > held.length) return undefined
    let at = stated
    while (at < held.length && at < stated + 4 && (held[at] === newline || held[at] === carriageReturn)) at++
    if (at === held.length) return isLast ? at : 'more'
    const isAtLine = held[at - 1] === newline
    return isAtLine && isSeparator(lineAt(held, at)) ? at : undefined
  }

  /** The next separator line after an empty line. */
  #searchEnd(isLast: boolean): number | undefined {
    const held = this.#held
    const from = Math.max(this.#searched, skipBlank(held) + fromLine.length)
    for (let at = held.indexOf(newlineFrom, from); at >= 0; at = held.indexOf(newlineFrom, at + 1)) {
      const lineEnd = held.indexOf(newline, at + 1)
      if (lineEnd < 0 && !isLast && held.length - at < limits.mailboxSeparatorBytesMax) {
        this.#searched = at
        return undefined
      }
      const previous = held[at - 1] === carriageReturn ? at - 2 : at - 1
      if (held[previous] === newline && isSeparator(lineAt(held, at + 1))) return at + 1
    }
    this.#searched = Math.max(from, held.length - newlineFrom.length - 2)
    return undefined
  }

  #entry(end: number): MailboxEntry | undefined {
    const whole = this.#held.subarray(0, end)
    const start = skipBlank(whole)
    if (start >= end) return undefined
    const isStated = typeof this.#statedEnd === 'number'
    const stop = isStated ? Math.min(end, this.#statedEnd as number) : withoutLastEmptyLine(whole)
    const raw = whole.subarray(start, stop)
    const isUnquoted = isStated && raw.includes(newlineFrom)
    return {
      bytes: isUnquoted ? Buffer.from(raw) : unquote(raw),
      offset: this.#offset + start,
      length: end + this.#dropped - start,
    }
  }
}

/** The empty line before the next separator is the mailbox's. */
function withoutLastEmptyLine(mail: Buffer): number {
  let end = mail.length
  if (mail[end - 1] !== newline) return end
  end -= mail[end - 2] === carriageReturn ? 2 : 1
  return mail[end - 1] === newline ? end : mail.length
}

const lineAt = (bytes: Buffer, at: number): string =>
  latin1Text(bytes, at, Math.min(bytes.length, at + limits.mailboxSeparatorBytesMax)).split(/\r?\n/, 1)[0] ?? ''

function skipBlank(bytes: Uint8Array): number {
  let at = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0
  while (at < bytes.length && (bytes[at] === newline || bytes[at] === carriageReturn)) at++
  return at
}

const quoted = Buffer.from('\n>', 'latin1')

/** One `>` taken from lines of any number of them before `From `: mboxrd, and mboxo but for lines that were quoted by hand.
 *  The header is left as it is. */
function unquote(raw: Buffer): Uint8Array {
  const pieces: Uint8Array[] = []
  let done = 0
  for (let at = raw.indexOf(quoted, 0); at >= 0; at = raw.indexOf(quoted, at + 1)) {
    let text = at + 1
    while (raw[text] === 0x3e) text++
    if (raw.compare(fromLine, 0, fromLine.length, text, Math.min(raw.length, text + fromLine.length)) !== 0) continue
    pieces.push(raw.subarray(done, at + 1))
    done = at + 2
  }
  if (pieces.length === 0) return Buffer.from(raw)
  pieces.push(raw.subarray(done))
  return Buffer.concat(pieces)
}
