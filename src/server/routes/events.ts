/** The route over which open consoles hear that something changed. */
import type { Context } from '../context.ts'
import { visitorOf } from '../context.ts'
import type { App } from '../parts.ts'
import { refuse } from '../problem.ts'

/** Registers it. */
export function eventRoutes(app: App, { events }: Context): void {
  const schema = {
    summary: 'News, as server-sent events: only that something changed',
    produces: ['text/event-stream'],
  }
  app.get('/api/events', { schema, config: { isStream: true } }, (request, reply) => {
    const visitor = visitorOf(request)
    if (!events.hasRoomFor(visitor)) {
      return refuse(reply, 503, 'Too many open pages wait for news. Close some and reload this one.', 30)
    }
    const headers: Record<string, string> = {}
    for (const [name, value] of Object.entries(reply.getHeaders())) headers[name] = String(value)
    reply.hijack()
    events.add(visitor, reply.raw, headers)
    return reply
  })
}
