/** Mail through a whole desk: a real postfix asks it about each mail, and what it finds becomes an incident, a page of its own,
 *  a report; what it has learnt outlives it. */
import { createPrivateKey } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { afterEach, describe, expect, test } from 'vitest'
import { type OpenDesk, openDesk } from '../../src/desk/compose.ts'
import type { Desk, Person } from '../../src/desk/desk.ts'
import { outlookFile } from '../../src/formats/mail/outlook.fixture.ts'
import { readSignedText, withSignature } from '../../src/software/signed-text.ts'
import { makeKey, publicKeyOf } from '../../src/software/signing-key.ts'
import type { MilterDefinition } from '../../src/sources/definition.ts'
import { mailSource, vendorSpoof } from '../../src/watches/mail/mail.fixture.ts'
import { freePort, until } from '../loopback.ts'
import { PostfixServer, SmtpClient, whyNoPostfix } from './postfix-server.ts'

const clerk: Person = { name: 'Pat', address: '127.0.0.1' }
const cleanups: (() => Promise<void> | void)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

/** A desk with a milter, in a folder that goes when the test ends. */
class DeskStage {
  readonly folder = mkdtempSync(join(tmpdir(), 'bellwether-mail-desk-'))
  readonly port: number
  #opened: OpenDesk | undefined

  constructor(port: number, mode: MilterDefinition['mode'] = 'tag') {
    this.port = port
    const configuration = `
[office]
name = "Maple County Clerk"
[mail]
domains = ["county.example"]
ask_name_servers = false
report_from = "elections@county.example"
[[source]]
id = "mail-server"
title = "Our mail server"
kind = "milter"
port = ${port}
mode = "${mode}"
`
    writeFileSync(join(this.folder, 'bellwether.toml'), configuration)
    cleanups.push(async () => {
      await this.close()
      rmSync(this.folder, { recursive: true, force: true })
    })
  }

  async open(): Promise<Desk> {
    const opened = await openDesk({ dataPath: this.folder, version: 'test', clock: Date.now })
    if (!opened.ok) throw new Error(opened.error.join('\n'))
    this.#opened = opened.value
    return opened.value.desk
  }

  async close(): Promise<void> {
    await this.#opened?.desk.close()
    this.#opened = undefined
  }
}

/** A mail in a vendor's name from a free mail service, with a document that runs a program. */
const spoof = (to: string, more: Partial<Parameters<typeof mailSource>[0]> = {}): string =>
  Buffer.from(
    mailSource({
      ...vendorSpoof,
      to,
      html: '<p>Dear customer,</p><p>please find the new <b>EViD</b> user guides for the general election in the attachment. Open the attached file and enable its content, so that the settings of your poll books are brought up to date before early voting begins.</p><img src="https://tracker.example/x.gif"><a href="https://vr-systems-guides.example/login">Sign in to see the guides</a>',
      id: to,
      ...more,
    }),
  ).toString('latin1')

const ordinary = (id: string): string =>
  Buffer.from(
    mailSource({
      from: 'Jo Lee <jo.lee@town.example>',
      subject: `Minutes ${id}`,
      text: `The minutes of meeting ${id}.`,
      id,
    }),
  ).toString('latin1')

const first = { offset: 0, limit: 50 } as const
const everything = { order: 'latest', offset: 0, limit: 50 } as const

describe.skipIf(whyNoPostfix() !== '')(`mail through a desk behind postfix ${whyNoPostfix()}`, () => {
  test('is judged as it comes: the spoofed vendor at the first mail, the campaign at the second', async () => {
    const stage = new DeskStage(await freePort())
    const desk = await stage.open()
    const server = await PostfixServer.start(`inet:127.0.0.1:${stage.port}`)
    cleanups.push(() => server.stop())
    const client = await SmtpClient.connect(server.port)
    await client.send('jo.lee@town.example', ['clerk@county.example'], ordinary('one'))
    await client.send('x@bulk.example', ['clerk@county.example'], spoof('clerk@county.example'))

    const list = await until(async () => {
      const found = await desk.mails(first)
      return found.total === 1 && found.read === 2 ? found : undefined
    })
    const [summary] = list.rows
    expect(summary).toMatchObject({
      verdict: 'attack',
      posesAs: 'VR Systems',
      recipients: ['clerk@county.example'],
      subject: 'New EViD User Guides',
      sourceId: 'mail-server',
    })
    expect(list.hasSource).toBe(true)
    const delivered = await server.waitFor(2)
    expect(delivered.filter((text) => /^X-Bellwether-Verdict: attack/m.test(text))).toHaveLength(1)

    const incident = await until(async () => (await desk.incidents(everything)).rows[0])
    expect(incident).toMatchObject({ kinds: ['mail-impersonation'] })
    const shown = await desk.mail(summary?.id ?? '')
    if (!shown.ok) throw new Error(shown.error.message)
    const mail = shown.value
    expect(mail).toMatchObject({ isKept: true, incidentId: incident.id, call: { name: 'VR Systems' }, others: [] })
    expect(mail.claims.map(({ title }) => title).join()).toContain('in the sender’s name')
    expect(mail.failures.map(({ title }) => title).join()).toContain('where anybody gets an address')
    expect(mail.carries.map(({ path }) => path.join()).join()).toContain('New EViD User Guides.hta')
    expect(mail.view).toContain('[leads to https://vr-systems-guides.example/login]')
    expect(mail.view).not.toContain('tracker.example')

    await client.send('x@bulk.example', ['deputy@county.example'], spoof('deputy@county.example'))
    await until(async () =>
      (await desk.incidents(everything)).rows.find(({ kinds }) => kinds.includes('mail-campaign')),
    )
    const both = await desk.mails(first)
    expect(both.rows.map(({ campaign }) => campaign)).toEqual([
      expect.objectContaining({ mails: 2, recipients: 2 }),
      expect.objectContaining({ mails: 2, recipients: 2 }),
    ])
    const second = await desk.mail(both.rows[0]?.id ?? '')
    expect(second.ok && second.value.others.map(({ id }) => id)).toEqual([summary?.id])

    for (const what of ['arf', 'xarf', 'eml'] as const) {
      const download = await desk.mailDownload(summary?.id ?? '', what)
      if (!download.ok) throw new Error(download.error.message)
      const text = Buffer.from(download.value.body).toString('latin1')
      if (what === 'arf') expect(text).toMatch(/^From: "Maple County Clerk" <elections@county.example>/)
      if (what === 'eml') expect(text).toContain('New EViD User Guides')
    }
    const instructions = await desk.mailInstructions(summary?.id ?? '')
    expect(instructions.ok && instructions.value.instructions.map(({ text }) => text).join()).toContain(
      'vr.elections.support@gmail.com',
    )
    expect(instructions.ok && instructions.value.instructions.map(({ system }) => system)).toContain('Microsoft 365')
    await client.close()
  }, 120_000)

  test('knows its senders and its campaign when it is started again, and forgets no mail', async () => {
    const stage = new DeskStage(await freePort(), 'watch')
    let desk = await stage.open()
    const server = await PostfixServer.start(`inet:127.0.0.1:${stage.port}`)
    cleanups.push(() => server.stop())
    const client = await SmtpClient.connect(server.port)
    await client.send('x@bulk.example', ['clerk@county.example'], spoof('clerk@county.example'))
    await until(async () => ((await desk.mails(first)).read === 1 ? true : undefined))
    await stage.close()

    // Nobody judges: the mail flows.
    await client.send('jo.lee@town.example', ['clerk@county.example'], ordinary('while away'))
    expect(await server.waitFor(2)).toHaveLength(2)

    desk = await stage.open()
    // A mail server asks anew with each connection.
    const next = await SmtpClient.connect(server.port)
    await next.send('x@bulk.example', ['deputy@county.example'], spoof('deputy@county.example'))
    await until(async () => ((await desk.mails(first)).read === 2 ? true : undefined))
    const [latest] = (await desk.mails(first)).rows
    expect(latest?.campaign).toMatchObject({ mails: 2, recipients: 2 })
    expect((await server.waitFor(3)).some((text) => text.includes('X-Bellwether'))).toBe(false)
    await Promise.all([client.close(), next.close()])
  }, 120_000)
})

describe('mail in a desk', () => {
  test('that somebody pastes is judged and not remembered', async () => {
    const stage = new DeskStage(await freePort())
    const desk = await stage.open()
    for (let time = 0; time < 2; time++) {
      const checked = await desk.checkMail(Buffer.from(spoof('clerk@county.example')))
      if (!checked.ok) throw new Error(checked.error.message)
      expect(checked.value).toMatchObject({ verdict: 'attack', posesAs: 'VR Systems' })
      expect(checked.value.campaign).toBeUndefined()
    }
    expect(await desk.mails(first)).toMatchObject({ total: 0, read: 0 })
    expect(await desk.checkMail(Buffer.from('no mail at all'))).toMatchObject({ ok: false, error: { code: 'refused' } })
  }, 60_000)

  test('that Outlook saved as a file is judged as its bytes are, and not as text', async () => {
    const desk = await new DeskStage(await freePort()).open()
    const saved = outlookFile({
      from: ['VR Systems', 'vr.elections@gmail.com'],
      to: [['Clerk', 'clerk@county.example']],
      subject: 'New EViD User Guides',
      text: 'Dear clerk, read the new EViD User Guides of VR Systems: https://evil.example/login',
    })
    const checked = await desk.checkMail(saved)
    expect(checked.ok && checked.value).toMatchObject({ verdict: 'attack', posesAs: 'VR Systems' })
    expect(await desk.checkMail(Buffer.from(Buffer.from(saved).toString('utf8')))).toMatchObject({ ok: false })
  }, 60_000)

  test('is judged by what the office writes into its registry', async () => {
    const stage = new DeskStage(await freePort())
    const desk = await stage.open()
    const source = Buffer.from(
      spoof('clerk@county.example', {
        from: '"Hartwell Ballot Works" <hartwell.ballots@gmail.com>',
        subject: 'Hartwell Ballot Works: proofs to sign',
      }),
    )
    const before = await desk.checkMail(source)
    expect(before.ok && before.value.posesAs).not.toBe('Hartwell Ballot Works')
    const identity = {
      id: '',
      kind: 'vendor' as const,
      name: 'Hartwell Ballot Works',
      aliases: [],
      products: [],
      domains: ['https://www.hartwell.example/contact'],
      addresses: [],
      mailingServices: [],
      neverUses: ['free-mail' as const],
      phone: '+1 555 0100',
      reportAddress: 'abuse@hartwell.example',
      source: 'our contract',
    }
    expect(await desk.saveIdentity({ ...identity, domains: [] }, clerk)).toMatchObject({ ok: false })
    const saved = await desk.saveIdentity(identity, clerk)
    expect(saved.ok && saved.value.identities.find(({ name }) => name === 'Hartwell Ballot Works')).toMatchObject({
      id: 'hartwell-ballot-works',
      domains: ['hartwell.example'],
      from: 'own',
    })
    const after = await desk.checkMail(source)
    expect(after.ok && after.value).toMatchObject({
      posesAs: 'Hartwell Ballot Works',
      call: { name: 'Hartwell Ballot Works', phone: '+1 555 0100' },
    })
    const list = 'name,domains\nEastfield Rolls,eastfield.example\nNobody,\n'
    expect(await desk.importIdentities('state.csv', list, clerk)).toMatchObject({ ok: true })
    expect((await desk.registry()).identities.map(({ name }) => name)).toContain('Eastfield Rolls')
    expect((await desk.removeIdentity('hartwell-ballot-works', clerk)).ok).toBe(true)
    const vendors = (await desk.registry()).identities
    expect(vendors.map(({ name }) => name)).not.toContain('Hartwell Ballot Works')
    const shipped = vendors.find(({ from }) => from === 'shipped')
    expect(await desk.removeIdentity(shipped?.id ?? '', clerk)).toMatchObject({ ok: false, error: { code: 'refused' } })
    const trail = await desk.auditTrail({ limit: 10 })
    expect(trail.rows.map(({ sentence }) => sentence).join('\n')).toContain('Hartwell Ballot Works')
  }, 60_000)

  test('takes a list that carries a signature only as it was signed, and only from whom the office trusts', async () => {
    const [key, other] = [makeKey(), makeKey()]
    const list = 'name,domains\nEastfield Rolls,eastfield.example\n'
    const stage = new DeskStage(await freePort())
    let desk = await stage.open()
    const signed = withSignature(list, key)
    expect(
      await desk.importIdentities('state.csv', signed.replace('eastfield.ex', 'eastfie1d.ex'), clerk),
    ).toMatchObject({
      ok: false,
      error: { message: expect.stringContaining('was changed') as string },
    })
    expect(await desk.importIdentities('state.csv', signed, clerk)).toMatchObject({ ok: true, value: { taken: 1 } })
    const own = await desk.exportIdentities()
    const handed = own.ok ? Buffer.from(own.value.body).toString('utf8') : ''
    expect(readSignedText(handed).signed).toMatchObject({ by: expect.any(String) as string })
    await stage.close()

    const keys = `list_keys = ["${publicKeyOf(createPrivateKey(key))}"]`
    const configuration = readFileSync(join(stage.folder, 'bellwether.toml'), 'utf8')
    writeFileSync(join(stage.folder, 'bellwether.toml'), configuration.replace('[mail]', `[mail]\n${keys}`))
    desk = await stage.open()
    for (const text of [list, withSignature(list, other), handed])
      expect(await desk.importIdentities('list', text, clerk)).toMatchObject({ ok: false, error: { code: 'refused' } })
    expect(await desk.importIdentities('list', signed, clerk)).toMatchObject({ ok: true })
  }, 60_000)

  test('that is put in as a file is read mail by mail, once however often', async () => {
    const stage = new DeskStage(await freePort())
    const desk = await stage.open()
    const box = ['clerk', 'deputy'].map(
      (who) =>
        `From x@bulk.example Tue Sep  1 14:00:00 2026\n${spoof(`${who}@county.example`).replaceAll('\r\n', '\n')}\n`,
    )
    const put = await desk.upload('old.mbox', Readable.from([Buffer.from(box.join(''), 'latin1')]), clerk)
    expect(put.ok && put.value.sentence).toContain('under Mail')
    await until(async () => ((await desk.mails(first)).read === 2 ? true : undefined))
    const one = await desk.upload(
      'one.eml',
      Readable.from([Buffer.from(spoof('third@county.example'), 'latin1')]),
      clerk,
    )
    expect(one.ok).toBe(true)
    const all = await until(async () => {
      const list = await desk.mails(first)
      return list.read === 3 ? list : undefined
    })
    expect(all.rows.map(({ campaign }) => campaign?.recipients)).toEqual([3, 3, 3])
    expect(all.rows.map(({ sourceId }) => sourceId)).toEqual(['mail-uploads', 'mail-uploads', 'mail-uploads'])
    const again = await desk.upload(
      'same.mbox',
      Readable.from([Buffer.from(box.toReversed().join(''), 'latin1')]),
      clerk,
    )
    expect(again.ok).toBe(true)
    await until(async () => {
      const source = (await desk.sources()).find(({ id }) => id === 'mail-uploads')
      return source !== undefined && source.records >= 5 ? true : undefined
    })
    expect((await desk.mails(first)).read).toBe(3)
    const saved = outlookFile({
      from: ['VR Systems', 'vr.elections.support@gmail.com'],
      to: [['Fourth', 'fourth@county.example']],
      subject: 'Saved in Outlook',
      text: 'Please open the EViD user guide in the attachment and enable its content.',
      files: [
        {
          name: 'EViD guide.hta',
          type: 'application/hta',
          bytes: Buffer.from('<script>new ActiveXObject("WScript.Shell")</script>'),
        },
      ],
    })
    expect((await desk.upload('saved.msg', Readable.from([Buffer.from(saved)]), clerk)).ok).toBe(true)
    const found = await until(async () => {
      const { rows } = await desk.mails({ ...first, text: 'outlook' })
      return rows[0]
    })
    expect(found).toMatchObject({ subject: 'Saved in Outlook', verdict: 'attack', posesAs: 'VR Systems' })
    const page = await desk.mail(found.id)
    expect(page.ok && page.value.text).toContain('enable its content')
  }, 60_000)
})
