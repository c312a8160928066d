/** A desk as a child process on a temporary data folder: started, asked over loopback, stopped or killed, always by its own
 *  process id. What it is given to read and what came of it stand in other files. */
import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import type { AccountId, SourceId } from '../../src/core/ids.ts'
import { hashToken, newToken } from '../../src/server/sign-in/tokens.ts'
import { openSqliteStore } from '../../src/store/sqlite/sqlite-store.ts'
import type { Store } from '../../src/store/store.ts'
import type { FaultPlan } from './preload.ts'

const root = join(import.meta.dirname, '..', '..')

/** How a child is started. */
export interface ChildOptions {
  readonly fault?: FaultPlan
  readonly environment?: Readonly<Record<string, string>>
  readonly flags?: readonly string[]
  readonly arguments?: readonly string[]
  /** Starts the child as another user: the program and its first arguments. */
  readonly through?: readonly string[]
  readonly readyMsMax?: number
}

/** How a child ended. */
export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

/** One process of the desk, from its start to its end. */
export class DeskChild {
  readonly pid: number
  readonly ended: Promise<Ended>
  output = ''
  complaints = ''
  /** The address it listens at, once it does. */
  origin = ''
  readonly #process: ChildProcess
  #hasEnded = false

  constructor(data: string, options: ChildOptions = {}) {
    const preload =
      options.fault === undefined ? [] : ['--import', pathToFileURL(join(import.meta.dirname, 'preload.ts')).href]
    const program = [...(options.flags ?? []), ...preload, join(root, 'bin', 'bellwether.js'), 'desk', '--data', data]
    const command = [...(options.through ?? []), process.execPath, ...program, ...(options.arguments ?? [])]
    this.#process = spawn(command[0] as string, command.slice(1), {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        ...process.env,
        ...(options.fault === undefined ? {} : { BELLWETHER_FAULT: JSON.stringify(options.fault) }),
        ...options.environment,
      },
    })
    this.pid = this.#process.pid ?? 0
    this.#process.stdout?.on('data', (text: Buffer) => {
      this.output += text
      this.origin ||= /listens at (\S+)/.exec(this.output)?.[1] ?? ''
    })
    this.#process.stderr?.on('data', (text: Buffer) => {
      this.complaints = (this.complaints + text).slice(-20_000)
    })
    this.ended = new Promise((resolve) => {
      this.#process.once('close', (code, signal) => {
        this.#hasEnded = true
        living.delete(this)
        resolve({ code, signal })
      })
    })
    living.add(this)
  }

  get hasEnded(): boolean {
    return this.#hasEnded
  }

  /** Resolves when the desk answers; throws with what it said where it ends instead. */
  async ready(withinMs = 30_000): Promise<this> {
    const until = performance.now() + withinMs
    while (this.origin === '') {
      if (this.#hasEnded || performance.now() > until) throw new Error(`the desk did not start: ${this.complaints}`)
      await delay(20)
    }
    return this
  }

  kill(signal: NodeJS.Signals = 'SIGKILL'): void {
    if (!this.#hasEnded) this.#process.kill(signal)
  }

  /** Asks it to stop in order; gives how long that took. */
  async stop(): Promise<{ readonly ms: number; readonly ended: Ended }> {
    const began = performance.now()
    this.kill('SIGTERM')
    const ended = await this.ended
    return { ms: performance.now() - began, ended }
  }

  /** A figure of /metrics; NaN where it does not answer. */
  async figure(name: string): Promise<number> {
    try {
      const text = await (await fetch(`${this.origin}/metrics`, { signal: AbortSignal.timeout(5_000) })).text()
      return Number(new RegExp(`^${name} (\\S+)`, 'm').exec(text)?.[1])
    } catch {
      return Number.NaN
    }
  }
}

const living = new Set<DeskChild>()
process.once('exit', () => {
  for (const child of living) child.kill()
})

/** What a desk of a test is to read. */
export interface Scene {
  readonly folder: string
  readonly data: string
  /** The followed log, and the ports. */
  readonly log: string
  readonly syslogPort: number
  readonly pushToken: string
  readonly cookie: string
  remove(): void
}

/** Makes a data folder with a followed log, syslog over TCP and HTTP push, an account that is signed in, and a token of
 *  the sender. */
export async function makeScene(extra = '', folder = mkdtempSync(join(tmpdir(), 'bellwether-fault-'))): Promise<Scene> {
  const data = join(folder, 'data')
  const logs = join(folder, 'logs')
  for (const each of [data, logs]) mkdirSync(each, { recursive: true })
  const syslogPort = await freePort()
  const log = join(logs, 'access.log')
  writeFileSync(join(data, 'bellwether.toml'), configurationOf(log, syslogPort) + extra)
  const store = await openSqliteStore(join(data, 'desk.sqlite'))
  if (!store.ok) throw new Error(store.error.message)
  const tokens = await letIn(store.value)
  await store.value.close()
  return { folder, data, log, syslogPort, ...tokens, remove: () => rmSync(folder, { recursive: true, force: true }) }
}

const configurationOf = (log: string, syslogPort: number): string => `
[office]
name = "Test County"
[listen]
port = 0
[[source]]
id = "followed"
kind = "follow"
paths = ["${log}"]
[[source]]
id = "sent"
kind = "syslog"
transport = "tcp"
port = ${syslogPort}
[[source]]
id = "pushed"
kind = "push"
`

/** Writes a signed-in account and a sender's token straight into a store. */
export async function letIn(store: Store): Promise<{ readonly pushToken: string; readonly cookie: string }> {
  const [pushToken, cookie] = [newToken(), newToken()]
  const nowMs = Date.now()
  const id = randomBytes(8).toString('hex') as AccountId
  await store.saveAccount({ id, name: 'tester', role: 'official', createdAtMs: nowMs, disabled: false })
  const session = { accountId: id, csrfToken: newToken(), createdAtMs: nowMs, lastSeenMs: nowMs, agent: 'test' }
  await store.saveSession({ ...session, tokenHash: hashToken(cookie), expiresAtMs: nowMs + 80_000_000 })
  const token = { sourceId: 'pushed' as SourceId, name: 'test', createdBy: 'tester', createdAtMs: nowMs }
  await store.savePushToken({ ...token, tokenHash: hashToken(pushToken) })
  return { pushToken, cookie }
}

/** A port of the loopback interface that nobody uses at this moment. */
export async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  if (address === null || typeof address === 'string') throw new Error('no free port')
  return address.port
}

/** Bytes that a stream of the journal has on disk, whole lines only, those of deleted segments too. To be asked while no
 *  desk runs. */
export function journalBytes(data: string, source: string): number {
  let bytes = 0
  for (const folder of globSync(join(data, 'journal', source, '*'))) {
    const trimmed = existsSync(join(folder, 'trimmed'))
      ? readFileSync(join(folder, 'trimmed'), 'latin1').split(' ')
      : []
    bytes += Number(trimmed[1] ?? 0)
    const segments = globSync(join(folder, '*.log'))
      .map((path) => ({ path, number: Number(/(\d+)\.log$/.exec(path)?.[1]) }))
      .filter(({ number }) => number > Number(trimmed[0] ?? 0))
      .sort((a, b) => a.number - b.number)
    for (const [index, { path }] of segments.entries()) {
      const text = readFileSync(path)
      bytes += index === segments.length - 1 ? text.lastIndexOf(10) + 1 : text.length
    }
  }
  return bytes
}
