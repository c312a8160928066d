/** Routes of today, of incidents and of their evidence. */
import { Readable } from 'node:stream'
import { Type } from 'typebox'
import { type FindingKind, findingKinds } from '../../core/finding.ts'
import type { FindingId, IncidentId } from '../../core/ids.ts'
import { limits } from '../../core/limits.ts'
import {
  DecideBodySchema,
  EvidenceContextSchema,
  EvidenceListSchema,
  IncidentListQuerySchema,
  IncidentListSchema,
  IncidentSchema,
  NoteBodySchema,
  StepBodySchema,
} from '../../desk/api/incidents.ts'
import { TodaySchema } from '../../desk/api/today.ts'
import type { IncidentState } from '../../incidents/incident.ts'
import { type Context, personOf, visitorOf } from '../context.ts'
import type { App } from '../parts.ts'
import { answer } from '../problem.ts'

const IdSchema = Type.Object({ id: Type.String({ pattern: '^incident-[0-9a-f]{32}$' }) })
const EvidenceIdSchema = Type.Object({
  findingId: Type.String({ pattern: '^finding-[0-9a-f]{32}$' }),
  ordinal: Type.Integer({ minimum: 0, maximum: 1_000_000_000 }),
})
const EvidenceQuerySchema = Type.Object({
  findingId: Type.Optional(Type.String({ pattern: '^finding-[0-9a-f]{32}$' })),
  offset: Type.Optional(Type.Integer({ minimum: 0, maximum: 100_000_000 })),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: limits.evidencePageRows })),
})

const states: readonly IncidentState[] = ['new', 'acknowledged', 'contained', 'closed']
/** Those of a comma-separated list that are known. */
const known = <T extends string>(text: string | undefined, all: readonly T[]): readonly T[] => {
  const asked = new Set(text?.split(','))
  return all.filter((each) => asked.has(each))
}

function readRoutes(app: App, { desk }: Context): void {
  app.get('/api/today', { schema: { summary: 'What is happening', response: { 200: TodaySchema } } }, () =>
    desk.today(),
  )

  const list = { summary: 'Incidents', querystring: IncidentListQuerySchema, response: { 200: IncidentListSchema } }
  app.get('/api/incidents', { schema: list }, (request) => {
    const { state, level, kind, text, fromMs, untilMs, order, offset, limit } = request.query
    return desk.incidents({
      ...(state === undefined ? {} : { states: known(state, states) }),
      ...(level === undefined ? {} : { levelMin: level }),
      ...(kind === undefined ? {} : { kinds: known<FindingKind>(kind, findingKinds) }),
      ...(text === undefined || text === '' ? {} : { text }),
      ...(fromMs === undefined ? {} : { fromMs }),
      ...(untilMs === undefined ? {} : { untilMs }),
      order: order ?? 'severity',
      offset: offset ?? 0,
      limit: limit ?? 50,
    })
  })

  const one = { summary: 'One incident', params: IdSchema, response: { 200: IncidentSchema } }
  app.get('/api/incidents/:id', { schema: one }, async (request, reply) =>
    answer(reply, await desk.incident(request.params.id as IncidentId)),
  )
}

function decisionRoutes(app: App, { desk }: Context): void {
  const answers = { params: IdSchema, response: { 200: IncidentSchema } }
  const decide = { summary: 'Acknowledge, contain, close or reopen', body: DecideBodySchema, ...answers }
  app.post('/api/incidents/:id/decide', { schema: decide }, async (request, reply) => {
    const { state, comment } = request.body
    return answer(reply, await desk.decide(request.params.id as IncidentId, state, comment, personOf(request)))
  })
  const step = { summary: 'Tick a step of the advice', body: StepBodySchema, ...answers }
  app.post('/api/incidents/:id/steps', { schema: step }, async (request, reply) => {
    const { text, done } = request.body
    return answer(reply, await desk.markStep(request.params.id as IncidentId, text, done, personOf(request)))
  })
  const note = { summary: 'Add a note', body: NoteBodySchema, ...answers }
  app.post('/api/incidents/:id/notes', { schema: note }, async (request, reply) =>
    answer(reply, await desk.addNote(request.params.id as IncidentId, request.body.text, personOf(request))),
  )
}

function evidenceRoutes(app: App, { desk, store, clock }: Context): void {
  const list = {
    summary: 'Lines of evidence',
    params: IdSchema,
    querystring: EvidenceQuerySchema,
    response: { 200: EvidenceListSchema },
  }
  app.get('/api/incidents/:id/evidence', { schema: list }, async (request, reply) => {
    const { findingId, offset = 0, limit = limits.evidencePageRows } = request.query
    const page = { offset, limit, ...(findingId === undefined ? {} : { findingId: findingId as FindingId }) }
    return answer(reply, await desk.evidence(request.params.id as IncidentId, page))
  })

  const open = {
    summary: 'A line of evidence where it stands',
    params: EvidenceIdSchema,
    response: { 200: EvidenceContextSchema },
  }
  app.get('/api/evidence/:findingId/:ordinal', { schema: open }, async (request, reply) =>
    answer(reply, await desk.openEvidence(request.params.findingId as FindingId, request.params.ordinal)),
  )

  const download = {
    summary: 'All lines of evidence, one JSON document a line',
    params: IdSchema,
    produces: ['application/x-ndjson'],
  }
  app.get(
    '/api/incidents/:id/evidence.ndjson',
    { schema: download, config: { isStream: true } },
    async (request, reply) => {
      const id = request.params.id as IncidentId
      const first = await desk.evidence(id, { offset: 0, limit: limits.evidencePageRows })
      if (!first.ok) return answer(reply, first)
      const { name: who } = visitorOf(request)
      await store.audit({
        atMs: clock(),
        who,
        action: 'evidence.download',
        object: id,
        details: { lines: first.value.total },
      })
      reply.type('application/x-ndjson; charset=utf-8')
      reply.header('content-disposition', `attachment; filename="${id}.ndjson"`)
      return reply.send(Readable.from(evidenceLines(desk, id, first.value.rows)))
    },
  )
}

/** One page after the other, as the reader takes them. */
async function* evidenceLines(
  desk: Context['desk'],
  id: IncidentId,
  first: readonly unknown[],
): AsyncGenerator<string> {
  let rows = first
  for (let offset = 0; rows.length > 0; ) {
    yield rows.map((row) => `${JSON.stringify(row)}\n`).join('')
    offset += rows.length
    const page = await desk.evidence(id, { offset, limit: limits.evidencePageRows })
    if (!page.ok) throw new Error('Evidence went away while it was being sent.')
    rows = page.value.rows
  }
}

/** Registers them all. */
export function incidentRoutes(app: App, context: Context): void {
  readRoutes(app, context)
  decisionRoutes(app, context)
  evidenceRoutes(app, context)
}
