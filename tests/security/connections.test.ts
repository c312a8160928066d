import { spawnSync } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { describe, expect, onTestFinished, test } from 'vitest'
import { number32, PacketCutter, packet, textField } from '../../src/sources/mail/milter-protocol.ts'
import { DeskChild, makeScene } from '../fault/desk-child.ts'
import { injection, ordinaries } from '../fault/lines.ts'
import { becomes, freePort } from '../loopback.ts'
import { FakeImap } from '../sources-mail/fake-imap.ts'
import { mailText } from '../sources-mail/mailbox-stage.ts'
import { listFiles, readText } from '../tree.ts'

/** Every file of the product that is able to open a connection or a port, or names a part that is. */
const networkFiles: Readonly<Record<string, string>> = {
  'src/desk/mail/process.ts': 'asks the name servers who answers for a mail that arrives, unless the office says no',
  'src/response/name-lookup.ts': "asks the name servers whether an address is a search engine's",
  'src/server/hosts.ts': 'parses addresses',
  'src/server/routes/console.ts': 'answers over the port of the console',
  'src/server/routes/sources.ts': 'answers over the port of the console',
  'src/server/server.ts': 'listens at the port of the console',
  'src/server/sign-in/pace.ts': 'parses addresses',
  'src/sources/listen/self-signed.ts': 'parses addresses',
  'src/sources/listen/syslog-tcp.ts': 'listens at the ports that the configuration names',
  'src/sources/listen/syslog-udp.ts': 'listens at the ports that the configuration names',
  'src/sources/listen/tls-key.ts': 'reads a key',
  'src/sources/mail/api-client.ts': 'asks Microsoft 365 and Google, where the configuration names mailboxes there',
  'src/sources/mail/authenticate.ts': 'checks signatures, with answers of name servers that it is handed',
  'src/sources/mail/imap.ts': 'connects to the IMAP servers that the configuration names',
  'src/sources/mail/milter-socket.ts': 'looks whether anybody listens at its own socket file',
  'src/sources/mail/milter.ts': 'listens at the port or file that the configuration names',
  'src/sources/stream-input.ts': 'reads standard input',
  'src/store/postgres/connections.ts': 'connects to the database that the configuration names',
  'src/store/postgres/driver.ts': 'connects to the database that the configuration names',
}

/** Parts of Node.js and of others that open connections or ports. */
const networkModule =
  /^(?:node:(?:net|tls|http|https|http2|dgram|dns|dns\/promises|inspector|quic)|undici|ws|pg|imapflow|mailauth|fastify|@fastify\/.*|nodemailer|axios)(?:\/.*)?$/
const importOfValues = /\b(?:import|export)\s+(?!type\b)(?:[^'";]*?\bfrom\s*)?'([^']+)'|\bimport\(\s*'([^']+)'\s*\)/g
const globalThatConnects = /(?<![.\w])(?:fetch|WebSocket|EventSource|XMLHttpRequest)\b(?=\(|\s*\?\?|\s*[,;)]|$)/m

describe('the product connects to nothing but what its configuration names', () => {
  test('and no file is able to that does not stand in the list above, with what it does', () => {
    const found = listFiles('src')
      .filter((path) => path.endsWith('.ts') && !/\.(?:test|fixture)\.ts$/.test(path))
      .filter((path) => {
        const text = readText(path).replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '')
        const modules = [...text.matchAll(importOfValues)].map((match) => match[1] ?? match[2] ?? '')
        return modules.some((name) => networkModule.test(name)) || globalThatConnects.test(text)
      })
    expect(found).toEqual(Object.keys(networkFiles).sort())
  })

  test('and a scan of logs and mails connects to nobody', () => {
    const folder = mkdtempSync(join(tmpdir(), 'bellwether-connections-'))
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
    const record = join(folder, 'connections')
    writeFileSync(join(folder, 'access.log'), injection('203.0.113.7', 1) + ordinaries(2, 50))
    writeFileSync(join(folder, 'one.eml'), mailText('one', 'See https://www.evil.example/a.png'))
    for (const command of [
      ['scan', join(folder, 'access.log')],
      ['mail', 'check', join(folder, 'one.eml')],
    ]) {
      const program = join(import.meta.dirname, '..', '..', 'bin', 'bellwether.js')
      const { stdout } = spawnSync(process.execPath, [program, ...command], {
        env: { ...process.env, ...recording(record) },
        encoding: 'utf8',
      })
      expect(stdout).not.toBe('')
    }
    expect([...new Set(linesOf(record))]).toEqual(['recording'])
  }, 90_000)

  test('and a desk without such sources connects to nobody while it reads, judges and shows', async () => {
    const { asked, desk, log } = await startRecorded('')
    appendFileSync(log, injection('203.0.113.7', 1) + ordinaries(2, 50))
    expect(await becomes(async () => (await desk.figure('bellwether_findings_total')) > 0, 60_000)).toBe(true)
    expect((await fetch(`${desk.origin}/`)).status).toBe(200)
    await desk.stop()
    expect(asked()).toEqual([])
  }, 90_000)

  test('and one with mailboxes connects to their services alone', async () => {
    const imap = await FakeImap.start((uid) =>
      mailText(`m${uid}`, 'See https://www.evil.example/ and https://example.org/a.png'),
    )
    onTestFinished(() => imap.close())
    const { asked, desk } = await startRecorded(mailboxes(imap.port))
    const all = [`127.0.0.1:${imap.port}`, 'login.microsoftonline.com:443', 'oauth2.googleapis.com:443']
    const isDone = (): boolean => all.every((each) => asked().includes(each)) && imap.fetched.length === 3
    expect(await becomes(isDone, 60_000)).toBe(true)
    await desk.stop()
    expect([...new Set(asked())].sort()).toEqual(all)
  }, 90_000)

  test('and one whose mail server asks it asks name servers, and nobody where the office says no', async () => {
    for (const isAsking of [true, false]) {
      const port = await freePort()
      const milter = `[mail]\nask_name_servers = ${isAsking}\n[[source]]\nid = "mail"\nkind = "milter"\nport = ${port}\n`
      const { asked, desk } = await startRecorded(milter)
      await offerMail(port)
      await desk.stop()
      const others = asked().filter((line) => !/^name server: [\w.-]+\.example$/.test(line))
      expect([others, asked().length > 0]).toEqual([[], isAsking])
    }
  }, 180_000)
})

/** Says to a milter what a mail server says of one mail; resolves with its answer to it. */
async function offerMail(port: number): Promise<void> {
  const socket = connect(port, '127.0.0.1')
  const cutter = new PacketCutter()
  const answered = new Promise<void>((resolve, reject) => {
    socket.on('error', reject)
    socket.on('close', () => reject(new Error('the milter closed the connection')))
    socket.on('data', (chunk) => {
      if (cutter.take(chunk)?.some(({ command }) => command === 'c') === true) resolve()
    })
  })
  socket.write(
    Buffer.concat([
      packet('O', number32(6), number32(0x1ff), number32(0x1fffff)),
      packet('C', textField('mx.sender.example'), Buffer.from('4\x00\x19'), textField('192.0.2.7')),
      packet('H', textField('mx.sender.example')),
      packet('M', textField('<ann@sender.example>')),
      packet('R', textField('<clerk@county.example>')),
      packet('L', textField('From'), textField(' ann@sender.example')),
      packet('N'),
      packet('B', Buffer.from('See https://www.evil.example/a.png\r\n')),
      packet('E'),
    ]),
  )
  await answered
  socket.destroy()
}

interface Recorded {
  readonly desk: DeskChild
  readonly log: string
  /** To whom it connected, and what it asked of name servers. */
  readonly asked: () => string[]
}

/** A real desk all of whose threads and processes are recorded. */
async function startRecorded(extra: string): Promise<Recorded> {
  const folder = mkdtempSync(join(tmpdir(), 'bellwether-connections-'))
  const scene = await makeScene(extra.replaceAll('{folder}', folder), folder)
  const record = join(folder, 'connections')
  writeFileSync(join(folder, 'secret'), 'secret')
  writeFileSync(join(folder, 'key.json'), serviceKey())
  const desk = new DeskChild(scene.data, { environment: recording(record) })
  onTestFinished(async () => {
    desk.kill()
    await desk.ended
    rmSync(folder, { recursive: true, force: true })
  })
  await desk.ready(60_000)
  expect(linesOf(record)).toContain('recording')
  return { desk, log: scene.log, asked: () => linesOf(record).filter((line) => line !== 'recording') }
}

/** What has a process and all that it starts recorded. */
const recording = (path: string): Record<string, string> => ({
  NODE_OPTIONS: `--import ${pathToFileURL(join(import.meta.dirname, 'connection-recorder.ts')).href}`,
  BELLWETHER_CONNECTIONS: path,
})

const linesOf = (path: string): string[] =>
  existsSync(path) ? readFileSync(path, 'utf8').split('\n').filter(Boolean) : []

const serviceKey = (): string =>
  JSON.stringify({
    client_email: 'desk@county.iam.gserviceaccount.com',
    private_key: generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({
      type: 'pkcs8',
      format: 'pem',
    }),
  })

const mailboxes = (imapPort: number): string => `
[[source]]
id = "imap"
kind = "imap"
host = "127.0.0.1"
port = ${imapPort}
security = "none"
user = "clerk@county.example"
password_file = "{folder}/secret"
[[source]]
id = "microsoft"
kind = "microsoft-365"
tenant = "county.example"
client_id = "11111111-2222-3333-4444-555555555555"
secret_file = "{folder}/secret"
mailboxes = ["clerk@county.example"]
[[source]]
id = "google"
kind = "google-workspace"
key_file = "{folder}/key.json"
mailboxes = ["clerk@county.example"]
`
