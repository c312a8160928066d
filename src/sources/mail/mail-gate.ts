/** What becomes of a mail that arrived and was judged: it is watched, tagged or held, as the office chose. A mail that could
 *  not be read goes through. */
import type { MailDocument } from '../../watches/mail/mail-document.ts'
import type { MilterDefinition } from '../definition.ts'
import type { MilterDecision } from './milter-session.ts'

/** Headers that the gate writes, and no sender may. */
export const gateHeaders = { verdict: 'X-Bellwether-Verdict', reason: 'X-Bellwether-Reason' } as const

/** A header's text in ASCII (RFC 5322, section 2.2). */
const ascii = (text: string): string => text.replace(/[^\x20-\x7e]+/g, '?').slice(0, 200)

/** What the gate needs to know of a mail. */
type Judged = Pick<MailDocument, 'verdict' | 'score' | 'posesAs'>

const reasonOf = ({ posesAs }: Judged): string =>
  posesAs === undefined ? 'has the marks of phishing' : `poses as ${ascii(posesAs)}`

/** What becomes of a mail that was judged. */
export function decisionOn(mode: MilterDefinition['mode'], judged: Judged): MilterDecision {
  if (mode === 'watch' || judged.verdict === 'clean' || judged.verdict === 'unreadable') return { kind: 'accept' }
  const headers = [
    [gateHeaders.verdict, `${judged.verdict}; score=${judged.score.toFixed(2)}`],
    [gateHeaders.reason, reasonOf(judged)],
  ] as const
  if (mode === 'hold' && judged.verdict === 'attack') return { kind: 'hold', reason: reasonOf(judged), headers }
  return { kind: 'tag', headers }
}
