/** The command line: arguments in, a command or one clear sentence out. It reads no file and no environment, and it
 *  knows the formats only by the names it is given. */
import { matchesGlob } from 'node:path'
import { parseArgs } from 'node:util'
import { type Level, levels } from '../core/finding.ts'
import { err, ok, type Result } from '../core/result.ts'

/** What the process ends with; docs/exit-codes.md says it to users. */
export const exitCodes = { done: 0, nothingRead: 1, usage: 2, found: 3 } as const

/** `--format NAME` for every file, or `--format NAME:GLOB` for some. */
export interface FormatChoice {
  readonly format: string
  readonly glob?: string
}

interface OutputOptions {
  readonly output: 'report' | 'json' | 'ocsf'
  readonly evidencePath?: string
  readonly failOn?: Level
  /** False after `--no-color`. */
  readonly colour: boolean
  readonly quiet: boolean
}

/** `bellwether scan PATH...`: what to read, and how. */
export interface ScanCommand extends OutputOptions {
  readonly name: 'scan'
  readonly paths: readonly string[]
  readonly databasePaths: readonly string[]
  readonly formats: readonly FormatChoice[]
  readonly officePath?: string
  readonly indicatorPaths: readonly string[]
  /** Sigma rules beside ours: files, folders, archives. */
  readonly rulePaths: readonly string[]
  /** Where every match of a rule is written. */
  readonly hitsPath?: string
  /** For logs without a time zone: minutes east of UTC. */
  readonly utcOffsetMinutes?: number
}

/** `bellwether demo`: the bundled recording. */
export interface DemoCommand extends OutputOptions {
  readonly name: 'demo'
}

/** What the user asked for. */
export type Command = ScanCommand | DemoCommand | { readonly name: 'help' } | { readonly name: 'version' }

/** One sentence: what cannot be used, and what to write instead. Exit code 2. */
export interface UsageProblem {
  readonly message: string
}

const options = {
  db: { type: 'string', multiple: true },
  format: { type: 'string', multiple: true },
  json: { type: 'boolean' },
  ocsf: { type: 'boolean' },
  evidence: { type: 'string' },
  office: { type: 'string' },
  indicators: { type: 'string', multiple: true },
  rules: { type: 'string', multiple: true },
  hits: { type: 'string' },
  'fail-on': { type: 'string' },
  'utc-offset': { type: 'string' },
  'no-color': { type: 'boolean' },
  quiet: { type: 'boolean', short: 'q' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean', short: 'V' },
} as const
type OptionName = keyof typeof options
const commandNames = ['scan', 'demo', 'help', 'version'] as const
/** Commands that read their own arguments. */
export const otherCommands = [
  'desk',
  'mail',
  'hunt',
  'pack',
  'collect',
  'software',
  'rules',
  'backup',
  'restore',
] as const
/** Options that say what to read; `demo` reads its own recording. */
const scanOnly: readonly OptionName[] = ['db', 'format', 'office', 'indicators', 'rules', 'hits', 'utc-offset']
/** What an option's value is, for the sentence that asks for it. */
const valueWords: Partial<Record<OptionName, string>> = {
  db: 'one or more database logs, such as --db /var/log/postgresql/*.json',
  format: 'the name of a format, such as --format combined',
  evidence: 'a file to write, such as --evidence evidence.ndjson',
  office: 'your office file, such as --office office.toml',
  indicators: 'a list of known bad addresses, such as --indicators bad.csv',
  rules: 'a file, folder or archive of Sigma rules, such as --rules sigma_core.zip',
  hits: 'a file to write, such as --hits hits.ndjson',
  'fail-on': `a level: ${levels.join(', ')}`,
  'utc-offset': 'an offset, such as --utc-offset -05:00',
}

interface Given {
  readonly positionals: readonly string[]
  readonly values: ReadonlyMap<OptionName, readonly string[]>
}

const problem = (message: string): { readonly ok: false; readonly error: UsageProblem } => err({ message })

/** Parses what follows the program's name. `formatNames`, where given, are the only formats accepted. */
export function parseArguments(
  argv: readonly string[],
  formatNames?: readonly string[],
): Result<Command, UsageProblem> {
  const given = gather(argv)
  if (!given.ok) return given
  const { positionals, values } = given.value
  if (values.has('help') || argv.length === 0) return ok({ name: 'help' })
  if (values.has('version')) return ok({ name: 'version' })
  const [name, ...paths] = positionals
  switch (name) {
    case 'help':
      return ok({ name: 'help' })
    case 'version':
      return ok({ name: 'version' })
    case 'demo':
      return parseDemo(paths, values)
    case 'scan':
      return parseScan(paths, values, formatNames)
    case undefined:
      return problem('Say what to do first, for example: bellwether scan access.log')
    default:
      return problem(unknownCommand(name))
  }
}

/** The format that the user chose for a file: the last glob that fits it, or the last choice without a glob. A glob
 *  is tried on the whole path and on the file's name. */
export function formatFor(path: string, choices: readonly FormatChoice[]): string | undefined {
  const fileName = path.split(/[\\/]/).at(-1) ?? path
  const fits = (glob: string) => matchesGlob(path, glob) || matchesGlob(fileName, glob)
  const byGlob = choices.findLast(({ glob }) => glob !== undefined && fits(glob))
  return (byGlob ?? choices.findLast(({ glob }) => glob === undefined))?.format
}

/** Sorts the arguments into options and positionals. `--db` takes every path up to the next option. */
function gather(argv: readonly string[]): Result<Given, UsageProblem> {
  const { tokens } = parseArgs({ args: joinValues(argv), options, strict: false, allowPositionals: true, tokens: true })
  const positionals: string[] = []
  const values = new Map<OptionName, string[]>()
  for (const token of tokens) {
    if (token.kind === 'positional') positionals.push(token.value)
    if (token.kind !== 'option') continue
    if (!isOption(token.name)) return problem(unknownOption(token.rawName))
    const { name, value } = token
    const isText = options[name].type === 'string'
    if (!isText && value !== undefined) return problem(`--${name} takes no value; write it without "=${value}".`)
    if (isText && (value === undefined || value === '')) return problem(`--${name} needs ${valueWords[name]}.`)
    const earlier = values.get(name)
    if (earlier === undefined) values.set(name, [value ?? ''])
    else if ('multiple' in options[name]) earlier.push(value ?? '')
    else if (isText) return problem(`--${name} was given twice; give it once.`)
  }
  return ok({ positionals, values })
}

const isOption = (name: string): name is OptionName => Object.hasOwn(options, name)

/** Rewrites `--db a b` as `--db=a --db=b`, and joins every other value to its option, so that a value which begins
 *  with a dash (`--utc-offset -05:00`, `--indicators -`) is not taken for an option. */
function joinValues(argv: readonly string[]): string[] {
  const end = argv.indexOf('--')
  const before = end === -1 ? argv : argv.slice(0, end)
  const joined: string[] = []
  for (let i = 0; i < before.length; i++) {
    const argument = before[i] as string
    const name = argument.startsWith('--') ? argument.slice(2) : ''
    const next = before[i + 1]
    if (!isOption(name) || options[name].type !== 'string' || next === undefined) {
      joined.push(argument)
    } else if (name === 'db') {
      let count = 0
      while (isValue(before[i + 1])) {
        joined.push(`--db=${before[++i]}`)
        count++
      }
      if (count === 0) joined.push('--db=')
    } else if (name === 'rules' && isValue(next)) {
      // One path, and what else is surely a rule, as where a shell has expanded a pattern: logs may follow.
      do joined.push(`--rules=${before[++i]}`)
      while (isValue(before[i + 1]) && /\.(?:ya?ml|zip)$/i.test(before[i + 1] ?? ''))
    } else if (isValue(next) || (name === 'utc-offset' && /^-\d/.test(next))) {
      joined.push(`${argument}=${next}`)
      i++
    } else {
      joined.push(`${argument}=`)
    }
  }
  return end === -1 ? joined : [...joined, ...argv.slice(end)]
}

const isValue = (argument: string | undefined): boolean =>
  argument !== undefined && (argument === '-' || !argument.startsWith('-'))

function parseDemo(paths: readonly string[], values: Given['values']): Result<Command, UsageProblem> {
  if (paths.length > 0) {
    return problem(
      `demo reads its own recording and takes no path; to read your files write: bellwether scan ${paths[0]}`,
    )
  }
  const misplaced = scanOnly.find((name) => values.has(name))
  if (misplaced !== undefined) return problem(`--${misplaced} goes with scan, not with demo.`)
  const output = parseOutput(values)
  return output.ok ? ok({ name: 'demo', ...output.value }) : output
}

function parseScan(
  paths: readonly string[],
  values: Given['values'],
  formatNames: readonly string[] | undefined,
): Result<Command, UsageProblem> {
  const databasePaths = values.get('db') ?? []
  if (paths.length === 0 && databasePaths.length === 0) {
    return problem('Say which files to read, for example: bellwether scan /var/log/nginx/access.log')
  }
  if ([...paths, ...databasePaths].includes(''))
    return problem('One of the paths is empty; write the name of a file or folder.')
  if ([...paths, ...databasePaths].filter((path) => path === '-').length > 1) {
    return problem('Standard input (-) can be read once only; give "-" once.')
  }
  const output = parseOutput(values)
  if (!output.ok) return output
  const formats = parseFormats(values.get('format') ?? [], formatNames)
  if (!formats.ok) return formats
  const offset = parseOffset(values.get('utc-offset')?.[0])
  if (!offset.ok) return offset
  const officePath = values.get('office')?.[0]
  const hitsPath = values.get('hits')?.[0]
  return ok({
    name: 'scan',
    paths,
    databasePaths,
    formats: formats.value,
    indicatorPaths: values.get('indicators') ?? [],
    rulePaths: values.get('rules') ?? [],
    ...(hitsPath === undefined ? {} : { hitsPath }),
    ...(officePath === undefined ? {} : { officePath }),
    ...(offset.value === undefined ? {} : { utcOffsetMinutes: offset.value }),
    ...output.value,
  })
}

function parseOutput(values: Given['values']): Result<OutputOptions, UsageProblem> {
  if (values.has('json') && values.has('ocsf')) return problem('--json and --ocsf cannot go together; choose one.')
  const failOn = values.get('fail-on')?.[0]
  const level = levels.find((one) => one === failOn?.toLowerCase())
  if (failOn !== undefined && level === undefined) {
    return problem(`--fail-on does not know "${failOn}"; write one of ${levels.join(', ')}.`)
  }
  const evidencePath = values.get('evidence')?.[0]
  return ok({
    output: values.has('json') ? 'json' : values.has('ocsf') ? 'ocsf' : 'report',
    ...(evidencePath === undefined ? {} : { evidencePath }),
    ...(level === undefined ? {} : { failOn: level }),
    colour: !values.has('no-color'),
    quiet: values.has('quiet'),
  })
}

function parseFormats(
  texts: readonly string[],
  formatNames: readonly string[] | undefined,
): Result<FormatChoice[], UsageProblem> {
  const choices: FormatChoice[] = []
  for (const text of texts) {
    const colon = text.indexOf(':')
    const format = (colon === -1 ? text : text.slice(0, colon)).toLowerCase()
    const glob = colon === -1 ? undefined : text.slice(colon + 1)
    if (formatNames !== undefined && !formatNames.includes(format)) {
      return problem(`--format does not know "${format}"; write one of ${formatNames.join(', ')}.`)
    }
    if (glob === '') return problem(`--format ${text} ends in a colon; write ${text}PATH, or ${format} for all files.`)
    choices.push(glob === undefined ? { format } : { format, glob })
  }
  return ok(choices)
}

/** `+02:00`, `-0530`, `-5`, `UTC`: minutes east of UTC, from -12:00 to +14:00 as the inhabited world has them. */
function parseOffset(text: string | undefined): Result<number | undefined, UsageProblem> {
  if (text === undefined) return ok(undefined)
  if (/^(?:z|utc|gmt)$/i.test(text)) return ok(0)
  const match = /^([+-]?)(\d{1,2})(?::?([0-5]\d))?$/.exec(text)
  const minutes = match === null ? Number.NaN : Number(match[2]) * 60 + Number(match[3] ?? 0)
  const east = match?.[1] === '-' ? -minutes : minutes
  if (!(east >= -12 * 60 && east <= 14 * 60)) {
    return problem(`--utc-offset cannot read "${text}"; write hours and minutes from UTC, such as -05:00 or +02:00.`)
  }
  return ok(east === 0 ? 0 : east)
}

function unknownCommand(name: string): string {
  const commands = [...otherCommands, ...commandNames]
  const near = nearest(name, commands)
  if (near !== undefined) return `There is no command "${name}"; did you mean ${near}?`
  if (/[./\\*]/.test(name)) return `To read files, put "scan" first: bellwether scan ${name}`
  return `There is no command "${name}"; the commands are ${commands.slice(0, -1).join(', ')} and ${commands.at(-1)}.`
}

function unknownOption(rawName: string): string {
  const near = nearest(rawName.replace(/^-+/, ''), Object.keys(options))
  return `There is no option ${rawName}; ${near === undefined ? 'bellwether help lists those there are' : `did you mean --${near}?`}`
}

/** The name that one or two slips of the finger away gives, if any (Levenshtein distance, words of up to 20 letters). */
function nearest(word: string, names: readonly string[]): string | undefined {
  if (word.length > 20) return undefined
  const scored = names.map((name) => ({ name, distance: editDistance(word.toLowerCase(), name) }))
  const best = scored.reduce((least, one) => (one.distance < least.distance ? one : least))
  return best.distance <= Math.min(2, Math.floor(best.name.length / 2)) ? best.name : undefined
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const substituted = (row[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min(substituted, (row[j] as number) + 1, (next[j - 1] as number) + 1))
    }
    row = next
  }
  return row[b.length] as number
}
