/** Findings as OCSF Detection Findings (class 2004) for a SIEM, one JSON object a line. Schema: github.com/ocsf/ocsf-schema,
 *  events/findings/detection_finding.json and what it extends. Techniques: MITRE ATT&CK for Enterprise. */
import { posix } from 'node:path'
import { capitalised } from '../core/counts.ts'
import type { Actor, Finding, FindingKind, Level, Outcome } from '../core/finding.ts'
import type { Place } from '../core/place.ts'
import { isTime } from '../core/times.ts'
import { kindWords, outcomeSentence } from '../core/vocabulary.ts'
import type { Incident, IncidentState } from '../incidents/incident.ts'
import type { Generator } from './json-document.ts'
import { safeJson } from './printable.ts'
import { mostSevereFirst, type ReportInput } from './report.ts'

/** The OCSF release that the output follows (its release was prepared in ocsf-schema pull request 1711, July 2026).
 *  Every attribute used here exists since 1.4.0, so older consumers read it too. */
export const ocsfVersion = '1.9.0'

const severities: Readonly<Record<Level, { readonly id: number; readonly name: string }>> = {
  informational: { id: 1, name: 'Informational' },
  low: { id: 2, name: 'Low' },
  medium: { id: 3, name: 'Medium' },
  high: { id: 4, name: 'High' },
  critical: { id: 5, name: 'Critical' },
}

/** status_id of the Findings category. A contained incident is still being worked on. */
const statuses: Readonly<Record<IncidentState, { readonly id: number; readonly name: string }>> = {
  new: { id: 1, name: 'New' },
  acknowledged: { id: 2, name: 'In Progress' },
  contained: { id: 2, name: 'In Progress' },
  closed: { id: 4, name: 'Resolved' },
}

interface Attack {
  readonly tactic?: { readonly uid: string; readonly name: string }
  readonly technique: { readonly uid: string; readonly name?: string }
  readonly sub_technique?: { readonly uid: string; readonly name?: string }
}

/** What a rule names, such as `T1070.001`; names of techniques are ATT&CK's to give. */
const techniquesOf = ({ words }: Finding): Attack[] =>
  (words?.techniques ?? []).map((uid) => ({
    technique: { uid: uid.split('.')[0] as string },
    ...(uid.includes('.') ? { sub_technique: { uid } } : {}),
  }))

const initialAccess = { uid: 'TA0001', name: 'Initial Access' }
const credentialAccess = { uid: 'TA0006', name: 'Credential Access' }
const collection = { uid: 'TA0009', name: 'Collection' }
const reconnaissance = { uid: 'TA0043', name: 'Reconnaissance' }
const bruteForce = { uid: 'T1110', name: 'Brute Force' }

const exploit: Attack = {
  tactic: initialAccess,
  technique: { uid: 'T1190', name: 'Exploit Public-Facing Application' },
}
const repositories: Attack = {
  tactic: collection,
  technique: { uid: 'T1213', name: 'Data from Information Repositories' },
}
const automated: Attack = { tactic: collection, technique: { uid: 'T1119', name: 'Automated Collection' } }
const scanning: Attack = {
  tactic: reconnaissance,
  technique: { uid: 'T1595', name: 'Active Scanning' },
  sub_technique: { uid: 'T1595.002', name: 'Vulnerability Scanning' },
}
const guessing: Attack = {
  tactic: credentialAccess,
  technique: bruteForce,
  sub_technique: { uid: 'T1110.001', name: 'Password Guessing' },
}
const spraying: Attack = {
  tactic: credentialAccess,
  technique: bruteForce,
  sub_technique: { uid: 'T1110.003', name: 'Password Spraying' },
}

const phishing: Attack = { tactic: initialAccess, technique: { uid: 'T1566', name: 'Phishing' } }
const impersonation: Attack = {
  tactic: { uid: 'TA0005', name: 'Defense Evasion' },
  technique: { uid: 'T1656', name: 'Impersonation' },
}

const tampering: Attack = {
  tactic: { uid: 'TA0003', name: 'Persistence' },
  technique: { uid: 'T1554', name: 'Compromise Host Software Binary' },
}

/** What an adversary does by each kind of finding; data is collected only where it came back. */
const attacks: Readonly<Record<FindingKind, (outcome: Outcome | undefined) => readonly Attack[]>> = {
  'sql-injection': (outcome) => (outcome === 'success' ? [exploit, repositories] : [exploit]),
  'new-statement': () => [repositories],
  enumeration: (outcome) => (outcome === 'attempt' ? [automated] : [automated, repositories]),
  scan: () => [scanning],
  'authorised-scan': () => [scanning],
  'password-guessing': () => [guessing],
  'password-spraying': () => [spraying],
  'after-block': () => [],
  'mail-impersonation': () => [phishing, impersonation],
  'mail-phishing': () => [phishing],
  'mail-campaign': () => [phishing],
  'mail-unreadable': () => [],
  // Each rule names its own: see `techniquesOf`.
  'rule-match': () => [],
  'software-changed': () => [tampering],
  'limit-reached': () => [],
  'source-silent': () => [],
  'source-clock': () => [],
  'record-set-aside': () => [],
  'messages-lost': () => [],
  'bundle-refused': () => [],
}

/** analytic.type_id: 1 is a rule over one record, 2 judges behaviour over many. */
const analyticTypes: Readonly<Record<FindingKind, 1 | 2>> = {
  'sql-injection': 1,
  'new-statement': 2,
  enumeration: 2,
  scan: 2,
  'authorised-scan': 1,
  'password-guessing': 2,
  'password-spraying': 2,
  'after-block': 2,
  'mail-impersonation': 1,
  'mail-phishing': 1,
  'mail-campaign': 2,
  'mail-unreadable': 1,
  'rule-match': 1,
  'software-changed': 1,
  'limit-reached': 1,
  'source-silent': 2,
  'source-clock': 2,
  'record-set-aside': 1,
  'messages-lost': 1,
  'bundle-refused': 1,
}

/** Kinds that nobody needs to be alerted of. */
const isQuiet = (kind: FindingKind): boolean => kind === 'authorised-scan' || kind === 'limit-reached'

/** One line of NDJSON for each finding, line feed included, incidents most severe first. */
export function* ocsfLines(input: ReportInput, generator: Generator): Iterable<string> {
  for (const incident of mostSevereFirst(input.incidents)) {
    for (const finding of incident.findings) {
      yield `${safeJson(detectionFinding(finding, incident, input, generator))}\n`
    }
  }
}

/** All lines as one text; empty where nothing was found. */
export const renderOcsf = (input: ReportInput, generator: Generator): string =>
  [...ocsfLines(input, generator)].join('')

/** A finding as an OCSF Detection Finding. Times are milliseconds since the epoch (OCSF timestamp_t). */
export function detectionFinding(finding: Finding, incident: Incident, input: ReportInput, generator: Generator) {
  const severity = severities[finding.level]
  const status = statuses[incident.state]
  const title = titleOf(finding)
  const advice = incident.advice.flatMap(({ now }) => now)
  return {
    activity_id: 1,
    activity_name: 'Create',
    category_uid: 2,
    category_name: 'Findings',
    class_uid: 2004,
    class_name: 'Detection Finding',
    type_uid: 200401,
    type_name: 'Detection Finding: Create',
    time: epochMs(finding.detectedAtMs),
    start_time: epochMs(finding.firstSeenMs),
    end_time: epochMs(finding.lastSeenMs),
    timezone_offset: 0,
    severity_id: severity.id,
    severity: severity.name,
    status_id: status.id,
    status: status.name,
    ...confidenceOf(finding.confidence),
    is_alert: !isQuiet(finding.kind) && severity.id >= severities.medium.id,
    message: title,
    count: finding.hitCount,
    metadata: {
      version: ocsfVersion,
      product: { name: generator.name, vendor_name: 'Bellwether', version: generator.version },
      uid: finding.id,
      correlation_uid: incident.id,
      logged_time: epochMs(input.generatedAtMs),
      ...(input.officeName === '' ? {} : { tenant_uid: input.officeName }),
    },
    finding_info: findingInfo(finding, incident, title),
    evidences: finding.evidence.map((place) => evidenceOf(place, finding)),
    observables: observablesOf(finding),
    resources: [{ type: resourceTypeOf(finding), name: finding.target }],
    ...(advice.length === 0 ? {} : { remediation: { desc: advice.join(' ') } }),
    unmapped: unmappedOf(finding, incident),
  }
}

const titleOf = ({ kind, target, words }: Finding): string =>
  `${words?.title ?? capitalised(kindWords[kind].plain)} (${kindWords[kind].term})${target === '' ? '' : `: ${target}`}`

function findingInfo(finding: Finding, incident: Incident, title: string) {
  const { kind, rules, outcome } = finding
  const of = [...attacks[kind](outcome), ...techniquesOf(finding)]
  const analytics = rules.map((rule) => ({ uid: rule, name: rule, type_id: analyticTypes[kind] }))
  return {
    uid: finding.id,
    title,
    desc: [incident.title, outcome === undefined ? '' : outcomeSentence(outcome, [kind])]
      .filter((text) => text !== '')
      .join(' '),
    types: [kindWords[kind].term],
    created_time: epochMs(finding.detectedAtMs),
    first_seen_time: epochMs(finding.firstSeenMs),
    last_seen_time: epochMs(finding.lastSeenMs),
    data_sources: [...new Set(finding.evidence.map(({ source }) => source))],
    ...(of.length === 0 ? {} : { attacks: of }),
    ...(analytics.length === 0 ? {} : { analytic: analytics[0] }),
    ...(analytics.length < 2 ? {} : { related_analytics: analytics.slice(1) }),
  }
}

/** A line as evidence: the log file and who sent the request. `data` says where in the file, for which the class has no
 *  attribute of its own. verdict_id 6 is a test that was allowed. */
function evidenceOf(place: Place, finding: Finding) {
  const { source, line, offset, length } = place
  const isStream = source === '-'
  return {
    file: {
      name: isStream ? 'standard input' : posix.basename(source.replaceAll('\\', '/')),
      path: source,
      type_id: isStream ? 6 : 1,
    },
    ...actorOf(finding),
    ...(finding.kind === 'authorised-scan' ? { verdict_id: 6, verdict: 'Test' } : {}),
    data: { line, offset, length },
  }
}

function actorOf({ actor }: Finding) {
  if (actor.type === 'address') return { src_endpoint: { ip: actor.value } }
  if (actor.type === 'computer') return { device: { hostname: actor.value, type_id: 0 } }
  if (actor.type === 'sender') return { actor: { user: { name: actor.value, email_addr: actor.value } } }
  return { actor: { user: { name: actor.value } } }
}

function observableOf(actor: Actor) {
  if (actor.type === 'address') return { name: 'evidences[].src_endpoint.ip', type_id: 2, type: 'IP Address' }
  if (actor.type === 'computer') return { name: 'evidences[].device.hostname', type_id: 1, type: 'Hostname' }
  if (actor.type === 'sender') return { name: 'evidences[].actor.user.email_addr', type_id: 5, type: 'Email Address' }
  return { name: 'evidences[].actor.user.name', type_id: 4, type: 'User Name' }
}

function resourceTypeOf({ target, watch }: Finding): string {
  if (watch === 'machines') return 'Computer'
  if (target.startsWith('/')) return 'Web page'
  return watch === 'mail' ? 'Mail' : 'Database'
}

/** observable.type_id: 2 IP Address, 4 User Name, 5 Email Address, 6 URL String. */
function observablesOf({ actor, target, evidence }: Finding) {
  const isSeen = evidence.length > 0
  const who = { ...observableOf(actor), value: actor.value }
  const where = { name: 'resources[].name', type_id: 6, type: 'URL String', value: target }
  return [...(isSeen ? [who] : []), ...(target.startsWith('/') ? [where] : [])]
}

/** confidence_id: 1 Low, 2 Medium, 3 High. */
function confidenceOf(confidence: number) {
  const score = Math.round(Math.min(1, Math.max(0, confidence)) * 100)
  if (score >= 80) return { confidence_id: 3, confidence: 'High', confidence_score: score }
  if (score >= 50) return { confidence_id: 2, confidence: 'Medium', confidence_score: score }
  return { confidence_id: 1, confidence: 'Low', confidence_score: score }
}

/** What the class has no place for. */
function unmappedOf(finding: Finding, incident: Incident) {
  const { exposure } = incident
  return {
    kind: finding.kind,
    ...(finding.outcome === undefined ? {} : { outcome: finding.outcome }),
    parts: finding.parts,
    tools: finding.tools,
    ...(exposure === undefined
      ? {}
      : {
          incident_exposure: {
            records_min: exposure.recordsMin,
            records_max: Number.isFinite(exposure.recordsMax) ? exposure.recordsMax : null,
            records_likely: exposure.recordsLikely,
          },
        }),
  }
}

const epochMs = (timeMs: number): number => (isTime(timeMs) ? Math.round(timeMs) : 0)
