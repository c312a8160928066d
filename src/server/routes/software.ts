/** Routes of the software of the office's machines: what came, what differs, and which list is the baseline. */
import { Type } from 'typebox'
import {
  KeepSoftwareBodySchema,
  SoftwareFolderSchema,
  SoftwareListSchema,
  SoftwarePageSchema,
  SoftwareQuerySchema,
} from '../../desk/api/software.ts'
import { type Context, personOf } from '../context.ts'
import type { App } from '../parts.ts'
import { answer } from '../problem.ts'

const IdSchema = Type.Object({ id: Type.String({ pattern: '^[0-9a-f]{16}$' }) })

/** Registers them. */
export function softwareRoutes(app: App, { desk }: Context): void {
  const list = { summary: 'The software of machines', response: { 200: SoftwareListSchema } }
  app.get('/api/software', { schema: list }, () => desk.software())
  const page = {
    summary: 'What differs in a folder of a machine',
    params: IdSchema,
    querystring: SoftwareQuerySchema,
    response: { 200: SoftwarePageSchema },
  }
  app.get('/api/software/:id', { schema: page }, async (request, reply) =>
    answer(reply, await desk.softwareOf(request.params.id, request.query)),
  )
  const keep = {
    summary: 'Make the list that came the baseline',
    params: IdSchema,
    body: KeepSoftwareBodySchema,
    response: { 200: SoftwareFolderSchema },
  }
  app.post('/api/software/:id/keep', { schema: keep }, async (request, reply) =>
    answer(reply, await desk.keepSoftware(request.params.id, request.body.sha256, personOf(request))),
  )
}
