/** Routes of the hunt: searches over what was kept, and lists of indicators. */
import { limits } from '../../core/limits.ts'
import {
  HuntAnswerSchema,
  HuntBodySchema,
  HuntPageSchema,
  IndicatorBodySchema,
  SqlAnswerSchema,
  SqlBodySchema,
} from '../../desk/api/hunt.ts'
import { HuntBegunSchema, IndicatorNameBodySchema } from '../api/lists.ts'
import { type Context, personOf } from '../context.ts'
import type { App } from '../parts.ts'
import { answer } from '../problem.ts'

/** Registers them. */
export function huntRoutes(app: App, { desk }: Context): void {
  const slow = { handlerTimeout: limits.huntRequestMsMax }
  app.get('/api/hunt', { schema: { summary: 'What can be searched', response: { 200: HuntPageSchema } } }, () =>
    desk.huntPage(),
  )
  const hunt = { summary: 'Search what was kept', body: HuntBodySchema, response: { 200: HuntAnswerSchema } }
  app.post('/api/hunt', { schema: hunt, bodyLimit: limits.huntBodyBytesMax, ...slow }, async (request, reply) =>
    answer(reply, await desk.hunt(request.body, personOf(request))),
  )
  const sql = {
    summary: 'Search what was kept with SQL, read-only',
    body: SqlBodySchema,
    response: { 200: SqlAnswerSchema },
  }
  app.post('/api/hunt/sql', { schema: sql, bodyLimit: limits.formBytesMax * 2, ...slow }, async (request, reply) =>
    answer(reply, await desk.sql(request.body.sql, personOf(request))),
  )
  const add = {
    summary: 'Load a list of bad addresses, and search backwards for them',
    body: IndicatorBodySchema,
    response: { 200: HuntBegunSchema },
  }
  app.post(
    '/api/indicators',
    { schema: add, bodyLimit: limits.indicatorBodyBytesMax, ...slow },
    async (request, reply) =>
      answer(reply, await desk.addIndicators(request.body.name, request.body.text, personOf(request))),
  )
  const remove = { summary: 'Remove a list of bad addresses', body: IndicatorNameBodySchema }
  app.post('/api/indicators/remove', { schema: remove }, async (request, reply) =>
    answer(reply, await desk.removeIndicators(request.body.name, personOf(request))),
  )
}
