/** Who may use which route: one table, total over all routes. A route that does not stand here cannot be registered, so
 *  that nothing is open by oversight. */
import type { FastifyContextConfig, RouteOptions } from 'fastify'
import type { Role } from '../store/store.ts'

/** `anybody`: without signing in. `session`: a signed-in person of one of the roles; `isReal`: not the demonstration's
 *  visitor, who may try everything but must leave no way in behind. `push-token`: a sender's token. `feed-token`: a
 *  firewall's token. `metrics`: the token of the configuration, or the machine itself. */
export type Access =
  | { readonly by: 'anybody' }
  | { readonly by: 'session'; readonly roles: readonly Role[]; readonly isReal?: true }
  | { readonly by: 'push-token' }
  | { readonly by: 'feed-token' }
  | { readonly by: 'metrics' }

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Set from the table when a route is registered. */
    access?: Access
  }
}

const anybody: Access = { by: 'anybody' }
const signedIn: Access = { by: 'session', roles: ['official', 'analyst', 'tester', 'viewer'] }
const readers: Access = { by: 'session', roles: ['official', 'analyst', 'viewer'] }
const analysts: Access = { by: 'session', roles: ['official', 'analyst'] }
const officials: Access = { by: 'session', roles: ['official'] }
const ownAccount: Access = { ...signedIn, isReal: true }
const realAnalysts: Access = { ...analysts, isReal: true }
const realOfficials: Access = { ...officials, isReal: true }

/** Paths that the console shows; all of them answer its one page. */
export const consolePaths = [
  '/',
  '/sign-in',
  '/start',
  '/today',
  '/incidents',
  '/incidents/:id',
  '/incidents/:id/report',
  '/sources',
  '/sources/:id',
  '/mail',
  '/mail/registry',
  '/mail/:id',
  '/hunt',
  '/rules',
  '/rules/:id',
  '/software',
  '/software/:id',
  '/blocks',
  '/settings',
  '/audit',
  '/account',
] as const

/** Every route. Testers see nothing of incidents or voter data: the exercises, which are theirs, come later. */
export const accessTable: Readonly<Record<string, Access>> = {
  ...Object.fromEntries(consolePaths.map((path) => [`GET ${path}`, anybody])),
  'GET /assets/*': anybody,
  'GET /icon.svg': anybody,
  'GET /favicon.ico': anybody,
  'GET /robots.txt': anybody,
  'GET /healthz': anybody,
  'GET /metrics': { by: 'metrics' },

  'GET /api/session': anybody,
  'POST /api/sign-in/link': anybody,
  'POST /api/sign-in/demonstration': anybody,
  'POST /api/sign-in/password': anybody,
  'POST /api/sign-in/passkey/begin': anybody,
  'POST /api/sign-in/passkey/finish': anybody,
  'POST /api/accounts/begin': anybody,
  'POST /api/accounts/finish-passkey': anybody,
  'POST /api/accounts/finish-password': anybody,
  'POST /api/sign-out': signedIn,
  'POST /api/sign-out/everywhere': signedIn,
  'POST /api/account/passkeys/begin': ownAccount,
  'POST /api/account/passkeys/finish': ownAccount,
  'DELETE /api/account/passkeys/:id': ownAccount,

  'GET /api/today': readers,
  'GET /api/events': readers,

  'GET /api/incidents': readers,
  'GET /api/incidents/:id': readers,
  'POST /api/incidents/:id/decide': analysts,
  'POST /api/incidents/:id/steps': analysts,
  'POST /api/incidents/:id/notes': analysts,
  'GET /api/incidents/:id/evidence': analysts,
  'GET /api/incidents/:id/evidence.ndjson': analysts,
  'GET /api/evidence/:findingId/:ordinal': analysts,

  'GET /api/sources': readers,
  'GET /api/sources/suggestions': analysts,
  'POST /api/sources': analysts,
  'DELETE /api/sources/:id': analysts,
  'GET /api/sources/:id/rejects': analysts,
  'GET /api/push-tokens': analysts,
  'POST /api/sources/:id/push-tokens': realAnalysts,
  'DELETE /api/push-tokens/:id': analysts,
  'POST /api/uploads': analysts,
  'POST /api/push/:sourceId': { by: 'push-token' },
  'POST /api/push/:sourceId/:stream': { by: 'push-token' },

  'GET /api/blocks': readers,
  'POST /api/blocks': analysts,
  'POST /api/blocks/:id/lift': analysts,
  'POST /api/never-block': analysts,
  'POST /api/never-block/remove': analysts,
  'PUT /api/blocks/automatic': analysts,
  'GET /api/blocks/downloads/:name': readers,
  'GET /api/feed': analysts,
  'POST /api/feed': realOfficials,
  'DELETE /api/feed': officials,
  'GET /feeds/blocks.txt': { by: 'feed-token' },
  'GET /feeds/:token/blocks.txt': { by: 'feed-token' },

  'GET /api/hunt': analysts,
  'POST /api/hunt': analysts,
  'POST /api/hunt/sql': analysts,
  'POST /api/indicators': analysts,
  'POST /api/indicators/remove': analysts,

  // Mail is read by those who answer for it; what a viewer is told stands in the incident.
  'GET /api/mail': analysts,
  'GET /api/mail/:id': analysts,
  'GET /api/mail/:id/instructions': analysts,
  'GET /api/mail/:id/download/:what': analysts,
  'POST /api/mail/check': analysts,
  'GET /api/mail-registry': readers,
  'GET /api/mail-registry/list': readers,
  'PUT /api/mail-registry': analysts,
  'POST /api/mail-registry/remove': analysts,
  'POST /api/mail-registry/import': analysts,
  'GET /api/rules': readers,
  'GET /api/rules/page': readers,
  'GET /api/rules/:id': readers,
  'POST /api/rules/:id/off': analysts,
  'POST /api/rules/:id/on': analysts,

  'GET /api/software': readers,
  'GET /api/software/:id': readers,
  'POST /api/software/:id/keep': analysts,

  'GET /api/settings': officials,
  'POST /api/accounts/invitations': realOfficials,
  'POST /api/accounts/:id/reset': realOfficials,
  'PATCH /api/accounts/:id': realOfficials,
  'GET /api/audit': analysts,
  'POST /api/demonstration/end': officials,

  'GET /api/openapi.json': analysts,
  'GET /api/docs': analysts,
  'GET /api/docs.css': anybody,
}

/** The row of the table for a route; HEAD is GET without its body. */
export const accessOf = (method: string, url: string): Access | undefined =>
  accessTable[`${method === 'HEAD' ? 'GET' : method} ${url}`]

/** For Fastify's `onRoute`: gives the route its access, or throws where the table has no row for it. */
export function setAccess(route: RouteOptions & { config?: FastifyContextConfig }): void {
  const methods = Array.isArray(route.method) ? route.method : [route.method]
  const rows = new Set(methods.map((method) => accessOf(method, route.url)))
  const [access] = rows
  if (rows.size !== 1 || access === undefined) {
    throw new Error(`The route ${methods.join(', ')} ${route.url} does not stand in the table of who may use it.`)
  }
  route.config = { ...route.config, access }
}
