/** What the parts of the desk share: the store, the clock, events, and the words of a refusal. */
import { err, type Result } from '../core/result.ts'
import type { AuditEntry, Store } from '../store/store.ts'
import type { DeskProblem } from './desk.ts'
import type { DeskEvents } from './events.ts'

/** What every part of the desk is given. */
export interface DeskParts {
  readonly store: Store
  readonly clock: () => number
  readonly events: DeskEvents
}

type Code = DeskProblem['code']

/** A refusal as a result. */
export const refuse = (code: Code, message: string): Result<never, DeskProblem> => err({ code, message })

/** Writes a row of the audit trail. */
export async function writeDown(
  parts: DeskParts,
  who: string,
  action: string,
  object: string,
  details: AuditEntry['details'] = {},
): Promise<void> {
  await parts.store.audit({ atMs: parts.clock(), who, action, object, details })
}
