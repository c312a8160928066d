/** Answers a hunt with SQL of our own: over the sealed files, and over the spools that are not sealed yet. Every value
 *  that somebody typed is bound; what is put together is only which conditions there are. */
import { statSync } from 'node:fs'
import { join } from 'node:path'
import type { DuckDBConnection } from '@duckdb/node-api'
import { limits } from '../../core/limits.ts'
import { err, ok, type Result } from '../../core/result.ts'
import { archiveColumns, columnList, spoolOptions, spoolSelection } from './columns.ts'
import { type Bound, problemOf, query, type Row } from './engine.ts'
import { isSealed, listSealed, listSpools, spoolPath } from './folder.ts'
import type { AddressCount, ArchiveProblem, ArchiveStats, HuntAnswer, HuntRow, PreparedHunt } from './hunt.ts'
import { countRows } from './seal.ts'
import { soughtText } from './spool-text.ts'
import { type HeldFiles, holdFiles } from './temporary.ts'

/** The files that hold rows now. */
export interface Holdings {
  readonly sealed: readonly { readonly path: string; readonly day: string }[]
  readonly spools: readonly { readonly path: string; readonly day: string }[]
}

/** Where a search runs. */
export interface SearchPlace {
  readonly connection: DuckDBConnection
  /** The archive's folder, and the process's own below it. */
  readonly folder: string
  readonly temporary: string
}

/** A condition of a hunt, or several. */
interface Filter {
  readonly sql: string
  readonly values: Readonly<Record<string, Bound>>
}

const day = 86_400_000

/** Lists what there is. Spools first: one that is sealed meanwhile is then found among the sealed files, and counted
 *  once. */
export function holdings(folder: string, sourceId?: string): Holdings {
  const spools = listSpools(folder)
  const { files } = listSealed(folder)
  const isAsked = (one: { sourceId: string }): boolean => sourceId === undefined || one.sourceId === sourceId
  return {
    sealed: files.filter(isAsked).map((file) => ({ path: join(folder, file.path), day: file.day })),
    spools: spools
      .filter((spool) => isAsked(spool) && !isSealed(spool, files))
      .map((spool) => ({ path: spoolPath(folder, spool.name), day: spool.day }))
      .filter(({ path }) => (statSync(path, { throwIfNoEntry: false })?.size ?? 0) > 0),
  }
}

/** All rows of the files, as one table to select from. */
export function recordsOf(held: Holdings): Filter {
  const parts: string[] = []
  const values: Record<string, Bound> = {}
  if (held.sealed.length > 0) {
    parts.push(`SELECT ${columnList(archiveColumns)} FROM read_parquet($sealed, hive_partitioning=false)`)
    values.sealed = held.sealed.map(({ path }) => path)
  }
  if (held.spools.length > 0) {
    // A row that is being written while it is read is not whole yet, and is left for the next time.
    parts.push(
      `SELECT ${spoolSelection(false)} FROM read_csv($spools, ignore_errors=true, ${spoolOptions(limits.archiveRowBytesMax)})`,
    )
    values.spools = held.spools.map(({ path }) => path)
  }
  return { sql: parts.join(' UNION ALL '), values }
}

/** Searches the files that there are when it begins. Damaged ones are left out and named. */
export async function hunt(
  place: SearchPlace,
  asked: PreparedHunt,
  nowMs: () => number,
): Promise<Result<HuntAnswer, ArchiveProblem>> {
  const startMs = nowMs()
  const found = await overFiles(place, asked.sourceId, (held) => search(place.connection, held, asked))
  if (!found.ok) return found
  const { value, unreadable } = found.value
  return ok({ ...value, unreadable, tookMs: Math.round(nowMs() - startMs) })
}

/** Counts what is kept. */
export async function stats(place: SearchPlace): Promise<Result<ArchiveStats, ArchiveProblem>> {
  const found = await overFiles(place, undefined, async (held) => {
    const { connection } = place
    const all = [...held.sealed, ...held.spools]
    const days = [...new Set(all.map((file) => file.day))].sort()
    const records = await countAll(connection, held)
    const keptSinceMs = await oldest(connection, held)
    const bytes = all.reduce((sum, { path }) => sum + statSync(path).size, 0)
    const first = days[0] === undefined ? {} : { firstDay: days[0] }
    return { days: days.length, ...first, ...keptSinceMs, records, files: all.length, bytes }
  })
  return found.ok ? ok({ ...found.value.value, unreadable: found.value.unreadable }) : found
}

async function overFiles<T>(
  place: SearchPlace,
  sourceId: string | undefined,
  act: (held: Holdings) => Promise<T>,
): Promise<Result<{ value: T; unreadable: string[] }, ArchiveProblem>> {
  const unreadable: string[] = []
  for (let round = 0; round < limits.archiveRetriesMax; ) {
    const taken = takeHoldings(place, sourceId, unreadable)
    if (taken === undefined) continue
    round++
    try {
      const value = await act(taken.held)
      return ok({ value, unreadable: unreadable.map((path) => path.slice(place.folder.length + 1)) })
    } catch (error) {
      const problem = problemOf(error)
      const bad = problem.code === 'damaged' ? await damagedFiles(place.connection, taken.held) : []
      if (bad.length === 0) return err(problem)
      unreadable.push(...bad.map(taken.originOf))
    } finally {
      taken.release()
    }
  }
  return err({
    code: 'damaged',
    message: 'Files of the archive are damaged faster than they can be left out. Check the disk.',
  })
}

/** What is there now, held so that it stays; undefined where something vanished between looking and holding. */
export function takeHoldings(
  { folder, temporary }: Omit<SearchPlace, 'connection'>,
  sourceId?: string,
  without: readonly string[] = [],
): (Pick<HeldFiles, 'originOf' | 'release'> & { readonly held: Holdings }) | undefined {
  const all = holdings(folder, sourceId)
  const sealed = all.sealed.filter(({ path }) => !without.includes(path))
  const files = [...sealed, ...all.spools]
  const taken = holdFiles(
    temporary,
    files.map(({ path }) => path),
  )
  if (taken === undefined) return undefined
  const named = files.map(({ day }, i) => ({ day, path: taken.paths[i] as string }))
  const held = { sealed: named.slice(0, sealed.length), spools: named.slice(sealed.length) }
  return { held, originOf: taken.originOf, release: taken.release }
}

/** The sealed files that cannot be read to their end. */
async function damagedFiles(connection: DuckDBConnection, held: Holdings): Promise<string[]> {
  const bad: string[] = []
  const every = archiveColumns.map((name) => `max("${name}")`).join(', ')
  for (const { path } of held.sealed) {
    try {
      await query(connection, `SELECT ${every} FROM read_parquet($files, hive_partitioning=false)`, { files: [path] })
    } catch (error) {
      if (problemOf(error).code === 'damaged') bad.push(path)
    }
  }
  return bad
}

async function countAll(connection: DuckDBConnection, held: Holdings): Promise<number> {
  const sealed = await countRows(
    connection,
    held.sealed.map(({ path }) => path),
  )
  if (held.spools.length === 0) return sealed
  const { sql, values } = recordsOf({ sealed: [], spools: held.spools })
  const counted = await query(connection, `SELECT count(*) AS n FROM (${sql})`, values)
  return sealed + Number(counted[0]?.n ?? 0)
}

/** The oldest record: sought only among files of the oldest day, and not before it, where only wrong clocks are. */
async function oldest(connection: DuckDBConnection, held: Holdings): Promise<{ keptSinceMs?: number }> {
  const days = [...held.sealed, ...held.spools].map((file) => file.day).sort()
  const first = days[0]
  if (first === undefined) return {}
  const ofFirst = {
    sealed: held.sealed.filter((file) => file.day === first),
    spools: held.spools.filter((file) => file.day === first),
  }
  const { sql, values } = recordsOf(ofFirst)
  const startMs = Date.parse(first)
  const rows = await query(
    connection,
    `SELECT epoch_ms(min("time")) AS ms FROM (${sql}) WHERE "time" >= epoch_ms($from::BIGINT) AND "time" < epoch_ms($until::BIGINT)`,
    { ...values, from: startMs, until: startMs + day },
  )
  return { keptSinceMs: Number(rows[0]?.ms ?? startMs) }
}

async function search(
  connection: DuckDBConnection,
  held: Holdings,
  asked: PreparedHunt,
): Promise<Omit<HuntAnswer, 'unreadable' | 'tookMs'>> {
  if (held.sealed.length + held.spools.length === 0)
    return { total: 0, addresses: 0, byAddress: [], rows: [], recordsSearched: 0 }
  const records = recordsOf(held)
  const filter = filterOf(asked)
  await countAddresses(connection, records, filter, asked)
  const totals = await query(connection, 'SELECT sum(matches)::BIGINT AS total, count(*) AS addresses FROM found')
  const total = Number(totals[0]?.total ?? 0)
  const byAddress = await query(
    connection,
    `SELECT address, matches, epoch_ms(first) AS first, epoch_ms(last) AS last FROM found WHERE address <> ''
     ORDER BY matches DESC, address LIMIT $limit`,
    { limit: limits.huntAddressesMax },
  )
  return {
    total,
    addresses: Number(totals[0]?.addresses ?? 0),
    byAddress: byAddress.map(addressCount),
    rows: total === 0 ? [] : await page(connection, records, filter, asked),
    recordsSearched: await countAll(connection, held),
    ...(await oldest(connection, held)),
  }
}

const addressCount = (row: Row): AddressCount => ({
  address: String(row.address),
  count: Number(row.matches),
  firstMs: Number(row.first ?? 0),
  lastMs: Number(row.last ?? 0),
})

/** Fills the table `found`: what each address did that matches. */
async function countAddresses(
  connection: DuckDBConnection,
  records: Filter,
  filter: Filter,
  asked: PreparedHunt,
): Promise<void> {
  const { keys } = asked
  const grouped = (where: string): string =>
    `SELECT address_key, any_value(address) AS address, count(*) AS matches, min("time") AS first, max("time") AS last
     FROM (${records.sql}) WHERE ${where} GROUP BY address_key, CASE WHEN address_key = '' THEN address END`
  const values = { ...records.values, ...filter.values }
  const into = 'CREATE OR REPLACE TEMP TABLE found AS'
  if (keys === undefined || keys.length <= limits.huntComparedMax) {
    await query(connection, `${into} ${grouped(filter.sql)}`, values)
    return
  }
  const firsts = keys.map(({ first }) => first)
  if (keys.every(({ first, last }) => first === last)) {
    const where = `${filter.sql} AND address_key IN (SELECT unnest($firsts))`
    await query(connection, `${into} ${grouped(where)}`, { ...values, firsts })
    return
  }
  // Ranges are disjoint, so the one that begins last before an address is the only one that may hold it.
  const lasts = keys.map(({ last }) => last)
  await query(
    connection,
    `${into} SELECT g.* FROM (${grouped(filter.sql)}) g
     ASOF JOIN (SELECT unnest($firsts) AS first_key, unnest($lasts) AS last_key) r ON g.address_key >= r.first_key
     WHERE g.address_key <= r.last_key`,
    { ...values, firsts, lasts },
  )
}

/** A page of rows, the latest first. A time is found first that the whole page lies behind, so that wide columns are
 *  read for few rows. */
async function page(
  connection: DuckDBConnection,
  records: Filter,
  filter: Filter,
  asked: PreparedHunt,
): Promise<HuntRow[]> {
  const { keys } = asked
  const isBroad = keys !== undefined && keys.length > limits.huntComparedMax
  const where = isBroad ? `${filter.sql} AND address_key IN (SELECT address_key FROM found)` : filter.sql
  const values = { ...records.values, ...filter.values }
  const limit = asked.limit ?? limits.huntRowsMax
  const offset = asked.offset ?? 0
  const edge =
    (await edgeOf(connection, 'SELECT last AS t FROM found', {}, offset + limit)) ??
    (await edgeOf(connection, `SELECT "time" AS t FROM (${records.sql}) WHERE ${where}`, values, offset + limit))
  const since = edge === undefined ? '' : 'AND "time" >= make_timestamp($edge::BIGINT)'
  const rows = await query(
    connection,
    `SELECT epoch_ms("time") AS time_ms, * EXCLUDE ("time", address_key) FROM (${records.sql}) WHERE ${where} ${since}
     ORDER BY "time" DESC NULLS LAST, source, file, "offset" DESC, line DESC LIMIT $limit OFFSET $offset`,
    { ...values, limit, offset, ...(edge === undefined ? {} : { edge }) },
  )
  return rows.map(huntRow)
}

/** The time of the `count`-th latest of some times, in microseconds. Of the last times of each address it is a bound:
 *  at least so many records are as late. */
async function edgeOf(
  connection: DuckDBConnection,
  times: string,
  values: Readonly<Record<string, Bound>>,
  count: number,
): Promise<number | undefined> {
  const found = await query(
    connection,
    `SELECT epoch_us(t) AS us FROM (${times}) ORDER BY t DESC NULLS LAST LIMIT 1 OFFSET $skip`,
    { ...values, skip: count - 1 },
  )
  const us = found[0]?.us
  return typeof us === 'number' ? us : undefined
}

function huntRow(row: Row): HuntRow {
  const text = (name: string): string => String(row[name] ?? '')
  const known = <K extends string>(key: K, name: string): { [P in K]?: number } =>
    (row[name] === null || row[name] === undefined ? {} : { [key]: Number(row[name]) }) as { [P in K]?: number }
  return {
    ...known('timeMs', 'time_ms'),
    sourceId: text('source'),
    kind: row.kind === 'statement' || row.kind === 'event' ? row.kind : 'request',
    address: text('address'),
    method: text('method'),
    path: text('path'),
    query: text('query'),
    ...known('status', 'status'),
    ...known('bytes', 'body_bytes'),
    ...known('durationMs', 'duration_ms'),
    agent: text('agent'),
    referer: text('referer'),
    user: text('user_name'),
    host: text('host'),
    role: text('role'),
    database: text('database_name'),
    session: text('session'),
    text: text('text'),
    ...known('rows', 'rows'),
    file: text('file'),
    line: Number(row.line ?? 0),
    offset: Number(row.offset ?? 0),
    length: Number(row.length ?? 0),
  }
}

/** The conditions of a hunt. */
function filterOf(asked: PreparedHunt): Filter {
  const conditions = ['true']
  const values: Record<string, Bound> = {}
  const add = (condition: string, bound: Readonly<Record<string, Bound>>): void => {
    conditions.push(condition)
    Object.assign(values, bound)
  }
  const { keys, sourceId, status, fromMs, untilMs, agent, statement } = asked
  if (sourceId !== undefined) add('source = $source', { source: sourceId })
  if (status !== undefined) add('status = $status', { status })
  if (fromMs !== undefined) add('"time" >= epoch_ms($from_ms::BIGINT)', { from_ms: Math.ceil(fromMs) })
  if (untilMs !== undefined) add('"time" < epoch_ms($until_ms::BIGINT)', { until_ms: Math.ceil(untilMs) })
  if (agent !== undefined) add('contains(lower(agent), lower($agent))', { agent: soughtText(agent) })
  if (statement !== undefined) add('contains(lower("text"), lower($statement))', { statement: soughtText(statement) })
  addPath(asked, add)
  if (keys !== undefined && keys.length <= limits.huntComparedMax) {
    const compared = keys.map((_, i) => `address_key BETWEEN $first_${i} AND $last_${i}`)
    conditions.push(`(${compared.join(' OR ') || 'false'})`)
    for (const [i, key] of keys.entries()) Object.assign(values, { [`first_${i}`]: key.first, [`last_${i}`]: key.last })
  }
  return { sql: conditions.join(' AND '), values }
}

function addPath(asked: PreparedHunt, add: (condition: string, values: Readonly<Record<string, Bound>>) => void): void {
  if (asked.path === undefined) return
  const sought = soughtText(asked.path)
  const mark = sought.indexOf('?')
  const path = mark < 0 ? sought : sought.slice(0, mark)
  const inQuery = mark < 0 ? undefined : sought.slice(mark + 1)
  switch (asked.pathMatch ?? 'contains') {
    case 'is':
      return inQuery === undefined
        ? add('path = $path', { path })
        : add('path = $path AND query = $query', { path, query: inQuery })
    case 'begins':
      return inQuery === undefined
        ? add('starts_with(path, $path)', { path })
        : add('path = $path AND starts_with(query, $query)', { path, query: inQuery })
    case 'contains':
      return inQuery === undefined
        ? add('(contains(lower(path), lower($path)) OR contains(lower(query), lower($path)))', { path })
        : add(`contains(lower(path || '?' || query), lower($path))`, { path: sought })
  }
}
