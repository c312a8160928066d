/** Turns what the watches hold against somebody into what the store is told: findings, incidents under lasting ids, and
 *  the first lines of evidence with their bytes. */
import type { Hit } from '../../core/finding.ts'
import { levelRank } from '../../core/finding.ts'
import type { FindingId, IncidentId, SourceId } from '../../core/ids.ts'
import { limits } from '../../core/limits.ts'
import { buildIncidents, type IndicatorLookup } from '../../incidents/build.ts'
import { Continuity } from '../../incidents/continuity.ts'
import { FindingLedger, type SavedLedger } from '../../incidents/finding-ledger.ts'
import type { Incident } from '../../incidents/incident.ts'
import type { MailRow } from '../../store/mails.ts'
import type { Commit, EvidenceRow } from '../../store/store.ts'

/** Findings are over when nothing of their incident was seen for this long: later ones are told apart from them. */
const settleMs = 31 * 24 * 3_600_000

/** The part of a commit that is made here. */
export type Told = Pick<Commit, 'findings' | 'evidence' | 'incidents' | 'assigned' | 'merged' | 'mails'>

/** Gathers hits and says what of them is new to the store. */
export class Telling {
  readonly #ledger = new FindingLedger()
  readonly #continuity: Continuity
  readonly #evidence: EvidenceRow[] = []
  readonly #mails: MailRow[] = []
  /** What was last told of each incident, to tell only what changed. */
  readonly #told = new Map<IncidentId, string>()
  #indicator: IndicatorLookup
  #newestMs = Number.NEGATIVE_INFINITY
  #settledAtMs = Number.NEGATIVE_INFINITY
  #changed = false
  /** Findings of routine scanning made room for others since this was last set to false. */
  hasForgotten = false

  constructor(
    assignments: Iterable<{ readonly findingId: FindingId; readonly incidentId: IncidentId }>,
    indicator: IndicatorLookup,
  ) {
    this.#continuity = new Continuity(assignments)
    this.#indicator = indicator
  }

  /** True where something is to be told. */
  get isChanged(): boolean {
    return this.#changed
  }

  get findingCount(): number {
    return this.#ledger.count
  }

  set indicator(lookup: IndicatorLookup) {
    this.#indicator = lookup
    this.#changed = true
  }

  /** Takes a hit; `bytes` gives the line's bytes where it is among the first of its finding. */
  add(hit: Hit, sourceId: SourceId, bytes: () => Uint8Array): void {
    const { id, ordinal } = this.#ledger.addNumbered(hit)
    this.#changed = true
    if (hit.decidedAtMs > this.#newestMs) this.#newestMs = hit.decidedAtMs
    if (ordinal >= limits.evidenceKeptMax) return
    this.#evidence.push({ findingId: id, ordinal, sourceId, place: hit.place, timeMs: hit.timeMs, bytes: bytes() })
  }

  /** Takes a mail that is to be listed. */
  addMail(mail: MailRow): void {
    this.#mails.push(mail)
    this.#changed = true
  }

  /** What changed since the last call. */
  take(): Told {
    this.#changed = false
    const changed = this.#ledger.takeChanged()
    const built = buildIncidents(this.#ledger.findings, this.#indicator)
    const { incidents, merged } = this.#continuity.keep(built)
    for (const { id } of merged) this.#told.delete(id)
    const fresh: Incident[] = []
    const incidentOf = new Map<FindingId, IncidentId>()
    for (const incident of incidents) {
      for (const { id } of incident.findings) incidentOf.set(id, incident.id)
      const mark = markOf(incident)
      if (this.#told.get(incident.id) === mark) continue
      this.#told.set(incident.id, mark)
      fresh.push(shortened(incident))
    }
    this.#settle(incidents)
    const ids = new Set(changed.map(({ id }) => id))
    // A merge moves findings that got no hit.
    if (merged.length > 0) for (const incident of fresh) for (const { id } of incident.findings) ids.add(id)
    return {
      findings: changed.map((gathered) => gathered.finding()),
      evidence: this.#evidence.splice(0),
      mails: this.#mails.splice(0),
      incidents: fresh,
      assigned: [...ids].flatMap((findingId) => {
        const incidentId = incidentOf.get(findingId)
        return incidentId === undefined ? [] : [{ findingId, incidentId }]
      }),
      merged,
    }
  }

  /** Lets go of incidents that are long over, once a day of event time; of routine scanning, finding by finding. */
  #settle(incidents: readonly Incident[]): void {
    const beforeMs = this.#newestMs - settleMs
    const isFull = this.#ledger.count > limits.openFindingsMax
    if (!isFull && this.#newestMs - this.#settledAtMs < 24 * 3_600_000) return
    this.#settledAtMs = this.#newestMs
    const over = new Set<FindingId>()
    for (const incident of incidents) {
      const isRoutine = levelRank(incident.level) <= levelRank('low') && incident.kinds.every((kind) => kind === 'scan')
      const isOld = incident.lastSeenMs < beforeMs
      if (!isOld && !isRoutine) continue
      for (const { id, lastSeenMs } of incident.findings) if (isOld || lastSeenMs < beforeMs) over.add(id)
      if (isOld) this.#told.delete(incident.id)
      if (isFull && isRoutine) {
        this.hasForgotten = true
        for (const id of oldestHalf(incident)) over.add(id)
      }
    }
    if (over.size === 0) return
    this.#ledger.forget(Number.POSITIVE_INFINITY, (id) => over.has(id))
    this.#continuity.forget((id) => over.has(id))
  }

  save(): SavedTelling {
    return { ledger: this.#ledger.save(), newestMs: this.#newestMs, settledAtMs: this.#settledAtMs }
  }

  restore(saved: SavedTelling): void {
    this.#ledger.restore(saved.ledger)
    this.#newestMs = saved.newestMs
    this.#settledAtMs = saved.settledAtMs
    this.#changed = true
  }
}

/** The gathering as plain data. */
export interface SavedTelling {
  readonly ledger: SavedLedger
  readonly newestMs: number
  readonly settledAtMs: number
}

/** Changes with everything that a person is shown of an incident. */
const markOf = (incident: Incident): string =>
  [
    incident.hitCount,
    incident.lastSeenMs,
    incident.firstSeenMs,
    incident.level,
    incident.confidence,
    incident.findings.length,
    incident.outcome ?? '',
    incident.exposure?.recordsLikely ?? '',
    incident.exposure?.recordsMax ?? '',
    incident.context.length,
  ].join(' ')

/** An incident with its gravest findings only. */
function shortened(incident: Incident): Incident {
  const { findings } = incident
  if (findings.length <= limits.incidentFindingsMax) return incident
  const gravest = findings.toSorted(
    (a, b) => levelRank(b.level) - levelRank(a.level) || b.hitCount - a.hitCount || (a.id < b.id ? -1 : 1),
  )
  return {
    ...incident,
    findings: gravest.slice(0, limits.incidentFindingsMax),
    findingsLeftOut: findings.length - limits.incidentFindingsMax,
  }
}

const oldestHalf = (incident: Incident): FindingId[] =>
  incident.findings
    .toSorted((a, b) => a.lastSeenMs - b.lastSeenMs)
    .slice(0, Math.ceil(incident.findings.length / 2))
    .map(({ id }) => id)
