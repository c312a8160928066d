/** Plays logs to the registration watch as tests need it: cut into any batches, in any runs, and with the watch saved
 *  and restored on the way. It reads no files: the texts of the logs are given. */
import type { Hit } from '../../core/finding.ts'
import { emptyOffice, type Office } from '../../core/office.ts'
import type { Reject } from '../../core/place.ts'
import { combined } from '../../formats/combined.ts'
import { formatNamed } from '../../formats/formats.ts'
import { RequestBatch } from '../../formats/request-batch.ts'
import type { StatementRecord } from '../../formats/statement.ts'
import { RegistrationWatch } from './watch.ts'

/** The logs of one site: a combined access log, and a PostgreSQL jsonlog or nothing. */
export interface Logs {
  readonly web: string
  readonly database?: string
}

/** How bytes and records are cut. */
export interface Cutting {
  readonly chunkBytes: number
  readonly batchRecords: number
  /** Records that the watch gets in one call, at most. */
  readonly runRecords: number
}

export const wholeCutting: Cutting = { chunkBytes: 1 << 22, batchRecords: 1 << 14, runRecords: 1 << 14 }

/** One record, where it stands. */
export type PlayedRecord =
  | { readonly timeMs: number; readonly batch: RequestBatch; readonly at: number }
  | { readonly timeMs: number; readonly records: readonly StatementRecord[]; readonly at: number }

/** One request as an access log has it. */
export interface AccessLine {
  readonly client: string
  readonly timeMs: number
  readonly target: string
  readonly method?: string
  readonly status?: number
  readonly bytes?: number
  readonly referer?: string
  readonly agent?: string
  readonly user?: string
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** A time as the Common Log Format has it, in UTC. */
export function clfTime(timeMs: number): string {
  const [, year, month, day, clock] = /^(\d+)-(\d+)-(\d+)T([\d:]+)/.exec(
    new Date(timeMs).toISOString(),
  ) as RegExpExecArray
  return `${day}/${months[Number(month) - 1]}/${year}:${clock} +0000`
}

/** A line of an nginx or Apache log, combined. Times are cut to the second, as the writers cut them. */
export function accessLine(line: AccessLine): string {
  const { client, timeMs, target, method = 'GET', status = 200, bytes = 5_000 } = line
  const { referer = '-', agent = 'Mozilla/5.0', user = '-' } = line
  const request = `${method} ${target} HTTP/1.1`
  return `${client} - ${user} [${clfTime(timeMs)}] "${request}" ${status} ${bytes} "${referer}" "${agent}"`
}

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text)

function requestsOf(text: string, cutting: Cutting): PlayedRecord[] {
  const bytes = bytesOf(text)
  const reader = combined.open({})
  const played: PlayedRecord[] = []
  const rejects: Reject[] = []
  let [at, line, window] = [0, 1, cutting.chunkBytes]
  while (at < bytes.length) {
    const end = Math.min(bytes.length, at + window)
    const batch = new RequestBatch(Math.min(cutting.batchRecords, 1 << 14))
    const chunk = { source: 'access.log', bytes, start: at, end, offset: at, line, last: end === bytes.length }
    const progress = reader.read(chunk, batch, rejects)
    for (let i = 0; i < batch.count; i++) played.push({ timeMs: batch.timeMs[i] as number, batch, at: i })
    window = progress.bytes === 0 ? window * 2 : cutting.chunkBytes
    at += progress.bytes
    line += progress.lines
  }
  return played
}

function statementsOf(text: string): PlayedRecord[] {
  const format = formatNamed('postgresql-json')
  if (format?.kind !== 'statements') throw new Error('the format is there')
  const bytes = bytesOf(text)
  const records: StatementRecord[] = []
  const chunk = { source: 'database.jsonl', bytes, start: 0, end: bytes.length, offset: 0, line: 1, last: true }
  format.open({}).read(chunk, records, [])
  return records.map(({ timeMs }, at) => ({ timeMs, records, at }))
}

/** The records of all logs in the order of events. */
export function recordsOf(logs: Logs, cutting: Cutting = wholeCutting): PlayedRecord[] {
  const web = requestsOf(logs.web, cutting)
  const database = statementsOf(logs.database ?? '')
  const played: PlayedRecord[] = []
  let [w, d] = [0, 0]
  while (w < web.length || d < database.length) {
    const [request, statement] = [web[w], database[d]]
    if (statement === undefined || (request !== undefined && request.timeMs <= statement.timeMs)) {
      played.push(request as PlayedRecord)
      w++
    } else {
      played.push(statement)
      d++
    }
  }
  return played
}

/** Settings of a replay. */
export interface Replay {
  readonly office?: Office
  readonly cutting?: Cutting
  /** Numbers of records before which the watch is saved, cloned and restored into a new one. */
  readonly savedBefore?: ReadonlySet<number>
}

/** All hits, in the order in which the watch gave them. */
export function hitsOf(logs: Logs, { office = emptyOffice, cutting = wholeCutting, savedBefore }: Replay = {}): Hit[] {
  const hits: Hit[] = []
  const open = (): RegistrationWatch => new RegistrationWatch(office, (hit) => hits.push(hit))
  const played = recordsOf(logs, cutting)
  let watch = open()
  if (logs.database !== undefined) watch.expectStatements()
  for (let i = 0; i < played.length; ) {
    if (savedBefore?.has(i) === true) {
      const saved = structuredClone(watch.save())
      watch = open()
      watch.restore(saved)
    }
    const first = played[i] as PlayedRecord
    let run = 1
    while (run < cutting.runRecords && savedBefore?.has(i + run) !== true && follows(first, played[i + run], run)) run++
    if ('batch' in first) watch.requests(first.batch, first.at, first.at + run)
    else watch.statements(first.records, first.at, first.at + run)
    i += run
  }
  watch.finish()
  return hits
}

/** True where a record stands `distance` behind another in the same batch. */
function follows(first: PlayedRecord, other: PlayedRecord | undefined, distance: number): boolean {
  if (other === undefined || other.at !== first.at + distance) return false
  if ('batch' in first) return 'batch' in other && other.batch === first.batch
  return 'records' in other
}
