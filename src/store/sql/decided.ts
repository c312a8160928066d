/** What people decided beside incidents: blocks, settings and searches of the archive. */
import type { BlockId, IncidentId } from '../../core/ids.ts'
import { limits } from '../../core/limits.ts'
import type { Block } from '../../response/block.ts'
import type { HuntRecord } from '../store.ts'
import { countOr, orNull, sealed, unsealed } from './document.ts'
import { familyOf } from './incidents.ts'
import { first, insert, overwrite, places, query, run, type Verb } from './step.ts'

const blockColumns = ['id', 'incident_id', 'state', 'decided_at_ms', 'doc']
const blockForm = { table: 'block', columns: blockColumns, conflict: overwrite(['id'], blockColumns) }

/** `Store.saveBlock`. */
export function* saveBlock(block: Block): Verb<void> {
  yield* insert(blockForm, [[block.id, orNull(block.incidentId), block.state, block.decidedAtMs, sealed(block)]])
}

/** `Store.block`. */
export function* block(id: BlockId): Verb<Block | undefined> {
  const row = yield* first('SELECT doc FROM block WHERE id = $1', id)
  return row === undefined ? undefined : unsealed<Block>(row, 'doc')
}

/** `Store.blocks`. */
export function* blocks(state?: Block['state'], incidentId?: IncidentId): Verb<readonly Block[]> {
  const values: string[] = []
  const conditions: string[] = []
  if (state !== undefined) conditions.push(`state = $${values.push(state)}`)
  if (incidentId !== undefined) {
    const family = yield* familyOf(incidentId)
    conditions.push(`incident_id IN (${places(family.length, values.length + 1)})`)
    values.push(...family)
  }
  const where = conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`
  const rows = yield* query(`SELECT doc FROM block ${where} ORDER BY decided_at_ms DESC, id`, ...values)
  return rows.map((row) => unsealed<Block>(row, 'doc'))
}

const settingColumns = ['name', 'doc']
const settingForm = { table: 'setting', columns: settingColumns, conflict: overwrite(['name'], settingColumns) }

/** `Store.setting`. */
export function* setting(name: string): Verb<unknown> {
  const row = yield* first('SELECT doc FROM setting WHERE name = $1', name)
  return row === undefined ? undefined : unsealed<unknown>(row, 'doc')
}

/** `Store.saveSetting`; `undefined` removes it. */
export function* saveSetting(name: string, value: unknown): Verb<void> {
  if (value === undefined) yield* run('DELETE FROM setting WHERE name = $1', name)
  else yield* insert(settingForm, [[name, sealed(value)]])
}

const huntColumns = ['id', 'at_ms', 'doc']
const huntForm = { table: 'hunt', columns: huntColumns, conflict: overwrite(['id'], huntColumns) }

/** `Store.saveHunt`. */
export function* saveHunt(hunt: HuntRecord): Verb<void> {
  yield* insert(huntForm, [[hunt.id, hunt.atMs, sealed(hunt)]])
}

/** `Store.hunts`: latest first. */
export function* hunts(limit: number): Verb<readonly HuntRecord[]> {
  const rows = yield* query(
    'SELECT doc FROM hunt ORDER BY at_ms DESC, id LIMIT $1',
    Math.min(countOr(limit, 0), limits.storePageRowsMax),
  )
  return rows.map((row) => unsealed<HuntRecord>(row, 'doc'))
}
