/** The block list as the desk shows it and takes decisions about it. */
import { type Static, Type } from 'typebox'

export const BlockSchema = Type.Object({
  id: Type.String(),
  network: Type.String(),
  reason: Type.String(),
  incidentId: Type.Optional(Type.String()),
  incidentTitle: Type.Optional(Type.String()),
  /** A name, or `the desk (automatic)`. */
  decidedBy: Type.String(),
  decidedAtMs: Type.Number(),
  expiresAtMs: Type.Number(),
  state: Type.Enum(['active', 'expired', 'lifted'] as const),
  liftedAtMs: Type.Optional(Type.Number()),
  liftedBy: Type.Optional(Type.String()),
})
export type BlockView = Static<typeof BlockSchema>

/** Where blocks are put in force. */
export const TargetSchema = Type.Object({
  name: Type.String(),
  title: Type.String(),
  /** `download`: nothing is put in force by the desk, a person fetches the file. */
  state: Type.Enum(['in-force', 'pending', 'failing', 'download'] as const),
  sentence: Type.String(),
  sinceMs: Type.Optional(Type.Number()),
  /** A path of this server to fetch it from. */
  downloadPath: Type.Optional(Type.String()),
})
export type TargetView = Static<typeof TargetSchema>

export const NeverBlockSchema = Type.Object({
  network: Type.String(),
  reason: Type.String(),
  from: Type.Enum(['configuration', 'console', 'built-in'] as const),
})
/** An entry of the never-block list. */
export type NeverBlockView = Static<typeof NeverBlockSchema>

export const BlockListSchema = Type.Object({
  blocks: Type.Array(BlockSchema),
  targets: Type.Array(TargetSchema),
  neverBlock: Type.Array(NeverBlockSchema),
  /** Kinds of findings whose addresses are blocked without a click. */
  automaticKinds: Type.Array(Type.String()),
})
/** The Block list page. */
export type BlockListView = Static<typeof BlockListSchema>

export const AddBlockBodySchema = Type.Object({
  network: Type.String({ minLength: 2, maxLength: 60 }),
  reason: Type.String({ minLength: 1, maxLength: 400 }),
  /** How long, hours; at most a year. */
  hours: Type.Integer({ minimum: 1, maximum: 8784 }),
  incidentId: Type.Optional(Type.String({ maxLength: 60 })),
})
/** A click on “block”. */
export type AddBlockBody = Static<typeof AddBlockBodySchema>
export const NeverBlockBodySchema = Type.Object({
  network: Type.String({ minLength: 2, maxLength: 60 }),
  reason: Type.String({ minLength: 1, maxLength: 400 }),
})
export const AutomaticBodySchema = Type.Object({ kinds: Type.Array(Type.String({ maxLength: 60 }), { maxItems: 40 }) })
