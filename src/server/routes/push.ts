/** The route for senders that push logs over HTTP. They hold a token of their own, no cookie; what they send is answered
 *  with 200 once it is on the desk's disk. */

import type { Readable } from 'node:stream'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import type { SourceId } from '../../core/ids.ts'
import { limits } from '../../core/limits.ts'
import { PushSchema } from '../../desk/api/sources.ts'
import { bounded, takeStreams, watchSlowBody, withBody } from '../bodies.ts'
import type { Context } from '../context.ts'
import type { App } from '../parts.ts'
import { answer, refuse } from '../problem.ts'
import { hashToken } from '../sign-in/tokens.ts'
import { SourceIdSchema } from './sources.ts'

/** For the desk: the sender named no stream. */
const unnamedStream = ''
const encodings: ReadonlySet<string> = new Set(['gzip', 'x-gzip', 'zstd', 'deflate', 'identity'])

/** The token of `Authorization: Bearer TOKEN` (RFC 6750), if it could be one. */
export function bearerOf(request: FastifyRequest): string | undefined {
  return /^Bearer +([A-Za-z0-9._~+/-]{20,200}=*)$/i.exec(request.headers.authorization ?? '')?.[1]
}

/** Says no to a sender, and how to say who it is. */
const refuseSender = (reply: FastifyReply): FastifyReply =>
  refuse(reply.header('www-authenticate', 'Bearer realm="bellwether"'), 401, 'This needs the token of this source.')

function pushRoutesOf(app: App, { desk, store, clock }: Context): void {
  takeStreams(app)
  const take = async (request: FastifyRequest, reply: FastifyReply, sourceId: SourceId, stream: string) => {
    const token = bearerOf(request)
    const known = token === undefined ? undefined : await store.pushToken(hashToken(token))
    if (known === undefined || known.sourceId !== sourceId) return refuseSender(reply)
    if (clock() - (known.lastUsedMs ?? 0) >= limits.pushTokenTouchMs) {
      await store.savePushToken({ ...known, lastUsedMs: clock() })
    }
    const encoding = request.headers['content-encoding']?.trim().toLowerCase()
    if (encoding !== undefined && !encodings.has(encoding)) {
      return refuse(reply, 415, 'The desk unpacks gzip and zstd only.')
    }
    watchSlowBody(request)
    const body = bounded(request.body as Readable, limits.pushBodyBytesMax)
    const packing = encoding === 'identity' ? undefined : encoding
    return answer(reply, await withBody(body, () => desk.push(sourceId, stream, body, packing)))
  }
  const options = (params: object) => ({
    schema: { summary: 'Push lines of a log', params, response: { 200: PushSchema }, security: [{ sender: [] }] },
    config: { isStream: true },
    bodyLimit: limits.pushBodyBytesMax,
  })
  const One = Type.Object({ sourceId: SourceIdSchema })
  app.post<{ Params: { sourceId: string } }>('/api/push/:sourceId', options(One), (request, reply) =>
    take(request, reply, request.params.sourceId as SourceId, unnamedStream),
  )
  const Both = Type.Object({ sourceId: SourceIdSchema, stream: SourceIdSchema })
  app.post<{ Params: { sourceId: string; stream: string } }>(
    '/api/push/:sourceId/:stream',
    options(Both),
    (request, reply) => take(request, reply, request.params.sourceId as SourceId, request.params.stream),
  )
}

/** Registers them, in a part whose bodies are streams. */
export async function pushRoutes(app: App, context: Context): Promise<void> {
  await app.register((part, _options, done) => {
    pushRoutesOf(part as unknown as App, context)
    done()
  })
}
