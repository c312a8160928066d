/** AWS CloudTrail: files of one object with a list of `Records`, objects one a line, and what `aws cloudtrail
 *  lookup-events` prints. */
import { isoTimeMs, textOf } from '../events/event-values.ts'
import { jsonEventFormat } from '../events/json-format.ts'
import type { EventFormat } from '../format.ts'

/** CloudTrail User Guide, "CloudTrail record contents". `status` is not in records: a call without an error succeeded. */
export const cloudtrail: EventFormat = jsonEventFormat({
  name: 'cloudtrail',
  title: 'AWS CloudTrail',
  wrappers: ['Records', 'Events'],
  inner: (view) => view.textAt('CloudTrailEvent'),
  isOwn: (view) => (view.has('eventVersion') && view.has('eventName') && view.has('eventSource') ? 1 : 0),
  timeMs: (view) => isoTimeMs(view.textAt('eventTime')),
  computer: (view) => view.textAt('recipientAccountId') || view.textAt('userIdentity.accountId'),
  about: (view) => view.textAt('eventType'),
  field: (view, name) => {
    if (name === 'src_ip') return textOf(view.at('sourceIPAddress'))
    if (name !== 'status') return undefined
    return view.has('errorCode') || view.has('errorMessage') ? 'failure' : 'success'
  },
  foreign: 'This is JSON but no record of CloudTrail: it has no "eventVersion", "eventName" and "eventSource".',
})
