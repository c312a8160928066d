/** One record of Microsoft 365's unified audit log, whichever way it was exported: its fields, and the lists of names and
 *  values in it as fields of those names. */
import type { EventField } from '../event.ts'
import { isoTimeMs, textOf } from '../events/event-values.ts'
import type { JsonEvents } from '../events/json-format.ts'
import type { JsonView } from '../events/json-view.ts'
import { pairField } from '../events/named-pairs.ts'

const lists = ['Parameters', 'ExtendedProperties', 'OperationProperties', 'ModifiedProperties', 'DeviceProperties']
const keys = { names: ['Name', 'DisplayName'], values: ['Value', 'NewValue'] }

function field(view: JsonView, name: string): EventField | undefined {
  // Security & Compliance cmdlets have their parameters as one text beside the cmdlet's name.
  if (name === 'Payload') return `${view.textAt('Operation')} ${[view.at('Parameters') ?? ''].flat().join(' ')}`
  return pairField(view, name, lists, keys)
}

/** What both formats of the log share. Office 365 Management Activity API schema, "Common schema"; `CreationTime` is UTC
 *  and says no zone. */
export const m365Record: Omit<JsonEvents, 'name' | 'title'> = {
  inner: (view) => view.textAt('AuditData'),
  isOwn: (view) => {
    if (!view.has('CreationTime') || !view.has('Operation')) return 0
    return view.has('RecordType') || view.has('Workload') ? 1 : 0.6
  },
  timeMs: (view) => isoTimeMs(view.textAt('CreationTime')),
  computer: (view) => view.textAt('OrganizationName') || view.textAt('OrganizationId'),
  about: (view) => view.textAt('Workload'),
  field,
  texts: (view) => [textOf(field(view, 'Payload'))],
  foreign: 'This is JSON but no record of the unified audit log: it has no "CreationTime" and "Operation".',
}
