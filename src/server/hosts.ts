/** By which names the desk may be reached. A name that somebody else's page points at this machine (DNS rebinding) is
 *  refused, and so is a request that another page makes with this browser's cookie. */
import { isIP } from 'node:net'
import type { FastifyRequest } from 'fastify'
import { isLoopback } from '../core/loopback.ts'

/** Where a request was sent, as its browser sees it. */
export interface Origin {
  /** `https://desk.example.gov` or `http://127.0.0.1:7316`. */
  readonly origin: string
  /** Without port and brackets. */
  readonly hostname: string
  readonly isSecure: boolean
  readonly isLoopback: boolean
}

/** A host of RFC 3986 with its port, in the characters that a browser sends. */
const hostForm = /^(?:\[([0-9a-f:.]{2,45})\]|([a-z0-9_.-]{1,253}))(?::(\d{1,5}))?$/

/** Decides by the `Host` header which of the desk's names was meant. */
export class Hosts {
  readonly #names: ReadonlySet<string>
  readonly #public: URL | undefined
  readonly #isTls: boolean

  constructor(options: { publicOrigin?: string | undefined; hosts?: readonly string[] | undefined; isTls: boolean }) {
    this.#public = options.publicOrigin === undefined ? undefined : new URL(options.publicOrigin)
    this.#isTls = options.isTls
    const named = (options.hosts ?? []).map((host) => host.toLowerCase().replace(/^\[(.*)\]$/, '$1'))
    this.#names = new Set(named)
  }

  /** Undefined where the header is missing, malformed, or names a host that is not the desk. The address itself that was
   *  called is always one of its names: no foreign page can have it in its own address. `isForwardedTls`: a proxy that is
   *  trusted says that the browser spoke TLS to it. */
  originOf(host: string | undefined, localAddress: string | undefined, isForwardedTls = false): Origin | undefined {
    const found = hostForm.exec((host ?? '').toLowerCase())
    const hostname = found?.[1] ?? found?.[2]
    if (host === undefined || hostname === undefined) return undefined
    if (this.#public !== undefined && host.toLowerCase() === this.#public.host) {
      const isSecure = this.#public.protocol === 'https:'
      return { origin: this.#public.origin, hostname, isSecure, isLoopback: isLoopback(hostname) }
    }
    const isHere = isLoopback(hostname)
    const isOwnAddress = localAddress !== undefined && hostname === localAddress.replace(/^::ffff:(?=\d+\.)/, '')
    if (!isHere && !isOwnAddress && !this.#names.has(hostname)) return undefined
    const isSecure = this.#isTls || (isForwardedTls && !isHere)
    const origin = `${isSecure ? 'https' : 'http'}://${host.toLowerCase()}`
    return { origin: URL.parse(origin)?.origin ?? origin, hostname, isSecure, isLoopback: isHere }
  }
}

/** True where WebAuthn can work: it needs a domain (not an address) and TLS or `localhost`. */
export const passkeysPossibleAt = (origin: Origin): boolean =>
  isIP(origin.hostname) === 0 && (origin.isSecure || origin.hostname === 'localhost')

/** True where the browser says that the desk's own page made this request, or where no browser made it (Fetch Metadata;
 *  OWASP Cross-Site Request Forgery Prevention). */
export function isOwnPage(request: FastifyRequest, origin: Origin): boolean {
  const from = request.headers.origin
  if (from !== undefined) return from === origin.origin
  const site = request.headers['sec-fetch-site']
  return site === undefined || site === 'same-origin' || site === 'none'
}
