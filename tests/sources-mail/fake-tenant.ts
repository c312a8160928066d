/** A tenant as Microsoft Graph shows it: sign-in, folders, delta queries and mails, in the shapes of its documents. Its errors
 *  are those that the documents name. */
import { expect } from 'vitest'
import type { Answer, Asked } from './api-server.ts'
import { mailText } from './mailbox-stage.ts'

interface StoredMessage {
  readonly id: string
  readonly text: string
  readonly receivedDateTime: string
}

/** An error as Microsoft Graph writes it. */
export const codeOf = (status: number, code: string): Answer => ({ status, body: { error: { code, message: 'no' } } })

/** Folders whose messages have a place in the order of their changes. */
export class FakeTenant {
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
