/** Takes mail in: each is judged, kept where it is flagged, and written down in the journal of its source, from where findings
 *  and the list of mail are made. */
import { createHash } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type { SourceId } from '../../core/ids.ts'
import { limits } from '../../core/limits.ts'
import type { JournalPort } from '../../sources/definition.ts'
import type { ReceivedMail } from '../../sources/mail/received-mail.ts'
import type { MailDocument } from '../../watches/mail/mail-document.ts'
import type { KeptMail } from './kept-mail.ts'
import type { MailProcess } from './mail-process.ts'

/** The stream of a source's journal that its log of mail is. */
const stream = 'mail'

/** What mail is taken in with. */
export interface MailIntakeParts {
  readonly judging: MailProcess
  readonly kept: KeptMail
  readonly journal: JournalPort
  readonly clock: () => number
}

/** SHA-256 of a mail's bytes, hex: its name everywhere. */
export const mailId = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

/** Takes in the mail of all sources. */
export class MailIntake {
  readonly #parts: MailIntakeParts
  readonly #closing = new AbortController()
  readonly #closed = new Promise<void>((resolve) => {
    this.#closing.signal.addEventListener('abort', () => resolve())
  })

  constructor(parts: MailIntakeParts) {
    this.#parts = parts
  }

  /** Makes everything ready: the first mail of a server that waits takes no longer than the next. */
  async warmUp(): Promise<void> {
    const bytes = Buffer.from('From: <nobody@bellwether.invalid>\r\nSubject: ready\r\n\r\nReady.\r\n')
    const { judging, clock } = this.#parts
    await judging.judge({ bytes, id: mailId(bytes), takenAtMs: clock(), origin: 'the desk', remembers: false })
  }

  /** Judges a mail and writes it down. Resolves with what was judged; rejects where it cannot be written down. */
  async take(sourceId: SourceId, mail: ReceivedMail): Promise<MailDocument> {
    const document = await this.#judge(mail)
    await this.#writeDown(sourceId, mail, document, true)
    return document
  }

  /** As `take`, for a mailbox: waits while the desk is behind or its disk is full, so that nothing is passed over. */
  async takePatiently(sourceId: SourceId, mail: ReceivedMail): Promise<void> {
    const { journal } = this.#parts
    const { signal } = this.#closing
    if (journal.isFull) await Promise.race([journal.whenReady(), this.#closed])
    signal.throwIfAborted()
    const document = await this.#judge(mail)
    for (;;) {
      try {
        await this.#writeDown(sourceId, mail, document, true)
        return
      } catch (error) {
        // The journal says what is wrong with the disk.
        if (signal.aborted) throw error
        await delay(limits.mailRetryMs, undefined, { ref: false, signal }).catch(() => undefined)
      }
    }
  }

  /** As `take`, for a mail that a server waits with: answers as soon as it is judged. What cannot be written down then counts
   *  as lost, and is said so; the mail itself goes on its way. */
  async takeNow(sourceId: SourceId, mail: ReceivedMail): Promise<MailDocument> {
    const document = await this.#judge(mail)
    this.#writeDown(sourceId, mail, document, false).catch(() => this.#parts.journal.countLost(sourceId, 1))
    return document
  }

  async #judge(mail: ReceivedMail): Promise<MailDocument> {
    const { bytes, origin, delivery, mailboxes } = mail
    return await this.#parts.judging.judge({
      bytes,
      id: mailId(bytes),
      takenAtMs: this.#parts.clock(),
      origin,
      remembers: true,
      ...(delivery === undefined ? {} : { delivery }),
      ...(mailboxes === undefined ? {} : { mailboxes }),
    })
  }

  async #writeDown(sourceId: SourceId, mail: ReceivedMail, document: MailDocument, durable: boolean): Promise<void> {
    const { kept, journal } = this.#parts
    if (document.isKept) await kept.keep(document.id, mail.bytes)
    await journal.append(sourceId, stream, Buffer.from(`${JSON.stringify(document)}\n`), durable)
  }

  /** Nobody waits any more: what is not written down by now is offered again after the next start. */
  close(): void {
    this.#closing.abort()
  }
}
