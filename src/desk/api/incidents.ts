/** Incidents as the desk shows them and takes decisions about them: schema and type of each. Times are milliseconds
 *  since the epoch, UTC. Text from logs is hostile: it is shown as text, never as markup. */
import { type Static, Type } from 'typebox'
import { actorTypes, findingKinds, levels, outcomes } from '../../core/finding.ts'

const oneOf = <Values extends string[]>(values: readonly [...Values]) => Type.Enum(values)

export const LevelSchema = oneOf(levels)
export const KindSchema = oneOf(findingKinds)
export const OutcomeSchema = oneOf(outcomes)
export const StateSchema = oneOf(['new', 'acknowledged', 'contained', 'closed'] as const)
export const ActorSchema = Type.Object({ type: oneOf(actorTypes), value: Type.String() })
export const ExposureSchema = Type.Object({
  recordsMin: Type.Integer(),
  /** Null where no upper bound is known. */
  recordsMax: Type.Union([Type.Integer(), Type.Null()]),
  recordsLikely: Type.Integer(),
  basis: Type.Array(Type.String()),
})
export const PlaceSchema = Type.Object({
  source: Type.String(),
  line: Type.Integer(),
  offset: Type.Integer(),
  length: Type.Integer(),
})

/** A row of the list. */
export const IncidentSummarySchema = Type.Object({
  id: Type.String(),
  state: StateSchema,
  /** It was closed and was seen again. */
  seenAgain: Type.Boolean(),
  level: LevelSchema,
  confidence: Type.Number(),
  title: Type.String(),
  kinds: Type.Array(KindSchema),
  outcome: Type.Optional(OutcomeSchema),
  firstSeenMs: Type.Number(),
  lastSeenMs: Type.Number(),
  detectedAtMs: Type.Number(),
  actors: Type.Array(ActorSchema),
  actorCount: Type.Integer(),
  targets: Type.Array(Type.String()),
  hitCount: Type.Integer(),
  exposure: Type.Optional(ExposureSchema),
  updatedAtMs: Type.Number(),
})
export type IncidentSummaryView = Static<typeof IncidentSummarySchema>

export const FindingSchema = Type.Object({
  id: Type.String(),
  kind: KindSchema,
  /** The kind in plain words, for example `Voter records looked up one after another`; of a rule, its title. */
  title: Type.String(),
  rules: Type.Array(Type.String()),
  level: LevelSchema,
  confidence: Type.Number(),
  actor: ActorSchema,
  target: Type.String(),
  parts: Type.Array(Type.String()),
  outcome: Type.Optional(OutcomeSchema),
  tools: Type.Array(Type.String()),
  firstSeenMs: Type.Number(),
  lastSeenMs: Type.Number(),
  detectedAtMs: Type.Number(),
  hitCount: Type.Integer(),
})
/** A finding of an incident. */
export type FindingView = Static<typeof FindingSchema>

/** A step of the advice, as a checklist. */
export const StepSchema = Type.Object({
  /** The step's own text: what is sent back to mark it. */
  text: Type.String(),
  doneBy: Type.Optional(Type.String()),
  doneAtMs: Type.Optional(Type.Number()),
})
export const AdviceSchema = Type.Object({
  meaning: Type.String(),
  now: Type.Array(StepSchema),
  call: Type.Array(Type.String()),
})

/** An address that could be blocked, or why it can't. */
export const ProposalSchema = Type.Object({
  network: Type.String(),
  reason: Type.String(),
  /** A better network to block: the /64 around an IPv6 address. */
  suggestion: Type.Optional(Type.String()),
  /** How long to block at first, hours. */
  hours: Type.Integer(),
  /** Plain sentences: who else may sit behind this address. */
  warnings: Type.Array(Type.String()),
  /** A plain sentence where it may not be blocked. */
  refusal: Type.Optional(Type.String()),
  /** The block in force, if there is one. */
  blockId: Type.Optional(Type.String()),
  blockedUntilMs: Type.Optional(Type.Number()),
})

export const DecisionSchema = Type.Object({
  state: StateSchema,
  by: Type.String(),
  atMs: Type.Number(),
  comment: Type.Optional(Type.String()),
})
export const NoteSchema = Type.Object({ text: Type.String(), by: Type.String(), atMs: Type.Number() })

/** All of one incident. */
export const IncidentSchema = Type.Object({
  ...IncidentSummarySchema.properties,
  story: Type.Array(Type.String()),
  tools: Type.Array(Type.String()),
  exposureAtDetection: Type.Optional(ExposureSchema),
  context: Type.Array(Type.String()),
  findings: Type.Array(FindingSchema),
  /** Findings beyond those listed, the most severe of which are here. */
  findingsLeftOut: Type.Integer(),
  timeline: Type.Array(Type.Object({ dayMs: Type.Number(), hitCount: Type.Integer(), kinds: Type.Array(KindSchema) })),
  advice: Type.Array(AdviceSchema),
  proposals: Type.Array(ProposalSchema),
  history: Type.Array(DecisionSchema),
  notes: Type.Array(NoteSchema),
  mergedInto: Type.Optional(Type.String()),
  evidenceCount: Type.Integer(),
})
export type IncidentView = Static<typeof IncidentSchema>

/** A line of evidence. `text` shows bytes that are no UTF-8 or that would not print as `\xHH`. */
export const EvidenceSchema = Type.Object({
  findingId: Type.String(),
  ordinal: Type.Integer(),
  kind: KindSchema,
  timeMs: Type.Number(),
  place: PlaceSchema,
  sourceId: Type.String(),
  text: Type.String(),
  sha256: Type.String(),
  /** The mail that the line is about: it has a page of its own. */
  mailId: Type.Optional(Type.String()),
})
export type EvidenceView = Static<typeof EvidenceSchema>

/** A line of evidence with the lines around it, where the source still has them. */
export const EvidenceContextSchema = Type.Object({
  evidence: EvidenceSchema,
  before: Type.Array(Type.Object({ line: Type.Integer(), text: Type.String() })),
  after: Type.Array(Type.Object({ line: Type.Integer(), text: Type.String() })),
  /** Why the lines around it cannot be shown, or a note that the file has changed since. */
  note: Type.Optional(Type.String()),
})
export type EvidenceContextView = Static<typeof EvidenceContextSchema>

/** What the list can be asked for. */
export const IncidentListQuerySchema = Type.Object({
  /** Comma-separated. */
  state: Type.Optional(Type.String({ maxLength: 100 })),
  level: Type.Optional(LevelSchema),
  kind: Type.Optional(Type.String({ maxLength: 400 })),
  text: Type.Optional(Type.String({ maxLength: 200 })),
  fromMs: Type.Optional(Type.Number()),
  untilMs: Type.Optional(Type.Number()),
  order: Type.Optional(oneOf(['severity', 'latest'] as const)),
  offset: Type.Optional(Type.Integer({ minimum: 0, maximum: 1_000_000 })),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200 })),
})
export const IncidentListSchema = Type.Object({
  rows: Type.Array(IncidentSummarySchema),
  total: Type.Integer(),
  counts: Type.Array(Type.Object({ state: StateSchema, level: LevelSchema, count: Type.Integer() })),
})
export type IncidentListView = Static<typeof IncidentListSchema>

export const DecideBodySchema = Type.Object({
  state: StateSchema,
  comment: Type.Optional(Type.String({ maxLength: 4000 })),
})
export const StepBodySchema = Type.Object({ text: Type.String({ maxLength: 4000 }), done: Type.Boolean() })
export const NoteBodySchema = Type.Object({ text: Type.String({ minLength: 1, maxLength: 4000 }) })
export const EvidenceListSchema = Type.Object({ rows: Type.Array(EvidenceSchema), total: Type.Integer() })
/** A page of evidence. */
export type EvidenceListView = Static<typeof EvidenceListSchema>
