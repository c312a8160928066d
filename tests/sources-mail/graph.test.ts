import { afterAll, afterEach, describe, expect, test } from 'vitest'
import type { SourceId } from '../../src/core/ids.ts'
import { limits } from '../../src/core/limits.ts'
import type { GraphDefinition } from '../../src/sources/definition.ts'
import { openGraphMailboxes } from '../../src/sources/mail/graph.ts'
import type { MailboxPace } from '../../src/sources/mail/mailbox-rounds.ts'
import type { Mailbox } from '../../src/sources/mail/received-mail.ts'
import { type Answer, ApiServer, type Asked } from './api-server.ts'
import { mailText, Stage, secretFolder, shortPace, until } from './mailbox-stage.ts'

const hosts = ['login.microsoftonline.com', 'graph.microsoft.com']
const minuteMs = 60_000
const secrets = secretFolder()
const cleanups: (() => Promise<void> | void)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})
afterAll(() => secrets.remove())

interface StoredMessage {
  readonly id: string
  readonly text: string
  readonly receivedDateTime: string
}

const codeOf = (status: number, code: string): Answer => ({ status, body: { error: { code, message: 'no' } } })

/** A tenant as Microsoft Graph shows it: folders whose messages have a place in the order of their changes. */
class Tenant {
  secret = 'right-secret'
  tokenLifeS = 3_599
  tokens = 0
  pageSize = 2
  /** Tokens of places that are no longer known. */
  readonly forgotten = new Set<string>()
  /** Answers before anything else. */
  first: ((asked: Asked) => Answer | undefined) | undefined
  readonly folders = new Map<string, { readonly name: string; readonly messages: StoredMessage[] }>([
    ['inbox', { name: 'Inbox', messages: [] }],
    ['junkemail', { name: 'Junk Email', messages: [] }],
    ['drafts', { name: 'Drafts', messages: [] }],
    ['sentitems', { name: 'Sent Items', messages: [] }],
    ['outbox', { name: 'Outbox', messages: [] }],
  ])

  put(subject: string, { folder = 'inbox', atMs = Date.now() } = {}): void {
    const messages = this.folders.get(folder)?.messages
    messages?.push({
      id: `AAMk${subject}/+=`,
      text: mailText(subject),
      receivedDateTime: new Date(atMs).toISOString(),
    })
  }

  answer(asked: Asked): Answer | undefined {
    const early = this.first?.(asked)
    if (early !== undefined) return early
    if (asked.url.host === 'login.microsoftonline.com') return this.#token(asked)
    if (asked.headers.authorization !== `Bearer token-${this.tokens}`) return codeOf(401, 'InvalidAuthenticationToken')
    const path = decodeURIComponent(asked.url.pathname)
    const user = '/v1.0/users/clerk@county.example'
    if (!path.startsWith(user)) return codeOf(404, 'ErrorInvalidUser')
    const rest = path.slice(user.length)
    const delta = /^\/mailFolders\/([^/]+)\/messages\/delta$/.exec(rest)
    if (delta !== null) return this.#delta(delta[1] as string, asked)
    if (rest === '/mailFolders/delta')
      return {
        body: {
          value: [...this.folders].map(([id, { name }]) => ({ id: `id-${id}`, displayName: name })),
          '@odata.deltaLink': `https://graph.microsoft.com${asked.url.pathname}?$deltatoken=f`,
        },
      }
    const known = /^\/mailFolders\/(\w+)$/.exec(rest)
    if (known !== null) return { body: { id: `id-${known[1]}` } }
    const message = /^\/messages\/(.+)\/\$value$/.exec(rest)
    if (message !== null) return this.#message(message[1] as string)
    return codeOf(400, 'BadRequest')
  }

  #token({ body, url }: Asked): Answer {
    const form = new URLSearchParams(body)
    expect(url.pathname).toBe('/county.example/oauth2/v2.0/token')
    expect(form.get('grant_type')).toBe('client_credentials')
    expect(form.get('scope')).toBe('https://graph.microsoft.com/.default')
    if (form.get('client_secret') !== this.secret)
      return {
        status: 401,
        body: {
          error: 'invalid_client',
          error_description: 'AADSTS7000215: Invalid client secret provided.',
          error_codes: [7_000_215],
        },
      }
    this.tokens++
    return { body: { token_type: 'Bearer', expires_in: this.tokenLifeS, access_token: `token-${this.tokens}` } }
  }

  #delta(named: string, { url }: Asked): Answer {
    const folder = this.folders.get(named.replace(/^id-/, ''))
    if (folder === undefined) return codeOf(404, 'ErrorItemNotFound')
    const given = url.searchParams.get('$skiptoken') ?? url.searchParams.get('$deltatoken')
    if (given !== null && this.forgotten.has(given)) return codeOf(410, 'SyncStateNotFound')
    if (given === null) expect(url.searchParams.get('changeType')).toBe('created')
    const from = Number(given ?? 0)
    const page = folder.messages.slice(from, from + this.pageSize)
    const next = from + page.length
    const isDone = next >= folder.messages.length
    return {
      body: {
        value: page.map(({ id, receivedDateTime }) => ({ '@odata.etag': 'W/"CQ"', id, receivedDateTime })),
        [isDone ? '@odata.deltaLink' : '@odata.nextLink']:
          `https://graph.microsoft.com${url.pathname}?$${isDone ? 'deltatoken' : 'skiptoken'}=${next}`,
      },
    }
  }

  #message(id: string): Answer {
    const found = [...this.folders.values()].flatMap(({ messages }) => messages).find((each) => each.id === id)
    return found === undefined ? codeOf(404, 'ErrorItemNotFound') : { body: found.text }
  }
}

interface Opened {
  readonly mailbox: Mailbox
  readonly api: ApiServer
}

async function open(
  tenant: Tenant,
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
    const tenant = new Tenant()
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
    const tenant = new Tenant()
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

  test('are listed anew when the service forgot how far they were read', async () => {
    const tenant = new Tenant()
    for (const subject of ['a', 'b', 'c']) tenant.put(subject)
    const stage = new Stage()
    const { mailbox } = await open(tenant, stage)
    await until(
      () => stage.mails.length === 3,
      () => mailbox.state(),
    )
    tenant.forgotten.add('3')
    await until(
      () => stage.mails.length === 6,
      () => mailbox.state(),
    )
    tenant.forgotten.clear()
    tenant.put('d')
    await until(
      () => stage.subjects.includes('d'),
      () => mailbox.state(),
    )
    expect(mailbox.state().problem).toBeUndefined()
    expect(new Set(stage.subjects)).toEqual(new Set(['a', 'b', 'c', 'd']))
  })

  test('are not asked before the time that a busy service names', async () => {
    const tenant = new Tenant()
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
    const tenant = new Tenant()
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
    const tenant = new Tenant()
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
    const tenant = new Tenant()
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
      const tenant = new Tenant()
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
    const tenant = new Tenant()
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
    const tenant = new Tenant()
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
    const tenant = new Tenant()
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
    const tenant = new Tenant()
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
})
