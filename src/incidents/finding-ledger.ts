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
} from '../core/finding.ts'
import { type FindingId, findingId } from '../core/ids.ts'
import { limits } from '../core/limits.ts'
import type { Place } from '../core/place.ts'
import { ExposureLedger } from './exposure.ts'

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

const dayMs = 24 * 3_600_000
export const wholeSite = 'the whole site'
const siteWide: ReadonlySet<FindingKind> = new Set(['scan', 'authorised-scan', 'after-block'])

class Gathered implements GatheredFinding {
  readonly id: FindingId
  readonly index: number
  readonly kind: FindingKind
  readonly exposure = new ExposureLedger()
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
  #hitCount = 0

  constructor(id: FindingId, index: number, target: string, hit: Hit) {
    this.id = id
    this.index = index
    this.kind = hit.kind
    this.#first = hit
    this.#target = target
    this.#level = hit.level
    this.#detectedAtMs = hit.decidedAtMs
  }

  add(hit: Hit): void {
    this.#hitCount++
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

  finding(): Finding {
    return {
      id: this.id,
      watch: 'registration',
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
    }
  }
}

function note(names: Set<string>, name: string | undefined): void {
  if (name !== undefined && names.size < limits.findingNamesMax) names.add(name)
}

/** All findings so far, in the order of their first hits. */
export class FindingLedger {
  readonly #byKey = new Map<string, Gathered>()
  #lastPlace: Place | undefined

  /** Adds a hit; returns the place of its finding in `findings`. */
  add(hit: Hit): number {
    const target = siteWide.has(hit.kind) ? wholeSite : hit.target
    const key = `${hit.kind}\n${hit.actor.value}\n${target}`
    let gathered = this.#byKey.get(key)
    if (gathered === undefined) {
      const id = findingId('registration', hit.kind, hit.actor.type, hit.actor.value, target)
      gathered = new Gathered(id, this.#byKey.size, target, hit)
      this.#byKey.set(key, gathered)
    }
    gathered.add(hit)
    if (hit.place.offset !== this.#lastPlace?.offset || hit.place.source !== this.#lastPlace.source)
      gathered.lineCount++
    this.#lastPlace = hit.place
    return gathered.index
  }

  get count(): number {
    return this.#byKey.size
  }

  get findings(): readonly GatheredFinding[] {
    return [...this.#byKey.values()]
  }

  /** How many findings stand at or above a level. */
  countFrom(level: Finding['level']): number {
    return this.findings.filter((gathered) => levelRank(gathered.finding().level) >= levelRank(level)).length
  }
}
