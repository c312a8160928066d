/** The heads of lines that Linux systems keep: syslog with and without priority (RFC 5424, RFC 3164, rsyslog's ISO times),
 *  and the forms of `journalctl` (`short`, `short-iso`, `short-full`, `short-unix`). */

import { calendarMs, epochTimeMs, isoTimeMs, monthOf, yearlessMs } from '../events/event-values.ts'
import type { FormatOptions } from '../format.ts'
import { latin1Text } from '../latin1.ts'
import { headerOf, SyslogScan } from '../syslog-header.ts'

/** A head, read. */
export interface SyslogLine {
  /** NaN where the line has no year and the log's end is not known. */
  readonly timeMs: number
  readonly host: string
  readonly program: string
  readonly pid: string
  /** -1 where the line has no priority. */
  readonly facility: number
  readonly severity: number
  readonly structured: string
  /** Where the message begins. */
  readonly messageStart: number
}

const yearless = /^[*.]?([A-Z][a-z]{2}) {1,2}(\d{1,2}) (\d{1,2}):(\d{2}):(\d{2})(?:[.,](\d{1,9}))?$/
const longHead =
  /^(?:[A-Z][a-z]{2} )?(\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}(?:\.\d{1,9})?)(?: ([A-Z]{1,5}|[+-]\d{2,4}))? (?=\S)/
const unixHead = /^(\d{9,11}\.\d{3,9}) (?=\S)/

/** Reads a line's head; undefined where it has none. */
export function readSyslogLine(
  bytes: Uint8Array,
  start: number,
  end: number,
  options: FormatOptions,
): SyslogLine | undefined {
  const scan = new SyslogScan()
  const timeOptions = { utcOffsetMinutes: options.utcOffsetMinutes ?? 0 }
  const isPlain = bytes[start] === 60 ? scan.scan(bytes, start, end) : scan.scanBare(bytes, start, end)
  if (isPlain) {
    const header = headerOf(scan, bytes, timeOptions)
    const timeText = latin1Text(bytes, scan.timeStart, Math.min(scan.timeEnd, scan.timeStart + 40))
    return {
      timeMs: header.timeMs ?? yearlessTime(timeText, options),
      host: header.host,
      program: header.app,
      pid: header.procid,
      facility: header.facility,
      severity: header.severity,
      structured: header.structured,
      messageStart: header.messageStart,
    }
  }
  return readJournalHead(bytes, start, end, options)
}

function yearlessTime(text: string, { utcOffsetMinutes = 0, referenceMs }: FormatOptions): number {
  const parts = yearless.exec(text)
  if (parts === null) return Number.NaN
  const [, month = '', day, hour, minute, second, fraction = '0'] = parts
  const ms = Math.floor(Number(`0.${fraction}`) * 1000)
  const inYear = (year: number): number =>
    calendarMs(year, monthOf(month), Number(day), Number(hour), Number(minute), Number(second)) +
    ms -
    utcOffsetMinutes * 60_000
  return yearlessMs(inYear, referenceMs)
}

/** `journalctl -o short-full` and `-o short-unix`: a time, then host and tag as everywhere. */
function readJournalHead(
  bytes: Uint8Array,
  start: number,
  end: number,
  { utcOffsetMinutes = 0 }: FormatOptions,
): SyslogLine | undefined {
  const head = latin1Text(bytes, start, Math.min(end, start + 64))
  const long = longHead.exec(head)
  const unix = long === null ? unixHead.exec(head) : null
  const found = long ?? unix
  if (found === null) return undefined
  const zone = long?.[2] ?? ''
  const isZoned = zone === 'UTC' || zone === 'GMT' || /^[+-]/.test(zone)
  const timeMs =
    unix === null ? isoTimeMs(`${long?.[1]}${isZoned ? zone : ''}`, utcOffsetMinutes) : epochTimeMs(unix[1] ?? '')
  if (Number.isNaN(timeMs)) return undefined
  // The rest is read as behind a time that every scan knows.
  const rest = Buffer.concat([borrowedTime, bytes.subarray(start + found[0].length, end)])
  const scan = new SyslogScan()
  if (!scan.scanBare(rest, 0, rest.length) || scan.appEnd === scan.appStart || scan.hostEnd === scan.hostStart)
    return undefined
  const header = headerOf(scan, rest)
  const messageStart = start + found[0].length + header.messageStart - borrowedTime.length
  return {
    timeMs,
    host: header.host,
    program: header.app,
    pid: header.procid,
    facility: -1,
    severity: -1,
    structured: '',
    messageStart,
  }
}

const borrowedTime = Buffer.from('Jan  1 00:00:00 ', 'latin1')
