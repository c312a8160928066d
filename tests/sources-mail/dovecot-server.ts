/** A real dovecot with a configuration folder of its own, on loopback ports, whose users are written into a file. It needs
 *  dovecot's IMAP server installed and the right to start it as root; without, tests say that they skip. */
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process'
import { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { makeSelfSigned } from '../../src/sources/listen/self-signed.ts'
import { freePort } from '../loopback.ts'

const program = '/usr/sbin/dovecot'

/** Why dovecot cannot be run here; empty where it can. */
export function whyNoDovecot(): string {
  if (!existsSync(program)) return 'dovecot is not installed'
  const version = spawnSync(program, ['--version'], { encoding: 'utf8' }).stdout
  if (!version.startsWith('2.3')) return `dovecot ${version.trim()} wants another configuration`
  return process.getuid?.() === 0 ? '' : 'dovecot is started by root alone here'
}

/** A mail as it is put into a folder. */
export interface StoredMail {
  readonly text: string
  /** When the server got it. */
  readonly atMs?: number
}

/** A server with one user, `clerk@county.example`. */
export class DovecotServer {
  readonly port: number
  readonly tlsPort: number
  readonly folder: string
  /** PEM of the server's own certificate, made out to `localhost`. */
  readonly certificate: string
  readonly user = 'clerk@county.example'
  readonly password = 'pass "phrase" 7'
  #child: ChildProcess | undefined
  #said = ''

  private constructor(folder: string, ports: readonly [number, number], certificate: string) {
    this.folder = folder
    this.port = ports[0]
    this.tlsPort = ports[1]
    this.certificate = certificate
  }

  /** Starts one. */
  static async start(): Promise<DovecotServer> {
    const folder = mkdtempSync(join(tmpdir(), 'bellwether-dovecot-'))
    chmodSync(folder, 0o755)
    const id = (flag: string, user: string): number => Number(execFileSync('id', [flag, user], { encoding: 'utf8' }))
    mkdirSync(join(folder, 'home'))
    mkdirSync(join(folder, 'run'))
    chownSync(join(folder, 'home'), id('-u', 'nobody'), id('-g', 'nobody'))
    const nowMs = Date.now()
    const made = makeSelfSigned({
      commonName: 'localhost',
      names: ['localhost', '127.0.0.1'],
      notBeforeMs: nowMs - 60_000,
      notAfterMs: nowMs + 86_400_000,
    })
    writeFileSync(join(folder, 'certificate.pem'), made.certificate)
    writeFileSync(join(folder, 'key.pem'), made.key, { mode: 0o600 })
    const server = new DovecotServer(folder, [await freePort(), await freePort()], made.certificate)
    writeFileSync(
      join(folder, 'users'),
      `${server.user}:{PLAIN}${server.password}:${id('-u', 'nobody')}:${id('-g', 'nobody')}::${folder}/home::\n`,
      { mode: 0o644 },
    )
    writeFileSync(join(folder, 'dovecot.conf'), configuration(folder, server.port, server.tlsPort, id('-g', 'nobody')))
    await server.restart()
    return server
  }

  /** Its mailbox as a source in a desk's configuration. */
  source(id: string, passwordFile: string): string {
    return `
[[source]]
id = "${id}"
title = "Mailbox of ${id}"
kind = "imap"
host = "127.0.0.1"
port = ${this.port}
security = "none"
user = "${this.user}"
password_file = "${passwordFile}"
`
  }

  /** Starts it again on the same ports with the same mail. */
  async restart(): Promise<void> {
    const child = spawn(program, ['-F', '-c', join(this.folder, 'dovecot.conf')], { stdio: ['ignore', 'pipe', 'pipe'] })
    this.#child = child
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (chunk: Buffer) => {
        this.#said = (this.#said + chunk.toString()).slice(-2_000)
      })
    for (let i = 0; i < 100 && !(await greets(this.port)); i++) {
      if (child.exitCode !== null) break
      await sleep(100)
    }
    if (!(await greets(this.port))) throw new Error(`dovecot did not start: ${this.#said}`)
  }

  /** Ends it and all connections, as a loss of power does. */
  async kill(): Promise<void> {
    const child = this.#child
    this.#child = undefined
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
    const ended = new Promise((resolve) => child.once('exit', resolve))
    // It lets connections live on in processes of their own.
    const children = childrenOf(child.pid)
    child.kill('SIGKILL')
    for (const pid of children) endQuietly(pid)
    await ended
    for (const path of ['master.pid', 'dovecot.conf']) rmSync(join(this.folder, 'run', path), { force: true })
  }

  /** Ends it and removes its mail. */
  async remove(): Promise<void> {
    await this.kill()
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 })
  }

  /** Runs dovecot's own tool for administrators on the user's mail. */
  doveadm(...args: readonly string[]): string {
    const [verb = '', ...rest] = args
    return execFileSync(
      'doveadm',
      ['-c', join(this.folder, 'dovecot.conf'), ...verb.split(' '), '-u', this.user, ...rest],
      { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] },
    )
  }

  /** Puts mails into a folder, as a delivering server does. */
  async put(mails: readonly StoredMail[], folder = 'INBOX'): Promise<void> {
    const { ImapFlow } = await import('imapflow')
    const client = new ImapFlow({
      host: '127.0.0.1',
      port: this.port,
      secure: false,
      doSTARTTLS: false,
      auth: { user: this.user, pass: this.password },
      logger: false,
    })
    await client.connect()
    for (const { text, atMs } of mails)
      await client.append(folder, text.replace(/\r?\n/g, '\r\n'), [], new Date(atMs ?? Date.now()))
    await client.logout()
  }

  /** What was logged. */
  log(): string {
    const path = join(this.folder, 'log')
    return existsSync(path) ? readFileSync(path, 'utf8') : this.#said
  }
}

const configuration = (folder: string, port: number, tlsPort: number, gid: number): string => `
base_dir = ${folder}/run
log_path = ${folder}/log
protocols = imap
listen = 127.0.0.1
ssl = yes
ssl_cert = <${folder}/certificate.pem
ssl_key = <${folder}/key.pem
disable_plaintext_auth = no
first_valid_uid = 1
first_valid_gid = ${Math.min(gid, 1)}
mail_location = maildir:~/Maildir
default_internal_user = nobody
default_login_user = nobody
default_internal_group = nogroup
passdb {
  driver = passwd-file
  args = ${folder}/users
}
userdb {
  driver = passwd-file
  args = ${folder}/users
}
namespace inbox {
  inbox = yes
  separator = /
}
service imap-login {
  chroot =
  inet_listener imap {
    port = ${port}
  }
  inet_listener imaps {
    port = ${tlsPort}
    ssl = yes
  }
}
service anvil {
  chroot =
}
`

function greets(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.setTimeout(2_000, () => socket.destroy())
    socket.once('data', (chunk) => {
      socket.destroy()
      resolve(chunk.toString().startsWith('* OK'))
    })
    socket.once('error', () => resolve(false))
    socket.once('close', () => resolve(false))
  })
}

function childrenOf(pid: number | undefined): number[] {
  const path = `/proc/${pid}/task/${pid}/children`
  return existsSync(path) ? readFileSync(path, 'utf8').trim().split(' ').filter(Boolean).map(Number) : []
}

function endQuietly(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It ended by itself.
  }
}
