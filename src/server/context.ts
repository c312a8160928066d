/** What the server's routes share, made once from its parts. */
import type { FastifyRequest } from 'fastify'
import type { Person } from '../desk/desk.ts'
import { EventHub } from './events.ts'
import { Hosts, type Origin } from './hosts.ts'
import type { ServerParts } from './parts.ts'
import { Accounts } from './sign-in/accounts.ts'
import { Links } from './sign-in/links.ts'
import { SignInPace } from './sign-in/pace.ts'
import { PasskeySignIn } from './sign-in/passkeys.ts'
import { Passwords } from './sign-in/password.ts'
import { Sessions, type Visitor } from './sign-in/sessions.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** By which of its names the desk was reached. */
    from: Origin
  }
}

/** What every route file is given. */
export interface Context extends ServerParts {
  readonly hostNames: Hosts
  readonly sessions: Sessions
  readonly links: Links
  readonly accounts: Accounts
  readonly passwords: Passwords
  readonly passkeys: PasskeySignIn
  readonly pace: SignInPace
  readonly events: EventHub
}

/** Wires what signing in needs. */
export function makeContext(parts: ServerParts): Context {
  const { store, clock, desk } = parts
  const sessions = new Sessions({ store, clock, isDemonstration: () => desk.isDemonstration })
  const links = new Links(store, clock)
  const passwords = new Passwords()
  const officeName = desk.office.name
  const accounts = new Accounts({ store, sealKey: parts.sealKey, clock, officeName, links, sessions, passwords })
  const { publicOrigin, hosts, tls } = parts
  return {
    ...parts,
    hostNames: new Hosts({ publicOrigin, hosts, isTls: tls !== undefined }),
    sessions,
    links,
    accounts,
    passwords,
    passkeys: new PasskeySignIn(store, clock),
    pace: new SignInPace(),
    events: new EventHub(desk, sessions),
  }
}

/** The visitor of a route that only signed-in people reach. */
export function visitorOf(request: FastifyRequest): Visitor {
  if (request.visitor === undefined) throw new Error('A route without a visitor asked who it is.')
  return request.visitor
}

/** Who asks, for the desk and its audit trail. */
export const personOf = (request: FastifyRequest): Person => ({
  name: visitorOf(request).name,
  address: request.ip,
})
