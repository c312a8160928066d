/** What a store lets go of: what is old and closed, and a whole demonstration. */
import { limits } from '../../core/limits.ts'
import { forgetMails } from './mails.ts'
import { query, run, type Verb } from './step.ts'

/** Before which times things may be forgotten. */
export interface ForgetBefore {
  readonly evidenceMs: number
  readonly hoursMs: number
  readonly mailMs?: number
  readonly nowMs: number
}

/** One round of `Store.forget`: the evidence of at most `limits.forgetFindingsMax` findings, so that others get their turn between
 *  rounds. True where there may be more. An incident that was merged goes by the state of the older one. */
export function* forgetSome(before: ForgetBefore): Verb<boolean> {
  yield* run('DELETE FROM source_hour WHERE hour_ms < $1', before.hoursMs)
  yield* run('DELETE FROM reject WHERE stored_at_ms < $1', before.hoursMs)
  if (before.mailMs !== undefined) yield* forgetMails(before.mailMs)
  yield* run('DELETE FROM web_session WHERE expires_at_ms <= $1', before.nowMs)
  yield* run('DELETE FROM sign_in_link WHERE expires_at_ms <= $1', before.nowMs)
  const closed = yield* query(
    `SELECT finding.id AS id FROM finding
     JOIN incident ON incident.id = finding.incident_id
     JOIN incident AS root ON root.id = COALESCE(incident.merged_into, incident.id)
     WHERE root.state = 'closed'
       AND EXISTS (SELECT 1 FROM evidence WHERE evidence.finding_id = finding.id AND evidence.time_ms < $1)
     ORDER BY finding.id LIMIT $2`,
    before.evidenceMs,
    limits.forgetFindingsMax,
  )
  for (const { id = null } of closed) {
    yield* run('DELETE FROM evidence WHERE finding_id = $1 AND time_ms < $2', id, before.evidenceMs)
  }
  return closed.length === limits.forgetFindingsMax
}

/** What a demonstration leaves behind, in the order in which it can be taken away. */
const demonstration = [
  'evidence',
  'finding',
  'decision',
  'step',
  'note',
  'incident_words',
  'block',
  'hunt',
  'mail',
  'mail_recipient',
  'source_status',
  'source_hour',
  'reject',
  'checkpoint',
  'checkpoint_part',
] as const

/** `Store.clear`: with the blocks, the searches, and the tokens of stored sources. */
export function* clear(): Verb<void> {
  for (const table of demonstration) yield* run(`DELETE FROM ${table}`)
  yield* run('UPDATE incident SET merged_into = NULL')
  yield* run('DELETE FROM incident')
  yield* run('DELETE FROM push_token WHERE source_id IN (SELECT source_id FROM stored_source)')
  yield* run('DELETE FROM stored_source')
}
