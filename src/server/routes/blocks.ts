/** Routes of the block list: decisions about it, its renderings to download, and the list that firewalls fetch. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import type { BlockId } from '../../core/ids.ts'
import {
  AddBlockBodySchema,
  AutomaticBodySchema,
  BlockListSchema,
  BlockSchema,
  NeverBlockBodySchema,
} from '../../desk/api/blocks.ts'
import { FeedSchema, NetworkBodySchema, NewFeedSchema } from '../api/lists.ts'
import { type Context, personOf, visitorOf } from '../context.ts'
import type { App } from '../parts.ts'
import { answer, refuse } from '../problem.ts'
import { hashToken, isSameSecret, newToken } from '../sign-in/tokens.ts'

const IdSchema = Type.Object({ id: Type.String({ pattern: '^block-[0-9a-f]{32}$' }) })
const NameSchema = Type.Object({ name: Type.String({ pattern: '^[a-z0-9][a-z0-9.-]{0,60}$' }) })
const TokenSchema = Type.Object({ token: Type.String({ pattern: '^[A-Za-z0-9_-]{43}$' }) })

function decisionRoutes(app: App, { desk }: Context): void {
  const list = { summary: 'The block list', response: { 200: BlockListSchema } }
  app.get('/api/blocks', { schema: list }, () => desk.blockList())

  const add = { summary: 'Block an address or range', body: AddBlockBodySchema, response: { 200: BlockSchema } }
  app.post('/api/blocks', { schema: add }, async (request, reply) =>
    answer(reply, await desk.block(request.body, personOf(request))),
  )
  const lift = { summary: 'Lift a block', params: IdSchema, response: { 200: BlockSchema } }
  app.post('/api/blocks/:id/lift', { schema: lift }, async (request, reply) =>
    answer(reply, await desk.lift(request.params.id as BlockId, personOf(request))),
  )
  const never = { summary: 'Never block an address or range', body: NeverBlockBodySchema }
  app.post('/api/never-block', { schema: never }, async (request, reply) => {
    const { network, reason } = request.body
    return answer(reply, await desk.addNeverBlock(network, reason, personOf(request)))
  })
  const again = { summary: 'Take an entry off the never-block list', body: NetworkBodySchema }
  app.post('/api/never-block/remove', { schema: again }, async (request, reply) =>
    answer(reply, await desk.removeNeverBlock(request.body.network, personOf(request))),
  )
  const automatic = { summary: 'What is blocked without a click', body: AutomaticBodySchema }
  app.put('/api/blocks/automatic', { schema: automatic }, async (request, reply) =>
    answer(reply, await desk.setAutomaticKinds(request.body.kinds, personOf(request))),
  )
}

/** Sends a rendering as a file: never as a page, whatever the desk calls it. */
async function sendRendering(
  context: Context,
  reply: FastifyReply,
  name: string,
  isFile: boolean,
): Promise<FastifyReply> {
  const found = await context.desk.blockDownload(name)
  if (!found.ok) return answer(reply, found)
  const { mediaType, body } = found.value
  const isPlain = /^(?:text\/plain|application\/json)(?:; ?charset=utf-8)?$/i.test(mediaType)
  if (isFile) reply.header('content-disposition', `attachment; filename="${name}"`)
  return reply.type(isPlain ? mediaType : 'application/octet-stream').send(body)
}

/** Where the feed's token is kept. */
const feedSetting = 'feed'
interface Feed {
  readonly tokenHash: string
  readonly by: string
  readonly atMs: number
}
const isFeed = (value: unknown): value is Feed =>
  typeof value === 'object' && value !== null && 'tokenHash' in value && typeof value.tokenHash === 'string'

async function feedOf(context: Context): Promise<Feed | undefined> {
  const value = await context.store.setting(feedSetting)
  return isFeed(value) ? value : undefined
}

/** The password of `Authorization: Basic` (RFC 7617), whatever the user. */
function basicPassword(request: FastifyRequest): string | undefined {
  const text = /^Basic +([A-Za-z0-9+/]{1,400}=*)$/i.exec(request.headers.authorization ?? '')?.[1]
  if (text === undefined) return undefined
  const plain = Buffer.from(text, 'base64').toString('utf8')
  return plain.slice(plain.indexOf(':') + 1)
}

function feedSwitch(app: App, context: Context): void {
  const { store, clock } = context
  const look = { summary: 'Whether firewalls may fetch the list', response: { 200: FeedSchema } }
  app.get('/api/feed', { schema: look }, async () => {
    const feed = await feedOf(context)
    return { isOn: feed !== undefined, ...(feed && { switchedOnBy: feed.by, switchedOnAtMs: feed.atMs }) }
  })
  const on = {
    summary: 'Let firewalls fetch the list, by a new token',
    body: Type.Object({}),
    response: { 200: NewFeedSchema },
  }
  app.post('/api/feed', { schema: on }, async (request, reply) => {
    const token = newToken()
    const { name: by } = visitorOf(request)
    const feed: Feed = { tokenHash: hashToken(token), by, atMs: clock() }
    await store.saveSetting(feedSetting, feed)
    await store.audit({ atMs: clock(), who: by, action: 'feed.on', object: 'block list', details: {} })
    const path = `/feeds/${token}/blocks.txt`
    return reply.send({ path, plainPath: '/feeds/blocks.txt', user: 'bellwether', password: token })
  })
  app.delete('/api/feed', { schema: { summary: 'End the list for firewalls' } }, async (request, reply) => {
    await store.saveSetting(feedSetting, null)
    const { name: who } = visitorOf(request)
    await store.audit({ atMs: clock(), who, action: 'feed.off', object: 'block list', details: {} })
    return reply.code(204).send()
  })
}

function feedRoutes(app: App, context: Context): void {
  const send = async (reply: FastifyReply, token: string | undefined): Promise<FastifyReply> => {
    const feed = await feedOf(context)
    // Off, and a wrong token, look the same as a page that is not there: but a firewall must be asked to say who it is.
    if (feed === undefined) return refuse(reply, 404, 'There is nothing here.')
    if (token === undefined || !isSameSecret(hashToken(token), feed.tokenHash)) {
      reply.header('www-authenticate', 'Basic realm="bellwether", charset="UTF-8"')
      return refuse(reply, 401, 'This needs the token of the list.')
    }
    return sendRendering(context, reply, 'feed.txt', false)
  }
  const schema = { summary: 'The block list for firewalls, one network a line', security: [{ firewall: [] }] }
  app.get('/feeds/blocks.txt', { schema }, (request, reply) => send(reply, basicPassword(request)))
  app.get('/feeds/:token/blocks.txt', { schema: { ...schema, params: TokenSchema } }, (request, reply) =>
    send(reply, request.params.token),
  )
}

/** Registers them all. */
export function blockRoutes(app: App, context: Context): void {
  decisionRoutes(app, context)
  const download = { summary: 'The list in the form of a target', params: NameSchema }
  app.get('/api/blocks/downloads/:name', { schema: download }, (request, reply) =>
    sendRendering(context, reply, request.params.name, true),
  )
  feedSwitch(app, context)
  feedRoutes(app, context)
}
