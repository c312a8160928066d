/** The mail thread as the desk sees it: mails in, documents out. A mail on which it fails or hangs is said to be unreadable and
 *  goes on its way; the thread is started again. */
import { setTimeout as delay } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import { limits } from '../../core/limits.ts'
import type { ProtectedIdentity } from '../../watches/mail/identity.ts'
import { type MailDocument, unreadableDocument } from '../../watches/mail/mail-document.ts'
import type { FromMailThread, MailQuestion, MailQuestions, MailThreadStart, ToJudge, ToMailThread } from './protocol.ts'

interface Waiting {
  readonly question: MailQuestion
  readonly resolve: (answer: unknown) => void
  readonly timer: NodeJS.Timeout
}

/** What a question is answered with on which the thread failed. */
const failed = Symbol('failed')

/** The thread; it is started with the first question. */
export class MailThread {
  readonly #onTrouble: (message: string | undefined) => void
  readonly #answerMsMax: number
  #start: MailThreadStart
  #worker: Worker | undefined
  readonly #waiting = new Map<number, Waiting>()
  #number = 0
  #isClosed = false

  /** `answerMsMax` is how long one mail may be judged. */
  constructor(
    start: MailThreadStart,
    onTrouble: (message: string | undefined) => void,
    answerMsMax: number = limits.mailJudgeMsMax,
  ) {
    this.#start = start
    this.#onTrouble = onTrouble
    this.#answerMsMax = answerMsMax
  }

  /** Judges a mail. Never rejects: what cannot be judged is said in the document. */
  async judge(mail: ToJudge): Promise<MailDocument> {
    const answer = await this.ask('judge', mail)
    return answer ?? unreadableDocument(partFailed, circumstancesOf(mail))
  }

  /** Asks anything of the thread; undefined where it failed, or has no answer. */
  async ask<Kind extends keyof MailQuestions>(
    kind: Kind,
    given: MailQuestions[Kind]['given'],
  ): Promise<MailQuestions[Kind]['answer'] | undefined> {
    const number = ++this.#number
    const question = { type: 'ask', kind, number, given } as MailQuestion
    const answer = await new Promise<unknown>((resolve) => {
      const timer = setTimeout(() => this.#giveUp(), this.#answerMsMax)
      timer.unref()
      this.#waiting.set(number, { question, resolve, timer })
      this.#post(question)
    })
    return answer === failed ? undefined : (answer as MailQuestions[Kind]['answer'])
  }

  /** Goes on with other identities of the office's own. */
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
    if (message.type === 'answer') this.#finish(message.number, message.answer)
  }

  #finish(number: number, answer: unknown): void {
    const waiting = this.#waiting.get(number)
    if (waiting === undefined) return
    clearTimeout(waiting.timer)
    this.#waiting.delete(number)
    waiting.resolve(answer)
  }

  /** The oldest takes too long: the thread is ended, and what becomes of the others is `#ended`'s. */
  #giveUp(): void {
    void this.#worker?.terminate()
  }

  /** The thread is gone. What it was at is given up; the rest is asked of the next one. */
  #ended(): void {
    this.#worker = undefined
    const [oldest] = this.#waiting.keys()
    if (oldest === undefined) return
    this.#finish(oldest, failed)
    for (const { question, timer } of this.#waiting.values()) {
      if (this.#isClosed) {
        this.#finish(question.number, failed)
        continue
      }
      timer.refresh()
      this.#post(question)
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

const partFailed = 'A part of Bellwether failed on this mail. Look at it by hand.'

const circumstancesOf = ({ id, takenAtMs, bytes, origin, delivery, mailboxes = [] }: ToJudge) => ({
  id,
  takenAtMs,
  bytes: bytes.length,
  origin,
  recipients: delivery?.envelopeTo ?? mailboxes,
  ...(delivery === undefined ? {} : { clientAddress: delivery.client.address }),
})
