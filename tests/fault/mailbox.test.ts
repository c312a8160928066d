/** A desk that is killed again and again while it reads a mailbox of a real dovecot: it ends with each mail once, flagged mail
 *  kept whole, and the flags of the mailbox as they were. */
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { openSqliteStore } from '../../src/store/sqlite/sqlite-store.ts'
import { mailSource, vendorSpoof } from '../../src/watches/mail/mail.fixture.ts'
import { becomes } from '../loopback.ts'
import { Random } from '../recording/random.ts'
import { DovecotServer, whyNoDovecot } from '../sources-mail/dovecot-server.ts'
import { DeskChild, makeScene } from './desk-child.ts'

const mails = 240
const spoofEvery = 12
const isSpoof = (number: number): boolean => number % spoofEvery === 0

function mailNumbered(number: number): string {
  const plan = isSpoof(number)
    ? {
        ...vendorSpoof,
        subject: `New EViD User Guides ${number}`,
        text: `${vendorSpoof.text} They are number ${number}.`,
      }
    : {
        from: `Jo <jo${number}@town${number % 40}.example>`,
        subject: `Minutes ${number}`,
        text: `Minutes of day ${number}.`,
      }
  return Buffer.from(mailSource({ ...plan, id: `n${number}`, timeMs: Date.now() - 60_000 })).toString('latin1')
}

test.skipIf(whyNoDovecot() !== '')(
  `a mailbox is read whole, each mail once, by a desk that is killed on the way ${whyNoDovecot()}`,
  async () => {
    const server = await DovecotServer.start()
    const scene = await makeScene(`[mail]\nask_name_servers = false\n${server.source('elections', 'imap.secret')}`)
    writeFileSync(join(scene.data, 'imap.secret'), server.password, { mode: 0o600 })
    const random = new Random('mailbox-1')
    let desk = new DeskChild(scene.data, { fault: { limits: { checkpointMsMin: 300 } } })
    try {
      await server.put(Array.from({ length: mails }, (_, number) => ({ text: mailNumbered(number) })))
      let kills = 0
      for (; kills < 6; kills++) {
        await desk.ready(60_000)
        await delay(random.integer(200, 2_500))
        desk.kill()
        await desk.ended
        desk = new DeskChild(scene.data, { fault: { limits: { checkpointMsMin: 300 } } })
      }
      await desk.ready(60_000)
      const read = async (): Promise<{ read: number; total: number }> => {
        const answer = await fetch(`${desk.origin}/api/mail?offset=0&limit=200`, {
          headers: { cookie: `bellwether=${scene.cookie}` },
        })
        return (await answer.json()) as { read: number; total: number }
      }
      await becomes(async () => (await read()).read >= mails, 60_000)
      expect(await read()).toMatchObject({ read: mails })
      expect((await desk.stop()).ended.code).toBe(0)

      const opened = await openSqliteStore(join(scene.data, 'desk.sqlite'))
      if (!opened.ok) throw new Error(opened.error.message)
      const listed = await opened.value.mails({ offset: 0, limit: 200 })
      await opened.value.close()
      const spoofs = Array.from({ length: mails }, (_, number) => number).filter(isSpoof)
      const subjects = listed.rows.map(({ document }) => String(document.subject))
      expect(subjects.toSorted()).toEqual(spoofs.map((number) => `New EViD User Guides ${number}`).toSorted())
      for (const { id } of listed.rows)
        expect(existsSync(join(scene.data, 'mail', 'kept', id.slice(0, 2), `${id}.eml`))).toBe(true)
      expect(server.doveadm('search', 'mailbox', 'INBOX', 'SEEN').trim()).toBe('')
    } finally {
      desk.kill()
      await desk.ended
      await server.remove()
      scene.remove()
    }
  },
  240_000,
)
