import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { openDesk } from '../../src/desk/compose.ts'
import type { Desk } from '../../src/desk/desk.ts'
import { openSqliteStore } from '../../src/store/sqlite/sqlite-store.ts'
import { mailSource, vendorSpoof } from '../../src/watches/mail/mail.fixture.ts'
import { becomes } from '../loopback.ts'
import { DovecotServer, whyNoDovecot } from './dovecot-server.ts'
import { mailText } from './mailbox-stage.ts'

const cleanups: (() => Promise<void> | void)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

const spoof = (to: string): string => Buffer.from(mailSource({ ...vendorSpoof, to, id: to })).toString('latin1')

/** Opens a desk, and waits until its list holds so many mails. */
async function deskThatRead(folder: string, count: number): Promise<Desk> {
  const opened = await openDesk({ dataPath: folder, version: 'test', clock: Date.now })
  if (!opened.ok) throw new Error(opened.error.join('\n'))
  const { desk } = opened.value
  cleanups.push(() => desk.close())
  await becomes(async () => (await desk.mails({ offset: 0, limit: 50 })).read >= count, 30_000)
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
      `[mail]\ndomains = ["county.example"]\n${server.source('clerk', 'password')}`,
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
