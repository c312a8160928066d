/** Scans one recording with the product's own scan and holds what it said against the truth. */

import { scan } from '../../src/cli/scan.ts'
import { type FindingKind, findingKinds, type Level, levels, type Outcome } from '../../src/core/finding.ts'
import { emptyOffice } from '../../src/core/office.ts'
import type { Incident } from '../../src/incidents/incident.ts'
import { exposedAt, type LineTruth } from './truth.ts'

/** Which logs the scan was given. */
export const modes = ['web', 'web and database', 'JSON'] as const
export type Mode = (typeof modes)[number]

/** A recording: where its logs lie, and the truth about them. */
export interface Recording {
  readonly name: string
  readonly kind: 'timeline' | 'scenario' | 'variation' | 'generated'
  readonly access: string
  readonly json?: string
  readonly database: string
  readonly truth: LineTruth
}

/** One line that the scan flagged. `web` is the line of the web log: for a statement, of the request that caused it. */
export interface Flag {
  readonly fromDatabase: boolean
  readonly line: number
  readonly web: number
  readonly kind: FindingKind
  readonly finding: number
}

/** An incident with what of it was true. */
export interface JudgedIncident {
  readonly incident: Incident
  readonly attacks: ReadonlySet<string>
  readonly attackLines: number
  /** Flagged lines of the office's own scanners and of untargeted noise. */
  readonly otherLines: number
  readonly benignLines: number
  /** When a finding that holds attack lines was first made. */
  readonly detectedAtMs: number
}

export interface ExposureMeasured {
  readonly truth: number
  readonly recordsMin: number
  readonly recordsLikely: number
  readonly recordsMax: number
}

export interface Measurement {
  readonly recording: Recording
  readonly mode: Mode
  readonly flags: readonly Flag[]
  readonly incidents: readonly JudgedIncident[]
  readonly attackLines: number
  readonly injectionLines: number
  readonly injectionFlagged: number
  readonly missedLines: readonly number[]
  readonly benignLines: number
  readonly benignInjectionFlagged: number
  /** Web lines of harmless visitors that were flagged by any kind, themselves or through a statement of theirs. */
  readonly benignFlagged: ReadonlyMap<number, FindingKind>
  readonly missedSources: readonly string[]
  /** From the first malicious line to the detection; undefined where there is no attack or it was missed. */
  readonly detectionMs?: number
  readonly exposedAtDetection: number
  readonly exposure: ExposureMeasured
  readonly falseIncidents: Readonly<Record<Level, number>>
  readonly weeks: number
  /** Statements tied to an address that did not cause them. */
  readonly wrongTies: number
  readonly seconds: number
}

const isInjection = (technique: string): boolean => technique.startsWith('sqli')

/** Scans and judges. */
export async function measure(recording: Recording, mode: Mode): Promise<Measurement> {
  const { truth } = recording
  const web = mode === 'JSON' ? (recording.json ?? recording.access) : recording.access
  const flags: Flag[] = []
  const started = performance.now()
  const result = await scan({
    paths: [web],
    databasePaths: mode === 'web and database' ? [recording.database] : [],
    formatFor: () => undefined,
    formatOptions: {},
    office: { ...emptyOffice, authorisedScanners: truth.authorisedScanners },
    indicators: [],
    spool: false,
    onEvidence: ({ source, line }, kind, finding) => {
      const fromDatabase = source !== web
      flags.push({
        fromDatabase,
        line,
        web: fromDatabase ? (truth.webLineOfDatabaseLine[line] ?? 0) : line,
        kind,
        finding,
      })
    },
  })
  const seconds = (performance.now() - started) / 1_000
  const incidents = judgeIncidents(truth, result.incidents, result.findingIds, flags)
  const attacked = incidents.filter(({ attackLines }) => attackLines > 0)
  const detectedAtMs = Math.min(...attacked.map((judged) => judged.detectedAtMs))
  const firstLine = truth.attackOfLine.findIndex((attack) => attack !== '')
  const resolutionMs = mode === 'JSON' ? 1 : 1_000
  const found = firstLine > 0 && attacked.length > 0
  return {
    recording,
    mode,
    flags,
    incidents,
    ...judgeLines(truth, flags),
    ...(found ? { detectionMs: Math.max(0, detectedAtMs - shownMs(truth, firstLine, resolutionMs)) } : {}),
    exposedAtDetection: found ? exposedAt(truth, detectedAtMs, resolutionMs) : 0,
    exposure: exposureOf(truth, attacked),
    falseIncidents: falseIncidentsOf(incidents),
    weeks: ((truth.timeMsOfLine[truth.lines] as number) - (truth.timeMsOfLine[1] as number)) / (7 * 86_400_000),
    wrongTies: flags.filter((flag) => isWrongTie(truth, flag, result.incidents, result.findingIds)).length,
    seconds,
  }
}

const shownMs = (truth: LineTruth, line: number, resolutionMs: number): number =>
  Math.floor((truth.timeMsOfLine[line] as number) / resolutionMs) * resolutionMs

function isWrongTie(
  truth: LineTruth,
  flag: Flag,
  incidents: readonly Incident[],
  findingIds: readonly string[],
): boolean {
  if (!flag.fromDatabase || flag.web === 0) return false
  const id = findingIds[flag.finding]
  const finding = incidents.flatMap(({ findings }) => findings).find((each) => each.id === id)
  return finding?.actor.type === 'address' && finding.actor.value !== truth.clientOfLine[flag.web]
}

type LineJudgement = Pick<
  Measurement,
  | 'attackLines'
  | 'injectionLines'
  | 'injectionFlagged'
  | 'missedLines'
  | 'benignLines'
  | 'benignInjectionFlagged'
  | 'benignFlagged'
  | 'missedSources'
>

/** What was flagged, line by line of the web log. */
function judgeLines(truth: LineTruth, flags: readonly Flag[]): LineJudgement {
  const injection = new Set<number>()
  const flaggedKind = new Map<number, FindingKind>()
  const foundSources = new Set<number>()
  for (const { fromDatabase, web, kind } of flags) {
    if (kind === 'limit-reached' || web === 0) continue
    if (kind === 'sql-injection' && !fromDatabase) injection.add(web)
    if (!flaggedKind.has(web)) flaggedKind.set(web, kind)
    foundSources.add(truth.sourceOfLine[web] as number)
  }
  const counts = { attackLines: 0, injectionLines: 0, injectionFlagged: 0, benignLines: 0, benignInjectionFlagged: 0 }
  const missedLines: number[] = []
  for (let line = 1; line <= truth.lines; line++) {
    const { label, technique } = truth.sources[truth.sourceOfLine[line] as number] as LineTruth['sources'][number]
    if (label === 'benign') {
      counts.benignLines++
      if (injection.has(line)) counts.benignInjectionFlagged++
    }
    if (label !== 'attack') continue
    counts.attackLines++
    if (!isInjection(technique) || truth.hiddenLines.has(line)) continue
    counts.injectionLines++
    if (injection.has(line)) counts.injectionFlagged++
    else missedLines.push(line)
  }
  const labelOf = (line: number): string | undefined => truth.sources[truth.sourceOfLine[line] as number]?.label
  return {
    ...counts,
    missedLines,
    benignFlagged: new Map([...flaggedKind].filter(([line]) => labelOf(line) === 'benign')),
    missedSources: truth.sources.flatMap(({ label, name }, source) =>
      label === 'attack' && !foundSources.has(source) ? [name] : [],
    ),
  }
}

function judgeIncidents(
  truth: LineTruth,
  incidents: readonly Incident[],
  findingIds: readonly string[],
  flags: readonly Flag[],
): JudgedIncident[] {
  const byFinding = new Map<string, Flag[]>()
  for (const flag of flags) {
    const id = findingIds[flag.finding] as string
    const list = byFinding.get(id)
    if (list === undefined) byFinding.set(id, [flag])
    else list.push(flag)
  }
  return incidents.map((incident) => {
    const judged = { attackLines: 0, otherLines: 0, benignLines: 0, detectedAtMs: Number.POSITIVE_INFINITY }
    const attacks = new Set<string>()
    for (const finding of incident.findings) {
      for (const { web } of byFinding.get(finding.id) ?? []) {
        const { label } = truth.sources[truth.sourceOfLine[web] as number] as LineTruth['sources'][number]
        if (web === 0 || label === 'benign') judged.benignLines++
        else if (label === 'attack') {
          judged.attackLines++
          attacks.add(truth.attackOfLine[web] as string)
          judged.detectedAtMs = Math.min(judged.detectedAtMs, finding.detectedAtMs)
        } else judged.otherLines++
      }
    }
    return { incident, attacks, ...judged }
  })
}

/** What the incidents of attacks together say was exposed: different incidents may hold the same records, so the lower
 *  bound is the largest of theirs. */
function exposureOf(truth: LineTruth, attacked: readonly JudgedIncident[]): ExposureMeasured {
  const exposures = attacked.flatMap(({ incident }) => (incident.exposure === undefined ? [] : [incident.exposure]))
  return {
    truth: truth.exposedAfterLine.at(-1)?.[1] ?? 0,
    recordsMin: Math.max(0, ...exposures.map((exposure) => exposure.recordsMin)),
    recordsLikely: exposures.reduce((sum, exposure) => sum + exposure.recordsLikely, 0),
    recordsMax: exposures.reduce((sum, exposure) => sum + exposure.recordsMax, 0),
  }
}

/** Incidents that hold nothing but harmless lines, by level. */
function falseIncidentsOf(incidents: readonly JudgedIncident[]): Record<Level, number> {
  const counts = Object.fromEntries(levels.map((level) => [level, 0])) as Record<Level, number>
  for (const { incident, attackLines, otherLines } of incidents) {
    const saysOnlyLimits = incident.kinds.every((kind) => kind === 'limit-reached')
    if (attackLines === 0 && otherLines === 0 && !saysOnlyLimits) counts[incident.level]++
  }
  return counts
}

/** How many incidents hold lines of each attack. */
export function incidentsPerAttack(measurement: Measurement): Map<string, number> {
  const counts = new Map<string, number>()
  for (const attack of measurement.recording.truth.attackOfLine) if (attack !== '') counts.set(attack, 0)
  for (const { attacks } of measurement.incidents)
    for (const attack of attacks) counts.set(attack, (counts.get(attack) ?? 0) + 1)
  return counts
}

/** Kinds and outcomes of the incidents of attacks, in words for a table. */
export function outcomesOf(measurement: Measurement): string {
  const outcomes = new Set<Outcome | undefined>(
    measurement.incidents.filter(({ attackLines }) => attackLines > 0).map(({ incident }) => incident.outcome),
  )
  return [...outcomes].map((outcome) => outcome ?? 'none').join(', ')
}

/** Kinds by which lines were flagged, with how many. */
export function kindCounts(measurement: Measurement): Map<FindingKind, number> {
  const counts = new Map<FindingKind, number>()
  for (const kind of findingKinds) {
    const count = measurement.flags.filter((flag) => flag.kind === kind).length
    if (count > 0) counts.set(kind, count)
  }
  return counts
}
