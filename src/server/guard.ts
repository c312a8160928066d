/** The door: what every request must pass before its route sees it. Host name, pace, who may, and that the desk's own
 *  page asks. What stands in no table is refused. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { limits } from '../core/limits.ts'
import type { Context } from './context.ts'
import { setHeaders } from './headers.ts'
import { isOwnPage } from './hosts.ts'
import type { App } from './parts.ts'
import { refuse } from './problem.ts'
import { readSessionCookie } from './sign-in/cookies.ts'
import { isSameSecret } from './sign-in/tokens.ts'

const safeMethods: ReadonlySet<string> = new Set(['GET', 'HEAD'])
const minuteMs = 60_000

/** Puts the doors in their order. Cookies are read already. */
export function addGuards(app: App, context: Context): void {
  app.decorateRequest('visitor', undefined)
  // Set by the first door for every request.
  app.decorateRequest('from')
  app.addHook('onRequest', async (request, reply) => checkHost(context, request, reply))
  const pace = makePace(app)
  app.addHook('onRequest', async (request, reply) => {
    if (await pace(request)) return refuse(reply, 429, 'Too many requests from this address. Wait a minute.', 60)
  })
  app.addHook('onRequest', async (request, reply) => checkAccess(context, request, reply))
}

function checkHost(context: Context, request: FastifyRequest, reply: FastifyReply): FastifyReply | undefined {
  const origin = context.hostNames.originOf(
    request.headers.host,
    request.socket.localAddress,
    request.protocol === 'https',
  )
  setHeaders(request, reply, origin?.isSecure === true)
  if (origin === undefined) {
    return refuse(reply, 421, 'The desk is not known by this name. Its names stand in its configuration file.')
  }
  request.from = origin
  return undefined
}

/** True where an address asks too often. */
function makePace(app: App): (request: FastifyRequest) => Promise<boolean> {
  // One customer's IPv6 addresses count as one (RFC 6177).
  const shared = { timeWindow: minuteMs, ipv6Subnet: 64 }
  const all = app.createRateLimit({ ...shared, max: limits.requestsPerMinuteMax })
  const pushes = app.createRateLimit({ ...shared, max: limits.pushesPerMinuteMax })
  const signIns = app.createRateLimit({ ...shared, max: limits.signInsPerMinuteMax })
  return async (request) => {
    const access = request.routeOptions.config.access
    const isSignIn = access?.by === 'anybody' && !safeMethods.has(request.method)
    const limiter = access?.by === 'push-token' ? pushes : isSignIn ? signIns : all
    const found = await limiter(request)
    return !found.isAllowed && found.isExceeded
  }
}

async function checkAccess(
  context: Context,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply | undefined> {
  if (request.is404) return undefined
  const access = request.routeOptions.config.access
  const isSafe = safeMethods.has(request.method)
  switch (access?.by) {
    case 'anybody':
      if (!isSafe && !isOwnPage(request, request.from)) return refuseForeign(reply)
      return undefined
    case 'session': {
      const visitor = await context.sessions.find(readSessionCookie(request, request.from))
      if (visitor === undefined) return refuse(reply, 401, 'Please sign in.')
      request.visitor = visitor
      if (!access.roles.includes(visitor.role)) {
        return refuse(reply, 403, `Your account (${visitor.role}) may not do this. An official can change that.`)
      }
      if (access.isReal === true && visitor.account === undefined) {
        return refuse(reply, 409, 'The demonstration shows this but does not do it. Start for real first.')
      }
      if (isSafe) return undefined
      const token = request.headers['x-bellwether-csrf']
      const isMeant = typeof token === 'string' && isSameSecret(token, visitor.csrfToken)
      return isMeant && isOwnPage(request, request.from) ? undefined : refuseForeign(reply)
    }
    case 'push-token':
    case 'feed-token':
    case 'metrics':
      // Their routes check the token that they were given.
      return undefined
    case undefined:
      return refuse(reply, 403, 'Nobody may use this.')
  }
}

const refuseForeign = (reply: FastifyReply): FastifyReply =>
  refuse(reply, 403, 'This did not come from the desk’s own page. Reload it and try again.')
