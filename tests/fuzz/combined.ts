/** Fuzz targets for the Common and Combined Log Formats, with the contract of all web formats and one of their own: the
 *  fast reading of the usual line and the careful reading agree. */
import assert from 'node:assert/strict'
import { combined } from '../../src/formats/combined.ts'
import { LogTimeParser } from '../../src/formats/log-time.ts'
import type { FuzzTarget } from './engine/target.ts'
import { bytesOf, checkWebFormat, type PlainRequest, readRequests } from './web-formats.ts'

/** A carriage return at a line's end sends the line through the careful reading; its place alone may differ. */
export function checkBothReadings(bytes: Uint8Array): void {
  const text = Buffer.from(bytes).toString('latin1').replaceAll('\r', '')
  const usual = readRequests(combined, Buffer.from(text, 'latin1'))
  const careful = readRequests(combined, Buffer.from(text.replaceAll('\n', '\r\n'), 'latin1'))
  const shifted = (record: PlainRequest): PlainRequest => ({ ...record, offset: record.offset - record.line + 1 })
  assert.deepEqual(usual.records, careful.records.map(shifted))
  assert.deepEqual(
    usual.rejects.map(({ place, reason }) => [place.line, reason]),
    careful.rejects.map(({ place, reason }) => [place.line, reason]),
  )
}

/** A check reads its input many times over: what is longer than this shows nothing that this does not. */
const checkedBytesMax = 1 << 18
const checkedTimes = 4_096

function checkTime(input: Uint8Array): void {
  const bytes = input.subarray(0, checkedTimes)
  const warm = new LogTimeParser()
  for (let at = 0; at < bytes.length; at++) {
    const timeMs = warm.parse(bytes, at)
    assert.equal(timeMs, new LogTimeParser().parse(bytes, at), 'what was read before does not matter')
    assert.ok(Number.isNaN(timeMs) || Number.isInteger(timeMs))
  }
}

const usual =
  '192.0.2.1 - - [23/Jun/2026:02:52:48 +0000] "GET /status?dl=D1 HTTP/1.1" 200 512 "https://vote.example/" "Mozilla/5.0"\n'

const seeds = [
  usual + usual.replace(':48', ':49').replace('Mozilla/5.0', '-'),
  usual.replace('"\n', '" 0.002 "203.0.113.9, 10.0.0.1" rt=0.1 vote.example\n'),
  `vote.example:443 ${usual.replace('GET /status?dl=D1 HTTP/1.1', '\\x16\\x03\\x01')}`,
  usual.replace('- - [', '- j. [x] doe [').replace('D1', 'D1\\x22\\"\\\\'),
  '2001:db8::1 - - [29/Feb/2028:23:59:60 -0930] "-" 400 0 "-" "-"\n192.0.2.1 - - [01/Jan/2026:00:00:00 +0000] "GET /" 200 -',
]

export const fuzzTargets: readonly FuzzTarget[] = [
  {
    name: 'formats/combined',
    run: (bytes) => checkWebFormat(combined, bytes.subarray(0, checkedBytesMax)),
    seeds: seeds.map(bytesOf),
  },
  {
    name: 'formats/combined-readings',
    run: (bytes) => checkBothReadings(bytes.subarray(0, checkedBytesMax)),
    seeds: seeds.map(bytesOf),
  },
  { name: 'formats/log-time', run: checkTime, seeds: [bytesOf('23/Jun/2026:02:52:48 +0000 23/Jun/2026:02:52:49')] },
]
