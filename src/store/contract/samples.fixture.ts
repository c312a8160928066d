/** Invented findings, incidents and people for the store's tests. */
import type { Finding } from '../../core/finding.ts'
import { type AccountId, accountId, blockId, findingId, incidentId, type SourceId } from '../../core/ids.ts'
import type { Incident } from '../../incidents/incident.ts'
import type { Block } from '../../response/block.ts'
import type { Account, Commit, EvidenceRow, SourceStatus, Store } from '../store.ts'

/** A store under test. */
export interface Subject {
  readonly store: Store
  /** Closes the store and opens it again. */
  readonly reopen: () => Promise<Store>
  /** Changes the database behind the store's back. */
  readonly tamper: (sql: string) => Promise<void>
  /** Takes the store for one of an older version, whose tables the caller has made as they were. */
  readonly age: (version: number) => Promise<void>
  readonly end: () => Promise<void>
}

/** The clock of stores under test: the contract moves it. */
export const clock = { nowMs: 0 }
export const startMs = Date.UTC(2026, 10, 3, 12)
export const hour = 3_600_000
export const webLogs = 'web-logs' as SourceId

/** Text that must come back as it was given, and must find nothing but itself. */
export const hostileTexts = [
  "Robert'); DROP TABLE incident;--",
  "' OR '1'='1",
  '100%',
  'under_score',
  'back\\slash',
  'a "quoted" word',
  'Ünïcödé ÇA',
  '選挙 🗳️',
  'nul\0inside',
  'half \ud83d pair',
  '$1 ?1 :name @x',
  '*glob[a-z]',
  '\u202eright to left',
] as const

/** A finding of which `name` decides the id. */
export function finding(name: string, change: Partial<Finding> = {}): Finding {
  return {
    id: findingId('test', name),
    watch: 'registration',
    kind: 'sql-injection',
    rules: ['registration/sql-injection/union'],
    level: 'high',
    confidence: 0.9,
    actor: { type: 'address', value: '192.0.2.7' },
    target: '/status',
    parts: ['parameter dl'],
    outcome: 'attempt',
    tools: [],
    shapes: ['union select ?'],
    firstSeenMs: startMs,
    lastSeenMs: startMs + hour,
    detectedAtMs: startMs,
    hitCount: 3,
    evidence: [{ source: '/var/log/access.log', line: 4, offset: 300, length: 80 }],
    ...change,
  }
}

/** An incident of which `name` decides the id; it has one finding unless told otherwise. */
export function incident(name: string, change: Partial<Incident> = {}): Incident {
  const findings = change.findings ?? [finding(name)]
  return {
    id: incidentId('test', name),
    state: 'new',
    level: 'high',
    confidence: 0.9,
    title: `Somebody tried to read the database (${name})`,
    story: ['From one address, a hundred requests tried it.', 'Nothing got out.'],
    kinds: ['sql-injection'],
    outcome: 'attempt',
    firstSeenMs: startMs,
    lastSeenMs: startMs + hour,
    detectedAtMs: startMs,
    actors: [{ type: 'address', value: '192.0.2.7' }],
    targets: ['/status'],
    tools: ['sqlmap'],
    hitCount: 3,
    exposure: { recordsMin: 0, recordsMax: 10, recordsLikely: 2, basis: ['answers of the page'] },
    findings,
    timeline: [{ dayMs: Date.UTC(2026, 10, 3), hitCount: 3, kinds: ['sql-injection'] }],
    advice: [{ meaning: 'Somebody tries to read your database.', now: ['Block the address.'], call: ['Your state.'] }],
    context: ['The address is on the office’s list.'],
    ...change,
  }
}

/** A commit that brings what is named and nothing else. */
export const commitOf = (part: Partial<Commit>): Commit => ({
  findings: (part.incidents ?? []).flatMap((each) => each.findings),
  evidence: [],
  incidents: [],
  assigned: [],
  merged: [],
  sources: [],
  hours: [],
  rejects: [],
  ...part,
})

/** A line of evidence of the finding called `name`. */
export function line(name: string, ordinal: number, change: Partial<EvidenceRow> = {}): EvidenceRow {
  return {
    findingId: findingId('test', name),
    ordinal,
    sourceId: webLogs,
    place: { source: '/var/log/access.log', line: ordinal + 1, offset: ordinal * 100, length: 99 },
    timeMs: startMs + ordinal * 1000,
    bytes: Buffer.from(`192.0.2.7 - - "GET /status?dl=${ordinal}"`),
    ...change,
  }
}

export const status = (id: string, change: Partial<SourceStatus> = {}): SourceStatus => ({
  sourceId: id as SourceId,
  format: 'combined',
  state: 'live',
  message: undefined,
  records: 10,
  rejects: 1,
  bytes: 2048,
  lost: 0,
  backlogBytes: 0,
  lastRecordMs: startMs,
  lastArrivalMs: undefined,
  ...change,
})

export const account = (name: string, change: Partial<Account> = {}): Account => ({
  id: idOf(name),
  name,
  role: 'official',
  createdAtMs: startMs,
  disabled: false,
  ...change,
})

export const idOf = (name: string): AccountId => accountId('test', name)

export const block = (name: string, change: Partial<Block> = {}): Block => ({
  id: blockId('test', name),
  network: '192.0.2.7',
  reason: 'It tried to read the database.',
  decided: { by: 'person', name: 'Ada' },
  decidedAtMs: startMs,
  expiresAtMs: startMs + 24 * hour,
  state: 'active',
  ...change,
})

/** The bytes of a value as numbers, so that any kind of byte array compares. */
export const bytesOf = (bytes: Uint8Array | undefined): number[] | undefined => (bytes ? [...bytes] : undefined)
