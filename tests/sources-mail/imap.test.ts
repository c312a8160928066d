import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { limits } from '../../src/core/limits.ts'
import type { ImapDefinition } from '../../src/sources/definition.ts'
import { openImapMailbox } from '../../src/sources/mail/imap.ts'
import type { MailboxPace } from '../../src/sources/mail/mailbox-rounds.ts'
import type { Mailbox } from '../../src/sources/mail/received-mail.ts'
import { DovecotServer, whyNoDovecot } from './dovecot-server.ts'
import { imapDefinition, mailText, Stage, secretFolder, shortPace, until } from './mailbox-stage.ts'

const dayMs = 86_400_000
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

const skip = whyNoDovecot()
if (skip !== '') console.log(`Skipped: mailboxes over IMAP with a real server, for ${skip}.`)

describe.skipIf(skip !== '')('a mailbox on a real dovecot', () => {
  let server: DovecotServer
  let password: string
  beforeAll(() => {
    password = secrets.write('password', 'pass "phrase" 7\n')
  })
  const started = async (): Promise<DovecotServer> => {
    server = await DovecotServer.start()
    cleanups.push(() => server.remove())
    return server
  }

  test('hands on what is there and what comes, byte for byte, and changes no flag', async () => {
    const { port } = await started()
    const odd = `Subject: odd\n\n${'é'.repeat(10)}\0\n.\n..\n${'x'.repeat(100_000)}\n`
    await server.put([{ text: mailText('first') }, { text: odd.replaceAll('\0', '') }])
    const stage = new Stage()
    // No poll comes to help: what is new is told by the server.
    const mailbox = open(imapDefinition(port, password), stage, { ...shortPace, pollMs: 60_000 })
    await until(
      () => stage.mails.length === 2,
      () => mailbox.state(),
    )
    await server.put([{ text: mailText('third') }])
    await until(
      () => stage.mails.length === 3,
      () => mailbox.state(),
    )
    expect(stage.subjects).toEqual(['first', 'odd', 'third'])
    expect(stage.texts[1]).toBe(Buffer.from(odd.replaceAll('\0', '').replaceAll('\n', '\r\n')).toString('latin1'))
    expect(stage.mails[0]).toMatchObject({
      origin: 'INBOX of clerk@county.example',
      mailboxes: ['clerk@county.example'],
    })
    expect(mailbox.state()).toMatchObject({ problem: undefined, mails: 3 })
    expect(mailbox.state().notes[0]).toMatch(/^3 mails read; looked .* ago\.$/)
    expect(stage.atOnceMax).toBe(1)
    await mailbox.close()
    // \Recent goes to the first who opens the folder for writing: nobody has.
    expect(server.doveadm('fetch', 'flags', 'ALL').match(/^flags:.*$/gm)).toEqual(Array(3).fill('flags: \\Recent'))
    expect(server.doveadm('mailbox status', 'unseen recent', 'INBOX')).toContain('recent=3 unseen=3')
  }, 60_000)

  test('goes on where it stopped after a restart', async () => {
    const { port } = await started()
    await server.put([{ text: mailText('a') }, { text: mailText('b') }])
    const stage = new Stage()
    const first = open(imapDefinition(port, password), stage)
    await until(
      () => stage.mails.length === 2,
      () => first.state(),
    )
    await first.close()
    await server.put([{ text: mailText('c') }])
    const second = open(imapDefinition(port, password), stage)
    await until(
      () => stage.mails.length === 3,
      () => second.state(),
    )
    expect(stage.subjects).toEqual(['a', 'b', 'c'])
    expect(second.state().mails).toBe(1)
  }, 60_000)

  test('loses nothing when the server is killed in the middle, and offers again only what the place allows', async () => {
    const { port } = await started()
    const count = 120
    await server.put(Array.from({ length: count }, (_, i) => ({ text: mailText(`m${i}`) })))
    const stage = new Stage()
    let isKilled = false
    stage.before = async () => {
      if (stage.mails.length !== 50 || isKilled) return
      isKilled = true
      await server.kill()
    }
    const mailbox = open(imapDefinition(port, password), stage)
    await until(
      () => mailbox.state().problem !== undefined,
      () => mailbox.state(),
    )
    expect(mailbox.state().problem).toMatch(/The connection to 127\.0\.0\.1 broke off|takes no connections/)
    await until(
      () => mailbox.state().problem?.includes('takes no connections') === true,
      () => mailbox.state(),
    )
    await server.restart()
    await until(
      () => new Set(stage.subjects).size === count,
      () => [mailbox.state(), stage.mails.length],
    )
    expect(mailbox.state().problem).toBeUndefined()
    expect(stage.mails.length - count).toBeLessThanOrEqual(1)
    expect([...new Set(stage.subjects)]).toEqual(Array.from({ length: count }, (_, i) => `m${i}`))
  }, 90_000)

  test('keeps its place only behind mail that is safe: after a full disk the same mail is offered again', async () => {
    const { port } = await started()
    await server.put([{ text: mailText('a') }, { text: mailText('b') }])
    const stage = new Stage()
    let isFull = true
    stage.before = () => (isFull && stage.mails.length === 1 ? Promise.reject(new Error('ENOSPC')) : Promise.resolve())
    const mailbox = open(imapDefinition(port, password), stage)
    await until(
      () => mailbox.state().problem !== undefined,
      () => mailbox.state(),
    )
    expect(mailbox.state().problem).toMatch(/^Mail cannot be kept, so no more is read for now\. Look whether the disk/)
    expect(JSON.parse(stage.kept ?? '').places.INBOX.lastUid).toBe(1)
    isFull = false
    await until(
      () => stage.mails.length === 2,
      () => mailbox.state(),
    )
    expect(stage.subjects).toEqual(['a', 'b'])
  }, 60_000)

  test('reads a folder anew when its numbers no longer hold', async () => {
    const { port } = await started()
    await server.put([{ text: mailText('a') }, { text: mailText('b') }])
    const stage = new Stage()
    const mailbox = open(imapDefinition(port, password), stage)
    await until(
      () => stage.mails.length === 2,
      () => mailbox.state(),
    )
    server.doveadm('mailbox update', '--uid-validity', '4711', 'INBOX')
    await server.put([{ text: mailText('c') }])
    await until(
      () => new Set(stage.subjects).size === 3,
      () => mailbox.state(),
    )
    await until(
      () => stage.kept?.includes('"4711"') === true,
      () => stage.kept,
    )
    expect([...stage.subjects].sort()).toEqual(['a', 'a', 'b', 'b', 'c'])
  }, 60_000)

  test('goes over a mail that is deleted while it is read', async () => {
    const { port } = await started()
    await server.put([{ text: mailText('a') }, { text: mailText('b') }, { text: mailText('c') }])
    const stage = new Stage()
    stage.before = (mail) => {
      if (Buffer.from(mail.bytes).includes('Subject: a')) server.doveadm('expunge', 'mailbox', 'INBOX', 'subject', 'b')
      return Promise.resolve()
    }
    const mailbox = open(imapDefinition(port, password), stage)
    await until(
      () => stage.subjects.includes('c'),
      () => mailbox.state(),
    )
    expect(stage.subjects).toEqual(['a', 'c'])
    expect(mailbox.state()).toMatchObject({ problem: undefined, mails: 2 })
  }, 60_000)

  test('reads 1,000 mails at the first look, and none that is older than it is told to go back', async () => {
    const { port } = await started()
    const nowMs = Date.now()
    await server.put([{ text: mailText('old'), atMs: nowMs - 40 * dayMs }])
    await server.put(Array.from({ length: 1_000 }, (_, i) => ({ text: mailText(`m${i}`) })))
    await server.put([{ text: mailText('moved here'), atMs: nowMs - 400 * dayMs }])
    const stage = new Stage()
    const mailbox = open(imapDefinition(port, password), stage)
    await until(
      () => stage.mails.length === 1_000,
      () => [mailbox.state(), stage.mails.length],
      60_000,
    )
    await mailbox.close()
    expect(stage.subjects).toEqual(Array.from({ length: 1_000 }, (_, i) => `m${i}`))
    expect(stage.saves).toBeLessThanOrEqual(1_000 / limits.mailboxSaveMails + 10)
    expect(JSON.parse(stage.kept ?? '').places.INBOX.lastUid).toBe(1_002)
  }, 120_000)

  test('looks into several folders, and says which one is missing while the others are read', async () => {
    const { port } = await started()
    server.doveadm('mailbox create', 'Vendors')
    await server.put([{ text: mailText('in') }])
    await server.put([{ text: mailText('sorted') }], 'Vendors')
    const stage = new Stage()
    const mailbox = open(imapDefinition(port, password, { folders: ['INBOX', 'Vendor', 'Vendors'] }), stage)
    await until(
      () => stage.mails.length === 2,
      () => mailbox.state(),
    )
    await until(
      () => mailbox.state().problem !== undefined,
      () => mailbox.state(),
    )
    expect(mailbox.state().problem).toBe(
      'There is no folder "Vendor" in the mailbox of clerk@county.example. It has "INBOX", "Vendors". Write the folder as it is written there.',
    )
    await server.put([{ text: mailText('sorted later') }], 'Vendors')
    await server.put([{ text: mailText('in later') }])
    await until(
      () => stage.mails.length === 4,
      () => mailbox.state(),
    )
    expect(stage.mails.map(({ origin }) => origin)).toContain('Vendors of clerk@county.example')
  }, 60_000)

  test('says that the password is wrong, tries no more, and goes on as soon as it is mended', async () => {
    const { port } = await started()
    await server.put([{ text: mailText('a') }])
    const path = secrets.write('mended', 'wrong')
    const stage = new Stage()
    const mailbox = open(imapDefinition(port, path), stage)
    await until(
      () => mailbox.state().problem !== undefined,
      () => mailbox.state(),
    )
    expect(mailbox.state().problem).toContain(
      `127.0.0.1 refused the password of clerk@county.example. Put the right password into ${path}; it is used at once.`,
    )
    expect(JSON.stringify([mailbox.state(), server.log()])).not.toContain('phrase')
    secrets.write('mended', server.password)
    await until(
      () => stage.mails.length === 1,
      () => mailbox.state(),
    )
    expect(mailbox.state().problem).toBeUndefined()
    expect(server.log().match(/auth failed/g)).toHaveLength(1)
  }, 60_000)

  test('sends nothing to a server whose certificate nobody vouches for', async () => {
    const { tlsPort, port } = await started()
    for (const more of [
      { port: tlsPort, security: 'tls' },
      { port, security: 'starttls' },
    ] as const) {
      const mailbox = open(imapDefinition(port, password, { host: 'localhost', ...more }), new Stage())
      await until(
        () => mailbox.state().problem !== undefined,
        () => mailbox.state(),
      )
      expect(mailbox.state().problem).toMatch(
        /^The certificate of localhost is not vouched for by any authority that this machine knows, so nothing was sent to it/,
      )
    }
    expect(server.log()).not.toContain('clerk@county.example')
  }, 60_000)

  test('is read over encryption, from the first byte or by STARTTLS, where its certificate is vouched for', async () => {
    const { tlsPort, port, certificate } = await started()
    await server.put([{ text: mailText('a') }])
    const before = getCACertificates('default')
    setDefaultCACertificates([...before, certificate])
    cleanups.push(() => setDefaultCACertificates(before))
    for (const more of [
      { port: tlsPort, security: 'tls' },
      { port, security: 'starttls' },
    ] as const) {
      const stage = new Stage()
      const mailbox = open(imapDefinition(port, password, { host: 'localhost', ...more }), stage)
      await until(
        () => stage.mails.length === 1,
        () => mailbox.state(),
      )
      expect(mailbox.state().problem).toBeUndefined()
    }
    expect(server.log()).toContain('TLS')
  }, 60_000)

  test('gives the beginning of a mail that is longer than is read, and says so', async () => {
    const { port } = await started()
    await server.put([{ text: mailText('long', 'x'.repeat(10_000)) }, { text: mailText('short') }])
    const { mailBytesMax } = limits
    Object.assign(limits, { mailBytesMax: 4_000 })
    cleanups.push(() => void Object.assign(limits, { mailBytesMax }))
    const stage = new Stage()
    const mailbox = open(imapDefinition(port, password), stage)
    await until(
      () => stage.mails.length === 2,
      () => mailbox.state(),
    )
    expect(stage.subjects).toEqual(['long', 'short'])
    expect(stage.mails[0]?.bytes).toHaveLength(4_000)
    expect(mailbox.state().notes).toContain('1 mail was longer than 4 kB: only the beginning was read.')
  }, 60_000)
})
