/** Puts a file of blocks in force on a web server that must never stop: the office's configuration is tested before the
 *  change and with it, the server is reloaded only when the test passed, and what went wrong is said with who is to
 *  blame. What differs between servers comes in as `WebServer`. */
import { counted } from '../../core/counts.ts'
import { err, ok, type Result } from '../../core/result.ts'
import type { CommandOutcome } from './command.ts'
import { GuardedFile } from './guarded-file.ts'
import { awaitNewChildren, childrenOf, isRunning, readPid } from './processes.ts'
import type { Applied, Ready, TargetProblem } from './target.ts'

/** What a test of the whole configuration told. */
export type ConfigurationTest =
  | {
      readonly passed: true
      /** Whether the server reads our file, and whether what it says is used. */
      readonly isIncluded: boolean
      readonly isUsed: boolean
      /** Where the server writes its number, as far as the configuration says. */
      readonly pidFile?: string
    }
  | { readonly passed: false; readonly said: string }
  | { readonly passed: undefined; readonly problem: TargetProblem }

/** What differs between servers. */
export interface WebServer {
  /** As a sentence names it: `nginx`. */
  readonly name: string
  readonly filePath: string
  /** What to add to the configuration so that our file is read and used. */
  readonly howToInclude: string
  readonly pidFile?: string
  test(): Promise<ConfigurationTest>
  /** Asks the running server to read its configuration again, where its number is known. */
  reload(pid: number | undefined): Promise<CommandOutcome>
  /** What the server said, in one line. */
  said(output: string): string
}

/** The file of one web server, with what is known of it. */
export class WebServerFile {
  readonly #server: WebServer
  readonly #file: GuardedFile
  /** The text that the running server is known to have read, since this process began. At the start it is unknown: the
   *  process before may have been ended between the writing and the reload. */
  #confirmed: string | undefined
  #pidFile: string | undefined

  constructor(server: WebServer) {
    this.#server = server
    this.#file = new GuardedFile(server.filePath)
  }

  /** Makes the text what the server goes by. */
  async apply(text: string, networks: number): Promise<Result<Applied, TargetProblem>> {
    const read = await this.#file.read()
    if (!read.ok) return read
    let before = read.value
    if (before === text && this.#confirmed === text && (await this.#master(undefined)).state !== 'gone') {
      return ok({ networks, changed: false, message: this.#inForce(networks) })
    }
    this.#confirmed = undefined
    let untouched = await this.#server.test()
    if (untouched.passed === undefined) return err(untouched.problem)
    if (untouched.passed === false) {
      const healed = await this.#withPrevious(before)
      if (healed !== undefined) ({ before, untouched } = healed)
    }
    let tested: ConfigurationTest = untouched
    if (before !== text) {
      const written = await this.#file.replace(text, before)
      if (!written.ok) return written
      tested = await this.#server.test()
    }
    if (tested.passed !== true) return this.#takeBack(untouched, tested, before)
    if (!tested.isIncluded || !tested.isUsed) return err(this.#notUsed(tested.isIncluded))
    const reloaded = await this.#reload(tested.pidFile)
    if (!reloaded.ok) {
      // A file that was not there before stays: what includes it would be broken without it.
      const isTakenBack = reloaded.error.code === 'died' || reloaded.error.code === 'not-reloaded'
      if (isTakenBack && before !== undefined) await this.#file.restore(before)
      return reloaded
    }
    this.#confirmed = text
    return ok({ networks, changed: true, message: this.#inForce(networks) })
  }

  /** A configuration that does not pass may be broken by our own file: a process before may have been ended between the
   *  writing of a file that the server refuses and its taking back. The file before that one is tried; it stays where the
   *  configuration passes with it. */
  async #withPrevious(
    before: string | undefined,
  ): Promise<{ readonly before: string; readonly untouched: ConfigurationTest } | undefined> {
    const previous = await this.#file.previous()
    if (previous === undefined || before === undefined || previous === before) return undefined
    if (!(await this.#file.restore(previous)).ok) return undefined
    const untouched = await this.#server.test()
    if (untouched.passed === true) return { before: previous, untouched }
    await this.#file.restore(before)
    return undefined
  }

  /** Whether a change could be put in force now. */
  async check(): Promise<Result<Ready, TargetProblem>> {
    const read = await this.#file.read()
    if (!read.ok) return read
    const tested = await this.#server.test()
    const { name } = this.#server
    if (tested.passed === undefined) return err(tested.problem)
    if (tested.passed === false) return err(this.#brokenBefore(tested.said))
    if (!tested.isIncluded || !tested.isUsed) return err(this.#notUsed(tested.isIncluded))
    if ((await this.#master(tested.pidFile)).state === 'gone') return err(this.#notRunning())
    return ok({ message: `${name} is set up to take blocks from ${this.#file.path}.` })
  }

  #inForce(networks: number): string {
    return `${this.#server.name} keeps out ${counted(networks, 'network', 'networks')}.`
  }

  /** The test failed with our file in place: what was there before goes back, and the guilty is named. */
  async #takeBack(
    untouched: ConfigurationTest,
    tested: ConfigurationTest,
    before: string | undefined,
  ): Promise<Result<never, TargetProblem>> {
    const restored = await this.#file.restore(before)
    if (!restored.ok) return restored
    if (untouched.passed === false) return err(this.#brokenBefore(untouched.said))
    if (tested.passed === undefined) return err(tested.problem)
    const said = tested.passed === false ? tested.said : ''
    const { name, howToInclude } = this.#server
    const message = `${name} did not accept the file of blocks, so the one before was put back and the site goes on as it was. ${name} said: ${said}. Is the file read at its place? ${howToInclude}`
    return err({ code: 'refused', message, said })
  }

  #brokenBefore(said: string): TargetProblem {
    const { name } = this.#server
    const message = `The configuration of ${name} has a mistake that was there before the block, so nothing was changed. The site goes on as it was; the new block list is not in force. Ask whoever looks after ${name} to mend it. ${name} said: ${said}`
    return { code: 'broken-before', message, said }
  }

  #notUsed(isIncluded: boolean): TargetProblem {
    const { name, howToInclude } = this.#server
    const message = isIncluded
      ? `${name} reads the file of blocks but does not go by it. ${howToInclude}`
      : `${name} does not read the file of blocks, so nobody is kept out. ${howToInclude}`
    return { code: isIncluded ? 'not-used' : 'not-included', message }
  }

  /** The server's first process. Where nobody says in which file its number stands, it is unknown. */
  async #master(
    fromTest: string | undefined,
  ): Promise<{ readonly state: 'runs' | 'gone' | 'unknown'; readonly pid?: number }> {
    this.#pidFile = this.#server.pidFile ?? fromTest ?? this.#pidFile
    if (this.#pidFile === undefined) return { state: 'unknown' }
    const pid = await readPid(this.#pidFile)
    return pid !== undefined && isRunning(pid) ? { state: 'runs', pid } : { state: 'gone' }
  }

  #notRunning(): TargetProblem {
    const { name } = this.#server
    const message = `${name} is not running. The blocks are written down and hold from the moment it is started.`
    return { code: 'not-running', message }
  }

  async #reload(pidFile: string | undefined): Promise<Result<void, TargetProblem>> {
    const { name } = this.#server
    const master = await this.#master(pidFile)
    if (master.state === 'gone') return err(this.#notRunning())
    const { pid } = master
    const before = pid === undefined ? undefined : await childrenOf(pid)
    const outcome = await this.#server.reload(pid)
    const commanded = this.#commandProblem(outcome)
    if (commanded !== undefined) return err(pid !== undefined && !isRunning(pid) ? this.#notRunning() : commanded)
    if (pid === undefined) return ok(undefined)
    switch (await awaitNewChildren(pid, before)) {
      case 'new':
      case 'unknown':
        return ok(undefined)
      case 'gone': {
        const message = `${name} has stopped while it read its configuration again. The file of blocks was put back as it was. Start ${name} at once: the site is down.`
        return err({ code: 'died', message })
      }
      case 'none': {
        const message = `${name} was asked to read its configuration again and did not. The site goes on as it was; the new block list is not in force. Its error log says why.`
        return err({ code: 'not-reloaded', message })
      }
    }
  }

  #commandProblem(outcome: CommandOutcome): TargetProblem | undefined {
    const { name } = this.#server
    switch (outcome.ended) {
      case 'exit': {
        if (outcome.code === 0) return undefined
        const said = this.#server.said(outcome.output)
        const message = `${name} could not be asked to read its configuration again, so the new block list is not in force. The program said: ${said}`
        return { code: 'not-reloaded', message, said }
      }
      case 'missing':
        return { code: 'missing-program', message: `The program that reloads ${name} was not found on this machine.` }
      case 'not-permitted':
        return { code: 'not-permitted', message: `The desk is not permitted to reload ${name}.` }
      case 'signal':
      case 'timeout':
        return { code: 'no-answer', message: `The program that reloads ${name} did not answer in time.` }
    }
  }
}
