/** What the desk and its mail process say to each other; plain data. The desk's main thread reads no mail itself: it
 *  asks. */
import type { MailDelivery } from '../../sources/mail/received-mail.ts'
import type { ProtectedIdentity } from '../../watches/mail/identity.ts'
import type { MailDocument } from '../../watches/mail/mail-document.ts'
import type { MailOffice } from '../../watches/mail/mail-office.ts'
import type { MailVerdict } from '../../watches/mail/verdict.ts'
import type { MailInstructionsView, MailView } from '../api/mail.ts'

/** What the process is started with. */
export interface MailProcessStart {
  readonly office: MailOffice
  /** Of the office's own, beside those that ship with Bellwether. */
  readonly identities: readonly ProtectedIdentity[]
  /** Where the memory of senders and campaigns lies. */
  readonly memoryFolder: string
  /** Looks up who answers for a mail at the system's name servers. */
  readonly asksNameServers: boolean
}

/** A mail to judge. */
export interface ToJudge {
  readonly bytes: Uint8Array
  readonly id: string
  readonly takenAtMs: number
  readonly origin: string
  readonly delivery?: MailDelivery
  readonly mailboxes?: readonly string[]
  /** False for mails that somebody tries out. */
  readonly remembers: boolean
}

/** What a person is shown of one mail by itself. */
export type ShownMail = Pick<
  MailView,
  'claims' | 'failures' | 'carries' | 'problems' | 'advice' | 'call' | 'headers' | 'text' | 'view' | 'files'
>

/** A report to make. */
export interface ToReport {
  readonly form: 'arf' | 'xarf'
  readonly bytes: Uint8Array
  readonly judged: MailVerdict
  readonly officeName: string
  readonly reportFrom: string
  readonly reportedAtMs: number
  /** Names the report: letters, digits and dashes. */
  readonly id: string
}

/** What the process is asked, and what it answers. */
export interface MailQuestions {
  readonly judge: { readonly given: ToJudge; readonly answer: MailDocument }
  readonly show: {
    /** `bytes` are left out where they are kept no more. */
    readonly given: { readonly document: MailDocument; readonly bytes?: Uint8Array }
    readonly answer: ShownMail
  }
  /** No report of a mail that cannot be read. */
  readonly report: { readonly given: ToReport; readonly answer: Uint8Array | undefined }
  /** None where nothing of a mail could be held without holding honest mail too. */
  readonly instruct: {
    readonly given: { readonly bytes: Uint8Array; readonly judged: MailVerdict }
    readonly answer: MailInstructionsView['instructions'] | undefined
  }
}

/** A question with its number. */
export type MailQuestion = {
  readonly [Kind in keyof MailQuestions]: {
    readonly type: 'ask'
    readonly kind: Kind
    readonly number: number
    readonly given: MailQuestions[Kind]['given']
  }
}[keyof MailQuestions]

/** What the process is told. */
export type ToMailProcess =
  /** Comes first, and once. */
  | { readonly type: 'start'; readonly start: MailProcessStart }
  | MailQuestion
  | { readonly type: 'identities'; readonly identities: readonly ProtectedIdentity[] }
  | { readonly type: 'stop' }

/** What the process says. */
export type FromMailProcess =
  | { readonly type: 'answer'; readonly number: number; readonly answer: unknown }
  /** Something is wrong, in a sentence; undefined when it is over. */
  | { readonly type: 'trouble'; readonly message: string | undefined }
