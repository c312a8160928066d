/** Apache httpd: an include file with `Require not ip` for each blocked network. It stands in an `<If>` section, which
 *  Apache merges last, and is joined to the office's own rules with AND: it can close what they open and never opens what
 *  they close. Behind a proxy it goes by the visitor's address as mod_remoteip finds it. */

import { realpath } from 'node:fs/promises'
import { counted } from '../../core/counts.ts'
import type { Result } from '../../core/result.ts'
import type { Block } from '../block.ts'
import { type Network, networksInForce } from '../block-list.ts'
import { oneLine } from '../words.ts'
import { type Argv, type CommandOutcome, runCommand } from './command.ts'
import { ownMark } from './guarded-file.ts'
import { signalled, testProblem } from './nginx.ts'
import type { Applied, BlockTarget, Ready, TargetProblem } from './target.ts'
import { type ConfigurationTest, WebServerFile } from './web-server.ts'

/** How Apache is reached. */
export interface ApacheOptions {
  readonly name: string
  readonly title?: string
  /** The include file, an absolute path in a folder that the desk may write to. */
  readonly filePath: string
  /** The program, with what must stand before it: `['sudo', '-n', 'apachectl']`; `['apachectl']` by default. */
  readonly command?: Argv
  /** Apache's main configuration, where it is not the one it was built with. */
  readonly configurationPath?: string
  /** `signal`: SIGUSR1 to the process of `pidFile`; `command`: another program, such as
   *  `['sudo', '-n', 'systemctl', 'reload', 'apache2']`. By default `apachectl -k graceful`. */
  readonly reload?: { readonly by: 'signal' } | { readonly by: 'command'; readonly argv: Argv }
  /** Where Apache writes its number; by default what its configuration says. */
  readonly pidFile?: string
}

/** An Apache httpd on this machine. */
export class ApacheTarget implements BlockTarget {
  readonly name: string
  readonly title: string
  readonly #options: ApacheOptions
  readonly #file: WebServerFile

  constructor(options: ApacheOptions) {
    this.name = options.name
    this.title = options.title ?? 'Apache on this machine'
    this.#options = options
    this.#file = new WebServerFile({
      name: 'Apache',
      filePath: options.filePath,
      howToInclude: `In Apache's configuration, outside of all sections and virtual hosts, put "Include ${options.filePath}".`,
      ...(options.pidFile === undefined ? {} : { pidFile: options.pidFile }),
      test: () => this.#test(),
      reload: (pid) => this.#reload(pid),
      said: apacheSaid,
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
      '<If "true">',
      '    AuthMerging And',
      '    <RequireAll>',
      '        Require all granted',
      ...networks.map(({ text }) => `        Require not ip ${text}`),
      '    </RequireAll>',
      '</If>',
      '',
    ].join('\n')
  }

  check(): Promise<Result<Ready, TargetProblem>> {
    return this.#file.check()
  }

  #argv(...args: string[]): Argv {
    const { command = ['apachectl'], configurationPath } = this.#options
    return [...command, ...(configurationPath === undefined ? [] : ['-f', configurationPath]), ...args]
  }

  /** `-t` tests the configuration; with these names it also tells which files it read, and where its number stands. */
  async #test(): Promise<ConfigurationTest> {
    const files: string[] = []
    let pidFile: string | undefined
    const onLine = (line: string): void => {
      const file = /^\s*\((?:\*|\d+)\)\s+(.+)$/.exec(line)?.[1]
      if (file !== undefined) files.push(file)
      pidFile ??= /^PidFile: "(\/[^"]+)"$/.exec(line)?.[1]
    }
    const outcome = await runCommand(this.#argv('-t', '-D', 'DUMP_INCLUDES', '-D', 'DUMP_RUN_CFG'), { onLine })
    const problem = testProblem(outcome, this.#options.command ?? ['apachectl'])
    if (problem !== undefined) return { passed: undefined, problem }
    if (outcome.ended !== 'exit' || outcome.code !== 0) return { passed: false, said: apacheSaid(outcome.output) }
    const isIncluded = await namesFile(files, this.#options.filePath)
    return { passed: true, isIncluded, isUsed: isIncluded, ...(pidFile === undefined ? {} : { pidFile }) }
  }

  #reload(pid: number | undefined): Promise<CommandOutcome> {
    const { reload } = this.#options
    if (reload?.by === 'command') return runCommand(reload.argv)
    if (reload?.by === 'signal') return Promise.resolve(signalled(pid, 'SIGUSR1'))
    return runCommand(this.#argv('-k', 'graceful'))
  }
}

/** Whether one of the files is the wanted one, perhaps through links. */
async function namesFile(files: readonly string[], wanted: string): Promise<boolean> {
  const real = await realpath(wanted).catch(() => wanted)
  for (const file of files) if (file === wanted || (await realpath(file).catch(() => file)) === real) return true
  return false
}

/** What Apache says went wrong: `Syntax error on line 3 of /etc/apache2/x.conf: Invalid command 'Foo' …`. */
function apacheSaid(output: string): string {
  const lines = output
    .split('\n')
    .map((line) => line.replace(/^(?:\[[^\]]*\] )*(?:AH\d+: )?/, '').trim())
    .filter((line) => line !== '' && !/Could not reliably determine the server's fully qualified/.test(line))
  const at = Math.max(
    0,
    lines.findIndex((line) => /error|invalid|cannot|could not|unable/i.test(line)),
  )
  const said = lines.slice(at, at + 2).filter((line) => !/^(?:Action |The Apache error log)/.test(line))
  return oneLine(said.join(' ') || 'nothing', 300)
}
