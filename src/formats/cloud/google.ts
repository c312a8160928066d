/** Google's audit logs as JSON: Workspace activities as the Reports API gives them, and Cloud Audit Logs as Cloud Logging
 *  exports them. */
import type { EventField } from '../event.ts'
import { isoTimeMs } from '../events/event-values.ts'
import { jsonEventFormat } from '../events/json-format.ts'
import type { JsonView } from '../events/json-view.ts'
import { pairField } from '../events/named-pairs.ts'
import type { EventFormat } from '../format.ts'

const parameterKeys = { names: ['name'], values: ['value', 'boolValue', 'intValue', 'multiValue'] }

function workspaceField(view: JsonView, name: string): EventField | undefined {
  if (name === 'eventService' || name === 'protoPayload.serviceName') {
    return `${view.textAt('id.applicationName').toLowerCase()}.googleapis.com`
  }
  if (name === 'eventName' || name === 'protoPayload.metadata.event.eventName') return view.at('events.name')
  const own = pairField(view, name, ['events.parameters'], parameterKeys)
  return own ?? pairField(view, name.toUpperCase(), ['events.parameters'], parameterKeys)
}

/** Admin SDK Reports API, `activities.list`. Parameters of events are fields by their names. */
export const googleWorkspace: EventFormat = jsonEventFormat({
  name: 'google-workspace',
  title: 'Google Workspace audit activities',
  wrappers: ['items'],
  isOwn: (view) => {
    const isActivity = view.textAt('id.applicationName') !== '' && view.textAt('id.time') !== ''
    return isActivity && view.has('events') ? 1 : 0
  },
  timeMs: (view) => isoTimeMs(view.textAt('id.time')),
  computer: (view) => view.textAt('id.customerId'),
  about: (view) => view.textAt('id.applicationName').toLowerCase(),
  field: workspaceField,
  foreign: 'This is JSON but no activity of Google Workspace: it has no "id" with application and time, and "events".',
})

/** Cloud Logging, `LogEntry` with `protoPayload` of the type `AuditLog`. */
export const googleCloud: EventFormat = jsonEventFormat({
  name: 'google-cloud',
  title: 'Google Cloud audit logs',
  wrappers: ['entries'],
  isOwn: (view) => {
    const isEntry = view.has('logName') || view.has('insertId')
    return isEntry && view.textAt('protoPayload.methodName') !== '' ? 1 : 0
  },
  timeMs: (view) => isoTimeMs(view.textAt('timestamp') || view.textAt('receiveTimestamp')),
  computer: (view) => view.textAt('resource.labels.project_id'),
  about: (view) => (view.textAt('protoPayload.serviceName') === 'login.googleapis.com' ? 'login' : 'audit'),
  field: (view, name) => (name.startsWith('data.') ? view.at(name.slice('data.'.length)) : undefined),
  foreign: 'This is JSON but no audit log of Google Cloud: it has no "protoPayload" with a method.',
})
