/** Microsoft Entra's and Azure's logs as JSON: sign-ins, audits, risk detections and activity, as diagnostic settings write
 *  them, as Microsoft Graph gives them, and as Log Analytics exports them. */
import type { EventField } from '../event.ts'
import { anyTimeMs } from '../events/event-values.ts'
import { jsonEventFormat } from '../events/json-format.ts'
import type { JsonView } from '../events/json-view.ts'
import { pairField, unquoted } from '../events/named-pairs.ts'
import type { EventFormat } from '../format.ts'

/** What an event is about, by the category of diagnostic settings. */
const categories: Readonly<Record<string, string>> = {
  signinlogs: 'signinlogs',
  noninteractiveusersigninlogs: 'signinlogs',
  serviceprincipalsigninlogs: 'signinlogs',
  managedidentitysigninlogs: 'signinlogs',
  adfssigninlogs: 'signinlogs',
  auditlogs: 'auditlogs',
  userriskevents: 'riskdetection',
  riskyusers: 'riskdetection',
  serviceprincipalriskevents: 'riskdetection',
  administrative: 'activitylogs',
  policy: 'activitylogs',
  security: 'activitylogs',
  servicehealth: 'activitylogs',
  alert: 'activitylogs',
  autoscale: 'activitylogs',
  recommendation: 'activitylogs',
  resourcehealth: 'activitylogs',
}

function first(view: JsonView, ...paths: readonly string[]): string {
  for (const path of paths) {
    const text = view.textAt(path)
    if (text !== '') return text
  }
  return ''
}

function about(view: JsonView): string {
  const category = first(view, 'category', 'Category', 'Type').toLowerCase()
  const isAzure = ['resourceId', 'ResourceId', 'TimeGenerated'].some((key) => view.has(key))
  if (isAzure && Object.hasOwn(categories, category)) return categories[category] as string
  if (view.has('riskEventType')) return 'riskdetection'
  if (view.has('activityDateTime') && view.has('activityDisplayName')) return 'auditlogs'
  if (view.has('createdDateTime') && view.has('userPrincipalName') && view.has('status')) return 'signinlogs'
  const isActivity = view.has('operationName') && view.has('resourceId')
  return isActivity && (view.has('eventTimestamp') || view.has('time')) ? 'activitylogs' : ''
}

const changes = ['properties.targetResources', 'targetResources', 'TargetResources'].map(
  (path) => `${path}.modifiedProperties`,
)
const details = ['properties.additionalDetails', 'additionalDetails', 'AdditionalDetails']

/** `X` stands at `properties.X` in the diagnostic form, and the other way round in Graph's. */
function field(view: JsonView, name: string): EventField | undefined {
  const other = name.startsWith('properties.') ? name.slice('properties.'.length) : `properties.${name}`
  const moved = view.at(other, true)
  if (moved !== undefined) return moved
  const changed = pairField(view, name, changes, { names: ['displayName'], values: ['newValue'] })
  return unquoted(changed ?? pairField(view, name, details, { names: ['key'], values: ['value'] }))
}

const timePaths = [
  ...['properties.createdDateTime', 'properties.activityDateTime', 'createdDateTime', 'activityDateTime'],
  ...['eventTimestamp', 'time', 'TimeGenerated', 'detectedDateTime'],
]

/** Keys are compared without case, for the three forms differ in it and rules follow each of them. */
export const entra: EventFormat = jsonEventFormat({
  name: 'entra',
  title: 'Microsoft Entra and Azure logs (sign-ins, audits, activity)',
  wrappers: ['value', 'records'],
  ignoresCase: true,
  isOwn: (view) => (about(view) === '' ? 0 : 1),
  timeMs: (view) => anyTimeMs(first(view, ...timePaths)),
  computer: (view) => first(view, 'tenantId', 'TenantId', 'properties.resourceTenantId', 'subscriptionId'),
  about,
  field,
  foreign: 'This is JSON but no sign-in, audit, risk or activity of Microsoft Entra or Azure.',
})
