/** Makes events of a case by the way that logs go in the product: the text of a log, a format's reader, the tables of kinds
 *  of logs. What a rule does in its cases it does on a real log. */

import type { Reject } from '../../core/place.ts'
import { err, ok, type Result } from '../../core/result.ts'
import type { EventRecord, KindOf } from '../../formats/event.ts'
import type { Chunk, EventFormat, Progress, StatementFormat } from '../../formats/format.ts'
import { formatNamed, formats, recogniseFormat } from '../../formats/formats.ts'
import type { StatementRecord } from '../../formats/statement.ts'
import { statementEvent } from '../../formats/statement-event.ts'
import type { RuleCase } from './case-file.ts'

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
  const format = each.format === undefined ? recogniseFormat(sample) : formatNamed(each.format)
  if (format !== undefined && format.kind !== 'requests') return ok(format)
  if (each.format !== undefined) {
    const names = formats.flatMap(({ kind, name }) => (kind === 'requests' ? [] : [name]))
    return err(`"${each.format}" is not a format of events; use one of ${names.join(', ')}.`)
  }
  return err('The events of the case look like no log that Bellwether reads; name it with format:.')
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
