/** The truth about a recording, line by line, in one form for the corpus's recordings and for those of this project's
 *  own generator: who sent each line, what it was part of, and how many records had been exposed by then. */
import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'

export type Label = 'benign' | 'attack' | 'authorised-scan' | 'background-scan'

/** A run or a crowd that sent lines. */
export interface TruthSource {
  readonly name: string
  readonly label: Label
  readonly technique: string
}

/** `[line, records]`: distinct records exposed after that line (from 1), at each line where the number grows. */
export type ExposedAfterLine = readonly (readonly [line: number, records: number])[]

/** What is known of a recording's lines. Arrays by line begin at line 1; their element 0 stands for no line. */
export interface LineTruth {
  readonly lines: number
  readonly sources: readonly TruthSource[]
  readonly sourceOfLine: Uint16Array
  /** The attack (one intruder's doing, however many addresses and tools) of each line; empty for harmless lines. */
  readonly attackOfLine: readonly string[]
  readonly clientOfLine: readonly string[]
  readonly timeMsOfLine: Float64Array
  /** Lines of injection runs whose payload does not stand in the log. */
  readonly hiddenLines: ReadonlySet<number>
  readonly exposedAfterLine: ExposedAfterLine
  /** Addresses of the office's own scanners. */
  readonly authorisedScanners: readonly string[]
  /** The web line that caused each line of the database log; 0 where none did. */
  readonly webLineOfDatabaseLine: Int32Array
}

interface CorpusTruth {
  readonly lines: number
  readonly sources: readonly TruthSource[]
  readonly line_sources_rle: readonly (readonly [number, number])[]
  readonly records_exposed_after_line: ExposedAfterLine
  readonly sqli_lines_without_visible_payload: readonly number[]
  readonly actors: Readonly<Record<string, { readonly label: Label; readonly addresses: readonly string[] }>>
}

/** The lines of a file that may be compressed, without terminators. */
export function linesOf(path: string): string[] {
  const bytes = readFileSync(path)
  const text = (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('latin1')
  const lines = text.split('\n')
  if (lines.at(-1) === '') lines.pop()
  return lines
}

/** Several actors of one name and different numbers (`vpn-exit-1`, `vpn-exit-2`) are one attack. */
const attackName = (actor: string): string => actor.replace(/-\d+$/, '')

/** Ids that an application writes into its statements, as this corpus and the generator write them. */
export const requestComment = /\/\* (?:rid=|request )([0-9a-f]+) \*\/ ?/

const keyText = (line: string, key: string): string => new RegExp(`"${key}":"([^"]*)"`).exec(line)?.[1] ?? ''

/** Reads the truth of a corpus recording whose files begin with `prefix`. */
export function readCorpusTruth(prefix: string): LineTruth {
  const truth = JSON.parse(linesOf(`${prefix}truth.json.gz`).join('\n')) as CorpusTruth
  const attackOfAddress = new Map<string, string>()
  const authorisedScanners: string[] = []
  for (const [actor, { label, addresses }] of Object.entries(truth.actors)) {
    if (label === 'authorised-scan') authorisedScanners.push(...addresses)
    if (label !== 'attack') continue
    for (const address of addresses) attackOfAddress.set(address, attackName(actor))
  }
  const sourceOfLine = new Uint16Array(truth.lines + 1)
  let line = 1
  for (const [source, length] of truth.line_sources_rle) {
    sourceOfLine.fill(source, line, line + length)
    line += length
  }
  const clientOfLine = ['']
  const attackOfLine = ['']
  const timeMsOfLine = new Float64Array(truth.lines + 1)
  const lineOfRequest = new Map<string, number>()
  for (const [i, text] of linesOf(`${prefix}access.json.log.gz`).entries()) {
    const source = truth.sources[sourceOfLine[i + 1] as number] as TruthSource
    const client = keyText(text, 'remote_addr')
    clientOfLine.push(client)
    attackOfLine.push(source.label === 'attack' ? (attackOfAddress.get(client) ?? source.name) : '')
    timeMsOfLine[i + 1] = Math.round(Number(keyText(text, 'msec')) * 1_000)
    lineOfRequest.set(keyText(text, 'request_id'), i + 1)
  }
  return {
    lines: truth.lines,
    sources: truth.sources,
    sourceOfLine,
    attackOfLine,
    clientOfLine,
    timeMsOfLine,
    hiddenLines: new Set(truth.sqli_lines_without_visible_payload),
    exposedAfterLine: truth.records_exposed_after_line,
    authorisedScanners,
    webLineOfDatabaseLine: webLines(linesOf(`${prefix}postgres.jsonl.gz`), lineOfRequest),
  }
}

/** The web line of each database line, by the request's id in the statement; a line without one (a duration, an error)
 *  belongs to the last request of its connection. */
export function webLines(databaseLines: readonly string[], lineOfRequest: ReadonlyMap<string, number>): Int32Array {
  const found = new Int32Array(databaseLines.length + 1)
  const lastOfSession = new Map<string, number>()
  for (const [i, text] of databaseLines.entries()) {
    const session = /"pid":(\d+)/.exec(text)?.[1] ?? /\t\s*(\d+) /.exec(text)?.[1] ?? ''
    const id = requestComment.exec(text)?.[1]
    const line = id === undefined ? (lastOfSession.get(session) ?? 0) : (lineOfRequest.get(id) ?? 0)
    if (id !== undefined) lastOfSession.set(session, line)
    found[i + 1] = line
  }
  return found
}

/** Records exposed by all lines whose time, as the log shows it, is at or before `timeMs`. */
export function exposedAt(truth: LineTruth, timeMs: number, resolutionMs: number): number {
  let exposed = 0
  for (const [line, records] of truth.exposedAfterLine) {
    const shownMs = Math.floor((truth.timeMsOfLine[line] as number) / resolutionMs) * resolutionMs
    if (shownMs > timeMs) break
    exposed = records
  }
  return exposed
}
