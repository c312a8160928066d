/** The Common and Combined Log Formats of Apache and nginx, with the extra fields that offices usually add behind them
 *  (request time, X-Forwarded-For, host) and the virtual-host prefix. Works on bytes and leaves field contents where
 *  they are: no string is made here.
 *
 *  Apache HTTP Server 2.4, "Log Files" and mod_log_config; nginx, ngx_http_log_module (`combined`). */
import type { Place, Reject, RejectReason } from '../core/place.ts'
import { areDigits, exactDigits, looksLikeAddress, readExtras } from './combined-extras.ts'
import type { Chunk, FormatOptions, Progress, RequestFormat, RequestReader } from './format.ts'
import { LogTimeParser } from './log-time.ts'
import { field, fieldCount, type RequestBatch, unknown } from './request-batch.ts'

const newline = 10
const carriageReturn = 13
const space = 32
const quote = 34
const dash = 45
const point = 46
const backslash = 92
const openBracket = 91
const closeBracket = 93

const stride = fieldCount * 2
const at = {
  client: field.client * 2,
  method: field.method * 2,
  target: field.target * 2,
  referer: field.referer * 2,
  agent: field.agent * 2,
  user: field.user * 2,
  forwarded: field.forwarded * 2,
  host: field.host * 2,
}

const messages: Partial<Record<RejectReason, string>> = {
  'not-this-format': 'This line is not an access-log line: it does not begin with an address and a time in brackets.',
  truncated: 'This line ends before its request and status are complete.',
  'bad-time': 'The time in brackets is not a date such as 23/Jun/2026:02:52:48 +0000.',
  'bad-number': 'The status after the request is not a number of three digits.',
}

class CombinedReader implements RequestReader {
  readonly #time = new LogTimeParser()

  read(chunk: Chunk, batch: RequestBatch, rejects: Reject[]): Progress {
    batch.reset(chunk.source, chunk.bytes, true)
    const { bytes, start, end } = chunk
    let position = start
    let lines = 0
    while (position < end && batch.count < batch.capacity) {
      // A byte order mark belongs to the first line's place, and to none of its fields.
      const mark = chunk.offset === 0 && position === start && hasByteOrderMark(bytes, position, end) ? 3 : 0
      const next = readUsualLine(bytes, position + mark, end, batch, this.#time)
      if (next > 0) {
        const record = batch.count++
        batch.line[record] = chunk.line + lines
        batch.offset[record] = chunk.offset + (position - start)
        batch.length[record] = next - 1 - position
        lines++
        position = next
        continue
      }
      let lineEnd = bytes.indexOf(newline, position)
      if (lineEnd < 0 || lineEnd >= end) {
        if (!chunk.last) break
        lineEnd = end
      }
      const contentEnd = bytes[lineEnd - 1] === carriageReturn && lineEnd > position ? lineEnd - 1 : lineEnd
      if (contentEnd > position) {
        const offset = chunk.offset + (position - start)
        const failure = this.#line(bytes, position + mark, contentEnd, batch)
        if (failure === undefined) {
          const record = batch.count++
          batch.line[record] = chunk.line + lines
          batch.offset[record] = offset
          batch.length[record] = contentEnd - position
        } else if (!isBlank(bytes, position + mark, contentEnd)) {
          const place: Place = { source: chunk.source, line: chunk.line + lines, offset, length: contentEnd - position }
          rejects.push({ place, reason: failure, message: messages[failure] ?? '' })
        }
      }
      lines++
      position = lineEnd + 1
    }
    return { bytes: Math.min(position, end) - start, lines }
  }

  /** Fills record `batch.count` from one line; the reason where the line is none of ours. */
  #line(bytes: Uint8Array, from: number, end: number, batch: RequestBatch): RejectReason | undefined {
    const record = batch.count
    const spans = batch.spans
    const base = record * stride
    const bracket = this.#findTime(bytes, from, end, batch)
    if (typeof bracket !== 'number') return bracket
    // `vhost:port client ident user [time]` has one word more before the bracket than `client ident user [time]`.
    let clientStart = from
    let clientEnd = wordEnd(bytes, from, bracket)
    let identEnd = wordEnd(bytes, clientEnd + 1, bracket)
    spans[base + at.host] = 0
    spans[base + at.host + 1] = 0
    if (looksLikeAddress(bytes, clientEnd + 1, identEnd)) {
      spans[base + at.host] = from
      spans[base + at.host + 1] = clientEnd
      clientStart = clientEnd + 1
      clientEnd = identEnd
      identEnd = wordEnd(bytes, clientEnd + 1, bracket)
    }
    spans[base + at.client] = clientStart
    spans[base + at.client + 1] = clientEnd
    const userStart = Math.min(identEnd + 1, bracket)
    const userEnd = Math.max(userStart, bracket - 1)
    const anonymous = userEnd - userStart === 1 && bytes[userStart] === dash
    spans[base + at.user] = userStart
    spans[base + at.user + 1] = anonymous ? userStart : userEnd
    return readRequest(bytes, bracket + 30, end, batch, base, record)
  }

  /** Where the bracket of `[time] "` stands, the time noted; the reason where there is none. A user name is whatever was
   *  sent and may hold spaces and brackets, but no writer leaves a quote in it as it is. */
  #findTime(bytes: Uint8Array, from: number, end: number, batch: RequestBatch): number | RejectReason {
    let failure: RejectReason | undefined
    for (let p = from; p < end; p++) {
      if (bytes[p] !== openBracket) continue
      if (p + 29 >= end) return failure ?? 'truncated'
      const timeMs = this.#time.parse(bytes, p + 1)
      if (Number.isNaN(timeMs)) failure ??= 'bad-time'
      else if (bytes[p + 27] !== closeBracket || bytes[p + 29] !== quote) failure ??= 'not-this-format'
      else {
        batch.timeMs[batch.count] = timeMs
        return p
      }
    }
    return failure ?? 'not-this-format'
  }
}

/** The end of the word that begins at `from`: the next space, or `end`. */
function wordEnd(bytes: Uint8Array, from: number, end: number): number {
  let p = from
  while (p < end && bytes[p] !== space) p++
  return Math.min(p, end)
}

const isDigit = (byte: number): boolean => byte >= 48 && byte <= 57

/** Reads a line of the usual form, `client ident user [time] "GET /target HTTP/1.1" 200 512 "referer" "agent"` and a line
 *  feed, in one pass; the position behind it. 0 for any other line, which the careful reading then takes: nothing is
 *  decided here but speed. Bytes above the quote (35 and up, nearly all) cost one comparison each. */
function readUsualLine(bytes: Uint8Array, from: number, end: number, batch: RequestBatch, time: LogTimeParser): number {
  const record = batch.count
  const spans = batch.spans
  const base = record * stride
  let p = from
  while ((bytes[p] as number) > space) p++
  const clientEnd = p
  if (bytes[p] !== space || bytes[p + 1] !== dash || bytes[p + 2] !== space) return 0
  if (bytes[p + 3] !== dash || bytes[p + 4] !== space || bytes[p + 5] !== openBracket) return 0
  p += 6
  if (p + 60 > end || clientEnd === from) return 0
  const timeMs = time.parse(bytes, p)
  if (Number.isNaN(timeMs) || bytes[p + 26] !== closeBracket) return 0
  if (bytes[p + 27] !== space || bytes[p + 28] !== quote) return 0
  p += 29
  const methodStart = p
  while ((bytes[p] as number) > quote) p++
  const methodEnd = p
  if (bytes[p] !== space) return 0
  p++
  const targetStart = p
  while ((bytes[p] as number) > quote && bytes[p] !== backslash) p++
  const targetEnd = p
  // ` HTTP/1.1" 200 `
  if (bytes[p] !== space || bytes[p + 1] !== 72 || bytes[p + 2] !== 84 || bytes[p + 3] !== 84) return 0
  if (bytes[p + 4] !== 80 || bytes[p + 5] !== 47 || bytes[p + 9] !== quote || bytes[p + 10] !== space) return 0
  if (bytes[p + 7] !== point || !isDigit(bytes[p + 6] as number) || !isDigit(bytes[p + 8] as number)) return 0
  p += 11
  const hundreds = (bytes[p] as number) - 48
  const tens = (bytes[p + 1] as number) - 48
  const ones = (bytes[p + 2] as number) - 48
  if (!(hundreds >= 1 && hundreds <= 9 && tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9)) return 0
  if (bytes[p + 3] !== space) return 0
  const status = hundreds * 100 + tens * 10 + ones
  p += 4
  let size = 0
  const sizeStart = p
  for (let digit = (bytes[p] as number) - 48; digit >= 0 && digit <= 9; digit = (bytes[++p] as number) - 48) {
    size = size * 10 + digit
  }
  if (p === sizeStart || p - sizeStart > exactDigits || bytes[p] !== space || bytes[p + 1] !== quote) return 0
  p += 2
  const refererStart = p
  while ((bytes[p] as number) > quote && bytes[p] !== backslash) p++
  const refererEnd = p
  if (bytes[p] !== quote || bytes[p + 1] !== space || bytes[p + 2] !== quote) return 0
  p += 3
  const agentStart = p
  let byte = bytes[p] as number
  while ((byte > quote || byte === space || byte === 33) && byte !== backslash) byte = bytes[++p] as number
  if (byte !== quote || bytes[p + 1] !== newline || p + 1 >= end) return 0
  batch.timeMs[record] = timeMs
  batch.status[record] = status
  batch.bodyBytes[record] = size
  batch.durationMs[record] = unknown
  spans[base + at.client] = from
  spans[base + at.client + 1] = clientEnd
  spans[base + at.method] = methodStart
  spans[base + at.method + 1] = methodEnd
  spans[base + at.target] = targetStart
  spans[base + at.target + 1] = targetEnd
  const noReferer = refererEnd - refererStart === 1 && bytes[refererStart] === dash
  spans[base + at.referer] = refererStart
  spans[base + at.referer + 1] = noReferer ? refererStart : refererEnd
  const noAgent = p - agentStart === 1 && bytes[agentStart] === dash
  spans[base + at.agent] = agentStart
  spans[base + at.agent + 1] = noAgent ? agentStart : p
  spans[base + at.user] = 0
  spans[base + at.user + 1] = 0
  spans[base + at.forwarded] = 0
  spans[base + at.forwarded + 1] = 0
  spans[base + at.host] = 0
  spans[base + at.host + 1] = 0
  return p + 2
}

/** The part from the request on: `GET /path HTTP/1.1" 200 512 "referer" "agent" extras`. */
function readRequest(
  bytes: Uint8Array,
  from: number,
  end: number,
  batch: RequestBatch,
  base: number,
  record: number,
): RejectReason | undefined {
  const spans = batch.spans
  let p = from
  while (p < end && bytes[p] !== space && bytes[p] !== quote) p++
  spans[base + at.method] = from
  spans[base + at.method + 1] = p
  let targetStart = p
  if (bytes[p] === space) {
    targetStart = ++p
    // To the closing quote; a backslash hides what follows it.
    while (p < end && bytes[p] !== quote) p += bytes[p] === backslash ? 2 : 1
  }
  if (p >= end) return 'truncated'
  spans[base + at.target] = targetStart
  spans[base + at.target + 1] = withoutProtocol(bytes, targetStart, p)
  if (targetStart === p && p - from === 1 && bytes[from] === dash) spans[base + at.method + 1] = from
  p += 2
  const status =
    ((bytes[p] as number) - 48) * 100 + ((bytes[p + 1] as number) - 48) * 10 + ((bytes[p + 2] as number) - 48)
  if (p + 3 > end) return 'truncated'
  if (!areDigits(bytes, p, p + 3) || (p + 3 < end && bytes[p + 3] !== space)) return 'bad-number'
  // nginx writes 000 for a client that went away before there was an answer.
  batch.status[record] = status < 100 ? unknown : status
  p += 4
  let size = 0
  const sizeStart = p
  while (p < end && (bytes[p] as number) >= 48 && (bytes[p] as number) <= 57)
    size = size * 10 + (bytes[p++] as number) - 48
  if (p === sizeStart) {
    size = p < end && bytes[p] === dash ? 0 : unknown
    if (size === 0) p++
  } else if (p - sizeStart > exactDigits) size = unknown
  batch.bodyBytes[record] = size
  batch.durationMs[record] = unknown
  spans[base + at.referer + 1] = 0
  spans[base + at.agent + 1] = 0
  spans[base + at.referer] = 0
  spans[base + at.agent] = 0
  spans[base + at.forwarded] = 0
  spans[base + at.forwarded + 1] = 0
  if (!opensQuote(bytes, p, end)) {
    if (p < end) readExtras(bytes, p, end, batch, base, record)
    return undefined
  }
  p = quotedField(bytes, p + 2, end, spans, base + at.referer)
  if (opensQuote(bytes, p, end)) p = quotedField(bytes, p + 2, end, spans, base + at.agent)
  if (p < end) readExtras(bytes, p, end, batch, base, record)
  return undefined
}

/** Whether a space and a quote follow: what stands behind the line's end does not count. */
const opensQuote = (bytes: Uint8Array, p: number, end: number): boolean =>
  p + 1 < end && bytes[p] === space && bytes[p + 1] === quote

/** Reads a quoted field whose opening quote is before `from`; returns the position behind the closing quote. */
function quotedField(bytes: Uint8Array, from: number, end: number, spans: Int32Array, slot: number): number {
  let p = from
  while (p < end && bytes[p] !== quote) p += bytes[p] === backslash ? 2 : 1
  if (p > end) p = end
  if (!(p - from === 1 && bytes[from] === dash)) {
    spans[slot] = from
    spans[slot + 1] = p
  }
  return p + 1
}

/** Cuts ` HTTP/1.1` off the end of a request line; a request without a protocol (HTTP/0.9, garbage) is kept whole. */
function withoutProtocol(bytes: Uint8Array, start: number, end: number): number {
  if (bytes[end - 9] === space && bytes[end - 8] === 72 && bytes[end - 4] === 47)
    return end - 9 >= start ? end - 9 : end
  const last = bytes.lastIndexOf(space, end - 1)
  if (last > start && bytes[last + 1] === 72 && bytes[last + 2] === 84 && bytes[last + 5] === 47) return last
  return end
}

const hasByteOrderMark = (bytes: Uint8Array, at: number, end: number): boolean =>
  end - at >= 3 && bytes[at] === 0xef && bytes[at + 1] === 0xbb && bytes[at + 2] === 0xbf

function isBlank(bytes: Uint8Array, start: number, end: number): boolean {
  for (let p = start; p < end; p++) if (bytes[p] !== space && bytes[p] !== 9) return false
  return true
}

/** The share of the sample's lines that have the shape `… [time] "request" nnn`. */
function recognise(sample: Uint8Array): number {
  const text = new TextDecoder('latin1').decode(sample)
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '')
  if (lines.length === 0) return 0
  const form = /^\S+ \S+ .{1,200}?\[\d{2}\/[A-Za-z]{3}\/\d{4}:\d{2}:\d{2}:\d{2} [+-]\d{4}\] "/
  return lines.filter((line) => form.test(line)).length / lines.length
}

/** nginx's and Apache's `combined` and `common` access logs. */
export const combined: RequestFormat = {
  kind: 'requests',
  name: 'combined',
  title: 'nginx or Apache access log (common or combined)',
  recognise,
  open: (_options: FormatOptions): RequestReader => new CombinedReader(),
}
