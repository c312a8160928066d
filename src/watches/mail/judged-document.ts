/** Makes the document of a mail that was judged. */
import { limits } from '../../core/limits.ts'
import type { MailMessage } from '../../formats/mail/message.ts'
import { cut, type MailCircumstances, type MailDocument } from './mail-document.ts'
import { sketchId } from './sketch.ts'
import type { MailVerdict } from './verdict.ts'
import { sentenceOf } from './words.ts'

/** What is written down of a mail that was judged. */
export function documentOf(
  message: MailMessage,
  judged: MailVerdict,
  { id, takenAtMs, bytes, origin, envelopeFrom, recipients, clientAddress, clientName }: MailCircumstances,
  hasForgotten: boolean,
): MailDocument {
  const [sender] = message.from
  const isArriving = clientAddress !== undefined
  const { timeMs } = message
  const files = message.parts.filter(({ fileName }) => fileName !== '').slice(0, limits.mailProofsMax)
  return {
    subject: cut(message.subject),
    from: { name: cut(sender?.name ?? ''), address: cut(sender?.address ?? '') },
    recipients: recipients.slice(0, limits.mailProofsMax).map(cut),
    verdict: judged.verdict,
    sentence: sentenceOf(judged),
    id,
    takenAtMs,
    // What a mail says of its time is its sender's word; a mailbox that is read later knows no better.
    atMs: isArriving || !Number.isFinite(timeMs) ? takenAtMs : Math.min(timeMs, takenAtMs),
    ...(Number.isFinite(timeMs) ? { dateMs: timeMs } : {}),
    score: judged.score,
    ...(judged.posesAs === undefined ? {} : { posesAs: judged.posesAs.name }),
    // The first mails of a campaign do not know yet that it is one.
    campaign: judged.cluster ?? judged.campaign?.id ?? sketchId(judged.sketch),
    origin: cut(origin),
    messageId: cut(message.messageId),
    ...(envelopeFrom === undefined ? {} : { envelopeFrom: cut(envelopeFrom) }),
    ...(clientAddress === undefined ? {} : { src_ip: clientAddress }),
    ...(clientName === undefined ? {} : { clientName: cut(clientName) }),
    bytes,
    files: files.map(({ fileName, contentType, bytes: content }) => ({
      name: cut(fileName),
      contentType: cut(contentType),
      bytes: content.length,
    })),
    isKept: judged.verdict !== 'clean',
    judged,
    ...(hasForgotten ? { hasForgotten } : {}),
  }
}
