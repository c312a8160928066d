/** A mail as the console shows it: from what was written down of it, and from its bytes where they are kept. Pure. */
import { createHash } from 'node:crypto'
import { limits } from '../../core/limits.ts'
import { htmlView } from '../../formats/mail/html-view.ts'
import type { MailMessage } from '../../formats/mail/message.ts'
import type { MailRow } from '../../store/mails.ts'
import type { MailDocument } from '../../watches/mail/mail-document.ts'
import type { MailVerdict } from '../../watches/mail/verdict.ts'
import { adviceOf, carriedWords, failureWords, surfaceWords, trickWords } from '../../watches/mail/words.ts'
import type { MailProofView, MailSummaryView, MailView } from '../api/mail.ts'

/** How many mails and recipients a campaign has. */
export interface CampaignSize {
  readonly mails: number
  readonly recipients: number
}

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
export function mailSummary(document: MailDocument, sourceId: string, size: CampaignSize): MailSummaryView {
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
    ...(size.mails > 1 ? { campaign: { id: campaign, ...size } } : {}),
    sourceId,
  }
}

/** What is known of a mail beside what was written down. */
export interface MailSurroundings {
  readonly sourceId: string
  /** The mail as it is read now; undefined where its bytes are kept no more or cannot be read. */
  readonly message: MailMessage | undefined
  readonly isKept: boolean
  readonly others: readonly MailSummaryView[]
  readonly size: CampaignSize
  readonly incidentId: string | undefined
}

/** A mail's page. */
export function mailView(document: MailDocument, around: MailSurroundings): MailView {
  const { judged, unreadable, origin } = document
  const { message, isKept, others, size, sourceId, incidentId } = around
  const posesAs = judged?.posesAs
  return {
    ...mailSummary(document, sourceId, size),
    claims: judged === undefined ? [] : claimsOf(judged),
    failures: (judged?.failures ?? []).map(({ kind, proof }) => ({ title: failureWords[kind], proof, path: [] })),
    carries: (judged?.payload ?? []).map(({ feature, path, proof }) => ({
      title: carriedWords[feature],
      proof,
      path: [...path],
    })),
    problems: unreadable === undefined ? [...(judged?.problems ?? [])] : [unreadable],
    advice:
      judged === undefined ? ['Look at this mail by hand, with somebody beside you who knows mail.'] : adviceOf(judged),
    ...(posesAs === undefined ? {} : { call: { name: posesAs.name, phone: posesAs.phone } }),
    origin,
    ...(incidentId === undefined ? {} : { incidentId }),
    isKept,
    headers: (message?.headers ?? []).slice(0, limits.mailHeadersMax).map(({ name, value }) => ({ name, value })),
    text: message?.text ?? '',
    view: message === undefined ? '' : htmlView(message.html),
    files: (message?.parts ?? []).map(({ fileName, contentType, bytes }) => ({
      name: fileName,
      contentType,
      bytes: bytes.length,
      sha256: createHash('sha256').update(bytes).digest('hex'),
    })),
    others: [...others],
  }
}

const claimsOf = ({ claims }: MailVerdict): MailProofView[] =>
  claims.map(({ name, surface, excerpt, tricks }) => {
    const disguise =
      tricks.length === 0 ? '' : `, disguised by ${tricks.map((trick) => trickWords[trick]).join(' and ')}`
    return { title: `${name}, ${surfaceWords[surface]}${disguise}`, proof: excerpt, path: [] }
  })
