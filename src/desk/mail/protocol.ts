/** What the desk's main thread and the mail thread say to each other; plain data, bytes are handed over. */
import type { MailDelivery } from '../../sources/mail/received-mail.ts'
import type { ProtectedIdentity } from '../../watches/mail/identity.ts'
import type { MailDocument } from '../../watches/mail/mail-document.ts'
import type { MailOffice } from '../../watches/mail/registry.ts'

/** What the thread is started with. */
export interface MailThreadStart {
  readonly office: MailOffice
  readonly identities: readonly ProtectedIdentity[]
  /** Where the memory of senders and campaigns lies. */
  readonly memoryFolder: string
  /** Looks up who answers for a mail at the system's name servers. */
  readonly asksNameServers: boolean
}

/** A mail to judge. */
export interface ToJudge {
  readonly number: number
  readonly bytes: Uint8Array
  readonly id: string
  readonly takenAtMs: number
  readonly origin: string
  readonly delivery?: MailDelivery
  readonly mailboxes?: readonly string[]
  /** Left out for mails that somebody tries out. */
  readonly remembers: boolean
}

/** What the thread is told. */
export type ToMailThread =
  | { readonly type: 'judge'; readonly mail: ToJudge }
  | { readonly type: 'identities'; readonly identities: readonly ProtectedIdentity[] }
  | { readonly type: 'stop' }

/** What the thread says. */
export type FromMailThread =
  | { readonly type: 'judged'; readonly number: number; readonly document: MailDocument }
  /** Something is wrong, in a sentence; undefined when it is over. */
  | { readonly type: 'trouble'; readonly message: string | undefined }
  | { readonly type: 'stopped' }
