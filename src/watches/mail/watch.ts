/** The mail watch: mails in, hits out. It is deterministic and works in event time; its memory can be saved and restored at
 *  any mail and is bounded, and what makes room in it is said in a hit. */
import type { Hit } from '../../core/finding.ts'
import type { MailMessage } from '../../formats/mail/message.ts'
import { MailChecker, type MailCheckerParts, type MailContext, type SavedMailState } from './check.ts'
import { forgottenHit, forgottenStep, hitsOf } from './hits.ts'
import type { MailVerdict } from './verdict.ts'

/** A mail with what is known of it beside its bytes. */
export interface MailRecord {
  readonly message: MailMessage
  readonly context?: MailContext
}

/** Where hits go, with the verdict that they come from: the desk keeps it, a scan prints it. */
export type EmitMailHit = (hit: Hit, verdict: MailVerdict) => void

/** Shows mails to a checker and says what it holds against their senders. */
export class MailWatch {
  readonly name = 'mail'
  readonly checker: MailChecker
  readonly #emit: EmitMailHit
  #saidForgotten = 0

  constructor(parts: MailCheckerParts, emit: EmitMailHit, saved?: SavedMailState) {
    this.checker = saved === undefined ? new MailChecker(parts) : MailChecker.restore(parts, saved)
    this.#emit = emit
    this.#saidForgotten = this.checker.forgotten
  }

  /** Judges mails in the order given; returns their verdicts in that order. */
  messages(records: Iterable<MailRecord>): MailVerdict[] {
    const verdicts: MailVerdict[] = []
    for (const { message, context } of records) {
      const verdict = this.checker.check(message, context)
      verdicts.push(verdict)
      for (const hit of hitsOf(message, verdict)) this.#emit(hit, verdict)
      this.#tellForgotten(message, verdict)
    }
    return verdicts
  }

  /** The memory as plain data. */
  save = (): SavedMailState => this.checker.save()

  #tellForgotten(message: MailMessage, verdict: MailVerdict): void {
    const forgotten = this.checker.forgotten
    if (forgotten < this.#saidForgotten + forgottenStep) return
    this.#saidForgotten = forgotten
    this.#emit(forgottenHit(message, verdict), verdict)
  }
}
