/** A throw-away PostgreSQL server for tests: its own folder, a free loopback port, a password of its own, no fsync. It
 *  never runs as root, and is ended by its process id, also when the test fails. */
import { spawn, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chownSync, existsSync, globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'

/** A server that runs until it is stopped. */
export interface PostgresServer {
  readonly url: string
  /** Ends the server; its data stay. `kill` gives it no time to end well. */
  readonly stop: (how?: 'well' | 'kill') => Promise<void>
  /** Starts it again on the same port with the same data. */
  readonly start: () => Promise<void>
  /** Stops all its processes without ending them, as if the network were cut, or lets them go on. */
  readonly freeze: (frozen: boolean) => void
  /** Ends the server and removes its data. */
  readonly remove: () => Promise<void>
}

interface Who {
  readonly uid?: number
  readonly gid?: number
}

/** The folder with `initdb` and `postgres`; the newest where there are several. */
function findBinaries(): string | undefined {
  const usual = ['/usr/lib/postgresql/*/bin', '/usr/pgsql-*/bin', '/opt/homebrew/opt/postgresql@*/bin']
  const version = (path: string): number => Number(/\d+/.exec(path.replace(/^.*?postgres|^.*?pgsql/, ''))?.[0] ?? 0)
  const found = usual.flatMap((pattern) => globSync(pattern)).sort((a, b) => version(b) - version(a))
  const onPath = (process.env.PATH ?? '').split(delimiter)
  return [...found, ...onPath].find(
    (folder) => existsSync(join(folder, 'initdb')) && existsSync(join(folder, 'postgres')),
  )
}

/** Who the server runs as: ourselves, or where we are root (which PostgreSQL refuses) the user that Debian made for it. */
function findWho(): Who | undefined {
  if (process.getuid?.() !== 0) return {}
  for (const user of ['postgres', 'nobody']) {
    const [uid, gid] = ['-u', '-g'].map((flag) => spawnSync('id', [flag, user], { encoding: 'utf8' }))
    if (uid?.status === 0 && gid?.status === 0) return { uid: Number(uid.stdout), gid: Number(gid.stdout) }
  }
  return undefined
}

const binaries = findBinaries()
const who = findWho()

/** Why no server can be started here; undefined where it can. Tests that need one say it in their title. */
export const postgresMissing: string | undefined =
  binaries === undefined
    ? 'PostgreSQL is not installed'
    : who === undefined
      ? 'there is no user but root to run PostgreSQL as'
      : undefined

/** Starts a server with an empty database. */
export async function startPostgres(): Promise<PostgresServer> {
  if (binaries === undefined || who === undefined) throw new Error(postgresMissing)
  const folder = mkdtempSync(join(tmpdir(), 'bellwether-postgres-'))
  const data = join(folder, 'data')
  const password = randomBytes(12).toString('hex')
  const passwordFile = join(folder, 'password')
  writeFileSync(passwordFile, password)
  if (who.uid !== undefined && who.gid !== undefined) {
    for (const path of [folder, passwordFile]) chownSync(path, who.uid, who.gid)
  }
  const made = spawnSync(
    join(binaries, 'initdb'),
    [
      '-D',
      data,
      '-U',
      'bellwether',
      '--auth=scram-sha-256',
      `--pwfile=${passwordFile}`,
      '--no-sync',
      '-E',
      'UTF8',
      '--locale=C',
    ],
    { ...who, cwd: folder, encoding: 'utf8' },
  )
  if (made.status !== 0) {
    rmSync(folder, { recursive: true, force: true })
    throw new Error(`initdb failed: ${made.stderr}`)
  }
  const port = await freePort()
  const url = `postgres://bellwether:${password}@127.0.0.1:${port}/postgres`
  return new ThrowAwayServer({ postgres: join(binaries, 'postgres'), who, folder, data, port, url }).started()
}

interface Setup {
  readonly postgres: string
  readonly who: Who
  readonly folder: string
  readonly data: string
  readonly port: number
  readonly url: string
}

class ThrowAwayServer {
  readonly #setup: Setup
  #pid: number | undefined
  #ended: Promise<void> = Promise.resolve()
  #said = ''

  constructor(setup: Setup) {
    this.#setup = setup
    // A test process that ends in any way but SIGKILL takes its server with it.
    process.once('exit', () => {
      this.#signal('SIGQUIT')
      rmSync(setup.folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 })
    })
  }

  async started(): Promise<PostgresServer> {
    await this.#start()
    return {
      url: this.#setup.url,
      stop: (how = 'well') => this.#stop(how),
      start: () => this.#start(),
      freeze: (frozen) => this.#freeze(frozen),
      remove: async () => {
        await this.#stop('kill')
        rmSync(this.#setup.folder, { recursive: true, force: true })
      },
    }
  }

  async #start(): Promise<void> {
    const { postgres, who: user, folder, data, port, url } = this.#setup
    const settings = {
      listen_addresses: '127.0.0.1',
      unix_socket_directories: folder,
      fsync: 'off',
      full_page_writes: 'off',
      shared_buffers: '32MB',
      max_connections: '40',
    }
    const options = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
    const server = spawn(postgres, ['-D', data, '-p', String(port), ...options], {
      ...user,
      cwd: folder,
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    this.#pid = server.pid
    server.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#said = (this.#said + text).slice(-2000)
    })
    this.#ended = new Promise((done) => server.once('exit', () => done(this.#forget(server.pid))))
    await this.#answering(url)
  }

  #forget(pid: number | undefined): void {
    if (this.#pid === pid) this.#pid = undefined
  }

  async #answering(url: string): Promise<void> {
    for (let tries = 0; tries < 200 && this.#pid !== undefined; tries++) {
      const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 1000 })
      client.on('error', () => undefined)
      try {
        await client.connect()
        await client.end()
        return
      } catch {
        await sleep(100)
      }
    }
    this.#signal('SIGQUIT')
    throw new Error(`PostgreSQL did not start: ${this.#said}`)
  }

  #signal(name: NodeJS.Signals): void {
    if (this.#pid !== undefined && !isSignalled(this.#pid, name)) this.#pid = undefined
  }

  async #stop(how: 'well' | 'kill'): Promise<void> {
    this.#freeze(false)
    this.#signal(how === 'well' ? 'SIGINT' : 'SIGQUIT')
    await this.#ended
  }

  #freeze(frozen: boolean): void {
    if (this.#pid === undefined) return
    const name = frozen ? 'SIGSTOP' : 'SIGCONT'
    for (const pid of [this.#pid, ...childrenOf(this.#pid)]) isSignalled(pid, name)
  }
}

/** Sends a signal; false where the process has ended meanwhile, as those of connections do by themselves. */
function isSignalled(pid: number, name: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, name)
  } catch {
    return false
  }
}

/** The processes that a server made for its connections (Linux). */
function childrenOf(pid: number): number[] {
  const path = `/proc/${pid}/task/${pid}/children`
  return existsSync(path) ? readFileSync(path, 'utf8').trim().split(' ').filter(Boolean).map(Number) : []
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const address = server.address()
  await new Promise((done) => server.close(done))
  if (address === null || typeof address === 'string') throw new Error('no free port')
  return address.port
}

/** Whether this machine can freeze a server. */
export const canFreeze: boolean = existsSync(dirname('/proc/self/task'))
