/** Routes for machines that watch the desk: whether it works, and its figures. */
import { Type } from 'typebox'
import type { Context } from '../context.ts'
import type { App } from '../parts.ts'

const HealthSchema = Type.Object({ status: Type.Enum(['ok', 'not ok'] as const) })

/** Registers them. */
export function machineRoutes(app: App, { desk }: Context): void {
  const health = { summary: 'Whether the desk works', response: { 200: HealthSchema, 503: HealthSchema } }
  app.get('/healthz', { schema: health }, async (_request, reply) => {
    // What is wrong is told to people who are signed in, not to passers-by.
    const isHealthy = await desk.health().then(
      (found) => found.isHealthy,
      () => false,
    )
    return isHealthy ? reply.send({ status: 'ok' }) : reply.code(503).send({ status: 'not ok' })
  })
}
