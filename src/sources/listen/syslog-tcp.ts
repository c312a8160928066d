/** Syslog over TCP (RFC 6587) and TLS (RFC 5425): connections are bounded in number and in what they may hold, and are not
 *  read while the journal is full, so that senders wait instead of losing. It does not answer: syslog has no replies. */
import { createServer, type Server, type Socket } from 'node:net'
import { createServer as createTlsServer, type TlsOptions } from 'node:tls'
import { limits } from '../../core/limits.ts'
import { err, ok, type Result } from '../../core/result.ts'
import type { JournalPort, SyslogDefinition } from '../definition.ts'
import { type Listener, type ListenerProblem, type ListenerState, listenerProblem } from './listener.ts'
import { SyslogFramer } from './syslog-frames.ts'
import { SyslogRouter } from './syslog-router.ts'

/** Bounds that tests make smaller. */
export interface ConnectionLimits {
  readonly connectionsMax: number
  readonly connectionsPerAddressMax: number
  readonly silentMsMax: number
  readonly quietMsMax: number
}

const connectionLimits: ConnectionLimits = {
  connectionsMax: limits.syslogConnectionsMax,
  connectionsPerAddressMax: limits.syslogConnectionsPerAddressMax,
  silentMsMax: limits.syslogSilentMsMax,
  quietMsMax: limits.syslogQuietMsMax,
}

/** One accepted connection, by its raw socket. */
interface Connection {
  readonly raw: Socket
  readonly address: string
  lastMs: number
  hasSent: boolean
  /** False until a TLS handshake is done. */
  isServed: boolean
}

/** Opens the port; with `tls`, for TLS alone. */
export async function openSyslogTcp(
  definition: SyslogDefinition,
  journal: JournalPort,
  tls: { readonly options: TlsOptions; readonly notes: readonly string[] } | undefined,
  bounds: ConnectionLimits = connectionLimits,
): Promise<Result<Listener, ListenerProblem>> {
  const listener = new SyslogTcpListener(definition, journal, bounds, tls?.notes ?? [])
  const server = tls === undefined ? createServer(socketOptions) : createTlsServer({ ...socketOptions, ...tls.options })
  try {
    await listener.open(server, tls !== undefined)
    return ok(listener)
  } catch (error) {
    return err(listenerProblem(error, definition))
  }
}

const socketOptions = { keepAlive: true, keepAliveInitialDelay: limits.syslogKeepAliveMs }

class SyslogTcpListener implements Listener {
  readonly definition: SyslogDefinition
  readonly #journal: JournalPort
  readonly #bounds: ConnectionLimits
  readonly #notes: readonly string[]
  readonly #router: SyslogRouter
  readonly #connections = new Map<Socket, Connection>()
  readonly #perAddress = new Map<string, number>()
  readonly #framers = new Map<Socket, SyslogFramer>()
  #server: Server | undefined
  #refused = 0
  #paused = 0
  #isClosing = false

  constructor(definition: SyslogDefinition, journal: JournalPort, bounds: ConnectionLimits, notes: readonly string[]) {
    this.definition = definition
    this.#journal = journal
    this.#bounds = bounds
    this.#notes = notes
    this.#router = new SyslogRouter(journal, definition.id)
  }

  open(server: Server, isTls: boolean): Promise<void> {
    this.#server = server
    server.on('connection', (raw: Socket) => {
      const connection = this.#admit(raw)
      if (connection !== undefined && !isTls) this.#serve(raw, connection)
    })
    server.on('secureConnection', (socket: Socket) => {
      const connection = this.#connectionOf(socket)
      if (connection === undefined) socket.destroy()
      else this.#serve(socket, connection)
    })
    server.on('tlsClientError', (_error, socket: Socket) => socket.destroy())
    return new Promise((resolve, reject) => {
      server.once('error', reject)
      server.listen({ port: this.definition.port, host: this.definition.address }, () => {
        server.off('error', reject)
        // Too many open files: the next connection is tried again by the system.
        server.on('error', () => undefined)
        resolve()
      })
    })
  }

  state(): ListenerState {
    const address = this.#server?.address()
    const { messages, bytes, rejected } = this.#router.counts
    return {
      sourceId: this.definition.id,
      transport: this.definition.transport,
      address: this.definition.address,
      port: typeof address === 'object' && address !== null ? address.port : this.definition.port,
      connections: this.#connections.size,
      messages,
      bytes,
      rejected: { ...rejected },
      refusedConnections: this.#refused,
      lost: 0,
      isPaused: this.#paused > 0,
      notes: this.#notes,
    }
  }

  async close(): Promise<void> {
    this.#isClosing = true
    const server = this.#server
    const closed = new Promise<void>((resolve) => (server === undefined ? resolve() : server.close(() => resolve())))
    for (const [socket, framer] of this.#framers) {
      framer.abort()
      socket.destroy()
    }
    for (const raw of this.#connections.keys()) raw.destroy()
    await closed
    await this.#router.flush()
  }

  /** Counts a connection in, or turns it away: an address may not take all, and a silent one makes room. */
  #admit(raw: Socket): Connection | undefined {
    raw.on('error', () => undefined)
    const address = raw.remoteAddress ?? ''
    const fromThere = this.#perAddress.get(address) ?? 0
    const isFull = this.#connections.size >= this.#bounds.connectionsMax && !this.#closeSilent()
    if (this.#isClosing || fromThere >= this.#bounds.connectionsPerAddressMax || isFull) {
      this.#refused++
      raw.destroy()
      return undefined
    }
    const connection: Connection = { raw, address, lastMs: performance.now(), hasSent: false, isServed: false }
    this.#connections.set(raw, connection)
    this.#perAddress.set(address, fromThere + 1)
    raw.once('close', () => this.#forget(connection))
    return connection
  }

  #forget({ raw, address, isServed }: Connection): void {
    if (!this.#connections.delete(raw)) return
    if (!isServed && !this.#isClosing) this.#refused++
    const left = (this.#perAddress.get(address) ?? 1) - 1
    if (left > 0) this.#perAddress.set(address, left)
    else this.#perAddress.delete(address)
  }

  /** Closes the connection that was silent for longest, where one was for long enough. */
  #closeSilent(): boolean {
    const now = performance.now()
    let silent: Connection | undefined
    for (const connection of this.#connections.values()) {
      const allowedMs = connection.hasSent ? this.#bounds.quietMsMax : this.#bounds.silentMsMax
      if (now - connection.lastMs < allowedMs) continue
      if (silent === undefined || connection.lastMs < silent.lastMs) silent = connection
    }
    if (silent === undefined) return false
    silent.raw.destroy()
    this.#forget(silent)
    return true
  }

  /** A TLS socket names its raw one by both ends' addresses: Node has no public way from one to the other. */
  #connectionOf(socket: Socket): Connection | undefined {
    for (const connection of this.#connections.values()) {
      const { raw } = connection
      if (raw.remotePort === socket.remotePort && raw.remoteAddress === socket.remoteAddress) return connection
    }
    return undefined
  }

  #serve(socket: Socket, connection: Connection): void {
    const framer = new SyslogFramer(this.#router)
    connection.isServed = true
    this.#framers.set(socket, framer)
    let isWaiting = false
    const resume = (): void => {
      isWaiting = false
      this.#paused--
      if (!socket.destroyed) socket.resume()
    }
    const take = (piece: Buffer): void => {
      if (this.#isClosing) return
      connection.lastMs = performance.now()
      this.#router.peer = connection.address
      const before = this.#router.counts.messages
      framer.push(piece)
      if (this.#router.counts.messages > before) connection.hasSent = true
      if (!this.#journal.isFull || isWaiting) return
      isWaiting = true
      this.#paused++
      socket.pause()
      this.#journal.whenReady().then(resume, resume)
    }
    socket.on('data', take)
    socket.on('error', () => undefined)
    socket.on('end', () => {
      if (this.#isClosing) return
      this.#router.peer = connection.address
      framer.end()
    })
    socket.setTimeout(limits.syslogIdleMsMax, () => socket.destroy())
    socket.once('close', () => {
      this.#framers.delete(socket)
      // Cut off by either side: half a message may read as another one than was sent.
      framer.abort()
    })
  }
}
