/** Incidents as people see and decide about them. What happened is the analysis's; what was done about it is written
 *  here, each decision with a row in the audit trail. */
import type { FindingId, IncidentId } from '../core/ids.ts'
import { ok } from '../core/result.ts'
import { readAround } from '../sources/read-around.ts'
import type { IncidentQuery, IncidentRow } from '../store/store.ts'
import type { EvidenceContextView, EvidenceListView, IncidentListView, IncidentView } from './api/incidents.ts'
import type { BlockDesk } from './block-desk.ts'
import type { DeskResult, Person } from './desk.ts'
import { type DeskParts, refuse, writeDown } from './desk-parts.ts'
import { evidenceView, incidentView, summaryView } from './incident-view.ts'
import { shownBytes } from './outside-text.ts'

const missing = () =>
  refuse('missing', 'There is no such incident. It may have been part of a demonstration that was cleared.')
/** Lines shown before and after a line of evidence. */
const linesAround = 5

/** The incidents of a desk. */
export class IncidentDesk {
  readonly #parts: DeskParts
  readonly #blocks: BlockDesk

  constructor(parts: DeskParts, blocks: BlockDesk) {
    this.#parts = parts
    this.#blocks = blocks
  }

  async list(query: IncidentQuery): Promise<IncidentListView> {
    const { store } = this.#parts
    const [{ rows, total }, counts] = await Promise.all([store.incidents(query), store.incidentCounts()])
    return { rows: rows.map(summaryView), total, counts: counts.map((count) => ({ ...count })) }
  }

  async one(id: IncidentId, who?: Person): DeskResult<IncidentView> {
    const row = await this.#row(id)
    if (row === undefined) return missing()
    return ok(await this.#view(row, who))
  }

  /** The incident, or the one that it was merged into. */
  async #row(id: IncidentId): Promise<IncidentRow | undefined> {
    return await this.#parts.store.incident(id)
  }

  async #view(row: IncidentRow, who?: Person): Promise<IncidentView> {
    const proposals = await this.#blocks.proposals(row.incident, who)
    const { total } = await this.#parts.store.evidence(row.incident.id, { offset: 0, limit: 1 })
    return incidentView(row, proposals, total, this.#parts.clock())
  }

  async decide(
    id: IncidentId,
    state: IncidentView['state'],
    comment: string | undefined,
    who: Person,
  ): DeskResult<IncidentView> {
    const { store, clock, events } = this.#parts
    const before = await this.#row(id)
    if (before === undefined) return missing()
    if (before.state === state) {
      return refuse('refused', `This incident is ${state} already. Load the page again to see who decided that.`)
    }
    const decision = { state, by: who.name, atMs: clock(), ...(comment === undefined ? {} : { comment }) }
    const row = await store.decide(before.incident.id, decision)
    if (row === undefined) return missing()
    await writeDown(this.#parts, who.name, `incident.${state}`, row.incident.id, {
      title: row.incident.title,
      from: before.state,
      ...(comment === undefined ? {} : { comment }),
    })
    events.say('incidents', row.incident.id)
    return ok(await this.#view(row, who))
  }

  async markStep(id: IncidentId, text: string, done: boolean, who: Person): DeskResult<IncidentView> {
    const { store, clock, events } = this.#parts
    const row = await this.#row(id)
    if (row === undefined) return missing()
    if (!row.incident.advice.some(({ now }) => now.includes(text))) {
      return refuse('refused', 'This step is not part of the advice any more. Load the page again.')
    }
    if (done) await store.markStep(row.incident.id, { step: text, by: who.name, atMs: clock() })
    else await store.unmarkStep(row.incident.id, text)
    await writeDown(this.#parts, who.name, done ? 'step.done' : 'step.undone', row.incident.id, { step: text })
    events.say('incidents', row.incident.id)
    return await this.one(row.incident.id, who)
  }

  async addNote(id: IncidentId, text: string, who: Person): DeskResult<IncidentView> {
    const { store, clock, events } = this.#parts
    const row = await this.#row(id)
    if (row === undefined) return missing()
    await store.addNote(row.incident.id, { text, by: who.name, atMs: clock() })
    await writeDown(this.#parts, who.name, 'incident.note', row.incident.id, {})
    events.say('incidents', row.incident.id)
    return await this.one(row.incident.id, who)
  }

  async evidence(
    id: IncidentId,
    page: { readonly findingId?: FindingId; readonly offset: number; readonly limit: number },
  ): DeskResult<EvidenceListView> {
    const row = await this.#row(id)
    if (row === undefined) return missing()
    const { rows, total } = await this.#parts.store.evidence(row.incident.id, page)
    const kinds = new Map(row.incident.findings.map((finding) => [finding.id, finding.kind]))
    const fallback = row.incident.kinds[0] ?? 'limit-reached'
    return ok({ rows: rows.map((line) => evidenceView(line, kinds.get(line.findingId) ?? fallback)), total })
  }

  async open(findingId: FindingId, ordinal: number): DeskResult<EvidenceContextView> {
    const line = await this.#parts.store.evidenceLine(findingId, ordinal)
    if (line === undefined) return refuse('missing', 'This line of evidence is not kept any more.')
    const around = await readAround(line.place, line.bytes, linesAround)
    const shown = (lines: readonly { readonly line: number; readonly bytes: Uint8Array }[]) =>
      lines.map((one) => ({ line: one.line, text: shownBytes(one.bytes) }))
    return ok({
      evidence: evidenceView(line, await this.#kindOf(findingId)),
      before: shown(around.before),
      after: shown(around.after),
      ...(around.note === undefined ? {} : { note: around.note }),
    })
  }

  async #kindOf(findingId: FindingId): Promise<EvidenceContextView['evidence']['kind']> {
    const assigned = (await this.#parts.store.assignments(0)).find((one) => one.findingId === findingId)
    const row = assigned === undefined ? undefined : await this.#row(assigned.incidentId)
    return row?.incident.findings.find(({ id }) => id === findingId)?.kind ?? row?.incident.kinds[0] ?? 'limit-reached'
  }
}
