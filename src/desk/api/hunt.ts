/** Searching what was kept: the questions the Hunt page asks and their answers. */
import { type Static, Type } from 'typebox'

export const HuntBodySchema = Type.Object({
  addresses: Type.Optional(Type.Array(Type.String({ maxLength: 60 }), { maxItems: 100_000 })),
  path: Type.Optional(Type.String({ maxLength: 2000 })),
  pathMatch: Type.Optional(Type.Enum(['is', 'begins', 'contains'] as const)),
  agent: Type.Optional(Type.String({ maxLength: 2000 })),
  sourceId: Type.Optional(Type.String({ maxLength: 64 })),
  status: Type.Optional(Type.Integer({ minimum: 100, maximum: 999 })),
  fromMs: Type.Optional(Type.Number()),
  untilMs: Type.Optional(Type.Number()),
  offset: Type.Optional(Type.Integer({ minimum: 0, maximum: 1_000_000 })),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000 })),
})
export type HuntBody = Static<typeof HuntBodySchema>

/** A record of the archive; text fields show what does not print as `\xHH`. */
export const HuntRowSchema = Type.Object({
  timeMs: Type.Number(),
  sourceId: Type.String(),
  kind: Type.Enum(['request', 'statement', 'event'] as const),
  address: Type.String(),
  method: Type.String(),
  path: Type.String(),
  query: Type.String(),
  status: Type.Optional(Type.Integer()),
  bytes: Type.Optional(Type.Number()),
  agent: Type.String(),
  referer: Type.String(),
  /** The statement, for kind `statement`. */
  text: Type.String(),
  file: Type.String(),
  line: Type.Integer(),
  offset: Type.Integer(),
})
export const HuntAnswerSchema = Type.Object({
  total: Type.Integer(),
  rows: Type.Array(HuntRowSchema),
  byAddress: Type.Array(
    Type.Object({ address: Type.String(), count: Type.Integer(), firstMs: Type.Number(), lastMs: Type.Number() }),
  ),
  /** The oldest record that is kept: nothing was searched before it. */
  keptSinceMs: Type.Optional(Type.Number()),
  recordsSearched: Type.Integer(),
  tookMs: Type.Number(),
  sentence: Type.String(),
})
export type HuntAnswerView = Static<typeof HuntAnswerSchema>

export const SqlBodySchema = Type.Object({ sql: Type.String({ minLength: 1, maxLength: 20_000 }) })
export const SqlAnswerSchema = Type.Object({
  columns: Type.Array(Type.String()),
  rows: Type.Array(Type.Array(Type.Union([Type.String(), Type.Number(), Type.Boolean(), Type.Null()]))),
  /** More rows were there than are shown. */
  cut: Type.Boolean(),
  tookMs: Type.Number(),
})
/** The answer to free SQL. */
export type SqlAnswerView = Static<typeof SqlAnswerSchema>

/** A list of known bad addresses that the office loaded; each new one is searched backwards at once. */
export const IndicatorListSchema = Type.Object({
  name: Type.String(),
  addressCount: Type.Integer(),
  addedBy: Type.String(),
  addedAtMs: Type.Number(),
})
export const IndicatorBodySchema = Type.Object({
  name: Type.String({ minLength: 1, maxLength: 120 }),
  text: Type.String({ minLength: 1, maxLength: 8_000_000 }),
})
export const PastHuntSchema = Type.Object({
  id: Type.String(),
  title: Type.String(),
  by: Type.String(),
  atMs: Type.Number(),
  state: Type.Enum(['running', 'done', 'failed'] as const),
  matches: Type.Integer(),
  summary: Type.Array(Type.String()),
})
export const HuntPageSchema = Type.Object({
  indicatorLists: Type.Array(IndicatorListSchema),
  hunts: Type.Array(PastHuntSchema),
  keptSinceMs: Type.Optional(Type.Number()),
  records: Type.Integer(),
  bytes: Type.Integer(),
})
export type HuntPageView = Static<typeof HuntPageSchema>
