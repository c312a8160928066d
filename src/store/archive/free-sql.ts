/** Free SQL over the archive: one SELECT over one view, `records`, in an engine of its own that can open no file but the
 *  archive's, change no setting, write nothing and call no table function but the listed ones. Time and memory are
 *  bounded by whoever runs the process. */
import type { DuckDBConnection } from '@duckdb/node-api'
import { JsonDuckDBValueConverter, StatementType } from '@duckdb/node-api'
import { limits } from '../../core/limits.ts'
import { err, ok, type Result } from '../../core/result.ts'
import { archiveColumns, columnList, spoolOptions, spoolSelection, visibleColumns } from './columns.ts'
import { openEngine, pathLiteral, problemOf, query } from './engine.ts'
import type { ArchiveProblem, SqlAnswer, SqlCell } from './hunt.ts'
import { type Holdings, type SearchPlace, takeHoldings } from './search.ts'

/** Table functions that read nothing but their arguments. Others write logs and profiles, or read what is not theirs. */
const tableFunctions = new Set([
  'range',
  'generate_series',
  'unnest',
  'json_each',
  'json_tree',
  'regexp_split_to_table',
])
/** Functions that do more than compute. */
const refusedFunctions = new Set([
  'write_log',
  'nextval',
  'currval',
  'json_serialize_plan',
  'json_execute_serialized_sql',
])

const refuse = (message: string): Result<never, ArchiveProblem> => err({ code: 'bad-query', message })

/** Runs a person's statement. */
export async function runSql(
  place: Omit<SearchPlace, 'connection'>,
  asked: { readonly text: string; readonly rowsMax: number },
  threads: number,
  nowMs: () => number,
): Promise<Result<SqlAnswer, ArchiveProblem>> {
  const startMs = nowMs()
  const engine = await openEngine({ memoryBytesMax: limits.sqlEngineBytesMax, threads })
  let taken = takeHoldings(place)
  while (taken === undefined) taken = takeHoldings(place)
  try {
    const allowed = await isAllowed(engine.connection, asked.text)
    if (!allowed.ok) return allowed
    await makeView(engine.connection, taken.held)
    const extracted = await engine.connection.extractStatements(asked.text)
    if (extracted.count !== 1) return refuse('Write one statement, without others behind it.')
    const prepared = await extracted.prepare(0)
    if (prepared.statementType !== StatementType.SELECT) return refuse(selectOnly)
    if (prepared.parameterCount > 0) return refuse('Write values into the statement; $1 and ? have none here.')
    const reader = await prepared.streamAndReadUntil(asked.rowsMax + 1)
    const rows = reader.convertRows(JsonDuckDBValueConverter)
    return ok({
      columns: reader.deduplicatedColumnNames(),
      rows: rows.slice(0, asked.rowsMax).map((row) => row.map(cell)),
      isCut: rows.length > asked.rowsMax,
      tookMs: Math.round(nowMs() - startMs),
    })
  } catch (error) {
    const problem = problemOf(error)
    return err(problem)
  } finally {
    engine.close()
    taken.release()
  }
}

const selectOnly = 'Only SELECT can be used here: the archive is read, never changed.'

/** Reads the statement as DuckDB does, and refuses what is no SELECT or calls what it should not. */
async function isAllowed(connection: DuckDBConnection, text: string): Promise<Result<void, ArchiveProblem>> {
  const rows = await query(connection, 'SELECT json_serialize_sql($text::VARCHAR)::VARCHAR AS tree', { text })
  const tree: unknown = JSON.parse(String(rows[0]?.tree ?? '{}'))
  if (!isRecord(tree) || tree.error === true) {
    const isOther = isRecord(tree) && tree.error_type === 'not implemented'
    const message = isRecord(tree) ? String(tree.error_message ?? '') : ''
    return refuse(isOther ? selectOnly : `This is not SQL that can be read: ${message.slice(0, 400)}`)
  }
  if (!Array.isArray(tree.statements) || tree.statements.length !== 1)
    return refuse('Write one statement, without others behind it.')
  const waiting: unknown[] = [tree]
  while (waiting.length > 0) {
    const node = waiting.pop()
    if (Array.isArray(node)) for (const part of node) waiting.push(part)
    if (!isRecord(node)) continue
    const name = String(node.function_name ?? '').toLowerCase()
    if (refusedFunctions.has(name)) return refuse(`The function ${name} cannot be used here.`)
    if (node.type === 'TABLE_FUNCTION') {
      const called = isRecord(node.function) ? String(node.function.function_name ?? '').toLowerCase() : ''
      if (!tableFunctions.has(called))
        return refuse(
          `The function ${called.slice(0, 80)} cannot be used here. All records are in the table "records".`,
        )
    }
    for (const part of Object.values(node)) if (typeof part === 'object' && part !== null) waiting.push(part)
  }
  return ok(undefined)
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Makes `records`, then shuts every door. */
async function makeView(connection: DuckDBConnection, held: Holdings): Promise<void> {
  const list = (files: readonly { readonly path: string }[]): string =>
    `[${files.map(({ path }) => pathLiteral(path)).join(', ')}]`
  const files = [...held.sealed, ...held.spools]
  if (files.length > 0) await query(connection, `SET allowed_paths = ${list(files)}`)
  const parts: string[] = []
  if (held.sealed.length > 0)
    parts.push(`SELECT ${columnList(archiveColumns)} FROM read_parquet(${list(held.sealed)}, hive_partitioning=false)`)
  if (held.spools.length > 0) {
    const options = spoolOptions(limits.archiveRowBytesMax)
    parts.push(`SELECT ${spoolSelection(false)} FROM read_csv(${list(held.spools)}, ignore_errors=true, ${options})`)
  }
  const all = parts.length > 0 ? parts.join(' UNION ALL ') : emptyRecords
  await query(connection, `CREATE VIEW records AS SELECT ${columnList(visibleColumns)} FROM (${all})`)
  await query(connection, 'SET enable_external_access = false')
  await query(connection, 'SET lock_configuration = true')
}

const emptyRecords = `SELECT ${archiveColumns.map((name) => `NULL::VARCHAR AS "${name}"`).join(', ')} WHERE false`

function cell(value: unknown): SqlCell {
  if (value === null || typeof value === 'boolean' || typeof value === 'number') return value
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? '')
  const { sqlCellCharactersMax } = limits
  return text.length <= sqlCellCharactersMax ? text : `${text.slice(0, sqlCellCharactersMax)}…`
}
