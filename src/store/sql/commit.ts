/** Writes what one step of the analysis brought. All values are absolute and stand under derived ids, so writing the same
 *  commit again changes nothing; what people decided is never touched, but for an incident that is seen again. */
import { type Finding, levelRank } from '../../core/finding.ts'
import type { FindingId, IncidentId } from '../../core/ids.ts'
import { limits } from '../../core/limits.ts'
import type { Incident } from '../../incidents/incident.ts'
import type { Checkpoint, Commit, EvidenceRow, SourceHour } from '../store.ts'
import { checkedBytes, checksumOf, DamagedRow, numberOf, sealed, textIfAny, textOf } from './document.ts'
import { wordsOf } from './incident-list.ts'
import { type MailValues, mailValues, saveMails } from './mails.ts'
import { first, type Insert, insert, overwrite, query, run, type SqlValue, type Verb } from './step.ts'

/** What an incident's own row holds besides its summary; its findings stand in rows of their own. */
export type IncidentDetail = Pick<Incident, 'timeline' | 'advice'> & { readonly findingIds: readonly FindingId[] }

const seenSinceClosed = `incident.decided_state = 'closed'
  AND (incident.reopened = 1 OR excluded.last_seen_ms > incident.decided_last_seen_ms)`

const incidentForm: Insert = {
  table: 'incident',
  columns: [
    'id',
    'state',
    'seen_again',
    'level',
    'level_rank',
    'first_seen_ms',
    'last_seen_ms',
    'kinds',
    'decided_state',
    'reopened',
    'created_at_ms',
    'updated_at_ms',
    'doc',
    'detail',
  ],
  conflict: `ON CONFLICT (id) DO UPDATE SET
    state = CASE WHEN ${seenSinceClosed} THEN 'new' ELSE incident.decided_state END,
    seen_again = CASE WHEN ${seenSinceClosed} THEN 1 ELSE 0 END,
    level = excluded.level,
    level_rank = excluded.level_rank,
    first_seen_ms = excluded.first_seen_ms,
    last_seen_ms = excluded.last_seen_ms,
    kinds = excluded.kinds,
    updated_at_ms = CASE WHEN incident.doc <> excluded.doc OR incident.detail <> excluded.detail
      THEN excluded.updated_at_ms ELSE incident.updated_at_ms END,
    doc = excluded.doc,
    detail = excluded.detail`,
}

const form = (table: string, key: readonly string[], columns: readonly string[]): Insert => ({
  table,
  columns,
  conflict: overwrite(key, columns),
})

const wordsForm = form('incident_words', ['incident_id'], ['incident_id', 'words'])
/** Columns of a prepared line of evidence. */
export const evidenceColumns: readonly string[] = [
  'finding_id',
  'ordinal',
  'time_ms',
  'source_id',
  'place',
  'crc',
  'bytes',
]
const evidenceForm = form('evidence', ['finding_id', 'ordinal'], evidenceColumns)
const statusForm = form('source_status', ['source_id'], ['source_id', 'doc'])
const hourForm = form(
  'source_hour',
  ['source_id', 'hour_ms'],
  ['source_id', 'hour_ms', 'records', 'rejects', 'bytes', 'lost'],
)
const rejectForm: Insert = {
  table: 'reject',
  columns: ['source_id', 'ordinal', 'stored_at_ms', 'doc'],
  conflict: 'ON CONFLICT (source_id, ordinal) DO UPDATE SET doc = excluded.doc',
}
const findingForm: Insert = {
  table: 'finding',
  columns: ['id', 'incident_id', 'last_seen_ms', 'doc'],
  conflict: `ON CONFLICT (id) DO UPDATE SET
    incident_id = COALESCE(excluded.incident_id, finding.incident_id),
    last_seen_ms = excluded.last_seen_ms,
    doc = excluded.doc`,
}
const checkpointForm = form('checkpoint', ['id'], ['id', 'version', 'taken_at_ms', 'size_bytes'])
const partForm = form('checkpoint_part', ['ordinal'], ['ordinal', 'crc', 'bytes'])

/** The last of the items with the same key: one statement may write a row once. */
function lastOfEach<T>(items: readonly T[], key: (item: T) => string): T[] {
  const byKey = new Map<string, T>()
  for (const item of items) byKey.set(key(item), item)
  return [...byKey.values()]
}

type Rows = readonly (readonly SqlValue[])[]

/** A commit as rows: what can be worked out of a commit without the database. Rows cross to another thread in a quarter
 *  of the time that the objects take. */
export interface PreparedCommit {
  readonly incidents: Rows
  readonly words: Rows
  readonly findings: Rows
  /** Findings that were stored before, with the incident that they belong to now. */
  readonly moved: Commit['assigned']
  readonly merged: Commit['merged']
  readonly evidence: Rows
  readonly statuses: Rows
  readonly hours: Rows
  readonly rejects: Rows
  readonly mails: MailValues
  readonly checkpoint: Checkpoint | undefined
}

/** The rows of a commit. `nowMs` is the desk's clock. */
export function prepareCommit(given: Commit, nowMs: number): PreparedCommit {
  const incidents = lastOfEach(given.incidents, (incident) => incident.id)
  return {
    incidents: incidents.map((incident) => incidentRow(incident, nowMs)),
    words: incidents.map((incident) => [incident.id, wordsOf(incident)]),
    ...findingRows(given, incidents),
    merged: given.merged,
    evidence: lastOfEach(given.evidence, (row) => `${row.findingId} ${row.ordinal}`).map(evidenceRow),
    statuses: lastOfEach(given.sources, (status) => status.sourceId).map((status) => [status.sourceId, sealed(status)]),
    hours: lastOfEach(given.hours, (hour) => `${hour.sourceId} ${hour.hourMs}`).map(hourRow),
    rejects: lastOfEach(given.rejects, (row) => `${row.sourceId} ${row.ordinal}`).map((row) => [
      row.sourceId,
      row.ordinal,
      nowMs,
      sealed(row.reject),
    ]),
    mails: mailValues(lastOfEach(given.mails ?? [], (mail) => mail.id)),
    checkpoint: given.checkpoint,
  }
}

/** `Store.commit`. */
export function* commit(prepared: PreparedCommit): Verb<void> {
  yield* insert(incidentForm, prepared.incidents)
  yield* insert(wordsForm, prepared.words)
  yield* insert(findingForm, prepared.findings)
  for (const { findingId, incidentId } of prepared.moved) {
    yield* run('UPDATE finding SET incident_id = $1 WHERE id = $2', incidentId, findingId)
  }
  for (const { id, into } of prepared.merged) yield* merge(id, into)
  yield* insert(evidenceForm, prepared.evidence)
  yield* insert(statusForm, prepared.statuses)
  yield* insert(hourForm, prepared.hours)
  yield* insert(rejectForm, prepared.rejects)
  yield* saveMails(prepared.mails)
  if (prepared.checkpoint !== undefined) yield* saveCheckpoint(prepared.checkpoint)
}

function incidentRow(incident: Incident, nowMs: number): SqlValue[] {
  const { findings, timeline, advice, ...summary } = incident
  const detail: IncidentDetail = { timeline, advice, findingIds: findings.map((finding) => finding.id) }
  return [
    incident.id,
    'new',
    0,
    incident.level,
    levelRank(incident.level),
    incident.firstSeenMs,
    incident.lastSeenMs,
    ` ${incident.kinds.join(' ')} `,
    'new',
    0,
    nowMs,
    nowMs,
    sealed(summary),
    sealed(detail),
  ]
}

/** Findings of the commit and of its incidents, each once. Which incident they belong to is what `assigned` says, or
 *  else the incident that lists them. */
function findingRows(given: Commit, incidents: readonly Incident[]): Pick<PreparedCommit, 'findings' | 'moved'> {
  const rows = new Map<FindingId, { finding: Finding; incidentId: IncidentId | null }>()
  for (const finding of given.findings) rows.set(finding.id, { finding, incidentId: null })
  for (const incident of incidents) {
    for (const finding of incident.findings) rows.set(finding.id, { finding, incidentId: incident.id })
  }
  const moved: { findingId: FindingId; incidentId: IncidentId }[] = []
  for (const { findingId, incidentId } of given.assigned) {
    const row = rows.get(findingId)
    if (row === undefined) moved.push({ findingId, incidentId })
    else row.incidentId = incidentId
  }
  const findings = [...rows.values()].map(({ finding, incidentId }) => [
    finding.id,
    incidentId,
    finding.lastSeenMs,
    sealed(finding),
  ])
  return { findings, moved }
}

const evidenceRow = (row: EvidenceRow): SqlValue[] => [
  row.findingId,
  row.ordinal,
  row.timeMs,
  row.sourceId,
  sealed(row.place),
  checksumOf(row.bytes),
  row.bytes,
]

const hourRow = (hour: SourceHour): SqlValue[] => [
  hour.sourceId,
  hour.hourMs,
  hour.records,
  hour.rejects,
  hour.bytes,
  hour.lost,
]

/** Marks an incident as part of an older one, once. A merge into something that is not stored is not made: both stay in
 *  the list. What was merged into the younger follows it. An older incident that somebody closed is new again if the
 *  younger was still open: nobody has seen that part of it. */
function* merge(id: IncidentId, into: IncidentId): Verb<void> {
  const older = yield* first('SELECT id, merged_into, state FROM incident WHERE id = $1', into)
  const younger = yield* first('SELECT merged_into, state FROM incident WHERE id = $1', id)
  if (older === undefined || younger === undefined) return
  const root = textIfAny(older, 'merged_into') ?? textOf(older, 'id')
  if (root === id || textIfAny(younger, 'merged_into') === root) return
  yield* run('UPDATE incident SET merged_into = $1 WHERE id = $2 OR merged_into = $2', root, id)
  if (textOf(younger, 'state') === 'closed') return
  yield* run("UPDATE incident SET reopened = 1, seen_again = 1, state = 'new' WHERE id = $1 AND state = 'closed'", root)
}

function* saveCheckpoint({ version, takenAtMs, state }: Checkpoint): Verb<void> {
  const partBytes = limits.checkpointPartBytes
  const count = Math.ceil(state.length / partBytes)
  yield* insert(checkpointForm, [[1, version, takenAtMs, state.length]])
  yield* run('DELETE FROM checkpoint_part WHERE ordinal >= $1', count)
  for (let ordinal = 0; ordinal < count; ordinal++) {
    const part = state.subarray(ordinal * partBytes, (ordinal + 1) * partBytes)
    yield* insert(partForm, [[ordinal, checksumOf(part), part]])
  }
}

/** `Store.checkpoint`. */
export function* checkpoint(): Verb<Checkpoint | undefined> {
  const head = yield* first('SELECT version, taken_at_ms, size_bytes FROM checkpoint WHERE id = 1')
  if (head === undefined) return undefined
  const size = numberOf(head, 'size_bytes')
  const parts: Uint8Array[] = []
  let end = 0
  for (let ordinal = 0; end < size; ordinal++) {
    const row = yield* first('SELECT crc, bytes FROM checkpoint_part WHERE ordinal = $1', ordinal)
    if (row === undefined) throw new DamagedRow('checkpoint_part')
    const bytes = checkedBytes(row, 'bytes', 'crc')
    parts.push(bytes)
    end += bytes.length
    if (bytes.length === 0 || end > size) throw new DamagedRow('checkpoint_part')
  }
  const state = new Uint8Array(size)
  let offset = 0
  for (const part of parts) {
    state.set(part, offset)
    offset += part.length
  }
  return { version: textOf(head, 'version'), takenAtMs: numberOf(head, 'taken_at_ms'), state }
}

/** `Store.assignments`; of an incident that was merged, the older one. */
export function* assignments(
  sinceMs: number,
): Verb<readonly { readonly findingId: FindingId; readonly incidentId: IncidentId }[]> {
  const rows = yield* query(
    `SELECT finding.id AS finding_id, COALESCE(incident.merged_into, incident.id) AS incident_id
     FROM finding JOIN incident ON incident.id = finding.incident_id WHERE finding.last_seen_ms >= $1
     ORDER BY finding.id`,
    sinceMs,
  )
  return rows.map((row) => ({
    findingId: textOf(row, 'finding_id') as FindingId,
    incidentId: textOf(row, 'incident_id') as IncidentId,
  }))
}
