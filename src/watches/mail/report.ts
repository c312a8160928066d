/** What a report of a mail says, whatever its form: in words for whoever gets it, and the facts that programs read. Every
 *  text of the mail is made one line of printable characters first, so that none can add a field. */
import { limits } from '../../core/limits.ts'
import type { MailMessage } from '../../formats/mail/message.ts'
import { receivedSteps } from '../../formats/mail/received.ts'
import type { MailVerdict } from './verdict.ts'

/** Who reports, and to whom. */
export interface ReportSide {
  readonly name: string
  readonly address: string
}

/** What a report is made of. Times are milliseconds since the epoch. */
export interface MailReport {
  readonly message: MailMessage
  /** The mail as it came. */
  readonly source: Uint8Array
  readonly verdict: MailVerdict
  readonly from: ReportSide
  readonly to: ReportSide
  readonly reportedAtMs: number
  /** Unique, of letters, digits and dashes: names the report and parts its pieces. */
  readonly id: string
}

/** One line of printable text. */
export const oneLine = (text: string, charactersMax: number = limits.mailExcerptCharactersMax): string =>
  text
    .slice(0, charactersMax)
    .replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, ' ')
    .trim()

/** Printable ASCII alone, for header fields. */
export const asciiLine = (text: string): string => oneLine(text).replace(/[^\x20-\x7e]/g, '?')

/** The address of the machine outside that handed the mail in; empty where the header does not say. */
export const sourceAddress = (message: MailMessage): string =>
  receivedSteps(message).find(
    ({ address }) =>
      address !== '' && !/^(?:10\.|127\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.|::1|f[cde])/i.test(address),
  )?.address ?? ''

/** The report in words: what it poses as, what shows that it is not, what it carries. */
export function reportWords({ message, verdict, from }: MailReport): string[] {
  const lines = [
    `${oneLine(from.name)} reports a mail that it received.`,
    '',
    `Subject: ${oneLine(message.subject)}`,
    `From: ${oneLine(message.from[0]?.name ?? '')} <${oneLine(message.from[0]?.address ?? '')}>`,
  ]
  const { posesAs } = verdict
  if (posesAs !== undefined) lines.push('', `It poses as ${oneLine(posesAs.name)}.`)
  const list = (title: string, items: readonly string[]): void => {
    if (items.length > 0)
      lines.push('', title, ...items.map((item) => `- ${oneLine(item, 2 * limits.mailExcerptCharactersMax)}`))
  }
  const ours = verdict.claims.filter(({ identity }) => posesAs === undefined || identity === posesAs.id)
  list(
    'What it claims:',
    ours.map(({ name, surface, excerpt }) => `${name}, in the ${surface.replaceAll('-', ' ')}: ${excerpt}`),
  )
  list(
    'What shows that it is not:',
    verdict.failures.map(({ proof }) => proof),
  )
  list(
    'What it carries:',
    verdict.payload.map(({ feature, path, proof }) => [feature.replaceAll('-', ' '), ...path, proof].join(': ')),
  )
  if (verdict.campaign !== undefined) {
    lines.push(
      '',
      `It belongs to a campaign (${verdict.campaign.id}) of ${verdict.campaign.mails} mails to ${verdict.campaign.recipients} recipients of this office.`,
    )
  }
  lines.push('', 'The mail is attached as it came. It may be dangerous to open.')
  return lines
}
