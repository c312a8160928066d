/** The desk as the server and the commands see it: what it shows, and what people decide through it. Every verb that
 *  changes something takes who does it, and leaves a row in the audit trail. */
import type { Readable } from 'node:stream'
import type { BlockId, FindingId, IncidentId, SourceId } from '../core/ids.ts'
import type { Office } from '../core/office.ts'
import type { Result } from '../core/result.ts'
import type { MailQuery } from '../store/mails.ts'
import type { IncidentQuery } from '../store/store.ts'
import type { AddBlockBody, BlockListView, BlockView } from './api/blocks.ts'
import type { HuntAnswerView, HuntBody, HuntPageView, SqlAnswerView } from './api/hunt.ts'
import type { EvidenceContextView, EvidenceListView, IncidentListView, IncidentView } from './api/incidents.ts'
import type {
  IdentityBody,
  MailDownload,
  MailInstructionsView,
  MailListView,
  MailView,
  RegistryImportedView,
  RegistryView,
} from './api/mail.ts'
import type { RuleListView, RuleQuery, RulesPageView, RuleView } from './api/rules.ts'
import type { AuditListView, SettingsView } from './api/settings.ts'
import type { SoftwareFolderView, SoftwareListView, SoftwarePageView, SoftwareQuery } from './api/software.ts'
import type { AddSourceBody, RejectListView, SuggestionView, UploadView } from './api/sources.ts'
import type { DeskEvent, SourceView, TodayView } from './api/today.ts'

/** Why a request to the desk was refused: `missing` there is no such thing; `refused` it may not be; `busy` try again
 *  later; `unavailable` a part of the desk is away. `message` is a plain sentence. */
export interface DeskProblem {
  readonly code: 'missing' | 'refused' | 'busy' | 'unavailable'
  readonly message: string
}
/** The answer of a verb that may be refused. */
export type DeskResult<T> = Promise<Result<T, DeskProblem>>

/** Who asks, for the audit trail. `address` is where the person sits, which must not be blocked by accident. */
export interface Person {
  readonly name: string
  readonly address: string
}

/** Figures for /metrics, in the units of their names. */
export interface DeskFigures {
  readonly recordsTotal: number
  readonly rejectsTotal: number
  readonly bytesTotal: number
  readonly lostTotal: number
  readonly backlogBytes: number
  readonly findingsTotal: number
  readonly commitSeconds: number
  readonly checkpointSeconds: number
  readonly checkpointBytes: number
  readonly archiveBytes: number
  readonly incidentsOpen: number
  readonly blocksActive: number
}

/** A running desk. */
export interface Desk {
  readonly version: string
  readonly office: Office
  /** True while the demonstration is shown. */
  readonly isDemonstration: boolean
  /** Healthy: analysis runs and the store answers. */
  health(): Promise<{ readonly isHealthy: boolean; readonly problems: readonly string[] }>
  figures(): Promise<DeskFigures>
  /** Calls back on every change until the returned function is called. */
  subscribe(listener: (event: DeskEvent) => void): () => void

  today(): Promise<TodayView>

  incidents(query: IncidentQuery): Promise<IncidentListView>
  incident(id: IncidentId): DeskResult<IncidentView>
  decide(
    id: IncidentId,
    state: IncidentView['state'],
    comment: string | undefined,
    who: Person,
  ): DeskResult<IncidentView>
  markStep(id: IncidentId, text: string, done: boolean, who: Person): DeskResult<IncidentView>
  addNote(id: IncidentId, text: string, who: Person): DeskResult<IncidentView>
  evidence(
    id: IncidentId,
    page: { readonly findingId?: FindingId; readonly offset: number; readonly limit: number },
  ): DeskResult<EvidenceListView>
  /** A line of evidence with its surroundings. */
  openEvidence(findingId: FindingId, ordinal: number): DeskResult<EvidenceContextView>

  sources(): Promise<readonly SourceView[]>
  suggestions(): Promise<readonly SuggestionView[]>
  addSource(body: AddSourceBody, who: Person): DeskResult<SourceView>
  removeSource(id: SourceId, who: Person): DeskResult<void>
  rejects(id: SourceId): DeskResult<RejectListView>
  /** Keeps what a sender pushes; resolves once it is on disk. */
  push(
    id: SourceId,
    stream: string,
    body: Readable,
    encoding: string | undefined,
  ): DeskResult<{ readonly lines: number; readonly bytes: number }>
  upload(name: string, body: Readable, who: Person): DeskResult<UploadView>

  blockList(): Promise<BlockListView>
  block(body: AddBlockBody, who: Person): DeskResult<BlockView>
  lift(id: BlockId, who: Person): DeskResult<BlockView>
  addNeverBlock(network: string, reason: string, who: Person): DeskResult<void>
  removeNeverBlock(network: string, who: Person): DeskResult<void>
  setAutomaticKinds(kinds: readonly string[], who: Person): DeskResult<void>
  /** A rendering of the list to fetch: `feed.txt`, `aws-waf-ipv4.json`… with its media type. */
  blockDownload(name: string): DeskResult<{ readonly mediaType: string; readonly body: string }>

  huntPage(): Promise<HuntPageView>
  hunt(body: HuntBody, who: Person): DeskResult<HuntAnswerView>
  sql(sql: string, who: Person): DeskResult<SqlAnswerView>
  addIndicators(name: string, text: string, who: Person): DeskResult<{ readonly huntId: string }>
  removeIndicators(name: string, who: Person): DeskResult<void>

  /** Flagged mail, latest first. */
  mails(query: MailQuery): Promise<MailListView>
  mail(id: string): DeskResult<MailView>
  /** A mail's source that somebody pasted: judged as others are, and not remembered. */
  checkMail(source: Uint8Array): DeskResult<MailView>
  mailDownload(
    id: string,
    what: MailDownload,
  ): DeskResult<{ readonly mediaType: string; readonly fileName: string; readonly body: Uint8Array }>
  mailInstructions(id: string): DeskResult<MailInstructionsView>
  registry(): Promise<RegistryView>
  /** Adds an identity, or takes the place of the one with its id. */
  saveIdentity(identity: IdentityBody, who: Person): DeskResult<RegistryView>
  /** Removes an identity of the office's own; of a shipped one, the office's version of it. */
  removeIdentity(id: string, who: Person): DeskResult<RegistryView>
  importIdentities(name: string, text: string, who: Person): DeskResult<RegistryImportedView>
  /** The office's own entries as a signed list, to hand to others. */
  exportIdentities(): DeskResult<{ readonly mediaType: string; readonly fileName: string; readonly body: Uint8Array }>
  /** What stands above the list of detection rules: sets, counts, coverage, what waits and what cannot be used. */
  rulesPage(): DeskResult<RulesPageView>
  rules(query: RuleQuery): DeskResult<RuleListView>
  rule(id: string): DeskResult<RuleView>
  /** From now on the rule makes no findings. */
  switchRuleOff(id: string, reason: string, who: Person): DeskResult<RuleView>
  switchRuleOn(id: string, who: Person): DeskResult<RuleView>

  software(): Promise<SoftwareListView>
  softwareOf(id: string, query: SoftwareQuery): DeskResult<SoftwarePageView>
  /** Makes the list that came last the baseline, where it is still the one with this hash. */
  keepSoftware(id: string, sha256: string, who: Person): DeskResult<SoftwareFolderView>

  /** Settings without accounts, which the server adds. */
  settings(): Promise<Omit<SettingsView, 'accounts'>>
  auditTrail(query: {
    readonly who?: string
    readonly action?: string
    readonly object?: string
    readonly before?: number
    readonly limit: number
  }): Promise<AuditListView>

  /** Ends the demonstration: removes what it brought and starts for real. */
  endDemonstration(who: Person): DeskResult<void>
  /** Stops within `limits.stopMsMax`; what was accepted is kept. */
  close(): Promise<void>
}
