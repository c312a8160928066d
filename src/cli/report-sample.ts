/** A scan made up by hand, for the tests of everything that renders one: a break-in through a form field, passwords
 *  sprayed, an ordered scan, and hostile text wherever an attacker can put it. Nothing here comes from a real log. */
import type { Finding, FindingKind } from '../core/finding.ts'
import { type FindingId, findingId, incidentId } from '../core/ids.ts'
import { adviceForFindings } from '../incidents/advice.ts'
import type { Incident } from '../incidents/incident.ts'
import type { ReportInput } from './report.ts'

const dayMs = 86_400_000
const start = Date.UTC(2026, 5, 23, 2, 52, 48)

/** A finding with ordinary values, and those given. */
export function sampleFinding(kind: FindingKind, given: Partial<Finding> = {}): Finding {
  return {
    id: findingId('sample', kind, JSON.stringify(given)) as FindingId,
    watch: 'registration',
    kind,
    rules: [`registration/${kind}`],
    level: 'high',
    confidence: 0.9,
    actor: { type: 'address', value: '192.0.2.7' },
    target: '/status',
    parts: [],
    tools: [],
    shapes: [],
    firstSeenMs: start,
    lastSeenMs: start + dayMs,
    detectedAtMs: start,
    hitCount: 12,
    evidence: [{ source: 'access.log', line: 307, offset: 61_440, length: 180 }],
    ...given,
  }
}

/** An incident made of these findings, and what is given. */
export function sampleIncident(findings: readonly Finding[], given: Partial<Incident> = {}): Incident {
  const first = findings[0] as Finding
  return {
    id: incidentId('sample', ...findings.map(({ id }) => id)),
    state: 'new',
    level: first.level,
    confidence: first.confidence,
    title: 'Somebody attacked the website.',
    story: [],
    kinds: [...new Set(findings.map(({ kind }) => kind))],
    ...(first.outcome === undefined ? {} : { outcome: first.outcome }),
    firstSeenMs: Math.min(...findings.map(({ firstSeenMs }) => firstSeenMs)),
    lastSeenMs: Math.max(...findings.map(({ lastSeenMs }) => lastSeenMs)),
    detectedAtMs: Math.min(...findings.map(({ detectedAtMs }) => detectedAtMs)),
    actors: findings.map(({ actor }) => actor),
    targets: [...new Set(findings.map(({ target }) => target))],
    tools: [...new Set(findings.flatMap(({ tools }) => tools))],
    hitCount: findings.reduce((sum, { hitCount }) => sum + hitCount, 0),
    findings,
    timeline: [{ dayMs: Math.floor(start / dayMs) * dayMs, hitCount: 12, kinds: [first.kind] }],
    advice: adviceForFindings(findings),
    context: [],
    ...given,
  }
}

const breakIn = sampleIncident(
  Array.from({ length: 11 }, (_, i) =>
    sampleFinding(i === 10 ? 'after-block' : 'sql-injection', {
      level: i === 10 ? 'medium' : 'critical',
      confidence: 0.99,
      outcome: i === 0 ? 'success' : 'attempt',
      actor: { type: 'address', value: `192.0.2.${7 + i}` },
      parts: ['parameter dl'],
      tools: i === 1 ? ['sqlmap'] : [],
      lastSeenMs: start + 19.5 * dayMs,
      hitCount: i === 0 ? 21_404 : 301,
    }),
  ),
  {
    title: 'Somebody typed database commands into the application-status page, and voter records came back.',
    story: [
      'The licence-number field of /status was used to send commands to the database.',
      'Seven of the answers held more data than this page ever showed before.',
      'It began with one person typing by hand, and went on with a program (sqlmap) nineteen days later.',
    ],
    exposure: {
      recordsMin: 7900,
      recordsMax: 8120,
      recordsLikely: 7948,
      basis: [
        'The database log gives the rows that each injected query returned (7,948 distinct).',
        'The bounds come from the size of the answers in the web log.',
      ],
    },
    exposureAtDetection: { recordsMin: 0, recordsMax: 0, recordsLikely: 0, basis: [] },
    timeline: [
      { dayMs: Math.floor(start / dayMs) * dayMs, hitCount: 12, kinds: ['sql-injection'] },
      { dayMs: Math.floor(start / dayMs + 12) * dayMs, hitCount: 3001, kinds: ['sql-injection'] },
      { dayMs: Math.floor(start / dayMs + 19) * dayMs, hitCount: 21_401, kinds: ['sql-injection', 'after-block'] },
    ],
    context: ['192.0.2.8 is on a list of known bad addresses (jar.csv). Such lists hold many shared addresses.'],
  },
)

const spraying = sampleIncident(
  [
    sampleFinding('password-spraying', {
      level: 'medium',
      confidence: 0.7,
      outcome: 'attempt',
      target: '/admin/login',
      actor: { type: 'address', value: '2001:db8::17' },
    }),
  ],
  { title: 'The same few passwords were tried on 50 staff accounts, slowly.', outcome: 'attempt' },
)

const ordered = sampleIncident(
  [sampleFinding('authorised-scan', { level: 'informational', confidence: 1, target: '/', lastSeenMs: start + 400 })],
  { title: 'The security test that your office ordered ran on June 23.' },
)

/** Hostile text wherever the attacker has a say: page names, tools, user names. */
export const hostileText = '\u001b[2J\u001b]0;owned\u0007\u202Eevil\u0000\u009b31m\u200b\r\nfake line'

const hostile = sampleIncident(
  [
    sampleFinding('scan', {
      level: 'low',
      confidence: 0.5,
      target: `/${hostileText}`,
      tools: [hostileText],
      actor: { type: 'role', value: hostileText },
    }),
  ],
  { title: `Somebody asked for ${hostileText}.` },
)

export const sampleReportInput: ReportInput = {
  officeName: 'Maple County Clerk',
  incidents: [hostile, ordered, spraying, breakIn],
  sources: [
    {
      path: 'access.log.gz',
      format: 'combined',
      formatTitle: 'nginx or Apache access log (combined)',
      kind: 'requests',
      records: 306_119,
      rejects: 12,
      rejectExamples: [
        {
          place: { source: 'access.log.gz', line: 4711, offset: 900_000, length: 40 },
          reason: 'truncated',
          message: 'The line ends in the middle of the request.',
        },
        {
          place: { source: 'access.log.gz', line: 104_712, offset: 9_000_000, length: 40 },
          reason: 'bad-time',
          message: 'The time is not a time.',
        },
      ],
      bytes: 64_123_456,
    },
    {
      path: 'postgres.jsonl',
      format: 'postgres-json',
      formatTitle: 'PostgreSQL log (JSON)',
      kind: 'statements',
      records: 41_002,
      rejects: 0,
      rejectExamples: [],
      bytes: 18_000_000,
    },
  ],
  problems: [
    { path: 'old.log.gz', message: 'The file ends in the middle of the compressed data; the part before it was read.' },
  ],
  firstTimeMs: start - 10_368_000,
  lastTimeMs: start + 20 * dayMs,
  evidenceLines: new Map([
    [
      breakIn.id,
      [
        {
          place: { source: 'access.log.gz', line: 307, offset: 61_440, length: 180 },
          raw: '192.0.2.7 - - [23/Jun/2026:02:52:48 +0000] "GET /status?dl=D%27%20UNION%20SELECT%20name,dob%20FROM%20voters--%20 HTTP/1.1" 200 18233 "-" "Mozilla/5.0 (Windows NT 10.0; Win64; x64)"',
        },
        {
          place: { source: 'access.log.gz', line: 311, offset: 62_040, length: 4000 },
          raw: `192.0.2.7 - - [23/Jun/2026:02:53:01 +0000] "GET /status?dl=${'%27%20OR%20'.repeat(400)} HTTP/1.1" 500 12`,
        },
      ],
    ],
    [
      hostile.id,
      [{ place: { source: 'access.log.gz', line: 9, offset: 900, length: 30 }, raw: `GET /${hostileText}` }],
    ],
  ]),
  generatedAtMs: Date.UTC(2026, 6, 14, 9, 0, 0),
}
