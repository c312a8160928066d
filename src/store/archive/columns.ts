/** The columns of the archive, in the order of a spool row; Parquet files have them under the same names and types. The
 *  source is not among a row's fields: it stands in the spool's name. */

/** What a column holds. Text is never null; a number that is not known is. */
export type ColumnKind = 'text' | 'integer' | 'number'

const columns = {
  /** Event time, milliseconds since the epoch, UTC. */
  time_ms: 'number',
  /** `request` or `statement`. */
  kind: 'text',
  /** Who asked, as the registration watch sees it; of a statement, who was connected to the database. */
  address: 'text',
  /** The address so that texts compare as addresses do; see address-key.ts. */
  address_key: 'text',
  method: 'text',
  path: 'text',
  query: 'text',
  status: 'integer',
  body_bytes: 'integer',
  duration_ms: 'number',
  agent: 'text',
  referer: 'text',
  user_name: 'text',
  host: 'text',
  /** Of a statement: the entry's phase, the role, database, session and text, and the rows it gave. */
  phase: 'text',
  role: 'text',
  database_name: 'text',
  session: 'text',
  text: 'text',
  rows: 'integer',
  /** Where the record stands: the source's path, line from 1, byte offset and length. */
  file: 'text',
  line: 'integer',
  offset: 'integer',
  length: 'integer',
} as const satisfies Record<string, ColumnKind>

/** The name of a column. */
export type ColumnName = keyof typeof columns
export const columnNames = Object.keys(columns) as readonly ColumnName[]
const typeNames: Record<ColumnKind, string> = { text: 'VARCHAR', integer: 'BIGINT', number: 'DOUBLE' }

const quoted = (name: string): string => `"${name}"`

/** What `read_csv` is told of spools, so that it guesses nothing: every column is text, and no text is null, for archive
 *  text never has a backslash before an N. `rowBytesMax` is the longest row. */
export const spoolOptions = (rowBytesMax: number): string =>
  [
    'auto_detect=false',
    'header=false',
    'delim=chr(9)',
    "quote=''",
    "escape=''",
    "nullstr='\\N'",
    'filename=true',
    `columns={${columnNames.map((name) => `'${name}': 'VARCHAR'`).join(', ')}}`,
    `max_line_size=${rowBytesMax}`,
  ].join(', ')

const numberOf = (name: ColumnName, isStrict: boolean): string => {
  const type = typeNames[columns[name]]
  return isStrict ? `CAST(nullif(${quoted(name)}, '') AS ${type})` : `TRY_CAST(${quoted(name)} AS ${type})`
}

/** The rows of spools as Parquet files have them: a timestamp (UTC; null where the log's clock makes no sense) for the
 *  milliseconds, and the source from the spool's name. Where `isStrict`, a number that is none is an error. */
export function spoolSelection(isStrict: boolean): string {
  const ms = numberOf('time_ms', isStrict)
  return [
    `CASE WHEN ${ms} BETWEEN -62135596800000 AND 253402300799999 THEN epoch_ms((${ms})::BIGINT) END AS "time"`,
    `regexp_extract(filename, '_([a-z0-9-]+)[.]tsv$', 1) AS "source"`,
    ...columnNames
      .slice(1)
      .map((name) => (columns[name] === 'text' ? quoted(name) : `${numberOf(name, isStrict)} AS ${quoted(name)}`)),
  ].join(', ')
}

/** All columns of a sealed file. */
export const archiveColumns: readonly string[] = ['time', 'source', ...columnNames.slice(1)]
/** What free SQL sees: everything but the key that only ranges of addresses need. */
export const visibleColumns: readonly string[] = archiveColumns.filter((name) => name !== 'address_key')
/** Columns as a list for SQL. */
export const columnList = (names: readonly string[]): string => names.map(quoted).join(', ')
