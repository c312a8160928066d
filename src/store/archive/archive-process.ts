/** The parent's side of the archive process: starts it when there is a question, asks one after the other, ends it when
 *  an answer takes too long, and says what became of it. A question that a process never took is asked of the next. */
import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { err, type Result } from '../../core/result.ts'
import type { ArchiveProblem } from './hunt.ts'
import type { FromArchive, ProcessSettings, QuestionKind, Questions, ToArchive } from './messages.ts'

interface Waiting {
  readonly question: ToArchive
  readonly msMax: number
  readonly resolve: (answer: Result<unknown, ArchiveProblem>) => void
  /** A person waits for it: it goes before sealing. */
  readonly isUrgent: boolean
  /** Processes that it may still be asked of, after one that ended while it had the question. */
  triesLeft: number
}

const problem = (code: ArchiveProblem['code'], message: string): Result<never, ArchiveProblem> => err({ code, message })

/** One archive process at a time, for one folder. */
export class ArchiveProcess {
  readonly #settings: ProcessSettings
  readonly #waiting: Waiting[] = []
  #asked: Waiting | undefined
  #child: ChildProcess | undefined
  #timer: NodeJS.Timeout | undefined
  #id = 0
  #isClosed = false

  constructor(settings: ProcessSettings) {
    this.#settings = settings
  }

  /** The process's id while it runs. */
  get pid(): number | undefined {
    return this.#child?.pid
  }

  /** Asks; the answer comes within `msMax` of its turn. */
  ask<K extends QuestionKind>(
    kind: K,
    ask: Questions[K]['ask'],
    msMax: number,
  ): Promise<Result<Questions[K]['answer'], ArchiveProblem>> {
    const { promise, resolve } = Promise.withResolvers<Result<unknown, ArchiveProblem>>()
    const question = { id: ++this.#id, kind, ask } as ToArchive
    const isUrgent = kind !== 'seal' && kind !== 'compact'
    // SQL that brought one process down would bring down the next.
    const waiting: Waiting = { question, msMax, resolve, isUrgent, triesLeft: kind === 'sql' ? 0 : 1 }
    const before = isUrgent ? this.#waiting.findIndex((one) => !one.isUrgent) : -1
    this.#waiting.splice(before < 0 ? this.#waiting.length : before, 0, waiting)
    this.#next()
    return promise as Promise<Result<Questions[K]['answer'], ArchiveProblem>>
  }

  /** Ends the process. What is being asked is answered with `closed`. */
  async close(): Promise<void> {
    this.#isClosed = true
    const child = this.#child
    const all = [...(this.#asked === undefined ? [] : [this.#asked]), ...this.#waiting.splice(0)]
    this.#forget()
    for (const { resolve } of all) resolve(problem('closed', 'The desk is stopping; ask again when it runs.'))
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
    const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
    child.ref()
    child.kill('SIGKILL')
    await ended
  }

  #next(): void {
    if (this.#asked !== undefined) return
    const next = this.#waiting.shift()
    if (next === undefined) return
    if (this.#isClosed) return next.resolve(problem('closed', 'The archive is closed.'))
    this.#asked = next
    const child = this.#child ?? this.#start()
    this.#timer = setTimeout(() => this.#tooSlow(child), next.msMax)
    // What cannot be sent is asked again when the exit is seen.
    child.send(next.question, () => {})
  }

  #start(): ChildProcess {
    const child = fork(fileURLToPath(new URL('./process.ts', import.meta.url)), [JSON.stringify(this.#settings)], {
      // Nothing of the environment is the archive's business.
      env: {},
      execArgv: ['--no-warnings'],
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    })
    this.#child = child
    child.on('message', (message: FromArchive) => this.#hear(child, message))
    child.on('error', () => this.#gone(child))
    child.on('exit', () => this.#gone(child))
    // The desk may end while the process is idle.
    child.unref()
    child.channel?.unref()
    return child
  }

  #hear(child: ChildProcess, message: FromArchive): void {
    if (child !== this.#child) return
    if (message.kind === 'leaving') return this.#again()
    if (message.isLast) this.#child = undefined
    if (message.id === this.#asked?.question.id) this.#answer(message.answer)
  }

  #answer(answer: Result<unknown, ArchiveProblem>): void {
    const asked = this.#asked
    clearTimeout(this.#timer)
    this.#asked = undefined
    asked?.resolve(answer)
    this.#next()
  }

  /** The process ended without taking the question: another one gets it. */
  #again(): void {
    const asked = this.#asked
    this.#forget()
    if (asked !== undefined) this.#waiting.unshift(asked)
    this.#next()
  }

  #gone(child: ChildProcess): void {
    if (child !== this.#child) return
    const asked = this.#asked
    if (asked === undefined || asked.triesLeft > 0) {
      if (asked !== undefined) asked.triesLeft--
      return this.#again()
    }
    this.#forget()
    asked.resolve(problem('crashed', 'The search ended by itself without an answer. Ask in another way, or for less.'))
    this.#next()
  }

  #tooSlow(child: ChildProcess): void {
    const asked = this.#asked
    this.#forget()
    child.kill('SIGKILL')
    const seconds = Math.max(1, Math.round((asked?.msMax ?? 0) / 1000))
    const message = `This took longer than ${seconds} seconds and was stopped. Ask for fewer days, or one thing at a time.`
    asked?.resolve(problem('too-slow', message))
    this.#next()
  }

  #forget(): void {
    clearTimeout(this.#timer)
    this.#asked = undefined
    this.#child = undefined
  }
}
