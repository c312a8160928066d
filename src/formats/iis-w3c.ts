/** IIS logs in the W3C extended format: `#Fields` names the columns, times are UTC, `+` stands for a space in header
 *  values, `time-taken` is in milliseconds.
 *
 *  Microsoft, "W3C Logging" (HTTP Server API) and "W3C Extended Log File Format" (IIS 6.0, table 10.1). */
import type { FormatOptions, RequestFormat, RequestReader } from './format.ts'
import { fieldNames, type W3cDialect, W3cParser } from './w3c-extended.ts'
import { sampleLines, WebLineReader } from './web-lines.ts'

/** HTTP.sys writes `+` for a space in a header's value; a `+` that was sent looks the same and cannot be told. */
function spacesForPluses(bytes: Uint8Array, start: number, end: number): number {
  for (let p = start; p < end; p++) if (bytes[p] === 43) bytes[p] = 32
  return end
}

const iis: W3cDialect = {
  separator: () => 32,
  timeTakenMs: 1,
  decodeHeader: spacesForPluses,
  // The query stands in the log as it was sent, the path decoded by HTTP.sys: `+` there may be a plus.
  decodeTarget: (_bytes, _start, end) => end,
}

/** A line of an IIS log whose head with `#Fields` is gone: date, time, and a method among the next columns. */
const headless = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d (?:\S{1,200} ){1,4}(?:GET|POST|HEAD|PUT|DELETE|OPTIONS|PATCH) \//

/** 1 where a `#Fields` line names HTTP columns and not CloudFront's; small where only the lines look like IIS's. */
function recognise(sample: Uint8Array): number {
  let records = 0
  let fit = 0
  let columns = 0
  for (const text of sampleLines(sample)) {
    if (text.startsWith('#')) {
      const names = fieldNames(text)
      if (names === undefined) continue
      if (names.includes('x-edge-location') || !(names.includes('cs-uri-stem') || names.includes('cs-method'))) return 0
      columns = names.length
    } else {
      records++
      if (columns > 0 ? text.split(' ').length === columns : headless.test(text)) fit++
    }
  }
  if (columns > 0) return records === 0 ? 1 : Math.max(0.2, fit / records)
  return records === 0 ? 0 : 0.5 * (fit / records)
}

/** IIS W3C extended logs. Reads no option: the format's times are UTC. */
export const iisW3c: RequestFormat = {
  kind: 'requests',
  name: 'iis',
  title: 'IIS log (W3C extended)',
  recognise,
  open: (_options: FormatOptions): RequestReader => new WebLineReader(new W3cParser(iis)),
}
