/** `bellwether desk`: opens the desk and its console, prints where it listens and how to sign in, and stops it in order
 *  when it is told to. */
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { parseArgs, promisify } from 'node:util'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { limits } from '../core/limits.ts'
import { err, ok, type Result } from '../core/result.ts'
import { type OpenDesk, openDesk } from '../desk/compose.ts'
import { makeServerLog } from '../server/log.ts'
import { buildServer, type DeskServer } from '../server/server.ts'
import { exitCodes } from './arguments.ts'
import { defaultDataPath } from './data-path.ts'

/** What was asked for. */
export interface DeskCommand {
  readonly dataPath: string
  readonly configurationPath?: string
  readonly port?: number
  readonly isDemonstration: boolean
  /** Print a link that lets this person set a new password. */
  readonly resetName?: string
}

/** What of the process the command is given. */
export interface DeskProcess {
  readonly root: string
  readonly version: string
  readonly environment: Readonly<Record<string, string | undefined>>
  print(text: string): void
  complain(text: string): void
  /** Resolves when the process is told to stop. */
  readonly stopped: Promise<void>
}

const options = {
  config: { type: 'string' },
  data: { type: 'string' },
  port: { type: 'string' },
  demo: { type: 'boolean' },
  reset: { type: 'string' },
} as const

/** Reads what follows `desk`. */
export function parseDesk(
  argv: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): Result<DeskCommand, string> {
  try {
    const { values } = parseArgs({ args: [...argv], options, strict: true })
    const port = values.port === undefined ? undefined : Number(values.port)
    if (port !== undefined && !(Number.isInteger(port) && port >= 0 && port <= 65_535)) {
      return err(`“${values.port}” is no port. Give a number from 1 to 65535, such as --port 7316`)
    }
    return ok({
      dataPath: resolve(values.data ?? defaultDataPath(environment)),
      ...(values.config === undefined ? {} : { configurationPath: resolve(values.config) }),
      ...(port === undefined ? {} : { port }),
      isDemonstration: values.demo === true,
      ...(values.reset === undefined ? {} : { resetName: values.reset }),
    })
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    const option = /'([^']+)'/.exec(error.message)?.[1] ?? 'This'
    return err(
      `${option} is not an option of “bellwether desk”. Use --config FILE, --data FOLDER, --port NUMBER, --reset NAME or --demo.`,
    )
  }
}

/** Runs the desk until it is told to stop. */
export async function runDesk(command: DeskCommand, own: DeskProcess): Promise<number> {
  // A desk that waits most of the time needs no large nursery; workers have bounds of their own.
  setFlagsFromString('--max-semi-space-size=2')
  const { environment, root } = own
  const databaseUrl = environment.DATABASE_URL
  const opened = await openDesk({
    dataPath: command.dataPath,
    ...(command.configurationPath === undefined ? {} : { configurationPath: command.configurationPath }),
    ...(databaseUrl === undefined ? {} : { databaseUrl }),
    ...(command.isDemonstration ? { demonstrationFolder: join(root, 'data', 'recording') } : {}),
    version: own.version,
    clock: Date.now,
  })
  if (!opened.ok) {
    for (const sentence of opened.error) own.complain(`${sentence}\n`)
    return exitCodes.usage
  }
  const { desk } = opened.value
  const server = await serve(opened.value, command, own)
  if (!server.ok) {
    own.complain(`${server.error}\n`)
    await desk.close()
    return exitCodes.usage
  }
  const settling = setTimeout(letGoOfTheStart, limits.startSettledMs)
  await own.stopped
  clearTimeout(settling)
  own.print('Stopping. What was read is being stored.\n')
  await server.value.app.close()
  await desk.close()
  own.print('Stopped. Nothing was lost.\n')
  return exitCodes.done
}

/** What only the start needed is given back to the system at once: V8 would keep it for as long as the desk is idle. */
function letGoOfTheStart(): void {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as (options: object) => void
  collect({ type: 'major', execution: 'sync', flavor: 'last-resort' })
}

async function serve(opened: OpenDesk, command: DeskCommand, own: DeskProcess): Promise<Result<DeskServer, string>> {
  const { desk, store, keys, configuration } = opened
  const { listen } = configuration
  const log = makeServerLog(levelOf(own.environment), { write: (line: string) => own.complain(line) })
  const tls = await readTls(listen.certificatePath, listen.keyPath)
  if (!tls.ok) return tls
  const consoleFolder = join(own.root, 'dist', 'console')
  await buildIfNeeded(own)
  const server = await buildServer({
    desk,
    store,
    sealKey: keys.seal,
    clock: Date.now,
    log,
    consoleFolder,
    hosts: listen.hosts,
    trustedProxies: listen.trustedProxies,
    ...(listen.publicOrigin === undefined ? {} : { publicOrigin: listen.publicOrigin }),
    ...(tls.value === undefined ? {} : { tls: tls.value }),
  })
  const port = command.port ?? listen.port
  try {
    await server.app.listen({ host: listen.address, port })
  } catch (error) {
    await server.app.close()
    return err(portSentence(error, listen.address, port))
  }
  await welcome(server, opened, command, own)
  return ok(server)
}

const levelOf = (environment: DeskProcess['environment']): 'info' | 'warn' | 'silent' =>
  environment.BELLWETHER_LOG === 'info' ? 'info' : environment.BELLWETHER_LOG === 'silent' ? 'silent' : 'warn'

async function readTls(
  certificatePath: string | undefined,
  keyPath: string | undefined,
): Promise<Result<{ cert: string; key: string } | undefined, string>> {
  if (certificatePath === undefined || keyPath === undefined) return ok(undefined)
  try {
    return ok({ cert: await readFile(certificatePath, 'utf8'), key: await readFile(keyPath, 'utf8') })
  } catch (error) {
    const path = error instanceof Error && 'path' in error ? String(error.path) : certificatePath
    return err(`The certificate or key ${path} cannot be read. Check its name and that the desk may read it.`)
  }
}

function portSentence(error: unknown, address: string, port: number): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
  if (code === 'EADDRINUSE') {
    return `Port ${port} is used by another program, perhaps another desk. Stop that program, or choose another port with --port.`
  }
  if (code === 'EACCES')
    return `Port ${port} may be opened by an administrator only. Choose one above 1023 with --port.`
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') {
    return `This computer has no address ${address}. Write one of its own below [listen] in the configuration, such as 127.0.0.1.`
  }
  return `The desk cannot listen at ${address}, port ${port} (${code}).`
}

/** What build/console.ts offers. */
interface ConsoleBuild {
  isConsoleStale(): boolean
}

/** A checkout builds its console when it is missing or older than its sources; a package brings it along. */
async function buildIfNeeded(own: DeskProcess): Promise<void> {
  const script = join(own.root, 'build', 'console.ts')
  if (!existsSync(script)) return
  const { isConsoleStale } = (await import(script)) as ConsoleBuild
  if (!isConsoleStale()) return
  own.print('Building the console, once: this takes some seconds.\n')
  // In a process of its own: the builder's memory goes with it.
  await promisify(execFile)(process.execPath, [script])
}

async function welcome(server: DeskServer, opened: OpenDesk, command: DeskCommand, own: DeskProcess): Promise<void> {
  const { folder, configuration } = opened
  const { address } = configuration.listen
  const { resetName } = command
  const bound = server.app.server.address()
  const port = typeof bound === 'object' && bound !== null ? bound.port : configuration.listen.port
  const scheme = configuration.listen.certificatePath === undefined ? 'http' : 'https'
  const host = address.includes(':') ? `[${address}]` : address
  const origin = `${scheme}://${host}:${port}`
  const path = await server.startPath()
  own.print(`Bellwether's desk listens at ${origin}\n`)
  if (path !== undefined) own.print(`Sign in once with this link (do not pass it on):\n  ${origin}${path}\n`)
  if (resetName !== undefined) {
    const reset = await server.resetPath(resetName)
    own.print(
      reset === undefined
        ? `There is no account named “${resetName}”.\n`
        : `${resetName} sets a new password with this link:\n  ${origin}${reset}\n`,
    )
  }
  own.print(`Its data: ${folder.path}\n`)
  own.print(`Its configuration: ${command.configurationPath ?? folder.configurationPath}\n`)
  own.print('Stop it with Ctrl-C.\n')
}
