/** DuckDB as the archive uses it: in memory, bounded, without extensions from the network. Only the archive process loads
 *  this file. Texts of people never become part of an SQL text here: they are bound. */
import { type DuckDBConnection, DuckDBInstance, type DuckDBValue, listValue } from '@duckdb/node-api'
import type { ArchiveProblem } from './hunt.ts'

/** Bounds of one engine. */
export interface EngineOptions {
  readonly memoryBytesMax: number
  readonly threads: number
  /** Where sorting may spill; none: what does not fit fails. */
  readonly temporaryFolder?: string
}

/** An engine and the one connection to it. */
export interface Engine {
  readonly connection: DuckDBConnection
  close(): void
}

/** Opens an engine of its own, which shares nothing with another. */
export async function openEngine(options: EngineOptions): Promise<Engine> {
  const instance = await DuckDBInstance.create(':memory:', {
    memory_limit: `${Math.floor(options.memoryBytesMax / 1024)}KiB`,
    threads: String(options.threads),
    temp_directory: options.temporaryFolder ?? '',
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
    allow_community_extensions: 'false',
  })
  const connection = await instance.connect()
  return {
    connection,
    close: () => {
      connection.closeSync()
      instance.closeSync()
    },
  }
}

/** A value to bind: lists are lists of texts. */
export type Bound = string | number | bigint | readonly string[]

/** Values by name, as DuckDB binds them. Whole numbers are bound as such. */
export function bind(values: Readonly<Record<string, Bound>>): Record<string, DuckDBValue> {
  const bound: Record<string, DuckDBValue> = {}
  for (const [name, value] of Object.entries(values)) {
    if (typeof value === 'number') bound[name] = Number.isSafeInteger(value) ? BigInt(value) : value
    else bound[name] = typeof value === 'object' ? listValue([...value]) : value
  }
  return bound
}

/** A row as it comes back: numbers as numbers, for none here is beyond 2^53. */
export type Row = Readonly<Record<string, string | number | null>>

/** Runs one statement of ours with bound values. */
export async function query(
  connection: DuckDBConnection,
  sql: string,
  values: Readonly<Record<string, Bound>> = {},
): Promise<Row[]> {
  const reader = await connection.runAndReadAll(sql, bind(values))
  return reader.getRowObjects().map((row) => {
    const plain: Record<string, string | number | null> = {}
    for (const [name, value] of Object.entries(row))
      plain[name] = typeof value === 'bigint' ? Number(value) : (value as string | number | null)
    return plain
  })
}

/** A path of ours as a text within SQL, for the few places where DuckDB binds none. */
export const pathLiteral = (path: string): string => `'${path.replaceAll("'", "''")}'`

/** What DuckDB's error means for whoever asked. */
export function problemOf(error: unknown): ArchiveProblem {
  const text = error instanceof Error ? error.message : String(error)
  const first = (text.split('\n')[0] as string).slice(0, 400)
  if (
    /^Out of Memory/i.test(text) ||
    /Failed to allocate|bad_alloc|Array buffer allocation|string longer than/i.test(text)
  )
    return {
      code: 'too-large',
      message: 'This needs more memory than the archive may take. Ask for fewer days or less text.',
    }
  if (/No space left|disk is full|max_temp_directory_size/i.test(text))
    return { code: 'disk', message: 'The disk with the archive is full. Make room on it, or keep fewer days.' }
  if (/^INTERRUPT/i.test(text)) return { code: 'too-slow', message: 'The search was stopped because it took too long.' }
  if (/^(?:IO|Invalid Input|Invalid|Serialization|Conversion) ?Error|TProtocolException|Parquet|ZSTD/i.test(text))
    return { code: 'damaged', message: `A file of the archive cannot be read: ${first}` }
  return { code: 'bad-query', message: first }
}
