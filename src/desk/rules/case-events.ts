/** Makes events of a case by the way that logs go in the product: the text of a log, a format's reader, the tables of kinds
 *  of logs. What a rule does in its cases it does on a real log. */

import type { Reject } from '../../core/place.ts'
import { err, ok, type Result } from '../../core/result.ts'
import { databaseFormats } from '../../formats/database-formats.ts'
import type { EventRecord, KindOf } from '../../formats/event.ts'
import { eventFormats } from '../../formats/event-formats.ts'
import type { Chunk, EventFormat, Progress, StatementFormat } from '../../formats/format.ts'
import type { StatementRecord } from '../../formats/statement.ts'
import { statementEvent } from '../../formats/statement-event.ts'
import { windowsFormats } from '../../formats/windows-formats.ts'
import type { RuleCase } from './case-file.ts'

/** Formats whose records rules can look at. */
const formats: readonly (EventFormat | StatementFormat)[] = [...windowsFormats, ...eventFormats, ...databaseFormats]
/** Below this share of recognised lines no format is taken. */
const shareMin = 0.2

/** The events of a case; the error is one sentence. */
export function readCaseEvents(each: RuleCase, kindOf: KindOf): Result<EventRecord[], string> {
  const lines = each.events.map((event) => (typeof event === 'string' ? event : JSON.stringify(event)))
  const bytes = Buffer.from(`${lines.join('\n')}\n`)
  const format = formatOf(each, bytes)
  if (!format.ok) return format
  const { name } = format.value
  const { events, rejects } = read(format.value, { source: each.file, bytes, kindOf })
  const [reject] = rejects
  if (reject === undefined) return ok(events)
  return err(`Event ${reject.place.line} of the case cannot be read as ${name}: ${reject.message}`)
}

function formatOf(each: RuleCase, sample: Uint8Array): Result<EventFormat | StatementFormat, string> {
  if (each.format !== undefined) {
    const named = formats.find(({ name }) => name === each.format)
    if (named !== undefined) return ok(named)
    return err(`"${each.format}" is not a format of events; use one of ${formats.map(({ name }) => name).join(', ')}.`)
  }
  const shares = formats.map((format) => ({ format, share: format.recognise(sample) }))
  const [best] = shares.sort((a, b) => b.share - a.share)
  return best === undefined || best.share < shareMin
    ? err('The events of the case look like no log that Bellwether reads; name it with format:.')
    : ok(best.format)
}

interface CaseLog {
  readonly source: string
  readonly bytes: Uint8Array
  readonly kindOf: KindOf
}

/** About when logs of cases end, for those that write no year. */
const referenceMs = Date.UTC(2026, 11, 31)

/** Times of logs without a zone are taken as UTC. */
function read(format: EventFormat | StatementFormat, log: CaseLog): { events: EventRecord[]; rejects: Reject[] } {
  const events: EventRecord[] = []
  const rejects: Reject[] = []
  const options = { kindOf: log.kindOf, utcOffsetMinutes: 0, referenceMs }
  if (format.kind === 'events') {
    const reader = format.open(options)
    readAll(log, (chunk) => reader.read(chunk, events, rejects))
  } else {
    const statements: StatementRecord[] = []
    const reader = format.open(options)
    readAll(log, (chunk) => reader.read(chunk, statements, rejects))
    events.push(...statements.map((each) => statementEvent(each, format.name)))
  }
  return { events, rejects }
}

function readAll({ source, bytes }: CaseLog, readChunk: (chunk: Chunk) => Progress): void {
  let start = 0
  let line = 1
  while (start < bytes.length) {
    const progress = readChunk({ source, bytes, start, end: bytes.length, offset: start, line, last: true })
    if (progress.bytes === 0) return
    start += progress.bytes
    line += progress.lines
  }
}
