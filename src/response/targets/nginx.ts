/** nginx: the entries of a `geo` map that the office's configuration holds (ngx_http_geo_module). A map is asked before
 *  any `allow`, `deny` or password of a location, is looked up in a tree however long the list is, and goes by the
 *  visitor's address as the realip module finds it behind a proxy. Within a map nothing but entries can be said, so that
 *  whoever takes over the desk gains no other say in nginx's configuration. */

import { realpath } from 'node:fs/promises'
import { counted } from '../../core/counts.ts'
import type { Result } from '../../core/result.ts'
import type { Block } from '../block.ts'
import { type Network, networksInForce } from '../block-list.ts'
import { oneLine } from '../words.ts'
import { type Argv, type CommandOutcome, runCommand } from './command.ts'
import { ownMark } from './guarded-file.ts'
import { sendSignal } from './processes.ts'
import type { Applied, BlockTarget, Ready, TargetProblem } from './target.ts'
import { type ConfigurationTest, WebServerFile } from './web-server.ts'

/** How nginx is reached. */
export interface NginxOptions {
  readonly name: string
  readonly title?: string
  /** The include file, an absolute path in a folder that the desk may write to. */
  readonly filePath: string
  /** The program, with what must stand before it: `['sudo', '-n', '/usr/sbin/nginx']`; `['nginx']` by default. */
  readonly command?: Argv
  /** nginx's main configuration, where it is not the one it was built with. */
  readonly configurationPath?: string
  /** `signal`: SIGHUP to the process of `pidFile`; `command`: another program, such as
   *  `['sudo', '-n', 'systemctl', 'reload', 'nginx']`. By default `nginx -s reload`. */
  readonly reload?: { readonly by: 'signal' } | { readonly by: 'command'; readonly argv: Argv }
  /** Where nginx writes its number; by default what its configuration says. */
  readonly pidFile?: string
}

/** The variable that the map sets: `1` for a visitor who is blocked. */
const variable = '$bellwether_blocked'
/** An entry that blocks nobody: outside of a map nginx refuses it, so that a wrong place is known before it matters. */
const placeMark = '255.255.255.255 0;'

/** An nginx on this machine. */
export class NginxTarget implements BlockTarget {
  readonly name: string
  readonly title: string
  readonly #options: NginxOptions
  readonly #file: WebServerFile

  constructor(options: NginxOptions) {
    this.name = options.name
    this.title = options.title ?? 'nginx on this machine'
    this.#options = options
    this.#file = new WebServerFile({
      name: 'nginx',
      filePath: options.filePath,
      howToInclude: `In nginx's configuration, put "geo ${variable} { default 0; include ${options.filePath}; }" into the http block and "if (${variable}) { return 403; }" into each server block.`,
      ...(options.pidFile === undefined ? {} : { pidFile: options.pidFile }),
      test: () => this.#test(),
      reload: (pid) => this.#reload(pid),
      said: nginxSaid,
    })
  }

  render(blocks: readonly Block[], nowMs: number): string {
    return this.#text(networksInForce(blocks, nowMs))
  }

  apply(blocks: readonly Block[], nowMs: number): Promise<Result<Applied, TargetProblem>> {
    const networks = networksInForce(blocks, nowMs)
    return this.#file.apply(this.#text(networks), networks.length)
  }

  #text(networks: readonly Network[]): string {
    return [
      `${ownMark}, the security desk. It is written anew with each change: do not edit it.`,
      `# ${counted(networks.length, 'network is', 'networks are')} kept out.`,
      placeMark,
      ...networks.map(({ text }) => `${text} 1;`),
      '',
    ].join('\n')
  }

  check(): Promise<Result<Ready, TargetProblem>> {
    return this.#file.check()
  }

  #argv(...args: string[]): Argv {
    const { command = ['nginx'], configurationPath } = this.#options
    return [...command, ...(configurationPath === undefined ? [] : ['-c', configurationPath]), ...args]
  }

  /** `nginx -T` tests as `-t` does and prints the configuration with the names of its files. */
  async #test(): Promise<ConfigurationTest> {
    const dump = new ConfigurationDump(await realpath(this.#options.filePath).catch(() => this.#options.filePath))
    const ran = await runCommand(this.#argv('-T'), { onLine: (line) => dump.line(line) })
    const outcome = { ...ran, output: withoutLogAlert(ran.output) }
    const problem = testProblem(outcome, this.#options.command ?? ['nginx'])
    if (problem !== undefined) return { passed: undefined, problem }
    if (outcome.ended !== 'exit' || outcome.code !== 0) return { passed: false, said: nginxSaid(outcome.output) }
    const { pidFile } = dump
    return {
      passed: true,
      isIncluded: await dump.isIncluded(),
      isUsed: dump.isUsed,
      ...(pidFile === undefined ? {} : { pidFile }),
    }
  }

  #reload(pid: number | undefined): Promise<CommandOutcome> {
    const { reload } = this.#options
    if (reload?.by === 'command') return runCommand(reload.argv)
    if (reload?.by === 'signal') return Promise.resolve(signalled(pid, 'SIGHUP'))
    return runCommand(this.#argv('-s', 'reload'))
  }
}

/** A signal as if a program had sent it. */
export function signalled(pid: number | undefined, signal: 'SIGHUP' | 'SIGUSR1'): CommandOutcome {
  const sent = pid === undefined ? 'gone' : sendSignal(pid, signal)
  if (sent === 'sent') return { ended: 'exit', code: 0, output: '' }
  if (sent === 'not-permitted') return { ended: 'not-permitted', output: '' }
  return { ended: 'exit', code: 1, output: 'the process is not running' }
}

/** Why the configuration could not be tested at all. */
export function testProblem(outcome: CommandOutcome, command: Argv): TargetProblem | undefined {
  const program = oneLine(command.join(' '), 80)
  switch (outcome.ended) {
    case 'missing':
      return { code: 'missing-program', message: `The program ${program} was not found on this machine.` }
    case 'not-permitted':
      return { code: 'not-permitted', message: `The desk is not permitted to run ${program}.` }
    case 'timeout':
    case 'signal':
      return { code: 'no-answer', message: `The test of the configuration with ${program} did not end in time.` }
    case 'exit':
      if (
        outcome.code === 0 ||
        !/permission denied|a password is required|not allowed to execute/i.test(outcome.output)
      )
        return undefined
      return {
        code: 'not-permitted',
        message: `The desk is not permitted to test the configuration with ${program}. Let it run the test as root: docs/how-to/block.md shows how.`,
      }
  }
}

/** Whoever may not write nginx's error log is told so first, whatever it is that went wrong. */
const withoutLogAlert = (output: string): string =>
  output
    .split('\n')
    .filter((line) => !line.includes('could not open error log file'))
    .join('\n')

/** What nginx says went wrong, without time, number and level: `unknown directive "x" in /etc/nginx/y.conf, line 3`. */
function nginxSaid(output: string): string {
  const lines = withoutLogAlert(output)
    .split('\n')
    .map((line) => line.trim())
  const guilty = lines.find((line) => /\[(?:emerg|alert|crit|error)\]/.test(line)) ?? lines.find((line) => line !== '')
  const text = (guilty ?? 'nothing').replace(/^.*?\[(?:emerg|alert|crit|error)\]\s*(?:\d+#\d+:\s*)?/, '')
  return oneLine(text.replace(/:(\d+)$/, ', line $1'), 300)
}

/** Reads what `nginx -T` prints, line by line. */
class ConfigurationDump {
  readonly #wanted: string
  readonly #files: string[] = []
  #isOurs = false
  isUsed = false
  pidFile: string | undefined

  constructor(wanted: string) {
    this.#wanted = wanted
  }

  line(line: string): void {
    const file = /^# configuration file (.+):$/.exec(line)?.[1]
    if (file !== undefined) {
      this.#isOurs = file === this.#wanted
      this.#files.push(file)
    } else if (!this.#isOurs && !/^\s*#/.test(line)) {
      if (/\$(?:bellwether_blocked\b|\{bellwether_blocked\})/.test(line) && !/^\s*geo\b/.test(line)) this.isUsed = true
      this.pidFile ??= /^\s*pid\s+(\/[^;\s"']+)\s*;/.exec(line)?.[1]
    }
  }

  /** nginx names files as its configuration does, perhaps through links. */
  async isIncluded(): Promise<boolean> {
    if (this.#files.includes(this.#wanted)) return true
    for (const file of this.#files) if ((await realpath(file).catch(() => file)) === this.#wanted) return true
    return false
  }
}
