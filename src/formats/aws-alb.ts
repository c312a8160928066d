/** Access logs of AWS Application Load Balancers, of every version since 2016 (fields were only ever added at the end),
 *  and of the older Classic Load Balancers, which lack the first field.
 *
 *  Elastic Load Balancing, Application Load Balancers, "Access log entries"; Classic Load Balancers, "Access log
 *  entries". A quotation mark inside a quoted field is written `\x22`. */
import type { FormatOptions, RequestFormat, RequestReader } from './format.ts'
import { field, type RequestBatch, unknown } from './request-batch.ts'
import {
  type LineArena,
  type LineParser,
  type LineResult,
  type Problem,
  sampleLines,
  WebLineReader,
} from './web-lines.ts'
import {
  findByte,
  isAbsent,
  readDecimal,
  readHexByte,
  readIsoTime,
  readStatus,
  setAddressSpan,
  setSpan,
  splitUrl,
  targetEnd,
} from './web-values.ts'

const space = 32
const quote = 34
const backslash = 92

/** Positions of the fields behind `time`, which is field 0 here. */
const at = {
  time: 0,
  client: 2,
  requestTime: 4,
  targetTime: 5,
  responseTime: 6,
  status: 7,
  sentBytes: 10,
  request: 11,
  agent: 12,
  traceId: 16,
  domain: 17,
} as const
const fieldsUsed = 18
/** The last field that every version and both kinds of balancer have. */
const fieldsOfAll = 13

const notThisFormat: Problem = {
  reason: 'not-this-format',
  message: 'This line is not a load balancer entry: no time in ISO 8601 stands in its first two fields.',
}
const truncated: Problem = {
  reason: 'truncated',
  message: 'This line ends before the fields that every load balancer entry has (to the user agent).',
}
const badTime: Problem = { reason: 'bad-time', message: 'The time of this line is not one.' }
const badNumber: Problem = {
  reason: 'bad-number',
  message: 'The status, size or processing times of this line are not numbers.',
}

class AlbParser implements LineParser {
  readonly #starts = new Int32Array(fieldsUsed)
  readonly #ends = new Int32Array(fieldsUsed)

  parse(arena: LineArena, start: number, end: number, batch: RequestBatch): LineResult {
    const { bytes } = arena
    let from = start
    // The type (`http`, `https`, `h2`, `grpcs`, `ws`, `wss`, others to come) begins with a letter, a time with a digit.
    if ((bytes[from] as number) >= 97 && (bytes[from] as number) <= 122) {
      while (from < end && bytes[from] !== space) from++
      from++
    }
    if (end - from < 19 || bytes[from + 4] !== 45 || bytes[from + 10] !== 84) return notThisFormat
    const count = this.#split(bytes, from, end)
    if (count < fieldsOfAll) return truncated
    return this.#record(bytes, count, batch)
  }

  /** Splits at spaces outside quotation marks, up to the last field that is used. */
  #split(bytes: Uint8Array, from: number, end: number): number {
    let count = 0
    let p = from
    while (p < end && count < fieldsUsed) {
      const quoted = bytes[p] === quote
      const start = quoted ? p + 1 : p
      p = start
      if (quoted) {
        while (p < end && !(bytes[p] === quote && (p + 1 === end || bytes[p + 1] === space))) p++
        // A quotation mark that never closes: the line was cut.
        if (p >= end) return count
      } else while (p < end && bytes[p] !== space) p++
      this.#starts[count] = start
      this.#ends[count++] = p
      p += quoted ? 2 : 1
    }
    return count
  }

  #record(bytes: Uint8Array, count: number, batch: RequestBatch): LineResult {
    const starts = this.#starts
    const ends = this.#ends
    const record = batch.count
    const start = (of: number): number => starts[of] as number
    const end = (of: number): number => ends[of] as number
    const timeMs = readIsoTime(bytes, start(at.time), end(at.time), 0)
    if (Number.isNaN(timeMs)) return badTime
    batch.timeMs[record] = timeMs
    const status = readStatus(bytes, start(at.status), end(at.status))
    const sent = readDecimal(bytes, start(at.sentBytes), end(at.sentBytes), 1)
    const request = readDecimal(bytes, start(at.requestTime), end(at.requestTime), 1000)
    const target = readDecimal(bytes, start(at.targetTime), end(at.targetTime), 1000)
    const response = readDecimal(bytes, start(at.responseTime), end(at.responseTime), 1000)
    const durationMs = request + target + response
    if (Number.isNaN(status) || Number.isNaN(sent) || Number.isNaN(durationMs)) return badNumber
    batch.status[record] = status
    batch.bodyBytes[record] = sent
    // -1 stands where the balancer could not hand the request on, or the target never answered.
    const known = request !== unknown && target !== unknown && response !== unknown
    if (known) batch.durationMs[record] = durationMs
    setAddressSpan(batch, bytes, field.client, start(at.client), end(at.client), true)
    setSpan(batch, bytes, field.agent, start(at.agent), decodeHex(bytes, start(at.agent), end(at.agent)))
    if (count > at.traceId) setSpan(batch, bytes, field.requestId, start(at.traceId), end(at.traceId))
    if (count > at.domain) setSpan(batch, bytes, field.host, start(at.domain), end(at.domain))
    readRequest(bytes, start(at.request), decodeHex(bytes, start(at.request), end(at.request)), batch)
    return 'record'
  }
}

/** `GET https://host:443/path?x HTTP/1.1`, or `- http://host:80- -` for a request that was none. The host that the
 *  visitor asked for goes before the name of the TLS handshake. */
function readRequest(bytes: Uint8Array, start: number, end: number, batch: RequestBatch): void {
  let p = start
  while (p < end && bytes[p] !== space) p++
  setSpan(batch, bytes, field.method, start, p)
  if (p >= end) return
  const urlEnd = targetEnd(bytes, p + 1, end)
  const url = splitUrl(bytes, p + 1, urlEnd)
  if (!isAbsent(bytes, url.hostStart, url.hostEnd)) setSpan(batch, bytes, field.host, url.hostStart, url.hostEnd)
  setSpan(batch, bytes, field.target, url.pathStart, urlEnd)
}

/** Undoes `\xHH` in place; returns the new end. */
function decodeHex(bytes: Uint8Array, start: number, end: number): number {
  let read = findByte(bytes, backslash, start, end)
  if (read < 0) return end
  let write = read
  while (read < end) {
    const escaped = bytes[read] === backslash && bytes[read + 1] === 120
    const value = escaped ? readHexByte(bytes, read + 2, end) : -1
    bytes[write++] = value < 0 ? (bytes[read] as number) : value
    read += value < 0 ? 1 : 4
  }
  return write
}

const entry =
  /^(?:(?:https?|h2|grpcs?|wss?) )?\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z \S{1,300} \S{1,60} \S{1,60} (?:-?[\d.]+ ){3}(?:\d{3}|-) (?:\d{3}|-) \d+ \d+ "/

/** The share of the sample's lines that begin as a load balancer's entries do. */
function recognise(sample: Uint8Array): number {
  const lines = sampleLines(sample)
  return lines.length === 0 ? 0 : lines.filter((line) => entry.test(line)).length / lines.length
}

/** Access logs of AWS Application (and Classic) Load Balancers. Reads no option: the format's times are UTC. */
export const awsAlb: RequestFormat = {
  kind: 'requests',
  name: 'alb',
  title: 'AWS load balancer access log',
  recognise,
  open: (_options: FormatOptions): RequestReader => new WebLineReader(new AlbParser()),
}
