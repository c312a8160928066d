/** Lines of Linux's syslog and of `journalctl`: sign-ins (sshd, su, login, PAM), sudo, cron, accounts, the packet filter, and
 *  whatever else programs write. What a message says becomes fields where its wording is known. */
import type { EventField, EventRecord } from '../event.ts'
import { type EventLine, type EventLineParser, EventLineReader, recogniseByLines } from '../events/event-lines.ts'
import { type EventProblem, referenceAfter } from '../events/event-values.ts'
import { type EventFields, FieldEvent } from '../events/field-event.ts'
import type { EventFormat, FormatOptions } from '../format.ts'
import { messageFields } from './sign-in-message.ts'
import { readSyslogLine, type SyslogLine } from './syslog-line.ts'

const name = 'syslog'
const noHead: EventProblem = {
  reason: 'not-this-format',
  message: 'This line does not begin as a line of syslog does, with a time and the name of a machine.',
}

/** Messages of Cisco's devices: `%FACILITY-SEVERITY-MNEMONIC: …`. */
const ciscoMessage =
  /^(?:[\d:]{1,16}: )?.{0,64}?%([A-Z][A-Z0-9_]{1,31})-(?:[A-Z0-9_]{1,31}-)?([0-7])-([A-Z0-9_]{1,64}): /

/** The fields of a line. */
function fieldsOf(line: SyslogLine, message: string): EventFields {
  const fields: EventFields = new Map<string, EventField>([
    ['host', line.host],
    ['program', line.program],
    ['message', message],
  ])
  if (line.pid !== '') fields.set('pid', line.pid)
  if (line.facility >= 0) {
    fields.set('facility', line.facility)
    fields.set('severity', line.severity)
  }
  if (line.structured !== '') fields.set('structured', line.structured)
  const cisco = ciscoMessage.exec(message.slice(0, 256))
  if (cisco !== null) {
    fields.set('vendor', 'cisco')
    fields.set('mnemonic', cisco[3] ?? null)
  }
  for (const [field, value] of messageFields(line.program, message)) if (!fields.has(field)) fields.set(field, value)
  return fields
}

class SyslogEventParser implements EventLineParser {
  readonly #options: FormatOptions
  /** The log goes on beyond what was known of its end when it was opened. */
  #referenceMs: number | undefined

  constructor(options: FormatOptions) {
    this.#options = options
    this.#referenceMs = options.referenceMs
  }

  parse(line: EventLine): EventRecord | EventProblem {
    const options = { ...this.#options, referenceMs: this.#referenceMs }
    const head = readSyslogLine(line.bytes, line.start, line.end, options)
    if (head === undefined) return noHead
    this.#referenceMs = referenceAfter(this.#referenceMs, head.timeMs)
    const text = line.bytes.toString('utf8', line.start, line.end)
    const message = line.bytes.toString('utf8', head.messageStart, line.end)
    const { timeMs, host: computer } = head
    const facts = { format: name, place: line.place, timeMs, computer, kindOf: this.#options.kindOf }
    return new FieldEvent(
      facts,
      () => fieldsOf(head, message),
      () => text,
    )
  }
}

/** Other logs come in such lines too, and are better at their own. */
const certainty = 0.6

/** Takes `utcOffsetMinutes`, and `referenceMs` for times without a year. */
export const syslogEvents: EventFormat = {
  kind: 'events',
  name,
  title: 'Linux syslog or journal: sign-ins, sudo, cron and other programs',
  cut: 'lines',
  readsSyslog: true,
  recognise: (sample) =>
    certainty *
    recogniseByLines(sample, new EventLineReader(new SyslogEventParser({})), (record) =>
      record.field('program') === '' ? 0.5 : 1,
    ),
  open: (options) => new EventLineReader(new SyslogEventParser(options)),
}
