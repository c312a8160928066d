/** What the server is made of and what its routes are given: the desk, the store, keys, a clock and a log. The process's
 *  environment, arguments and console are not among them. */

import type {} from '@fastify/swagger'
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type {
  FastifyBaseLogger,
  FastifyInstance,
  RawReplyDefaultExpression,
  RawRequestDefaultExpression,
  RawServerDefault,
} from 'fastify'
import type { Desk } from '../desk/desk.ts'
import type { Store } from '../store/store.ts'

/** What `buildServer` is given. */
export interface ServerParts {
  readonly desk: Desk
  readonly store: Store
  /** 32 bytes that seal the secrets of authenticator apps in the store, and key the hashes of recovery codes. */
  readonly sealKey: Uint8Array
  /** Now, milliseconds since the epoch. */
  readonly clock: () => number
  readonly log: FastifyBaseLogger
  /** The built console: `index.html` and `assets/`. */
  readonly consoleFolder: string
  /** How people reach the desk, for example `https://desk.example.gov`; without it only by the loopback address and the
   *  names in `hosts`. */
  readonly publicOrigin?: string
  /** Further names or addresses by which the desk is reached. */
  readonly hosts?: readonly string[]
  /** Addresses or ranges of reverse proxies, whose `X-Forwarded-For` is believed. */
  readonly trustedProxies?: readonly string[]
  /** Certificate and key in PEM: the server then speaks TLS. */
  readonly tls?: { readonly cert: string | Uint8Array; readonly key: string | Uint8Array }
  /** Whoever sends this as a bearer token may read /metrics; without it only the machine itself may. */
  readonly metricsToken?: string
}

/** Fastify with the schemas' types. */
export type App = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
  FastifyBaseLogger,
  TypeBoxTypeProvider
>
