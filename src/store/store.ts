/** The store port: what the desk keeps, in the verbs of its domain. Adapters (sqlite/, postgres/) pass one contract
 *  suite. Values come back as they were given; what a value means is decided elsewhere. */
import type { Finding, FindingKind, Level } from '../core/finding.ts'
import type { AccountId, BlockId, FindingId, IncidentId, SourceId } from '../core/ids.ts'
import type { Place, Reject } from '../core/place.ts'
import type { Result } from '../core/result.ts'
import type { Incident, IncidentState } from '../incidents/incident.ts'
import type { Block } from '../response/block.ts'
import type { CampaignSize, MailQuery, MailRow } from './mails.ts'

/** Why a store cannot be used or a verb could not be carried out. `message` is one sentence with the mend. */
export interface StoreProblem {
  readonly code:
    | 'newer-version'
    | 'damaged'
    | 'read-only'
    | 'disk-full'
    | 'in-use'
    | 'unreachable'
    | 'not-a-store'
    | 'other'
  readonly message: string
}

// ---- what the analysis writes -------------------------------------------------------------------------------------

/** A line of evidence, numbered from 0 within its finding; `bytes` without the line's terminator. */
export interface EvidenceRow {
  readonly findingId: FindingId
  readonly ordinal: number
  readonly sourceId: SourceId
  readonly place: Place
  readonly timeMs: number
  readonly bytes: Uint8Array
}

/** What a source brought in one hour (UTC) of the desk's clock; absolute values. */
export interface SourceHour {
  readonly sourceId: SourceId
  readonly hourMs: number
  readonly records: number
  readonly rejects: number
  readonly bytes: number
  /** Messages known to be lost before they reached the desk (UDP). */
  readonly lost: number
}

/** How a source stands; absolute values. */
export interface SourceStatus {
  readonly sourceId: SourceId
  readonly format: string | undefined
  readonly state: 'waiting' | 'reading' | 'live' | 'silent' | 'failed'
  /** A plain sentence where `failed` or where something is odd. */
  readonly message: string | undefined
  readonly records: number
  readonly rejects: number
  readonly bytes: number
  readonly lost: number
  /** Bytes known to wait behind the position. */
  readonly backlogBytes: number
  readonly lastRecordMs: number | undefined
  readonly lastArrivalMs: number | undefined
}

/** A reject kept for showing: numbered from 0 within its source, at most `limits.rejectsKeptMax` a source. */
export interface RejectRow {
  readonly sourceId: SourceId
  readonly ordinal: number
  readonly reject: Reject
}

/** What one step of the analysis brings: absolute values under derived ids, so that writing it twice changes nothing. */
export interface Commit {
  readonly findings: readonly Finding[]
  readonly evidence: readonly EvidenceRow[]
  /** At most `limits.incidentFindingsMax` findings each; `assigned` has all. */
  readonly incidents: readonly Incident[]
  /** Which incident the findings of this commit belong to now. */
  readonly assigned: readonly { readonly findingId: FindingId; readonly incidentId: IncidentId }[]
  /** Incidents that turned out to be part of an older one. */
  readonly merged: readonly { readonly id: IncidentId; readonly into: IncidentId }[]
  readonly sources: readonly SourceStatus[]
  readonly hours: readonly SourceHour[]
  readonly rejects: readonly RejectRow[]
  readonly mails?: readonly MailRow[]
  /** All that the analysis needs to go on from here; replaces the one before. */
  readonly checkpoint?: Checkpoint
}

/** The analysis at one moment: opaque to the store. `version` is that of the analysis, which refuses others' states. */
export interface Checkpoint {
  readonly version: string
  readonly takenAtMs: number
  readonly state: Uint8Array
}

// ---- what people see and decide --------------------------------------------------------------------------------------

/** An incident with what people did about it. `state` is effective: an incident that was closed and was seen again is
 *  `new` with `seenAgain` true. */
export interface IncidentRow {
  readonly incident: Incident
  readonly state: IncidentState
  readonly seenAgain: boolean
  /** When it was first and last stored, desk's clock. */
  readonly createdAtMs: number
  readonly updatedAtMs: number
  readonly mergedInto?: IncidentId
  /** Younger incidents that turned out to be part of this one; what people did about them is told here too. */
  readonly mergedFrom?: readonly IncidentId[]
  readonly history: readonly IncidentDecision[]
  readonly steps: readonly StepDone[]
  readonly notes: readonly Note[]
}

/** The list form of an incident: without findings, notes and steps. */
export type IncidentSummary = Omit<IncidentRow, 'incident' | 'history' | 'steps' | 'notes'> & {
  readonly incident: Omit<Incident, 'findings' | 'timeline' | 'advice'>
}

/** What a person decided about an incident. */
export interface IncidentDecision {
  readonly state: IncidentState
  readonly by: string
  readonly atMs: number
  readonly comment?: string
  /** `lastSeenMs` of the incident at that moment, to know later whether it was seen again. */
  readonly lastSeenMs: number
}

/** A step of the advice that somebody ticked. `step` is the step's text: it is what the person read. */
export interface StepDone {
  readonly step: string
  readonly by: string
  readonly atMs: number
}

/** What a person wrote beside an incident. */
export interface Note {
  readonly text: string
  readonly by: string
  readonly atMs: number
}

/** Which incidents a list shows, in which order, and which page of them. */
export interface IncidentQuery {
  readonly states?: readonly IncidentState[]
  readonly levelMin?: Level
  readonly kinds?: readonly FindingKind[]
  /** Seen at or after, at or before. */
  readonly fromMs?: number
  readonly untilMs?: number
  /** Words that stand in title, story, actors or targets; matched as they are, without regard to case. */
  readonly text?: string
  /** Most severe and latest first, or latest first. */
  readonly order: 'severity' | 'latest'
  readonly offset: number
  readonly limit: number
}

export const roles = ['official', 'analyst', 'tester', 'viewer'] as const
/** What an account may do. */
export type Role = (typeof roles)[number]

/** A person who signs in. */
export interface Account {
  readonly id: AccountId
  readonly name: string
  readonly role: Role
  readonly createdAtMs: number
  readonly disabled: boolean
  /** scrypt parameters, salt and hash in PHC text form; undefined where only passkeys sign in. */
  readonly passwordHash?: string
  /** Base32 (RFC 4648) secret of RFC 6238, sealed with the desk's key. */
  readonly totpSealed?: string
  /** The last TOTP step used: a code works once. */
  readonly totpLastStep?: number
}

/** A WebAuthn credential. `publicKey` is COSE; ids are base64url. */
export interface Passkey {
  readonly id: string
  readonly accountId: AccountId
  readonly publicKey: Uint8Array
  readonly counter: number
  readonly transports: readonly string[]
  readonly name: string
  readonly createdAtMs: number
}

/** `tokenHash` is SHA-256 in hexadecimal; the token itself is never stored. */
export interface Session {
  readonly tokenHash: string
  readonly accountId: AccountId
  readonly csrfToken: string
  readonly createdAtMs: number
  readonly lastSeenMs: number
  readonly expiresAtMs: number
  readonly agent: string
}

/** A link that works once: the first account, an invitation, a reset. */
export interface SignInLink {
  readonly tokenHash: string
  readonly purpose: 'first-account' | 'invitation' | 'reset'
  readonly role: Role
  readonly accountId?: AccountId
  readonly createdBy: string
  readonly expiresAtMs: number
}

/** A token that a sender of HTTP push holds. */
export interface PushToken {
  readonly tokenHash: string
  readonly sourceId: SourceId
  readonly name: string
  readonly createdBy: string
  readonly createdAtMs: number
  readonly lastUsedMs?: number
}

/** One decision or act of a person or of the desk itself. Details hold no voter data. */
export interface AuditEntry {
  readonly atMs: number
  /** The account's name, or `the desk`. */
  readonly who: string
  /** A verb of the domain: `incident.acknowledge`, `block.apply`, `account.create`, `sign-in`… */
  readonly action: string
  /** What it was done to: an id, a name. */
  readonly object: string
  readonly details: Readonly<Record<string, string | number | boolean | readonly string[]>>
}

/** An entry in its place in the chain: `hash` is SHA-256 over `previous` and the entry's canonical JSON. */
export interface AuditRow extends AuditEntry {
  /** From 1, without gaps. */
  readonly sequence: number
  readonly previous: string
  readonly hash: string
}

/** A source that was added in the console; those of the configuration file are not stored. `definition` is checked by
 *  the desk, which wrote it. */
export interface StoredSource {
  readonly id: SourceId
  readonly definition: Readonly<Record<string, unknown>>
  readonly addedBy: string
  readonly addedAtMs: number
}

/** How often a detection rule fired. `rule` as findings name it; `incidentId` is the incident of the last time. */
export interface RuleFires {
  readonly rule: string
  readonly findings: number
  readonly hits: number
  readonly lastSeenMs: number
  readonly incidentId?: IncidentId
}

/** One saved search over the archive, or the backward search that a new indicator list caused. */
export interface HuntRecord {
  readonly id: string
  readonly title: string
  readonly query: Readonly<Record<string, unknown>>
  readonly by: string
  readonly atMs: number
  readonly state: 'running' | 'done' | 'failed'
  /** Number of matching records, and a few sentences. */
  readonly matches: number
  readonly summary: readonly string[]
}

// ---- the port -----------------------------------------------------------------------------------------------------------

/** All verbs are atomic. They reject with a `StoreError` where the world is in the way (disk full, server away): the
 *  caller tries again or says so; nothing is half done. */
export interface Store {
  // the analysis
  commit(commit: Commit): Promise<void>
  checkpoint(): Promise<Checkpoint | undefined>
  /** Which incident each finding was last stored under, for findings seen at or after a time. */
  assignments(sinceMs: number): Promise<readonly { readonly findingId: FindingId; readonly incidentId: IncidentId }[]>

  // incidents
  incidents(query: IncidentQuery): Promise<{ readonly rows: readonly IncidentSummary[]; readonly total: number }>
  /** Counts of incidents by effective state and level, for the head of the page. */
  incidentCounts(): Promise<readonly { readonly state: IncidentState; readonly level: Level; readonly count: number }[]>
  incident(id: IncidentId): Promise<IncidentRow | undefined>
  decide(id: IncidentId, decision: Omit<IncidentDecision, 'lastSeenMs'>): Promise<IncidentRow | undefined>
  markStep(id: IncidentId, step: StepDone): Promise<void>
  unmarkStep(id: IncidentId, step: string): Promise<void>
  addNote(id: IncidentId, note: Note): Promise<void>
  /** Lines of evidence of an incident, in the order of time; `findingId` narrows it. Where lines are long, `rows` are
   *  fewer than asked for (at least one, `limits.evidencePageBytesMax` in all): the next page begins behind them. */
  evidence(
    id: IncidentId,
    page: { readonly findingId?: FindingId; readonly offset: number; readonly limit: number },
  ): Promise<{ readonly rows: readonly EvidenceRow[]; readonly total: number }>
  evidenceLine(findingId: FindingId, ordinal: number): Promise<EvidenceRow | undefined>
  /** How often detection rules fired in findings seen at or after a time, the latest `limits.ruleFindingsCountedMax` of
   *  them; rules that did not fire are left out. */
  ruleFires(sinceMs: number): Promise<readonly RuleFires[]>

  // sources
  sources(): Promise<readonly SourceStatus[]>
  sourceHours(sinceMs: number): Promise<readonly SourceHour[]>
  rejects(sourceId: SourceId): Promise<readonly RejectRow[]>
  addSource(source: StoredSource): Promise<void>
  removeSource(id: SourceId): Promise<void>
  storedSources(): Promise<readonly StoredSource[]>

  // mail
  /** `read` counts all mails that are kept, flagged or not. */
  mails(query: MailQuery): Promise<{ readonly rows: readonly MailRow[]; readonly total: number; readonly read: number }>
  mail(id: string): Promise<MailRow | undefined>
  /** How large campaigns are; those without mails are left out. */
  campaignSizes(campaigns: readonly string[]): Promise<readonly CampaignSize[]>
  /** Mails of a campaign, oldest first. */
  mailsOfCampaign(campaign: string, limit: number): Promise<readonly MailRow[]>

  // blocks
  saveBlock(block: Block): Promise<void>
  block(id: BlockId): Promise<Block | undefined>
  /** All blocks in a state, latest decision first; all where none is named. `incidentId` narrows them to an incident and
   *  those merged into it. */
  blocks(state?: Block['state'], incidentId?: IncidentId): Promise<readonly Block[]>

  // people
  saveAccount(account: Account): Promise<void>
  accounts(): Promise<readonly Account[]>
  account(id: AccountId): Promise<Account | undefined>
  /** By name, without regard to case. */
  accountNamed(name: string): Promise<Account | undefined>
  /** Takes a TOTP step if it is later than the last one taken: false where the code was used before. */
  takeTotpStep(id: AccountId, step: number): Promise<boolean>
  savePasskey(passkey: Passkey): Promise<void>
  passkeys(accountId: AccountId): Promise<readonly Passkey[]>
  passkey(id: string): Promise<Passkey | undefined>
  removePasskey(id: string): Promise<void>
  saveSession(session: Session): Promise<void>
  session(tokenHash: string): Promise<Session | undefined>
  removeSession(tokenHash: string): Promise<void>
  removeSessionsOf(accountId: AccountId): Promise<void>
  saveLink(link: SignInLink): Promise<void>
  link(tokenHash: string, nowMs: number): Promise<SignInLink | undefined>
  /** Takes a link that has not expired, once: the second taker gets undefined. */
  takeLink(tokenHash: string, nowMs: number): Promise<SignInLink | undefined>
  savePushToken(token: PushToken): Promise<void>
  pushToken(tokenHash: string): Promise<PushToken | undefined>
  pushTokens(): Promise<readonly PushToken[]>
  removePushToken(tokenHash: string): Promise<void>

  // the trail
  audit(entry: AuditEntry): Promise<AuditRow>
  auditRows(query: {
    readonly who?: string
    readonly action?: string
    readonly object?: string
    readonly beforeSequence?: number
    readonly limit: number
  }): Promise<readonly AuditRow[]>
  /** Recomputes the chain from the first row; undefined where it is whole, else the first sequence that is not. */
  auditBreak(): Promise<number | undefined>

  // settings and hunts
  setting(name: string): Promise<unknown>
  saveSetting(name: string, value: unknown): Promise<void>
  saveHunt(hunt: HuntRecord): Promise<void>
  hunts(limit: number): Promise<readonly HuntRecord[]>

  // the store itself
  /** Deletes what is older than a time and closed: evidence bytes, rejects, hours, mails, sessions and links that ended. */
  forget(before: {
    readonly evidenceMs: number
    readonly hoursMs: number
    readonly mailMs?: number
    readonly nowMs: number
  }): Promise<void>
  /** Removes all that the analysis wrote, what people decided about it and stored sources: the end of a demonstration.
   *  Accounts, sessions and the audit trail stay. */
  clear(): Promise<void>
  /** A consistent copy while the desk runs, verified by opening it; an existing file is never overwritten. */
  backup(path: string): Promise<Result<{ readonly bytes: number }, StoreProblem>>
  integrity(): Promise<Result<void, StoreProblem>>
  close(): Promise<void>
}

/** A verb that could not be carried out now. */
export class StoreError extends Error {
  readonly problem: StoreProblem

  constructor(problem: StoreProblem, options?: ErrorOptions) {
    super(problem.message, options)
    this.name = 'StoreError'
    this.problem = problem
  }
}
