/** Syslog over UDP (RFC 3164, RFC 5426): a datagram is a message. UDP cannot wait, so what comes while the journal is full
 *  is lost and counted; what the system itself threw away is counted where it says so (Linux). */
import { createSocket, type RemoteInfo, type Socket } from 'node:dgram'
import { readFile } from 'node:fs/promises'
import { isIPv6 } from 'node:net'
import { limits } from '../../core/limits.ts'
import { err, ok, type Result } from '../../core/result.ts'
import type { JournalPort, SyslogDefinition } from '../definition.ts'
import { type Listener, type ListenerProblem, type ListenerState, listenerProblem } from './listener.ts'
import { SyslogRouter } from './syslog-router.ts'

const lineFeed = 10
const carriageReturn = 13

/** Opens the port. */
export async function openSyslogUdp(
  definition: SyslogDefinition,
  journal: JournalPort,
): Promise<Result<Listener, ListenerProblem>> {
  const type = isIPv6(definition.address) ? 'udp6' : 'udp4'
  const socket = createSocket({ type, recvBufferSize: limits.syslogReceiveBufferBytes })
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject)
      socket.bind({ port: definition.port, address: definition.address, exclusive: true }, () => {
        socket.off('error', reject)
        resolve()
      })
    })
  } catch (error) {
    socket.close()
    return err(listenerProblem(error, definition))
  }
  const listener = new SyslogUdpListener(definition, journal, socket)
  await listener.readLoss()
  return ok(listener)
}

class SyslogUdpListener implements Listener {
  readonly definition: SyslogDefinition
  readonly #journal: JournalPort
  readonly #socket: Socket
  readonly #router: SyslogRouter
  readonly #timer: NodeJS.Timeout
  readonly #port: number
  #lost = 0
  /** The system's count when it was last read; undefined where it has none. */
  #systemDrops: number | undefined

  constructor(definition: SyslogDefinition, journal: JournalPort, socket: Socket) {
    this.definition = definition
    this.#journal = journal
    this.#socket = socket
    this.#port = socket.address().port
    this.#router = new SyslogRouter(journal, definition.id)
    socket.on('message', (bytes, from) => this.#take(bytes, from))
    // A port that nobody listens to answers a datagram of ours, and we send none.
    socket.on('error', () => undefined)
    this.#timer = setInterval(() => this.readLoss(), limits.syslogLossCheckMs)
    this.#timer.unref()
  }

  state(): ListenerState {
    const { messages, bytes, rejected } = this.#router.counts
    return {
      sourceId: this.definition.id,
      transport: 'udp',
      address: this.definition.address,
      port: this.#port,
      connections: 0,
      messages,
      bytes,
      rejected: { ...rejected },
      refusedConnections: 0,
      lost: this.#lost,
      isPaused: this.#journal.isFull,
      notes: this.#systemDrops === undefined ? [unknownLossNote] : [networkLossNote],
    }
  }

  async close(): Promise<void> {
    clearInterval(this.#timer)
    await this.readLoss()
    await new Promise<void>((resolve) => this.#socket.close(() => resolve()))
    await this.#router.flush()
  }

  /** Adds what the system threw away since the last look. */
  async readLoss(): Promise<void> {
    const drops = await readSystemDrops(this.definition.address, this.#port)
    if (drops === undefined) return
    const fresh = drops - (this.#systemDrops ?? 0)
    this.#systemDrops = drops
    if (fresh > 0) this.#countLost(fresh)
  }

  #countLost(messages: number): void {
    this.#lost += messages
    this.#journal.countLost(this.definition.id, messages)
  }

  #take(bytes: Buffer, from: RemoteInfo): void {
    if (this.#journal.isFull) return this.#countLost(1)
    let end = bytes.length
    while (end > 0 && isTerminator(bytes[end - 1] as number)) end--
    if (end === 0) return
    this.#router.peer = from.address
    this.#router.take(bytes, 0, end, bytes.indexOf(lineFeed) >= 0)
  }
}

const unknownLossNote =
  'This system does not say how many messages it throws away when too many arrive at once; such a loss cannot be shown. Use TCP where that matters.'
const networkLossNote =
  'Messages that are lost on their way through the network cannot be counted. Use TCP where that matters.'

const isTerminator = (byte: number): boolean => byte === lineFeed || byte === carriageReturn || byte === 0

/** Datagrams that Linux dropped for this socket (the last column of /proc/net/udp), or undefined elsewhere. */
async function readSystemDrops(address: string, port: number): Promise<number | undefined> {
  if (process.platform !== 'linux') return undefined
  try {
    return dropsOf(await readFile(isIPv6(address) ? '/proc/net/udp6' : '/proc/net/udp', 'latin1'), address, port)
  } catch {
    return undefined
  }
}

/** The drops that a table in the form of /proc/net/udp has for a local address and port, or undefined. */
export function dropsOf(table: string, address: string, port: number): number | undefined {
  const wantedPort = port.toString(16).toUpperCase().padStart(4, '0')
  const rows = table
    .split('\n')
    .slice(1)
    .map((row) => row.trim().split(/\s+/))
  const ofPort = rows.filter((row) => row[1]?.endsWith(`:${wantedPort}`))
  const wanted = isIPv6(address) ? undefined : kernelAddress(address)
  const row = ofPort.find((each) => each[1]?.startsWith(`${wanted}:`)) ?? (ofPort.length === 1 ? ofPort[0] : undefined)
  const drops = Number(row?.at(-1))
  return Number.isSafeInteger(drops) ? drops : undefined
}

/** `127.0.0.1` as the table writes it on little-endian machines: `0100007F`. */
function kernelAddress(address: string): string {
  const parts = address.split('.').map((part) => Number(part).toString(16).toUpperCase().padStart(2, '0'))
  return parts.reverse().join('')
}
