/** The software of the office's machines as people see it, and the one decision about it: which list is the baseline. */
import { setTimeout as delay } from 'node:timers/promises'
import { limits } from '../core/limits.ts'
import { ok } from '../core/result.ts'
import type { SourceDefinition } from '../sources/definition.ts'
import type {
  SoftwareDifferenceView,
  SoftwareFolderView,
  SoftwareListedView,
  SoftwareListView,
  SoftwarePageView,
  SoftwareQuery,
} from './api/software.ts'
import type { DeskResult, Person } from './desk.ts'
import { type DeskParts, refuse, writeDown } from './desk-parts.ts'
import type { ComparedDifference, ComparedList, ComparisonSummary } from './software/comparison-file.ts'
import type { Comparisons, ShelvedFolder } from './software/comparisons.ts'

/** The setting of the store: who kept which baseline in the console. */
const baselinesSetting = 'software.baselines'

interface KeptBaseline {
  readonly sha256: string
  readonly by: string
}

/** What the part needs beside what all share. */
export interface SoftwareDeskParts extends DeskParts {
  readonly comparisons: Comparisons
  readonly definitions: () => readonly SourceDefinition[]
}

const missing = () => refuse('missing', 'The desk keeps no list of software of this machine and folder.')

/** The software of a desk's machines. */
export class SoftwareDesk {
  readonly #parts: SoftwareDeskParts
  /** Folders whose comparison failed, and until when it is not tried again. */
  readonly #failedUntilMs = new Map<string, number>()

  constructor(parts: SoftwareDeskParts) {
    this.#parts = parts
  }

  async list(): Promise<SoftwareListView> {
    const folders = await this.#parts.comparisons.folders()
    const kept = await this.#kept()
    const views = await Promise.all(folders.map((folder) => this.#view(folder, kept)))
    return {
      folders: views.sort((a, b) => b.severity - a.severity || (a.machine < b.machine ? -1 : 1)),
      hasDrop: this.#parts.definitions().some(({ kind }) => kind === 'drop'),
    }
  }

  async page(id: string, query: SoftwareQuery): DeskResult<SoftwarePageView> {
    const shelved = await this.#find(id)
    if (shelved === undefined) return missing()
    const folder = await this.#view(shelved, await this.#kept())
    const all = folder.state === 'changed' || folder.state === 'unchanged' ? await this.#differences(shelved) : []
    const found = all.filter((difference) => fits(difference, query))
    const { offset = 0, limit = limits.softwareRowsShown } = query
    return ok({ folder, differences: found.slice(offset, offset + limit).map(differenceView), total: found.length })
  }

  async keep(id: string, sha256: string, who: Person): DeskResult<SoftwareFolderView> {
    const shelved = await this.#find(id)
    if (shelved === undefined) return missing()
    const before = await this.#view(shelved, await this.#kept())
    if (before.baseline?.sha256 === sha256) return refuse('refused', 'This list is the baseline already.')
    if (!(await this.#parts.comparisons.keep(shelved, sha256))) {
      return refuse('refused', 'Another list came in the meantime, or this one is damaged. Look at the page again.')
    }
    const { store, events } = this.#parts
    const kept: KeptBaseline[] = (await this.#kept()).filter((each) => each.sha256 !== sha256)
    await store.saveSetting(baselinesSetting, [...kept, { sha256, by: who.name }].slice(-limits.softwareKeptMax))
    const { machine, folder } = before
    await writeDown(this.#parts, who.name, 'software.keep', `${machine}: ${folder}`, { machine, folder, sha256 })
    events.say('software', id)
    const after = await this.#find(id)
    return after === undefined ? missing() : ok(await this.#view(after, await this.#kept()))
  }

  #differences(folder: ShelvedFolder): Promise<readonly ComparedDifference[]> {
    return this.#parts.comparisons.differences(folder)
  }

  async #find(id: string): Promise<ShelvedFolder | undefined> {
    return (await this.#parts.comparisons.folders()).find((folder) => folder.id === id)
  }

  async #kept(): Promise<readonly KeptBaseline[]> {
    const value = await this.#parts.store.setting(baselinesSetting)
    return Array.isArray(value) ? (value as KeptBaseline[]) : []
  }

  async #view(folder: ShelvedFolder, kept: readonly KeptBaseline[]): Promise<SoftwareFolderView> {
    const summary = (await this.#parts.comparisons.summary(folder)) ?? (await this.#compared(folder))
    return typeof summary === 'string' ? unknownView(folder, summary) : folderView(folder, summary, kept)
  }

  /** Waits for the comparison a little; where it takes longer, the page says so and is told when it is done. One that failed
   *  is tried again when somebody looks after a while, so that a page which is told of it does not start it without end. */
  async #compared(folder: ShelvedFolder): Promise<ComparisonSummary | 'comparing' | 'failed'> {
    const { comparisons, events, clock } = this.#parts
    if (clock() < (this.#failedUntilMs.get(folder.id) ?? 0)) return 'failed'
    const done = comparisons.compare(folder).then((isDone) => {
      if (isDone) this.#failedUntilMs.delete(folder.id)
      else this.#failedUntilMs.set(folder.id, clock() + limits.softwareRetryMs)
      return isDone
    })
    const isDone = await Promise.race([done, delay(limits.softwareWaitMs, undefined, { ref: false })])
    if (isDone === true) return (await comparisons.summary(folder)) ?? 'comparing'
    if (isDone === false) return 'failed'
    void done.then(() => events.say('software', folder.id))
    return 'comparing'
  }
}

const none = { changes: [], expected: 0, same: 0, leftOut: 0, severity: 0 }

const unknownView = ({ id, machine }: ShelvedFolder, state: 'comparing' | 'failed'): SoftwareFolderView => ({
  ...{ id, machine, folder: '', state },
  ...none,
})

function folderView(
  { id, machine }: ShelvedFolder,
  summary: ComparisonSummary,
  kept: readonly KeptBaseline[],
): SoftwareFolderView {
  const { latest, baseline, state, changes, expected, same, leftOut, severity } = summary
  const head = latest ?? baseline
  const keptBy = kept.find(({ sha256 }) => sha256 === baseline?.sha256)?.by
  return {
    id,
    machine: latest?.machine ?? machine,
    folder: head?.folder ?? '',
    state,
    ...(latest === undefined ? {} : { latest: listedView(latest) }),
    ...(baseline === undefined
      ? {}
      : {
          baseline: {
            ...listedView(baseline),
            ...(latest === undefined || baseline.machine === latest.machine ? {} : { madeOn: baseline.machine }),
            ...(keptBy === undefined ? {} : { keptBy }),
          },
        }),
    changes: changes.map((change) => ({ ...change })),
    ...{ expected, same, leftOut, severity },
  }
}

const listedView = ({ madeAt, keptAtMs, entries, unread, sha256, fingerprint }: ComparedList): SoftwareListedView => ({
  madeAtMs: Date.parse(madeAt),
  ...{ keptAtMs, entries, unread, sha256, fingerprint },
})

function fits({ kind, path, from, expected }: ComparedDifference, query: SoftwareQuery): boolean {
  const { show = 'unexpected', text = '' } = query
  if (show !== 'all' && (show === 'expected') !== (expected !== undefined)) return false
  if (query.kind !== undefined && query.kind !== kind) return false
  return text === '' || `${path}\n${from ?? ''}`.toLowerCase().includes(text.toLowerCase())
}

const differenceView = (difference: ComparedDifference): SoftwareDifferenceView => ({ ...difference })
