/** A source as Today and the Sources page show it: from what the store knows of it to plain words. Pure. */
import { counted, durationInWords, inDigits } from '../core/counts.ts'
import { isMailSource, type SourceDefinition } from '../sources/definition.ts'
import type { SourceHour, SourceStatus } from '../store/store.ts'
import type { SourceView } from './api/today.ts'

const hourMs = 3_600_000
const hoursShown = 24

/** What is known of a source. */
export interface SourceFacts {
  readonly definition: SourceDefinition
  readonly from: SourceView['from']
  readonly status: SourceStatus | undefined
  readonly hours: readonly SourceHour[]
  /** What a listener says: where it listens, what it cannot see. */
  readonly listener:
    | { readonly problem: string | undefined; readonly notes: readonly string[]; readonly lost: number }
    | undefined
  readonly nowMs: number
}

/** What people see of a source. */
export function sourceView(facts: SourceFacts): SourceView {
  const { definition, from, status, hours, listener, nowMs } = facts
  const problem = listener?.problem ?? (status?.state === 'failed' ? status.message : undefined)
  const state = problem !== undefined ? 'failed' : (status?.state ?? 'waiting')
  const thisHour = Math.floor(nowMs / hourMs) * hourMs
  const recordsByHour = Array.from({ length: hoursShown }, (_, i) => {
    const start = thisHour - (hoursShown - 1 - i) * hourMs
    return hours.filter((hour) => hour.hourMs === start).reduce((sum, hour) => sum + hour.records, 0)
  })
  const midnight = new Date(nowMs).setHours(0, 0, 0, 0)
  const today = hours.filter((hour) => hour.hourMs >= midnight).reduce((sum, hour) => sum + hour.records, 0)
  return {
    id: definition.id,
    title: definition.title,
    kind: definition.kind,
    where: whereOf(definition),
    from,
    ...(status?.format === undefined ? {} : { format: status.format }),
    state,
    message: problem ?? messageOf(facts, state),
    records: status?.records ?? 0,
    rejects: status?.rejects ?? 0,
    lost: Math.max(status?.lost ?? 0, listener?.lost ?? 0),
    bytes: status?.bytes ?? 0,
    backlogBytes: status?.backlogBytes ?? 0,
    ...(status?.lastRecordMs === undefined ? {} : { lastRecordMs: status.lastRecordMs }),
    ...(status?.lastArrivalMs === undefined ? {} : { lastArrivalMs: status.lastArrivalMs }),
    recordsByHour,
    recordsToday: today,
  }
}

function messageOf(facts: SourceFacts, state: SourceView['state']): string {
  const { status, nowMs, listener, definition } = facts
  const odd = status?.message
  const one = isMailSource(definition) ? 'mail' : 'line'
  switch (state) {
    case 'waiting':
      return odd ?? `Nothing has come yet.${noteOf(listener?.notes)}`
    case 'reading':
      return `Reading what is there already: ${inDigits(Math.round((status?.backlogBytes ?? 0) / 1e6))} MB are left.`
    case 'silent':
      return odd ?? `It has stopped bringing ${one}s, against its habit.`
    case 'failed':
      return odd ?? 'It cannot be read.'
    case 'live': {
      const agoMs = status?.lastArrivalMs === undefined ? undefined : nowMs - status.lastArrivalMs
      const last =
        agoMs === undefined
          ? ''
          : agoMs < 60_000
            ? ` The last ${one} came just now.`
            : ` The last ${one} came ${durationInWords(agoMs)} ago.`
      const isPutIn = definition.kind === 'upload' || definition.kind === 'mail-upload'
      const verb = isPutIn ? 'Put in and read.' : 'It works.'
      const rejects = status?.rejects ?? 0
      const left = rejects === 0 ? '' : ` ${counted(rejects, 'line')} could not be understood.`
      return `${odd ?? verb}${last}${left}${noteOf(listener?.notes)}`
    }
  }
}

const noteOf = (notes: readonly string[] | undefined): string =>
  notes === undefined || notes.length === 0 ? '' : ` ${notes.join(' ')}`

/** Where its bytes come from. */
export function whereOf(definition: SourceDefinition): string {
  switch (definition.kind) {
    case 'follow':
      return definition.paths.join(', ')
    case 'drop':
      return `files put into ${definition.folder}`
    case 'syslog':
      return `syslog over ${definition.transport.toUpperCase()}, ${definition.address} port ${definition.port}`
    case 'push':
      return 'lines sent over HTTP with a token'
    case 'upload':
      return 'files put in through this console'
    case 'milter':
      return definition.socketPath === undefined
        ? `mail as it arrives, ${definition.address} port ${definition.port}`
        : `mail as it arrives, ${definition.socketPath}`
    case 'imap':
      return `${definition.folders.join(', ')} of ${definition.user} at ${definition.host}`
    case 'microsoft-365':
      return `Microsoft 365: ${definition.mailboxes.join(', ')}`
    case 'google-workspace':
      return `Google Workspace: ${definition.mailboxes.join(', ')}`
    case 'mail-upload':
      return 'mail put in through this console'
  }
}
