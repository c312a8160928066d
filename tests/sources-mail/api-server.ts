/** A web server on loopback that stands for a mail service: what is asked of the service's hosts is asked of it instead, and a
 *  test says what it answers. Whatever is asked of any other host is refused and remembered. */
import { createServer, type IncomingMessage, type Server } from 'node:http'

/** What was asked. */
export interface Asked {
  readonly method: string
  /** As the service would see it. */
  readonly url: URL
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

/** What is answered: JSON where it is no text. */
export interface Answer {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: unknown
  /** No answer comes at all. */
  readonly hangs?: boolean
}

/** The server, with the `fetch` that leads to it. */
export class ApiServer {
  readonly asked: Asked[] = []
  readonly elsewhere: string[] = []
  readonly fetch: typeof fetch
  readonly #server: Server

  private constructor(server: Server, port: number, hosts: readonly string[]) {
    this.#server = server
    this.fetch = (input, init) => {
      const url = new URL(String(input))
      if (url.protocol !== 'https:' || !hosts.includes(url.host)) {
        this.elsewhere.push(url.href)
        return Promise.reject(new TypeError('fetch failed'))
      }
      const headers = new Headers(init?.headers)
      headers.set('x-asked-of', url.origin)
      return fetch(`http://127.0.0.1:${port}${url.pathname}${url.search}`, { ...init, headers })
    }
  }

  static async start(hosts: readonly string[], answer: (asked: Asked) => Answer | undefined): Promise<ApiServer> {
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const address = server.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    const api = new ApiServer(server, port, hosts)
    server.on('request', (request, response) => {
      let body = ''
      request.on('data', (chunk) => (body += String(chunk)))
      request.on('end', () => {
        const url = new URL(request.url ?? '/', String(request.headers['x-asked-of']))
        const asked = { method: request.method ?? '', url, headers: request.headers, body }
        api.asked.push(asked)
        const given = answer(asked)
        if (given?.hangs === true) return
        if (given === undefined) {
          request.socket.destroy()
          return
        }
        const isText = typeof given.body === 'string' || given.body instanceof Uint8Array
        response.writeHead(given.status ?? 200, {
          'content-type': isText ? 'text/plain' : 'application/json',
          ...given.headers,
        })
        response.end(isText ? given.body : JSON.stringify(given.body ?? {}))
      })
    })
    return api
  }

  /** How often something was asked whose path and query hold this. */
  count(part: string): number {
    return this.asked.filter(({ url }) => `${url.pathname}${url.search}`.includes(part)).length
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }
}
