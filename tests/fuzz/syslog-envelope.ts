/** Fuzz targets for lines within syslog headers: whatever the bytes, the same records and rejects however they are cut,
 *  each placed on whole raw lines, and headers that never reach beyond their line. */
import assert from 'node:assert/strict'
import type { Place } from '../../src/core/place.ts'
import { combined } from '../../src/formats/combined.ts'
import { databaseFormats } from '../../src/formats/database-formats.ts'
import type { DatabaseFormat } from '../../src/formats/database-reader.ts'
import type { RequestFormat } from '../../src/formats/format.ts'
import { EnvelopeReader, stripEnvelope } from '../../src/formats/syslog-envelope.ts'
import { parseSyslogHeader } from '../../src/formats/syslog-header.ts'
import { readStatements } from './database-formats.ts'
import type { FuzzTarget } from './engine/target.ts'
import { bytesOf, readRequests } from './web-formats.ts'

const checkedBytesMax = 1 << 14

/** A place begins where a line begins and ends where one ends. */
function checkPlaces(bytes: Uint8Array, places: readonly Pick<Place, 'offset' | 'length'>[]): void {
  for (const { offset, length } of places) {
    assert.ok(offset === 0 || bytes[offset - 1] === 10, 'a place begins where a line begins')
    const end = offset + length
    assert.ok(end <= bytes.length, 'a place ends within the source')
    assert.ok(end === bytes.length || bytes[end] === 10 || bytes[end] === 13, 'a place ends where a line ends')
  }
}

const requests: RequestFormat = {
  ...combined,
  open: (options) => EnvelopeReader.ofRequests(combined.open(options)),
}

function checkRequests(bytes: Uint8Array): void {
  const whole = readRequests(requests, bytes)
  checkPlaces(bytes, [...whole.records, ...whole.rejects.map(({ place }) => place)])
  for (const chunkBytes of [37, 333]) {
    assert.deepEqual(readRequests(requests, bytes, {}, { chunkBytes, capacity: 3 }), whole)
  }
}

function checkStatements(bytes: Uint8Array): void {
  for (const format of databaseFormats) {
    const inner: DatabaseFormat = {
      ...format,
      open: (options) =>
        Object.assign(EnvelopeReader.ofStatements(format.open(options)), { skippedLines: 0, fillerLines: 0 }),
    }
    const { records, rejects } = readStatements(inner, bytes)
    checkPlaces(
      bytes,
      [...records, ...rejects].map(({ place }) => place),
    )
  }
}

function checkHeaders(bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; at = bytes.indexOf(10, at) + 1) {
    const feed = bytes.indexOf(10, at)
    const end = feed < 0 ? bytes.length : feed
    const found = parseSyslogHeader(bytes, at, end, { referenceMs: 1_782_172_800_000 })
    if (found !== undefined) {
      assert.ok(found.messageStart > at && found.messageStart <= end, 'a message lies within its line')
      assert.ok(found.facility <= 23 && found.severity <= 7)
      assert.ok(found.timeMs === undefined || Number.isFinite(found.timeMs))
    }
    if (feed < 0) break
  }
  assert.ok(stripEnvelope(bytes).length <= bytes.length)
}

const line = '192.0.2.1 - - [23/Jun/2026:02:52:48 +0000] "GET /status?dl=D1 HTTP/1.1" 200 512 "-" "curl"'
const entry = '2026-06-23 02:52:48.123 UTC [812] web@voters LOG:  statement: SELECT 1#012#011-- x#012UNION SELECT 2'

export const fuzzTargets: readonly FuzzTarget[] = [
  {
    name: 'formats/syslog-envelope',
    run: (input) => {
      const bytes = input.subarray(0, checkedBytesMax)
      checkHeaders(bytes)
      checkRequests(bytes)
      checkStatements(bytes)
    },
    seeds: [
      `<190>Jun 23 02:52:48 web1 nginx: ${line}\n<190>Jun 23 02:52:48 nginx: ${line}\r\n${line}\n`,
      `<165>1 2026-06-23T02:52:48.123+02:00 db1 postgres 812 - [a@1 k="v\\"]"][b] \ufeff${entry}\n`,
      `<134>Jun 23 02:52:48 db1 postgres[812]: ${entry}\n<134>1 - - - - - - ${entry}`,
    ].map(bytesOf),
  },
]
