/** The archive as the desk and the command line use it: seal, search, count, let go. DuckDB is in processes of its own
 *  (archive-process.ts), one to seal and one to search, which are there only while they are needed. */
import { existsSync } from 'node:fs'
import { limits } from '../../core/limits.ts'
import { err, ok, type Result } from '../../core/result.ts'
import type { IndicatorList } from '../../formats/indicator-list.ts'
import { entryKeys, type KeyRange, mergeKeys, rangeKeys } from './address-key.ts'
import { ArchiveProcess } from './archive-process.ts'
import type {
  ArchiveProblem,
  ArchiveStats,
  HuntAnswer,
  HuntProblem,
  HuntQuery,
  PreparedHunt,
  SqlAnswer,
} from './hunt.ts'
import type { CompactAnswer, SealAnswer } from './messages.ts'
import { type Forgotten, type Retention, retain } from './retention.ts'
import type { SpoolMark } from './spool.ts'

/** Bounds that a configuration may change; `limits` has the usual ones. */
export interface ArchiveOptions {
  readonly memoryBytesMax?: number
  readonly threads?: number
  readonly idleMsMax?: number
}

/** What became of spools: sealed ones by name, and what kept others from it. */
export interface Sealing {
  readonly sealed: readonly string[]
  readonly records: number
  readonly bytes: number
  readonly problems: readonly ArchiveProblem[]
}

/** One archive folder. */
export class Archive {
  readonly #folder: string
  /** Sealing gives way to the analysis and takes its time; a person who searches does not wait for it. */
  readonly #upkeep: ArchiveProcess
  readonly #search: ArchiveProcess

  /** @param folder `archive` in the data folder */
  constructor(folder: string, options: ArchiveOptions = {}) {
    this.#folder = folder
    const settings = {
      folder,
      memoryBytesMax: options.memoryBytesMax ?? limits.archiveEngineBytesMax,
      threads: options.threads ?? limits.archiveThreadsMax,
      idleMsMax: options.idleMsMax ?? limits.archiveIdleMsMax,
    }
    this.#upkeep = new ArchiveProcess({ ...settings, isPolite: true })
    this.#search = new ArchiveProcess({ ...settings, isPolite: false })
  }

  /** Ids of the processes that run now: at most one that seals and one that searches. */
  get processIds(): readonly number[] {
    return [this.#upkeep.pid, this.#search.pid].filter((pid) => pid !== undefined)
  }

  /** Seals the closed spools of a checkpoint that is stored. Spools that are sealed already are done. */
  async seal(marks: readonly SpoolMark[]): Promise<Sealing> {
    const sealed: string[] = []
    const problems: ArchiveProblem[] = []
    let records = 0
    let bytes = 0
    for (const { name, bytes: length, rows, isClosed } of marks) {
      if (!isClosed) continue
      const ask = { name, bytes: length, rows }
      const done: Result<SealAnswer, ArchiveProblem> = await this.#upkeep.ask('seal', ask, limits.archiveSealMsMax)
      if (!done.ok) problems.push(done.error)
      if (!done.ok && done.error.code === 'closed') break
      if (!done.ok) continue
      sealed.push(name)
      records += done.value.rows
      bytes += done.value.bytes
    }
    return { sealed, records, bytes, problems }
  }

  /** Makes one file of many small ones, for days that are over. */
  async compact(nowMs: number): Promise<Result<CompactAnswer, ArchiveProblem>> {
    const today = new Date(nowMs).toISOString().slice(0, 10)
    const all = { made: 0, replaced: 0 }
    for (;;) {
      const done = await this.#upkeep.ask('compact', { today }, limits.archiveSealMsMax)
      if (!done.ok) return done
      all.made += done.value.made
      all.replaced += done.value.replaced
      if (done.value.made === 0) return ok(all)
    }
  }

  /** Searches all that is kept. Addresses of lists count beside those of the query. */
  async hunt(query: HuntQuery, lists: readonly IndicatorList[] = []): Promise<Result<HuntAnswer, HuntProblem>> {
    const prepared = prepareHunt(query, lists)
    if (!prepared.ok) return prepared
    if (!existsSync(this.#folder)) return ok(nothing)
    return await this.#search.ask('hunt', prepared.value, limits.huntMsMax)
  }

  /** Runs one SELECT over the view `records`. */
  async sql(
    text: string,
    bounds: { readonly rowsMax?: number; readonly timeoutMs?: number } = {},
  ): Promise<Result<SqlAnswer, ArchiveProblem>> {
    if (text.length > limits.sqlCharactersMax)
      return err({ code: 'bad-query', message: `The statement is longer than ${limits.sqlCharactersMax} characters.` })
    const rowsMax = Math.min(bounds.rowsMax ?? limits.sqlRowsMax, limits.sqlRowsMax)
    return await this.#search.ask(
      'sql',
      { text, rowsMax },
      Math.min(bounds.timeoutMs ?? limits.sqlMsMax, limits.sqlMsMax),
    )
  }

  /** Lets go of what is too old or too much. */
  retain(retention: Retention, nowMs: number): Result<Forgotten, ArchiveProblem> {
    try {
      return ok(retain(this.#folder, retention, nowMs))
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? String(error.code) : undefined
      if (code === undefined) throw error
      return err({ code: 'disk', message: `Old files of the archive cannot be deleted (${code}). Check the disk.` })
    }
  }

  /** How much is kept. */
  async stats(): Promise<Result<ArchiveStats, ArchiveProblem>> {
    if (!existsSync(this.#folder)) return ok({ days: 0, records: 0, files: 0, bytes: 0, unreadable: [] })
    return await this.#search.ask('stats', {}, limits.huntMsMax)
  }

  /** Ends the processes. */
  async close(): Promise<void> {
    await Promise.all([this.#upkeep.close(), this.#search.close()])
  }
}

const nothing: HuntAnswer = {
  ...{ total: 0, addresses: 0, byAddress: [], rows: [], recordsSearched: 0, unreadable: [], tookMs: 0 },
}

/** Checks a query and makes ranges of its addresses, or says what is wrong with it. */
export function prepareHunt(
  query: HuntQuery,
  lists: readonly IndicatorList[] = [],
): Result<PreparedHunt, ArchiveProblem> {
  const refuse = (message: string): Result<never, ArchiveProblem> => err({ code: 'bad-query', message })
  const { addresses = [], ...rest } = query
  const keys: KeyRange[] = lists.flatMap((list) => [...list.addresses.ranges()].map(rangeKeys))
  for (const entry of addresses) {
    const range = entryKeys(entry)
    if (typeof range === 'string') return refuse(`"${entry.slice(0, 80)}" cannot be searched for. ${range}`)
    keys.push(range)
  }
  if (keys.length > limits.huntEntriesMax)
    return refuse(`These are ${keys.length} addresses; one hunt takes ${limits.huntEntriesMax}. Divide the list.`)
  for (const text of [query.path, query.agent, query.statement]) {
    if (text === '') return refuse('One of the texts to search for is empty. Write what to look for, or leave it out.')
    if ((text?.length ?? 0) > limits.huntTextCharactersMax)
      return refuse(
        `A text to search for is longer than ${limits.huntTextCharactersMax} characters. Write a part of it.`,
      )
  }
  const { offset = 0, limit = limits.huntRowsMax, fromMs, untilMs } = query
  const isWhole = (value: number, most: number): boolean => Number.isSafeInteger(value) && value >= 0 && value <= most
  if (!isWhole(offset, limits.huntOffsetMax) || !isWhole(limit, limits.huntRowsMax) || limit === 0)
    return refuse(`A page has up to ${limits.huntRowsMax} rows and begins within the first ${limits.huntOffsetMax}.`)
  for (const time of [fromMs, untilMs])
    if (time !== undefined && !(Math.abs(time) <= 8.64e15)) return refuse('A time of the search is not a time.')
  if (fromMs !== undefined && untilMs !== undefined && fromMs >= untilMs)
    return refuse('The search ends before it begins. Exchange its two times.')
  const isByAddress = addresses.length + lists.length > 0
  return ok({ ...rest, offset, limit, ...(isByAddress ? { keys: mergeKeys(keys) } : {}) })
}
