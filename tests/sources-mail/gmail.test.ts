import { createVerify, generateKeyPairSync } from 'node:crypto'
import { afterAll, afterEach, describe, expect, test } from 'vitest'
import type { SourceId } from '../../src/core/ids.ts'
import type { GmailDefinition } from '../../src/sources/definition.ts'
import { openGmailMailboxes } from '../../src/sources/mail/gmail.ts'
import type { Mailbox } from '../../src/sources/mail/received-mail.ts'
import { type Answer, ApiServer, type Asked } from './api-server.ts'
import { mailText, Stage, secretFolder, shortPace, until } from './mailbox-stage.ts'

const hosts = ['oauth2.googleapis.com', 'gmail.googleapis.com']
const dayMs = 86_400_000
const secrets = secretFolder()
const cleanups: (() => Promise<void> | void)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})
afterAll(() => secrets.remove())

const pair = generateKeyPairSync('rsa', { modulusLength: 2048 })
const keyFile = (more: Readonly<Record<string, unknown>> = {}): string =>
  JSON.stringify({
    type: 'service_account',
    project_id: 'county',
    private_key_id: 'abc123',
    private_key: pair.privateKey.export({ type: 'pkcs8', format: 'pem' }),
    client_email: 'desk@county.iam.gserviceaccount.com',
    client_id: '103000000000000000000',
    token_uri: 'https://oauth2.googleapis.com/token',
    ...more,
  })

interface StoredMessage {
  readonly id: string
  readonly text: string
  readonly atMs: number
  readonly labelIds: readonly string[]
}

const errorOf = (status: number, reason: string): Answer => ({
  status,
  body: { error: { code: status, message: 'no', errors: [{ domain: 'global', reason, message: 'no' }] } },
})

/** A domain as the Gmail API shows it: messages, and a history in which each has its number. */
class Domain {
  pageSize = 2
  tokens = 0
  /** History before this number is no longer known. */
  forgottenBefore = 0
  first: ((asked: Asked) => Answer | undefined) | undefined
  readonly messages: StoredMessage[] = []
  /** What was written in the assertions. */
  readonly claims: unknown[] = []

  put(subject: string, { atMs = Date.now(), labelIds = ['INBOX', 'UNREAD'] as readonly string[] } = {}): void {
    this.messages.push({ id: `18f${this.messages.length}`, text: mailText(subject), atMs, labelIds })
  }

  /** Numbers grow, and have gaps. */
  get historyId(): number {
    return 1_000 + this.messages.length * 10
  }

  answer(asked: Asked): Answer | undefined {
    const early = this.first?.(asked)
    if (early !== undefined) return early
    if (asked.url.host === 'oauth2.googleapis.com') return this.#token(asked)
    if (asked.headers.authorization !== `Bearer token-${this.tokens}`) return errorOf(401, 'authError')
    const base = '/gmail/v1/users/clerk@county.example'
    const path = decodeURIComponent(asked.url.pathname)
    if (!path.startsWith(base)) return errorOf(403, 'forbidden')
    const rest = path.slice(base.length)
    if (rest === '/profile')
      return { body: { emailAddress: 'clerk@county.example', historyId: String(this.historyId) } }
    if (rest === '/messages') return this.#list(asked.url.searchParams)
    if (rest === '/history') return this.#history(asked.url.searchParams)
    const message = this.messages.find(({ id }) => rest === `/messages/${id}`)
    if (message === undefined) return errorOf(404, 'notFound')
    expect(asked.url.searchParams.get('format')).toBe('raw')
    const { id, text, labelIds } = message
    return { body: { id, threadId: id, labelIds, raw: Buffer.from(text).toString('base64url') } }
  }

  #token({ body }: Asked): Answer {
    const form = new URLSearchParams(body)
    expect(form.get('grant_type')).toBe('urn:ietf:params:oauth:grant-type:jwt-bearer')
    const [head = '', claims = '', signature = ''] = (form.get('assertion') ?? '').split('.')
    const isSigned = createVerify('RSA-SHA256')
      .update(`${head}.${claims}`)
      .verify(pair.publicKey, Buffer.from(signature, 'base64url'))
    expect(isSigned).toBe(true)
    expect(JSON.parse(Buffer.from(head, 'base64url').toString())).toEqual({ alg: 'RS256', typ: 'JWT', kid: 'abc123' })
    this.claims.push(JSON.parse(Buffer.from(claims, 'base64url').toString()))
    this.tokens++
    return { body: { access_token: `token-${this.tokens}`, expires_in: 3_599, token_type: 'Bearer' } }
  }

  #list(query: URLSearchParams): Answer {
    const [, afterS = '0'] = /^after:(\d+) -in:drafts -in:chats$/.exec(query.get('q') ?? '') ?? []
    expect(query.get('includeSpamTrash')).toBe('true')
    const found = this.messages.filter(({ atMs }) => atMs / 1_000 > Number(afterS)).reverse()
    const from = Number(query.get('pageToken') ?? 0)
    const page = found.slice(from, from + this.pageSize)
    const next = from + page.length
    return {
      body: {
        messages: page.map(({ id }) => ({ id, threadId: id })),
        resultSizeEstimate: found.length,
        ...(next < found.length ? { nextPageToken: String(next) } : {}),
      },
    }
  }

  #history(query: URLSearchParams): Answer {
    expect(query.get('historyTypes')).toBe('messageAdded')
    const from = Number(query.get('startHistoryId'))
    if (from < this.forgottenBefore) return errorOf(404, 'notFound')
    const records = this.messages
      .map(({ id, labelIds }, index) => ({ number: 1_010 + index * 10, message: { id, threadId: id, labelIds } }))
      .filter(({ number }) => number > from)
    const page = records.slice(0, this.pageSize)
    return {
      body: {
        ...(page.length === 0
          ? {}
          : {
              history: page.map(({ number, message }) => ({
                id: String(number),
                messages: [message],
                messagesAdded: [{ message }],
              })),
            }),
        ...(page.length < records.length ? { nextPageToken: 'more' } : {}),
        historyId: String(this.historyId),
      },
    }
  }
}

async function open(
  domain: Domain,
  stage: Stage,
  more: Partial<GmailDefinition> = {},
): Promise<{ readonly mailbox: Mailbox; readonly api: ApiServer }> {
  const api = await ApiServer.start(hosts, (asked) => domain.answer(asked))
  const definition: GmailDefinition = {
    kind: 'google-workspace',
    id: 'domain' as SourceId,
    title: 'Google Workspace',
    keyPath: secrets.write('key.json', keyFile()),
    mailboxes: ['clerk@county.example'],
    days: 30,
    ...more,
  }
  const mailbox = openGmailMailboxes(definition, { ...stage.parts, fetch: api.fetch }, shortPace)
  cleanups.push(
    () => api.close(),
    () => mailbox.close(),
  )
  return { mailbox, api }
}

describe('mailboxes of Google Workspace', () => {
  test('hand on what is there and what comes, over pages and restarts, each mail once', async () => {
    const domain = new Domain()
    domain.put('old', { atMs: Date.now() - 40 * dayMs })
    for (const subject of ['a', 'b', 'c']) domain.put(subject)
    domain.put('spam', { labelIds: ['SPAM'] })
    domain.put('sent', { labelIds: ['SENT'] })
    const stage = new Stage()
    const first = await open(domain, stage)
    await until(
      () => stage.mails.length === 4,
      () => first.mailbox.state(),
    )
    for (const subject of ['d', 'e', 'f']) domain.put(subject)
    domain.put('draft', { labelIds: ['DRAFT'] })
    domain.put('to myself', { labelIds: ['SENT', 'INBOX'] })
    await until(
      () => stage.mails.length === 8,
      () => first.mailbox.state(),
    )
    await first.mailbox.close()
    domain.put('g')
    const second = await open(domain, stage)
    await until(
      () => stage.mails.length === 9,
      () => second.mailbox.state(),
    )
    expect(new Set(stage.subjects.slice(0, 4))).toEqual(new Set(['a', 'b', 'c', 'spam']))
    expect(stage.subjects.slice(4)).toEqual(['d', 'e', 'f', 'to myself', 'g'])
    expect(stage.texts[0]).toContain('\n\nHello.\n')
    expect(stage.mails.find((_, i) => stage.subjects[i] === 'spam')?.origin).toBe('spam of clerk@county.example')
    expect(second.mailbox.state().problem).toBeUndefined()
    expect(domain.claims[0]).toMatchObject({
      iss: 'desk@county.iam.gserviceaccount.com',
      sub: 'clerk@county.example',
      scope: 'https://www.googleapis.com/auth/gmail.readonly',
      aud: 'https://oauth2.googleapis.com/token',
    })
    expect(first.api.asked.every(({ method, url }) => method === 'GET' || url.host.startsWith('oauth2.'))).toBe(true)
  })

  test('see mail that comes while what was there is still listed', async () => {
    const domain = new Domain()
    for (const subject of ['a', 'b', 'c', 'd']) domain.put(subject)
    const stage = new Stage()
    let isPut = false
    stage.before = () => {
      if (!isPut) domain.put('meanwhile')
      isPut = true
      return Promise.resolve()
    }
    const { mailbox } = await open(domain, stage)
    await until(
      () => stage.subjects.includes('meanwhile') && stage.mails.length >= 5,
      () => mailbox.state(),
    )
    expect(new Set(stage.subjects)).toEqual(new Set(['a', 'b', 'c', 'd', 'meanwhile']))
  })

  test('are listed anew when the service no longer knows their history that far back', async () => {
    const domain = new Domain()
    for (const subject of ['a', 'b', 'c']) domain.put(subject)
    const stage = new Stage()
    const first = await open(domain, stage)
    await until(
      () => stage.mails.length === 3 && stage.kept?.includes('"doneMs":1') === true,
      () => stage.kept,
    )
    await first.mailbox.close()
    domain.put('d')
    domain.forgottenBefore = domain.historyId
    const second = await open(domain, stage)
    await until(
      () => stage.subjects.includes('d'),
      () => second.mailbox.state(),
    )
    domain.put('e')
    await until(
      () => stage.subjects.includes('e'),
      () => second.mailbox.state(),
    )
    expect(second.mailbox.state().problem).toBeUndefined()
  })

  test('wait where Google asks for it, be it with 429 or with 403', async () => {
    for (const refusal of [errorOf(429, 'rateLimitExceeded'), errorOf(403, 'userRateLimitExceeded')]) {
      const domain = new Domain()
      domain.put('a')
      let refusals = 0
      domain.first = ({ url }) =>
        url.pathname.endsWith('/profile') && refusals++ === 0
          ? { ...refusal, headers: { 'retry-after': '1' } }
          : undefined
      const stage = new Stage()
      const { mailbox } = await open(domain, stage)
      await until(
        () => mailbox.state().problem !== undefined,
        () => mailbox.state(),
      )
      expect(mailbox.state().problem).toMatch(/^Google asks to be asked less often/)
      await until(
        () => stage.mails.length === 1,
        () => mailbox.state(),
      )
    }
  })

  test('say what is missing, each with its mend', async () => {
    const signIn = (error: string, told: string): Answer => ({
      status: 400,
      body: { error, error_description: told },
    })
    const cases: readonly (readonly [where: string, Answer, RegExp])[] = [
      [
        '/token',
        signIn('unauthorized_client', 'Client is unauthorized'),
        /domain-wide delegation.*103000000000000000000/,
      ],
      ['/token', signIn('invalid_grant', 'Invalid JWT Signature.'), /no longer takes the key/],
      ['/token', signIn('invalid_grant', 'Invalid JWT: iat and exp out of range'), /clock right/],
      ['/token', signIn('invalid_grant', 'Invalid email or User ID'), /knows no mailbox clerk@county\.example/],
      ['/profile', errorOf(403, 'accessNotConfigured'), /The Gmail API is not switched on/],
      ['/profile', errorOf(400, 'failedPrecondition'), /has no Gmail/],
      ['/profile', errorOf(403, 'insufficientPermissions'), /gmail\.readonly/],
    ]
    for (const [where, answer, sentence] of cases) {
      const domain = new Domain()
      domain.first = ({ url }) => (url.pathname.endsWith(where) ? answer : undefined)
      const { mailbox } = await open(domain, new Stage())
      await until(
        () => mailbox.state().problem !== undefined,
        () => mailbox.state(),
      )
      expect(mailbox.state().problem).toMatch(sentence)
    }
  })

  test('take no key that is none, and ask nobody with one that names another sign-in', async () => {
    const stage = new Stage()
    const bad = await open(new Domain(), stage, { keyPath: secrets.write('bad.json', '{"private_key":"x"}') })
    await until(
      () => bad.mailbox.state().problem !== undefined,
      () => bad.mailbox.state(),
    )
    expect(bad.mailbox.state().problem).toMatch(/is not the key of a service account\. Make a key of the type JSON/)
    expect(bad.api.asked).toHaveLength(0)
    const domain = new Domain()
    domain.put('a')
    const keyPath = secrets.write('evil.json', keyFile({ token_uri: 'https://evil.example/token' }))
    const { mailbox, api } = await open(domain, stage, { keyPath })
    await until(
      () => stage.mails.length === 1,
      () => mailbox.state(),
    )
    expect(api.elsewhere).toEqual([])
  })

  test('leave out a mail that the service cannot give, say which, and read on', async () => {
    const domain = new Domain()
    for (const subject of ['a', 'b', 'c']) domain.put(subject)
    domain.first = ({ url }) => (url.pathname.endsWith('/messages/18f1') ? errorOf(500, 'backendError') : undefined)
    const stage = new Stage()
    const { mailbox } = await open(domain, stage)
    await until(
      () => stage.mails.length === 2,
      () => mailbox.state(),
    )
    expect([...stage.subjects].sort()).toEqual(['a', 'c'])
    expect(mailbox.state().notes[1]).toBe(
      '1 mail was left out, because the server does not give it: message 18f1 of clerk@county.example.',
    )
  })
})
