/** What sources brought and how they stand, and the sources that were added in the console. */
import type { SourceId } from '../../core/ids.ts'
import type { Reject } from '../../core/place.ts'
import type { RejectRow, SourceHour, SourceStatus, StoredSource } from '../store.ts'
import { numberOf, sealed, textOf, unsealed } from './document.ts'
import { insert, overwrite, query, run, type Verb } from './step.ts'

/** JSON has no place for what is undefined: these stand in every status. */
const statusDefaults = { format: undefined, message: undefined, lastRecordMs: undefined, lastArrivalMs: undefined }

/** `Store.sources`. */
export function* sources(): Verb<readonly SourceStatus[]> {
  const rows = yield* query('SELECT doc FROM source_status ORDER BY source_id')
  return rows.map((row) => ({ ...statusDefaults, ...unsealed<SourceStatus>(row, 'doc') }))
}

/** `Store.sourceHours`. */
export function* sourceHours(sinceMs: number): Verb<readonly SourceHour[]> {
  const rows = yield* query('SELECT * FROM source_hour WHERE hour_ms >= $1 ORDER BY hour_ms, source_id', sinceMs)
  return rows.map((row) => ({
    sourceId: textOf(row, 'source_id') as SourceId,
    hourMs: numberOf(row, 'hour_ms'),
    records: numberOf(row, 'records'),
    rejects: numberOf(row, 'rejects'),
    bytes: numberOf(row, 'bytes'),
    lost: numberOf(row, 'lost'),
  }))
}

/** `Store.rejects`. */
export function* rejects(sourceId: SourceId): Verb<readonly RejectRow[]> {
  const rows = yield* query('SELECT ordinal, doc FROM reject WHERE source_id = $1 ORDER BY ordinal', sourceId)
  return rows.map((row) => ({ sourceId, ordinal: numberOf(row, 'ordinal'), reject: unsealed<Reject>(row, 'doc') }))
}

/** `Store.addSource`. */
export function* addSource(source: StoredSource): Verb<void> {
  const columns = ['source_id', 'at_ms', 'doc']
  const form = { table: 'stored_source', columns, conflict: overwrite(['source_id'], columns) }
  yield* insert(form, [[source.id, source.addedAtMs, sealed(source)]])
}

/** `Store.removeSource`: with how it stood and the tokens of its senders; what it brought stays. */
export function* removeSource(id: SourceId): Verb<void> {
  for (const table of ['stored_source', 'source_status', 'push_token']) {
    yield* run(`DELETE FROM ${table} WHERE source_id = $1`, id)
  }
}

/** `Store.storedSources`. */
export function* storedSources(): Verb<readonly StoredSource[]> {
  const rows = yield* query('SELECT doc FROM stored_source ORDER BY at_ms, source_id')
  return rows.map((row) => unsealed<StoredSource>(row, 'doc'))
}
