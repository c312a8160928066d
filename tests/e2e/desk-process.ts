/** A real desk for tests in a browser: `bellwether desk` as a child process on a folder of its own and a free port, ended
 *  by its own process id. What it reads is written by the tests. */
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { becomes, freePort, startProcess } from '../loopback.ts'

const root = join(import.meta.dirname, '..', '..')
const pinned = join(root, 'node_modules', '.bin', 'node')
const nodePath = existsSync(pinned) ? pinned : process.execPath

/** The first start may build the console, on a machine that does other things too. */
const readyMsMax = 120_000

/** A running desk. */
export interface DeskProcess extends AsyncDisposable {
  /** The folder around its data folder: logs of the test lie here. */
  readonly folder: string
  readonly dataPath: string
  readonly origin: string
  /** The link that it printed; undefined where accounts exist. */
  readonly link: string | undefined
  /** When it was started, by `performance.now()`. */
  readonly startedMs: number
  said(): string
  /** Stops it and starts it again on the same data. */
  restart(): Promise<void>
}

/** How it is started. */
export interface DeskProcessOptions {
  /** TOML, below which the port is chosen by the test; `{folder}` is filled in. */
  readonly configuration?: string
  readonly isDemonstration?: boolean
}

/** Starts a desk and waits until it has printed where it listens. */
export async function startDesk(options: DeskProcessOptions = {}): Promise<DeskProcess> {
  const folder = await mkdtemp(join(tmpdir(), 'bellwether-e2e-'))
  const dataPath = join(folder, 'data')
  await mkdir(dataPath, { mode: 0o700 })
  if (options.configuration !== undefined) {
    await writeFile(join(dataPath, 'bellwether.toml'), options.configuration.replaceAll('{folder}', folder))
  }
  const port = await freePort()
  const origin = `http://127.0.0.1:${port}`
  const args = [join(root, 'bin', 'bellwether.js'), 'desk', '--data', dataPath, '--port', String(port)]
  if (options.isDemonstration) args.push('--demo')
  let child: ReturnType<typeof startProcess> | undefined
  let startedMs = 0
  const start = async (): Promise<void> => {
    startedMs = performance.now()
    const begun = startProcess(nodePath, args)
    child = begun
    let hasEnded = false
    void begun.ended.then(() => {
      hasEnded = true
    })
    const isReady = (): boolean => hasEnded || begun.said().includes('Stop it with Ctrl-C')
    if (!(await becomes(isReady, readyMsMax)) || hasEnded) {
      const said = begun.said()
      await begun.stop('SIGKILL')
      throw new Error(`the desk did not start: ${said}`)
    }
  }
  const stop = async (): Promise<void> => {
    await child?.stop()
  }
  try {
    await start()
  } catch (error) {
    await rm(folder, { recursive: true, force: true })
    throw error
  }
  return {
    folder,
    dataPath,
    origin,
    get link() {
      return /^\s+(http:\S+\/start#\S+)$/m.exec(child?.said() ?? '')?.[1]
    },
    get startedMs() {
      return startedMs
    },
    said: () => child?.said() ?? '',
    restart: async () => {
      await stop()
      await start()
    },
    [Symbol.asyncDispose]: async () => {
      await stop()
      await rm(folder, { recursive: true, force: true, maxRetries: 3 })
    },
  }
}
