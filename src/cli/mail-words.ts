/** What the mail check says of one mail: as a line of JSON, and in words for a person. Everything from the mail is shown as
 *  characters, never obeyed. */
import { createHash } from 'node:crypto'
import type { Reject } from '../core/place.ts'
import { filesOf, type MailFile } from '../formats/mail/mail-files.ts'
import type { MailAddress, MailMessage } from '../formats/mail/message.ts'
import { isActing } from '../watches/mail/payload.ts'
import type { CarriedFeature, Claim, MailVerdict } from '../watches/mail/verdict.ts'
import { adviceOf, carriedWords, failureWords, surfaceWords, toldClaims, trickWords } from '../watches/mail/words.ts'
import { excerpt, printable, wrap } from './printable.ts'

/** A mail with its verdict. */
export interface Shown {
  readonly file: string
  readonly message: MailMessage
  readonly verdict: MailVerdict
}

const fileInWords = (file: string): string => file.replace(/^-(?=#|$)/, 'standard input')

/** `{file, verdict, score, claims, failures, payload, campaign, files}`, one line a mail. */
export function mailLine({ file, message, verdict }: Shown): Readonly<Record<string, unknown>> {
  return {
    file,
    verdict: verdict.verdict,
    score: Number(verdict.score.toFixed(4)),
    impersonation: Number(verdict.impersonation.toFixed(4)),
    phishing: Number(verdict.phishing.toFixed(4)),
    posesAs: verdict.posesAs?.id ?? null,
    claims: verdict.claims.map(({ identity, name, surface, excerpt: text, tricks }) => ({
      identity,
      name,
      surface,
      text,
      tricks,
    })),
    failures: verdict.failures,
    payload: verdict.payload,
    campaign: verdict.campaign ?? null,
    files: filesOf(message).map(({ part, within }) => ({
      name: part.fileName,
      within,
      contentType: part.contentType,
      bytes: part.bytes.length,
      sha256: createHash('sha256').update(part.bytes).digest('hex'),
    })),
    problems: verdict.problems,
    notes: message.notes,
  }
}

/** A mail that cannot be read is told of, and never left out. */
export const rejectLine = (file: string, { reason, message }: Reject): Readonly<Record<string, unknown>> => ({
  file,
  verdict: null,
  unreadable: { reason, message },
})

const shownCharacters = 160
const shownProofs = 12

/** A list with its head, each entry wrapped and indented. */
function list(head: string, entries: readonly string[], columns: number): string[] {
  if (entries.length === 0) return []
  const lines = [head]
  for (const entry of entries.slice(0, shownProofs)) {
    for (const [index, line] of wrap(entry, columns - 4).entries())
      lines.push(`${index === 0 ? '  - ' : '    '}${line}`)
  }
  if (entries.length > shownProofs) lines.push(`  - and ${entries.length - shownProofs} more`)
  return lines
}

const claimText = ({ name, surface, excerpt: text, tricks }: Claim): string => {
  const disguise = tricks.length === 0 ? '' : ` Disguised by ${tricks.map((trick) => trickWords[trick]).join(', ')}.`
  return printable(`${name}, ${surfaceWords[surface]}: "${excerpt(text, shownCharacters)}".${disguise}`)
}

const titles: Readonly<Record<MailVerdict['verdict'], string>> = {
  attack: 'ATTACK',
  suspicious: 'SUSPICIOUS',
  clean: 'Nothing found',
}

/** The first line says what the mail is held for. */
function titleOf({ verdict, posesAs, payload }: MailVerdict): string {
  const title = titles[verdict]
  if (verdict === 'clean')
    return payload.some(({ feature }) => isActing(feature))
      ? 'Take care: it carries something that acts when it is opened, though nothing else speaks against it.'
      : title
  if (posesAs !== undefined) return `${title}: this mail poses as ${posesAs.name}, and they did not send it.`
  return `${title}: this mail has the marks of phishing.`
}

const proofText = (proof: string): string => (proof === '' ? '' : `: ${excerpt(proof, shownCharacters)}`)

const personText = ({ name, address }: MailAddress): string => (address === '' ? name : `${name} <${address}>`.trim())

/** The mail in words, at most `columns` wide. */
export function mailWords({ file, message, verdict }: Shown, columns: number): string[] {
  const fact = (label: string, text: string): string[] => wrap(`${label} ${excerpt(text, shownCharacters)}`, columns)
  const [from] = message.from
  const head = [
    ...wrap(printable(titleOf(verdict)), columns),
    ...fact('File:', fileInWords(file)),
    ...fact('From:', from === undefined ? '(nobody)' : personText(from)),
    ...fact('Subject:', message.subject),
    ...list('Files in it:', filesOf(message).filter(isTold).map(fileText), columns),
  ]
  const { campaign } = verdict
  const isClean = verdict.verdict === 'clean'
  const carried = (shown: MailVerdict['payload']): string[] =>
    list(
      'What it carries:',
      shown.map(({ feature, path, proof }) => carriedText(feature, path, proof)),
      columns,
    )
  const problems = list('Also to know:', [...message.notes, ...verdict.problems].map(printable), columns)
  if (isClean) return [...head, ...carried(verdict.payload.filter(({ feature }) => isActing(feature))), ...problems]
  return [
    ...head,
    ...list('Whom it names:', toldClaims(verdict).map(claimText), columns),
    ...list(
      'What does not fit:',
      verdict.failures.map(({ kind, proof }) => `${failureWords[kind]}${proofText(proof)}`),
      columns,
    ),
    ...carried(verdict.payload),
    ...(campaign === undefined ? [] : list('Campaign:', [campaignText(campaign)], columns)),
    ...problems,
    ...list('What to do:', adviceOf(verdict).map(printable), columns),
  ]
}

/** Pictures of the text itself and forms of it are no files to whoever reads the mail. */
const isTold = ({ part }: MailFile): boolean => part.fileName !== '' || part.disposition === 'attachment'

const fileText = ({ part, within }: MailFile): string =>
  [...within, part.fileName || 'without a name'].map((each) => excerpt(each, shownCharacters)).join(' > ')

function carriedText(feature: CarriedFeature, path: readonly string[], proof: string): string {
  // A part without a name has none to show.
  const names = path.filter((each) => each !== '').map((each) => excerpt(each, shownCharacters))
  const where = names.length === 0 ? '' : ` in ${names.join(' > ')}`
  return `${carriedWords[feature]}${where}${proofText(proof)}`
}

const campaignText = ({ id, mails, recipients }: NonNullable<MailVerdict['campaign']>): string =>
  printable(`${id}: ${mails} mails like this one, to ${recipients} recipients so far.`)

/** A mail that cannot be read, in words. */
export const rejectWords = (file: string, { message }: Reject, columns: number): string[] => [
  ...wrap(`UNREADABLE: ${printable(message)} Look at it by hand.`, columns),
  ...wrap(`File: ${excerpt(fileInWords(file), shownCharacters)}`, columns),
]
