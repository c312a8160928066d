/** A mail in the list, from what was written down of it. Pure. */
import type { CampaignSize, MailRow } from '../../store/mails.ts'
import type { MailDocument } from '../../watches/mail/mail-document.ts'
import type { MailSummaryView } from '../api/mail.ts'

/** What was written down of a mail: this program's own words, so its form is not checked again. */
export const documentOfRow = ({ document }: MailRow): MailDocument => document as unknown as MailDocument

/** The document in a line of the log of mail; undefined where the bytes are none. */
export function readMailLine(bytes: Uint8Array): MailDocument | undefined {
  try {
    const document = JSON.parse(Buffer.from(bytes).toString('utf8')) as Partial<MailDocument>
    return typeof document.id === 'string' && Array.isArray(document.recipients)
      ? (document as MailDocument)
      : undefined
  } catch {
    return undefined
  }
}

/** A mail in the list. */
export function mailSummary(
  document: MailDocument,
  sourceId: string,
  size: Omit<CampaignSize, 'campaign'>,
): MailSummaryView {
  const { id, takenAtMs, dateMs, verdict, score, from, recipients, subject, posesAs, sentence, campaign } = document
  return {
    id,
    takenAtMs,
    ...(dateMs === undefined ? {} : { dateMs }),
    verdict,
    score,
    from: { ...from },
    recipients: [...recipients],
    subject,
    ...(posesAs === undefined ? {} : { posesAs }),
    sentence,
    ...(size.mails > 1 ? { campaign: { id: campaign, mails: size.mails, recipients: size.recipients } } : {}),
    sourceId,
  }
}
