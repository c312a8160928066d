/** A desk for tests of the server: it answers every verb with small invented things, notes what it was asked, and holds
 *  hostile text where a log's text would stand. */
import type { Readable } from 'node:stream'
import { emptyOffice } from '../../src/core/office.ts'
import { err, ok } from '../../src/core/result.ts'
import type { BlockView } from '../../src/desk/api/blocks.ts'
import type { EvidenceView, IncidentSummaryView, IncidentView } from '../../src/desk/api/incidents.ts'
import type { MailSummaryView, MailView, RegistryView } from '../../src/desk/api/mail.ts'
import type { RulesPageView, RuleView } from '../../src/desk/api/rules.ts'
import type { SoftwareFolderView } from '../../src/desk/api/software.ts'
import type { DeskEvent, SourceView, TodayView } from '../../src/desk/api/today.ts'
import type { Desk, DeskProblem, Person } from '../../src/desk/desk.ts'

/** What an attacker writes into a log, hoping that a page runs it. */
export const hostileText = `"><script>alert(1)</script><img src=x onerror=alert(2)>\r\nSet-Cookie: a=b\u2028\u202e'`
export const theIncidentId = `incident-${'ab'.repeat(16)}`
export const theRuleId = 'ab12'.repeat(4)
export const theFindingId = `finding-${'cd'.repeat(16)}`

export const theMailId = 'ef'.repeat(32)

const nowMs = Date.UTC(2026, 10, 3, 12)

const summary: IncidentSummaryView = {
  id: theIncidentId,
  state: 'new',
  seenAgain: false,
  level: 'critical',
  confidence: 0.9,
  title: `Somebody read voter records ${hostileText}`,
  kinds: ['sql-injection'],
  outcome: 'success',
  firstSeenMs: nowMs - 1000,
  lastSeenMs: nowMs,
  detectedAtMs: nowMs,
  actors: [{ type: 'address', value: '203.0.113.9' }],
  actorCount: 1,
  targets: [hostileText],
  hitCount: 12,
  exposure: { recordsMin: 1, recordsMax: null, recordsLikely: 10, basis: ['counted'] },
  updatedAtMs: nowMs,
}

const incident: IncidentView = {
  ...summary,
  story: [hostileText],
  tools: [],
  context: [],
  findings: [],
  findingsLeftOut: 0,
  timeline: [],
  advice: [],
  proposals: [],
  history: [],
  notes: [],
  evidenceCount: 450,
}

const mailSummary: MailSummaryView = {
  id: theMailId,
  takenAtMs: nowMs,
  verdict: 'attack',
  score: 0.97,
  from: { name: hostileText, address: 'vendor@mail.example' },
  recipients: [hostileText],
  subject: hostileText,
  sentence: hostileText,
  sourceId: 'mailbox',
}

const mail: MailView = {
  ...mailSummary,
  claims: [{ title: 'A name', proof: hostileText, path: [] }],
  failures: [],
  carries: [{ title: 'A program', proof: hostileText, path: [hostileText] }],
  problems: [],
  advice: [],
  origin: hostileText,
  isKept: true,
  headers: [{ name: 'subject', value: hostileText }],
  text: hostileText,
  view: '',
  files: [{ name: hostileText, contentType: hostileText, bytes: 1, sha256: '00' }],
  others: [],
}

const registry: RegistryView = { identities: [] }

const source: SourceView = {
  id: 'web-logs',
  title: 'Web logs',
  kind: 'push',
  where: 'pushed over HTTP',
  from: 'console',
  state: 'live',
  message: 'Reading.',
  records: 1,
  rejects: 0,
  lost: 0,
  bytes: 100,
  backlogBytes: 0,
  recordsByHour: [],
  recordsToday: 1,
}

const today: TodayView = {
  mood: 'attack',
  sentence: hostileText,
  todo: [],
  open: [summary],
  openCount: 1,
  sources: [source],
  problems: [],
  nowMs,
}

const evidence = (ordinal: number): EvidenceView => ({
  findingId: theFindingId,
  ordinal,
  kind: 'sql-injection',
  timeMs: nowMs,
  place: { source: 'access.log', line: ordinal + 1, offset: 0, length: 10 },
  sourceId: 'web-logs',
  text: hostileText,
  sha256: 'ab'.repeat(32),
})

const block: BlockView = {
  id: `block-${'ef'.repeat(16)}`,
  network: '203.0.113.9',
  reason: 'attack',
  decidedBy: 'Ann Clerk',
  decidedAtMs: nowMs,
  expiresAtMs: nowMs + 1000,
  state: 'active',
}

const rule: RuleView = {
  id: theRuleId,
  title: `Audit log cleared ${hostileText}`,
  kind: 'detection',
  level: 'high',
  status: 'stable',
  logsource: 'windows',
  tactics: [],
  techniques: ['T1070.001'],
  set: 'Bellwether',
  state: 'in-use',
  description: hostileText,
  doNow: [],
  falsePositives: [hostileText],
  tags: ['attack.t1070.001'],
  author: hostileText,
  references: ['javascript:alert(1)'],
  file: 'rules/a.yml',
  line: 1,
  counts: [],
}

const software: SoftwareFolderView = {
  id: theRuleId,
  machine: hostileText,
  folder: hostileText,
  state: 'unchanged',
  changes: [],
  expected: 0,
  same: 1,
  leftOut: 0,
  severity: 0,
}

const rulesPage: RulesPageView = {
  sets: [],
  counts: { all: 1, inUse: 1, off: 0, waiting: 0, unusable: 0 },
  coverage: [],
  logsources: [],
  placeholders: [],
  problems: [],
  problemsTotal: 0,
  configurationPath: '/tmp/bellwether.toml',
  readAtMs: nowMs,
  isOutdated: false,
  firedSinceMs: nowMs,
}

/** The desk, what it was asked, and switches. */
export interface FakeDesk extends Desk {
  isDemonstration: boolean
  readonly asked: { readonly verb: string; readonly args: readonly unknown[] }[]
  /** Refuses pushes. */
  isBusy: boolean
  /** Fails with an error that quotes a voter. */
  isBroken: boolean
  /** Does not read what is pushed or uploaded until this resolves. */
  hold: Promise<void>
  tell(event: DeskEvent): void
  /** How the bodies that were pushed or uploaded ended. */
  readonly ends: ('whole' | 'broken')[]
  readonly subscribers: number
}

async function drain(body: Readable, ends: FakeDesk['ends']): Promise<number> {
  let bytes = 0
  try {
    for await (const chunk of body) bytes += (chunk as Buffer).length
    ends.push('whole')
  } catch (error) {
    ends.push('broken')
    throw error
  }
  return bytes
}

/** Makes one. */
export function makeDesk(): FakeDesk {
  const listeners = new Set<(event: DeskEvent) => void>()
  const asked: FakeDesk['asked'] = []
  const missing = err<DeskProblem>({ code: 'missing', message: 'There is no such thing.' })
  const note = (verb: string, ...args: unknown[]): void => {
    asked.push({ verb, args })
  }
  const noted =
    <A extends unknown[], T>(verb: string, value: (...args: A) => T) =>
    (...args: A): Promise<T> => {
      note(verb, ...args)
      return Promise.resolve(value(...args))
    }
  const desk: FakeDesk = {
    version: '0.0.0-test',
    office: { ...emptyOffice, name: 'Ash County' },
    isDemonstration: false,
    asked,
    isBusy: false,
    isBroken: false,
    hold: Promise.resolve(),
    ends: [],
    tell: (event) => {
      for (const listener of listeners) listener(event)
    },
    get subscribers() {
      return listeners.size
    },
    health: () =>
      Promise.resolve({ isHealthy: !desk.isBroken, problems: desk.isBroken ? ['the disk of Ann Clerk'] : [] }),
    figures: () =>
      Promise.resolve({
        recordsTotal: 12,
        rejectsTotal: 1,
        bytesTotal: 1000,
        lostTotal: 0,
        backlogBytes: 0,
        findingsTotal: 2,
        commitSeconds: 0.01,
        checkpointSeconds: 0.1,
        checkpointBytes: 10,
        archiveBytes: 5,
        incidentsOpen: 1,
        blocksActive: 1,
      }),
    subscribe: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    today: () => {
      if (desk.isBroken) return Promise.reject(new Error('bad row: Jane Voter, 1970-01-01'))
      return Promise.resolve(today)
    },
    incidents: noted('incidents', () => ({ rows: [summary], total: 1, counts: [] })),
    incident: noted('incident', (id) => (id === theIncidentId ? ok(incident) : missing)),
    decide: noted('decide', () => ok(incident)),
    markStep: noted('markStep', () => ok(incident)),
    addNote: noted('addNote', () => ok(incident)),
    evidence: noted('evidence', (id, { offset, limit }) => {
      if (id !== theIncidentId) return missing
      const count = Math.max(0, Math.min(limit, 450 - offset))
      return ok({ rows: Array.from({ length: count }, (_, index) => evidence(offset + index)), total: 450 })
    }),
    openEvidence: noted('openEvidence', (_id, ordinal) => ok({ evidence: evidence(ordinal), before: [], after: [] })),
    mails: noted('mails', () => ({ rows: [mailSummary], total: 1, read: 3, hasSource: true })),
    mail: noted('mail', (id) => (id === theMailId ? ok(mail) : missing)),
    checkMail: noted('checkMail', () => ok(mail)),
    mailDownload: noted('mailDownload', (id, what) =>
      id === theMailId
        ? ok({ mediaType: 'application/octet-stream', fileName: `mail.${what}`, body: Buffer.from(hostileText) })
        : missing,
    ),
    mailInstructions: noted('mailInstructions', () =>
      ok({ instructions: [{ system: 'postfix', how: 'Paste it.', text: hostileText }] }),
    ),
    registry: noted('registry', () => registry),
    saveIdentity: noted('saveIdentity', () => ok(registry)),
    removeIdentity: noted('removeIdentity', () => ok(registry)),
    exportIdentities: noted('exportIdentities', () =>
      ok({ mediaType: 'application/octet-stream', fileName: 'names.json', body: Buffer.from('{}') }),
    ),
    importIdentities: noted('importIdentities', () => ok({ taken: 1, problems: [] })),
    sources: noted('sources', () => [source]),
    suggestions: noted('suggestions', () => []),
    addSource: noted('addSource', () => ok(source)),
    removeSource: noted('removeSource', () => ok(undefined)),
    rejects: noted('rejects', () => ok({ rows: [], total: 0 })),
    push: async (id, stream, body, encoding) => {
      note('push', id, stream, encoding)
      if (desk.isBusy) return err({ code: 'busy', message: 'The desk is behind. Send it again in a moment.' })
      await desk.hold
      return ok({ lines: 1, bytes: await drain(body, desk.ends) })
    },
    upload: async (name, body, who: Person) => {
      note('upload', name, who)
      await desk.hold
      return ok({ name, bytes: await drain(body, desk.ends), knownAlready: false, sentence: 'Taken in.' })
    },
    blockList: noted('blockList', () => ({ blocks: [block], targets: [], neverBlock: [], automaticKinds: [] })),
    block: noted('block', () => ok(block)),
    lift: noted('lift', () => ok(block)),
    addNeverBlock: noted('addNeverBlock', () => ok(undefined)),
    removeNeverBlock: noted('removeNeverBlock', () => ok(undefined)),
    setAutomaticKinds: noted('setAutomaticKinds', () => ok(undefined)),
    blockDownload: noted('blockDownload', (name) =>
      name === 'feed.txt' ? ok({ mediaType: 'text/plain', body: '203.0.113.9\n' }) : missing,
    ),
    huntPage: noted('huntPage', () => ({ indicatorLists: [], hunts: [], records: 0, bytes: 0 })),
    hunt: noted('hunt', () =>
      ok({ total: 0, rows: [], byAddress: [], recordsSearched: 0, tookMs: 1, sentence: 'Nothing was found.' }),
    ),
    sql: noted('sql', () => ok({ columns: ['a'], rows: [[hostileText]], cut: false, tookMs: 1 })),
    addIndicators: noted('addIndicators', () => ok({ huntId: 'hunt-1' })),
    removeIndicators: noted('removeIndicators', () => ok(undefined)),
    rulesPage: noted('rulesPage', () => ok(rulesPage)),
    rules: noted('rules', () => ok({ rows: [rule], total: 1 })),
    rule: noted('rule', (id) => (id === theRuleId ? ok(rule) : missing)),
    switchRuleOff: noted('switchRuleOff', () => ok(rule)),
    switchRuleOn: noted('switchRuleOn', () => ok(rule)),
    software: noted('software', () => ({ folders: [software], hasDrop: true })),
    softwareOf: noted('softwareOf', (id) =>
      id === theRuleId ? ok({ folder: software, differences: [], total: 0 }) : missing,
    ),
    keepSoftware: noted('keepSoftware', () => ok(software)),
    settings: noted('settings', () => ({
      officeName: 'Ash County',
      version: '0.0.0-test',
      configuration: { path: '/tmp/bellwether.toml', entries: [] },
      storage: { store: 'sqlite', storeBytes: 1, archiveBytes: 1, freeBytes: 1, keepDays: 90 },
    })),
    auditTrail: noted('auditTrail', () => ({ rows: [], whole: true })),
    endDemonstration: noted('endDemonstration', () => {
      desk.isDemonstration = false
      return ok(undefined)
    }),
    close: () => Promise.resolve(),
  }
  return desk
}
