/** CloudFront standard access logs (the W3C file with tabs; the JSON of standard logging v2 is read by `json`). Times
 *  are UTC, `time-taken` is in seconds, records need not be in order of time.
 *
 *  Amazon CloudFront Developer Guide, "Standard logging reference" and "Standard log file format": CloudFront
 *  percent-encodes control characters, spaces, bytes from 127 and `< > " # % { } | \ ^ ~ [ ] ` '` in every value. */
import type { FormatOptions, RequestFormat, RequestReader } from './format.ts'
import { fieldNames, type W3cDialect, W3cParser } from './w3c-extended.ts'
import { sampleLines, WebLineReader } from './web-lines.ts'
import { findByte, readHexByte } from './web-values.ts'

/** The order of the columns when the file's head is gone: "Standard log file fields", 1 to 33. */
const columns = (
  'date time x-edge-location sc-bytes c-ip cs-method host cs-uri-stem sc-status referer user-agent cs-uri-query ' +
  'cookie x-edge-result-type x-edge-request-id x-host-header cs-protocol cs-bytes time-taken x-forwarded-for ' +
  'ssl-protocol ssl-cipher x-edge-response-result-type cs-protocol-version fle-status fle-encrypted-fields c-port ' +
  'time-to-first-byte x-edge-detailed-result-type sc-content-type sc-content-len sc-range-start sc-range-end'
).split(' ')

const percent = 37

/** Undoes one layer of percent-encoding, in place. What is no escape stays. */
function decodePercent(bytes: Uint8Array, start: number, end: number): number {
  let read = findByte(bytes, percent, start, end)
  if (read < 0) return end
  let write = read
  while (read < end) {
    const value = bytes[read] === percent ? readHexByte(bytes, read + 1, end) : -1
    bytes[write++] = value < 0 ? (bytes[read] as number) : value
    read += value < 0 ? 1 : 3
  }
  return write
}

/** Undoes CloudFront's layer in a path or query: `%25` becomes `%` and uncovers the visitor's own encoding. The other
 *  escapes are left, for in a URL they mean the same as the character (and decoding them would merge the layers). */
function decodePercentSigns(bytes: Uint8Array, start: number, end: number): number {
  let read = findByte(bytes, percent, start, end)
  if (read < 0) return end
  let write = read
  while (read < end) {
    const covered = bytes[read] === percent && bytes[read + 1] === 50 && bytes[read + 2] === 53 && read + 2 < end
    bytes[write++] = bytes[read] as number
    read += covered ? 3 : 1
  }
  return write
}

const cloudFront: W3cDialect = {
  // Files of standard logging v2 may be separated by spaces; no value holds a tab or a space of its own.
  separator: (bytes, start, end) => (findByte(bytes, 9, start, end) < 0 ? 32 : 9),
  timeTakenMs: 1000,
  decodeHeader: decodePercent,
  decodeTarget: decodePercentSigns,
  defaultColumns: columns,
}

/** A line of the fixed order: date, time, edge location, size, address, method, separated by tabs. */
const headless = /^\d{4}-\d\d-\d\d\t\d\d:\d\d:\d\d\t[A-Z]{3}\d\S{0,20}\t\d+\t[0-9a-fA-F.:]+\t[A-Z]+\t/

/** 1 where `#Fields` names CloudFront's columns; by the form of the lines where the file's head is gone. */
function recognise(sample: Uint8Array): number {
  let records = 0
  let fit = 0
  let count = 0
  for (const text of sampleLines(sample)) {
    if (text.startsWith('#')) {
      const names = fieldNames(text)
      if (names === undefined) continue
      if (!names.some((name) => name.startsWith('x-edge-')) || !names.includes('cs-uri-stem')) return 0
      count = names.length
    } else {
      records++
      if (count > 0 ? text.split(text.includes('\t') ? '\t' : ' ').length === count : headless.test(text)) fit++
    }
  }
  if (records === 0) return count > 0 ? 1 : 0
  return count > 0 ? Math.max(0.2, fit / records) : fit / records
}

/** CloudFront standard access logs. Reads no option: the format's times are UTC. */
export const awsCloudfront: RequestFormat = {
  kind: 'requests',
  name: 'cloudfront',
  title: 'AWS CloudFront access log',
  recognise,
  open: (_options: FormatOptions): RequestReader => new WebLineReader(new W3cParser(cloudFront)),
}
