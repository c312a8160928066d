/** The mail process as the desk sees it: mails in, documents out. A mail on which it fails or hangs is said to be unreadable and
 *  goes on its way; the process is started again. */
import { type ChildProcess, fork } from 'node:child_process'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { limits } from '../../core/limits.ts'
import type { ProtectedIdentity } from '../../watches/mail/identity.ts'
import { type MailDocument, unreadableDocument } from '../../watches/mail/mail-document.ts'
import type {
  FromMailProcess,
  MailProcessStart,
  MailQuestion,
  MailQuestions,
  ToJudge,
  ToMailProcess,
} from './protocol.ts'

interface Waiting {
  readonly question: MailQuestion
  readonly resolve: (answer: unknown) => void
  readonly timer: NodeJS.Timeout
}

/** What a question is answered with on which the process failed. */
const failed = Symbol('failed')

/** The process; it is started with the first question. */
export class MailProcess {
  readonly #onTrouble: (message: string | undefined) => void
  readonly #answerMsMax: number
  #start: MailProcessStart
  #child: ChildProcess | undefined
  readonly #waiting = new Map<number, Waiting>()
  #number = 0
  #isClosed = false

  /** `answerMsMax` is how long one mail may be judged. */
  constructor(
    start: MailProcessStart,
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

  /** Asks anything of the process; undefined where it failed, or has no answer. */
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
    this.#child?.send({ type: 'identities', identities } satisfies ToMailProcess)
  }

  #post(question: MailQuestion): void {
    this.#child ??= this.#begin()
    // What cannot be sent is asked again when the exit is seen.
    this.#child.send(question, () => undefined)
  }

  #begin(): ChildProcess {
    const program = fileURLToPath(new URL('./process.ts', import.meta.url))
    const child = fork(program, [], {
      execArgv: ['--no-warnings', `--max-old-space-size=${limits.mailHeapMib}`],
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    })
    child.on('message', (message: FromMailProcess) => this.#hear(message))
    child.on('error', () => undefined)
    child.on('exit', () => {
      if (child === this.#child) this.#ended()
    })
    // The desk may end while nothing is asked.
    child.unref()
    child.channel?.unref()
    child.send({ type: 'start', start: this.#start } satisfies ToMailProcess, () => undefined)
    return child
  }

  #hear(message: FromMailProcess): void {
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

  /** The oldest takes too long: the process is ended, and what becomes of the others is `#ended`'s. */
  #giveUp(): void {
    this.#child?.kill('SIGKILL')
  }

  /** The process is gone. What it was at is given up; the rest is asked of the next one. */
  #ended(): void {
    this.#child = undefined
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

  /** Ends the process when it has written down what it remembers. */
  async close(): Promise<void> {
    this.#isClosed = true
    const child = this.#child
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
    const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()))
    child.ref()
    child.send({ type: 'stop' } satisfies ToMailProcess, () => undefined)
    const timeout = delay(limits.stopMsMax / 2, 'timeout', { ref: false })
    if ((await Promise.race([exited, timeout])) === 'timeout') child.kill('SIGKILL')
    await exited
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
