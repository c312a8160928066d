/** What the Sources page takes and shows beyond the list: suggestions, additions, uploads, rejects, push tokens. */
import { type Static, Type } from 'typebox'
import { PlaceSchema } from './incidents.ts'

/** A log that the desk found on this machine and that is not read yet. */
export const SuggestionSchema = Type.Object({
  path: Type.String(),
  title: Type.String(),
  /** What it seems to be, or why it cannot be read. */
  message: Type.String(),
  readable: Type.Boolean(),
})
export type SuggestionView = Static<typeof SuggestionSchema>

/** A source to add: follow files, or make an entry for HTTP push. Ports are opened by the configuration file alone. */
export const AddSourceBodySchema = Type.Union([
  Type.Object({
    kind: Type.Literal('follow'),
    title: Type.String({ minLength: 1, maxLength: 80 }),
    paths: Type.Array(Type.String({ minLength: 1, maxLength: 1024 }), { minItems: 1, maxItems: 20 }),
    from: Type.Enum(['start', 'end'] as const),
    format: Type.Optional(Type.String({ maxLength: 60 })),
    utcOffsetMinutes: Type.Optional(Type.Integer({ minimum: -900, maximum: 900 })),
  }),
  Type.Object({ kind: Type.Literal('push'), title: Type.String({ minLength: 1, maxLength: 80 }) }),
])
export type AddSourceBody = Static<typeof AddSourceBodySchema>

export const RejectSchema = Type.Object({
  ordinal: Type.Integer(),
  place: PlaceSchema,
  reason: Type.String(),
  message: Type.String(),
})
export const RejectListSchema = Type.Object({ rows: Type.Array(RejectSchema), total: Type.Integer() })
/** Lines of a source that could not be understood. */
export type RejectListView = Static<typeof RejectListSchema>

/** The answer to an upload: what was taken in. The analysis goes on afterwards. */
export const UploadSchema = Type.Object({
  name: Type.String(),
  bytes: Type.Integer(),
  /** The same bytes were put in before. */
  knownAlready: Type.Boolean(),
  sentence: Type.String(),
})
export type UploadView = Static<typeof UploadSchema>

/** The answer to a push: what was kept. */
export const PushSchema = Type.Object({ lines: Type.Integer(), bytes: Type.Integer() })

/** A new push token: shown this once. */
export const NewPushTokenSchema = Type.Object({ token: Type.String(), name: Type.String(), sourceId: Type.String() })
export const PushTokenSchema = Type.Object({
  /** The first 12 hexadecimal digits of its hash: to tell it from others. */
  id: Type.String(),
  name: Type.String(),
  sourceId: Type.String(),
  createdBy: Type.String(),
  createdAtMs: Type.Number(),
  lastUsedMs: Type.Optional(Type.Number()),
})
export type PushTokenView = Static<typeof PushTokenSchema>
