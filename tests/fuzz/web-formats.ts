/** Fuzz targets for the web formats beside combined, and the contract of a `RequestReader` as a check that their tests
 *  share: no exception, progress, every line accounted for, places that are right, the same records however the bytes
 *  are cut. */
import assert from 'node:assert/strict'
import type { Reject } from '../../src/core/place.ts'
import { AddressSet, formatAddress, parseAddress } from '../../src/formats/address.ts'
import { clientAddress } from '../../src/formats/client-address.ts'
import type { FormatOptions, RequestFormat } from '../../src/formats/format.ts'
import { type Field, field, fieldCount, RequestBatch } from '../../src/formats/request-batch.ts'
import { webFormats } from '../../src/formats/web-formats.ts'
import type { FuzzTarget } from './engine/target.ts'

/** A record of a batch as a plain value: what tests compare. Text is one character a byte. */
export type PlainRequest = Readonly<Record<keyof typeof field, string>> & {
  readonly timeMs: number
  readonly status: number
  readonly bodyBytes: number
  readonly durationMs: number
  readonly line: number
  readonly offset: number
  readonly length: number
}

/** Everything that a reader made of some bytes. */
export interface Reading {
  readonly records: readonly PlainRequest[]
  readonly rejects: readonly Reject[]
  readonly lines: number
}

/** How the bytes are cut for the reader. */
export interface Cutting {
  readonly chunkBytes: number
  readonly capacity: number
}

const source = 'fuzzed.log'

/** The bytes of a text in UTF-8. */
export const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text)

function plainRequest(batch: RequestBatch, record: number): PlainRequest {
  for (let of = 0; of < fieldCount; of++) {
    const start = batch.start(record, of as Field)
    const end = batch.end(record, of as Field)
    assert.ok(start >= 0 && start <= end && end <= batch.bytes.length, 'a span lies in the bytes of its batch')
  }
  const textOf = (of: Field): string =>
    batch.escaped
      ? batch.text(record, of)
      : Buffer.from(batch.bytes.subarray(batch.start(record, of), batch.end(record, of))).toString('latin1')
  const texts = Object.entries(field).map(([name, of]) => [name, textOf(of)])
  return {
    ...(Object.fromEntries(texts) as Record<keyof typeof field, string>),
    timeMs: batch.timeMs[record] as number,
    status: batch.status[record] as number,
    bodyBytes: batch.bodyBytes[record] as number,
    durationMs: batch.durationMs[record] as number,
    line: batch.line[record] as number,
    offset: batch.offset[record] as number,
    length: batch.length[record] as number,
  }
}

/** Reads bytes as a source hands them over: what was not consumed comes again with more behind it. */
export function readRequests(
  format: RequestFormat,
  input: Uint8Array | string,
  options: FormatOptions = {},
  cutting: Cutting = { chunkBytes: 1 << 20, capacity: 1000 },
): Reading {
  const all = typeof input === 'string' ? bytesOf(input) : input
  // The chunk does not begin where its buffer begins, and bytes of something else lie around it.
  const margin = 7
  const bytes = new Uint8Array(all.length + 2 * margin).fill(34)
  bytes.set(all, margin)
  const reader = format.open(options)
  const batch = new RequestBatch(cutting.capacity)
  batch.spans.fill(1)
  const records: PlainRequest[] = []
  const rejects: Reject[] = []
  let at = 0
  let line = 1
  let window = cutting.chunkBytes
  while (at < all.length) {
    const end = Math.min(all.length, at + window)
    const last = end === all.length
    const chunk = { source, bytes, start: margin + at, end: margin + end, offset: at, line, last }
    const progress = reader.read(chunk, batch, rejects)
    assert.ok(progress.bytes >= 0 && progress.bytes <= end - at, 'a reader consumes no more than it was given')
    assert.ok(progress.bytes > 0 || !last, 'a reader consumes something of the last chunk')
    for (let record = 0; record < batch.count; record++) records.push(plainRequest(batch, record))
    window = progress.bytes === 0 ? window * 2 : cutting.chunkBytes
    at += progress.bytes
    line += progress.lines
  }
  return { records, rejects, lines: line - 1 }
}

interface Line {
  readonly offset: number
  readonly length: number
  readonly kind: 'blank' | 'directive' | 'content'
}

/** The lines of the input, found without the reader's help. */
function linesOf(bytes: Uint8Array): Line[] {
  const text = Buffer.from(bytes).toString('latin1')
  if (text === '') return []
  const parts = text.split('\n')
  if (parts.at(-1) === '') parts.pop()
  let offset = 0
  return parts.map((part, index) => {
    const content = part.replace(/\r$/, '')
    const bare = (index === 0 ? content.replace(/^\u00ef\u00bb\u00bf/, '') : content).replace(/^[\t ]+/, '')
    const here = offset
    offset += part.length + 1
    const indented = content.startsWith(' ') || content.startsWith('\t')
    const kind = bare === '' ? 'blank' : bare.startsWith('#') && !indented ? 'directive' : 'content'
    return { offset: here, length: content.length, kind }
  })
}

/** Asserts the contract of a reader on these bytes; throws where it is broken. */
export function checkWebFormat(format: RequestFormat, bytes: Uint8Array, options: FormatOptions = {}): void {
  const sure = format.recognise(bytes)
  assert.ok(sure >= 0 && sure <= 1, 'recognise gives a share')
  const whole = readRequests(format, bytes, options)
  const lines = linesOf(bytes)
  assert.equal(whole.lines, lines.length, 'all lines are counted')
  const places = [...whole.records, ...whole.rejects.map((reject) => reject.place)]
  const seen = new Set(places.map((place) => place.line))
  assert.equal(seen.size, places.length, 'no line is two things')
  const hasDirectives = format.name === 'iis' || format.name === 'cloudfront'
  for (const [index, line] of lines.entries()) {
    const silent = line.kind === 'blank' || (hasDirectives && line.kind === 'directive')
    assert.equal(seen.has(index + 1), !silent, `line ${index + 1} is a record, a reject, a directive or blank`)
  }
  for (const place of places) {
    const line = lines[place.line - 1]
    assert.deepEqual([place.offset, place.length], [line?.offset, line?.length], 'a place is where its line is')
  }
  for (const record of whole.records) {
    assert.ok(Number.isFinite(record.timeMs), 'a record has a time')
    assert.ok(record.status === -1 || (record.status >= 100 && record.status <= 999), 'a status is one or unknown')
    for (const number of [record.bodyBytes, record.durationMs]) assert.ok(number === -1 || number >= 0)
  }
  for (const reject of whole.rejects) assert.match(reject.message, /^[A-Z].*\.$/s)
  for (const cutting of [
    { chunkBytes: 37, capacity: 2 },
    { chunkBytes: 333, capacity: 1000 },
  ]) {
    const cut = readRequests(format, bytes, options, cutting)
    assert.deepEqual(cut, whole, 'the same records, however the bytes are cut')
  }
}

const iisFields =
  'date time s-ip cs-method cs-uri-stem cs-uri-query cs-username c-ip cs(User-Agent) sc-status time-taken'
const alb =
  'https 2026-07-02T22:23:00.186641Z app/lb/50dc6c495c0c9188 192.0.2.1:2817 10.0.0.1:80 0.001 0.002 0.000 200 200 34 366 ' +
  '"GET https://vote.example:443/status?dl=D1 HTTP/1.1" "curl/8 \\x22" ECDHE TLSv1.2 arn:aws:x "Root=1-58" "vote.example"'
const cloudFrontHead =
  '#Version: 1.0\n#Fields: date time x-edge-location sc-bytes c-ip cs-method cs(Host) cs-uri-stem sc-status'

/** Good input of each format, by its name. */
const seeds: Readonly<Record<string, readonly string[]>> = {
  json: [
    '{"time_iso8601":"2026-06-23T00:00:00+00:00","msec":"1782172800.913","remote_addr":"192.0.2.1","request":"GET /a?b=\\u00e9\\" HTTP/1.1","status":"200","body_bytes_sent":2,"request_time":"0.002"}\n',
    '{"ts":1646861401.5241,"request":{"remote_ip":"192.0.2.1","method":"GET","uri":"/x?y","headers":{"User-Agent":["curl"],"Cookie":["a=b","c=d"]}},"duration":0.0009,"size":2326,"status":200}\n',
    '{"@timestamp":"2026-06-23T00:00:00.5Z","source":{"ip":"2001:db8::1"},"url.original":"https://a.example/x","http":{"response":{"status_code":404}}}\n',
  ],
  iis: [
    `#Fields: ${iisFields}\r\n2026-06-23 00:00:01 10.0.0.1 GET /status dl=D1 - 192.0.2.1 Mozilla/5.0+(X) 200 15\r\n`,
    '#Date: 2026-06-23 00:00:00\n#Fields: time c-ip cs-method cs-uri-stem sc-status\n23:59:59 192.0.2.1 GET / 200\n00:00:01 192.0.2.1 GET / 200\n',
  ],
  alb: [`${alb}\n`, `${alb.replace('https ', '').replace('192.0.2.1:2817', '2001:db8::1:2817')}\n`],
  cloudfront: [
    `${cloudFrontHead} cs(User-Agent) cs-uri-query time-taken\n2026-06-23\t00:00:01\tIAD89-C3\t335\t192.0.2.1\tGET\td.example\t/a\t200\tMozilla/5.0%20(X)\tq=1%2527\t0.338\n`,
  ],
}

function runAddresses(bytes: Uint8Array): void {
  const text = Buffer.from(bytes).toString('latin1')
  const entries = text.split('\n')
  for (const entry of entries) {
    const address = parseAddress(entry, 'endpoint')
    if (address !== null) assert.deepEqual(parseAddress(formatAddress(address)), address)
  }
  const parsed = AddressSet.parse(entries)
  const trusted = parsed.ok ? parsed.value : AddressSet.empty
  for (const peer of ['10.0.0.1', entries[0] as string])
    assert.equal(typeof clientAddress(peer, text, trusted), 'string')
}

/** Comparing what came of half a million lines takes longer than reading them. */
const checkedBytesMax = 1 << 16

function runFormat(format: RequestFormat, bytes: Uint8Array): void {
  if (bytes.length <= checkedBytesMax) checkWebFormat(format, bytes)
  else readRequests(format, bytes)
}

export const fuzzTargets: readonly FuzzTarget[] = [
  ...webFormats.map((format) => ({
    name: `formats/${format.name}`,
    run: (bytes: Uint8Array): void => runFormat(format, bytes),
    seeds: (seeds[format.name] ?? []).map(bytesOf),
  })),
  {
    name: 'formats/address',
    run: runAddresses,
    seeds: ['10.0.0.0/8\n2001:db8::/32\n[::1]:80\n1.2.3.4, 5.6.7.8:90\nfor="[2001:db8::1]:4711";proto=https'].map(
      bytesOf,
    ),
  },
]
