/** nftables: a table of our own with two sets whose elements end by themselves, replaced as a whole in one transaction
 *  (nft(8), "atomic rule replacement"). Other tables are neither read nor changed; what they accept is still dropped
 *  here, for a packet must pass all of them. */
import { counted } from '../../core/counts.ts'
import { err, ok, type Result } from '../../core/result.ts'
import type { Block } from '../block.ts'
import { type Network, networksInForce } from '../block-list.ts'
import { oneLine } from '../words.ts'
import { type Argv, type CommandOutcome, runCommand } from './command.ts'
import { ownMark } from './guarded-file.ts'
import type { Applied, BlockTarget, Ready, TargetProblem } from './target.ts'

/** How nft is reached. */
export interface NftablesOptions {
  readonly name: string
  readonly title?: string
  /** The program, with what must stand before it: `['sudo', '-n', 'nft']`; `['nft']` by default. */
  readonly command?: Argv
  /** Where packets are dropped: those for this machine, or also those that it passes on. `input` by default. */
  readonly hooks?: readonly ('input' | 'forward')[]
}

const table = 'inet bellwether'

/** The firewall of this machine. */
export class NftablesTarget implements BlockTarget {
  readonly name: string
  readonly title: string
  readonly #command: Argv
  readonly #hooks: readonly ('input' | 'forward')[]
  /** The networks and ends that the kernel is known to have, since this process began. */
  #confirmed: string | undefined

  constructor(options: NftablesOptions) {
    this.name = options.name
    this.title = options.title ?? 'the firewall of this machine (nftables)'
    this.#command = options.command ?? ['nft']
    this.#hooks = options.hooks ?? ['input']
  }

  render(blocks: readonly Block[], nowMs: number): string {
    return this.#script(networksInForce(blocks, nowMs), nowMs)
  }

  #script(networks: readonly Network[], nowMs: number): string {
    const chains = this.#hooks.flatMap((hook) => [
      `    chain ${hook} {`,
      `        type filter hook ${hook} priority filter - 10; policy accept;`,
      '        ip saddr @blocked4 counter drop',
      '        ip6 saddr @blocked6 counter drop',
      '    }',
    ])
    return [
      `${ownMark}, the security desk. ${counted(networks.length, 'network is', 'networks are')} kept out.`,
      `add table ${table}`,
      `delete table ${table}`,
      `table ${table} {`,
      ...setOf('blocked4', 'ipv4_addr', ofVersion(networks, 4), nowMs),
      ...setOf('blocked6', 'ipv6_addr', ofVersion(networks, 6), nowMs),
      ...chains,
      '}',
      '',
    ].join('\n')
  }

  async apply(blocks: readonly Block[], nowMs: number): Promise<Result<Applied, TargetProblem>> {
    const networks = networksInForce(blocks, nowMs)
    const wanted = networks.map(({ text, expiresAtMs }) => `${text} ${expiresAtMs}`).join('\n')
    const message = `The firewall keeps out ${counted(networks.length, 'network', 'networks')}.`
    if (this.#confirmed === wanted && (await this.#isThere())) {
      return ok({ networks: networks.length, changed: false, message })
    }
    this.#confirmed = undefined
    const problem = this.#problem(await this.#run(['-f', '-'], this.#script(networks, nowMs)))
    if (problem !== undefined) return err(problem)
    if (!(await this.#isThere())) {
      return err({ code: 'not-reloaded', message: 'The firewall took the blocks, but does not show them.' })
    }
    this.#confirmed = wanted
    return ok({ networks: networks.length, changed: true, message })
  }

  async check(): Promise<Result<Ready, TargetProblem>> {
    const problem = this.#problem(await this.#run(['-c', '-f', '-'], this.render([], 0)))
    return problem === undefined ? ok({ message: 'The firewall is ready to take blocks.' }) : err(problem)
  }

  #run(args: readonly string[], input?: string): Promise<CommandOutcome> {
    return runCommand([...this.#command, ...args], input === undefined ? {} : { input })
  }

  /** Whether our table is still there: another program may have emptied the firewall. */
  async #isThere(): Promise<boolean> {
    const outcome = await this.#run(['list', 'chain', 'inet', 'bellwether', this.#hooks[0] ?? 'input'])
    return outcome.ended === 'exit' && outcome.code === 0
  }

  #problem(outcome: CommandOutcome): TargetProblem | undefined {
    const program = oneLine(this.#command.join(' '), 80)
    switch (outcome.ended) {
      case 'missing':
        return { code: 'missing-program', message: `The program ${program} was not found on this machine.` }
      case 'not-permitted':
        return { code: 'not-permitted', message: `The desk is not permitted to run ${program}.` }
      case 'timeout':
      case 'signal':
        return { code: 'no-answer', message: 'The firewall did not answer in time.' }
      case 'exit': {
        if (outcome.code === 0) return undefined
        if (/not permitted|permission denied|a password is required/i.test(outcome.output)) {
          const message =
            'The desk is not permitted to change the firewall. Let it run nft as root: docs/how-to/block.md shows how.'
          return { code: 'not-permitted', message }
        }
        const said = oneLine(outcome.output.split('\n').find((line) => /error/i.test(line)) ?? outcome.output, 300)
        const message = `The firewall did not accept the blocks; it goes on as it was. It said: ${said}`
        return { code: 'refused', message, said }
      }
    }
  }
}

const ofVersion = (networks: readonly Network[], version: 4 | 6): Network[] =>
  networks.filter(({ range }) => range.version === version)

function setOf(name: string, type: string, networks: readonly Network[], nowMs: number): string[] {
  const elements = networks.map(({ text, expiresAtMs }) => `${text} timeout ${secondsUntil(expiresAtMs, nowMs)}s`)
  return [
    `    set ${name} {`,
    `        type ${type}`,
    '        flags interval, timeout',
    ...(elements.length === 0 ? [] : [`        elements = { ${elements.join(',\n            ')} }`]),
    '    }',
  ]
}

const secondsUntil = (endMs: number, nowMs: number): number => Math.max(1, Math.ceil((endMs - nowMs) / 1_000))
