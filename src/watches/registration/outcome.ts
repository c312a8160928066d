/** Did it work? Judges the answer to an injected request: by status, by its size against what the page usually answers,
 *  by the time it took against the delay that was asked for. Says which records that exposed, as far as the web log
 *  alone can tell; the database log knows better (`statement-watch.ts`). */
import type { Exposed, Outcome } from '../../core/finding.ts'
import { limits } from '../../core/limits.ts'
import type { InjectionState, Lengths } from './clients.ts'
import { missBytes, type SizeHistory } from './pages.ts'
import { isRefused, type Seen } from './seen.ts'
import type { RequestVerdict } from './sqli/judge.ts'
import { type Extraction, readFragment } from './statements/reading.ts'

export interface Answer {
  readonly outcome: Outcome
  readonly exposes: readonly Exposed[]
}

/** An answer and what its page usually answers. */
export interface PageAnswer {
  readonly bodyBytes: number
  readonly sizes: SizeHistory
  /** Rows that the database gave for it, where its log says; the page may show fewer. */
  readonly rows?: number
}

/** Answers that a history must hold before it says what is usual. */
const usualAnswersMin = 5
/** An injected text may be shown back on the page, escaped, which makes the page longer by this at the most. */
const reflectionGrowth = 1.7
/** Answers to conditions known to be true, and to false ones, before a page counts as answering questions. */
const oracleAnswersMin = 4
const oracleAnswersKept = 16
/** Different sizes of error answers to error-based injection that show that the errors carry data. */
const errorSizesMin = 6

/** The outcome of one injected request, and the records that its answer exposed. */
export function judgeAnswer(seen: Seen, state: InjectionState, verdict: RequestVerdict): Answer {
  // A request that was turned away is not read further: a blocked attacker may send thousands.
  if (isRefused(seen.status) || (seen.status >= 400 && seen.status < 500)) return { outcome: 'attempt', exposes: [] }
  const { extraction, errorBased } = readFragment(verdict.decoded)
  const asksInErrors = errorBased || verdict.technique === 'error'
  const outcome = outcomeOf(seen, state, verdict, asksInErrors)
  const answered = seen.status < 400 || (seen.status >= 500 && asksInErrors)
  const page = { bodyBytes: seen.bodyBytes, sizes: seen.path.page.sizes }
  const exposes = extraction === null || !answered ? [] : exposedBy(page, extraction, outcome === 'success')
  return { outcome, exposes }
}

function outcomeOf(seen: Seen, state: InjectionState, verdict: RequestVerdict, asksInErrors: boolean): Outcome {
  if (seen.status >= 500) {
    const tells = asksInErrors && state.sizes.size >= errorSizesMin
    return tells ? 'success' : 'probe'
  }
  const delayMs = delayAskedMs(verdict.decoded)
  if (delayMs > 0) return seen.durationMs >= delayMs * 0.9 ? 'success' : 'attempt'
  if (verdict.technique === 'boolean') return booleanOutcome(seen, state, verdict)
  return isLonger(seen, state, verdict) ? 'success' : 'attempt'
}

/** A tautology that brings more than the page ever showed is a success; so is a page that answers true conditions with
 *  one page and false ones with another, every time: it can be asked anything, letter by letter. */
function booleanOutcome(seen: Seen, state: InjectionState, verdict: RequestVerdict): Outcome {
  if (state.part !== verdict.part) state.oracle = newOracle()
  const { oracle } = state
  const truth = constantTruth(verdict.decoded)
  if (truth !== undefined && !oracle.works) {
    const own = truth ? oracle.whenTrue : oracle.whenFalse
    if (own.length < oracleAnswersKept) own.push(seen.bodyBytes)
    oracle.works =
      isConstant(oracle.whenTrue) && isConstant(oracle.whenFalse) && oracle.whenTrue[0] !== oracle.whenFalse[0]
  }
  return oracle.works || isLonger(seen, state, verdict) ? 'success' : 'attempt'
}

/** Nothing is known yet of how a page answers conditions. */
export const newOracle = (): InjectionState['oracle'] => ({ works: false, whenTrue: [], whenFalse: [] })

/** Enough answers, all of one size: a page that shows the payload back varies with it. */
const isConstant = (sizes: readonly number[]): boolean =>
  sizes.length >= oracleAnswersMin && sizes.every((bytes) => bytes === sizes[0])

/** Whether the last comparison of two constants in a payload (`54=54`, `'a'='b`) is true; undefined for none. */
function constantTruth(decoded: string): boolean | undefined {
  const numbers = [...decoded.matchAll(/(?<![\w.'])(\d{1,9})\s*(?:=|like)\s*(\d{1,9})(?![\w.])/gi)].at(-1)
  if (numbers !== undefined) return numbers[1] === numbers[2]
  const texts = [...decoded.matchAll(/'(\w{1,20})'\s*(?:=|like)\s*'(\w{1,20})/gi)].at(-1)
  return texts === undefined ? undefined : texts[1] === texts[2]
}

/** The answer is longer than the page ever is, and not merely because the page shows the payload back. Where nothing
 *  is known of the page, only an answer clearly longer than the shortest counts. */
function isLonger(seen: Seen, state: InjectionState, verdict: RequestVerdict): boolean {
  if (seen.bodyBytes <= 0) return false
  const echo = echoOf(state, seen.bodyBytes, verdict.decoded)
  if (echo !== undefined) return seen.bodyBytes - echo.shown > echo.bare + echoSlackBytes
  const sizes = seen.path.page.sizes
  const known = sizes.count >= usualAnswersMin
  const shortest = known ? sizes.bytesMin : Math.min(...state.sizes)
  if (!Number.isFinite(shortest)) return false
  const unknownMax = verdict.technique === 'union' ? shortest * 1.05 + 40 : shortest * 3
  if (seen.bodyBytes <= (known ? sizes.bytesMax : unknownMax)) return false
  const reflected = seen.bodyBytes - shortest
  const shown = verdict.decoded.length
  return !(reflected >= shown * 0.9 && reflected <= shown * reflectionGrowth)
}

/** Learns whether a page shows the payload back: then answers without their payload are of one size though payloads
 *  differ in length. Gives that size and the payload's length as shown, once it is known. */
function echoOf(
  state: InjectionState,
  bodyBytes: number,
  decoded: string,
): { bare: number; shown: number } | undefined {
  const { echo } = state
  for (const [form, shown] of shownLengths(decoded).entries()) {
    const bare = bodyBytes - shown
    if (echo.form === form) return { bare: echo.bare, shown }
    const lengths = echo.lengths[form] ?? new Map<number, Lengths>()
    echo.lengths[form] = lengths
    const ofBare = lengths.get(bare) ?? { last: -1, different: 0, min: shown, max: shown }
    if (lengths.size < limits.echoSizesMax || lengths.has(bare)) lengths.set(bare, ofBare)
    if (ofBare.last !== shown) ofBare.different++
    ofBare.last = shown
    ofBare.min = Math.min(ofBare.min, shown)
    ofBare.max = Math.max(ofBare.max, shown)
    if (echo.form < 0 && ofBare.different >= echoed.lengthsMin && ofBare.max - ofBare.min >= echoed.spreadMin) {
      echo.form = form
      echo.bare = bare
      echo.lengths = []
      return { bare, shown }
    }
  }
  return undefined
}

/** The lengths that a text may have as a page shows it back: as it is, or with HTML's characters escaped, the apostrophe
 *  not, as `&#39;` (most frameworks), or as `&#x27;`. */
function shownLengths(text: string): number[] {
  let escaped = text.length
  let apostrophes = 0
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code === 38) escaped += 4
    else if (code === 60 || code === 62) escaped += 3
    else if (code === 34) escaped += 5
    else if (code === 39) apostrophes++
  }
  return [text.length, escaped, escaped + apostrophes * 4, escaped + apostrophes * 5]
}

/** Payloads of so many different lengths, so far apart, whose answers are alike but for them show that a page echoes:
 *  rows of a dump differ by a few bytes, and so do the requests for them. */
const echoed = { lengthsMin: 5, spreadMin: 64 }
const echoSlackBytes = 12

/** Nothing is known yet of whether a page shows payloads back. */
export const newEcho = (): InjectionState['echo'] => ({ form: -1, bare: 0, lengths: [] })

/** The size of a page that found nothing, as far as it can be told: see `missBytes`; else the shortest answer. */
export function usualMiss(sizes: SizeHistory): number {
  const miss = missBytes(sizes)
  return miss >= 0 ? miss : sizes.count > 0 ? sizes.bytesMin : -1
}

/** The delay that a payload asks the database for, in milliseconds; 0 for none. */
function delayAskedMs(decoded: string): number {
  const call = /\b(?:pg_sleep|sleep|dbms_lock\.sleep|dbms_session\.sleep)\s*\(\s*(\d{1,4}(?:\.\d{1,3})?)/i.exec(decoded)
  if (call !== null) return Number(call[1]) * 1000
  const wait = /\bwaitfor\s+delay\s+'(\d{1,2}):(\d{1,2}):(\d{1,2})/i.exec(decoded)
  if (wait === null) return 0
  return (Number(wait[1]) * 3600 + Number(wait[2]) * 60 + Number(wait[3])) * 1000
}

/** The records that an extraction exposed. Certain where the answer shows that data came back. */
export function exposedBy(page: PageAnswer, extraction: Extraction, success: boolean): Exposed[] {
  const { table, ordering, kind } = extraction
  const certain = success && extraction.blind !== true
  switch (kind) {
    case 'position': {
      const from = extraction.offset ?? 0
      return [{ by: 'positions', table, ordering, from, to: from + (extraction.limit ?? 1), certain }]
    }
    case 'prefix': {
      const from = extraction.offset ?? 0
      const limit = extraction.limit ?? 1
      const at = { by: 'positions', table, ordering, from } as const
      const shown = certain ? rowsOfPrefix(page, limit) : { sure: 0, possible: limit }
      return [
        { ...at, to: from + shown.sure, certain: true },
        { ...at, to: from + shown.possible, certain: false },
      ]
    }
    case 'key':
      return [rows(extraction, certain ? 1 : 0, 1, success ? 1 : 0)]
    case 'aggregate':
      return success ? [rows(extraction, ...rowsInAggregate(page.bodyBytes, extraction))] : []
    case 'all':
      return success ? [rows(extraction, ...rowsShown(page))] : []
    case 'count':
      return []
  }
}

function rows(extraction: Extraction, rowsMin: number, rowsMax: number, rowsLikely: number): Exposed {
  const what = extraction.key ?? extraction.predicate ?? extraction.kind
  const limit = extraction.limit ?? Number.POSITIVE_INFINITY
  return {
    by: 'rows',
    table: extraction.table,
    set: `${extraction.table} ${what}`,
    rowsMin: Math.min(rowsMin, limit),
    rowsMax: Math.min(rowsMax, limit),
    rowsLikely: Math.min(rowsLikely, limit),
  }
}

/** Records in one answer that joins whole rows into one text. Tools put some six bytes between columns and ten around a
 *  row; a column of a voter roll holds four to twenty bytes on average over a row, nine as a rule. */
function rowsInAggregate(bytes: number, extraction: Extraction): [min: number, max: number, likely: number] {
  const columns = Math.max(1, extraction.columns.length)
  const framing = (columns - 1) * 6 + 13
  const rowsOf = (columnBytes: number, frame: number): number =>
    Math.max(1, Math.floor(bytes / (frame + columns * columnBytes)))
  return [rowsOf(20, framing), Math.max(1, Math.ceil(bytes / (columns * 4 + columns))), rowsOf(9, framing)]
}

/** Bytes that one listed record adds to a page, least and most. */
const listedRowBytes = { least: 20, usual: 40, most: 400 }

/** Records shown by an answer to a question for at most `limit` of them: all, where the page has grown enough for that;
 *  a table may hold fewer than were asked for. */
function rowsOfPrefix(page: PageAnswer, limit: number): { sure: number; possible: number } {
  const grown = page.bodyBytes - Math.max(0, usualMiss(page.sizes))
  if (limit <= 1 || page.bodyBytes < 0 || grown >= limit * listedRowBytes.usual) return { sure: limit, possible: limit }
  const rowsOf = (bytes: number): number => Math.min(limit, Math.max(1, Math.ceil(grown / bytes)))
  return { sure: rowsOf(listedRowBytes.most), possible: rowsOf(listedRowBytes.least) }
}

/** Rows that the database gave and that fit on the page were shown; of more, as many as the page's size tells. */
function rowsShown(page: PageAnswer): [min: number, max: number, likely: number] {
  const [rowsMin, rowsMax, rowsLikely] = rowsOnPage(page.bodyBytes, page.sizes)
  const given = page.rows
  if (given === undefined) return [rowsMin, rowsMax, rowsLikely]
  return given <= rowsMax ? [given, given, given] : [rowsMin, rowsMax, rowsLikely]
}

/** Records on a page that lists them: at least 24 bytes of markup and text each; as a rule somewhat less than what one
 *  record adds to the page when it is looked up, which is laid out more generously. */
function rowsOnPage(bytes: number, sizes: SizeHistory): [min: number, max: number, likely: number] {
  const miss = Math.max(0, usualMiss(sizes))
  const listed = Math.max(0, bytes - miss)
  const rowsMax = Math.max(1, Math.ceil(listed / listedRowBytesMin))
  const hits = [...sizes.seen.keys()].filter((size) => size > miss).sort((a, b) => a - b)
  const hit = hits[hits.length >> 1]
  const each = hit === undefined || hit - miss < listedRowBytesMin ? listedRowBytesUsual : hit - miss
  const likely = Math.min(rowsMax, Math.max(1, Math.round(listed / each)))
  return [Math.max(1, Math.floor(likely * 0.5)), rowsMax, likely]
}

const listedRowBytesMin = 24
const listedRowBytesUsual = 80
