/** A mail as the desk writes it down when it comes in: who sent it to whom, and all that was judged of it. One line of the
 *  log of mail holds one; from it alone come findings, the list of mails and the archive. */
import type { Hit } from '../../core/finding.ts'
import { limits } from '../../core/limits.ts'
import type { Place } from '../../core/place.ts'
import { forgottenHit, hitsOf, unreadableHit } from './hits.ts'
import type { MailVerdict } from './verdict.ts'

/** What is known of a mail beside what it says. */
export interface MailCircumstances {
  /** SHA-256 of its bytes, hex. */
  readonly id: string
  readonly takenAtMs: number
  readonly bytes: number
  /** Where it was found, for people. */
  readonly origin: string
  readonly envelopeFrom?: string
  readonly recipients: readonly string[]
  /** The machine that handed it in, where the mail was taken while it arrived. */
  readonly clientAddress?: string
  readonly clientName?: string
}

/** The document. Texts of the mail are cut; `atMs` orders it among other events. */
export interface MailDocument {
  readonly subject: string
  readonly from: { readonly name: string; readonly address: string }
  readonly recipients: readonly string[]
  readonly verdict: MailVerdict['verdict'] | 'unreadable'
  readonly sentence: string
  readonly id: string
  readonly takenAtMs: number
  readonly atMs: number
  readonly dateMs?: number
  readonly score: number
  readonly posesAs?: string
  readonly campaign: string
  readonly origin: string
  readonly messageId: string
  readonly envelopeFrom?: string
  /** Named so that a search for an address finds it. */
  readonly src_ip?: string
  readonly clientName?: string
  readonly bytes: number
  readonly files: readonly {
    readonly name: string
    readonly contentType: string
    readonly bytes: number
  }[]
  /** The mail's own bytes are kept beside. */
  readonly isKept: boolean
  /** Only of a mail that could be read. */
  readonly judged?: MailVerdict
  /** Why it could not be read. */
  readonly unreadable?: string
  /** The memory of mail passed another bound. */
  readonly hasForgotten?: true
}

/** A text of a mail, as much of it as is written down. */
export const cut = (text: string): string => text.slice(0, limits.mailExcerptCharactersMax)

/** What is written down of a mail that could not be read, or on which a part of Bellwether failed. */
export function unreadableDocument(
  reason: string,
  { id, takenAtMs, bytes, origin, recipients, clientAddress }: MailCircumstances,
): MailDocument {
  return {
    subject: '',
    from: { name: '', address: '' },
    recipients: recipients.slice(0, limits.mailProofsMax).map(cut),
    verdict: 'unreadable',
    sentence: reason,
    id,
    takenAtMs,
    atMs: takenAtMs,
    score: 0,
    campaign: id,
    origin: cut(origin),
    messageId: '',
    ...(clientAddress === undefined ? {} : { src_ip: clientAddress }),
    bytes,
    files: [],
    isKept: true,
    unreadable: reason,
  }
}

/** What a search among mails looks through. */
export const wordsOfMail = ({ from, subject, recipients, messageId }: MailDocument): string =>
  [from.name, from.address, subject, ...recipients, messageId].join('\n')

/** What a mail that was written down is held against its sender; the mail's head stands for it as evidence. */
export function hitsOfDocument(document: MailDocument, place: Place): Hit[] {
  const { judged, from, atMs, verdict } = document
  const text = headOf(document)
  if (judged === undefined || verdict === 'unreadable') return [{ ...unreadableHit(place, atMs), text }]
  const head = { timeMs: atMs, from: [from], place }
  const hits = hitsOf(head, judged).map((hit) => ({ ...hit, text }))
  return document.hasForgotten === true ? [...hits, { ...forgottenHit(head, judged), text }] : hits
}

/** A mail in one line, for people. */
export const headOf = ({ from, recipients, subject, messageId, sentence }: MailDocument): string =>
  [
    `From: ${`${from.name} <${from.address}>`.trim()}`,
    `To: ${recipients.join(', ')}`,
    `Subject: ${subject}`,
    `Message-ID: ${messageId}`,
    sentence,
  ]
    .join(' | ')
    .slice(0, limits.evidenceTextCharactersMax)
