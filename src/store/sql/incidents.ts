/** One incident with all that stands behind it, and what people do about it. An incident and those that were merged into
 *  it are a family: the older one shows decisions, steps, notes and evidence of them all. */
import type { Finding } from '../../core/finding.ts'
import type { FindingId, IncidentId, SourceId } from '../../core/ids.ts'
import { limits } from '../../core/limits.ts'
import type { Place } from '../../core/place.ts'
import type { EvidenceRow, IncidentDecision, IncidentRow, Note, StepDone } from '../store.ts'
import type { IncidentDetail } from './commit.ts'
import { checkedBytes, countOr, DamagedRow, numberOf, sealed, textOf, unsealed } from './document.ts'
import { rowsOf, summaryOf } from './incident-list.ts'
import { first, insert, places, query, type Row, run, type Verb } from './step.ts'

/** `Store.incident`. */
export function* incident(id: IncidentId): Verb<IncidentRow | undefined> {
  const row = yield* first('SELECT * FROM incident WHERE id = $1', id)
  if (row === undefined) return undefined
  const { timeline, advice, findingIds } = unsealed<IncidentDetail>(row, 'detail')
  const findings = new Map<string, Finding>()
  for (const found of yield* rowsOf('SELECT id, doc FROM finding WHERE id', findingIds)) {
    findings.set(textOf(found, 'id'), unsealed<Finding>(found, 'doc'))
  }
  const family = yield* familyOf(id)
  const summary = summaryOf(row)
  return {
    ...summary,
    incident: { ...summary.incident, findings: findingIds.map((each) => known(findings.get(each))), timeline, advice },
    history: (yield* acts('decision', family)).map((each) => unsealed<IncidentDecision>(each, 'doc')),
    steps: (yield* acts('step', family)).map((each) => unsealed<StepDone>(each, 'doc')),
    notes: (yield* acts('note', family)).map((each) => unsealed<Note>(each, 'doc')),
    ...(family.length === 1 ? {} : { mergedFrom: family.slice(1) }),
  }
}

function known<T>(value: T | undefined): T {
  if (value === undefined) throw new DamagedRow('finding')
  return value
}

/** An incident and those merged into it. */
export function* familyOf(id: IncidentId): Verb<IncidentId[]> {
  const rows = yield* query('SELECT id FROM incident WHERE merged_into = $1 ORDER BY created_at_ms, id', id)
  return [id, ...rows.map((row) => textOf(row, 'id') as IncidentId)]
}

type Act = 'decision' | 'step' | 'note'

/** What people did about a family, in the order in which it was stored: a clock may jump. */
function* acts(table: Act, family: readonly IncidentId[]): Verb<Row[]> {
  const rows = yield* rowsOf(`SELECT ordinal, doc FROM ${table} WHERE incident_id`, family)
  return rows.sort((a, b) => numberOf(a, 'ordinal') - numberOf(b, 'ordinal'))
}

/** The ordinal of the next row: writers come one after the other. */
function* nextOrdinal(table: Act): Verb<number> {
  const last = yield* first(`SELECT MAX(ordinal) AS last FROM ${table}`)
  return typeof last?.last === 'number' ? last.last + 1 : 0
}

/** `Store.decide`. */
export function* decide(id: IncidentId, given: Omit<IncidentDecision, 'lastSeenMs'>): Verb<IncidentRow | undefined> {
  const row = yield* first('SELECT last_seen_ms FROM incident WHERE id = $1', id)
  if (row === undefined) return undefined
  const decision: IncidentDecision = { ...given, lastSeenMs: numberOf(row, 'last_seen_ms') }
  yield* append('decision', id, decision)
  yield* run(
    `UPDATE incident SET state = $1, decided_state = $1, decided_last_seen_ms = last_seen_ms, reopened = 0,
     seen_again = 0 WHERE id = $2`,
    decision.state,
    id,
  )
  return yield* incident(id)
}

function* append(table: 'decision' | 'note', id: IncidentId, doc: unknown): Verb<void> {
  const form = { table, columns: ['ordinal', 'incident_id', 'doc'], conflict: '' }
  yield* insert(form, [[yield* nextOrdinal(table), id, sealed(doc)]])
}

function* isStored(id: IncidentId): Verb<boolean> {
  return (yield* first('SELECT id FROM incident WHERE id = $1', id)) !== undefined
}

/** `Store.markStep`: the first who ticked it stays. */
export function* markStep(id: IncidentId, step: StepDone): Verb<void> {
  if (!(yield* isStored(id))) return
  const form = {
    table: 'step',
    columns: ['ordinal', 'incident_id', 'step', 'doc'],
    conflict: 'ON CONFLICT (incident_id, step) DO NOTHING',
  }
  yield* insert(form, [[yield* nextOrdinal('step'), id, step.step, sealed(step)]])
}

/** `Store.unmarkStep`: also where it was ticked in an incident that was merged into this one. */
export function* unmarkStep(id: IncidentId, step: string): Verb<void> {
  for (const each of yield* familyOf(id)) {
    yield* run('DELETE FROM step WHERE incident_id = $1 AND step = $2', each, step)
  }
}

/** `Store.addNote`. */
export function* addNote(id: IncidentId, note: Note): Verb<void> {
  if (yield* isStored(id)) yield* append('note', id, note)
}

const evidenceColumns = 'evidence.finding_id, ordinal, time_ms, source_id, place, crc, bytes'

/** `Store.evidence`. */
export function* evidence(
  id: IncidentId,
  page: { readonly findingId?: FindingId; readonly offset: number; readonly limit: number },
): Verb<{ readonly rows: readonly EvidenceRow[]; readonly total: number }> {
  const family = yield* familyOf(id)
  const values: string[] = [...family]
  let where = `finding.incident_id IN (${places(family.length)})`
  if (page.findingId !== undefined) where += ` AND finding.id = $${values.push(page.findingId)}`
  const from = `evidence JOIN finding ON finding.id = evidence.finding_id WHERE ${where}`
  const counted = yield* first(`SELECT COUNT(*) AS total FROM ${from}`, ...values)
  const order = 'evidence.time_ms, evidence.finding_id, evidence.ordinal'
  const [limit, offset] = [`$${values.length + 1}`, `$${values.length + 2}`]
  const start = countOr(page.offset, 0)
  const sizes = yield* query(
    `SELECT octet_length(evidence.bytes) AS size FROM ${from} ORDER BY ${order} LIMIT ${limit} OFFSET ${offset}`,
    ...values,
    Math.min(countOr(page.limit, 0), limits.storePageRowsMax),
    start,
  )
  // The page is found in the index alone, before the bytes of its lines are opened.
  const rows = yield* query(
    `SELECT ${evidenceColumns} FROM (
       SELECT evidence.finding_id AS f, evidence.ordinal AS o FROM ${from}
       ORDER BY ${order} LIMIT ${limit} OFFSET ${offset}
     ) AS page JOIN evidence ON evidence.finding_id = page.f AND evidence.ordinal = page.o
     ORDER BY time_ms, finding_id, ordinal`,
    ...values,
    linesThatFit(sizes),
    start,
  )
  return { rows: rows.map(evidenceOf), total: counted === undefined ? 0 : numberOf(counted, 'total') }
}

/** How many of the lines of these sizes make a page: at least one, and not more than memory should hold at once. */
function linesThatFit(sizes: readonly Row[]): number {
  let bytes = 0
  const tooMany = sizes.findIndex((row, index) => {
    bytes += numberOf(row, 'size')
    return bytes > limits.evidencePageBytesMax && index > 0
  })
  return tooMany < 0 ? sizes.length : tooMany
}

/** `Store.evidenceLine`. */
export function* evidenceLine(findingId: FindingId, ordinal: number): Verb<EvidenceRow | undefined> {
  if (!Number.isSafeInteger(ordinal)) return undefined
  const row = yield* first(
    `SELECT ${evidenceColumns} FROM evidence WHERE finding_id = $1 AND ordinal = $2`,
    findingId,
    ordinal,
  )
  return row === undefined ? undefined : evidenceOf(row)
}

const evidenceOf = (row: Row): EvidenceRow => ({
  findingId: textOf(row, 'finding_id') as FindingId,
  ordinal: numberOf(row, 'ordinal'),
  sourceId: textOf(row, 'source_id') as SourceId,
  place: unsealed<Place>(row, 'place'),
  timeMs: numberOf(row, 'time_ms'),
  bytes: checkedBytes(row, 'bytes', 'crc'),
})
