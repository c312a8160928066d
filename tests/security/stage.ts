/** A running server for tests: the real one over real HTTP on a free loopback port, with an invented desk, accounts of
 *  every role, and a small browser that keeps cookies. */

import { scryptSync } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { accountId } from '../../src/core/ids.ts'
import { makeServerLog } from '../../src/server/log.ts'
import type { ServerParts } from '../../src/server/parts.ts'
import { buildServer, type DeskServer } from '../../src/server/server.ts'
import { totpPurpose } from '../../src/server/sign-in/accounts.ts'
import { Sessions } from '../../src/server/sign-in/sessions.ts'
import { seal } from '../../src/server/sign-in/tokens.ts'
import type { Account, Role, Store } from '../../src/store/store.ts'
import { type FakeDesk, makeDesk } from './desk-fake.ts'
import { makeStore } from './store-memory.ts'

/** The password of every account that `addAccount` makes, and its authenticator secret. */
export const thePassword = 'quiet otters cross at noon'
export const theTotpSecret = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP'
const sealKey = new Uint8Array(32).fill(7)

/** A hash that is cheap to check, so that tests are quick. */
function cheapHash(password: string): string {
  const salt = Buffer.alloc(16, 1)
  const plain = (bytes: Buffer): string => bytes.toString('base64').replace(/=+$/, '')
  return `$scrypt$ln=10,r=8,p=1$${plain(salt)}$${plain(scryptSync(password, salt, 32, { N: 1024, r: 8, p: 1 }))}`
}

/** What a request came to. */
export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  // biome-ignore lint/suspicious/noExplicitAny: a test knows what it asked for
  readonly json: any
}

/** Keeps cookies and the token against forged requests as the console does. */
export class Browser {
  readonly cookies = new Map<string, string>()
  csrfToken: string | undefined
  readonly #base: string

  constructor(base: string) {
    this.#base = base
  }

  async ask(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const isRaw = typeof body === 'string' || body instanceof Uint8Array
    const response = await fetch(this.#base + path, {
      method,
      redirect: 'manual',
      headers: {
        ...(cookie === '' ? {} : { cookie }),
        ...(body === undefined || isRaw ? {} : { 'content-type': 'application/json' }),
        ...(method !== 'GET' && this.csrfToken !== undefined ? { 'x-bellwether-csrf': this.csrfToken } : {}),
        ...headers,
      },
      ...(body === undefined ? {} : { body: isRaw ? (body as string) : JSON.stringify(body) }),
    })
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      if (value === '' || /Max-Age=0|Expires=Thu, 01 Jan 1970/i.test(line)) this.cookies.delete(name)
      else this.cookies.set(name, value)
    }
    const text = await response.text()
    const isJson = response.headers.get('content-type')?.startsWith('application/json') === true
    const json = isJson ? JSON.parse(text) : undefined
    if (typeof json?.csrfToken === 'string') this.csrfToken = json.csrfToken
    return { status: response.status, headers: response.headers, text, json }
  }

  get(path: string, headers?: Record<string, string>): Promise<Answer> {
    return this.ask('GET', path, undefined, headers)
  }

  post(path: string, body: unknown = {}, headers?: Record<string, string>): Promise<Answer> {
    return this.ask('POST', path, body, headers)
  }
}

/** The running server with all that a test may want of it. */
export interface Stage {
  readonly server: DeskServer
  readonly desk: FakeDesk
  readonly store: ReturnType<typeof makeStore>
  readonly base: string
  readonly port: number
  /** What the log said, line by line. */
  readonly logged: string[]
  readonly clock: { nowMs: number }
  browser(): Browser
  addAccount(name: string, role: Role): Promise<Account>
  /** A browser of a person of this role, signed in. */
  signedIn(role: Role): Promise<Browser>
}

/** Starts one for a test and stops it afterwards, whatever comes. */
export async function openStage(more: Partial<ServerParts> = {}): Promise<Stage> {
  const folder = mkdtempSync(join(tmpdir(), 'bellwether-server-'))
  mkdirSync(join(folder, 'console', 'assets'), { recursive: true })
  writeFileSync(join(folder, 'console', 'index.html'), '<!doctype html><title>Bellwether</title>')
  writeFileSync(join(folder, 'console', 'icon.svg'), '<svg xmlns="http://www.w3.org/2000/svg"/>')
  writeFileSync(join(folder, 'console', 'assets', 'main-abc123.js'), 'export {}')
  writeFileSync(join(folder, 'secret.txt'), 'not to be served')
  const desk = makeDesk()
  const store = makeStore()
  const logged: string[] = []
  const clock = { nowMs: Date.now() }
  const server = await buildServer({
    desk,
    store: store as unknown as Store,
    sealKey,
    clock: () => clock.nowMs,
    log: makeServerLog('trace', { write: (line) => void logged.push(line) }),
    consoleFolder: join(folder, 'console'),
    ...more,
  })
  onTestFinished(async () => {
    await server.app.close()
    rmSync(folder, { recursive: true, force: true })
  })
  await server.app.listen({ host: '127.0.0.1', port: 0 })
  const { port } = server.app.server.address() as AddressInfo
  const base = `${more.tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}`
  const addAccount = async (name: string, role: Role): Promise<Account> => {
    const id = accountId(name)
    const totpSealed = seal(sealKey, totpPurpose(id), theTotpSecret)
    const account = {
      id,
      name,
      role,
      createdAtMs: 0,
      disabled: false,
      passwordHash: cheapHash(thePassword),
      totpSealed,
    }
    await store.saveAccount(account)
    return account
  }
  return {
    server,
    desk,
    store,
    base,
    port,
    logged,
    clock,
    browser: () => new Browser(base),
    addAccount,
    signedIn: async (role) => {
      const account = await addAccount(`the ${role}`, role)
      const sessions = new Sessions({
        store: store as unknown as Store,
        clock: () => clock.nowMs,
        isDemonstration: () => false,
      })
      const { token, visitor } = await sessions.start(account, 'test')
      const browser = new Browser(base)
      browser.cookies.set('bellwether', token)
      browser.csrfToken = visitor.csrfToken
      return browser
    },
  }
}

/** Sends bytes as they are and gives all that comes back until the other side closes. */
export function sendRaw(port: number, text: string, open?: (socket: Socket) => void): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    let received = ''
    socket.on('data', (chunk) => {
      received += chunk.toString('latin1')
    })
    socket.on('error', () => resolve(received))
    socket.on('close', () => resolve(received))
    socket.write(text)
    open?.(socket)
  })
}

/** A port that nobody listens on. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}
