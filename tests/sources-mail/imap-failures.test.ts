import { createServer, type Server } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { limits } from '../../src/core/limits.ts'
import type { ImapDefinition } from '../../src/sources/definition.ts'
import { openImapMailbox } from '../../src/sources/mail/imap.ts'
import type { MailboxPace } from '../../src/sources/mail/mailbox-rounds.ts'
import type { Mailbox } from '../../src/sources/mail/received-mail.ts'
import { freePort } from '../loopback.ts'
import { FakeImap } from './fake-imap.ts'
import { imapDefinition, mailText, Stage, secretFolder, shortPace, until } from './mailbox-stage.ts'

const secrets = secretFolder()
const cleanups: (() => Promise<void> | void)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})
afterAll(() => secrets.remove())

function open(definition: ImapDefinition, stage: Stage, pace: Partial<MailboxPace> = shortPace): Mailbox {
  const mailbox = openImapMailbox(definition, stage.parts, pace)
  cleanups.push(() => mailbox.close())
  return mailbox
}

describe('what cannot be reached is said with its mend', () => {
  let password: string
  beforeAll(() => {
    password = secrets.write('any', 'secret')
  })
  const problemOf = async (definition: ImapDefinition): Promise<string> => {
    const mailbox = open(definition, new Stage())
    await until(
      () => mailbox.state().problem !== undefined,
      () => mailbox.state(),
      40_000,
    )
    return mailbox.state().problem ?? ''
  }

  test('a name that nobody knows', async () => {
    const problem = await problemOf(imapDefinition(993, password, { host: 'imap.county.invalid', security: 'tls' }))
    expect(problem).toMatch(/^No server with the name imap\.county\.invalid is known\. Check the spelling/)
  })

  test('a port at which nobody listens', async () => {
    const port = await freePort()
    expect(await problemOf(imapDefinition(port, password))).toMatch(
      new RegExp(`^127\\.0\\.0\\.1 takes no connections at port ${port}\\.`),
    )
  })

  test('a password that is in no file, or in an empty one', async () => {
    expect(await problemOf(imapDefinition(1, '/nowhere/password'))).toMatch(
      /^The file with the password, "\/nowhere\/password", is not there\./,
    )
    expect(await problemOf(imapDefinition(1, secrets.write('empty', '\n')))).toMatch(
      /is empty\. Put the password into it/,
    )
  })

  test('a password that would go to another machine as it is', async () => {
    expect(await problemOf(imapDefinition(143, password, { host: 'imap.county.example' }))).toMatch(
      /^imap\.county\.example is another machine, and without encryption everybody on the way could read the password\./,
    )
  })

  test('a server that does not speak TLS at that port, and one that offers no STARTTLS', async () => {
    const port = await speak('* OK ready\r\n')
    expect(await problemOf(imapDefinition(port, password, { security: 'tls' }))).toMatch(/does not speak TLS at port/)
    expect(await problemOf(imapDefinition(port, password, { security: 'starttls' }))).toMatch(
      /does not offer encryption \(STARTTLS\)/,
    )
  })

  test('what is no mail server at all', async () => {
    const port = await speak('HTTP/1.1 400 Bad Request\r\n\r\n', true)
    expect(await problemOf(imapDefinition(port, password))).toMatch(
      /^127\.0\.0\.1 closed the connection at port \d+ before it answered\. Check whether that is its port for IMAP/,
    )
  })
})

describe('a server that misbehaves', () => {
  let password: string
  beforeAll(() => {
    password = secrets.write('other', 'secret')
  })

  test('does not keep what comes after a mail at which it breaks off from being read, and the mail is told of', async () => {
    const server = await FakeImap.start((uid) => (uid === 2 ? 'break off' : mailText(`m${uid}`)))
    cleanups.push(() => server.close())
    const stage = new Stage()
    const mailbox = open(imapDefinition(server.port, password), stage)
    await until(
      () => stage.mails.length === 2,
      () => mailbox.state(),
    )
    expect(stage.subjects).toEqual(['m1', 'm3'])
    expect(server.fetched.filter((uid) => uid === 2)).toHaveLength(limits.mailboxMailTriesMax)
    expect(mailbox.state().notes).toContain(
      '1 mail was left out, because the server does not give it: number 2 in INBOX.',
    )
  })

  test('cannot fill the memory with a mail that it says is endless', async () => {
    const server = await FakeImap.start((uid) => (uid === 2 ? 'endless' : mailText(`m${uid}`)))
    cleanups.push(() => server.close())
    const stage = new Stage()
    const mailbox = open(imapDefinition(server.port, password), stage)
    await until(
      () => stage.mails.length === 2,
      () => mailbox.state(),
    )
    expect(stage.subjects).toEqual(['m1', 'm3'])
  })

  test('does not hold up the end, whatever it is asked at that moment', async () => {
    for (const moment of [0, 1, 5, 10, 20, 40, 80]) {
      const server = await FakeImap.start((uid) => (uid === 2 && moment > 0 ? 'silence' : mailText(`m${uid}`)))
      cleanups.push(() => server.close())
      const mailbox = openImapMailbox(imapDefinition(server.port, password), new Stage().parts)
      await sleep(moment)
      // The usual pace: an end that waits for the next look would take a minute.
      await mailbox.close()
    }
  })

  test('that closes whatever is opened is not asked all the time', async () => {
    const server = await FakeImap.start((uid) => mailText(`m${uid}`), 'closes when idle')
    cleanups.push(() => server.close())
    const stage = new Stage()
    const mailbox = open(imapDefinition(server.port, password), stage, { ...shortPace, retryMsMin: 60_000 })
    await until(
      () => stage.mails.length === 3,
      () => mailbox.state(),
    )
    await until(
      () => server.connections === 1,
      () => server.connections,
    )
    await mailbox.close()
    expect(server.connections).toBe(1)
  })
})

/** A server that says one thing to everybody, and answers commands as one with few wits. */
async function speak(greeting: string, isCurt = false): Promise<number> {
  const server: Server = createServer((socket) => {
    socket.on('error', () => socket.destroy())
    socket.write(greeting)
    if (isCurt) socket.end()
    socket.on('data', (chunk) => {
      const tag = chunk.toString().split(' ')[0] ?? ''
      if (/^[A-Z0-9]+$/i.test(tag)) socket.write(`* CAPABILITY IMAP4rev1\r\n${tag} OK done\r\n`)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  cleanups.push(() => void server.close())
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}
