/** Routes of the detection rules: what is loaded, one rule, and switching a rule off and on. */
import { Type } from 'typebox'
import {
  RuleListSchema,
  RuleOffBodySchema,
  RuleQuerySchema,
  RuleSchema,
  RulesPageSchema,
} from '../../desk/api/rules.ts'
import { type Context, personOf } from '../context.ts'
import type { App } from '../parts.ts'
import { answer } from '../problem.ts'

const IdSchema = Type.Object({ id: Type.String({ pattern: '^[0-9a-f]{16}$' }) })

/** Registers them. */
export function ruleRoutes(app: App, { desk }: Context): void {
  const page = { summary: 'What the list of detection rules is about', response: { 200: RulesPageSchema } }
  app.get('/api/rules/page', { schema: page }, async (_request, reply) => answer(reply, await desk.rulesPage()))
  const list = { summary: 'Detection rules', querystring: RuleQuerySchema, response: { 200: RuleListSchema } }
  app.get('/api/rules', { schema: list }, async (request, reply) => answer(reply, await desk.rules(request.query)))
  const one = { summary: 'A detection rule', params: IdSchema, response: { 200: RuleSchema } }
  app.get('/api/rules/:id', { schema: one }, async (request, reply) =>
    answer(reply, await desk.rule(request.params.id)),
  )
  const off = {
    summary: 'Switch a rule off',
    params: IdSchema,
    body: RuleOffBodySchema,
    response: { 200: RuleSchema },
  }
  app.post('/api/rules/:id/off', { schema: off }, async (request, reply) =>
    answer(reply, await desk.switchRuleOff(request.params.id, request.body.reason, personOf(request))),
  )
  const on = {
    summary: 'Switch a rule on again',
    params: IdSchema,
    body: Type.Object({}),
    response: { 200: RuleSchema },
  }
  app.post('/api/rules/:id/on', { schema: on }, async (request, reply) =>
    answer(reply, await desk.switchRuleOn(request.params.id, personOf(request))),
  )
}
