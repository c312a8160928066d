/** JSON access logs, one object a line: nginx (`log_format … escape=json`, and without it), Caddy, Traefik, ECS and any
 *  other whose keys are known or given in `FormatOptions.fieldMap`. Finds the values; what they mean for security is
 *  not judged here.
 *
 *  nginx, ngx_http_log_module; Caddy, "How Logging Works" and the `log` directive; Elastic Common Schema 8, "HTTP
 *  fields", "URL fields"; Amazon CloudFront, "Standard logging (v2)". */
import { limits } from '../core/limits.ts'
import type { Reject } from '../core/place.ts'
import type { FormatOptions, RequestFormat, RequestReader } from './format.ts'
import { compileKeys, slotOf } from './json-access-map.ts'
import { JsonLineScanner } from './json-access-scan.ts'
import { type Field, field, RequestBatch, unknown } from './request-batch.ts'
import {
  type LineArena,
  type LineParser,
  type LineResult,
  type Problem,
  sampleEnd,
  WebLineReader,
} from './web-lines.ts'
import {
  findByte,
  isAbsent,
  readDecimal,
  readStatus,
  setAddressSpan,
  setSpan,
  splitUrl,
  targetEnd,
  WebTimeParser,
} from './web-values.ts'

const notJson: Problem = { reason: 'not-this-format', message: 'This line is not one JSON object.' }
const truncated: Problem = { reason: 'truncated', message: 'This line ends before its JSON object is complete.' }
const noRequest: Problem = {
  reason: 'not-this-format',
  message: 'This line is JSON but holds no web request: no key for a request line, a path or a URL.',
}
const badTime: Problem = {
  reason: 'bad-time',
  message: 'This line is JSON without a time that can be read: no key for one, or it is in an unknown form.',
}
const badNumber: Problem = {
  reason: 'bad-number',
  message: 'The status, size or duration of this line is not a number.',
}

/** Fields of which a line of a web log has one at least. */
const requestSlots: readonly number[] = [slotOf.request, slotOf.target, slotOf.url, slotOf.path]

/** Fields that go into the record as they are. */
const plainFields: readonly (readonly [number, Field])[] = [
  [slotOf.referer, field.referer],
  [slotOf.agent, field.agent],
  [slotOf.user, field.user],
  [slotOf.forwarded, field.forwarded],
  [slotOf.host, field.host],
  [slotOf.cookie, field.cookie],
  [slotOf.requestId, field.requestId],
]

class JsonAccessParser implements LineParser {
  readonly #scanner: JsonLineScanner
  readonly #time: WebTimeParser

  constructor(options: FormatOptions) {
    this.#scanner = new JsonLineScanner(compileKeys(options.fieldMap ?? {}))
    this.#time = new WebTimeParser(options.utcOffsetMinutes ?? 0)
  }

  parse(arena: LineArena, start: number, end: number, batch: RequestBatch): LineResult {
    const scanner = this.#scanner
    const { bytes } = arena
    const result = scanner.scan(bytes, start, end)
    if (result !== 'complete') return result === 'truncated' ? truncated : notJson
    if (!requestSlots.some((slot) => scanner.seen(slot))) return noRequest
    const record = batch.count
    const timeMs = this.#eventTime(arena)
    if (Number.isNaN(timeMs)) return badTime
    batch.timeMs[record] = timeMs
    const status = readStatus(bytes, scanner.start(slotOf.status), scanner.end(slotOf.status))
    const size = readDecimal(bytes, scanner.start(slotOf.bodyBytes), scanner.end(slotOf.bodyBytes), 1)
    const durationMs = this.#durationMs(bytes)
    if (Number.isNaN(status) || Number.isNaN(size) || Number.isNaN(durationMs)) return badNumber
    batch.status[record] = status
    batch.bodyBytes[record] = size
    batch.durationMs[record] = durationMs
    const clientStart = scanner.start(slotOf.client)
    setAddressSpan(batch, bytes, field.client, clientStart, scanner.end(slotOf.client), false)
    for (const [slot, of] of plainFields) {
      setSpan(batch, bytes, of, scanner.start(slot), scanner.end(slot))
    }
    this.#request(arena, batch)
    return 'record'
  }

  /** Event time, from one value or from a date and a time of day. */
  #eventTime(arena: LineArena): number {
    const scanner = this.#scanner
    const timeStart = scanner.start(slotOf.time)
    const timeEnd = scanner.end(slotOf.time)
    const dateStart = scanner.start(slotOf.date)
    const dateEnd = scanner.end(slotOf.date)
    if (dateEnd <= dateStart)
      return timeEnd <= timeStart ? Number.NaN : this.#time.parse(arena.bytes, timeStart, timeEnd)
    if (timeEnd <= timeStart) return this.#time.parse(arena.bytes, dateStart, dateEnd)
    if (findByte(arena.bytes, 58, timeStart, timeEnd) !== timeStart + 2 || dateEnd - dateStart !== 10) {
      return this.#time.parse(arena.bytes, timeStart, timeEnd)
    }
    const joined = arena.tail
    arena.append(dateStart, dateEnd)
    arena.appendByte(84)
    arena.append(timeStart, timeEnd)
    return this.#time.parse(arena.bytes, joined, arena.tail)
  }

  #durationMs(bytes: Uint8Array): number {
    const scanner = this.#scanner
    const ms = readDuration(bytes, scanner.start(slotOf.durationMs), scanner.end(slotOf.durationMs), 1)
    if (ms !== unknown) return ms
    const seconds = readDuration(
      bytes,
      scanner.start(slotOf.durationSeconds),
      scanner.end(slotOf.durationSeconds),
      1000,
    )
    if (seconds !== unknown) return seconds
    const ns = readDecimal(bytes, scanner.start(slotOf.durationNs), scanner.end(slotOf.durationNs), 1)
    return ns === unknown ? unknown : ns / 1e6
  }

  /** Method and target, from wherever the line has them. */
  #request(arena: LineArena, batch: RequestBatch): void {
    const { bytes } = arena
    const scanner = this.#scanner
    const has = (slot: number): boolean => scanner.end(slot) > scanner.start(slot)
    setSpan(batch, bytes, field.method, scanner.start(slotOf.method), scanner.end(slotOf.method))
    if (has(slotOf.request)) readRequestLine(batch, bytes, scanner.start(slotOf.request), scanner.end(slotOf.request))
    if (has(slotOf.target)) {
      setSpan(batch, bytes, field.target, scanner.start(slotOf.target), scanner.end(slotOf.target))
    } else if (has(slotOf.request)) return
    else if (has(slotOf.url)) {
      const urlEnd = scanner.end(slotOf.url)
      const url = splitUrl(bytes, scanner.start(slotOf.url), urlEnd)
      setSpan(batch, bytes, field.target, url.pathStart, urlEnd)
      if (!has(slotOf.host)) setSpan(batch, bytes, field.host, url.hostStart, url.hostEnd)
    } else if (has(slotOf.path)) this.#joinQuery(arena, batch)
  }

  #joinQuery(arena: LineArena, batch: RequestBatch): void {
    const scanner = this.#scanner
    const pathStart = scanner.start(slotOf.path)
    const pathEnd = scanner.end(slotOf.path)
    const queryStart = scanner.start(slotOf.query)
    const queryEnd = scanner.end(slotOf.query)
    const whole = queryEnd <= queryStart || findByte(arena.bytes, 63, pathStart, pathEnd) >= 0
    if (whole) {
      setSpan(batch, arena.bytes, field.target, pathStart, pathEnd)
      return
    }
    const joined = arena.tail
    arena.append(pathStart, pathEnd)
    if (arena.bytes[queryStart] !== 63) arena.appendByte(63)
    arena.append(queryStart, queryEnd)
    setSpan(batch, arena.bytes, field.target, joined, arena.tail)
  }
}

/** `GET /path?x HTTP/1.1`; a request line of one word (garbage, a TLS greeting) is the method, as in the combined log. */
function readRequestLine(batch: RequestBatch, bytes: Uint8Array, start: number, end: number): void {
  const space = findByte(bytes, 32, start, end)
  setSpan(batch, bytes, field.method, start, space < 0 ? end : space)
  if (space >= 0) setSpan(batch, bytes, field.target, space + 1, targetEnd(bytes, space + 1, end))
}

const unitMs: Readonly<Record<string, number>> = { s: 1000, ms: 1, us: 1e-3, µs: 1e-3, Âµs: 1e-3, ns: 1e-6 }

/** A number in the field's own unit, or with the unit behind it (`0.0123s`, `1.5ms`: Go's and Google's way). */
function readDuration(bytes: Uint8Array, start: number, end: number, factor: number): number {
  const last = bytes[end - 1]
  if (end <= start || last !== 115 || isAbsent(bytes, start, end)) return readDecimal(bytes, start, end, factor)
  let numberEnd = start
  while (numberEnd < end && (bytes[numberEnd] as number) <= 57) numberEnd++
  const unit = unitMs[String.fromCharCode(...bytes.subarray(numberEnd, Math.min(end, numberEnd + 4)))]
  return unit === undefined ? Number.NaN : readDecimal(bytes, start, numberEnd, 1) * unit
}

/** Near the share of the sample's lines that are JSON with a web request, a time, and a status or a client. */
function recognise(sample: Uint8Array): number {
  const end = sampleEnd(sample)
  if (sample[0] !== 123 && findByte(sample, 123, 0, end) < 0) return 0
  const batch = new RequestBatch(limits.sampleLinesMax)
  const rejects: Reject[] = []
  const chunk = { source: '', bytes: sample, start: 0, end, offset: 0, line: 1, last: true }
  new WebLineReader(new JsonAccessParser({})).read(chunk, batch, rejects)
  let good = 0
  for (let i = 0; i < batch.count; i++) {
    if (batch.status[i] !== unknown || batch.end(i, field.client) > batch.start(i, field.client)) good++
  }
  // Zeek and Suricata write requests with the same keys among others of their own, and are surer of those.
  return good === 0 ? 0 : (0.98 * good) / (batch.count + rejects.length)
}

/** JSON access logs. Reads `fieldMap` (our name, see `jsonFields`, to the log's key) and `utcOffsetMinutes`. */
export const jsonAccess: RequestFormat = {
  kind: 'requests',
  name: 'json',
  title: 'JSON access log (nginx, Caddy and others)',
  recognise,
  open: (options: FormatOptions): RequestReader => new WebLineReader(new JsonAccessParser(options)),
}
