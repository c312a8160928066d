/** A real postfix with a configuration folder of its own, on a loopback port, that hands each mail to a milter and delivers
 *  into files. It needs postfix installed and the right to start it; without, tests say that they skip. */
import { execFileSync, spawnSync } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { becomes, freePort } from '../loopback.ts'

/** Why postfix cannot be run here; empty where it can. */
export function whyNoPostfix(): string {
  if (spawnSync('which', ['postfix']).status !== 0) return 'postfix is not installed'
  return process.getuid?.() === 0 ? '' : 'postfix can be started by root alone'
}

/** A folder for a socket file that postfix may open, made as docs/how-to/mail.md says: files in it get its group. */
export function postfixFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'bellwether-milter-'))
  chownSync(folder, 0, Number(execFileSync('id', ['-g', 'postfix'], { encoding: 'utf8' })))
  chmodSync(folder, 0o2755)
  return folder
}

const daemons = [
  'pickup',
  'cleanup',
  'qmgr',
  'tlsmgr',
  'trivial-rewrite',
  'bounce',
  'verify',
  'virtual',
  'error',
  'retry',
  'discard',
  'postlog',
  'flush',
  'proxymap',
  'showq',
  'anvil',
  'scache',
]

/** What master.cf says of each: whether it is a socket or a queue's watch, and how many there may be. */
function masterLines(port: number, plainPort: number): string {
  const special: Readonly<Record<string, string>> = {
    pickup: 'pickup unix n - n 60 1 pickup',
    cleanup: 'cleanup unix n - n - 0 cleanup',
    qmgr: 'qmgr unix n - n 300 1 qmgr',
    'trivial-rewrite': 'rewrite unix - - n - - trivial-rewrite',
    postlog: 'postlog unix-dgram n - n - 1 postlogd',
    virtual: 'virtual unix - n n - - virtual',
    tlsmgr: 'tlsmgr unix - - n 1000? 1 tlsmgr',
  }
  const rest = daemons.map((name) => special[name] ?? `${name} unix - - n - - ${name}`)
  return [
    `127.0.0.1:${port} inet n - n - - smtpd`,
    `127.0.0.1:${plainPort} inet n - n - - smtpd`,
    '  -o smtpd_milters=',
    ...rest,
    'bounce unix - - n - 0 bounce',
    'defer unix - - n - 0 bounce',
    'trace unix - - n - 0 bounce',
    '',
  ].join('\n')
}

/** A running postfix. */
export class PostfixServer {
  readonly port: number
  /** A second port, for which no milter is asked. */
  readonly plainPort: number
  readonly #folder: string

  private constructor(port: number, plainPort: number, folder: string) {
    this.port = port
    this.plainPort = plainPort
    this.#folder = folder
  }

  /** Starts one that asks the milter at `milter` (`inet:127.0.0.1:8890`, `unix:/run/milter`, or nothing for none), and goes
   *  on by itself where that is away. */
  static async start(milter: string): Promise<PostfixServer> {
    const folder = mkdtempSync(join(tmpdir(), 'bellwether-postfix-'))
    chmodSync(folder, 0o755)
    const [port, plainPort] = [await freePort(), await freePort()]
    for (const name of ['etc', 'queue', 'data', 'mail']) mkdirSync(join(folder, name))
    const id = (flag: string, user: string): number => Number(execFileSync('id', [flag, user], { encoding: 'utf8' }))
    chownSync(join(folder, 'data'), id('-u', 'postfix'), id('-g', 'postfix'))
    chownSync(join(folder, 'mail'), id('-u', 'nobody'), id('-g', 'nobody'))
    writeFileSync(
      join(folder, 'etc', 'main.cf'),
      [
        'compatibility_level = 3.6',
        `queue_directory = ${folder}/queue`,
        `data_directory = ${folder}/data`,
        `maillog_file = ${folder}/log`,
        `maillog_file_prefixes = ${folder}`,
        'inet_interfaces = loopback-only',
        'inet_protocols = ipv4',
        'myhostname = mx.county.example',
        'mydestination =',
        'mynetworks = 127.0.0.0/8',
        'alias_maps =',
        'local_recipient_maps =',
        'virtual_mailbox_domains = county.example',
        `virtual_mailbox_base = ${folder}/mail`,
        'virtual_mailbox_maps = static:all/',
        `virtual_uid_maps = static:${id('-u', 'nobody')}`,
        `virtual_gid_maps = static:${id('-g', 'nobody')}`,
        'virtual_transport = virtual',
        `smtpd_milters = ${milter}`,
        'milter_default_action = accept',
        'milter_protocol = 6',
        'milter_connect_timeout = 2s',
        'smtpd_relay_restrictions = permit_mynetworks, reject',
        'smtpd_client_connection_count_limit = 0',
        '',
      ].join('\n'),
    )
    writeFileSync(join(folder, 'etc', 'master.cf'), masterLines(port, plainPort))
    const server = new PostfixServer(port, plainPort, folder)
    server.#command('start')
    for (let i = 0; i < 100 && !(await canConnect(port)); i++) await sleep(100)
    return server
  }

  #command(verb: string): void {
    execFileSync('postfix', ['-c', join(this.#folder, 'etc'), verb], { stdio: 'ignore' })
  }

  /** Mails that were delivered, each as text. */
  delivered(): string[] {
    const folder = join(this.#folder, 'mail', 'all', 'new')
    return existsSync(folder) ? readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf8')) : []
  }

  /** How many mails were delivered. */
  deliveredCount(): number {
    const folder = join(this.#folder, 'mail', 'all', 'new')
    return existsSync(folder) ? readdirSync(folder).length : 0
  }

  /** Waits until so many were delivered; answers what there is after `msMax` at the latest. */
  async waitFor(count: number, msMax = 30_000): Promise<string[]> {
    await becomes(() => this.deliveredCount() >= count, msMax)
    return this.delivered()
  }

  /** How many mails are held. */
  held(): number {
    const folder = join(this.#folder, 'queue', 'hold')
    return existsSync(folder)
      ? readdirSync(folder, { recursive: true }).filter((name) => !String(name).includes('/')).length
      : 0
  }

  /** What postfix wrote into its log. */
  log(): string {
    const path = join(this.#folder, 'log')
    return existsSync(path) ? readFileSync(path, 'utf8') : ''
  }

  stop(): void {
    try {
      this.#command('stop')
    } finally {
      rmSync(this.#folder, { recursive: true, force: true, maxRetries: 5 })
    }
  }
}

function canConnect(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('data', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}

/** A client of SMTP (RFC 5321) with one connection, over which it sends mail after mail. */
export class SmtpClient {
  readonly #socket: Socket
  readonly #replies: AsyncIterator<string>

  private constructor(socket: Socket) {
    this.#socket = socket
    this.#replies = replies(socket)
  }

  static async connect(port: number): Promise<SmtpClient> {
    const client = new SmtpClient(connect(port, '127.0.0.1'))
    await client.#reply('220')
    await client.#say('EHLO sender.example', '250')
    return client
  }

  /** Sends a mail; the answer is how long the server took for the mail's content, in milliseconds. */
  async send(from: string, to: readonly string[], text: string): Promise<number> {
    await this.#say(`MAIL FROM:<${from}>`, '250')
    for (const recipient of to) await this.#say(`RCPT TO:<${recipient}>`, '250')
    await this.#say('DATA', '354')
    const started = performance.now()
    await this.#say(`${text.replace(/\r?\n/g, '\r\n').replace(/^\./gm, '..')}\r\n.`, '250')
    return performance.now() - started
  }

  async close(): Promise<void> {
    await this.#say('QUIT', '221')
    this.#socket.destroy()
  }

  async #say(line: string, expected: string): Promise<void> {
    this.#socket.write(`${line}\r\n`)
    await this.#reply(expected)
  }

  async #reply(expected: string): Promise<void> {
    const { value } = (await this.#replies.next()) as { value: string | undefined }
    if (value === undefined || !value.startsWith(expected)) throw new Error(`SMTP: ${value ?? 'the connection ended'}`)
  }
}

/** Last lines of replies. */
async function* replies(socket: Socket): AsyncGenerator<string> {
  let held = ''
  for await (const chunk of socket) {
    held += String(chunk)
    for (let end = held.indexOf('\r\n'); end >= 0; end = held.indexOf('\r\n')) {
      const line = held.slice(0, end)
      held = held.slice(end + 2)
      if (line[3] !== '-') yield line
    }
  }
}
