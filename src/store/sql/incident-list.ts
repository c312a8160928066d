/** Lists and counts incidents. They are answered from indexes that hold every column asked about; only the rows of the
 *  page itself are opened, and none of their findings. */
import { type FindingKind, type Level, levelRank } from '../../core/finding.ts'
import type { IncidentId } from '../../core/ids.ts'
import { limits } from '../../core/limits.ts'
import type { Incident, IncidentState } from '../../incidents/incident.ts'
import type { IncidentQuery, IncidentSummary } from '../store.ts'
import { countOr, numberOf, textIfAny, textOf, unsealed } from './document.ts'
import { folded, searchedWords } from './search-words.ts'
import { first, places, query, type Row, type SqlValue, type Verb } from './step.ts'

/** What a search looks through: title, story, actors and targets. */
export function wordsOf({ title, story, actors, targets }: Incident): string {
  const parts = [title, ...story, ...actors.map((actor) => actor.value), ...targets]
  return folded(parts.join('\n'))
}

interface Filter {
  readonly where: string
  readonly values: readonly SqlValue[]
}

/** The conditions of a query. Texts are values, never part of a statement. */
function filterOf(asked: IncidentQuery): Filter {
  const values: SqlValue[] = []
  const value = (given: SqlValue): string => `$${values.push(given)}`
  const conditions = ['incident.merged_into IS NULL']
  if (asked.states !== undefined) {
    conditions.push(`incident.state IN (${oneOf(asked.states, value)})`)
  }
  if (asked.levelMin !== undefined) conditions.push(`incident.level_rank >= ${value(levelRank(asked.levelMin))}`)
  if (asked.kinds !== undefined) {
    const either = asked.kinds.map((kind: FindingKind) => `strpos(incident.kinds, ${value(` ${kind} `)}) > 0`)
    conditions.push(either.length === 0 ? '1 = 0' : `(${either.join(' OR ')})`)
  }
  if (asked.fromMs !== undefined) conditions.push(`incident.last_seen_ms >= ${value(asked.fromMs)}`)
  if (asked.untilMs !== undefined) conditions.push(`incident.first_seen_ms <= ${value(asked.untilMs)}`)
  const words = searchedWords(asked.text ?? '').map((word) => `strpos(words, ${value(word)}) > 0`)
  if (words.length > 0) {
    // Not looked up by id, row by row: the order of the list comes from its index.
    conditions.push(`incident.id || '' IN (SELECT incident_id FROM incident_words WHERE ${words.join(' AND ')})`)
  }
  return { where: conditions.join(' AND '), values }
}

/** What stands between the parentheses of IN; an empty list holds for no row. */
const oneOf = (items: readonly string[], value: (given: SqlValue) => string): string =>
  items.length === 0 ? 'NULL' : items.map(value).join(', ')

const orders = {
  severity: 'incident.level_rank DESC, incident.last_seen_ms DESC, incident.id',
  latest: 'incident.last_seen_ms DESC, incident.id',
} as const

/** `Store.incidents`. */
export function* incidents(
  asked: IncidentQuery,
): Verb<{ readonly rows: readonly IncidentSummary[]; readonly total: number }> {
  const { where, values } = filterOf(asked)
  const counted = yield* first(`SELECT COUNT(*) AS total FROM incident WHERE ${where}`, ...values)
  const next = values.length + 1
  const rows = yield* query(
    `SELECT incident.id, incident.state, seen_again, created_at_ms, updated_at_ms, merged_into, doc
     FROM incident WHERE ${where} ORDER BY ${orders[asked.order]} LIMIT $${next} OFFSET $${next + 1}`,
    ...values,
    Math.min(countOr(asked.limit, 0), limits.storePageRowsMax),
    countOr(asked.offset, 0),
  )
  return { rows: rows.map(summaryOf), total: counted === undefined ? 0 : numberOf(counted, 'total') }
}

/** An incident's row without what only its page shows. */
export function summaryOf(row: Row): IncidentSummary {
  const mergedInto = textIfAny(row, 'merged_into') as IncidentId | undefined
  return {
    incident: unsealed<IncidentSummary['incident']>(row, 'doc'),
    state: textOf(row, 'state') as IncidentState,
    seenAgain: numberOf(row, 'seen_again') === 1,
    createdAtMs: numberOf(row, 'created_at_ms'),
    updatedAtMs: numberOf(row, 'updated_at_ms'),
    ...(mergedInto === undefined ? {} : { mergedInto }),
  }
}

/** `Store.incidentCounts`. */
export function* incidentCounts(): Verb<
  readonly { readonly state: IncidentState; readonly level: Level; readonly count: number }[]
> {
  const rows = yield* query(
    `SELECT state, level, level_rank, COUNT(*) AS total FROM incident WHERE merged_into IS NULL
     GROUP BY state, level, level_rank ORDER BY level_rank DESC, state`,
  )
  return rows.map((row) => ({
    state: textOf(row, 'state') as IncidentState,
    level: textOf(row, 'level') as Level,
    count: numberOf(row, 'total'),
  }))
}

/** Rows of a table whose key is in a list, asked for in lists of bounded length. */
export function* rowsOf(select: string, keys: readonly string[]): Verb<Row[]> {
  const found: Row[] = []
  for (let from = 0; from < keys.length; from += limits.storeKeysMax) {
    const some = keys.slice(from, from + limits.storeKeysMax)
    found.push(...(yield* query(`${select} IN (${places(some.length)})`, ...some)))
  }
  return found
}
