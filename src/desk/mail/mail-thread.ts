/** The mail thread as the desk sees it: mails in, documents out. A mail on which it fails or hangs is said to be unreadable and
 *  goes on its way; the thread is started again. */
import { setTimeout as delay } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import { limits } from '../../core/limits.ts'
import type { ProtectedIdentity } from '../../watches/mail/identity.ts'
import { type MailDocument, unreadableDocument } from '../../watches/mail/mail-document.ts'
import type { FromMailThread, MailThreadStart, ToJudge, ToMailThread } from './protocol.ts'

interface Waiting {
  readonly mail: ToJudge
  readonly resolve: (document: MailDocument) => void
  readonly timer: NodeJS.Timeout
}

/** The thread; it is started with the first mail. */
export class MailThread {
  readonly #onTrouble: (message: string | undefined) => void
  readonly #judgeMsMax: number
  #start: MailThreadStart
  #worker: Worker | undefined
  readonly #waiting = new Map<number, Waiting>()
  #number = 0
  #isClosed = false

  /** `judgeMsMax` is how long one mail may be judged. */
  constructor(
    start: MailThreadStart,
    onTrouble: (message: string | undefined) => void,
    judgeMsMax: number = limits.mailJudgeMsMax,
  ) {
    this.#start = start
    this.#onTrouble = onTrouble
    this.#judgeMsMax = judgeMsMax
  }

  /** Judges a mail. Never rejects: what cannot be judged is said in the document. */
  judge(mail: Omit<ToJudge, 'number'>): Promise<MailDocument> {
    const number = ++this.#number
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.#giveUp(), this.#judgeMsMax)
      timer.unref()
      this.#waiting.set(number, { mail: { ...mail, number }, resolve, timer })
      this.#post({ type: 'judge', mail: { ...mail, number } })
    })
  }

  use(identities: readonly ProtectedIdentity[]): void {
    this.#start = { ...this.#start, identities }
    if (this.#worker !== undefined) this.#post({ type: 'identities', identities })
  }

  #post(message: ToMailThread): void {
    this.#worker ??= this.#begin()
    this.#worker.postMessage(message)
  }

  #begin(): Worker {
    const worker = new Worker(new URL('./worker.ts', import.meta.url), {
      workerData: this.#start,
      resourceLimits: { maxOldGenerationSizeMb: limits.mailHeapMib, maxYoungGenerationSizeMb: 16 },
    })
    worker.on('message', (message: FromMailThread) => this.#hear(message))
    worker.on('error', () => undefined)
    worker.on('exit', () => {
      if (worker === this.#worker) this.#ended()
    })
    worker.unref()
    return worker
  }

  #hear(message: FromMailThread): void {
    if (message.type === 'trouble') this.#onTrouble(message.message)
    if (message.type === 'judged') this.#finish(message.number, message.document)
  }

  #finish(number: number, document: MailDocument): void {
    const waiting = this.#waiting.get(number)
    if (waiting === undefined) return
    clearTimeout(waiting.timer)
    this.#waiting.delete(number)
    waiting.resolve(document)
  }

  /** The oldest takes too long: the thread is ended, and what becomes of the others is `#ended`'s. */
  #giveUp(): void {
    void this.#worker?.terminate()
  }

  /** The thread is gone. The mail that it was at is given up; the others are judged by the next one. */
  #ended(): void {
    this.#worker = undefined
    const [oldest] = this.#waiting.values()
    if (oldest === undefined) return
    const { mail } = oldest
    const recipients = mail.delivery?.envelopeTo ?? mail.mailboxes ?? []
    const why = 'A part of Bellwether failed on this mail. Look at it by hand.'
    this.#finish(
      mail.number,
      unreadableDocument(why, {
        id: mail.id,
        takenAtMs: mail.takenAtMs,
        bytes: mail.bytes.length,
        origin: mail.origin,
        recipients,
        ...(mail.delivery === undefined ? {} : { clientAddress: mail.delivery.client.address }),
      }),
    )
    if (this.#isClosed) return
    for (const waiting of this.#waiting.values()) {
      waiting.timer.refresh()
      this.#post({ type: 'judge', mail: waiting.mail })
    }
  }

  /** Ends the thread when it has written down what it remembers. */
  async close(): Promise<void> {
    this.#isClosed = true
    const worker = this.#worker
    if (worker === undefined) return
    const exited = new Promise<void>((resolve) => worker.once('exit', () => resolve()))
    worker.postMessage({ type: 'stop' } satisfies ToMailThread)
    const timeout = delay(limits.stopMsMax / 2, 'timeout', { ref: false })
    if ((await Promise.race([exited, timeout])) === 'timeout') await worker.terminate()
  }
}
