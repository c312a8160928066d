/** systemd's journal as `journalctl -o json` writes it, one object a line. Values that are no text stand there as lists of
 *  bytes. */
import { Buffer } from 'node:buffer'
import type { EventField } from '../event.ts'
import { aboutField, textOf } from '../events/event-values.ts'
import type { EventFields } from '../events/field-event.ts'
import { jsonEventFormat } from '../events/json-format.ts'
import type { JsonView } from '../events/json-view.ts'
import type { EventFormat } from '../format.ts'
import { journalFields, journalTimeMs } from './journal-fields.ts'

const isBytes = (value: EventField | undefined): value is readonly number[] =>
  Array.isArray(value) &&
  value.length > 0 &&
  value.every((each) => typeof each === 'number' && each >= 0 && each <= 255)

/** A field of the entry, lists of bytes as text. */
function own(view: JsonView, name: string): EventField | undefined {
  const value = view.at(name)
  return isBytes(value) ? Buffer.from(value).toString('utf8') : value
}

const derived = new WeakMap<JsonView, EventFields>()

function fieldsOf(view: JsonView): EventFields {
  const known = derived.get(view)
  if (known !== undefined) return known
  const fields = journalFields((name) => own(view, name))
  derived.set(view, fields)
  return fields
}

export const journaldJson: EventFormat = jsonEventFormat({
  name: 'journald-json',
  title: 'systemd journal (journalctl -o json)',
  isOwn: (view) => (view.has('__REALTIME_TIMESTAMP') && (view.has('_BOOT_ID') || view.has('MESSAGE')) ? 1 : 0),
  timeMs: (view) => journalTimeMs(view.textAt('__REALTIME_TIMESTAMP')),
  computer: (view) => view.textAt('_HOSTNAME'),
  about: (view) => textOf(fieldsOf(view).get(aboutField)),
  field: (view, name) => fieldsOf(view).get(name),
  texts: (view) => [textOf(own(view, 'MESSAGE'))],
  foreign: 'This line is JSON but no entry of the journal: it has no "__REALTIME_TIMESTAMP".',
})
