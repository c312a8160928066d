/** What tests with real servers share: a free port, requests from a chosen loopback address, and processes that end with
 *  the test. */
import { type ChildProcess, spawn } from 'node:child_process'
import { Agent, request } from 'node:http'
import { createServer } from 'node:net'

/** A port of 127.0.0.1 that was free a moment ago. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.on('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0))
    })
  })
}

/** The status of a GET request, sent from one of this machine's addresses (127.0.0.1 to 127.255.255.254); 0 where
 *  nobody answered within the time. */
export function statusOf(
  port: number,
  from: string,
  options: {
    readonly path?: string
    readonly headers?: Record<string, string>
    readonly msMax?: number
    /** Keeps its connection for the next request. */
    readonly agent?: Agent
  } = {},
): Promise<number> {
  return new Promise((resolve) => {
    const sent = request(
      {
        host: '127.0.0.1',
        port,
        localAddress: from,
        path: options.path ?? '/',
        headers: options.headers ?? {},
        agent: options.agent ?? false,
        timeout: options.msMax ?? 5_000,
      },
      (response) => {
        response.resume()
        response.on('end', () => resolve(response.statusCode ?? 0))
        response.on('error', () => resolve(0))
      },
    )
    sent.on('timeout', () => sent.destroy())
    sent.on('error', () => resolve(0))
    sent.end()
  })
}

/** A visitor who keeps one connection open. */
export const oneConnection = (): Agent => new Agent({ keepAlive: true, maxSockets: 1 })

/** Waits for a fact; false where it did not come true in time. */
export async function becomes(fact: () => Promise<boolean> | boolean, msMax = 10_000): Promise<boolean> {
  for (const endMs = performance.now() + msMax; performance.now() < endMs; ) {
    if (await fact()) return true
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  return fact()
}

/** Waits for something to be there, and gives it; fails where it did not come in time. */
export async function until<T>(what: () => Promise<T | undefined> | T | undefined, msMax = 30_000): Promise<T> {
  let found: T | undefined
  const isFound = await becomes(async () => {
    found = await what()
    return found !== undefined
  }, msMax)
  if (!isFound) throw new Error('it did not come to be so')
  return found as T
}

/** Starts a program that runs until it is ended; its output is kept for messages of failures. */
export function startProcess(program: string, args: readonly string[], env?: Record<string, string>) {
  const child: ChildProcess = spawn(program, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  })
  const said: string[] = []
  child.stdout?.on('data', (chunk: Buffer) => said.push(chunk.toString()))
  child.stderr?.on('data', (chunk: Buffer) => said.push(chunk.toString()))
  const ended = new Promise<void>((resolve) => {
    child.on('exit', () => resolve())
    child.on('error', () => resolve())
  })
  return {
    pid: child.pid,
    ended,
    said: () => said.join(''),
    /** Ends this process and no other. */
    async stop(signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM') {
      if (child.exitCode === null && child.signalCode === null) child.kill(signal)
      const late = setTimeout(() => child.kill('SIGKILL'), 5_000)
      await ended
      clearTimeout(late)
    },
  }
}
