/** An IMAP server with one folder of three mails that says what a test wants it to say, where a real one would not: it breaks
 *  off, or announces what never ends. It knows as few commands as a client that reads needs. */
import { createServer, type Server, type Socket } from 'node:net'

/** What it gives for a mail. */
export type Given = string | 'break off' | 'endless' | 'silence'

const uids = [1, 2, 3]

/** The server. */
export class FakeImap {
  readonly port: number
  /** Numbers of mails in the order in which they were asked for. */
  readonly fetched: number[] = []
  connections = 0
  readonly #server: Server
  readonly #sockets = new Set<Socket>()

  private constructor(server: Server, port: number) {
    this.#server = server
    this.port = port
  }

  static async start(give: (uid: number) => Given, habit?: 'closes when idle'): Promise<FakeImap> {
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const address = server.address()
    const fake = new FakeImap(server, typeof address === 'object' && address !== null ? address.port : 0)
    server.on('connection', (socket) => fake.#serve(socket, give, habit))
    return fake
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  #serve(socket: Socket, give: (uid: number) => Given, habit: string | undefined): void {
    this.connections++
    this.#sockets.add(socket)
    socket.on('close', () => this.#sockets.delete(socket))
    socket.on('error', () => socket.destroy())
    socket.write('* OK ready\r\n')
    let held = ''
    let idle = ''
    socket.on('data', (chunk) => {
      held += chunk.toString('latin1')
      for (let end = held.indexOf('\r\n'); end >= 0; end = held.indexOf('\r\n')) {
        const line = held.slice(0, end)
        held = held.slice(end + 2)
        const [tag = '', verb = '', rest = ''] = /^(\S+) ((?:UID )?\S+) ?(.*)$/i.exec(line)?.slice(1) ?? []
        if (line === 'DONE') socket.write(`${idle} OK done\r\n`)
        else if (/^idle$/i.test(verb)) {
          idle = tag
          if (habit === 'closes when idle') socket.destroy()
          else socket.write('+ idling\r\n')
        } else if (/^uid fetch$/i.test(verb)) this.#fetch(socket, tag, Number(rest.split(' ')[0]), give)
        else socket.write(`${answerTo(verb, rest)}${tag} OK done\r\n`)
      }
    })
  }

  #fetch(socket: Socket, tag: string, uid: number, give: (uid: number) => Given): void {
    this.fetched.push(uid)
    const given = give(uid)
    if (given === 'silence') return
    if (given === 'break off') socket.destroy()
    else if (given === 'endless')
      socket.write(`* ${uid} FETCH (UID ${uid} RFC822.SIZE 9 BODY[]<0> {99999999999}\r\nFrom: `)
    else {
      const text = given.replaceAll('\n', '\r\n')
      socket.write(
        `* ${uid} FETCH (UID ${uid} RFC822.SIZE ${text.length} BODY[]<0> {${text.length}}\r\n${text})\r\n${tag} OK done\r\n`,
      )
    }
  }
}

function answerTo(verb: string, rest: string): string {
  switch (verb.toUpperCase()) {
    case 'CAPABILITY':
      return '* CAPABILITY IMAP4rev1 IDLE\r\n'
    case 'LIST':
      return '* LIST () "/" INBOX\r\n'
    case 'EXAMINE':
      return '* 3 EXISTS\r\n* OK [UIDVALIDITY 5] ok\r\n* OK [UIDNEXT 4] ok\r\n'
    case 'UID SEARCH': {
      const from = Number(/UID (\d+)/i.exec(rest)?.[1] ?? 1)
      return `* SEARCH ${uids.filter((uid) => uid >= from).join(' ')}\r\n`
    }
    default:
      return ''
  }
}
