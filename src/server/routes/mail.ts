/** Routes of mail: what was flagged, one mail, its report and instructions, a mail that is pasted, and the registry. */
import type { FastifyReply } from 'fastify'
import { Type } from 'typebox'
import { limits } from '../../core/limits.ts'
import {
  IdentitySchema,
  MailInstructionsSchema,
  MailListSchema,
  MailPasteBodySchema,
  MailSchema,
  mailDownloads,
  RegistryImportBodySchema,
  RegistryImportedSchema,
  RegistrySchema,
} from '../../desk/api/mail.ts'
import type { Desk } from '../../desk/desk.ts'
import { type Context, personOf } from '../context.ts'
import type { App } from '../parts.ts'
import { answer } from '../problem.ts'

const MailQuerySchema = Type.Object({
  verdict: Type.Optional(Type.Enum(['attack', 'suspicious', 'unreadable'] as const)),
  campaign: Type.Optional(Type.String({ maxLength: 200 })),
  text: Type.Optional(Type.String({ maxLength: limits.searchCharactersMax })),
  offset: Type.Integer({ minimum: 0, default: 0 }),
  limit: Type.Integer({ minimum: 1, maximum: limits.storePageRowsMax, default: 50 }),
})
const idForm = '^[0-9a-f]{64}$'
const MailParamsSchema = Type.Object({ id: Type.String({ pattern: idForm }) })
const IdentityNameBodySchema = Type.Object({ id: Type.String({ minLength: 1, maxLength: 200 }) })

/** Registers them. */
export function mailRoutes(app: App, { desk }: Context): void {
  const list = { summary: 'Flagged mail', querystring: MailQuerySchema, response: { 200: MailListSchema } }
  app.get('/api/mail', { schema: list }, (request) => desk.mails(request.query))
  const one = { summary: 'One mail with its proofs', params: MailParamsSchema, response: { 200: MailSchema } }
  app.get('/api/mail/:id', { schema: one }, async (request, reply) => answer(reply, await desk.mail(request.params.id)))
  const instructions = {
    summary: 'What to hand to whoever runs the mail',
    params: MailParamsSchema,
    response: { 200: MailInstructionsSchema },
  }
  app.get('/api/mail/:id/instructions', { schema: instructions }, async (request, reply) =>
    answer(reply, await desk.mailInstructions(request.params.id)),
  )
  const download = {
    summary: 'A report of a mail to hand on (ARF, XARF), or the mail itself',
    params: Type.Object({ id: Type.String({ pattern: idForm }), what: Type.Enum(mailDownloads) }),
  }
  app.get('/api/mail/:id/download/:what', { schema: download }, async (request, reply) => {
    return handOut(reply, await desk.mailDownload(request.params.id, request.params.what))
  })
  const check = { summary: 'Look at a mail that is pasted', body: MailPasteBodySchema, response: { 200: MailSchema } }
  app.post(
    '/api/mail/check',
    { schema: check, bodyLimit: limits.mailPasteBytesMax * 2, handlerTimeout: limits.mailJudgeMsMax * 2 },
    async ({ body }, reply) =>
      answer(
        reply,
        await desk.checkMail('text' in body ? Buffer.from(body.text, 'utf8') : Buffer.from(body.base64, 'base64')),
      ),
  )
  const registry = { summary: 'In whose name nobody else may write', response: { 200: RegistrySchema } }
  app.get('/api/mail-registry', { schema: registry }, () => desk.registry())
  const handed = { summary: 'The office’s own entries as a signed list' }
  app.get('/api/mail-registry/list', { schema: handed }, async (_request, reply) =>
    handOut(reply, await desk.exportIdentities()),
  )
  const save = { summary: 'Add or change an entry', body: IdentitySchema, response: { 200: RegistrySchema } }
  app.put('/api/mail-registry', { schema: save, bodyLimit: limits.formBytesMax * 8 }, async (request, reply) =>
    answer(reply, await desk.saveIdentity(request.body, personOf(request))),
  )
  const remove = {
    summary: 'Remove an entry of the office',
    body: IdentityNameBodySchema,
    response: { 200: RegistrySchema },
  }
  app.post('/api/mail-registry/remove', { schema: remove }, async (request, reply) =>
    answer(reply, await desk.removeIdentity(request.body.id, personOf(request))),
  )
  const load = {
    summary: 'Take in a list, of a state or a vendor',
    body: RegistryImportBodySchema,
    response: { 200: RegistryImportedSchema },
  }
  app.post(
    '/api/mail-registry/import',
    { schema: load, bodyLimit: limits.identityFileCharactersMax * 2 },
    async (request, reply) =>
      answer(reply, await desk.importIdentities(request.body.name, request.body.text, personOf(request))),
  )
}

/** A file to save, never shown by the browser as what it may be. */
function handOut(reply: FastifyReply, found: Awaited<ReturnType<Desk['mailDownload']>>): unknown {
  if (!found.ok) return answer(reply, found)
  const { mediaType, fileName, body } = found.value
  return reply
    .type(mediaType)
    .header('content-disposition', `attachment; filename="${fileName}"`)
    .send(Buffer.from(body))
}
