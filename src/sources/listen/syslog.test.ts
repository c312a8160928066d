import { spawn, spawnSync } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { connect, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { connect as connectTls } from 'node:tls'
import { afterEach, describe, expect, test } from 'vitest'
import type { SourceId } from '../../core/ids.ts'
import type { SyslogDefinition } from '../definition.ts'
import { Journal, type JournalOptions } from './journal.ts'
import type { Listener } from './listener.ts'
import { makeSelfSigned } from './self-signed.ts'
import { openSyslog } from './syslog.ts'
import { type ConnectionLimits, openSyslogTcp } from './syslog-tcp.ts'
import { dropsOf } from './syslog-udp.ts'

/** The machine may be busy with other things. */
const eventually = <T>(look: () => T) => expect.poll(look, { timeout: 15_000 })

const id = 'syslog' as SourceId
const hasOpenssl = spawnSync('openssl', ['version']).error === undefined
const cleanings: (() => unknown)[] = []

afterEach(async () => {
  for (const clean of cleanings.splice(0).reverse()) await clean()
})

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'bellwether-syslog-'))
  cleanings.push(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

interface Desk {
  readonly folder: string
  readonly journal: Journal
  readonly listener: Listener
  readonly port: number
  /** Everything that one stream holds by now. */
  text(stream: string): string
}

async function openDesk(
  given: Partial<SyslogDefinition>,
  journalOptions: JournalOptions = {},
  bounds?: ConnectionLimits,
): Promise<Desk> {
  const folder = newFolder()
  const journal = await Journal.open(join(folder, 'journal'), journalOptions)
  if (!journal.ok) throw new Error(journal.error.message)
  cleanings.push(() => journal.value.close())
  const definition: SyslogDefinition = {
    kind: 'syslog',
    id,
    title: 'x',
    transport: 'tcp',
    address: '127.0.0.1',
    port: 0,
    ...given,
  }
  const options = { keysFolder: join(folder, 'keys'), nowMs: Date.now() }
  const opened =
    bounds === undefined
      ? await openSyslog(definition, journal.value, options)
      : await openSyslogTcp(definition, journal.value, undefined, bounds)
  if (!opened.ok) throw new Error(opened.error.message)
  cleanings.push(() => opened.value.close())
  const text = (stream: string): string => {
    const path = join(folder, 'journal', id, stream)
    if (!existsSync(path)) return ''
    return readdirSync(path)
      .filter((name) => name.endsWith('.log'))
      .map((name) => readFileSync(join(path, name), 'latin1'))
      .join('')
  }
  return { folder, journal: journal.value, listener: opened.value, port: opened.value.state().port, text }
}

function sender(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => resolve(socket))
    socket.on('error', reject)
    cleanings.push(() => socket.destroy())
  })
}

describe('syslog over TCP', () => {
  test('puts each host and program into a stream of its own', async () => {
    const { port, text, listener } = await openDesk({})
    const socket = await sender(port)
    socket.end('<13>1 - web1 nginx - - - one\n<13>1 - web1 sshd - - - two\n<13>1 - web1 nginx - - - three')
    await eventually(() => text('web1+nginx')).toBe('<13>1 - web1 nginx - - - one\n<13>1 - web1 nginx - - - three\n')
    expect(text('web1+sshd')).toBe('<13>1 - web1 sshd - - - two\n')
    expect(listener.state()).toMatchObject({ messages: 3, transport: 'tcp' })
  })

  test('takes counted and plain senders at the same port', async () => {
    const { port, text } = await openDesk({})
    for (const bytes of ['19 <13>1 - a x - - - 1', '<13>1 - a x - - - 2\n']) {
      const socket = await sender(port)
      socket.end(bytes)
    }
    await eventually(() => text('a+x').split('\n').sort()).toEqual(['', '<13>1 - a x - - - 1', '<13>1 - a x - - - 2'])
  })

  test('makes senders wait while the journal is full, and loses nothing', async () => {
    const { port, text, journal, listener } = await openDesk({}, { unreadBytesMax: 300_000, unreadBytesLow: 200_000 })
    const count = 200_000
    const socket = await sender(port)
    let sent = 0
    const send = (): void => {
      while (sent < count && socket.write(`<13>1 - a x - - - ${sent++}\n`));
      if (sent === count) socket.end()
    }
    socket.on('drain', send)
    send()
    await eventually(() => listener.state().isPaused).toBe(true)
    await wait(150)
    const before = listener.state().messages
    await wait(100)
    expect(listener.state().messages).toBe(before)
    expect(before).toBeLessThan(count)
    const reading = setInterval(() => {
      const last = journal.streams()[0]?.segments.at(-1)
      if (last !== undefined) journal.acknowledge(id, 'a/x', last.number, last.bytes)
    }, 5)
    cleanings.push(() => clearInterval(reading))
    await eventually(() => listener.state().messages).toBe(count)
    await listener.close()
    const sizes = Array.from({ length: count }, (_, number) => 19 + String(number).length)
    expect(journal.bytesWritten(id, 'a/x')).toBe(sizes.reduce((sum, size) => sum + size, 0))
    expect(
      text('a+x')
        .trimEnd()
        .endsWith(` ${count - 1}`),
    ).toBe(true)
  }, 40_000)

  test('gives no address all connections, and takes the place of silent ones', async () => {
    const bounds = { connectionsMax: 3, connectionsPerAddressMax: 2, silentMsMax: 50, quietMsMax: 100_000 }
    const { port, listener } = await openDesk({}, {}, bounds)
    await sender(port)
    await sender(port)
    await sender(port)
    await eventually(() => listener.state()).toMatchObject({ connections: 2, refusedConnections: 1 })
    const wide = await openDesk({}, {}, { ...bounds, connectionsMax: 2, connectionsPerAddressMax: 9 })
    const first = await sender(wide.port)
    first.write('<13>1 - a x - - - 1\n')
    const silent = await sender(wide.port)
    await wait(80)
    const third = await sender(wide.port)
    third.write('<13>1 - a x - - - 2\n')
    await eventually(() => wide.listener.state().messages).toBe(2)
    expect(silent.destroyed || silent.readableEnded || wide.listener.state().connections === 2).toBe(true)
  })

  test('keeps what it has read when it closes, but no half message', async () => {
    const { port, text, listener } = await openDesk({})
    const socket = await sender(port)
    socket.on('error', () => undefined)
    socket.write('<13>1 - a x - - - 1\n<13>1 - a x - - - ha')
    await eventually(() => listener.state().messages).toBe(1)
    await listener.close()
    expect(text('a+x')).toBe('<13>1 - a x - - - 1\n')
    expect(listener.state().rejected['cut-short']).toBe(1)
  })

  test('says what to do when the port is taken', async () => {
    const taken = createServer()
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve))
    cleanings.push(() => taken.close())
    const { port } = taken.address() as { port: number }
    await expect(openDesk({ port })).rejects.toThrow(
      /used by another program. Stop that program, or choose another port/,
    )
    await expect(openDesk({ address: '203.0.113.7' })).rejects.toThrow('has no address')
    await expect(openDesk({ port: 70_000 })).rejects.toThrow('is no port')
  })

  test.skipIf(spawnSync('logger', ['--version']).error !== undefined)('takes what logger sends', async () => {
    const { port, text } = await openDesk({})
    const send = (...settings: string[]): void => {
      const done = spawnSync('logger', [
        '--server',
        '127.0.0.1',
        '--tcp',
        '--port',
        String(port),
        '-t',
        'app',
        ...settings,
      ])
      expect(done.status, String(done.stderr)).toBe(0)
    }
    // logger speaks first and the desk reads later: both run, because the sockets hold what is sent.
    send('--rfc5424', '--octet-count', 'counted')
    send('--rfc3164', 'old')
    const streams = (): string => readdirStreams(text)
    await eventually(streams).toMatch(/counted\n[\s\S]*old\n|old\n[\s\S]*counted\n/)
    function readdirStreams(read: (stream: string) => string): string {
      const host = spawnSync('hostname').stdout.toString().trim().toLowerCase()
      return read(`${host.split('.')[0]}+app`) + (host.includes('.') ? read(`${host}+app`) : '')
    }
  })
})

describe('syslog over UDP', () => {
  test('takes each datagram as a message', async () => {
    const { port, text } = await openDesk({ transport: 'udp' })
    const socket = createSocket('udp4')
    cleanings.push(() => socket.close())
    socket.send('<13>Jun 23 02:52:48 web1 app: one\ntwo\n', port, '127.0.0.1')
    await eventually(() => text('web1+app')).toBe('<13>Jun 23 02:52:48 web1 app: one#012two\n')
  })

  test('counts what is lost while the journal is full', async () => {
    const { port, journal, listener } = await openDesk({ transport: 'udp' }, { unreadBytesMax: 10, unreadBytesLow: 1 })
    const socket = createSocket('udp4')
    cleanings.push(() => socket.close())
    const send = (): void => socket.send('<13>Jun 23 02:52:48 web1 app: one', port, '127.0.0.1')
    send()
    await eventually(() => journal.isFull).toBe(true)
    send()
    await eventually(() => listener.state().lost).toBe(1)
    expect(journal.loss(id).lost).toBe(1)
  })

  test.skipIf(process.platform !== 'linux')(
    'counts what the system threw away before it could be read',
    async () => {
      const { port, listener } = await openDesk({ transport: 'udp' })
      // A sender in a process of its own floods the port while this one does not read.
      const flood = `const s = require('dgram').createSocket('udp4'); const b = Buffer.alloc(8000, 'x'); let n = 0
      s.bind(0, () => { const next = () => (n++ < 6000 ? s.send(b, ${port}, '127.0.0.1', next) : s.close()); next() })`
      spawnSync(process.execPath, ['-e', flood])
      await eventually(() => listener.state().messages + listener.state().lost).toBe(6_000)
      expect(listener.state().lost).toBeGreaterThan(0)
    },
    20_000,
  )

  test("reads the system's own count for its port and address", () => {
    const table = [
      '   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops',
      '  10: 0100007F:1592 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 77 2 0000 12',
      '  11: 0200007F:1592 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 78 2 0000 34',
    ].join('\n')
    expect(dropsOf(table, '127.0.0.2', 5522)).toBe(34)
    expect(dropsOf(table, '127.0.0.3', 5522)).toBeUndefined()
    expect(dropsOf('', '127.0.0.1', 5522)).toBeUndefined()
  })

  test.skipIf(!existsSync('/usr/sbin/nginx'))('takes the access log of a real nginx', async () => {
    const { port, text, folder } = await openDesk({ transport: 'udp' })
    const web = createServer()
    await new Promise<void>((resolve) => web.listen(0, '127.0.0.1', resolve))
    const webPort = (web.address() as { port: number }).port
    await new Promise((resolve) => web.close(resolve))
    const conf = join(folder, 'nginx.conf')
    writeFileSync(
      conf,
      `daemon off; master_process off; pid ${folder}/pid; error_log ${folder}/error.log;
      events {} http { client_body_temp_path ${folder}/b; proxy_temp_path ${folder}/p; fastcgi_temp_path ${folder}/f;
      uwsgi_temp_path ${folder}/u; scgi_temp_path ${folder}/s;
      access_log syslog:server=127.0.0.1:${port},tag=web,nohostname;
      server { listen 127.0.0.1:${webPort}; return 200 ok; } }`,
    )
    const nginx = spawn('/usr/sbin/nginx', ['-p', folder, '-c', conf], { stdio: 'ignore' })
    cleanings.push(() => {
      nginx.kill('SIGKILL')
      return new Promise((resolve) => nginx.once('close', resolve))
    })
    await eventually(() =>
      fetch(`http://127.0.0.1:${webPort}/register`).then(
        (answer) => answer.status,
        () => 0,
      ),
    ).toBe(200)
    await eventually(() => text('127.0.0.1+web')).toContain('"GET /register HTTP/1.1" 200')
  })
})

describe('syslog over TLS', () => {
  test('makes its own certificate at the first start, keeps it, and tells its fingerprint', async () => {
    const { port, text, folder, listener } = await openDesk({ transport: 'tls' })
    const certificate = readFileSync(join(folder, 'keys', 'syslog-tls.crt'))
    expect(statSync(join(folder, 'keys', 'syslog-tls.key')).mode & 0o777).toBe(0o600)
    const socket = connectTls({ port, host: '127.0.0.1', ca: certificate })
    cleanings.push(() => socket.destroy())
    await new Promise((resolve, reject) => {
      socket.on('secureConnect', resolve)
      socket.on('error', reject)
    })
    expect(socket.authorized).toBe(true)
    expect(listener.state().notes[0]).toContain(socket.getPeerCertificate().fingerprint256)
    socket.end('19 <13>1 - a x - - - 1')
    await eventually(() => text('a+x')).toBe('<13>1 - a x - - - 1\n')
    const again = await openSyslog({ ...listener.definition, port: 0 }, (await openDesk({})).journal, {
      keysFolder: join(folder, 'keys'),
      nowMs: Date.now(),
    })
    expect(readFileSync(join(folder, 'keys', 'syslog-tls.crt'))).toEqual(certificate)
    if (again.ok) await again.value.close()
  })

  test.skipIf(!hasOpenssl)('asks for a certificate where authorities are named, and refuses old versions', async () => {
    const folder = newFolder()
    const made = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-subj', '/CN=c']
    spawnSync('openssl', [...made, '-days', '2', '-keyout', join(folder, 'c.key'), '-out', join(folder, 'ca.pem')])
    const client = { certificate: readFileSync(join(folder, 'ca.pem')), key: readFileSync(join(folder, 'c.key')) }
    const clientCaPath = join(folder, 'ca.pem')
    const { port, text, listener } = await openDesk({ transport: 'tls', clientCaPath })
    const speak = (settings: object): Promise<void> =>
      new Promise((resolve) => {
        const socket = connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false, ...settings })
        socket.on('error', () => resolve())
        socket.on('close', () => resolve())
        socket.on('secureConnect', () => socket.end('19 <13>1 - a x - - - 1'))
      })
    await speak({})
    await speak({ minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1' })
    await eventually(() => listener.state().refusedConnections).toBe(2)
    expect(text('a+x')).toBe('')
    await speak({ cert: client.certificate, key: client.key })
    await eventually(() => text('a+x')).toBe('<13>1 - a x - - - 1\n')
  })

  test('says in one sentence which file is wrong', async () => {
    const folder = newFolder()
    const path = (name: string, text: string): string => {
      writeFileSync(join(folder, name), text)
      return join(folder, name)
    }
    const nowMs = Date.now()
    const make = () =>
      makeSelfSigned({ commonName: 'c', names: [], notBeforeMs: nowMs - 1_000_000, notAfterMs: nowMs + 1_000_000 })
    const [one, other] = [make(), make()]
    const certificatePath = path('one.crt', one.certificate)
    const tls = (given: object) => openDesk({ transport: 'tls', ...given })
    await expect(tls({ certificatePath })).rejects.toThrow('Name both')
    await expect(tls({ certificatePath, keyPath: join(folder, 'none') })).rejects.toThrow('cannot be read')
    await expect(tls({ certificatePath, keyPath: path('junk', 'junk') })).rejects.toThrow('is no PEM file')
    await expect(tls({ certificatePath, keyPath: path('other.key', other.key) })).rejects.toThrow('does not belong to')
    const broken = one.certificate.slice(0, 300)
    await expect(tls({ certificatePath: path('b', broken), keyPath: path('one.key', one.key) })).rejects.toThrow(
      'whole PEM',
    )
  })

  test.skipIf(!hasOpenssl)('shows a certificate that openssl accepts', () => {
    const folder = newFolder()
    const nowMs = Date.now()
    const request = { commonName: 'Desk', names: ['desk.example', '127.0.0.1', '::1'], notBeforeMs: nowMs - 1_000_000 }
    for (const notAfterMs of [nowMs + 1_000_000, Date.UTC(2060, 0, 1)]) {
      const made = makeSelfSigned({ ...request, notAfterMs })
      const path = join(folder, 'c.crt')
      writeFileSync(path, made.certificate)
      const verify = [
        'verify',
        '-x509_strict',
        '-purpose',
        'sslserver',
        '-verify_hostname',
        'desk.example',
        '-CAfile',
        path,
        path,
      ]
      const done = spawnSync('openssl', verify)
      expect(done.status, String(done.stdout) + String(done.stderr)).toBe(0)
      const text = spawnSync('openssl', ['x509', '-in', path, '-noout', '-text']).stdout.toString()
      expect(text).toContain('DNS:desk.example, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1')
    }
  })
})
