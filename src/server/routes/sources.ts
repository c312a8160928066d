/** Routes of sources: the list, additions, rejects, the tokens of senders, and uploads. */

import type { Readable } from 'node:stream'
import multipart from '@fastify/multipart'
import { Type } from 'typebox'
import type { SourceId } from '../../core/ids.ts'
import { limits } from '../../core/limits.ts'
import {
  AddSourceBodySchema,
  NewPushTokenSchema,
  type PushTokenView,
  RejectListSchema,
  UploadSchema,
} from '../../desk/api/sources.ts'
import { SourceSchema } from '../../desk/api/today.ts'
import type { PushToken } from '../../store/store.ts'
import { PushTokenBodySchema, PushTokensSchema, SourcesSchema, SuggestionsSchema } from '../api/lists.ts'
import { bounded, takeStreams, watchSlowBody, withBody } from '../bodies.ts'
import { type Context, personOf, visitorOf } from '../context.ts'
import type { App } from '../parts.ts'
import { answer, refuse } from '../problem.ts'
import { hashToken, newToken } from '../sign-in/tokens.ts'

export const SourceIdSchema = Type.String({ pattern: '^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$' })
const IdSchema = Type.Object({ id: SourceIdSchema })
const tokenIdCharacters = 12
const TokenIdSchema = Type.Object({ id: Type.String({ pattern: '^[0-9a-f]{12}$' }) })

function listRoutes(app: App, { desk }: Context): void {
  app.get('/api/sources', { schema: { summary: 'Sources', response: { 200: SourcesSchema } } }, async () => [
    ...(await desk.sources()),
  ])
  const suggestions = { summary: 'Logs of this machine that are not read yet', response: { 200: SuggestionsSchema } }
  app.get('/api/sources/suggestions', { schema: suggestions }, async () => [...(await desk.suggestions())])

  const add = { summary: 'Add a source', body: AddSourceBodySchema, response: { 200: SourceSchema } }
  app.post('/api/sources', { schema: add }, async (request, reply) =>
    answer(reply, await desk.addSource(request.body, personOf(request))),
  )
  app.delete('/api/sources/:id', { schema: { summary: 'Remove a source', params: IdSchema } }, async (request, reply) =>
    answer(reply, await desk.removeSource(request.params.id as SourceId, personOf(request))),
  )
  const rejects = { summary: 'What could not be read', params: IdSchema, response: { 200: RejectListSchema } }
  app.get('/api/sources/:id/rejects', { schema: rejects }, async (request, reply) =>
    answer(reply, await desk.rejects(request.params.id as SourceId)),
  )
}

const viewOf = (token: PushToken): PushTokenView => ({
  id: token.tokenHash.slice(0, tokenIdCharacters),
  name: token.name,
  sourceId: token.sourceId,
  createdBy: token.createdBy,
  createdAtMs: token.createdAtMs,
  ...(token.lastUsedMs === undefined ? {} : { lastUsedMs: token.lastUsedMs }),
})

function tokenRoutes(app: App, { desk, store, clock }: Context): void {
  const list = { summary: 'Tokens of senders', response: { 200: PushTokensSchema } }
  app.get('/api/push-tokens', { schema: list }, async () => (await store.pushTokens()).map(viewOf))

  const make = {
    summary: 'Make a token for a sender; it is shown this once',
    params: IdSchema,
    body: PushTokenBodySchema,
    response: { 200: NewPushTokenSchema },
  }
  app.post('/api/sources/:id/push-tokens', { schema: make }, async (request, reply) => {
    const sourceId = request.params.id as SourceId
    const source = (await desk.sources()).find(({ id }) => id === sourceId)
    if (source === undefined) return refuse(reply, 404, 'There is no such source.')
    if (source.kind !== 'push') return refuse(reply, 409, 'This source does not take what is pushed to it.')
    const token = newToken()
    const { name } = request.body
    const createdBy = visitorOf(request).name
    await store.savePushToken({ tokenHash: hashToken(token), sourceId, name, createdBy, createdAtMs: clock() })
    await store.audit({
      atMs: clock(),
      who: createdBy,
      action: 'push-token.create',
      object: sourceId,
      details: { name },
    })
    return reply.send({ token, name, sourceId })
  })

  const remove = { summary: 'Remove a sender’s token', params: TokenIdSchema }
  app.delete('/api/push-tokens/:id', { schema: remove }, async (request, reply) => {
    const found = (await store.pushTokens()).find(({ tokenHash }) => tokenHash.startsWith(request.params.id))
    if (found === undefined) return refuse(reply, 404, 'There is no such token.')
    await store.removePushToken(found.tokenHash)
    const { name: who } = visitorOf(request)
    const { sourceId: object, name } = found
    await store.audit({ atMs: clock(), who, action: 'push-token.remove', object, details: { name } })
    return reply.code(204).send()
  })
}

/** File systems allow 255 bytes; what stands before is not worth a look. */
const nameCharactersRead = 1_000

/** The last part of a path, without what does not print: browsers send names, attackers send paths. */
export function plainFileName(name: string): string | undefined {
  const last = name.slice(-nameCharactersRead).normalize('NFC').split(/[/\\]/).at(-1) ?? ''
  const plain = last.replace(/[\p{C}\p{Zl}\p{Zp}:*?"<>|]/gu, '').replace(/^[.\s]+|[.\s]+$/g, '')
  const short = [...plain].slice(-limits.intakeNameCharactersMax).join('')
  return short === '' ? undefined : short
}

const fromUri = (text: string): string | undefined => {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}

async function uploadRoutes(app: App, { desk }: Context): Promise<void> {
  const { uploadBytesMax } = limits
  takeStreams(app)
  await app.register(multipart, {
    throwFileSizeLimit: true,
    limits: { fileSize: uploadBytesMax, files: 1, fields: 4, fieldSize: 1024, parts: 5, headerPairs: 20 },
  })
  const schema = {
    summary:
      'Upload a file: multipart/form-data, or its bytes with its name in the header x-file-name (percent-encoded)',
    response: { 200: UploadSchema },
  }
  app.post(
    '/api/uploads',
    { schema, config: { isStream: true }, bodyLimit: uploadBytesMax },
    async (request, reply) => {
      watchSlowBody(request)
      let name: string | undefined
      let body: Readable
      if (request.isMultipart()) {
        // A form that is none throws: of what was sent, not of ours.
        const file = await request.file().catch(() => undefined)
        if (file === undefined) return refuse(reply, 400, 'There was no file in what was sent.')
        name = plainFileName(file.filename)
        body = file.file
      } else {
        const header = request.headers['x-file-name']
        name = plainFileName(fromUri(typeof header === 'string' ? header : '') ?? '')
        body = bounded(request.body as Readable, uploadBytesMax)
      }
      if (name === undefined) return refuse(reply, 400, 'The file needs a name.')
      const fileName = name
      return answer(reply, await withBody(body, () => desk.upload(fileName, body, personOf(request))))
    },
  )
}

/** Registers them all. */
export async function sourceRoutes(app: App, context: Context): Promise<void> {
  listRoutes(app, context)
  tokenRoutes(app, context)
  // In a part of its own, whose bodies are streams.
  await app.register((part, _options, done) => {
    uploadRoutes(part as unknown as App, context).then(() => done(), done)
  })
}
