import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { Milter } from '../../src/sources/mail/milter.ts'
import { number32, type Packet, PacketCutter, packet, textField } from '../../src/sources/mail/milter-protocol.ts'
import type { ArrivingMail, MilterDecision } from '../../src/sources/mail/milter-session.ts'
import { runLoad } from './load.ts'
import { PostfixServer, postfixFolder, SmtpClient, whyNoPostfix } from './postfix-server.ts'

const cleanups: (() => Promise<void> | void)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

interface Started {
  readonly port: number
  readonly mails: ArrivingMail[]
  readonly problems: string[]
  readonly milter: Milter
}

async function start(decide: (mail: ArrivingMail) => MilterDecision | Promise<MilterDecision>): Promise<Started> {
  const mails: ArrivingMail[] = []
  const problems: string[] = []
  const milter = new Milter({
    judge: async (mail) => {
      mails.push(mail)
      return await decide(mail)
    },
    tell: (problem) => problems.push(problem),
    ownHeaders: new Set(['x-bellwether']),
  })
  const port = await milter.listen(0)
  cleanups.push(() => milter.close())
  return { port, mails, problems, milter }
}

/** Speaks as a mail server does. */
class Peer {
  readonly socket: Socket
  readonly #cutter = new PacketCutter()
  readonly #packets: Packet[] = []
  #wake: (() => void) | undefined

  constructor(port: number) {
    this.socket = connect(port, '127.0.0.1')
    this.socket.on('data', (chunk) => {
      this.#packets.push(...(this.#cutter.take(chunk) ?? []))
      this.#wake?.()
    })
    this.socket.on('close', () => this.#wake?.())
    cleanups.push(() => void this.socket.destroy())
  }

  async next(): Promise<Packet | undefined> {
    while (this.#packets.length === 0 && !this.socket.closed)
      await new Promise<void>((resolve) => (this.#wake = resolve))
    return this.#packets.shift()
  }

  async answersUntil(command: string): Promise<string[]> {
    const seen: string[] = []
    for (let each = await this.next(); each !== undefined; each = await this.next()) {
      seen.push(`${each.command} ${each.data.toString('latin1').replaceAll('\0', '|')}`)
      if (each.command === command) break
    }
    return seen
  }

  negotiate(actions: number, steps: number): void {
    this.socket.write(packet('O', number32(6), number32(actions), number32(steps)))
  }

  /** A mail, in one write, which the milter must cut itself. */
  sendMail(...headers: readonly (readonly [string, string])[]): void {
    this.socket.write(
      Buffer.concat([
        packet('C', textField('mail.example.net'), Buffer.from('4\x00\x19'), textField('192.0.2.7')),
        packet('H', textField('greeting.example.net')),
        packet('D', Buffer.from('M'), textField('i'), textField('4ABC')),
        packet('M', textField('<a@example.net>'), textField('SIZE=100')),
        packet('R', textField('<clerk@county.example>')),
        ...headers.map(([name, value]) => packet('L', textField(name), Buffer.from(`${value}\0`))),
        packet('N'),
        packet('B', Buffer.from('Hello\r\n')),
        packet('E'),
      ]),
    )
  }
}

describe('the milter', () => {
  test('gathers the mail, its envelope and who brings it', async () => {
    const { port, mails } = await start(() => ({ kind: 'accept' }))
    const peer = new Peer(port)
    peer.negotiate(0x1ff, 0x1fffff)
    expect((await peer.next())?.command).toBe('O')
    peer.sendMail(['Subject', ' folded\n value'])
    expect(await peer.answersUntil('c')).toEqual(['c '])
    expect(mails).toEqual([
      {
        bytes: Buffer.from('Subject: folded\r\n value\r\n\r\nHello\r\n'),
        envelopeFrom: 'a@example.net',
        envelopeTo: ['clerk@county.example'],
        client: { name: 'mail.example.net', address: '192.0.2.7', greeting: 'greeting.example.net' },
        queueId: '4ABC',
        isCut: false,
      },
    ])
  })

  test('answers every step where the server knows no silent ones', async () => {
    const { port } = await start(() => ({ kind: 'accept' }))
    const peer = new Peer(port)
    peer.negotiate(0, 0)
    await peer.next()
    peer.sendMail(['Subject', 'a'])
    const answers: string[] = []
    for (let i = 0; i < 8; i++) answers.push((await peer.next())?.command ?? '')
    expect(answers).toEqual(['c', 'c', 'c', 'c', 'c', 'c', 'c', 'c'])
  })

  test('takes out headers that pose as its own, and adds its own in one line each', async () => {
    const { port, mails } = await start(() => ({
      kind: 'hold',
      reason: 'poses as VR Systems',
      headers: [['X-Bellwether', 'attack\r\nEvil: 1']],
    }))
    const peer = new Peer(port)
    peer.negotiate(0x1ff, 0x1fffff)
    await peer.next()
    peer.sendMail(['X-Bellwether', ' clean'], ['Subject', ' a'], ['x-bellwether', ' clean'])
    expect(await peer.answersUntil('c')).toEqual([
      'm |||\x02x-bellwether||',
      'm |||\x01X-Bellwether||',
      'h X-Bellwether| attack Evil: 1|',
      'q poses as VR Systems|',
      'c ',
    ])
    expect(Buffer.from(mails[0]?.bytes ?? []).toString()).not.toMatch(/bellwether/i)
  })

  test('lets a mail through that cannot be judged, and says so', async () => {
    const { port, problems } = await start(() => {
      throw new Error('no')
    })
    const peer = new Peer(port)
    peer.negotiate(0x1ff, 0x1fffff)
    await peer.next()
    peer.sendMail(['Subject', ' a'])
    expect(await peer.answersUntil('c')).toEqual(['c '])
    expect(problems).toEqual(['A mail could not be judged and went through unjudged.'])
  })

  test('closes on what is not its protocol, and holds nothing of it', async () => {
    const { port, problems, milter } = await start(() => ({ kind: 'accept' }))
    const peer = new Peer(port)
    peer.socket.write('GET / HTTP/1.1\r\n\r\n')
    expect(await peer.next()).toBeUndefined()
    expect(problems).toHaveLength(1)
    expect(milter.counts.heldBytes).toBe(0)
  })
})

describe("the milter's socket file", () => {
  const make = (): Milter => {
    const milter = new Milter({
      judge: () => Promise.resolve({ kind: 'accept' }),
      tell: () => undefined,
      ownHeaders: new Set(),
    })
    cleanups.push(() => milter.close())
    return milter
  }
  const newFolder = (): string => {
    const folder = mkdtempSync(join(tmpdir(), 'bellwether-socket-'))
    cleanups.push(() => rmSync(folder, { recursive: true, force: true }))
    return folder
  }

  test('is open to the desk and one group alone', async () => {
    const path = join(newFolder(), 'milter')
    await make().listenAt(path)
    expect(statSync(path).mode & 0o777).toBe(0o660)
  })

  test('takes the place of one that a killed desk left, and of nothing else', async () => {
    const folder = newFolder()
    const left = join(folder, 'left')
    const script = `require('net').createServer().listen(${JSON.stringify(left)}, () => process.kill(process.pid, 'SIGKILL'))`
    spawnSync(process.execPath, ['-e', script], { stdio: 'ignore' })
    expect(existsSync(left)).toBe(true)
    await make().listenAt(left)
    await expect(make().listenAt(left)).rejects.toThrow('EADDRINUSE')
    const text = join(folder, 'text')
    writeFileSync(text, 'mine')
    await expect(make().listenAt(text)).rejects.toThrow('EADDRINUSE')
    expect(readFileSync(text, 'utf8')).toBe('mine')
  })
})

const skip = whyNoPostfix()
if (skip !== '') console.log(`Skipped: the milter with a real mail server, for ${skip}.`)

describe.skipIf(skip !== '')('with a real postfix', () => {
  const text = (id: number, subject = 'Hello'): string =>
    `From: Ann <ann@example.net>\nTo: <clerk@county.example>\nX-Bellwether: clean\nSubject: ${subject}\nMessage-ID: <${id}@example.net>\n\n.A line with a dot\n${'x'.repeat(70_000)}\n`

  test('mails are seen whole, tagged and held, and forged tags are gone', async () => {
    const { port, mails } = await start((mail) => {
      const source = Buffer.from(mail.bytes).toString()
      const headers = [['X-Bellwether', 'attack; poses as VR Systems']] as const
      if (source.includes('Subject: hold')) return { kind: 'hold', reason: 'attack', headers }
      return source.includes('Subject: tag') ? { kind: 'tag', headers } : { kind: 'accept' }
    })
    const server = await PostfixServer.start(`inet:127.0.0.1:${port}`)
    cleanups.push(() => server.stop())
    const client = await SmtpClient.connect(server.port)
    await client.send('ann@example.net', ['clerk@county.example'], text(1, 'watch'))
    await client.send('ann@example.net', ['clerk@county.example'], text(2, 'tag'))
    await client.send('ann@example.net', ['clerk@county.example'], text(3, 'hold'))
    await client.close()
    const delivered = await server.waitFor(2)
    const of = (subject: string): string => delivered.find((each) => each.includes(`Subject: ${subject}`)) ?? ''
    expect(of('watch')).not.toContain('X-Bellwether')
    expect(of('tag')).toContain('X-Bellwether: attack; poses as VR Systems')
    expect(of('tag')).not.toContain('X-Bellwether: clean')
    expect(of('hold')).toBe('')
    expect(server.held()).toBe(1)
    expect(mails.map(({ envelopeFrom, envelopeTo }) => [envelopeFrom, ...envelopeTo])).toEqual(
      Array(3).fill(['ann@example.net', 'clerk@county.example']),
    )
    expect(mails[0]?.client.address).toBe('127.0.0.1')
    expect(Buffer.from(mails[0]?.bytes ?? []).toString()).toContain('\r\n.A line with a dot\r\nxxx')
  }, 90_000)

  test('gets through a socket file whose folder gives it its group', async () => {
    const folder = postfixFolder()
    cleanups.push(() => rmSync(folder, { recursive: true, force: true }))
    const path = join(folder, 'milter')
    const judged: string[] = []
    const milter = new Milter({
      judge: ({ envelopeFrom }) => {
        judged.push(envelopeFrom)
        return Promise.resolve({ kind: 'accept' })
      },
      tell: () => undefined,
      ownHeaders: new Set(),
    })
    await milter.listenAt(path)
    cleanups.push(() => milter.close())
    expect(statSync(path).mode & 0o777).toBe(0o660)
    expect(statSync(path).gid).toBe(statSync(folder).gid)
    const server = await PostfixServer.start(`unix:${path}`)
    cleanups.push(() => server.stop())
    const client = await SmtpClient.connect(server.port)
    await client.send('ann@example.net', ['clerk@county.example'], text(1))
    await client.close()
    expect(await server.waitFor(1)).toHaveLength(1)
    expect(judged).toEqual(['ann@example.net'])
  }, 90_000)

  test('none of the mail is lost or doubled, also when the milter is killed in the middle', async () => {
    for (const killAfterMs of [undefined, 1_500]) {
      const { sent, judged, lost, doubled, tale } = await runLoad({ rate: 25, seconds: 3, killAfterMs })
      expect([sent, lost, doubled]).toEqual([90, [], []])
      if (killAfterMs === undefined) expect([tale?.judged, tale?.problems]).toEqual([judged.length, []])
    }
  }, 120_000)

  test('mail flows when the desk is gone', async () => {
    const started = await start(() => ({ kind: 'accept' }))
    const server = await PostfixServer.start(`inet:127.0.0.1:${started.port}`)
    cleanups.push(() => server.stop())
    const client = await SmtpClient.connect(server.port)
    await client.send('ann@example.net', ['clerk@county.example'], text(1))
    await started.milter.close()
    await client.send('ann@example.net', ['clerk@county.example'], text(2))
    const second = await SmtpClient.connect(server.port)
    await second.send('ann@example.net', ['clerk@county.example'], text(3))
    expect(await server.waitFor(3)).toHaveLength(3)
    expect(started.mails).toHaveLength(1)
  }, 90_000)
})
