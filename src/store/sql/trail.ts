/** The audit trail: rows are appended, never changed; each is chained to the one before. The head is kept apart, so that
 *  a trail whose last rows were taken away is noticed too. */
import { limits } from '../../core/limits.ts'
import { ChainCheck, chainHash, chainStart } from '../audit-chain.ts'
import type { AuditEntry, AuditRow } from '../store.ts'
import { countOr, numberOf, sealed, textOf, unsealed } from './document.ts'
import { first, insert, query, type Row, run, type SqlValue, storable, type Verb } from './step.ts'

const auditForm = {
  table: 'audit',
  columns: ['sequence', 'who', 'action', 'object', 'previous', 'hash', 'doc'],
  conflict: '',
}

/** `Store.audit`. */
export function* audit(entry: AuditEntry): Verb<AuditRow> {
  const head = yield* first('SELECT sequence, hash FROM audit_head WHERE id = 1')
  const previous = head === undefined ? chainStart : textOf(head, 'hash')
  const sequence = head === undefined ? 1 : numberOf(head, 'sequence') + 1
  const { atMs, who, action, object, details } = entry
  const hash = chainHash(previous, entry)
  yield* insert(auditForm, [
    [sequence, who, action, object, previous, hash, sealed({ atMs, who, action, object, details })],
  ])
  if (head === undefined) yield* run('INSERT INTO audit_head (id, sequence, hash) VALUES (1, $1, $2)', sequence, hash)
  else yield* run('UPDATE audit_head SET sequence = $1, hash = $2 WHERE id = 1', sequence, hash)
  return { atMs, who, action, object, details, sequence, previous, hash }
}

const rowOf = (row: Row): AuditRow => ({
  ...unsealed<AuditEntry>(row, 'doc'),
  sequence: numberOf(row, 'sequence'),
  previous: textOf(row, 'previous'),
  hash: textOf(row, 'hash'),
})

/** `Store.auditRows`: latest first. */
export function* auditRows(asked: {
  readonly who?: string
  readonly action?: string
  readonly object?: string
  readonly beforeSequence?: number
  readonly limit: number
}): Verb<readonly AuditRow[]> {
  const values: SqlValue[] = []
  const conditions: string[] = []
  for (const column of ['who', 'action', 'object'] as const) {
    const value = asked[column]
    if (value !== undefined) conditions.push(`${column} = $${values.push(value)}`)
  }
  if (asked.beforeSequence !== undefined) {
    const before = countOr(asked.beforeSequence, Number.MAX_SAFE_INTEGER)
    conditions.push(`sequence < $${values.push(before)}`)
  }
  const where = conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`
  const limit = values.push(Math.min(countOr(asked.limit, 0), limits.storePageRowsMax))
  const rows = yield* query(`SELECT * FROM audit ${where} ORDER BY sequence DESC LIMIT $${limit}`, ...values)
  return rows.map(rowOf)
}

/** How far a check of the trail came: `hash` of the entry numbered `sequence`. */
export interface TrailPosition {
  readonly sequence: number
  readonly hash: string
}

/** What a check of some entries found: where to go on, or its end, with the first entry that does not follow. */
export type TrailCheck = { readonly goOn: TrailPosition } | { readonly brokenAt: number | undefined }

/** Before the first entry. */
export const trailStart: TrailPosition = { sequence: 0, hash: chainStart }

/** Checks some entries behind a position; behind the last also that the head is that of the last entry. */
export function* checkTrail(from: TrailPosition): Verb<TrailCheck> {
  const check = new ChainCheck(from.sequence, from.hash)
  const rows = yield* query(
    'SELECT * FROM audit WHERE sequence > $1 ORDER BY sequence LIMIT $2',
    from.sequence,
    limits.trailCheckRows,
  )
  for (const row of rows) if (!isWhole(row, check)) return { brokenAt: check.expected }
  if (rows.length === limits.trailCheckRows) return { goOn: { sequence: check.expected - 1, hash: check.head } }
  const stray = yield* first('SELECT sequence FROM audit WHERE sequence < 1')
  if (stray !== undefined) return { brokenAt: numberOf(stray, 'sequence') }
  const head = yield* first('SELECT sequence, hash FROM audit_head WHERE id = 1')
  const isHead =
    head === undefined
      ? check.expected === 1
      : numberOf(head, 'sequence') === check.expected - 1 && head.hash === check.head
  return { brokenAt: isHead ? undefined : check.expected }
}

/** The whole trail in one verb: the first entry that does not follow, or undefined. */
export function* findTrailBreak(): Verb<number | undefined> {
  for (let from = trailStart; ; ) {
    const found = yield* checkTrail(from)
    if ('brokenAt' in found) return found.brokenAt
    from = found.goOn
  }
}

/** A row whose columns and document agree, and which follows the one before. */
function isWhole(row: Row, check: ChainCheck): boolean {
  try {
    const read = rowOf(row)
    const agrees = (['who', 'action', 'object'] as const).every((column) => row[column] === storable(read[column]))
    return agrees && check.follows(read)
  } catch {
    return false
  }
}
