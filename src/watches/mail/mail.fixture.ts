/** Mails for the tests of the mail watch, written out and read by the true reader, so that no test knows more of a mail
 *  than the watch does. */
import { examine } from '../../formats/documents/examine.ts'
import type { MailMessage } from '../../formats/mail/message.ts'
import { readMail } from '../../formats/mail/read-mail.ts'
import { MailChecker } from './check.ts'
import type { ProtectedIdentity } from './identity.ts'
import { emptyMailOffice, type MailOffice } from './mail-office.ts'
import { shippedIdentities } from './shipped-identities.ts'

/** What a test says of a mail; the rest is that of an ordinary one. */
export interface MailPlan {
  readonly from: string
  readonly to?: string
  readonly subject?: string
  readonly replyTo?: string
  readonly returnPath?: string
  readonly text?: string
  readonly html?: string
  /** What the office's own server found, as Authentication-Results has it. */
  readonly authentication?: string
  readonly headers?: readonly string[]
  readonly file?: { readonly name: string; readonly type: string; readonly text: string }
  readonly id?: string
  readonly timeMs?: number
}

export const officeServer = 'mx.county.example'
export const testOffice: MailOffice = {
  ...emptyMailOffice,
  name: 'Maple County Clerk',
  domains: ['county.example'],
  people: [{ name: 'Dana Morales', addresses: ['dana.morales.private@gmail.com'] }],
  trustedServers: [officeServer],
  knownAddresses: ['field.engineer@gmail.com'],
}

/** A mail in a vendor's name from a free mail service, with a file that runs a program. */
export const vendorSpoof = {
  from: '"VR Systems" <vr.elections.support@gmail.com>',
  subject: 'New EViD User Guides',
  text: 'Please open the attached user guides and enable their content before early voting begins.',
  file: {
    name: 'New EViD User Guides.hta',
    type: 'application/hta',
    text: '<script>new ActiveXObject("WScript.Shell").Run("cmd")</script>',
  },
} as const satisfies MailPlan

/** The bytes of a mail. */
export function mailSource(plan: MailPlan): Uint8Array {
  const date = new Date(plan.timeMs ?? Date.UTC(2026, 8, 1, 14)).toUTCString().replace('GMT', '+0000')
  const lines = [
    ...(plan.returnPath === undefined ? [] : [`Return-Path: <${plan.returnPath}>`]),
    ...(plan.authentication === undefined ? [] : [`Authentication-Results: ${officeServer}; ${plan.authentication}`]),
    `Received: from out.sender.example (out.sender.example [203.0.113.9]) by ${officeServer} with ESMTPS id 1; ${date}`,
    ...(plan.headers ?? []),
    `From: ${plan.from}`,
    `To: ${plan.to ?? 'clerk@county.example'}`,
    `Subject: ${plan.subject ?? 'Schedule'}`,
    ...(plan.replyTo === undefined ? [] : [`Reply-To: ${plan.replyTo}`]),
    `Date: ${date}`,
    `Message-ID: <${plan.id ?? 'one'}@sender.example>`,
    'MIME-Version: 1.0',
    'Content-Type: multipart/mixed; boundary=b',
    '',
    '--b',
    `Content-Type: text/${plan.html === undefined ? 'plain' : 'html'}; charset=utf-8`,
    '',
    plan.html ?? plan.text ?? 'See you on Tuesday.',
    ...(plan.file === undefined
      ? []
      : [
          '--b',
          `Content-Type: ${plan.file.type}`,
          `Content-Disposition: attachment; filename="${plan.file.name}"`,
          '',
          plan.file.text,
        ]),
    '--b--',
    '',
  ]
  return new TextEncoder().encode(lines.join('\r\n'))
}

/** The mail as it is read. */
export function mail(plan: MailPlan): MailMessage {
  const read = readMail(mailSource(plan), { source: 'test.eml', line: 1, offset: 0, length: 1 })
  if (!read.ok) throw new Error(read.error.message)
  return read.value
}

/** A checker with the shipped identities, and further ones. */
export const testChecker = (
  identities: readonly ProtectedIdentity[] = [],
  office: MailOffice = testOffice,
): MailChecker => new MailChecker({ identities: [...shippedIdentities, ...identities], office, examine })
