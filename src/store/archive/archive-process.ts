/** The parent's side of the archive process: starts it when there is a question, asks one after the other, ends it when
 *  an answer takes too long, and says what became of it. A question that a process never took is asked of the next. */
import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { limits } from '../../core/limits.ts'
import { err, type Result } from '../../core/result.ts'
import type { ArchiveProblem } from './hunt.ts'
import type { FromArchive, ProcessSettings, QuestionKind, Questions, ToArchive } from './messages.ts'
import { removeTemporary } from './temporary.ts'

interface Waiting {
  readonly question: ToArchive
  readonly msMax: number
  readonly resolve: (answer: Result<unknown, ArchiveProblem>) => void
  /** A person waits for it: it goes before sealing. */
  readonly isUrgent: boolean
  /** Whether the process has begun with it. */
  isTaken: boolean
  /** Processes that it may still be asked of after one that ended with it, and after one that never took it. */
  triesLeft: number
  startsLeft: number
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
    const tries = { isTaken: false, triesLeft: kind === 'sql' ? 0 : 1, startsLeft: limits.archiveStartsMax }
    const waiting: Waiting = { question, msMax, resolve, isUrgent, ...tries }
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
    next.isTaken = false
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
    child.on('exit', () => {
      if (child.pid !== undefined) removeTemporary(this.#settings.folder, child.pid)
      this.#gone(child)
    })
    // The desk may end while the process is idle.
    child.unref()
    child.channel?.unref()
    return child
  }

  #hear(child: ChildProcess, message: FromArchive): void {
    if (child !== this.#child) return
    if (message.kind === 'leaving') return this.#again()
    if (message.kind === 'taken') {
      if (message.id === this.#asked?.question.id) this.#asked.isTaken = true
      return
    }
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
    if (asked === undefined) return this.#again()
    if (asked.isTaken ? asked.triesLeft-- > 0 : asked.startsLeft-- > 0) return this.#again()
    this.#forget()
    const message = asked.isTaken
      ? 'The search ended by itself without an answer. Ask in another way, or for less.'
      : 'The archive process cannot be started. Install the desk again (npm ci) on this computer.'
    asked.resolve(problem('crashed', message))
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
