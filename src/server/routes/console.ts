/** The console: its one page for all its paths, and its files, whose names hold a hash of what is in them. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import staticFiles from '@fastify/static'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { consolePaths } from '../access.ts'
import type { Context } from '../context.ts'
import type { App } from '../parts.ts'
import { refuse } from '../problem.ts'

const immutable = 'public, max-age=31536000, immutable'

const hasPage = (consoleFolder: string): boolean => existsSync(join(consoleFolder, 'index.html'))

/** Where there is nothing, a person who mistyped an address sees the console's page that says so; a program gets JSON. */
export function answerMissing(
  { consoleFolder }: Context,
  { method, url, headers }: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const isPerson = method === 'GET' && !url.startsWith('/api/') && (headers.accept ?? '').includes('text/html')
  if (!isPerson || !hasPage(consoleFolder)) return refuse(reply, 404, 'There is nothing here.')
  return reply.code(404).header('cache-control', 'no-cache').sendFile('index.html')
}

/** Registers them. */
export async function consoleRoutes(app: App, { consoleFolder }: Context): Promise<void> {
  const schema = { hide: true }
  const isBuilt = hasPage(consoleFolder)
  await app.register(staticFiles, {
    root: consoleFolder,
    serve: false,
    index: false,
    dotfiles: 'deny',
    cacheControl: false,
    preCompressed: true,
    suppressWarning: true,
  })
  for (const path of consolePaths) {
    app.get(path, { schema }, (_request, reply) => {
      if (!isBuilt) {
        return refuse(reply, 503, 'The console has not been built. Run `npm run build` where Bellwether is installed.')
      }
      return reply.header('cache-control', 'no-cache').sendFile('index.html')
    })
  }
  app.get<{ Params: { '*': string } }>('/assets/*', { schema }, (request, reply) =>
    reply.header('cache-control', immutable).sendFile(request.params['*'], join(consoleFolder, 'assets')),
  )
  for (const name of ['icon.svg', 'favicon.ico']) {
    app.get(`/${name}`, { schema }, (_request, reply) =>
      reply.header('cache-control', 'public, max-age=86400').sendFile(name),
    )
  }
  app.get('/robots.txt', { schema }, (_request, reply) =>
    reply.type('text/plain; charset=utf-8').send('User-agent: *\nDisallow: /\n'),
  )
}
