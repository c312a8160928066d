/** Asks a mail service's web interface: named hosts over HTTPS and no others, no redirect followed, every answer bounded in
 *  bytes and time. What the answers mean is known elsewhere. */
import { limits } from '../../core/limits.ts'
import { errorCode } from '../problem.ts'
import type { ApiToken } from './api-token.ts'
import { MailboxFailure } from './mailbox-failure.ts'

/** What an interface is asked. */
export interface ApiQuestion {
  readonly method?: 'GET' | 'POST'
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: URLSearchParams
  /** More of the answer is not read. */
  readonly bytesMax?: number | undefined
  readonly stop: AbortSignal
}

/** What it answered. */
export interface ApiAnswer {
  readonly status: number
  readonly bytes: Buffer
  /** The answer is longer than was read. */
  readonly isCut: boolean
  /** It wants to be asked again after this time (RFC 9110 section 10.2.3). */
  readonly retryAfterMs: number | undefined
  /** Of the bytes, read as JSON; undefined where they are none. */
  readonly json: unknown
}

/** One service. */
export class ApiClient {
  readonly name: string
  readonly #hosts: ReadonlySet<string>
  readonly #fetch: typeof fetch
  readonly #nowMs: () => number

  constructor(
    name: string,
    hosts: readonly string[],
    parts: { readonly fetch?: typeof fetch | undefined; readonly nowMs: () => number },
  ) {
    this.name = name
    this.#hosts = new Set(hosts)
    this.#fetch = parts.fetch ?? fetch
    this.#nowMs = parts.nowMs
  }

  /** Rejects with a `MailboxFailure` where no answer can be had; any status is an answer but a redirect. */
  async ask(url: string, question: ApiQuestion): Promise<ApiAnswer> {
    const checked = this.#checked(url)
    // Undone afterwards: what `AbortSignal.any` ties to a signal that lives as long as the desk adds up.
    const control = new AbortController()
    const end = (): void => control.abort()
    const timer = setTimeout(end, limits.apiAnswerMsMax)
    question.stop.addEventListener('abort', end, { once: true })
    if (question.stop.aborted) end()
    try {
      const response = await this.#fetch(checked, {
        method: question.method ?? 'GET',
        headers: { ...question.headers },
        ...(question.body === undefined ? {} : { body: question.body }),
        redirect: 'manual',
        signal: control.signal,
      })
      if (response.status >= 300 && response.status < 400) {
        await response.body?.cancel()
        throw new MailboxFailure(
          `${this.name} pointed to another place, which is not followed. Look whether something on the network stands between this desk and ${checked.hostname}.`,
        )
      }
      return await this.#read(response, question.bytesMax ?? limits.apiAnswerBytesMax)
    } catch (thrown) {
      throw this.#failure(thrown, checked.hostname)
    } finally {
      clearTimeout(timer)
      question.stop.removeEventListener('abort', end)
    }
  }

  /** Asks in a token's name; once more with a new one where the service no longer takes it. */
  async askAs(token: ApiToken, url: string, question: ApiQuestion): Promise<ApiAnswer> {
    const askOnce = async (): Promise<ApiAnswer> => {
      const authorization = `Bearer ${await token.get(question.stop)}`
      return await this.ask(url, { ...question, headers: { ...question.headers, authorization } })
    }
    const answer = await askOnce()
    if (answer.status !== 401) return answer
    token.drop()
    return await askOnce()
  }

  /** A URL may come from an answer: whoever writes answers must not choose where the token is sent. */
  #checked(text: string): URL {
    const url = URL.canParse(text) ? new URL(text) : undefined
    const isOurs =
      url !== undefined &&
      url.protocol === 'https:' &&
      url.port === '' &&
      url.username === '' &&
      url.password === '' &&
      this.#hosts.has(url.hostname)
    if (!isOurs)
      throw new MailboxFailure(
        `${this.name} pointed to an address that is not its own; it was not asked. If this stays, look whether something on the network changes its answers.`,
      )
    return url
  }

  async #read(response: Response, bytesMax: number): Promise<ApiAnswer> {
    const pieces: Uint8Array[] = []
    let size = 0
    let isCut = false
    for await (const piece of response.body ?? []) {
      const room = bytesMax - size
      pieces.push(piece.length > room ? piece.subarray(0, room) : piece)
      size += Math.min(piece.length, room)
      isCut = piece.length > room
      if (isCut) break
    }
    const bytes = Buffer.concat(pieces)
    let read: { readonly json: unknown } | undefined
    return {
      status: response.status,
      bytes,
      isCut,
      retryAfterMs: retryAfterMs(response.headers.get('retry-after'), this.#nowMs()),
      get json() {
        read ??= { json: parsed(bytes) }
        return read.json
      },
    }
  }

  #failure(thrown: unknown, host: string): MailboxFailure {
    if (thrown instanceof MailboxFailure) return thrown
    const cause = thrown instanceof Error && thrown.cause !== undefined ? thrown.cause : thrown
    const code = errorCode(cause)
    if (code === 'ENOTFOUND' || code === 'EAI_AGAIN')
      return new MailboxFailure(
        `The name ${host} is not known here. Check whether this machine is on the internet, or allowed to reach ${host}.`,
      )
    if (/CERT|SELF_SIGNED|UNABLE_TO/.test(code))
      return new MailboxFailure(
        `The certificate that ${host} shows is not ${this.name}'s (${code}), so nothing was sent. If the office's firewall opens encrypted connections, let it leave ${host} alone.`,
      )
    return new MailboxFailure(
      `${host} does not answer. Check whether this machine may reach it at port 443; it is tried again by itself.`,
    )
  }
}

/** Whether a sign-in was refused for what was shown (RFC 6749 section 5.2), and not for a trouble of the service. */
export const isRefusal = ({ status }: ApiAnswer): boolean => status === 400 || status === 401 || status === 403

/** Whether a service, by its status alone, only wants to be asked later. */
export const isBusyStatus = ({ status }: ApiAnswer): boolean =>
  status === 429 || status === 502 || status === 503 || status === 504

/** The failure of an answer that only wants to be asked later. */
export const busyFailure = (service: string, { retryAfterMs }: ApiAnswer): MailboxFailure =>
  new MailboxFailure(`${service} asks to be asked less often; the desk waits, and goes on by itself.`, {
    retryAfterMs: retryAfterMs ?? limits.mailboxPollMs / 2,
  })

/** Seconds, or a date. */
function retryAfterMs(text: string | null, nowMs: number): number | undefined {
  if (text === null) return undefined
  if (/^\d{1,9}$/.test(text.trim())) return Number(text) * 1_000
  const atMs = Date.parse(text)
  return Number.isNaN(atMs) ? undefined : Math.max(0, atMs - nowMs)
}

function parsed(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'))
  } catch {
    return undefined
  }
}

/** A field of an answer that should be an object; undefined where it is none. */
export const fieldOf = (value: unknown, ...path: readonly string[]): unknown =>
  path.reduce<unknown>(
    (at, name) =>
      typeof at === 'object' && at !== null && Object.hasOwn(at, name)
        ? (at as Readonly<Record<string, unknown>>)[name]
        : undefined,
    value,
  )

/** A field that should be text; empty where it is none. */
export const textOf = (value: unknown, ...path: readonly string[]): string => {
  const found = fieldOf(value, ...path)
  return typeof found === 'string' ? found : ''
}

/** A field that should be a list; empty where it is none. */
export const listOf = (value: unknown, ...path: readonly string[]): readonly unknown[] => {
  const found = fieldOf(value, ...path)
  return Array.isArray(found) ? found : []
}
