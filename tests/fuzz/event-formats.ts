/** Fuzz targets for the formats of events, and the contract of an `EventReader` as a check that their tests share: no
 *  exception, progress, places that are right, the same events however the bytes are cut, fields that can be asked. */
import assert from 'node:assert/strict'
import type { Reject } from '../../src/core/place.ts'
import { cloudFormats } from '../../src/formats/cloud-formats.ts'
import type { EventField, EventRecord } from '../../src/formats/event.ts'
import { aboutField, formatField } from '../../src/formats/events/event-values.ts'
import type { EventFormat, FormatOptions } from '../../src/formats/format.ts'
import { linuxFormats } from '../../src/formats/linux-formats.ts'
import { networkFormats } from '../../src/formats/network-formats.ts'
import { votingFormats } from '../../src/formats/voting-formats.ts'
import type { FuzzTarget } from './engine/target.ts'
import { eventSamples } from './event-samples.ts'
import { bytesOf } from './web-formats.ts'

/** Everything that a reader made of some bytes. */
export interface EventReading {
  readonly records: readonly EventRecord[]
  readonly rejects: readonly Reject[]
  readonly lines: number
}

/** Reads bytes as a source hands them over: what was not consumed comes again with more behind it. */
export function readEvents(
  format: EventFormat,
  input: Uint8Array | string,
  options: FormatOptions = {},
  chunkBytes: number = 1 << 20,
  source = 'fuzzed.log',
): EventReading {
  const all = typeof input === 'string' ? bytesOf(input) : input
  const margin = 7
  const reader = format.open(options)
  const records: EventRecord[] = []
  const rejects: Reject[] = []
  let at = 0
  let line = 1
  let window = chunkBytes
  while (at < all.length) {
    const end = Math.min(all.length, at + window)
    const last = end === all.length
    // Each chunk has a buffer of its own, in which other bytes lie around it, and which is overwritten afterwards.
    const bytes = new Uint8Array(end - at + 2 * margin).fill(34)
    bytes.set(all.subarray(at, end), margin)
    const chunk = { source, bytes, start: margin, end: margin + end - at, offset: at, line, last }
    const progress = reader.read(chunk, records, rejects)
    bytes.fill(65)
    assert.ok(progress.bytes >= 0 && progress.bytes <= end - at, 'a reader consumes no more than it was given')
    assert.ok(progress.bytes > 0 || !last, 'a reader consumes something of the last chunk')
    window = progress.bytes === 0 ? window * 2 : chunkBytes
    at += progress.bytes
    line += progress.lines
  }
  return { records, rejects, lines: line - 1 }
}

const askedFields = [
  ...[formatField, aboutField, 'type', 'a0', 'SYSCALL', 'user', 'src_ip', 'Image', 'CommandLine', 'TargetFilename'],
  ...['DestinationIp', 'query', 'answers', 'id.orig_h', 'dns.rrname', 'alert.signature', 'Operation', 'Parameters'],
  ...[
    'eventName',
    'requestParameters',
    'ResultType',
    'DeviceVendor',
    'cs1',
    'Type',
    'DeviceId',
    '__proto__',
    'a.b.c',
    '',
  ],
]

/** An event as plain values: what tests compare. */
function plainEvent(record: EventRecord): Readonly<Record<string, unknown>> {
  const fields: Record<string, EventField | undefined> = {}
  for (const name of askedFields) fields[name || 'nothing'] = record.field(name)
  const { timeMs, computer, ref, raw, place } = record
  return { fields, timeMs, computer, ref, raw, place }
}

/** Of each byte the number of its line, found without the reader's help. */
function lineNumbers(bytes: Uint8Array): Int32Array {
  const lines = new Int32Array(bytes.length)
  let line = 1
  for (let at = 0; at < bytes.length; at++) {
    lines[at] = line
    if (bytes[at] === 10) line++
  }
  return lines
}

/** Asserts the contract of a reader on these bytes; throws where it is broken. */
export function checkEventFormat(format: EventFormat, bytes: Uint8Array, options: FormatOptions = {}): void {
  const sure = format.recognise(bytes)
  assert.ok(sure >= 0 && sure <= 1, 'recognise gives a share')
  const whole = readEvents(format, bytes, options)
  const lineAt = lineNumbers(bytes)
  const lineCount = bytes.length === 0 ? 0 : (lineAt[bytes.length - 1] as number)
  assert.equal(whole.lines, lineCount, 'all lines are counted')
  for (const place of [...whole.records, ...whole.rejects].map((each) => each.place)) {
    assert.ok(
      place.offset >= 0 && place.length >= 0 && place.offset + place.length <= bytes.length,
      'a place is inside',
    )
    if (place.offset < bytes.length) assert.equal(place.line, lineAt[place.offset], 'a place is in its line')
  }
  for (const reject of whole.rejects) assert.match(reject.message, /^[A-Z].*\.$/s)
  const plain = JSON.stringify(whole.records.map(plainEvent))
  const rejects = JSON.stringify(whole.rejects)
  for (const chunkBytes of [37, 333]) {
    const cut = readEvents(format, bytes, options, chunkBytes)
    assert.equal(JSON.stringify(cut.records.map(plainEvent)), plain, 'the same events, however the bytes are cut')
    assert.equal(JSON.stringify(cut.rejects), rejects, 'the same rejects, however the bytes are cut')
    assert.equal(cut.lines, whole.lines)
  }
}

/** Comparing what came of half a million lines takes longer than reading them. */
const checkedBytesMax = 1 << 13

function runFormat(format: EventFormat, bytes: Uint8Array): void {
  const options = { referenceMs: 1_782_172_800_000 }
  if (bytes.length <= checkedBytesMax) checkEventFormat(format, bytes, options)
  else readEvents(format, bytes, options)
}

/** What `npm run fuzz` runs. */
export const fuzzTargets: readonly FuzzTarget[] = [
  ...linuxFormats,
  ...networkFormats,
  ...cloudFormats,
  ...votingFormats,
].map((format) => ({
  name: `formats/events/${format.name}`,
  run: (bytes: Uint8Array): void => runFormat(format, bytes),
  seeds: (eventSamples[format.name] ?? []).map(bytesOf),
}))
