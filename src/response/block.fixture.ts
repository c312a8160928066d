/** Blocks, findings and incidents for tests, with everything that a test does not care about filled in. */
import type { Finding } from '../core/finding.ts'
import { blockId, findingId, incidentId } from '../core/ids.ts'
import type { Incident } from '../incidents/incident.ts'
import type { Block } from './block.ts'

/** A moment for tests: 1 July 2026, noon UTC. */
export const noonMs = Date.UTC(2026, 6, 1, 12)

/** A block that a person made at `noonMs` for a day. */
export const blockOf = (network: string, part: Partial<Block> = {}): Block => ({
  id: blockId(network, JSON.stringify(part)),
  network,
  reason: 'Tried to break into the voter database',
  decided: { by: 'person', name: 'Dana' },
  decidedAtMs: noonMs,
  expiresAtMs: noonMs + 24 * 3_600_000,
  state: 'active',
  ...part,
})

/** A finding about an address, seen at `noonMs`. */
export const findingOf = (actor: string, part: Partial<Finding> = {}): Finding => ({
  id: findingId(actor, JSON.stringify(part)),
  watch: 'registration',
  kind: 'sql-injection',
  rules: [],
  level: 'high',
  confidence: 0.95,
  actor: { type: 'address', value: actor },
  target: '/status',
  parts: [],
  tools: [],
  shapes: [],
  firstSeenMs: noonMs - 3_600_000,
  lastSeenMs: noonMs,
  detectedAtMs: noonMs - 3_600_000,
  hitCount: 12,
  evidence: [],
  ...part,
})

/** An incident of these findings. */
export const incidentOf = (...findings: Finding[]): Incident => ({
  id: incidentId('test'),
  state: 'new',
  level: 'high',
  confidence: 0.95,
  title: 'Somebody tried to break into the voter database through /status',
  story: [],
  kinds: [...new Set(findings.map(({ kind }) => kind))],
  firstSeenMs: noonMs - 3_600_000,
  lastSeenMs: noonMs,
  detectedAtMs: noonMs - 3_600_000,
  actors: findings.map(({ actor }) => actor),
  targets: ['/status'],
  tools: [],
  hitCount: 12,
  findings,
  timeline: [],
  advice: [],
  context: [],
})
