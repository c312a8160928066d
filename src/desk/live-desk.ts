/** The running desk: its parts behind the one face that server and commands see. It decides nothing itself. */
import { statSync } from 'node:fs'
import { statfs } from 'node:fs/promises'
import type { IncidentId } from '../core/ids.ts'
import type { Office } from '../core/office.ts'
import { ok } from '../core/result.ts'
import { dayInWords } from '../core/times.ts'
import type { IncidentQuery } from '../store/store.ts'
import type { AnalysisThread } from './analysis/analysis-thread.ts'
import type { IncidentSummaryView } from './api/incidents.ts'
import type { AuditListView } from './api/settings.ts'
import type { TodayView } from './api/today.ts'
import type { ArchiveUpkeep } from './archive-upkeep.ts'
import { auditSentence } from './audit-sentence.ts'
import type { BlockDesk } from './block-desk.ts'
import type { Configuration } from './config/config.ts'
import { explainConfiguration } from './config/explain.ts'
import type { DataFolder } from './data-folder.ts'
import type { Demonstration } from './demonstration.ts'
import type { Desk, DeskFigures, DeskResult, Person } from './desk.ts'
import { type DeskParts, refuse, writeDown } from './desk-parts.ts'
import type { HuntDesk } from './hunt-desk.ts'
import type { IncidentDesk } from './incident-desk.ts'
import { summaryView } from './incident-view.ts'
import type { MailPart } from './mail/mail-part.ts'
import type { RuleDesk } from './rule-desk.ts'
import type { SoftwareDesk } from './software-desk.ts'
import type { SourceDesk } from './source-desk.ts'
import { isPressing, todayView } from './today.ts'

/** The parts of a running desk. */
export interface LiveDeskParts extends DeskParts {
  readonly version: string
  readonly folder: DataFolder
  readonly configuration: Configuration
  readonly configurationPath: string
  readonly startedAtMs: number
  readonly incidents: IncidentDesk
  readonly sources: SourceDesk
  readonly blocks: BlockDesk
  readonly hunts: HuntDesk
  readonly mail: MailPart
  readonly rules: RuleDesk
  readonly software: SoftwareDesk
  readonly upkeep: ArchiveUpkeep | undefined
  readonly analysis: () => AnalysisThread
  readonly demonstration: () => Demonstration | undefined
  /** Sentences about what is wrong beside the parts' own. */
  readonly troubles: () => readonly string[]
  readonly endDemonstration: () => Promise<void>
  readonly close: () => Promise<void>
}

const openStates = ['new', 'acknowledged', 'contained'] as const

/** The desk over its parts. */
export class LiveDesk implements Desk {
  readonly version: string
  readonly office: Office
  readonly #parts: LiveDeskParts

  constructor(parts: LiveDeskParts) {
    this.#parts = parts
    this.version = parts.version
    this.office = parts.configuration.office
  }

  get isDemonstration(): boolean {
    return this.#parts.demonstration() !== undefined
  }

  #problems(): readonly string[] {
    const { analysis, blocks, sources, troubles } = this.#parts
    return [...new Set([...analysis().troubles, ...blocks.problems, ...sources.problems, ...troubles()])]
  }

  async health(): ReturnType<Desk['health']> {
    const problems = [...this.#problems()]
    try {
      await this.#parts.store.setting('health')
    } catch {
      problems.push('The store does not answer.')
      return { isHealthy: false, problems }
    }
    return { isHealthy: analysisWorks(this.#parts.analysis()), problems }
  }

  async figures(): Promise<DeskFigures> {
    const { store, analysis, upkeep, clock } = this.#parts
    const [statuses, counts, blocks] = await Promise.all([
      store.sources(),
      store.incidentCounts(),
      store.blocks('active'),
    ])
    const sum = (of: (status: (typeof statuses)[number]) => number) =>
      statuses.reduce((total, one) => total + of(one), 0)
    const { commitMs, checkpointMs, checkpointBytes, findings } = analysis().figures
    return {
      recordsTotal: sum(({ records }) => records),
      rejectsTotal: sum(({ rejects }) => rejects),
      bytesTotal: sum(({ bytes }) => bytes),
      lostTotal: sum(({ lost }) => lost),
      backlogBytes: sum(({ backlogBytes }) => backlogBytes),
      findingsTotal: findings,
      commitSeconds: commitMs / 1000,
      checkpointSeconds: checkpointMs / 1000,
      checkpointBytes,
      archiveBytes: upkeep?.bytes() ?? 0,
      incidentsOpen: counts.filter(({ state }) => state !== 'closed').reduce((total, { count }) => total + count, 0),
      blocksActive: blocks.filter(({ expiresAtMs }) => expiresAtMs > clock()).length,
    }
  }

  subscribe: Desk['subscribe'] = (listener) => this.#parts.events.subscribe(listener)

  async today(): Promise<TodayView> {
    const { store, sources, clock, startedAtMs } = this.#parts
    const open = { states: openStates, order: 'severity', offset: 0, limit: 50 } as const
    const latest = { levelMin: 'medium', order: 'latest', offset: 0, limit: 1 } as const
    const [listed, last, views] = await Promise.all([store.incidents(open), store.incidents(latest), sources.list()])
    const lastTroubleMs = last.rows[0]?.incident.lastSeenMs
    const rows = listed.rows.map(summaryView)
    return todayView({
      open: rows,
      openCount: listed.total,
      firstStep: await this.#firstStep(rows.find(isPressing)),
      sources: views,
      problems: this.#problems(),
      lastTroubleMs,
      watchingSinceMs: (await this.#watchingSince()) ?? startedAtMs,
      nowMs: clock(),
      demonstration: this.#demonstrationView(),
    })
  }

  /** What a person does first about an incident that nobody has looked at. */
  async #firstStep(incident: IncidentSummaryView | undefined): Promise<string | undefined> {
    if (incident?.state !== 'new') return undefined
    const row = await this.#parts.store.incident(incident.id as IncidentId)
    const done = new Set(row?.steps.map(({ step }) => step))
    return row?.incident.advice.flatMap(({ now }) => now).find((step) => !done.has(step))
  }

  async #watchingSince(): Promise<number | undefined> {
    const kept = await this.#parts.store.setting(watchingSince)
    return typeof kept === 'number' ? kept : undefined
  }

  #demonstrationView(): TodayView['demonstration'] {
    const demonstration = this.#parts.demonstration()
    if (demonstration === undefined) return undefined
    const { progress, atMs, isDone } = demonstration.state
    const when = atMs > 0 ? ` It is ${dayInWords(atMs)} in the recording.` : ''
    return {
      progress,
      isDone,
      sentence: isDone
        ? 'This is a made-up recording of an invented county under attack. Look around, click everything; nothing here is real.'
        : `A made-up recording of an invented county is played, two days in half a minute.${when}`,
    }
  }

  incidents: Desk['incidents'] = (query: IncidentQuery) => this.#parts.incidents.list(query)
  incident: Desk['incident'] = (id) => this.#parts.incidents.one(id)
  decide: Desk['decide'] = (id, state, comment, who) => this.#parts.incidents.decide(id, state, comment, who)
  markStep: Desk['markStep'] = (id, text, done, who) => this.#parts.incidents.markStep(id, text, done, who)
  addNote: Desk['addNote'] = (id, text, who) => this.#parts.incidents.addNote(id, text, who)
  evidence: Desk['evidence'] = (id, page) => this.#parts.incidents.evidence(id, page)
  openEvidence: Desk['openEvidence'] = (id, ordinal) => this.#parts.incidents.open(id, ordinal)

  sources: Desk['sources'] = () => this.#parts.sources.list()
  suggestions: Desk['suggestions'] = async () => await Promise.resolve(this.#parts.sources.suggestions())
  addSource: Desk['addSource'] = (body, who) => this.#parts.sources.add(body, who)
  removeSource: Desk['removeSource'] = (id, who) => this.#parts.sources.remove(id, who)
  rejects: Desk['rejects'] = (id) => this.#parts.sources.rejects(id)
  push: Desk['push'] = (id, stream, body, encoding) => this.#parts.sources.push(id, stream, body, encoding)
  upload: Desk['upload'] = (name, body, who) => this.#parts.sources.upload(name, body, who)

  blockList: Desk['blockList'] = () => this.#parts.blocks.list()
  block: Desk['block'] = (body, who) => this.#parts.blocks.block(body, who)
  lift: Desk['lift'] = (id, who) => this.#parts.blocks.lift(id, who)
  addNeverBlock: Desk['addNeverBlock'] = (network, reason, who) => this.#parts.blocks.addNever(network, reason, who)
  removeNeverBlock: Desk['removeNeverBlock'] = (network, who) => this.#parts.blocks.removeNever(network, who)
  setAutomaticKinds: Desk['setAutomaticKinds'] = (kinds, who) => this.#parts.blocks.setAutomatic(kinds, who)
  blockDownload: Desk['blockDownload'] = (name) => this.#parts.blocks.download(name)

  huntPage: Desk['huntPage'] = () => this.#parts.hunts.page()
  hunt: Desk['hunt'] = (body, who) => this.#parts.hunts.hunt(body, who)
  sql: Desk['sql'] = (sql, who) => this.#parts.hunts.sql(sql, who)
  addIndicators: Desk['addIndicators'] = (name, text, who) => this.#parts.hunts.addIndicators(name, text, who)
  removeIndicators: Desk['removeIndicators'] = (name, who) => this.#parts.hunts.removeIndicators(name, who)

  mails: Desk['mails'] = (query) => this.#parts.mail.desk.list(query)
  mail: Desk['mail'] = (id) => this.#parts.mail.desk.one(id)
  checkMail: Desk['checkMail'] = (source) => this.#parts.mail.desk.check(source)
  mailDownload: Desk['mailDownload'] = (id, what) => this.#parts.mail.desk.download(id, what)
  mailInstructions: Desk['mailInstructions'] = (id) => this.#parts.mail.desk.instructions(id)
  registry: Desk['registry'] = () => this.#parts.mail.registry.view()
  saveIdentity: Desk['saveIdentity'] = (identity, who) => this.#parts.mail.registry.save(identity, who)
  removeIdentity: Desk['removeIdentity'] = (id, who) => this.#parts.mail.registry.remove(id, who)
  importIdentities: Desk['importIdentities'] = (name, text, who) => this.#parts.mail.registry.import(name, text, who)
  rulesPage: Desk['rulesPage'] = () => this.#parts.rules.page()
  rules: Desk['rules'] = (query) => this.#parts.rules.list(query)
  rule: Desk['rule'] = (id) => this.#parts.rules.one(id)
  switchRuleOff: Desk['switchRuleOff'] = (id, reason, who) => this.#parts.rules.switchOff(id, reason, who)
  switchRuleOn: Desk['switchRuleOn'] = (id, who) => this.#parts.rules.switchOn(id, who)

  software: Desk['software'] = () => this.#parts.software.list()
  softwareOf: Desk['softwareOf'] = (id, query) => this.#parts.software.page(id, query)
  keepSoftware: Desk['keepSoftware'] = (id, sha256, who) => this.#parts.software.keep(id, sha256, who)

  exportIdentities: Desk['exportIdentities'] = () => this.#parts.mail.registry.export()

  async settings(): ReturnType<Desk['settings']> {
    const { folder, configuration, configurationPath, upkeep } = this.#parts
    const disk = await statfs(folder.path)
    return {
      officeName: configuration.office.name,
      version: this.version,
      configuration: { path: configurationPath, entries: [...explainConfiguration(configuration)] },
      storage: {
        store: configuration.databaseUrl === undefined ? folder.storePath : 'a PostgreSQL database',
        storeBytes: sizeOf(folder.storePath),
        archiveBytes: upkeep?.bytes() ?? 0,
        freeBytes: disk.bavail * disk.bsize,
        keepDays: configuration.archive.keepDays,
      },
    }
  }

  async auditTrail(query: Parameters<Desk['auditTrail']>[0]): Promise<AuditListView> {
    const { before, ...rest } = query
    const { store } = this.#parts
    const [rows, broken] = await Promise.all([
      store.auditRows({ ...rest, ...(before === undefined ? {} : { beforeSequence: before }) }),
      store.auditBreak(),
    ])
    return {
      rows: rows.map((row) => ({
        sequence: row.sequence,
        atMs: row.atMs,
        who: row.who,
        action: row.action,
        sentence: auditSentence(row),
        object: row.object,
        hash: row.hash,
      })),
      whole: broken === undefined,
      ...(broken === undefined ? {} : { brokenAt: broken }),
    }
  }

  async endDemonstration(who: Person): DeskResult<void> {
    if (!this.isDemonstration) return refuse('refused', 'There is no demonstration to end.')
    await this.#parts.endDemonstration()
    await writeDown(this.#parts, who.name, 'demonstration.end', 'the desk', {})
    this.#parts.events.say('today')
    return ok(undefined)
  }

  close(): Promise<void> {
    return this.#parts.close()
  }
}

/** Since when the desk keeps watch: set at the first start, and when a demonstration ends. */
export const watchingSince = 'desk.watching-since'

const analysisWorks = (analysis: AnalysisThread): boolean => analysis.isRunning

function sizeOf(path: string): number {
  try {
    return statSync(path).size
  } catch {
    // The store is elsewhere.
    return 0
  }
}
