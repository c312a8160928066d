/** The desk's configuration: TOML in, a `Configuration` out, or every mistake with its line and its mend. It reads no
 *  file. What people decide in the console is not here but in the store. */
import { isLoopback } from '../../core/loopback.ts'
import { emptyOffice, type Office } from '../../core/office.ts'
import { err, ok, type Result } from '../../core/result.ts'
import { AddressSet } from '../../formats/address.ts'
import type { NeverBlock } from '../../response/block.ts'
import type { SourceDefinition } from '../../sources/definition.ts'
import { type MailConfiguration, noMail, readMailSection } from './mail-section.ts'
import { readFacts } from './office-section.ts'
import { deskSections, Section } from './section.ts'
import { isAbsolutePath, readSources } from './source-section.ts'
import { isTable, KeyLines, parseToml, type Say } from './toml-text.ts'

/** How the desk is reached. */
export interface ListenConfiguration {
  /** The address to bind to. */
  readonly address: string
  readonly port: number
  /** Names under which the console is opened, beside the address itself. */
  readonly hosts: readonly string[]
  /** `https://desk.county.gov`, where a web server with TLS stands in front. */
  readonly publicOrigin?: string
  /** Addresses of web servers in front of the desk, whose word about the visitor's address is taken. */
  readonly trustedProxies: readonly string[]
  readonly certificatePath?: string
  readonly keyPath?: string
}

/** Where blocks are put in force; a part that is left out is not used. */
export interface BlockConfiguration {
  readonly never: readonly NeverBlock[]
  readonly nginx?: WebServerBlock
  readonly apache?: WebServerBlock
  readonly nftables: boolean
}

/** A web server that keeps blocked addresses out. */
export interface WebServerBlock {
  /** The file that the desk writes, and that the web server's configuration includes. */
  readonly include: string
  /** The web server's main configuration file; its own default where left out. */
  readonly configuration?: string
  readonly pidFile?: string
  /** The program with what must stand before it, such as `sudo`; its own name where left out. */
  readonly command?: readonly string[]
}

/** All that the configuration file says. */
export interface Configuration {
  readonly office: Office
  readonly listen: ListenConfiguration
  /** `postgres://…`; the desk's own file where it is left out. */
  readonly databaseUrl?: string
  readonly archive: { readonly enabled: boolean; readonly keepDays: number; readonly keepBytes: number }
  readonly sources: readonly SourceDefinition[]
  readonly block: BlockConfiguration
  readonly rules: RulesConfiguration
  readonly mail: MailConfiguration
}

/** Detection rules beside those that come with Bellwether and those that `bellwether rules add` keeps. */
export interface RulesConfiguration {
  /** Files, folders or archives of Sigma rules. */
  readonly paths: readonly string[]
  /** The office's own values for placeholders that rules name, such as `Administrators`. */
  readonly placeholders: Readonly<Record<string, readonly string[]>>
}

/** A mistake in the configuration, as a sentence that names the file, the line and the mend. */
export interface ConfigurationProblem {
  readonly line: number
  readonly message: string
}

export const defaultPort = 7316
const gigabyte = 1_000_000_000

/** What an empty file means. */
export const defaultConfiguration: Configuration = {
  office: emptyOffice,
  listen: { address: '127.0.0.1', port: defaultPort, hosts: [], trustedProxies: [] },
  archive: { enabled: true, keepDays: 90, keepBytes: 20 * gigabyte },
  sources: [],
  block: { never: [], nftables: false },
  rules: { paths: [], placeholders: {} },
  mail: noMail,
}

/** Reads the configuration; `path` is named in the messages. */
export function readConfiguration(text: string, path: string): Result<Configuration, ConfigurationProblem[]> {
  const problems: ConfigurationProblem[] = []
  const say: Say = (line, message) => {
    problems.push({ line, message: `${path}${line > 0 ? `, line ${line}` : ''}: ${message}` })
  }
  const root = parseToml(text, 'a configuration', 'port = 7316', say)
  if (root === undefined) return err(problems)
  const lines = new KeyLines(text)
  for (const key of Object.keys(root)) {
    if (!(deskSections as readonly string[]).includes(key)) {
      say(
        lines.of(key),
        `"${key}" is not known here; the sections are ${deskSections.map((name) => `[${name}]`).join(', ')}.`,
      )
    }
  }
  const section = (name: string): Section => new Section(root[name], name, 0, lines, say)
  const configuration: Configuration = {
    office: isTable(root.office) ? readFacts(root.office, lines, say) : emptyOffice,
    listen: readListen(section('listen')),
    ...readStore(section('store')),
    archive: readArchive(section('archive')),
    sources: readSources(root.source, lines, say),
    block: readBlock(root.block, lines, say),
    rules: readRules(section('rules')),
    mail: readMailSection(section('mail')),
  }
  return problems.length > 0 ? err(problems) : ok(configuration)
}

function readListen(section: Section): ListenConfiguration {
  const certificatePath = section.text('certificate')
  const keyPath = section.text('key')
  const publicOrigin = section.text('public_origin')
  if (publicOrigin !== undefined && !/^https?:\/\/[^/\s]+$/.test(publicOrigin)) {
    section.say(
      'public_origin',
      'this is the beginning of the address that people open, such as "https://desk.county.gov".',
    )
  }
  if ((certificatePath === undefined) !== (keyPath === undefined)) {
    section.say('certificate', 'certificate and key belong together; write both, or neither.')
  }
  const listen = {
    address: section.text('address') ?? '127.0.0.1',
    port: section.integer('port', 0, 65_535) ?? defaultPort,
    hosts: section.texts('hosts') ?? [],
    trustedProxies: section.texts('trusted_proxies') ?? [],
    ...(publicOrigin === undefined ? {} : { publicOrigin }),
    ...(certificatePath === undefined ? {} : { certificatePath }),
    ...(keyPath === undefined ? {} : { keyPath }),
  }
  if (!isLoopback(listen.address) && certificatePath === undefined) {
    section.say(
      'address',
      `the desk would be reached over the network (${listen.address}) without encryption. Give certificate and key; or bind to 127.0.0.1, put a web server with TLS in front, and name it in public_origin and trusted_proxies.`,
    )
  }
  section.end()
  return listen
}

function readStore(section: Section): { databaseUrl?: string } {
  const databaseUrl = section.text('database_url')
  section.end()
  if (databaseUrl === undefined) return {}
  if (!/^postgres(?:ql)?:\/\//.test(databaseUrl)) {
    section.say('database_url', 'this must begin with postgres://, such as postgres://bellwether@127.0.0.1/bellwether')
  }
  return { databaseUrl }
}

function readArchive(section: Section): Configuration['archive'] {
  const { enabled, keepDays, keepBytes } = defaultConfiguration.archive
  const archive = {
    enabled: section.flag('enabled') ?? enabled,
    keepDays: section.integer('keep_days', 1, 36_500) ?? keepDays,
    keepBytes: (section.integer('keep_gigabytes', 1, 1_000_000) ?? keepBytes / gigabyte) * gigabyte,
  }
  section.end()
  return archive
}

function readRules(section: Section): RulesConfiguration {
  const placeholders: Record<string, readonly string[]> = {}
  for (const [name, values] of Object.entries(section.table('placeholders') ?? {})) {
    const isList = Array.isArray(values) && values.every((value) => typeof value === 'string')
    if (isList) placeholders[name] = values
    else section.say('placeholders', `the values of "${name}" are a list of texts, such as ${name} = ["m.garza"].`)
  }
  const rules = { paths: section.texts('paths') ?? [], placeholders }
  section.end()
  return rules
}

function readBlock(value: unknown, lines: KeyLines, say: Say): BlockConfiguration {
  const section = new Section(value, 'block', 0, lines, say)
  const webServer = (name: 'nginx' | 'apache'): WebServerBlock | undefined => {
    const table = section.table(name)
    if (table === undefined) return undefined
    const part = new Section(table, `block.${name}`, 0, lines, say)
    const include = part.text('include')
    if (include === undefined || !isAbsolutePath(include)) {
      part.say('include', `say which file to write, such as include = "/etc/${name}/bellwether/blocks.conf".`)
    }
    const configuration = part.text('configuration')
    const pidFile = part.text('pid_file')
    const program = part.texts('command')
    part.end()
    return {
      include: include ?? '',
      ...(configuration === undefined ? {} : { configuration }),
      ...(pidFile === undefined ? {} : { pidFile }),
      ...(program === undefined || program.length === 0 ? {} : { command: program }),
    }
  }
  const nginx = webServer('nginx')
  const apache = webServer('apache')
  const block = {
    never: readNever(section, say),
    nftables: section.flag('nftables') ?? false,
    ...(nginx === undefined ? {} : { nginx }),
    ...(apache === undefined ? {} : { apache }),
  }
  section.end()
  return block
}

function readNever(section: Section, say: Say): NeverBlock[] {
  const entries = section.list('never') ?? []
  return entries.flatMap((entry) => {
    const network = isTable(entry) ? entry.network : entry
    const reason = isTable(entry) && typeof entry.reason === 'string' ? entry.reason : 'named in the configuration'
    if (typeof network !== 'string' || !AddressSet.parse([network]).ok) {
      say(
        section.line('never'),
        'never is a list of addresses or ranges, such as never = [{ network = "10.0.0.0/8", reason = "our own network" }].',
      )
      return []
    }
    return [{ network, reason }]
  })
}
