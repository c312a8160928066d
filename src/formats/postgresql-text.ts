/** PostgreSQL's plain log (`log_destination = 'stderr'`), whose lines begin with whatever `log_line_prefix` says
 *  (PostgreSQL 18 manual, section 19.8.3). The prefix is not asked for: time, process, role and database are found in
 *  it by their usual forms, such as `%m [%p] %q%u@%d `, `%t [%p]: [%l-1] user=%u,db=%d,app=%a,client=%h ` and
 *  `%t:%r:%u@%d:[%p]:`. Entries that are not about statements are passed over, but for bare durations of parse and
 *  bind steps, which this log does not tell from others; a line that continues nothing is a reject. */
import { limits } from '../core/limits.ts'
import type { Place } from '../core/place.ts'
import {
  type DatabaseFormat,
  type DatabaseReader,
  FramedReader,
  type Framer,
  frameLine,
  type Problem,
  type Reading,
  recogniseByReading,
  type Units,
} from './database-reader.ts'
import { DatabaseClock } from './database-time.ts'
import type { FormatOptions } from './format.ts'
import { hostOf, readEntry, severities } from './postgresql-entry.ts'

const noSeverity: Problem = { reason: 'not-this-format', message: 'The line is not an entry of a PostgreSQL log.' }
const noTime: Problem = {
  reason: 'unexpected-fields',
  message: "The line has no time: the server's log_line_prefix must hold %m or %t.",
}
const headMissing: Problem = {
  reason: 'truncated',
  message: 'The line belongs to an entry whose beginning is not in this file.',
}

/** The words that stand before `:  `: an entry's severity, or the name of one of its further fields. */
const label =
  /(?:^|[^A-Za-z])(DEBUG[1-5]?|INFO|NOTICE|WARNING|LOG|ERROR|FATAL|PANIC|DETAIL|HINT|QUERY|CONTEXT|LOCATION|BACKTRACE|STATEMENT)$/
/** The longest label and the character before it. */
const labelCharacters = 10

interface Line {
  readonly prefix: string
  readonly label: string
  readonly text: string
}

/** Parts a line at its label, or null. A quote before the label means that this is another log. */
function partLine(line: string): Line | null {
  for (let at = line.indexOf(':  '); at >= 0 && at < limits.logPrefixCharactersMax; at = line.indexOf(':  ', at + 1)) {
    const name = label.exec(line.slice(Math.max(0, at - labelCharacters), at))?.[1]
    if (name === undefined) continue
    const prefix = line.slice(0, at - name.length)
    return prefix.includes('"') ? null : { prefix, label: name, text: line.slice(at + 3) }
  }
  return null
}

/** The label of a line that is not decoded yet; empty where it has none. */
function labelOf(units: Units, start: number, end: number): string {
  const stop = Math.min(end - 2, start + limits.logPrefixCharactersMax)
  for (let at = start; at < stop; at++) {
    const unit = units[at]
    if (unit === 34) return ''
    if (unit !== 58 || units[at + 1] !== 32 || units[at + 2] !== 32) continue
    const before = String.fromCharCode(...units.subarray(Math.max(start, at - labelCharacters), at))
    const name = label.exec(before)?.[1]
    if (name !== undefined) return name
  }
  return ''
}

/** Whether a line goes on with the entry before it: the server puts a tab before each further line of a text, and
 *  writes DETAIL, HINT, QUERY, CONTEXT, LOCATION and STATEMENT as lines with a prefix of their own. */
function isContinuation(units: Units, start: number, end: number): boolean {
  if (units[start] === 9) return true
  const name = labelOf(units, start, end)
  return name !== '' && !severities.has(name)
}

/** An entry ends where the next begins, so the last one of a chunk waits for what follows. */
const frame: Framer = (units, start, end, last, out) => {
  if (!frameLine(units, start, end, last, out)) return 'open'
  if (units[start] === 9 || labelOf(units, start, out.end) === '') return 'whole'
  let { end: stop, next, lines } = out
  for (;;) {
    if (next >= end) {
      if (!last) return 'open'
      break
    }
    if (!frameLine(units, next, end, last, out)) return 'open'
    if (!isContinuation(units, next, out.end)) break
    stop = out.end
    next = out.next
    lines++
  }
  out.end = stop
  out.next = next
  out.lines = lines
  return 'whole'
}

interface Prefix {
  readonly time: string
  readonly session: string
  readonly role: string
  readonly database: string
  readonly application: string
  readonly remoteHost: string
  readonly stateCode: string
}

const timeInPrefix = /\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d{1,6})?(?: (?:[+-]\d\d(?::?\d\d)?|[A-Za-z]{1,5}))?/
const epochInPrefix = /(?<![\d.])\d{10}\.\d{3}(?![\d.])/
const sessionInPrefix = /(?<![0-9a-f.])[0-9a-f]{8}\.[0-9a-f]{1,8}(?![0-9a-f.])/
const processInPrefix = /\[(\d{1,10})\]|(?:\bpid|\bp)=(\d{1,10})/
const hostInPrefix = /(?:\bclient|\bhost|\bremote|\bip)[=:](\[local\]|[^,\s\]]+)/
const roleInPrefix = /(?:\buser|\bu)=([^,]{0,64}?)(?=,| (?:db|database|d|app|client|host|[a-z]{1,12})=|\s*$|\])/
const databaseInPrefix = /(?:\bdb|\bdatabase|\bd)=([^,]{0,64}?)(?=,| (?:user|u|app|client|host|[a-z]{1,12})=|\s*$|\])/
const applicationInPrefix =
  /(?:\bapp|\bapplication|\ba)=([^,]{0,64}?)(?=,| (?:user|db|client|host|[a-z]{1,12})=|\s*$|\])/
const roleAtDatabase = /(?:^|[\s:([])([^\s:@,=()[\]]+|\[unknown\])@([^\s:,=()[\]]+|\[unknown\])/
const addressInPrefix = /(?:^|[\s:])((?:\d{1,3}\.){3}\d{1,3}|\[local\])(?:\(\d{1,5}\))?(?=[\s:]|$)/
const stateInPrefix = /(?:\bstate|\bsqlstate|\berr|\be)=([0-9A-Z]{5})\b/

const group = (pattern: RegExp, text: string): string => pattern.exec(text)?.slice(1).find(Boolean) ?? ''
const known = (value: string): string => (value === '[unknown]' ? '' : value)

/** Finds what a prefix holds; null where it has no time. `%n` (seconds of the epoch) counts as a time. */
function readPrefix(prefix: string): Prefix | null {
  const found = timeInPrefix.exec(prefix) ?? epochInPrefix.exec(prefix)
  if (found === null) return null
  const rest = `${prefix.slice(0, found.index)} ${prefix.slice(found.index + found[0].length)}`
  const pair = roleAtDatabase.exec(rest)
  return {
    time: found[0],
    session: sessionInPrefix.exec(rest)?.[0] ?? group(processInPrefix, rest),
    role: known(group(roleInPrefix, rest) || (pair?.[1] ?? '')),
    database: known(group(databaseInPrefix, rest) || (pair?.[2] ?? '')),
    application: known(group(applicationInPrefix, rest)),
    remoteHost: hostOf(known(group(hostInPrefix, rest) || group(addressInPrefix, rest)).replace(/\(\d{1,5}\)$/, '')),
    stateCode: group(stateInPrefix, rest),
  }
}

/** The texts of an entry under their labels. */
function collectTexts(text: string): Map<string, string> {
  const texts = new Map<string, string>()
  let current = ''
  for (const raw of text.split('\n')) {
    const line = raw.endsWith('\r') ? raw.slice(0, -1) : raw
    const part = line.startsWith('\t') ? null : partLine(line)
    if (part === null) texts.set(current, `${texts.get(current) ?? ''}\n${line.slice(1)}`)
    else {
      current = part.label
      texts.set(current, part.text)
    }
  }
  return texts
}

function readTime(time: string, clock: DatabaseClock): number {
  return time[4] === '-' ? clock.parse(time) : Math.floor(Number(time) * 1000)
}

function interpretText(text: string, place: Place, clock: DatabaseClock): Reading {
  const first = partLine(text)
  if (first === null) return text.startsWith('\t') ? headMissing : noSeverity
  const prefix = readPrefix(first.prefix)
  if (prefix === null) return noTime
  if (!severities.has(first.label)) return headMissing
  const timeMs = readTime(prefix.time, clock)
  if (Number.isNaN(timeMs)) return clock.problem
  const texts = collectTexts(text)
  const { session, role, database, application, remoteHost, stateCode } = prefix
  return readEntry({
    timeMs,
    place,
    severity: first.label,
    session,
    role,
    database,
    application,
    remoteHost,
    stateCode: stateCode === '00000' ? '' : stateCode,
    tag: '',
    message: withoutPosition(texts.get(first.label) ?? '', first.label),
    detail: texts.get('DETAIL') ?? '',
    context: texts.get('CONTEXT') ?? '',
    statement: texts.get('STATEMENT') ?? '',
  })
}

/** The plain log puts ` at character 77` behind an error's message; the other two keep it in a field of its own. */
const withoutPosition = (message: string, severity: string): string =>
  severity === 'ERROR' ? message.replace(/ at character \d{1,10}$/, '') : message

const open = (options: FormatOptions): DatabaseReader => {
  const clock = new DatabaseClock(options.utcOffsetMinutes)
  return new FramedReader({ frame, interpret: (text, place) => interpretText(text, place, clock) })
}

/** Reads `utcOffsetMinutes` for entries whose time zone is missing or not known. */
export const postgresqlText: DatabaseFormat = {
  kind: 'statements',
  name: 'postgresql-text',
  title: 'PostgreSQL log (stderr)',
  recognise: (sample) => recogniseByReading(sample, open),
  open,
}
