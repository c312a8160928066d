/** The Common and Combined Log Formats of Apache and nginx, with the extra fields that offices usually add behind them
 *  (request time, X-Forwarded-For, host) and the virtual-host prefix. Works on bytes and leaves field contents where
 *  they are: no string is made here.
 *
 *  Apache HTTP Server 2.4, "Log Files" and mod_log_config; nginx, ngx_http_log_module (`combined`). */
import type { Place, Reject, RejectReason } from '../core/place.ts'
import type { Chunk, FormatOptions, Progress, RequestFormat, RequestReader } from './format.ts'
import { LogTimeParser } from './log-time.ts'
import { field, fieldCount, type RequestBatch, unknown } from './request-batch.ts'

const newline = 10
const carriageReturn = 13
const space = 32
const quote = 34
const dash = 45
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
      const next = readUsualLine(bytes, position, end, batch, this.#time)
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
        const failure = this.#line(bytes, position, contentEnd, batch)
        if (failure === undefined) {
          const record = batch.count++
          batch.line[record] = chunk.line + lines
          batch.offset[record] = offset
          batch.length[record] = contentEnd - position
        } else if (!isBlank(bytes, position, contentEnd)) {
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
    let p = from
    let wordStart = p
    while (p < end && bytes[p] !== space) p++
    let wordEnd = p
    spans[base + at.host] = 0
    spans[base + at.host + 1] = 0
    // `vhost:port client ident user [time]` has one word more before the bracket than `client ident user [time]`.
    const identStart = p + 1
    p = identStart
    while (p < end && bytes[p] !== space) p++
    const userStart = p + 1
    p = userStart
    while (p < end && bytes[p] !== space && bytes[p] !== openBracket) p++
    let userFrom = userStart
    let userTo = p
    if (bytes[p + 1] !== openBracket) {
      // A virtual host in front, or a user name that holds spaces.
      const bracket = bytes.indexOf(openBracket, p)
      if (bracket < 0 || bracket >= end) return 'not-this-format'
      if (looksLikeAddress(bytes, identStart, userStart - 1)) {
        spans[base + at.host] = wordStart
        spans[base + at.host + 1] = wordEnd
        wordStart = identStart
        wordEnd = userStart - 1
        userFrom = p + 1
      }
      userTo = bracket - 1
      p = bracket - 1
    }
    spans[base + at.client] = wordStart
    spans[base + at.client + 1] = wordEnd
    const anonymous = userTo - userFrom === 1 && bytes[userFrom] === dash
    spans[base + at.user] = userFrom
    spans[base + at.user + 1] = anonymous ? userFrom : userTo
    if (p + 28 >= end) return 'truncated'
    const timeMs = this.#time.parse(bytes, p + 2)
    if (Number.isNaN(timeMs) || bytes[p + 28] !== closeBracket) return 'bad-time'
    batch.timeMs[record] = timeMs
    p += 30
    if (bytes[p] !== quote) return 'not-this-format'
    return readRequest(bytes, p + 1, end, batch, base, record)
  }
}

/** Reads a line of the usual form, `client ident user [time] "GET /target HTTP/1.1" 200 512 "referer" "agent"` and a line
 *  feed, in one pass; the position behind it. 0 for any other line, which the careful reading then takes: nothing is
 *  decided here but speed. Bytes above the quote (35 and up, nearly all) cost one comparison each. */
function readUsualLine(
  bytes: Uint8Array,
  from: number,
  end: number,
  batch: RequestBatch,
  time: LogTimeParser,
): number {
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
  if (Number.isNaN(timeMs) || bytes[p + 26] !== closeBracket || bytes[p + 28] !== quote) return 0
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
  if (bytes[p] !== space || bytes[p + 1] !== 72 || bytes[p + 5] !== 47 || bytes[p + 9] !== quote) return 0
  p += 11
  const status =
    ((bytes[p] as number) - 48) * 100 + ((bytes[p + 1] as number) - 48) * 10 + ((bytes[p + 2] as number) - 48)
  if (!(status >= 100 && status <= 999) || bytes[p + 3] !== space) return 0
  p += 4
  let size = 0
  const sizeStart = p
  for (let digit = (bytes[p] as number) - 48; digit >= 0 && digit <= 9; digit = (bytes[++p] as number) - 48) {
    size = size * 10 + digit
  }
  if (p === sizeStart || bytes[p] !== space || bytes[p + 1] !== quote) return 0
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
  if (!(status >= 0 && status <= 999) || (p + 3 < end && bytes[p + 3] !== space)) return 'bad-number'
  batch.status[record] = status
  p += 4
  let size = 0
  const sizeStart = p
  while (p < end && (bytes[p] as number) >= 48 && (bytes[p] as number) <= 57)
    size = size * 10 + (bytes[p++] as number) - 48
  if (p === sizeStart) {
    size = bytes[p] === dash ? 0 : unknown
    if (size === 0) p++
  }
  batch.bodyBytes[record] = size
  batch.durationMs[record] = unknown
  spans[base + at.referer + 1] = 0
  spans[base + at.agent + 1] = 0
  spans[base + at.referer] = 0
  spans[base + at.agent] = 0
  spans[base + at.forwarded] = 0
  spans[base + at.forwarded + 1] = 0
  if (bytes[p] !== space || bytes[p + 1] !== quote) {
    if (p < end) readExtras(bytes, p, end, batch, base, record)
    return undefined
  }
  p = quotedField(bytes, p + 2, end, spans, base + at.referer)
  if (bytes[p] === space && bytes[p + 1] === quote) p = quotedField(bytes, p + 2, end, spans, base + at.agent)
  if (p < end) readExtras(bytes, p, end, batch, base, record)
  return undefined
}

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

/** What stands behind the user agent, told apart by its form: a decimal fraction is the request time in seconds, a bare
 *  whole number Apache's %D (microseconds), `rt=` nginx's habit, an address or a list of them X-Forwarded-For, a name
 *  with a dot the host. */
function readExtras(
  bytes: Uint8Array,
  from: number,
  end: number,
  batch: RequestBatch,
  base: number,
  record: number,
): void {
  let p = from
  for (let words = 0; p < end && words < 8; words++) {
    while (p < end && bytes[p] === space) p++
    const quoted = bytes[p] === quote
    const start = quoted ? p + 1 : p
    p = start
    while (p < end && (quoted ? bytes[p] !== quote : bytes[p] !== space)) p++
    readExtra(bytes, start, p, batch, base, record)
    if (quoted) p++
  }
}

function readExtra(
  bytes: Uint8Array,
  from: number,
  end: number,
  batch: RequestBatch,
  base: number,
  record: number,
): void {
  let start = from
  if (bytes[start] === 114 && bytes[start + 1] === 116 && bytes[start + 2] === 61) start += 3
  let dots = 0
  let digits = 0
  for (let p = start; p < end; p++) {
    const byte = bytes[p] as number
    if (byte === 46) dots++
    else if (byte >= 48 && byte <= 57) digits++
  }
  const length = end - start
  if (length > 0 && digits + dots === length && dots <= 1) {
    if (batch.durationMs[record] !== unknown) return
    let value = 0
    let scale = 0
    for (let p = start; p < end; p++) {
      if (bytes[p] === 46) scale = 1
      else {
        value = value * 10 + (bytes[p] as number) - 48
        scale *= 10
      }
    }
    batch.durationMs[record] = scale > 0 ? (value / scale) * 1000 : value / 1000
  } else if (looksLikeAddress(bytes, start, end)) {
    batch.spans[base + at.forwarded] = start
    batch.spans[base + at.forwarded + 1] = end
  } else if (dots > 0 && batch.spans[base + at.host + 1] === 0) {
    batch.spans[base + at.host] = start
    batch.spans[base + at.host + 1] = end
  }
}

/** Four groups of digits, or hexadecimal groups with two colons: enough to tell an address from a name. */
function looksLikeAddress(bytes: Uint8Array, start: number, end: number): boolean {
  let dots = 0
  let colons = 0
  for (let p = start; p < end; p++) {
    const byte = bytes[p] as number
    if (byte === 46) dots++
    else if (byte === 58) colons++
    else if (byte === 44 || byte === 32) continue
    else if (!((byte >= 48 && byte <= 57) || (byte >= 97 && byte <= 102) || (byte >= 65 && byte <= 70))) return false
  }
  return dots >= 3 || colons >= 2
}

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
