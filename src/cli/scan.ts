/** The scan: files in, incidents out. It opens the sources, lets the registration watch see their records in the order
 *  of events, and gathers what it says. It prints nothing. */
import { availableParallelism } from 'node:os'
import type { FindingKind, Hit } from '../core/finding.ts'
import { limits } from '../core/limits.ts'
import type { Office } from '../core/office.ts'
import type { Place } from '../core/place.ts'
import type { EventRecord } from '../formats/event.ts'
import type { Format, FormatOptions } from '../formats/format.ts'
import { formatNamed, recogniseFormat } from '../formats/formats.ts'
import type { IndicatorList } from '../formats/indicator-list.ts'
import { isMailSample } from '../formats/mail/recognise-mail.ts'
import { RequestBatch } from '../formats/request-batch.ts'
import type { StatementRecord } from '../formats/statement.ts'
import { buildIncidents } from '../incidents/build.ts'
import { FindingLedger } from '../incidents/finding-ledger.ts'
import type { Incident } from '../incidents/incident.ts'
import { compile } from '../sigma/compile.ts'
import { ReadingThread } from '../sources/ahead.ts'
import { type Feed, type FeedRequest, LocalFeed } from '../sources/feed.ts'
import { isOutlookFile } from '../sources/mail-file.ts'
import { expandPaths, type SourceFile } from '../sources/paths.ts'
import { makeProblem, type Problem } from '../sources/problem.ts'
import { drainInOrder, RecordStream } from '../sources/record-stream.ts'
import { type Reread, readSample } from '../sources/source.ts'
import type { MakeEngine, SeenMatch } from '../watches/machines/watch.ts'
import { WatchSet } from '../watches/watch-set.ts'
import type { SourceSummary } from './report.ts'
import { type MailScanParts, scanMail } from './scan-mail.ts'

export interface ScanOptions {
  readonly paths: readonly string[]
  readonly databasePaths: readonly string[]
  /** The name of the format to take for a path, where the user chose one. */
  readonly formatFor: (path: string) => string | undefined
  readonly formatOptions: FormatOptions
  readonly office: Office
  readonly indicators: readonly IndicatorList[]
  /** Keeps streams so that their evidence can be read again. */
  readonly spool: boolean
  /** Called for every line that belongs to a finding; `finding` is its place in `ScanResult.findingIds`. */
  readonly onEvidence?: (place: Place, kind: FindingKind, finding: number) => void
  /** Loads the rules; asked only where there is something to show to them. None are used where it is left out. */
  readonly loadEngine?: () => Promise<MakeEngine>
  /** Rules beside our own are loaded, which may be about web requests, as none of ours is. */
  readonly hasOtherRules?: boolean
  /** What mail is checked against; asked only where there is mail. */
  readonly loadMail?: () => Promise<MailScanParts>
  /** Called for every match of a rule. */
  readonly onMatch?: (match: SeenMatch) => void
  /** Called after each batch. */
  readonly onProgress?: (progress: ScanProgress) => void
}

/** How far a scan is. Bytes are those of the files on disk; streams count as 0. */
export interface ScanProgress {
  readonly bytesRead: number
  readonly bytesTotal: number
  readonly records: number
  readonly findings: number
}

/** What a scan found and what it read. */
export interface ScanResult {
  readonly incidents: readonly Incident[]
  /** The ids of all findings, in the order of their first hits. */
  readonly findingIds: readonly string[]
  readonly sources: readonly SourceSummary[]
  readonly problems: readonly Problem[]
  readonly firstTimeMs: number | undefined
  readonly lastTimeMs: number | undefined
  /** Records in words whose sources' bytes are no text, by source and offset (`placeKey`). */
  readonly texts: ReadonlyMap<string, string>
  /** Sources whose bytes are no text; of their records `texts` has the first `limits.evidenceTextsMax`. */
  readonly withoutText: ReadonlySet<string>
  readonly mailPaths: ReadonlySet<string>
  /** The streams as read, for the evidence; `dispose` of their sources is the caller's. */
  readonly streams: readonly RecordStream[]
}

/** Scans what the options name. What cannot be read is a problem of the result; the rest is scanned all the same. */
export async function scan(options: ScanOptions): Promise<ScanResult> {
  const expanded = await expandPaths([...options.paths, ...options.databasePaths])
  const problems: Problem[] = [...expanded.problems]
  const thread = worthAThread(expanded.files) ? new ReadingThread() : undefined
  const openFeed = (request: FeedRequest): Feed =>
    thread !== undefined && request.format.kind === 'requests' && request.file.kind === 'file'
      ? thread.open(request)
      : new LocalFeed(request)
  const streams: RecordStream[] = []
  const mailFiles: SourceFile[] = []
  for (const file of expanded.files) {
    const stream = await streamOf(file, options, openFeed)
    if (stream instanceof RecordStream) streams.push(stream)
    else if (stream === 'mail') mailFiles.push(file)
    else problems.push(stream)
  }
  const ledger = new FindingLedger()
  const needsRules =
    options.hasOtherRules === true || streams.some((stream) => stream.request.format.kind !== 'requests')
  const texts = new Map<string, string>()
  const emit = (hit: Hit): void => {
    const finding = ledger.add(hit)
    const { place, text } = hit
    if (text !== undefined && texts.size < limits.evidenceTextsMax) {
      texts.set(placeKey(place), typeof text === 'string' ? text : text())
    }
    options.onEvidence?.(hit.place, hit.kind, finding)
  }
  const watch = new WatchSet({
    office: options.office,
    emit,
    hasRequestRules: () => options.hasOtherRules === true,
    makeEngine: needsRules && options.loadEngine !== undefined ? await options.loadEngine() : noRules,
    ...(options.onMatch === undefined ? {} : { onMatch: options.onMatch }),
  })
  if (streams.some((stream) => stream.request.format.kind === 'statements')) watch.expectStatements()
  await drainInOrder(streams, watch, () => options.onProgress?.(progressOf(streams, expanded.files, ledger)))
  watch.finish()
  await thread?.close()
  for (const stream of streams) problems.push(...stream.problems)
  const mail = mailFiles.length > 0 && options.loadMail !== undefined ? await options.loadMail() : undefined
  const mails = mail === undefined ? [] : await scanMail(mailFiles, mail, emit)
  for (const each of mails) problems.push(...each.problems)
  return {
    incidents: buildIncidents(ledger.findings, (address) => listWith(options.indicators, address)),
    findingIds: ledger.findings.map((finding) => finding.id),
    sources: [...streams.map(summaryOf), ...mails.map(({ summary }) => summary)],
    texts,
    withoutText: new Set(streams.filter(isWithoutText).map(({ request }) => request.file.path)),
    mailPaths: new Set(mailFiles.map(({ path }) => path)),
    problems,
    firstTimeMs: least([...streams.map(({ count }) => count), ...mails].map(({ firstTimeMs }) => firstTimeMs)),
    lastTimeMs: greatest([...streams.map(({ count }) => count), ...mails].map(({ lastTimeMs }) => lastTimeMs)),
    streams,
  }
}

/** Binary logs (EVTX). */
const isWithoutText = ({ request: { format } }: RecordStream): boolean =>
  format.kind === 'events' && format.cut !== 'lines' && format.cut.isBinary === true

/** How to read the lines of a source again; undefined where they are gone. */
export function rereadOf({ streams, mailPaths }: ScanResult, source: string): Reread | undefined {
  if (mailPaths.has(source)) return { path: source, openPath: source }
  return streams.find((stream) => stream.request.file.path === source)?.reread
}

const noRules: MakeEngine = (onLimit) => compile([], { onLimit }).engine

/** Names a record of a source. */
export const placeKey = ({ source, offset }: Pick<Place, 'source' | 'offset'>): string => `${offset} ${source}`

/** Reading in a thread of its own takes a moment to begin. */
const worthAThread = (files: readonly SourceFile[]): boolean =>
  availableParallelism() > 1 && files.reduce((sum, file) => sum + file.bytes, 0) >= limits.readAheadBytesMin

const listWith = (lists: readonly IndicatorList[], address: string): string | undefined =>
  lists.find((list) => list.addresses.has(address))?.name

/** Recognises a file's format from its head, and the time of its first record. */
async function streamOf(
  file: SourceFile,
  options: ScanOptions,
  openFeed: (request: FeedRequest) => Feed,
): Promise<RecordStream | 'mail' | Problem> {
  const sourceOptions = { spool: options.spool }
  const sample = await readSample(file, sourceOptions)
  if (!sample.ok) {
    const isMessage = options.loadMail !== undefined && sample.error.code === 'binary' && file.kind !== 'stream'
    return isMessage && (await isOutlookFile(file.path)) ? 'mail' : sample.error
  }
  const chosen = options.formatFor(file.path)
  const format = chosen === undefined ? recogniseFormat(sample.value) : formatNamed(chosen)
  if (format === undefined && options.loadMail !== undefined && isMailSample(sample.value))
    return file.kind === 'stream' ? makeProblem('mail-stream', file.path) : 'mail'
  if (format === undefined) return makeProblem('unknown-format', file.path)
  const formatOptions = { ...options.formatOptions, referenceMs: file.modifiedMs }
  const headMs = firstTimeOf(format, formatOptions, sample.value)
  return new RecordStream({ file, format, formatOptions, sourceOptions }, headMs, openFeed)
}

/** Event time of the first record in a sample; the beginning of time where it holds none, so that it is read first. */
function firstTimeOf(format: Format, formatOptions: FormatOptions, sample: Uint8Array): number {
  const chunk = { source: '', bytes: sample, start: 0, end: sample.length, offset: 0, line: 1, last: true }
  if (format.kind === 'requests') {
    const batch = new RequestBatch(1)
    format.open(formatOptions).read(chunk, batch, [])
    return batch.count > 0 ? (batch.timeMs[0] as number) : Number.NEGATIVE_INFINITY
  }
  if (format.kind === 'events') {
    const records: EventRecord[] = []
    // Of what has no lines, the sample is cut somewhere.
    format.open(formatOptions).read({ ...chunk, last: format.cut === 'lines' }, records, [])
    return records.find(({ timeMs }) => !Number.isNaN(timeMs))?.timeMs ?? Number.NEGATIVE_INFINITY
  }
  const records: StatementRecord[] = []
  format.open(formatOptions).read(chunk, records, [])
  return records[0]?.timeMs ?? Number.NEGATIVE_INFINITY
}

function progressOf(
  streams: readonly RecordStream[],
  files: readonly SourceFile[],
  ledger: FindingLedger,
): ScanProgress {
  let [bytesRead, records] = [0, 0]
  for (const stream of streams) {
    bytesRead += stream.bytesRead
    records += stream.count.records
  }
  return { bytesRead, bytesTotal: files.reduce((sum, file) => sum + file.bytes, 0), records, findings: ledger.count }
}

function summaryOf(stream: RecordStream): SourceSummary {
  const { count } = stream
  const { file, format } = stream.request
  return {
    path: file.path,
    format: format.name,
    formatTitle: format.title,
    kind: format.kind,
    records: count.records,
    rejects: count.rejects,
    rejectExamples: count.rejectExamples,
    bytes: count.bytes,
  }
}

function least(times: readonly (number | undefined)[]): number | undefined {
  return times.reduce((a, b) => (a === undefined || (b !== undefined && b < a) ? b : a), undefined)
}

function greatest(times: readonly (number | undefined)[]): number | undefined {
  return times.reduce((a, b) => (a === undefined || (b !== undefined && b > a) ? b : a), undefined)
}
