/** Journal reports of Microsoft Exchange and 365: a mail whose text lists the real sender and recipients, with the journaled
 *  mail inside. Only mail of the office's own journal mailbox may be unwrapped: anybody can write such a mail. */
import { limits } from '../../core/limits.ts'
import { cleanAddress } from './addresses.ts'
import type { MailMessage } from './message.ts'

/** Words before the colon, as reports have them: `Recipient`, or by kind, with `On-Behalf-Of` beside them. */
const recipientWords = new Set(['recipient', 'to', 'cc', 'bcc'])

/** The journaled mail with its real recipients; undefined where the mail is no journal report. */
export function unwrapJournal(message: MailMessage): MailMessage | undefined {
  const isMarked = message.headers.some(({ name }) => name === 'x-ms-journal-report')
  const [inner] = message.attached
  if (!isMarked || inner === undefined || message.attached.length !== 1) return undefined
  const envelopeTo: string[] = []
  let sender = ''
  for (const line of message.text.split('\n', limits.mailAddressesMax)) {
    const colon = line.indexOf(':')
    if (colon < 0) continue
    const word = line.slice(0, colon).trim().toLowerCase()
    // `Recipient: a@b, Expanded: list@b` and `, Forwarded: c@d`: the first is whom the mail went to.
    const address = cleanAddress(line.slice(colon + 1).split(/[,;]/, 1)[0] ?? '')
    if (address === '') continue
    if (word === 'sender') sender ||= address
    else if (recipientWords.has(word)) envelopeTo.push(address)
  }
  if (sender === '' && envelopeTo.length === 0) return undefined
  return {
    ...inner,
    place: message.place,
    returnPath: inner.returnPath === '' ? sender : inner.returnPath,
    envelopeTo: [...new Set(envelopeTo)],
    timeMs: Number.isNaN(inner.timeMs) ? message.timeMs : inner.timeMs,
    notes: [...new Set([...inner.notes, ...message.notes])].slice(0, limits.mailProblemsMax),
    problems: [...new Set([...inner.problems, ...message.problems])].slice(0, limits.mailProblemsMax),
  }
}
