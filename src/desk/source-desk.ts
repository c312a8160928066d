/** The sources of the desk: those of the configuration, those that people added, their listeners, and what is put in by
 *  hand or pushed. The analysis reads them; here they are named, opened and shown. */
import { accessSync, constants, globSync, statSync } from 'node:fs'
import { resolve, sep } from 'node:path'
import type { Readable } from 'node:stream'
import { isSourceId, type SourceId } from '../core/ids.ts'
import { limits } from '../core/limits.ts'
import { ok } from '../core/result.ts'
import { formatNames } from '../formats/formats.ts'
import type { MailUploadDefinition, SourceDefinition, UploadDefinition } from '../sources/definition.ts'
import type { AddSourceBody, RejectListView, SuggestionView, UploadView } from './api/sources.ts'
import type { SourceView } from './api/today.ts'
import type { DeskResult, Person } from './desk.ts'
import { type DeskParts, refuse, writeDown } from './desk-parts.ts'
import { sourceView } from './source-view.ts'

/** What is put in through the console. */
export const uploadSource: UploadDefinition = { id: 'uploads' as SourceId, title: 'Files put in here', kind: 'upload' }

/** Mail among it. */
export const mailUploadSource: MailUploadDefinition = {
  id: 'mail-uploads' as SourceId,
  title: 'Mail put in here',
  kind: 'mail-upload',
}

/** A source, and where its definition comes from. */
export interface KnownSource {
  readonly definition: SourceDefinition
  readonly from: SourceView['from']
}

/** What the desk gives to its sources. */
export interface SourceDeskParts extends DeskParts {
  readonly configured: readonly SourceDefinition[]
  /** Sources of the demonstration, while it is shown. */
  demonstration(): readonly SourceDefinition[]
  /** Told when the definitions change. */
  onDefinitions(definitions: readonly SourceDefinition[]): void
  /** Opens what a definition needs beside the analysis: a port, a drop folder. A sentence where it does not open. */
  open(definition: SourceDefinition): Promise<SourceOpening | undefined>
  readonly intake: Intake
  /** The desk's own data folder, which is no source. */
  readonly privateFolder: string
}

/** A listener or a watcher that works for a source, or why there is none. */
export interface SourceOpening {
  /** How it stands now. */
  state(): { readonly problem: string | undefined; readonly notes: readonly string[]; readonly lost: number }
  close(): Promise<void>
}

/** Where bytes that are pushed or put in go. */
export interface Intake {
  push(
    id: SourceId,
    stream: string,
    body: Readable,
    encoding: string | undefined,
  ): DeskResult<{ readonly lines: number; readonly bytes: number }>
  upload(name: string, body: Readable): DeskResult<UploadView>
  lost(id: SourceId): number
  /** Takes a source's streams away for good. */
  forget(id: SourceId): Promise<void>
}

/** Logs that are often where they are, and what they are called. */
const wellKnown: readonly (readonly [pattern: string, title: string])[] = [
  ['/var/log/nginx/*access*.log', 'Web server (nginx)'],
  ['/var/log/apache2/*access*.log', 'Web server (Apache)'],
  ['/var/log/httpd/*access_log', 'Web server (Apache)'],
  ['/var/log/caddy/*.log', 'Web server (Caddy)'],
  ['/var/log/postgresql/*.json', 'Voter database (PostgreSQL)'],
  ['/var/log/postgresql/*.csv', 'Voter database (PostgreSQL)'],
  ['/var/log/postgresql/*.log', 'Voter database (PostgreSQL)'],
  ['/var/log/mysql/*.log', 'Voter database (MySQL)'],
  ['/var/log/mariadb/*.log', 'Voter database (MariaDB)'],
  ['C:/inetpub/logs/LogFiles/*/*.log', 'Web server (IIS)'],
]

/** All sources of a desk. */
export class SourceDesk {
  readonly #parts: SourceDeskParts
  readonly #open = new Map<SourceId, SourceOpening | undefined>()
  #added: readonly SourceDefinition[] = []

  constructor(parts: SourceDeskParts) {
    this.#parts = parts
  }

  /** Reads what people added, and opens all. */
  async start(): Promise<void> {
    const stored = await this.#parts.store.storedSources()
    this.#added = stored.map(({ definition }) => definition as unknown as SourceDefinition)
    for (const { definition } of this.known) this.#open.set(definition.id, await this.#parts.open(definition))
  }

  /** All sources. */
  get known(): readonly KnownSource[] {
    const { configured, demonstration } = this.#parts
    return [
      ...demonstration().map((definition) => ({ definition, from: 'demonstration' as const })),
      ...configured.map((definition) => ({ definition, from: 'configuration' as const })),
      ...this.#added.map((definition) => ({ definition, from: 'console' as const })),
      { definition: uploadSource, from: 'console' },
      { definition: mailUploadSource, from: 'console' },
    ]
  }

  get definitions(): readonly SourceDefinition[] {
    return this.known.map(({ definition }) => definition)
  }

  /** Sentences about listeners that do not work. */
  get problems(): readonly string[] {
    return [...this.#open.values()].flatMap((opening) => opening?.state().problem ?? [])
  }

  async list(): Promise<readonly SourceView[]> {
    const { store, clock, intake } = this.#parts
    const nowMs = clock()
    const [statuses, hours] = await Promise.all([store.sources(), store.sourceHours(nowMs - 25 * 3_600_000)])
    return this.known.flatMap(({ definition, from }) => {
      const status = statuses.find(({ sourceId }) => sourceId === definition.id)
      // Nothing was put in: the page offers it, and needs no line for it.
      const isUpload = definition.kind === 'upload' || definition.kind === 'mail-upload'
      if (isUpload && (status === undefined || status.bytes === 0)) return []
      const opening = this.#open.get(definition.id)
      const state = opening?.state() ?? { problem: undefined, notes: [], lost: 0 }
      const listener = { ...state, lost: Math.max(intake.lost(definition.id), state.lost) }
      const own = hours.filter(({ sourceId }) => sourceId === definition.id)
      return [sourceView({ definition, from, status, hours: own, listener, nowMs })]
    })
  }

  /** Logs of this machine that are not read yet. */
  suggestions(): readonly SuggestionView[] {
    const followed = new Set(this.definitions.flatMap((one) => (one.kind === 'follow' ? one.paths : [])))
    return wellKnown
      .flatMap(([pattern, title]) => globSync(pattern).map((path) => ({ path, title })))
      .filter(({ path }) => !followed.has(path))
      .slice(0, limits.suggestionsMax)
      .map(({ path, title }) => ({ path, title, ...readability(path) }))
  }

  async add(body: AddSourceBody, who: Person): DeskResult<SourceView> {
    const { store, clock } = this.#parts
    const refusal = this.#refusalOf(body)
    if (refusal !== undefined) return refuse('refused', refusal)
    const id = this.#freeId(body.title)
    const definition: SourceDefinition =
      body.kind === 'push' ? { id, title: body.title, kind: 'push' } : { id, ...body }
    await store.addSource({ id, definition: { ...definition }, addedBy: who.name, addedAtMs: clock() })
    await writeDown(this.#parts, who.name, 'source.add', id, { title: body.title, kind: body.kind })
    this.#added = [...this.#added, definition]
    await this.#changed()
    const view = (await this.list()).find((one) => one.id === id)
    return view === undefined ? refuse('unavailable', 'The source was added. Load the page again to see it.') : ok(view)
  }

  #refusalOf(body: AddSourceBody): string | undefined {
    if (this.#added.length >= limits.addedSourcesMax) return 'There are too many sources already. Remove one first.'
    if (body.kind === 'push') return undefined
    if (body.format !== undefined && !formatNames.includes(body.format)) {
      return `There is no format “${body.format}”. Leave it empty to have it recognised.`
    }
    const relative = body.paths.find((path) => !/^(?:\/|[A-Za-z]:[\\/]|\\\\)/.test(path))
    if (relative !== undefined)
      return `“${relative}” is not a whole path. Write it from / on, such as /var/log/nginx/access.log.`
    const own = body.paths.find((path) => resolve(path).startsWith(`${this.#parts.privateFolder}${sep}`))
    return own === undefined ? undefined : `“${own}” is the desk's own. Name a log of the machine that it watches.`
  }

  /** An id made of the title, that no other source has. */
  #freeId(title: string): SourceId {
    const base =
      title
        .toLowerCase()
        .replace(/[^a-z0-9]+/g, '-')
        .replace(/^-+|-+$/g, '')
        .slice(0, 40) || 'source'
    const taken = new Set<string>(this.known.map(({ definition }) => definition.id))
    for (let n = 1; ; n++) {
      const id = n === 1 ? base : `${base}-${n}`
      if (!taken.has(id) && isSourceId(id)) return id
    }
  }

  async remove(id: SourceId, who: Person): DeskResult<void> {
    if (!this.#added.some((one) => one.id === id)) {
      return refuse(
        'refused',
        'This source stands in the configuration file. Take it out there, and start the desk again.',
      )
    }
    await this.#parts.store.removeSource(id)
    await writeDown(this.#parts, who.name, 'source.remove', id, {})
    this.#added = this.#added.filter((one) => one.id !== id)
    await this.#open.get(id)?.close()
    this.#open.delete(id)
    await this.#changed()
    await this.#parts.intake.forget(id)
    return ok(undefined)
  }

  /** Opens what is new, and tells the analysis. */
  async #changed(): Promise<void> {
    for (const { definition } of this.known) {
      if (!this.#open.has(definition.id)) this.#open.set(definition.id, await this.#parts.open(definition))
    }
    this.#parts.onDefinitions(this.definitions)
    this.#parts.events.say('sources')
  }

  /** Takes note that the demonstration ended: its sources are gone. */
  async forgetAdded(): Promise<void> {
    this.#added = []
    await this.#changed()
  }

  async rejects(id: SourceId): DeskResult<RejectListView> {
    const rows = await this.#parts.store.rejects(id)
    const status = (await this.#parts.store.sources()).find(({ sourceId }) => sourceId === id)
    return ok({
      rows: rows.map(({ ordinal, reject }) => ({
        ordinal,
        place: { ...reject.place },
        reason: reject.reason,
        message: reject.message,
      })),
      total: Math.max(rows.length, status?.rejects ?? 0),
    })
  }

  async push(
    id: SourceId,
    stream: string,
    body: Readable,
    encoding: string | undefined,
  ): DeskResult<{ readonly lines: number; readonly bytes: number }> {
    const source = this.definitions.find((one) => one.id === id)
    if (source?.kind !== 'push') return refuse('missing', 'There is no source of this name that takes pushed lines.')
    return await this.#parts.intake.push(id, stream, body, encoding)
  }

  async upload(name: string, body: Readable, who: Person): DeskResult<UploadView> {
    const done = await this.#parts.intake.upload(name, body)
    if (done.ok) {
      await writeDown(this.#parts, who.name, 'source.upload', done.value.name, { bytes: done.value.bytes })
      this.#parts.events.say('sources')
    }
    return done
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#open.values()].map((opening) => opening?.close()))
    this.#open.clear()
  }
}

function readability(path: string): { readonly message: string; readonly readable: boolean } {
  try {
    accessSync(path, constants.R_OK)
    const megabytes = Math.ceil(statSync(path).size / 1e6)
    return { message: `${megabytes} MB, can be read.`, readable: true }
  } catch {
    return {
      message:
        'The desk may not read this file. Ask IT to add the user that runs Bellwether to the group of the log, often “adm”.',
      readable: false,
    }
  }
}
