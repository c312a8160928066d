/** The scan as one JSON document for other programs, as docs/scan-document.schema.json describes it. A change of its
 *  shape is a new version there. Times are RFC 3339 UTC strings; what is not known is null, never left out. The document
 *  holds places of evidence, never a log's lines: those can hold voter data, and go to the evidence file only. */
import {
  type Actor,
  type Exposure,
  type Finding,
  type FindingKind,
  type Level,
  levels,
  type Outcome,
  type RuleWords,
} from '../core/finding.ts'
import type { Place, Reject } from '../core/place.ts'
import { isTime } from '../core/times.ts'
import type { Advice, Incident, IncidentState } from '../incidents/incident.ts'
import { safeJson } from './printable.ts'
import { mostSevereFirst, type Problem, type ReportInput, type SourceSummary, summarySentences } from './report.ts'

/** The version of the document's shape: the first number changes when a reader of the old shape could fail. */
export const scanDocumentVersion = '1.0'

/** The program that made a document. */
export interface Generator {
  readonly name: string
  readonly version: string
}

interface ExposureEntry {
  readonly recordsMin: number
  /** Null where the logs give no upper bound. */
  readonly recordsMax: number | null
  readonly recordsLikely: number
  readonly basis: readonly string[]
}

interface FindingEntry {
  readonly id: string
  readonly watch: string
  readonly kind: FindingKind
  readonly rules: readonly string[]
  readonly level: Level
  readonly confidence: number
  readonly outcome: Outcome | null
  readonly actor: Actor
  readonly target: string
  readonly parts: readonly string[]
  readonly tools: readonly string[]
  readonly shapes: readonly string[]
  readonly words?: RuleWords
  readonly firstSeen: string
  readonly lastSeen: string
  readonly detectedAt: string
  readonly hitCount: number
  readonly evidence: readonly Place[]
}

interface IncidentEntry {
  readonly id: string
  readonly state: IncidentState
  readonly level: Level
  readonly confidence: number
  readonly title: string
  readonly story: readonly string[]
  readonly kinds: readonly FindingKind[]
  readonly outcome: Outcome | null
  readonly firstSeen: string
  readonly lastSeen: string
  readonly detectedAt: string
  readonly actors: readonly Actor[]
  readonly targets: readonly string[]
  readonly tools: readonly string[]
  readonly hitCount: number
  readonly exposure: ExposureEntry | null
  readonly exposureAtDetection: ExposureEntry | null
  readonly timeline: readonly {
    readonly day: string
    readonly hitCount: number
    readonly kinds: readonly FindingKind[]
  }[]
  readonly advice: readonly Advice[]
  readonly context: readonly string[]
  readonly findings: readonly FindingEntry[]
}

/** What `--json` prints. */
export interface ScanDocument {
  readonly document: 'bellwether-scan'
  readonly version: typeof scanDocumentVersion
  readonly generator: Generator
  readonly generatedAt: string
  readonly office: { readonly name: string | null }
  readonly summary: {
    readonly sentences: readonly string[]
    readonly incidentCounts: Readonly<Record<Level, number>>
    readonly recordCount: number
    readonly rejectCount: number
  }
  /** Null where no record was read. */
  readonly period: { readonly from: string; readonly until: string } | null
  readonly sources: readonly SourceSummary[]
  readonly problems: readonly Problem[]
  readonly incidents: readonly IncidentEntry[]
}

/** The document of a scan, incidents most severe first. */
export function scanDocument(input: ReportInput, generator: Generator): ScanDocument {
  const incidents = mostSevereFirst(input.incidents)
  return {
    ...documentHead(input, generator),
    incidents: incidents.map((incident) => ({
      ...incidentHead(incident),
      findings: incident.findings.map(findingEntry),
    })),
  }
}

/** The document as text in parts, one finding at a time, so that a scan with a million findings needs no string of
 *  their size. Ends in a line feed; safe to print on a terminal. */
export function* jsonDocumentParts(input: ReportInput, generator: Generator): Iterable<string> {
  yield* withList(documentHead(input, generator), 'incidents', incidentParts(mostSevereFirst(input.incidents)), '')
  yield '\n'
}

function* incidentParts(incidents: readonly Incident[]): Iterable<Iterable<string>> {
  for (const incident of incidents) {
    yield withList(incidentHead(incident), 'findings', findingParts(incident.findings), '    ')
  }
}

function* findingParts(findings: readonly Finding[]): Iterable<Iterable<string>> {
  for (const finding of findings) yield [indented(safeJson(findingEntry(finding), 2), '        ')]
}

/** The whole document as one text. */
export const renderJsonDocument = (input: ReportInput, generator: Generator): string =>
  [...jsonDocumentParts(input, generator)].join('')

/** An object whose last property is a list, item by item, laid out as `JSON.stringify(value, null, 2)` would. */
function* withList(head: object, key: string, items: Iterable<Iterable<string>>, indent: string): Iterable<string> {
  yield indented(`${safeJson(head, 2).slice(0, -2)},\n  "${key}": [`, indent)
  let separator = ''
  for (const item of items) {
    yield `${separator}\n`
    yield* item
    separator = ','
  }
  yield `${separator === '' ? '' : `\n${indent}  `}]\n${indent}}`
}

const indented = (text: string, indent: string): string => text.replaceAll(/^/gm, indent)

function documentHead(input: ReportInput, generator: Generator): Omit<ScanDocument, 'incidents'> {
  const { incidents, sources, firstTimeMs, lastTimeMs } = input
  const count = (level: Level) => incidents.filter((incident) => incident.level === level).length
  return {
    document: 'bellwether-scan',
    version: scanDocumentVersion,
    generator: { name: generator.name, version: generator.version },
    generatedAt: rfc3339(input.generatedAtMs),
    office: { name: input.officeName === '' ? null : input.officeName },
    summary: {
      sentences: summarySentences(input),
      incidentCounts: Object.fromEntries(levels.map((level) => [level, count(level)])) as Record<Level, number>,
      recordCount: sources.reduce((sum, source) => sum + source.records, 0),
      rejectCount: sources.reduce((sum, source) => sum + source.rejects, 0),
    },
    period:
      isTime(firstTimeMs) && isTime(lastTimeMs) ? { from: rfc3339(firstTimeMs), until: rfc3339(lastTimeMs) } : null,
    sources: sources.map(sourceEntry),
    problems: input.problems.map(({ path, message }) => ({ path, message })),
  }
}

function incidentHead(incident: Incident): Omit<IncidentEntry, 'findings'> {
  const { id, state, level, confidence, title, story, kinds, actors, targets, tools, hitCount, advice, context } =
    incident
  return {
    id,
    state,
    level,
    confidence: share(confidence),
    title,
    story,
    kinds,
    outcome: incident.outcome ?? null,
    firstSeen: rfc3339(incident.firstSeenMs),
    lastSeen: rfc3339(incident.lastSeenMs),
    detectedAt: rfc3339(incident.detectedAtMs),
    actors: actors.map(actorEntry),
    targets,
    tools,
    hitCount,
    exposure: exposureEntry(incident.exposure),
    exposureAtDetection: exposureEntry(incident.exposureAtDetection),
    timeline: incident.timeline.map((entry) => ({
      day: rfc3339(entry.dayMs).slice(0, 10),
      hitCount: entry.hitCount,
      kinds: entry.kinds,
    })),
    advice: advice.map(({ meaning, now, call }) => ({ meaning, now, call })),
    context,
  }
}

function findingEntry(finding: Finding): FindingEntry {
  const { id, watch, kind, rules, level, confidence, actor, target, parts, tools, shapes, hitCount, evidence } = finding
  return {
    id,
    watch,
    kind,
    rules,
    level,
    confidence: share(confidence),
    outcome: finding.outcome ?? null,
    actor: actorEntry(actor),
    target,
    parts,
    tools,
    shapes,
    ...(finding.words === undefined ? {} : { words: finding.words }),
    firstSeen: rfc3339(finding.firstSeenMs),
    lastSeen: rfc3339(finding.lastSeenMs),
    detectedAt: rfc3339(finding.detectedAtMs),
    hitCount,
    evidence: evidence.map(placeEntry),
  }
}

/** Each property by name: what another part adds to its own objects later does not leak into the document. */
const sourceEntry = (source: SourceSummary): SourceSummary => ({
  path: source.path,
  format: source.format,
  formatTitle: source.formatTitle,
  kind: source.kind,
  records: source.records,
  rejects: source.rejects,
  bytes: source.bytes,
  rejectExamples: source.rejectExamples.map(
    ({ place, reason, message }): Reject => ({ place: placeEntry(place), reason, message }),
  ),
})

const actorEntry = ({ type, value }: Actor): Actor => ({ type, value })

const placeEntry = ({ source, line, offset, length }: Place): Place => ({ source, line, offset, length })

function exposureEntry(exposure: Exposure | undefined): ExposureEntry | null {
  if (exposure === undefined) return null
  const { recordsMin, recordsMax, recordsLikely, basis } = exposure
  return {
    recordsMin: Math.round(recordsMin),
    recordsMax: Number.isFinite(recordsMax) ? Math.round(recordsMax) : null,
    recordsLikely: Math.round(recordsLikely),
    basis,
  }
}

/** Between 0 and 1, to three places: more would claim a precision that no watch has. */
const share = (value: number): number => Math.round(Math.min(1, Math.max(0, value)) * 1000) / 1000

/** RFC 3339 section 5.6, UTC, milliseconds; a time that is none is the epoch, which no log of ours reaches. */
const rfc3339 = (timeMs: number): string => new Date(isTime(timeMs) ? timeMs : 0).toISOString()
