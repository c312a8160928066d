import { afterAll, afterEach, describe, expect, test } from 'vitest'
import type { SourceId } from '../../src/core/ids.ts'
import { limits } from '../../src/core/limits.ts'
import type { GraphDefinition } from '../../src/sources/definition.ts'
import { openGraphMailboxes } from '../../src/sources/mail/graph.ts'
import type { MailboxPace } from '../../src/sources/mail/mailbox-rounds.ts'
import type { Mailbox } from '../../src/sources/mail/received-mail.ts'
import { type Answer, ApiServer } from './api-server.ts'
import { codeOf, FakeTenant } from './fake-tenant.ts'
import { Stage, secretFolder, shortPace, until } from './mailbox-stage.ts'

const hosts = ['login.microsoftonline.com', 'graph.microsoft.com']
const minuteMs = 60_000
const secrets = secretFolder()
const cleanups: (() => Promise<void> | void)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})
afterAll(() => secrets.remove())

interface Opened {
  readonly mailbox: Mailbox
  readonly api: ApiServer
}

async function open(
  tenant: FakeTenant,
  stage: Stage,
  more: Partial<GraphDefinition> = {},
  pace: Partial<MailboxPace> = shortPace,
): Promise<Opened> {
  const api = await ApiServer.start(hosts, (asked) => tenant.answer(asked))
  const definition: GraphDefinition = {
    kind: 'microsoft-365',
    id: 'tenant' as SourceId,
    title: 'Microsoft 365',
    tenant: 'county.example',
    clientId: '11111111-2222-3333-4444-555555555555',
    secretPath: secrets.write('secret', 'right-secret\n'),
    mailboxes: ['clerk@county.example'],
    days: 30,
    ...more,
  }
  const mailbox = openGraphMailboxes(definition, { ...stage.parts, fetch: api.fetch }, pace)
  cleanups.push(
    () => api.close(),
    () => mailbox.close(),
  )
  return { mailbox, api }
}

describe('mailboxes of Microsoft 365', () => {
  test('hand on what is there and what comes, over pages and restarts, each mail once', async () => {
    const tenant = new FakeTenant()
    tenant.put('old', { atMs: Date.now() - 40 * 24 * 60 * minuteMs })
    for (const subject of ['a', 'b', 'c']) tenant.put(subject)
    tenant.put('junk', { folder: 'junkemail' })
    tenant.put('own', { folder: 'sentitems' })
    const stage = new Stage()
    const first = await open(tenant, stage)
    await until(
      () => stage.mails.length === 4,
      () => first.mailbox.state(),
    )
    tenant.put('d')
    await until(
      () => stage.mails.length === 5,
      () => first.mailbox.state(),
    )
    await first.mailbox.close()
    tenant.put('e')
    const second = await open(tenant, stage)
    await until(
      () => stage.mails.length === 6,
      () => second.mailbox.state(),
    )
    await until(
      () => second.mailbox.state().notes[0]?.includes('looked') === true,
      () => second.mailbox.state(),
    )
    expect(stage.subjects).toEqual(['a', 'b', 'c', 'junk', 'd', 'e'])
    expect(stage.mails[0]).toMatchObject({
      origin: 'inbox of clerk@county.example',
      mailboxes: ['clerk@county.example'],
    })
    expect(second.mailbox.state()).toMatchObject({ problem: undefined, mails: 1 })
    expect(first.api.asked.every(({ method, url }) => method === 'GET' || url.host.startsWith('login.'))).toBe(true)
    expect(tenant.tokens).toBe(2)
  })

  test('are read in the folders too into which rules sort mail, a while later', async () => {
    const tenant = new FakeTenant()
    tenant.folders.set('vendors', { name: 'Vendors', messages: [] })
    tenant.put('sorted', { folder: 'vendors' })
    tenant.put('own', { folder: 'sentitems' })
    const stage = new Stage()
    let nowMs = Date.now()
    stage.nowMs = () => nowMs
    const { mailbox } = await open(tenant, stage)
    await until(
      () => stage.mails.length === 1,
      () => mailbox.state(),
    )
    expect(stage.mails[0]?.origin).toBe('"Vendors" of clerk@county.example')
    tenant.put('sorted later', { folder: 'vendors' })
    nowMs += limits.mailboxSortedFoldersMs
    await until(
      () => stage.mails.length === 2,
      () => mailbox.state(),
    )
    expect(stage.subjects).toEqual(['sorted', 'sorted later'])
  })

  test('are listed anew when the service forgot how far they were read, once, though it forgets each time', async () => {
    const tenant = new FakeTenant()
    for (const subject of ['a', 'b', 'c']) tenant.put(subject)
    const stage = new Stage()
    const { mailbox } = await open(tenant, stage)
    await until(
      () => stage.mails.length === 3,
      () => mailbox.state(),
    )
    tenant.forgotten.add('3')
    await until(
      () => stage.mails.length === 6 && mailbox.state().problem !== undefined,
      () => mailbox.state(),
    )
    expect(mailbox.state().problem).toMatch(/gave no usable answer \(410, SyncStateNotFound\)/)
    tenant.forgotten.clear()
    tenant.put('d')
    await until(
      () => stage.subjects.includes('d'),
      () => mailbox.state(),
    )
    expect(stage.subjects).toEqual(['a', 'b', 'c', 'a', 'b', 'c', 'd'])
  })

  test('are not asked before the time that a busy service names', async () => {
    const tenant = new FakeTenant()
    tenant.put('a')
    let refusals = 0
    let firstMs = 0
    tenant.first = ({ url }) => {
      if (!url.pathname.includes('/messages/delta')) return undefined
      if (firstMs === 0) firstMs = performance.now()
      if (performance.now() - firstMs > 900) return undefined
      refusals++
      return { status: 429, headers: { 'retry-after': '1' }, body: { error: { code: 'ApplicationThrottled' } } }
    }
    const stage = new Stage()
    const { mailbox } = await open(tenant, stage)
    await until(
      () => mailbox.state().problem !== undefined,
      () => mailbox.state(),
    )
    expect(mailbox.state().problem).toBe(
      'Microsoft 365 asks to be asked less often; the desk waits, and goes on by itself.',
    )
    await until(
      () => stage.mails.length === 1 && mailbox.state().problem === undefined,
      () => mailbox.state(),
    )
    expect(refusals).toBe(1)
  })

  test('go on with a new token when the old one is no longer taken', async () => {
    const tenant = new FakeTenant()
    tenant.put('a')
    const stage = new Stage()
    const { mailbox } = await open(tenant, stage)
    await until(
      () => stage.mails.length === 1,
      () => mailbox.state(),
    )
    tenant.tokens++
    tenant.put('b')
    await until(
      () => stage.mails.length === 2,
      () => mailbox.state(),
    )
    expect(mailbox.state().problem).toBeUndefined()
  })

  test('say that the secret is wrong, show it once, and go on as soon as it is mended', async () => {
    const tenant = new FakeTenant()
    tenant.secret = 'another-secret'
    tenant.put('a')
    const stage = new Stage()
    const names = ['clerk@county.example', 'deputy@county.example', 'front@county.example']
    const { mailbox, api } = await open(tenant, stage, { mailboxes: names })
    await until(
      () => mailbox.state().problem?.includes('2 more mailboxes') === true,
      () => mailbox.state(),
    )
    expect(mailbox.state().problem).toMatch(
      /^clerk@county\.example: Microsoft 365 refused the application's secret\. Put the secret's value into .* \(not its ID/,
    )
    expect(api.count('/oauth2/')).toBe(1)
    expect(JSON.stringify(mailbox.state())).not.toContain('right-secret')
    secrets.write('secret', 'another-secret')
    await until(
      () => mailbox.state().problem?.includes('finds no mailbox deputy@county.example') === true,
      () => mailbox.state(),
    )
    expect(stage.subjects).toEqual(['a'])
    expect(mailbox.state().problem).toMatch(/^deputy@county\.example: .* 1 more mailbox has a problem\.$/)
  })

  test('that the application may not read are told with the permission that is missing', async () => {
    const tenant = new FakeTenant()
    tenant.first = ({ url }) => (url.host.startsWith('graph.') ? codeOf(403, 'ErrorAccessDenied') : undefined)
    const { mailbox } = await open(tenant, new Stage())
    await until(
      () => mailbox.state().problem !== undefined,
      () => mailbox.state(),
    )
    expect(mailbox.state().problem).toMatch(/may not read the mail of clerk@county\.example\. .*Mail\.Read/)
  })

  test('are not asked at a place to which a changed answer points, be it a link or a redirect', async () => {
    for (const evil of [
      'https://graph.microsoft.com.evil.example/v1.0/x',
      'http://graph.microsoft.com/v1.0/x',
      'https://graph.microsoft.com:8443/v1.0/x',
      'https://user@graph.microsoft.com/v1.0/x',
      'https://127.0.0.1/x',
      'file:///etc/passwd',
    ]) {
      const tenant = new FakeTenant()
      tenant.first = ({ url }) =>
        url.pathname.includes('/messages/delta') ? { body: { value: [], '@odata.nextLink': evil } } : undefined
      const { mailbox, api } = await open(tenant, new Stage())
      await until(
        () => mailbox.state().problem !== undefined,
        () => mailbox.state(),
      )
      expect(mailbox.state().problem).toMatch(
        /^Microsoft 365 pointed to an address that is not its own; it was not asked/,
      )
      expect(api.elsewhere).toEqual([])
    }
    const tenant = new FakeTenant()
    tenant.first = ({ url }) =>
      url.pathname.includes('/messages/delta')
        ? { status: 302, headers: { location: 'https://evil.example/' } }
        : undefined
    const { mailbox, api } = await open(tenant, new Stage())
    await until(
      () => mailbox.state().problem !== undefined,
      () => mailbox.state(),
    )
    expect(mailbox.state().problem).toMatch(/^Microsoft 365 pointed to another place, which is not followed/)
    expect(api.elsewhere).toEqual([])
  })

  test('lose nothing when the connection breaks off in the middle, and fetch no mail of that page again', async () => {
    const tenant = new FakeTenant()
    tenant.pageSize = 10
    const subjects = Array.from({ length: 10 }, (_, i) => `m${i}`)
    for (const subject of subjects) tenant.put(subject)
    let breaks = 3
    const fetched: string[] = []
    const answer = tenant.answer.bind(tenant)
    tenant.answer = (asked) => {
      const id = /AAMk(m\d)/.exec(asked.url.pathname)?.[1]
      if (id !== undefined) fetched.push(id)
      return id === 'm5' && breaks-- > 0 ? undefined : answer(asked)
    }
    const stage = new Stage()
    const { mailbox } = await open(tenant, stage)
    await until(
      () => stage.mails.length === 10,
      () => mailbox.state(),
    )
    expect(stage.subjects).toEqual(subjects)
    expect(fetched.filter((id) => id !== 'm5')).toEqual(subjects.filter((id) => id !== 'm5'))
  })

  test('leave out a mail that the service cannot give, say which, and read on', async () => {
    const tenant = new FakeTenant()
    for (const subject of ['a', 'b', 'c']) tenant.put(subject)
    tenant.first = ({ url }) => (url.pathname.includes('AAMkb') ? codeOf(500, 'ErrorInternalServerError') : undefined)
    const stage = new Stage()
    const { mailbox } = await open(tenant, stage)
    await until(
      () => stage.mails.length === 2,
      () => mailbox.state(),
    )
    expect(stage.subjects).toEqual(['a', 'c'])
    expect(mailbox.state().notes[1]).toMatch(
      /^1 mail was left out, because the server does not give it: one that came to clerk@county\.example at \d{4}-/,
    )
  })

  test('are read on after answers that are none', async () => {
    const tenant = new FakeTenant()
    tenant.put('a')
    const bad: (Answer | undefined)[] = [
      { body: '<html>' },
      { body: { value: 7 } },
      { body: [] },
      { status: 500, body: '' },
      { body: 'x'.repeat(limits.apiAnswerBytesMax + 10) },
    ]
    tenant.first = ({ url }) => (url.pathname.includes('/inbox/messages/delta') ? bad.shift() : undefined)
    const stage = new Stage()
    const { mailbox } = await open(tenant, stage)
    await until(
      () => stage.mails.length === 1,
      () => mailbox.state(),
    )
    expect(bad).toHaveLength(0)
  })

  test('are not asked without end by a page that leads to itself, and name the folders that are too many', async () => {
    const tenant = new FakeTenant()
    const itself =
      'https://graph.microsoft.com/v1.0/users/clerk@county.example/mailFolders/inbox/messages/delta?$skiptoken=0'
    let asked = 0
    tenant.first = ({ url }) => {
      if (!url.pathname.includes('/inbox/messages/delta') || asked >= 2) return undefined
      asked++
      return { body: { value: [], '@odata.nextLink': itself } }
    }
    for (let i = 0; i < 103; i++) tenant.folders.set(`f${i}`, { name: `Folder ${i}`, messages: [] })
    const stage = new Stage()
    const { mailbox } = await open(tenant, stage)
    const told = 'not looked into: it has more than 100.'
    await until(
      () => mailbox.state().notes.some((note) => note.includes(told)),
      () => mailbox.state(),
    )
    expect(asked).toBe(2)
    expect(mailbox.state().notes).toContain(`5 folders of clerk@county.example are ${told}`)
  })

  test('end at once, whatever is asked at that moment', async () => {
    for (const hangs of ['/token', '/delta', '/$value', '/mailFolders/delta']) {
      const tenant = new FakeTenant()
      tenant.put('a')
      tenant.first = ({ url }) => (decodeURIComponent(url.pathname).endsWith(hangs) ? { hangs: true } : undefined)
      const { mailbox, api } = await open(tenant, new Stage(), {}, {})
      await until(
        () => api.asked.some(({ url }) => decodeURIComponent(url.pathname).endsWith(hangs)),
        () => api.asked.map(({ url }) => url.href),
      )
      await mailbox.close()
    }
  })
})
