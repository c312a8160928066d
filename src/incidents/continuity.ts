/** Keeps an incident's id what it was when it was first told of: later findings join it, and two incidents that turn out
 *  to be one become the older one. Ids are otherwise derived from content. */
import type { FindingId, IncidentId } from '../core/ids.ts'
import type { Incident } from './incident.ts'

/** An incident that is part of another one now. */
export interface Merged {
  readonly id: IncidentId
  readonly into: IncidentId
}

/** Which incident each finding was told of under. */
export class Continuity {
  readonly #assigned = new Map<FindingId, IncidentId>()
  /** In the order in which incidents were first told of. */
  readonly #order = new Map<IncidentId, number>()

  constructor(assignments: Iterable<{ readonly findingId: FindingId; readonly incidentId: IncidentId }> = []) {
    for (const { findingId, incidentId } of assignments) this.#assign(findingId, incidentId)
  }

  #assign(finding: FindingId, incident: IncidentId): void {
    this.#assigned.set(finding, incident)
    if (!this.#order.has(incident)) this.#order.set(incident, this.#order.size)
  }

  /** The incidents under the ids that they have for good, and what was merged by it. */
  keep(built: readonly Incident[]): { readonly incidents: readonly Incident[]; readonly merged: readonly Merged[] } {
    const merged: Merged[] = []
    const taken = new Set<IncidentId>()
    const claims = built
      .map((incident) => ({ incident, known: this.#known(incident) }))
      .sort((a, b) => this.#age(a.known[0]) - this.#age(b.known[0]))
    const ids = new Map<Incident, IncidentId>()
    for (const { incident, known } of claims) {
      const id = known.find((one) => !taken.has(one)) ?? fresh(incident.id, taken, this.#order)
      taken.add(id)
      ids.set(incident, id)
      for (const { id: finding } of incident.findings) this.#assign(finding, id)
      for (const other of known) if (other !== id && !taken.has(other)) merged.push({ id: other, into: id })
    }
    // What another group still holds is not merged: its findings were told apart again.
    const alive = new Set(ids.values())
    return {
      incidents: built.map((incident) => ({ ...incident, id: ids.get(incident) as IncidentId })),
      merged: merged.filter(({ id }) => !alive.has(id)),
    }
  }

  /** Ids that an incident's findings were told of under, the oldest first. */
  #known(incident: Incident): IncidentId[] {
    const known = new Set<IncidentId>()
    for (const { id } of incident.findings) {
      const assigned = this.#assigned.get(id)
      if (assigned !== undefined) known.add(assigned)
    }
    return [...known].sort((a, b) => this.#age(a) - this.#age(b))
  }

  #age(id: IncidentId | undefined): number {
    return id === undefined ? Number.POSITIVE_INFINITY : (this.#order.get(id) ?? Number.POSITIVE_INFINITY)
  }

  /** Forgets findings that are over. */
  forget(isOver: (id: FindingId) => boolean): void {
    for (const id of this.#assigned.keys()) if (isOver(id)) this.#assigned.delete(id)
    const alive = new Set(this.#assigned.values())
    for (const id of this.#order.keys()) if (!alive.has(id)) this.#order.delete(id)
  }
}

/** A new incident's own id, unless an earlier incident that was told apart from it has it already. */
function fresh(id: IncidentId, taken: ReadonlySet<IncidentId>, known: ReadonlyMap<IncidentId, number>): IncidentId {
  let candidate = id
  while (taken.has(candidate) || known.has(candidate)) candidate = nextId(candidate)
  return candidate
}

/** The last digit of the id, counted up: told apart from the first without a second kind of id. */
function nextId(id: IncidentId): IncidentId {
  const last = (Number.parseInt(id.slice(-8), 16) + 1) >>> 0
  return `${id.slice(0, -8)}${last.toString(16).padStart(8, '0')}` as IncidentId
}
