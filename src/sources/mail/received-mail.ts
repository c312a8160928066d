/** What every way by which mail comes in hands on: a server that asks about a mail, a mailbox that is looked into, a file
 *  that somebody puts in. What becomes of a mail is decided elsewhere. */

/** How a mail reached the office, as its own server saw it. */
export interface MailDelivery {
  readonly client: { readonly name: string; readonly address: string; readonly greeting: string }
  /** Without angle brackets; empty for the null sender. */
  readonly envelopeFrom: string
  readonly envelopeTo: readonly string[]
}

/** One mail. */
export interface ReceivedMail {
  /** The message as it was sent: header and body. */
  readonly bytes: Uint8Array
  /** Where it was found, for people: `INBOX of clerk@county.example`, `milter 4XyZ`. */
  readonly origin: string
  /** Only where the mail was taken while it arrived. */
  readonly delivery?: MailDelivery
  /** Mailboxes that hold it, where the way in knows: the address that was asked about. */
  readonly mailboxes?: readonly string[]
}

/** Takes a mail; resolves once it is safe on disk and judged, so that the way in may go on behind it. Rejects where the
 *  disk is full: the same mail is offered again later. A mail that is offered twice is counted once. */
export type MailReceiver = (mail: ReceivedMail) => Promise<void>

/** How far a mailbox was read, as plain data of the way in; kept over restarts. */
export interface MailCursor {
  load(): Promise<unknown>
  save(position: unknown): Promise<void>
}

/** What a mailbox that is looked into works with. */
export interface MailboxParts {
  readonly receive: MailReceiver
  readonly cursor: MailCursor
  readonly nowMs: () => number
}

/** A mailbox that is looked into, at a glance. */
export interface MailboxState {
  /** What keeps it from being read now, in a sentence with the mend; undefined while all is well. */
  readonly problem: string | undefined
  /** Sentences on how it stands: `1,204 mails read; looked 40 seconds ago.` */
  readonly notes: readonly string[]
  /** Mails that were handed on since it was opened. */
  readonly mails: number
}

/** A mailbox that is looked into until it is closed. Opening never fails: what cannot be reached is tried again, ever less
 *  often, and said in its state. */
export interface Mailbox {
  state(): MailboxState
  /** Looks at nothing more. Resolves when what was under way is handed on. */
  close(): Promise<void>
}
