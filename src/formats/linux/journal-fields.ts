/** The fields of one entry of systemd's journal, whichever way it was exported: its own, and those that a line of syslog
 *  would have, with what the message says. */
import type { EventField } from '../event.ts'
import { textOf } from '../events/event-values.ts'
import type { EventFields } from '../events/field-event.ts'
import { messageFields } from './sign-in-message.ts'

/** Fields of an entry beside its own (systemd.journal-fields(7)): `program`, `host`, `pid`, `message`, and those of the
 *  message. */
export function journalFields(own: (name: string) => EventField | undefined): EventFields {
  const program = textOf(own('SYSLOG_IDENTIFIER')) || textOf(own('_COMM'))
  const message = textOf(own('MESSAGE'))
  const fields: EventFields = new Map<string, EventField>([
    ['program', program],
    ['host', textOf(own('_HOSTNAME'))],
    ['message', message],
  ])
  const pid = textOf(own('_PID')) || textOf(own('SYSLOG_PID'))
  if (pid !== '') fields.set('pid', pid)
  for (const [name, value] of messageFields(program, message)) if (!fields.has(name)) fields.set(name, value)
  return fields
}

/** Microseconds since 1970, as the journal has them, in milliseconds. */
export const journalTimeMs = (text: string): number =>
  /^\d{13,17}$/.test(text) ? Math.floor(Number(text) / 1000) : Number.NaN
