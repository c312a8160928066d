/** An analysis driven without a thread and a store: commits are kept in memory as the store would keep them, and a clock
 *  of its own makes checkpoints due. */
import type { Finding } from '../../core/finding.ts'
import type { FindingId, IncidentId, SourceId } from '../../core/ids.ts'
import { emptyOffice } from '../../core/office.ts'
import type { Incident } from '../../incidents/incident.ts'
import type { SourceDefinition } from '../../sources/definition.ts'
import type { EvidenceRow, SourceStatus } from '../../store/store.ts'
import { AnalysisLoop } from './loop.ts'
import type { FromAnalysis } from './protocol.ts'

type CommitMessage = Extract<FromAnalysis, { type: 'commit' }>

/** What a store holds after some commits. */
export class Kept {
  readonly findings = new Map<FindingId, Finding>()
  readonly evidence = new Map<string, EvidenceRow>()
  readonly incidents = new Map<IncidentId, Incident>()
  readonly assigned = new Map<FindingId, IncidentId>()
  readonly sources = new Map<SourceId, SourceStatus>()
  checkpoint: Uint8Array | undefined

  take({ commit }: CommitMessage): void {
    for (const finding of commit.findings) this.findings.set(finding.id, finding)
    for (const row of commit.evidence) this.evidence.set(`${row.findingId} ${row.ordinal}`, row)
    for (const incident of commit.incidents) this.incidents.set(incident.id, incident)
    for (const { findingId, incidentId } of commit.assigned) this.assigned.set(findingId, incidentId)
    for (const { id } of commit.merged) this.incidents.delete(id)
    for (const status of commit.sources) this.sources.set(status.sourceId, status)
    if (commit.checkpoint !== undefined) this.checkpoint = commit.checkpoint.state
  }
}

/** Runs an analysis over definitions. */
export class LoopRun {
  readonly kept: Kept
  readonly #loop: AnalysisLoop
  readonly #waiting: CommitMessage[] = []
  #nowMs = Date.UTC(2026, 8, 20)

  constructor(kept: Kept, definitions: readonly SourceDefinition[], journalFolder: string, rulesPath = '') {
    this.kept = kept
    const start = {
      office: emptyOffice,
      definitions,
      journalFolder,
      archiveFolder: undefined,
      checkpoint: kept.checkpoint,
      isPositionsOnly: false,
      assignments: [...kept.assigned].map(([findingId, incidentId]) => ({ findingId, incidentId })),
      indicators: [],
      rulesPath,
      rulesOff: [],
      setAside: [],
      isCareful: false,
      beacon: new SharedArrayBuffer(64),
    }
    const say = (message: FromAnalysis): void => {
      if (message.type === 'commit') this.#waiting.push(message)
    }
    this.#loop = new AnalysisLoop(start, say, () => this.#nowMs)
  }

  /** Some turns; each lets a second of the desk's clock go by. What was said is stored at once, unless `isLost`. */
  turn(count: number, isLost = false): boolean {
    let isBusy = false
    for (let i = 0; i < count; i++) {
      this.#nowMs += 1_000
      isBusy = this.#loop.turn()
      for (const message of this.#waiting.splice(0)) {
        if (isLost) continue
        this.kept.take(message)
        const hadCheckpoint = message.commit.checkpoint !== undefined
        this.#loop.hear({ type: 'stored', sequence: message.sequence, hadCheckpoint })
      }
    }
    return isBusy
  }

  /** Turns until nothing is left to read and all is told. */
  toTheEnd(): void {
    let quiet = 0
    for (let i = 0; i < 10_000 && quiet < 8; i++) quiet = this.turn(1) ? 0 : quiet + 1
  }
}
