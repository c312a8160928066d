/** Judges mails as they come in: who answers for them is asked of name servers first, then each is read, looked into and
 *  judged in the order in which it came. */
import { limits } from '../../core/limits.ts'
import type { BarCodeReader } from '../../formats/documents/bar-codes.ts'
import { examine } from '../../formats/documents/examine.ts'
import { unwrapJournal } from '../../formats/mail/journal.ts'
import type { MailMessage } from '../../formats/mail/message.ts'
import { readAnyMail } from '../../formats/mail/outlook-message.ts'
import { openBarCodeReader } from '../../sources/bar-codes/zxing-reader.ts'
import { authenticateMail } from '../../sources/mail/authenticate.ts'
import { mailCodes } from '../../sources/mail/mail-codes.ts'
import type { Authentication } from '../../watches/mail/authentication.ts'
import { MailChecker, type MailContext, type RememberedMail } from '../../watches/mail/check.ts'
import { forgottenStep } from '../../watches/mail/hits.ts'
import type { ProtectedIdentity } from '../../watches/mail/identity.ts'
import { documentOf } from '../../watches/mail/judged-document.ts'
import { type MailCircumstances, type MailDocument, unreadableDocument } from '../../watches/mail/mail-document.ts'
import type { MailOffice } from '../../watches/mail/mail-office.ts'
import type { IdentityRegistry } from '../../watches/mail/registry.ts'
import { shippedIdentities } from '../../watches/mail/shipped-identities.ts'
import { MailMemory } from './mail-memory.ts'
import type { MailProcessStart, ToJudge } from './protocol.ts'

/** Looks names up as `node:dns` does. */
export type ResolveNames = Parameters<typeof authenticateMail>[2]

/** What a judge is made of. */
export interface MailJudgeParts extends Omit<MailProcessStart, 'asksNameServers'> {
  /** No name server is asked where it is left out. */
  readonly resolve?: ResolveNames
  /** Something is wrong, in a sentence; undefined when it is over. */
  readonly onTrouble: (message: string | undefined) => void
}

/** Judges mails, and remembers them. */
export class MailJudge {
  readonly #parts: MailJudgeParts
  readonly #memory: MailMemory
  #checker: MailChecker
  #codes: BarCodeReader | undefined
  #forgottenSaid: number
  #last: Promise<unknown> = Promise.resolve()

  constructor(parts: MailJudgeParts) {
    this.#parts = parts
    this.#memory = new MailMemory(parts.memoryFolder)
    this.#checker = newChecker(parts.identities, parts.office)
    parts.onTrouble(this.#memory.restore(this.#checker))
    this.#forgottenSaid = this.#checker.forgotten
  }

  /** Everybody in whose name nobody else may write. */
  get registry(): IdentityRegistry {
    return this.#checker.registry
  }

  /** Goes on with other identities of the office's own; what was remembered stays. */
  use(identities: readonly ProtectedIdentity[]): void {
    const saved = this.#checker.save()
    this.#checker = newChecker(identities, this.#parts.office)
    this.#checker.merge(saved)
    this.#forgottenSaid = this.#checker.forgotten
  }

  /** Judges one mail. Name servers are asked for several at once; verdicts come in the order of the calls. */
  async judge(mail: ToJudge): Promise<MailDocument> {
    const message = read(mail)
    if (typeof message === 'string') return unreadableDocument(message, circumstances(mail, []))
    const authentication = this.#authenticate(mail, message)
    const before = this.#last
    const judged = before.then(async () => await this.#judge(mail, message, await authentication))
    this.#last = judged.catch(() => undefined)
    return await judged
  }

  async #authenticate({ bytes, delivery }: ToJudge, message: MailMessage): Promise<Authentication | undefined> {
    const { resolve, office } = this.#parts
    // Where the office's own servers have checked, their word stands in the header.
    if (resolve === undefined || delivery === undefined || office.trustedServers.length > 0) return undefined
    const { client, envelopeFrom } = delivery
    const headerFrom = message.from[0]?.address ?? ''
    return await authenticateMail(
      bytes,
      { address: client.address, greeting: client.greeting, envelopeFrom, headerFrom },
      resolve,
    )
  }

  async #judge(mail: ToJudge, message: MailMessage, authentication: Authentication | undefined): Promise<MailDocument> {
    this.#codes ??= await openBarCodeReader()
    const recipients = recipientsOf(mail, message)
    const context: MailContext = {
      id: mail.id,
      codes: await mailCodes(message, this.#codes, examine),
      ...(authentication === undefined ? {} : { authentication }),
      ...(recipients.length === 0 ? {} : { recipients }),
    }
    const isNew = mail.remembers && !this.#memory.knows(mail.id)
    const verdict = isNew
      ? this.#checker.check(message, context, (remembered) => this.#remember(mail.id, remembered))
      : this.#checker.look(message, context)
    const isFuller = this.#checker.forgotten >= this.#forgottenSaid + forgottenStep
    if (isFuller) this.#forgottenSaid = this.#checker.forgotten
    return documentOf(message, verdict, circumstances(mail, recipients), isFuller)
  }

  #remember(id: string, remembered: RememberedMail): void {
    try {
      this.#memory.add(id, remembered, this.#checker)
      this.#parts.onTrouble(undefined)
    } catch {
      this.#parts.onTrouble('What the desk learns of your senders cannot be written to its disk. Make room there.')
    }
  }

  /** Writes the memory whole: the process ends. */
  async close(): Promise<void> {
    await this.#last
    try {
      this.#memory.snapshot(this.#checker)
    } catch {
      // The log has it all.
    }
  }
}

const newChecker = (own: readonly ProtectedIdentity[], office: MailOffice): MailChecker =>
  new MailChecker({ identities: [...shippedIdentities, ...own], office, examine })

/** The mail, or why it cannot be read. */
function read({ bytes, origin, delivery }: ToJudge): MailMessage | string {
  const place = { source: origin, line: 1, offset: 0, length: bytes.length }
  const result = readAnyMail(bytes, place)
  if (!result.ok) return result.error.message
  const message = unwrapJournal(result.value) ?? result.value
  if (delivery === undefined) return message
  return { ...message, returnPath: delivery.envelopeFrom.toLowerCase(), envelopeTo: delivery.envelopeTo }
}

/** Whom it reached: by the envelope, by the mailbox that it was found in, or by what it says itself. */
function recipientsOf({ delivery, mailboxes = [] }: ToJudge, message: MailMessage): string[] {
  const told = delivery?.envelopeTo ?? message.envelopeTo ?? []
  const named = [...message.to, ...message.cc].map(({ address }) => address).filter((address) => address !== '')
  const found = told.length > 0 ? told : mailboxes.length > 0 ? mailboxes : named
  return [...new Set(found.map((address) => address.toLowerCase()))].slice(0, limits.mailSketchFactsMax)
}

const circumstances = (
  { id, takenAtMs, bytes, origin, delivery, mailboxes = [] }: ToJudge,
  recipients: readonly string[],
): MailCircumstances => ({
  id,
  takenAtMs,
  bytes: bytes.length,
  origin,
  recipients: recipients.length > 0 ? recipients : (delivery?.envelopeTo ?? mailboxes),
  ...(delivery === undefined
    ? {}
    : {
        envelopeFrom: delivery.envelopeFrom,
        clientAddress: delivery.client.address,
        clientName: delivery.client.name,
      }),
})
