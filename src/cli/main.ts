/** The program: arguments in, a command, its exit code out. With the commands' own files the only place that touches the
 *  process: arguments, streams, clock, environment. */
import { readFile } from 'node:fs/promises'
import { homedir, hostname } from 'node:os'
import { join } from 'node:path'
import { exitCodes } from './arguments.ts'
import { defaultDataPath } from './data-path.ts'
import { colourWanted } from './report-page.ts'

const columnsDefault = 80
const root = join(import.meta.dirname, '..', '..')

/** Commands with a file of their own, which is loaded only when it is asked for. */
async function main(argv: readonly string[]): Promise<number> {
  const [name, ...rest] = argv
  if (name === 'software') return await software(rest)
  if (name === 'collect') return await collect(rest)
  const asked = name === 'help' ? rest[0] : rest.includes('--help') || rest.includes('-h') ? name : undefined
  if (asked !== undefined) return await help(asked)
  switch (name) {
    case 'desk':
      return await desk(rest)
    case 'hunt':
      return await hunt(rest)
    case 'mail':
      return await mail(rest)
    case 'pack':
      return await pack(rest)
    case 'rules':
      return await rules(rest)
    case 'backup':
    case 'restore':
      return await backup(name, rest)
    default:
      return await logs(argv)
  }
}

async function help(name: string): Promise<number> {
  if (name === 'software' || name === 'collect') return await (name === 'software' ? software : collect)(['--help'])
  const { commandUsage } = await import('./usage.ts')
  const text = commandUsage(name)
  if (text === undefined) return await logs(['help'])
  print(text)
  return exitCodes.done
}

const print = (text: string): void => {
  process.stdout.write(text)
}
const complain = (text: string): void => {
  process.stderr.write(text)
}

async function hunt(argv: readonly string[]): Promise<number> {
  const { parseHunt, runHunt } = await import('./hunt.ts')
  const command = parseHunt(argv, { dataPath: defaultDataPath(process.env), nowMs: Date.now() })
  if (!command.ok) return refuse([command.error.message])
  const colour = colourWanted(command.value.colour, process.stdout.isTTY === true, process.env)
  return await runHunt(command.value, { columns: process.stdout.columns ?? columnsDefault, colour, print, complain })
}

async function mail(argv: readonly string[]): Promise<number> {
  if (argv[0] === 'sign') return await signList(argv.slice(1))
  const { parseMailCheck, runMailCheck } = await import('./mail-check.ts')
  const command = parseMailCheck(argv)
  if (!command.ok) return refuse([command.error.message])
  return await runMailCheck(command.value, {
    columns: Math.min(columnsDefault, process.stdout.columns ?? columnsDefault),
    print,
    complain,
  })
}

async function signList(argv: readonly string[]): Promise<number> {
  const { parseMailSign, runMailSign } = await import('./mail-sign.ts')
  const command = parseMailSign(argv)
  if (!command.ok) return refuse([command.error.message])
  return await runMailSign(command.value, { print, complain, homeFolder: homedir() })
}

async function pack(argv: readonly string[]): Promise<number> {
  const { parsePack, runPack } = await import('./pack.ts')
  const command = parsePack(argv)
  if (!command.ok) return refuse([command.error.message])
  return await runPack(command.value, {
    out: print,
    err: complain,
    homeFolder: homedir(),
    hostName: hostname(),
    nowMs: Date.now(),
  })
}

async function software(argv: readonly string[]): Promise<number> {
  const { parseSoftware, softwareUsage } = await import('./software-arguments.ts')
  if (argv.length === 0 || argv.includes('--help') || argv.includes('-h')) {
    print(softwareUsage)
    return exitCodes.done
  }
  if (argv[0] === 'keep') {
    const { parseKeep, runKeep } = await import('./software-keep.ts')
    const kept = parseKeep(argv.slice(1), defaultDataPath(process.env))
    if (!kept.ok) return refuse([kept.error.message])
    return await runKeep(kept.value, { columns: process.stdout.columns ?? columnsDefault, print, complain })
  }
  const command = parseSoftware(argv)
  if (!command.ok) return refuse([command.error])
  const { runSoftware } = await import('./software.ts')
  return await runSoftware(command.value, {
    print,
    complain,
    progress: (text) => {
      if (process.stderr.isTTY === true) complain(`\r\u001b[2K${text}`)
    },
    columns: process.stdout.columns ?? columnsDefault,
    homeFolder: homedir(),
    hostName: hostname(),
    nowMs: Date.now(),
  })
}

async function collect(argv: readonly string[]): Promise<number> {
  const { collectUsage, runCollect } = await import('./collect.ts')
  if (argv.includes('--help') || argv.includes('-h')) {
    print(collectUsage)
    return exitCodes.done
  }
  return await runCollect(argv, { print, complain, root })
}

async function rules(argv: readonly string[]): Promise<number> {
  const { parseRulesCommand, runRules } = await import('./rules.ts')
  const command = parseRulesCommand(argv, defaultDataPath(process.env))
  if (!command.ok) return refuse([command.error])
  const columns = process.stdout.columns ?? columnsDefault
  return await runRules(command.value, { columns, nowMs: Date.now(), print, complain })
}

async function backup(name: 'backup' | 'restore', argv: readonly string[]): Promise<number> {
  const { parseBackup, runBackup } = await import('./backup.ts')
  const command = parseBackup(name, argv, defaultDataPath(process.env))
  if (!command.ok) return refuse([command.error])
  return await runBackup(command.value, {
    databaseUrl: process.env.DATABASE_URL,
    nowMs: Date.now(),
    print,
    complain,
  })
}

async function desk(argv: readonly string[]): Promise<number> {
  const { parseDesk, runDesk } = await import('./desk.ts')
  const command = parseDesk(argv, process.env)
  if (!command.ok) return refuse([command.error])
  const stopped = new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => resolve())
  })
  return await runDesk(command.value, {
    root,
    version: await version(),
    environment: process.env,
    print,
    complain,
    stopped,
  })
}

async function logs(argv: readonly string[]): Promise<number> {
  const { readLogs } = await import('./scan-command.ts')
  return await readLogs(argv)
}

async function version(): Promise<string> {
  const manifest: unknown = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'))
  return (manifest as { version: string }).version
}

function refuse(messages: readonly string[]): number {
  for (const message of messages) complain(`${message}\n`)
  return exitCodes.usage
}

// Whoever reads along may stop early, as `head` does: the rest of the work is done all the same, and nothing has failed.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error) => {
    if (!('code' in error) || error.code !== 'EPIPE') throw error
  })
}
process.exitCode = Math.max(Number(process.exitCode ?? exitCodes.done), await main(process.argv.slice(2)))
