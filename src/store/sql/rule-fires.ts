/** How often detection rules fired, counted from the findings themselves: each finding of a rule names that rule alone. */
import type { Finding } from '../../core/finding.ts'
import type { IncidentId } from '../../core/ids.ts'
import { limits } from '../../core/limits.ts'
import type { RuleFires } from '../store.ts'
import { textIfAny, unsealed } from './document.ts'
import { query, type Verb } from './step.ts'

/** Sorts out most other findings before they are opened; what it lets through is looked at. */
const mark = '"kind":"rule-match"'

/** `Store.ruleFires`. */
export function* ruleFires(sinceMs: number): Verb<readonly RuleFires[]> {
  const rows = yield* query(
    `SELECT incident_id, doc FROM finding WHERE last_seen_ms >= $1 AND strpos(doc, $2) > 0
     ORDER BY last_seen_ms DESC, id LIMIT $3`,
    sinceMs,
    mark,
    limits.ruleFindingsCountedMax,
  )
  const fires = new Map<string, RuleFires>()
  for (const row of rows) {
    const { kind, rules, hitCount, lastSeenMs } = unsealed<Finding>(row, 'doc')
    const [rule] = rules
    if (kind !== 'rule-match' || rule === undefined) continue
    const before = fires.get(rule)
    const incidentId = before === undefined ? textIfAny(row, 'incident_id') : before.incidentId
    fires.set(rule, {
      rule,
      findings: (before?.findings ?? 0) + 1,
      hits: (before?.hits ?? 0) + hitCount,
      lastSeenMs: Math.max(before?.lastSeenMs ?? 0, lastSeenMs),
      ...(incidentId === undefined ? {} : { incidentId: incidentId as IncidentId }),
    })
  }
  return [...fires.values()]
}
