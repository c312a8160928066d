/** `bellwether hunt`: searches the archive of a desk, also while the desk runs, for it only reads. What is asked comes
 *  from the arguments; hunt-page.ts writes the answer. */
import { existsSync } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { isSourceId } from '../core/ids.ts'
import { limits } from '../core/limits.ts'
import { err, ok, type Result } from '../core/result.ts'
import { type IndicatorList, readIndicatorList } from '../formats/indicator-list.ts'
import { Archive, prepareHunt } from '../store/archive/archive.ts'
import type { HuntQuery, PathMatch } from '../store/archive/hunt.ts'
import { exitCodes, type UsageProblem } from './arguments.ts'
import { renderHunt, renderSql } from './hunt-page.ts'

/** What was asked for. */
export interface HuntCommand {
  /** The data folder of a desk. */
  readonly dataPath: string
  readonly query: HuntQuery
  readonly indicatorPaths: readonly string[]
  /** In place of all others: one SELECT over `records`. */
  readonly sql?: string
  readonly json: boolean
  readonly colour: boolean
}

/** What parsing needs to know of the process. */
export interface HuntDefaults {
  readonly dataPath: string
  /** For times such as `7d`: seven days ago. */
  readonly nowMs: number
}

/** What of the process the command is given. */
export interface HuntProcess {
  /** Width of the terminal, 80 where there is none. */
  readonly columns: number
  /** Whether the terminal takes colours. */
  readonly colour: boolean
  print(text: string): void
  complain(text: string): void
}

const options = {
  data: { type: 'string' },
  address: { type: 'string', multiple: true },
  indicators: { type: 'string', multiple: true },
  path: { type: 'string' },
  match: { type: 'string' },
  agent: { type: 'string' },
  statement: { type: 'string' },
  source: { type: 'string' },
  status: { type: 'string' },
  from: { type: 'string' },
  until: { type: 'string' },
  page: { type: 'string' },
  rows: { type: 'string' },
  sql: { type: 'string' },
  json: { type: 'boolean' },
  'no-color': { type: 'boolean' },
} as const
type OptionName = keyof typeof options
const words: Readonly<Record<string, PathMatch>> = { is: 'is', begins: 'begins', contains: 'contains' }
/** Rows of one page, if nobody says otherwise: one screen. */
const rowsUsual = 20

const problem = (message: string): { readonly ok: false; readonly error: UsageProblem } => err({ message })

/** Reads what follows `hunt`. Whatever has no option before it is an address. */
export function parseHunt(argv: readonly string[], defaults: HuntDefaults): Result<HuntCommand, UsageProblem> {
  const { tokens } = parseArgs({ args: [...argv], options, strict: false, allowPositionals: true, tokens: true })
  const addresses: string[] = []
  const indicatorPaths: string[] = []
  const values = new Map<OptionName, string>()
  for (const token of tokens) {
    if (token.kind === 'positional') addresses.push(token.value)
    if (token.kind !== 'option') continue
    if (!Object.hasOwn(options, token.name))
      return problem(`There is no option ${token.rawName} of hunt; bellwether help lists those there are.`)
    const name = token.name as OptionName
    const isText = options[name].type === 'string'
    if (isText && (token.value === undefined || token.value === '' || token.value.startsWith('--')))
      return problem(`--${name} needs a value behind it, such as ${examples[name]}.`)
    if (!isText && token.value !== undefined) return problem(`--${name} takes no value.`)
    if (name === 'address') addresses.push(token.value as string)
    else if (name === 'indicators') indicatorPaths.push(token.value as string)
    else if (values.has(name)) return problem(`--${name} was given twice; give it once.`)
    else values.set(name, token.value ?? '')
  }
  const query = readQuery(addresses, values, defaults.nowMs)
  if (!query.ok) return query
  const sql = values.get('sql')
  const isOther = addresses.length + indicatorPaths.length > 0 || searched.some((name) => values.has(name))
  if (sql !== undefined && isOther)
    return problem('--sql goes alone: write what to search for into the statement, after WHERE.')
  if (sql === undefined && !isOther) return problem('Say what to search for, for example: bellwether hunt 198.51.100.7')
  return ok({
    dataPath: resolve(values.get('data') ?? defaults.dataPath),
    query: query.value,
    indicatorPaths,
    ...(sql === undefined ? {} : { sql }),
    json: values.has('json'),
    colour: !values.has('no-color'),
  })
}

/** Options that say what to search for. */
const searched = ['path', 'agent', 'statement', 'source', 'status', 'from', 'until'] as const
const examples: Readonly<Record<OptionName, string>> = {
  data: '--data /var/lib/bellwether',
  address: '--address 198.51.100.7',
  indicators: '--indicators list.csv',
  path: '--path /voter/status',
  match: '--match begins',
  agent: '--agent sqlmap',
  statement: '--statement voters',
  source: '--source web-logs',
  status: '--status 500',
  from: '--from 2026-06-23',
  until: '--until 2026-06-24T12:00',
  page: '--page 2',
  rows: '--rows 100',
  sql: '--sql "SELECT count(*) FROM records"',
  json: '--json',
  'no-color': '--no-color',
}

function readQuery(
  addresses: readonly string[],
  values: ReadonlyMap<OptionName, string>,
  nowMs: number,
): Result<HuntQuery, UsageProblem> {
  const match = values.get('match')
  const pathMatch = match === undefined ? undefined : words[match]
  if (match !== undefined && pathMatch === undefined)
    return problem(`--match does not know "${match}"; write is, begins or contains.`)
  if (match !== undefined && !values.has('path')) return problem('--match goes with --path; add the path to compare.')
  const source = values.get('source')
  if (source !== undefined && !isSourceId(source))
    return problem(`--source does not know "${source}"; a source is named like web-logs.`)
  const from = readTime('from', values.get('from'), nowMs)
  if (!from.ok) return from
  const until = readTime('until', values.get('until'), nowMs)
  if (!until.ok) return until
  const [status, page, rows] = (['status', 'page', 'rows'] as const).map((name) => values.get(name))
  for (const [name, text] of Object.entries({ status, page, rows }))
    if (text !== undefined && !/^[1-9]\d{0,5}$/.test(text)) return problem(`--${name} needs a number, not "${text}".`)
  const limit = Number(rows ?? rowsUsual)
  const text = (name: 'path' | 'agent' | 'statement') => (values.has(name) ? { [name]: values.get(name) } : {})
  const query: HuntQuery = {
    ...(addresses.length > 0 ? { addresses } : {}),
    ...text('path'),
    ...text('agent'),
    ...text('statement'),
    ...(pathMatch === undefined ? {} : { pathMatch }),
    ...(source === undefined ? {} : { sourceId: source }),
    ...(status === undefined ? {} : { status: Number(status) }),
    ...(from.value === undefined ? {} : { fromMs: from.value }),
    ...(until.value === undefined ? {} : { untilMs: until.value }),
    limit,
    offset: (Number(page ?? 1) - 1) * limit,
  }
  const checked = prepareHunt(query)
  return checked.ok ? ok(query) : problem(checked.error.message)
}

/** `2026-06-23`, `2026-06-23T14:30`, with `Z` or `-05:00` (UTC where there is none), or `36h`, `7d`: so long ago. */
function readTime(
  name: 'from' | 'until',
  text: string | undefined,
  nowMs: number,
): Result<number | undefined, UsageProblem> {
  if (text === undefined) return ok(undefined)
  const ago = /^(\d{1,5})([hd])$/.exec(text)
  if (ago !== null) return ok(nowMs - Number(ago[1]) * (ago[2] === 'h' ? 3_600_000 : 86_400_000))
  const form = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d)?))?(Z|[+-]\d\d:\d\d)?$/.exec(text)
  const ms = form === null ? Number.NaN : Date.parse(`${form[1]}T${form[2] ?? '00:00'}${form[3] ?? 'Z'}`)
  if (Number.isNaN(ms))
    return problem(`--${name} cannot read "${text}"; write a day or time such as 2026-06-23T14:30 (UTC), or 7d.`)
  return ok(ms)
}

/** Searches, and prints what was found. Ends with 0 where an answer was given, 1 where there was none. */
export async function runHunt(command: HuntCommand, own: HuntProcess): Promise<number> {
  const folder = join(command.dataPath, 'archive')
  if (!existsSync(folder)) {
    own.complain(
      `There is no archive in ${command.dataPath}. Name the data folder of your desk with --data; a desk fills it as it reads.\n`,
    )
    return exitCodes.nothingRead
  }
  const lists = await readLists(command.indicatorPaths)
  if (!lists.ok) {
    own.complain(`${lists.error}\n`)
    return exitCodes.usage
  }
  const archive = new Archive(folder)
  try {
    const page = { columns: own.columns, colour: command.colour && own.colour }
    if (command.sql !== undefined) {
      const answer = await archive.sql(command.sql)
      if (!answer.ok) return refuse(answer.error.message, own)
      own.print(command.json ? jsonText(answer.value) : renderSql(answer.value, page))
      return exitCodes.done
    }
    const answer = await archive.hunt(command.query, lists.value)
    if (!answer.ok) return refuse(answer.error.message, own)
    own.print(command.json ? jsonText(answer.value) : renderHunt(command.query, lists.value, answer.value, page))
    return exitCodes.done
  } finally {
    await archive.close()
  }
}

function refuse(message: string, own: HuntProcess): number {
  own.complain(`${message}\n`)
  return exitCodes.nothingRead
}

/** JSON in ASCII: what an attacker wrote into a log is no command to a terminal. */
const jsonText = (value: unknown): string =>
  `${JSON.stringify(value, null, 2).replace(/[\u007f-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)}\n`

async function readLists(paths: readonly string[]): Promise<Result<IndicatorList[], string>> {
  const lists: IndicatorList[] = []
  for (const path of paths) {
    try {
      if ((await stat(path)).size > limits.indicatorListBytesMax)
        return err(`${path} is too large for a list of addresses. Give one of fewer than 32 MB.`)
      const list = readIndicatorList(basename(path), await readFile(path, 'utf8'))
      if (list.addresses.size === 0)
        return err(`${path} holds no address. Give a list with one address a line, or a CSV.`)
      lists.push(list)
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error'
      return err(`The list of addresses ${path} cannot be read (${code}). Check its name and that you may read it.`)
    }
  }
  return ok(lists)
}
