import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, test } from 'vitest'
import { openDesk } from '../../src/desk/compose.ts'
import type { Desk } from '../../src/desk/desk.ts'
import { openSqliteStore } from '../../src/store/sqlite/sqlite-store.ts'
import { mailSource } from '../../src/watches/mail/mail.fixture.ts'
import { becomes } from '../loopback.ts'
import { DovecotServer, whyNoDovecot } from './dovecot-server.ts'
import { mailText } from './mailbox-stage.ts'

const cleanups: (() => Promise<void> | void)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

/** A vendor's name from a free mail service, with a document that runs a program. */
const spoof = (to: string): string =>
  Buffer.from(
    mailSource({
      from: '"VR Systems" <vr.elections.support@gmail.com>',
      to,
      subject: 'New EViD User Guides',
      text: 'Please open the attached user guides and enable their content before early voting begins.',
      file: {
        name: 'New EViD User Guides.hta',
        type: 'application/hta',
        text: '<script>new ActiveXObject("WScript.Shell").Run("cmd")</script>',
      },
      id: to,
    }),
  ).toString('latin1')

/** Opens a desk, and waits until its list holds so many mails. */
async function deskThatRead(folder: string, count: number): Promise<Desk> {
  const opened = await openDesk({ dataPath: folder, version: 'test', clock: Date.now })
  if (!opened.ok) throw new Error(opened.error.join('\n'))
  const { desk } = opened.value
  cleanups.push(() => desk.close())
  for (let tries = 0; tries < 600 && (await desk.mails({ offset: 0, limit: 50 })).read < count; tries++) await sleep(50)
  return desk
}

const skip = whyNoDovecot()
if (skip !== '') console.log(`Skipped: a desk with a mailbox on a real server, for ${skip}.`)

describe.skipIf(skip !== '')('a desk with a mailbox on a real dovecot', () => {
  test('shows the vendor that was posed as, and after a restart counts each mail once', async () => {
    const server = await DovecotServer.start()
    cleanups.push(() => server.remove())
    const folder = mkdtempSync(join(tmpdir(), 'bellwether-mailbox-desk-'))
    cleanups.push(() => rmSync(folder, { recursive: true, force: true }))
    writeFileSync(join(folder, 'password'), `${server.password}\n`, { mode: 0o600 })
    writeFileSync(
      join(folder, 'bellwether.toml'),
      `
[mail]
domains = ["county.example"]
[[source]]
id = "clerk"
title = "Mailbox of the clerk"
kind = "imap"
host = "127.0.0.1"
port = ${server.port}
security = "none"
user = "${server.user}"
password_file = "password"
`,
    )
    await server.put([
      { text: mailText('minutes') },
      { text: spoof('clerk@county.example') },
      { text: mailText('agenda') },
    ])
    const first = await deskThatRead(folder, 3)
    const { read, total, rows } = await first.mails({ offset: 0, limit: 50 })
    expect([read, total]).toEqual([3, 1])
    expect(rows[0]).toMatchObject({ subject: 'New EViD User Guides' })
    const told = async (): Promise<string> =>
      (await first.sources()).find(({ id }) => id === 'clerk')?.message ?? 'no such source'
    await becomes(async () => (await told()).includes('mails read'), 30_000)
    expect(await told()).toMatch(/3 mails read; looked .* ago\./)
    await first.close()

    // The place is lost: all is offered again.
    const store = await openSqliteStore(join(folder, 'desk.sqlite'))
    if (!store.ok) throw new Error(store.error.message)
    expect(await store.value.setting('mail.cursor.clerk')).toMatchObject({ places: { INBOX: { lastUid: 3 } } })
    await store.value.saveSetting('mail.cursor.clerk', null)
    await store.value.close()
    await server.put([{ text: spoof('deputy@county.example') }])
    const second = await deskThatRead(folder, 4)
    expect(await second.mails({ offset: 0, limit: 50 })).toMatchObject({ read: 4, total: 2 })
  }, 120_000)
})
