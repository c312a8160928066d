/** Takes mail from a mail server as it arrives, over the milter protocol (sendmail, version 6; postfix speaks it too). It
 *  watches, tags or asks to hold, as it is told to; whatever goes wrong, the mail goes through. */
import { createServer, type Server, type Socket } from 'node:net'
import { limits } from '../../core/limits.ts'
import { PacketCutter } from './milter-protocol.ts'
import { type ArrivingMail, type MilterDecision, MilterSession } from './milter-session.ts'
import { closeToOthers, removeLeftSocket } from './milter-socket.ts'

/** What a milter is made of. */
export interface MilterParts {
  readonly judge: (mail: ArrivingMail) => Promise<MilterDecision>
  /** Something went wrong that a person should know: one sentence. */
  readonly tell: (problem: string) => void
  /** Headers that only this filter may write, in lower case. */
  readonly ownHeaders: ReadonlySet<string>
}

/** Counts since the start. */
export interface MilterCounts {
  readonly connections: number
  readonly mails: number
  readonly heldBytes: number
}

/** The server. */
export class Milter {
  readonly #parts: MilterParts
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  #heldBytes = 0
  #mails = 0

  constructor(parts: MilterParts) {
    this.#parts = parts
    this.#server = createServer((socket) => this.#serve(socket))
    this.#server.maxConnections = limits.milterConnectionsMax
  }

  /** Begins to listen on a port; 0 takes a free one. The answer is the port. */
  async listen(port: number, host = '127.0.0.1'): Promise<number> {
    await this.#listen({ port, host })
    const address = this.#server.address()
    return typeof address === 'object' && address !== null ? address.port : port
  }

  /** Begins to listen on a socket file. On one machine this is the faster way: over TCP a mail server that waits for
   *  acknowledgements adds some 40 ms to each mail. One that a desk left behind when it was killed makes room. */
  async listenAt(path: string): Promise<void> {
    await removeLeftSocket(path)
    await this.#listen({ path })
    try {
      await closeToOthers(path)
    } catch (error) {
      await this.close()
      throw error
    }
  }

  #listen(where: { readonly port: number; readonly host: string } | { readonly path: string }): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject)
      this.#server.listen(where, () => {
        this.#server.off('error', reject)
        this.#server.on('error', () => this.#parts.tell('The port for the mail server failed.'))
        resolve()
      })
    })
  }

  get counts(): MilterCounts {
    return { connections: this.#sockets.size, mails: this.#mails, heldBytes: this.#heldBytes }
  }

  /** Stops; open connections are closed, and the mail server goes on by itself. */
  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    await new Promise<void>((resolve) => this.#server.close(() => resolve()))
  }

  #serve(socket: Socket): void {
    this.#sockets.add(socket)
    socket.setNoDelay(true)
    socket.setTimeout(limits.milterIdleMsMax, () => socket.destroy())
    socket.on('error', () => socket.destroy())
    const session = new MilterSession({
      judge: async (mail) => {
        this.#mails++
        return await this.#parts.judge(mail)
      },
      send: (bytes) => void (socket.writable && socket.write(bytes)),
      tell: this.#parts.tell,
      reserve: (bytes) => this.#reserve(bytes),
      ownHeaders: this.#parts.ownHeaders,
    })
    socket.on('close', () => {
      session.clear()
      this.#sockets.delete(socket)
    })
    void this.#converse(socket, session)
  }

  /** One packet after another; the stream waits meanwhile, so that no more is held than one chunk. */
  async #converse(socket: Socket, session: MilterSession): Promise<void> {
    const cutter = new PacketCutter()
    try {
      for await (const chunk of socket) {
        const packets = cutter.take(chunk as Uint8Array)
        if (packets === undefined) {
          this.#parts.tell('What came in for the mail filter is not its protocol; the connection was closed.')
          break
        }
        for (const each of packets) {
          if (!(await session.take(each))) return
        }
      }
    } catch {
      // The server went away in the middle: what it sends next comes over another connection.
    } finally {
      socket.destroy()
    }
  }

  #reserve(bytes: number): boolean {
    if (bytes > 0 && this.#heldBytes + bytes > limits.milterHeldBytesMax) return false
    this.#heldBytes += bytes
    return true
  }
}
