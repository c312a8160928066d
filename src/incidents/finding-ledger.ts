/** Gathers hits into findings: hits of one kind, by one actor, against one target are one claim, however many there
 *  are. A scan is against the site as a whole. */
import {
  type Exposed,
  type Finding,
  type FindingKind,
  type Hit,
  levelRank,
  maxLevel,
  type Outcome,
  outcomes,
  type RuleWords,
  watchOf,
} from '../core/finding.ts'
import { type FindingId, findingId } from '../core/ids.ts'
import { limits } from '../core/limits.ts'
import type { Place } from '../core/place.ts'
import { ExposureLedger, type SavedExposure } from './exposure.ts'

/** A finding with what only the making of incidents needs. */
export interface GatheredFinding {
  readonly id: FindingId
  readonly kind: FindingKind
  readonly finding: () => Finding
  readonly exposure: ExposureLedger
  /** The first exposures, at most `limits.earlyExposuresMax`, to say what was lost when an incident was first seen. */
  readonly earlyExposures: readonly EarlyExposure[]
  /** Hits by day: start of the day (UTC, milliseconds) to number. */
  readonly days: ReadonlyMap<number, number>
  /** Lines that no other finding had claimed just before: summed over findings, each line once. */
  readonly lineCount: number
}

/** One exposure, with the event time of the record that shows it. */
export interface EarlyExposure {
  readonly timeMs: number
  readonly item: Exposed
  readonly fromDatabase: boolean
}

/** A finding as plain data. */
export interface SavedFinding {
  readonly id: FindingId
  readonly first: Hit
  readonly target: string
  readonly words: RuleWords | undefined
  readonly level: Finding['level']
  readonly confidence: number
  readonly outcome: Outcome | undefined
  readonly firstSeenMs: number
  readonly lastSeenMs: number
  readonly detectedAtMs: number
  readonly hitCount: number
  readonly lineCount: number
  readonly rules: Set<string>
  readonly parts: Set<string>
  readonly tools: Set<string>
  readonly shapes: Set<string>
  readonly evidence: readonly Place[]
  readonly days: Map<number, number>
  readonly exposure: SavedExposure
  readonly earlyExposures: readonly EarlyExposure[]
}

/** A ledger as plain data. */
export interface SavedLedger {
  readonly findings: readonly (readonly [key: string, finding: SavedFinding])[]
  readonly lastPlace: Place | undefined
}

const dayMs = 24 * 3_600_000
export const wholeSite = 'the whole site'
const siteWide: ReadonlySet<FindingKind> = new Set(['scan', 'authorised-scan', 'after-block'])

class Gathered implements GatheredFinding {
  readonly id: FindingId
  readonly index: number
  readonly kind: FindingKind
  readonly exposure: ExposureLedger
  readonly earlyExposures: EarlyExposure[] = []
  readonly days = new Map<number, number>()
  lineCount = 0
  readonly #first: Hit
  readonly #target: string
  readonly #rules = new Set<string>()
  readonly #parts = new Set<string>()
  readonly #tools = new Set<string>()
  readonly #shapes = new Set<string>()
  readonly #evidence: Place[] = []
  #level: Finding['level']
  #confidence = 0
  #outcome: Outcome | undefined
  #firstSeenMs = Number.POSITIVE_INFINITY
  #lastSeenMs = Number.NEGATIVE_INFINITY
  #detectedAtMs: number
  /** Of a rule always the same; of software, what was found last. */
  #words: RuleWords | undefined
  #hitCount = 0
  /** Changed since `FindingLedger.takeChanged` was last called. */
  isChanged = false

  constructor(id: FindingId, index: number, target: string, hit: Hit, exposure = new ExposureLedger()) {
    this.id = id
    this.exposure = exposure
    this.index = index
    this.kind = hit.kind
    this.#first = hit
    this.#target = target
    this.#level = hit.level
    this.#detectedAtMs = hit.decidedAtMs
  }

  add(hit: Hit): void {
    this.#hitCount++
    this.#words = hit.words ?? this.#words
    this.#level = maxLevel(this.#level, hit.level)
    this.#confidence = Math.max(this.#confidence, hit.confidence)
    if (hit.timeMs < this.#firstSeenMs) this.#firstSeenMs = hit.timeMs
    if (hit.timeMs > this.#lastSeenMs) this.#lastSeenMs = hit.timeMs
    if (hit.decidedAtMs < this.#detectedAtMs) this.#detectedAtMs = hit.decidedAtMs
    if (hit.outcome !== undefined && outcomes.indexOf(hit.outcome) > outcomes.indexOf(this.#outcome ?? 'attempt')) {
      this.#outcome = hit.outcome
    }
    this.#outcome ??= hit.outcome
    note(this.#rules, hit.rule)
    note(this.#parts, hit.part)
    note(this.#tools, hit.tool)
    note(this.#shapes, hit.shape)
    const day = Math.floor(hit.timeMs / dayMs) * dayMs
    this.days.set(day, (this.days.get(day) ?? 0) + 1)
    if (this.#evidence.length < limits.evidencePlacesMax) this.#evidence.push(hit.place)
    if (hit.exposes === undefined) return
    const fromDatabase = hit.rule.includes('/database-')
    for (const item of hit.exposes) {
      this.exposure.add(item, fromDatabase)
      if (this.earlyExposures.length < limits.earlyExposuresMax) {
        this.earlyExposures.push({ timeMs: hit.timeMs, item, fromDatabase })
      }
    }
  }

  get hitCount(): number {
    return this.#hitCount
  }

  get lastSeenMs(): number {
    return this.#lastSeenMs
  }

  save(): SavedFinding {
    return {
      id: this.id,
      first: this.#first,
      target: this.#target,
      words: this.#words,
      level: this.#level,
      confidence: this.#confidence,
      outcome: this.#outcome,
      firstSeenMs: this.#firstSeenMs,
      lastSeenMs: this.#lastSeenMs,
      detectedAtMs: this.#detectedAtMs,
      hitCount: this.#hitCount,
      lineCount: this.lineCount,
      rules: this.#rules,
      parts: this.#parts,
      tools: this.#tools,
      shapes: this.#shapes,
      evidence: this.#evidence,
      days: this.days,
      exposure: this.exposure.save(),
      earlyExposures: this.earlyExposures,
    }
  }

  static restore(saved: SavedFinding, index: number): Gathered {
    const exposure = ExposureLedger.restore(saved.exposure)
    const gathered = new Gathered(saved.id, index, saved.target, saved.first, exposure)
    gathered.#words = saved.words
    gathered.#level = saved.level
    gathered.#confidence = saved.confidence
    gathered.#outcome = saved.outcome
    gathered.#firstSeenMs = saved.firstSeenMs
    gathered.#lastSeenMs = saved.lastSeenMs
    gathered.#detectedAtMs = saved.detectedAtMs
    gathered.#hitCount = saved.hitCount
    gathered.lineCount = saved.lineCount
    for (const rule of saved.rules) gathered.#rules.add(rule)
    for (const part of saved.parts) gathered.#parts.add(part)
    for (const tool of saved.tools) gathered.#tools.add(tool)
    for (const shape of saved.shapes) gathered.#shapes.add(shape)
    gathered.#evidence.push(...saved.evidence)
    for (const [day, hits] of saved.days) gathered.days.set(day, hits)
    gathered.earlyExposures.push(...saved.earlyExposures)
    return gathered
  }

  finding(): Finding {
    return {
      id: this.id,
      watch: watchOf[this.kind],
      kind: this.kind,
      rules: [...this.#rules].sort(),
      level: this.#level,
      confidence: this.#confidence,
      actor: this.#first.actor,
      target: this.#target,
      parts: [...this.#parts].sort(),
      ...(this.#outcome === undefined ? {} : { outcome: this.#outcome }),
      tools: [...this.#tools].sort(),
      shapes: [...this.#shapes],
      firstSeenMs: this.#firstSeenMs,
      lastSeenMs: this.#lastSeenMs,
      detectedAtMs: this.#detectedAtMs,
      hitCount: this.#hitCount,
      evidence: this.#evidence,
      ...(this.#words === undefined ? {} : { words: this.#words }),
    }
  }
}

function note(names: Set<string>, name: string | undefined): void {
  if (name !== undefined && names.size < limits.findingNamesMax) names.add(name)
}

/** All findings so far, in the order of their first hits. */
export class FindingLedger {
  readonly #byKey = new Map<string, Gathered>()
  readonly #changed: Gathered[] = []
  #made = 0
  #lastPlace: Place | undefined

  /** Adds a hit; returns the place of its finding in `findings`, as long as none was forgotten. */
  add(hit: Hit): number {
    return this.#gather(hit).index
  }

  /** Adds a hit; returns its finding's id and the hit's number within it, from 0. */
  addNumbered(hit: Hit): { readonly id: FindingId; readonly ordinal: number } {
    const gathered = this.#gather(hit)
    return { id: gathered.id, ordinal: gathered.hitCount - 1 }
  }

  #gather(hit: Hit): Gathered {
    const target = siteWide.has(hit.kind) ? wholeSite : hit.target
    const key = keyOf(hit, target)
    let gathered = this.#byKey.get(key)
    if (gathered === undefined) {
      gathered = new Gathered(idOf(hit, target), this.#made++, target, hit)
      this.#byKey.set(key, gathered)
    }
    gathered.add(hit)
    if (!gathered.isChanged) {
      gathered.isChanged = true
      this.#changed.push(gathered)
    }
    if (hit.place.offset !== this.#lastPlace?.offset || hit.place.source !== this.#lastPlace.source)
      gathered.lineCount++
    this.#lastPlace = hit.place
    return gathered
  }

  get count(): number {
    return this.#byKey.size
  }

  get findings(): readonly GatheredFinding[] {
    return [...this.#byKey.values()]
  }

  /** Findings that got hits since the last call. */
  takeChanged(): readonly GatheredFinding[] {
    const changed = this.#changed.splice(0)
    for (const gathered of changed) gathered.isChanged = false
    return changed
  }

  /** Forgets findings that were last seen before a time and that `isOver` names. A later hit of the same kind, actor
   *  and target is a finding of its own. */
  forget(beforeMs: number, isOver: (id: FindingId) => boolean): void {
    for (const [key, gathered] of this.#byKey) {
      if (gathered.lastSeenMs < beforeMs && isOver(gathered.id)) this.#byKey.delete(key)
    }
  }

  /** All that was gathered, as data for a structured clone. */
  save(): SavedLedger {
    return {
      findings: [...this.#byKey].map(([key, gathered]) => [key, gathered.save()]),
      lastPlace: this.#lastPlace,
    }
  }

  /** Takes back what `save` gave, from a structured clone of it. */
  restore(saved: SavedLedger): void {
    this.#byKey.clear()
    this.#changed.length = 0
    this.#made = 0
    for (const [key, finding] of saved.findings) this.#byKey.set(key, Gathered.restore(finding, this.#made++))
    this.#lastPlace = saved.lastPlace
  }

  /** How many findings stand at or above a level. */
  countFrom(level: Finding['level']): number {
    return this.findings.filter((gathered) => levelRank(gathered.finding().level) >= levelRank(level)).length
  }
}

/** Of rules, each is a claim of its own. */
const keyOf = (hit: Hit, target: string): string =>
  `${hit.kind}\n${hit.actor.value}\n${target}${hit.kind === 'rule-match' ? `\n${hit.rule}` : ''}`

/** The day of the first hit is part of it, so that what comes back after a long silence is told apart. */
function idOf(hit: Hit, target: string): FindingId {
  const day = String(Math.floor(hit.timeMs / dayMs))
  const rule = hit.kind === 'rule-match' ? [hit.rule] : []
  return findingId(watchOf[hit.kind], hit.kind, hit.actor.type, hit.actor.value, target, day, ...rule)
}
