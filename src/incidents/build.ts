/** Makes incidents of findings: what one attacker did, or what was done to one page in the same way, belongs together,
 *  over weeks and over changes of address. Routine scanning from the internet is one quiet entry, not hundreds. */
import {
  type Actor,
  actorTypes,
  type Exposure,
  type Finding,
  type FindingKind,
  findingKinds,
  type Level,
  levelRank,
  maxLevel,
  type Outcome,
  outcomes,
} from '../core/finding.ts'
import { incidentId } from '../core/ids.ts'
import { adviceForFindings } from './advice.ts'
import { ExposureLedger } from './exposure.ts'
import type { GatheredFinding } from './finding-ledger.ts'
import type { Incident, TimelineEntry } from './incident.ts'
import { storyOf, titleOf } from './story.ts'

/** What is known of addresses from elsewhere: a list's name for an address on it. */
export type IndicatorLookup = (address: string) => string | undefined

/** Findings with a longer silence between them are separate incidents, though they share an actor or a target. */
const silenceMs = 30 * 24 * 3_600_000
/** An injected statement that no request could be tied to belongs to the attack that was going on then. */
const untiedMs = 3_600_000

interface Member {
  readonly gathered: GatheredFinding
  readonly finding: Finding
}

/** Incidents, the most severe and the latest first. */
export function buildIncidents(
  findings: readonly GatheredFinding[],
  indicator: IndicatorLookup = () => undefined,
): Incident[] {
  const members = findings.map((gathered) => ({ gathered, finding: gathered.finding() }))
  return group(members)
    .map((of) => incidentOf(of, indicator))
    .sort((a, b) => levelRank(b.level) - levelRank(a.level) || b.lastSeenMs - a.lastSeenMs || (a.id < b.id ? -1 : 1))
}

/** Joins members that share a key and are not separated by a long silence. */
function group(members: readonly Member[]): Member[][] {
  const busy = new Set(
    members.filter(({ finding }) => isMoreThanScanning(finding)).map(({ finding }) => finding.actor.value),
  )
  const parents = members.map((_, i) => i)
  const root = (i: number): number => {
    let at = i
    while (parents[at] !== at) {
      parents[at] = parents[parents[at] as number] as number
      at = parents[at] as number
    }
    return at
  }
  const byKey = new Map<string, number[]>()
  for (const [i, { finding }] of members.entries()) {
    for (const key of keysOf(finding, busy)) byKey.set(key, [...(byKey.get(key) ?? []), i])
  }
  for (const [key, indexes] of byKey) {
    indexes.sort((a, b) => (members[a] as Member).finding.firstSeenMs - (members[b] as Member).finding.firstSeenMs)
    let lastSeenMs = Number.NEGATIVE_INFINITY
    let previous = -1
    for (const index of indexes) {
      const { finding } = members[index] as Member
      if (previous >= 0 && (key === background || finding.firstSeenMs - lastSeenMs <= silenceMs))
        parents[root(index)] = root(previous)
      lastSeenMs = Math.max(lastSeenMs, finding.lastSeenMs)
      previous = index
    }
  }
  joinUntied(members, parents, root)
  const groups = new Map<number, Member[]>()
  for (const [i, member] of members.entries()) groups.set(root(i), [...(groups.get(root(i)) ?? []), member])
  return [...groups.values()]
}

const background = 'background'

const isMoreThanScanning = (finding: Finding): boolean =>
  finding.kind !== 'scan' || levelRank(finding.level) > levelRank('low')

/** What makes two findings belong together. */
function keysOf(finding: Finding, busy: ReadonlySet<string>): string[] {
  const actor = `actor ${finding.actor.value}`
  switch (finding.kind) {
    case 'scan':
      return busy.has(finding.actor.value) ? [actor, ...tools(finding)] : [background]
    case 'authorised-scan':
      return ['authorised']
    case 'limit-reached':
      return ['limits']
    case 'new-statement':
      return [`statements ${finding.target}`]
    case 'sql-injection':
      return finding.actor.type === 'role'
        ? [`${actor} injection`]
        : [actor, `injection ${finding.target}`, ...tools(finding)]
    case 'enumeration':
      return [actor, `enumeration ${finding.target}`]
    case 'password-guessing':
    case 'password-spraying':
      return [actor, `${finding.kind} ${finding.target}`]
    case 'after-block':
      return [actor]
    case 'mail-impersonation':
    case 'mail-phishing':
    case 'mail-campaign':
      return [actor, ...finding.shapes.map((shape) => `mail ${shape}`)]
    case 'mail-unreadable':
      return [finding.kind]
    case 'rule-match':
      if (levelRank(finding.level) < levelRank('medium')) return [`rule ${finding.rules.join()} ${finding.target}`]
      return [`machine ${finding.target}`, ...(finding.actor.type === 'address' ? [actor] : [])]
    case 'software-changed':
      return [`software ${finding.target}`, `machine ${finding.target}`]
    case 'source-silent':
    case 'source-clock':
    case 'messages-lost':
    case 'bundle-refused':
      return [`${finding.kind} ${finding.target}`]
    case 'record-set-aside':
      return [finding.kind]
  }
}

const tools = (finding: Finding): string[] => finding.tools.map((tool) => `tool ${tool}`)

function joinUntied(members: readonly Member[], parents: number[], root: (i: number) => number): void {
  const tied = members.flatMap(({ finding }, i) =>
    finding.kind === 'sql-injection' && finding.actor.type === 'address' ? [i] : [],
  )
  for (const [i, { finding }] of members.entries()) {
    if (finding.kind !== 'sql-injection' || finding.actor.type !== 'role') continue
    const near = tied.find((other) => {
      const { firstSeenMs, lastSeenMs } = (members[other] as Member).finding
      return finding.firstSeenMs <= lastSeenMs + untiedMs && finding.lastSeenMs >= firstSeenMs - untiedMs
    })
    if (near !== undefined) parents[root(i)] = root(near)
  }
}

function incidentOf(members: readonly Member[], indicator: IndicatorLookup): Incident {
  const findings = members
    .map(({ finding }) => finding)
    .sort((a, b) => a.firstSeenMs - b.firstSeenMs || (a.id < b.id ? -1 : 1))
  const first = members.reduce((a, b) => (b.finding.detectedAtMs < a.finding.detectedAtMs ? b : a))
  const kinds = findingKinds.filter((kind) => findings.some((finding) => finding.kind === kind))
  const outcome = findings.reduce<Outcome | undefined>(
    (worst, finding) => worseOutcome(worst, finding.outcome),
    undefined,
  )
  const actors = distinctActors(findings)
  const context = contextOf(actors, indicator)
  const exposure = exposureOf(members.map(({ gathered }) => gathered.exposure))
  const atDetection = exposedBy(members, first.finding.detectedAtMs)
  const facts = {
    kinds,
    findings,
    actors,
    ...(outcome === undefined ? {} : { outcome }),
    ...(exposure === undefined ? {} : { exposure }),
    level: raised(
      findings.reduce<Level>((level, finding) => maxLevel(level, finding.level), 'informational'),
      context,
    ),
    confidence: Math.min(
      1,
      Math.max(...findings.map((finding) => finding.confidence)) + (context.length > 0 ? 0.05 : 0),
    ),
    firstSeenMs: Math.min(...findings.map((finding) => finding.firstSeenMs)),
    lastSeenMs: Math.max(...findings.map((finding) => finding.lastSeenMs)),
    targets: [...new Set(findings.map((finding) => finding.target))],
    tools: [...new Set(findings.flatMap((finding) => finding.tools))].sort(),
    hitCount: findings.reduce((sum, finding) => sum + finding.hitCount, 0),
    // A line that another finding claimed first is this incident's too.
    lineCount: Math.max(
      1,
      members.reduce((sum, { gathered }) => sum + gathered.lineCount, 0),
    ),
  }
  const { lineCount: _, ...shown } = facts
  return {
    id: incidentId((findings[0] as Finding).id),
    state: 'new',
    ...shown,
    title: titleOf(facts),
    story: storyOf(facts),
    detectedAtMs: first.finding.detectedAtMs,
    ...(atDetection === undefined ? {} : { exposureAtDetection: atDetection }),
    timeline: timelineOf(members),
    advice: adviceForFindings(findings),
    context,
  }
}

function exposureOf(ledgers: readonly ExposureLedger[]): Exposure | undefined {
  const sum = new ExposureLedger()
  for (const ledger of ledgers) sum.merge(ledger)
  return sum.isEmpty ? undefined : sum.total()
}

/** What had been exposed by a moment, over all findings. */
function exposedBy(members: readonly Member[], timeMs: number): Exposure | undefined {
  const sum = new ExposureLedger()
  for (const { gathered } of members) {
    for (const early of gathered.earlyExposures) if (early.timeMs <= timeMs) sum.add(early.item, early.fromDatabase)
  }
  return sum.isEmpty ? undefined : sum.total()
}

function worseOutcome(a: Outcome | undefined, b: Outcome | undefined): Outcome | undefined {
  if (a === undefined || b === undefined) return a ?? b
  return outcomes.indexOf(a) >= outcomes.indexOf(b) ? a : b
}

function distinctActors(findings: readonly Finding[]): Actor[] {
  const seen = new Map<string, Actor>()
  for (const { actor } of findings) if (!seen.has(actor.value)) seen.set(actor.value, actor)
  return [...seen.values()].sort((a, b) => actorTypes.indexOf(a.type) - actorTypes.indexOf(b.type))
}

function contextOf(actors: readonly Actor[], indicator: IndicatorLookup): string[] {
  const context: string[] = []
  for (const actor of actors) {
    const list = actor.type === 'address' ? indicator(actor.value) : undefined
    if (list !== undefined) context.push(`${actor.value} is on the list ${list}`)
  }
  return context
}

/** A known indicator makes something real more pressing; it never makes noise into something. */
const raised = (level: Level, context: readonly string[]): Level =>
  level === 'medium' && context.length > 0 ? 'high' : level

function timelineOf(members: readonly Member[]): TimelineEntry[] {
  const days = new Map<number, { hitCount: number; kinds: Set<FindingKind> }>()
  for (const { gathered } of members) {
    for (const [dayMs, hits] of gathered.days) {
      const day = days.get(dayMs) ?? { hitCount: 0, kinds: new Set() }
      days.set(dayMs, day)
      day.hitCount += hits
      day.kinds.add(gathered.kind)
    }
  }
  return [...days]
    .sort(([a], [b]) => a - b)
    .map(([dayMs, day]) => ({
      dayMs,
      hitCount: day.hitCount,
      kinds: findingKinds.filter((kind) => day.kinds.has(kind)),
    }))
}
