/** The description of all routes: as an OpenAPI document, and as a page to read without script. */
import { type ApiDocument, apiPage, apiStyle } from '../api-page.ts'
import type { Context } from '../context.ts'
import type { App } from '../parts.ts'

/** What the document says besides the routes. */
export const documentHead = (version: string) => ({
  openapi: '3.0.3',
  info: {
    title: 'Bellwether',
    version,
    description:
      'The desk of one election office. People are known by the cookie that signing in gives; every request of theirs ' +
      'but GET carries the header x-bellwether-csrf with the token of GET /api/session. Times are milliseconds since ' +
      '1970, UTC. Text that comes from logs is written by attackers: show it as text.',
  },
  components: {
    securitySchemes: {
      session: { type: 'apiKey' as const, in: 'cookie' as const, name: 'bellwether' },
      sender: { type: 'http' as const, scheme: 'bearer' },
      firewall: { type: 'http' as const, scheme: 'basic' },
      metrics: { type: 'http' as const, scheme: 'bearer' },
    },
  },
})

/** Registers them. */
export function documentRoutes(app: App, _context: Context): void {
  const schema = { hide: true }
  app.get('/api/openapi.json', { schema }, (_request, reply) =>
    reply.type('application/json; charset=utf-8').send(JSON.stringify(app.swagger())),
  )
  app.get('/api/docs', { schema }, (_request, reply) =>
    reply.type('text/html; charset=utf-8').send(apiPage(app.swagger() as unknown as ApiDocument)),
  )
  app.get('/api/docs.css', { schema }, (_request, reply) =>
    reply.type('text/css; charset=utf-8').header('cache-control', 'no-cache').send(apiStyle),
  )
}
