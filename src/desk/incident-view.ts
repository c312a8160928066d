/** Incidents, findings and evidence as the console is given them: pure functions from what is stored. */
import { createHash } from 'node:crypto'
import { capitalised } from '../core/counts.ts'
import { type Exposure, type Finding, watchOf } from '../core/finding.ts'
import { limits } from '../core/limits.ts'
import { kindWords } from '../core/vocabulary.ts'
import type { Proposal } from '../response/propose.ts'
import type { EvidenceRow, IncidentRow, IncidentSummary } from '../store/store.ts'
import { headOf } from '../watches/mail/mail-document.ts'
import { partWords } from '../watches/mail/words.ts'
import type { EvidenceView, FindingView, IncidentSummaryView, IncidentView } from './api/incidents.ts'
import { readMailLine } from './mail/mail-view.ts'
import { shownBytes } from './outside-text.ts'

type ExposureView = NonNullable<IncidentView['exposure']>

/** A row of the list. */
export function summaryView(row: IncidentSummary | IncidentRow): IncidentSummaryView {
  const { incident } = row
  const { outcome, exposure, actors } = incident
  return {
    id: incident.id,
    state: row.state,
    seenAgain: row.seenAgain,
    level: incident.level,
    confidence: incident.confidence,
    title: incident.title,
    kinds: [...incident.kinds],
    ...(outcome === undefined ? {} : { outcome }),
    firstSeenMs: incident.firstSeenMs,
    lastSeenMs: incident.lastSeenMs,
    detectedAtMs: incident.detectedAtMs,
    actors: actors.slice(0, limits.actorsShownMax).map(({ type, value }) => ({ type, value })),
    actorCount: actors.length,
    targets: incident.targets.slice(0, limits.actorsShownMax),
    hitCount: incident.hitCount,
    ...(exposure === undefined ? {} : { exposure: exposureView(exposure) }),
    updatedAtMs: row.updatedAtMs,
  }
}

const exposureView = (exposure: Exposure): ExposureView => ({
  recordsMin: Math.round(exposure.recordsMin),
  recordsMax: Number.isFinite(exposure.recordsMax) ? Math.round(exposure.recordsMax) : null,
  recordsLikely: Math.round(exposure.recordsLikely),
  basis: [...exposure.basis],
})

/** All of an incident. */
export function incidentView(
  row: IncidentRow,
  proposals: readonly Proposal[],
  evidenceCount: number,
  nowMs: number,
): IncidentView {
  const { incident } = row
  const done = new Map(row.steps.map((step) => [step.step, step]))
  const { exposureAtDetection, findings } = incident
  return {
    ...summaryView(row),
    actors: incident.actors.map(({ type, value }) => ({ type, value })),
    targets: [...incident.targets],
    story: [...incident.story],
    tools: [...incident.tools],
    ...(exposureAtDetection === undefined ? {} : { exposureAtDetection: exposureView(exposureAtDetection) }),
    context: [...incident.context],
    findings: findings.map(findingView),
    findingsLeftOut: incident.findingsLeftOut ?? 0,
    timeline: incident.timeline.map(({ dayMs, hitCount, kinds }) => ({ dayMs, hitCount, kinds: [...kinds] })),
    advice: incident.advice.map(({ meaning, now, call }) => ({
      meaning,
      now: now.map((text) => {
        const step = done.get(text)
        return { text, ...(step === undefined ? {} : { doneBy: step.by, doneAtMs: step.atMs }) }
      }),
      call: [...call],
    })),
    proposals: proposals.map((proposal) => proposalView(proposal, nowMs)),
    history: row.history.map(({ state, by, atMs, comment }) => ({
      state,
      by,
      atMs,
      ...(comment === undefined ? {} : { comment }),
    })),
    notes: row.notes.map(({ text, by, atMs }) => ({ text, by, atMs })),
    ...(row.mergedInto === undefined ? {} : { mergedInto: row.mergedInto }),
    evidenceCount,
  }
}

function findingView(finding: Finding): FindingView {
  const { outcome } = finding
  return {
    id: finding.id,
    kind: finding.kind,
    title: finding.words?.title ?? capitalised(kindWords[finding.kind].plain),
    rules: [...finding.rules],
    level: finding.level,
    confidence: finding.confidence,
    actor: { type: finding.actor.type, value: finding.actor.value },
    target: finding.target,
    parts: watchOf[finding.kind] === 'mail' ? finding.parts.map(partWords) : [...finding.parts],
    ...(outcome === undefined ? {} : { outcome }),
    tools: [...finding.tools],
    firstSeenMs: finding.firstSeenMs,
    lastSeenMs: finding.lastSeenMs,
    detectedAtMs: finding.detectedAtMs,
    hitCount: finding.hitCount,
  }
}

const hourMs = 3_600_000

function proposalView(proposal: Proposal, nowMs: number): IncidentView['proposals'][number] {
  const { network, reason, warnings, suggestion, refusal, block } = proposal
  return {
    network,
    reason,
    ...(suggestion === undefined ? {} : { suggestion }),
    hours: Math.max(1, Math.round((proposal.suggestedEndMs - nowMs) / hourMs)),
    warnings: [...warnings],
    ...(refusal === undefined ? {} : { refusal }),
    ...(block === undefined ? {} : { blockId: block.id, blockedUntilMs: block.expiresAtMs }),
  }
}

/** A line of evidence. One of the log of mail is told by the head of its mail. */
export function evidenceView(row: EvidenceRow, kind: EvidenceView['kind']): EvidenceView {
  const { source, line, offset, length } = row.place
  const mail = kind.startsWith('mail-') ? readMailLine(row.bytes) : undefined
  return {
    findingId: row.findingId,
    ordinal: row.ordinal,
    kind,
    timeMs: row.timeMs,
    place: { source, line, offset, length },
    sourceId: row.sourceId,
    text: shownBytes(mail === undefined ? row.bytes : Buffer.from(headOf(mail))),
    sha256: createHash('sha256').update(row.bytes).digest('hex'),
    ...(mail === undefined ? {} : { mailId: mail.id }),
  }
}
