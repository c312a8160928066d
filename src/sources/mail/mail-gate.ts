/** What becomes of a mail that arrives: it is read, judged, and watched, tagged or held, as the office chose. A mail that
 *  cannot be read goes through, and is reported. */
import type { Reject } from '../../core/place.ts'
import type { MailMessage } from '../../formats/mail/message.ts'
import { readMail } from '../../formats/mail/read-mail.ts'
import type { MailContext } from '../../watches/mail/check.ts'
import type { MailVerdict } from '../../watches/mail/verdict.ts'
import type { ArrivingMail, MilterDecision } from './milter-session.ts'

/** `watch` changes nothing; `tag` adds headers to what is flagged; `hold` also holds what is called an attack. */
export const gateModes = ['watch', 'tag', 'hold'] as const
export type GateMode = (typeof gateModes)[number]

/** What a gate is made of. */
export interface MailGateParts {
  readonly mode: GateMode
  readonly check: (message: MailMessage, context: MailContext) => MailVerdict
  /** Every mail that was judged. */
  readonly report: (message: MailMessage, verdict: MailVerdict, arriving: ArrivingMail) => void
  readonly reportUnreadable: (reject: Reject, arriving: ArrivingMail) => void
}

/** Headers that the gate writes, and no sender may. */
export const gateHeaders = { verdict: 'X-Bellwether-Verdict', reason: 'X-Bellwether-Reason' } as const

/** A header's text in ASCII (RFC 5322, section 2.2). */
const ascii = (text: string): string => text.replace(/[^\x20-\x7e]+/g, '?').slice(0, 200)

/** What the gate needs to know of a verdict. */
export interface GateVerdict {
  readonly verdict: MailVerdict['verdict'] | 'unreadable'
  readonly score: number
  /** The name of whom it poses as. */
  readonly posesAs?: string
}

const reasonOf = ({ posesAs }: GateVerdict): string =>
  posesAs === undefined ? 'has the marks of phishing' : `poses as ${ascii(posesAs)}`

/** What becomes of a mail that was judged. */
export function decisionOn(mode: GateMode, judged: GateVerdict): MilterDecision {
  if (mode === 'watch' || judged.verdict === 'clean' || judged.verdict === 'unreadable') return { kind: 'accept' }
  const headers = [
    [gateHeaders.verdict, `${judged.verdict}; score=${judged.score.toFixed(2)}`],
    [gateHeaders.reason, reasonOf(judged)],
  ] as const
  if (mode === 'hold' && judged.verdict === 'attack') return { kind: 'hold', reason: reasonOf(judged), headers }
  return { kind: 'tag', headers }
}

/** Makes the judge of a milter. */
export function mailGate(parts: MailGateParts): (arriving: ArrivingMail) => Promise<MilterDecision> {
  return (arriving) => Promise.resolve(decide(arriving, parts))
}

function decide(arriving: ArrivingMail, { mode, check, report, reportUnreadable }: MailGateParts): MilterDecision {
  const { bytes, queueId, envelopeTo, envelopeFrom } = arriving
  const read = readMail(bytes, { source: `milter ${queueId}`.trim(), line: 1, offset: 0, length: bytes.length })
  if (!read.ok) {
    reportUnreadable(read.error, arriving)
    return { kind: 'accept' }
  }
  const message: MailMessage = { ...read.value, returnPath: envelopeFrom.toLowerCase(), envelopeTo }
  const verdict = check(message, { recipients: envelopeTo })
  report(message, verdict, arriving)
  const { score, posesAs } = verdict
  return decisionOn(mode, {
    verdict: verdict.verdict,
    score,
    ...(posesAs === undefined ? {} : { posesAs: posesAs.name }),
  })
}
