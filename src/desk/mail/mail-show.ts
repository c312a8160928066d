/** What people are shown of a mail, and what they hand on: read from its bytes in the mail judging. */
import { createHash } from 'node:crypto'
import { limits } from '../../core/limits.ts'
import { htmlView } from '../../formats/mail/html-view.ts'
import { unwrapJournal } from '../../formats/mail/journal.ts'
import { filesOf } from '../../formats/mail/mail-files.ts'
import type { MailMessage } from '../../formats/mail/message.ts'
import { readAnyMail } from '../../formats/mail/outlook-message.ts'
import { instructionFor, mailSystems, ruleAgainst } from '../../watches/mail/administrator.ts'
import type { MailDocument } from '../../watches/mail/mail-document.ts'
import type { IdentityRegistry } from '../../watches/mail/registry.ts'
import { arfReport } from '../../watches/mail/report-arf.ts'
import { xarfReport } from '../../watches/mail/report-xarf.ts'
import type { MailVerdict } from '../../watches/mail/verdict.ts'
import { adviceOf, carriedWords, failureWords, surfaceWords, toldClaims, trickWords } from '../../watches/mail/words.ts'
import type { MailInstructionsView, MailProofView } from '../api/mail.ts'
import type { ShownMail, ToReport } from './protocol.ts'

function messageOf(bytes: Uint8Array): MailMessage | undefined {
  const read = readAnyMail(bytes, { source: 'mail', line: 1, offset: 0, length: bytes.length })
  return read.ok ? (unwrapJournal(read.value) ?? read.value) : undefined
}

/** A mail with its proofs, and its content where its bytes are at hand. */
export function showMail({ judged, unreadable }: MailDocument, bytes: Uint8Array | undefined): ShownMail {
  const message = bytes === undefined ? undefined : messageOf(bytes)
  const posesAs = judged?.posesAs
  return {
    claims: judged === undefined ? [] : claimsOf(judged),
    failures: (judged?.failures ?? []).map(({ kind, proof }) => ({ title: failureWords[kind], proof, path: [] })),
    carries: (judged?.payload ?? []).map(({ feature, path, proof }) => ({
      title: carriedWords[feature],
      proof,
      path: path.filter((each) => each !== ''),
    })),
    problems: [...(message?.notes ?? []), ...(unreadable === undefined ? (judged?.problems ?? []) : [unreadable])],
    advice:
      judged === undefined ? ['Look at this mail by hand, with somebody beside you who knows mail.'] : adviceOf(judged),
    ...(posesAs === undefined ? {} : { call: { name: posesAs.name, phone: posesAs.phone } }),
    headers: (message?.headers ?? []).slice(0, limits.mailHeadersMax).map(({ name, value }) => ({ name, value })),
    text: message?.text ?? '',
    view: message === undefined ? '' : htmlView(message.html),
    files: (message === undefined ? [] : filesOf(message)).map(({ part, within }) => ({
      name: [...within, part.fileName].join(' > '),
      contentType: part.contentType,
      bytes: part.bytes.length,
      sha256: createHash('sha256').update(part.bytes).digest('hex'),
    })),
  }
}

const claimsOf = (judged: MailVerdict): MailProofView[] =>
  toldClaims(judged).map(({ name, surface, excerpt, tricks }) => {
    const disguise =
      tricks.length === 0 ? '' : `, disguised by ${tricks.map((trick) => trickWords[trick]).join(' and ')}`
    return { title: `${name}, ${surfaceWords[surface]}${disguise}`, proof: excerpt, path: [] }
  })

/** A report of a mail to whom it poses as; none of a mail that cannot be read. */
export function reportMail(given: ToReport, registry: IdentityRegistry): Uint8Array | undefined {
  const { form, bytes, judged, officeName, reportFrom, reportedAtMs, id } = given
  const message = messageOf(bytes)
  if (message === undefined) return undefined
  const posesAs = registry.identities[registry.indexOf(judged.posesAs?.id ?? '')]
  const report = {
    message,
    source: bytes,
    verdict: judged,
    from: { name: officeName === '' ? 'An election office' : officeName, address: reportFrom },
    to: { name: posesAs?.name ?? '', address: posesAs?.reportAddress ?? '' },
    reportedAtMs,
    id,
  }
  return form === 'arf' ? arfReport(report) : Buffer.from(xarfReport(report))
}

const systemNames: Readonly<Record<(typeof mailSystems)[number], string>> = {
  'microsoft-365': 'Microsoft 365',
  'google-workspace': 'Google Workspace',
  rspamd: 'rspamd',
  postfix: 'postfix',
}

/** What to hand to whoever runs the mail; none where nothing could be held without holding honest mail too. */
export function instructAgainst(
  bytes: Uint8Array,
  judged: MailVerdict,
  registry: IdentityRegistry,
): MailInstructionsView['instructions'] | undefined {
  const message = messageOf(bytes)
  const rule = message === undefined ? undefined : ruleAgainst(message, judged, registry)
  if (rule === undefined) return undefined
  return mailSystems.map((system) => {
    const [how = '', ...text] = instructionFor(system, rule).split('\n')
    const name = systemNames[system]
    return { system: name, how: how.replace(`${name}: `, ''), text: text.join('\n').trim() }
  })
}
