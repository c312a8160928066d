/** For tests of the archive: requests and statements put together from plain values, a folder that is removed again, and
 *  a way to read back every row that is kept. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { SourceId } from '../../core/ids.ts'
import type { Result } from '../../core/result.ts'
import { field, fieldCount, RequestBatch, unknown } from '../../formats/request-batch.ts'
import type { StatementRecord } from '../../formats/statement.ts'
import { Archive, type ArchiveOptions } from './archive.ts'

export interface RequestFixture {
  readonly timeMs?: number
  readonly client?: string | Uint8Array
  readonly method?: string | Uint8Array
  readonly target?: string | Uint8Array
  readonly agent?: string | Uint8Array
  readonly referer?: string | Uint8Array
  readonly user?: string | Uint8Array
  readonly host?: string | Uint8Array
  readonly forwarded?: string | Uint8Array
  readonly status?: number
  readonly bodyBytes?: number
  readonly durationMs?: number
  readonly line?: number
  readonly offset?: number
}

export const noon = Date.UTC(2026, 10, 20, 12)
export const web = 'web-logs' as SourceId
export const database = 'database' as SourceId

const spanned = ['client', 'method', 'target', 'referer', 'agent', 'user', 'forwarded', 'host'] as const

/** A batch of requests; `escaped` as the log writer leaves its fields. */
export function batchOf(
  requests: readonly RequestFixture[],
  { source = '/var/log/access.log', escaped = false }: { readonly source?: string; readonly escaped?: boolean } = {},
): RequestBatch {
  const batch = new RequestBatch(Math.max(1, requests.length))
  const parts: Buffer[] = []
  let at = 0
  for (const [i, request] of requests.entries()) {
    for (const name of spanned) {
      const value = request[name] ?? (name === 'client' ? '192.0.2.1' : name === 'target' ? '/' : '')
      const bytes = typeof value === 'string' ? Buffer.from(value, 'latin1') : Buffer.from(value)
      batch.spans[(i * fieldCount + field[name]) * 2] = at
      batch.spans[(i * fieldCount + field[name]) * 2 + 1] = at + bytes.length
      parts.push(bytes)
      at += bytes.length
    }
    batch.timeMs[i] = request.timeMs ?? noon + i
    batch.status[i] = request.status ?? 200
    batch.bodyBytes[i] = request.bodyBytes ?? unknown
    batch.durationMs[i] = request.durationMs ?? unknown
    batch.line[i] = request.line ?? i + 1
    batch.offset[i] = request.offset ?? i * 100
    batch.length[i] = 99
  }
  const bytes = Buffer.concat(parts)
  batch.reset(source, bytes, escaped)
  batch.count = requests.length
  return batch
}

/** A database statement. */
export const statementOf = (given: Partial<StatementRecord> = {}): StatementRecord => ({
  phase: 'statement',
  timeMs: noon,
  place: { source: '/var/log/postgresql.log', line: 1, offset: 0, length: 80 },
  role: 'voter_web',
  database: 'voters',
  session: '4711',
  application: '',
  remoteHost: '10.0.0.5',
  text: 'SELECT 1',
  ...given,
})

/** A folder for one test. */
export function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'bellwether-archive-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** An archive that ends with its test. */
export function openArchive(folder: string, options: ArchiveOptions = {}): Archive {
  const archive = new Archive(folder, options)
  onTestFinished(() => archive.close())
  return archive
}

/** The value of a result that must be there. */
export function must<T, E extends { readonly message: string }>(result: Result<T, E>): T {
  if (!result.ok) throw new Error(result.error.message)
  return result.value
}
