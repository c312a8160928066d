/** Routes for machines that watch the desk: whether it works, and its figures. */

import type { FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import type { Context } from '../context.ts'
import { Metrics } from '../metrics.ts'
import type { App } from '../parts.ts'
import { refuse } from '../problem.ts'
import { isSameSecret } from '../sign-in/tokens.ts'
import { bearerOf } from './push.ts'

const HealthSchema = Type.Object({ status: Type.Enum(['ok', 'not ok'] as const) })

/** The machine itself asks, not through a reverse proxy that runs on it. */
function isFromHere(request: FastifyRequest): boolean {
  const isLocal = /^(?:::ffff:)?127\.|^::1$/.test(request.raw.socket.remoteAddress ?? '')
  const isRelayed = ['forwarded', 'x-forwarded-for', 'x-real-ip', 'via'].some((name) => name in request.headers)
  return isLocal && !isRelayed && request.from.isLoopback
}

/** Registers them. */
export function machineRoutes(app: App, { desk, events, metricsToken }: Context): void {
  const health = { summary: 'Whether the desk works', response: { 200: HealthSchema, 503: HealthSchema } }
  app.get('/healthz', { schema: health }, async (_request, reply) => {
    // What is wrong is told to people who are signed in, not to passers-by.
    const isHealthy = await desk.health().then(
      (found) => found.isHealthy,
      () => false,
    )
    return isHealthy ? reply.send({ status: 'ok' }) : reply.code(503).send({ status: 'not ok' })
  })

  const metrics = new Metrics(desk, () => events.size)
  app.addHook('onResponse', (request, reply, done) => {
    const labels = {
      route: request.routeOptions.url ?? '(none)',
      method: request.method,
      status: String(reply.statusCode),
    }
    metrics.requests.observe(labels, reply.elapsedTime / 1000)
    done()
  })
  const schema = { summary: 'Figures for Prometheus', security: [{ metrics: [] }] }
  app.get('/metrics', { schema }, async (request, reply) => {
    const token = bearerOf(request)
    const isKnown = metricsToken !== undefined && token !== undefined && isSameSecret(token, metricsToken)
    if (!isKnown && !(metricsToken === undefined && isFromHere(request))) {
      return refuse(reply, 401, 'The figures are for the machine itself, or for the token in the configuration.')
    }
    return reply.type(metrics.contentType).send(await metrics.text())
  })
}
