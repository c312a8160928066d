/** The detection rules as the console shows them: which sets are loaded, what each rule looks for and how often it fired,
 *  what waits for the office's values, what cannot be used and why, and which rules the office has switched off. */
import { type Static, Type } from 'typebox'
import { LevelSchema } from './incidents.ts'

/** `in-use`: looks at events. `off`: the office has switched it off. `waiting`: right, but it needs values of the office.
 *  `unusable`: something is wrong with it, wholly or in part. */
export const ruleStates = ['in-use', 'off', 'waiting', 'unusable'] as const
export const RuleStateSchema = Type.Enum(ruleStates)

/** Who switched a rule off, when and why. */
export const RuleOffSchema = Type.Object({ reason: Type.String(), by: Type.String(), atMs: Type.Number() })

/** How often a rule fired, as far back as was counted. */
export const RuleFiredSchema = Type.Object({
  findings: Type.Integer(),
  hits: Type.Integer(),
  lastMs: Type.Number(),
  /** The incident of the last time. */
  incidentId: Type.Optional(Type.String()),
})

/** A rule in the list. Texts are those of the rule's author. */
export const RuleSummarySchema = Type.Object({
  id: Type.String(),
  title: Type.String(),
  kind: Type.Enum(['detection', 'correlation', 'filter'] as const),
  level: Type.Optional(LevelSchema),
  status: Type.String(),
  /** `windows, process_creation`; empty for rules about other rules. */
  logsource: Type.String(),
  /** Names of tactics of MITRE ATT&CK. */
  tactics: Type.Array(Type.String()),
  techniques: Type.Array(Type.String()),
  /** The set that it came with, by its name. */
  set: Type.String(),
  state: RuleStateSchema,
  fired: Type.Optional(RuleFiredSchema),
})
export type RuleSummaryView = Static<typeof RuleSummarySchema>

/** What is wrong, or what a rule waits for. */
export const RuleProblemSchema = Type.Object({
  title: Type.String(),
  file: Type.String(),
  line: Type.Integer(),
  problem: Type.String(),
  mend: Type.String(),
})
export type RuleProblemView = Static<typeof RuleProblemSchema>

/** All of a rule. */
export const RuleSchema = Type.Intersect([
  RuleSummarySchema,
  Type.Object({
    description: Type.String(),
    /** What it means for an election office, and what to do: rules of ours say so. */
    plain: Type.Optional(Type.String()),
    doNow: Type.Array(Type.String()),
    falsePositives: Type.Array(Type.String()),
    tags: Type.Array(Type.String()),
    author: Type.String(),
    references: Type.Array(Type.String()),
    file: Type.String(),
    line: Type.Integer(),
    /** Its id as its author gave it. */
    ruleId: Type.Optional(Type.String()),
    /** Of a rule about several events: titles of the rules that it counts. */
    counts: Type.Array(Type.String()),
    problem: Type.Optional(RuleProblemSchema),
    off: Type.Optional(RuleOffSchema),
  }),
])
export type RuleView = Static<typeof RuleSchema>

export const RuleListSchema = Type.Object({ rows: Type.Array(RuleSummarySchema), total: Type.Integer() })
/** A page of the list. */
export type RuleListView = Static<typeof RuleListSchema>

/** What the list is asked for. */
export const RuleQuerySchema = Type.Object({
  text: Type.Optional(Type.String({ maxLength: 200 })),
  level: Type.Optional(LevelSchema),
  state: Type.Optional(RuleStateSchema),
  logsource: Type.Optional(Type.String({ maxLength: 200 })),
  tactic: Type.Optional(Type.String({ maxLength: 60 })),
  set: Type.Optional(Type.String({ maxLength: 500 })),
  order: Type.Optional(Type.Enum(['fired', 'level', 'title'] as const)),
  offset: Type.Optional(Type.Integer({ minimum: 0, maximum: 1_000_000 })),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200 })),
})
export type RuleQuery = Static<typeof RuleQuerySchema>

/** `shipped`: comes with Bellwether. `kept`: added by `bellwether rules add`. `configured`: named in the configuration. */
export const RuleSetSchema = Type.Object({
  name: Type.String(),
  kind: Type.Enum(['shipped', 'kept', 'configured'] as const),
  /** Where it came from, as it was named. */
  from: Type.String(),
  addedAtMs: Type.Optional(Type.Number()),
  files: Type.Integer(),
  rules: Type.Integer(),
  inUse: Type.Integer(),
  waiting: Type.Integer(),
  unusable: Type.Integer(),
})
export type RuleSetView = Static<typeof RuleSetSchema>

/** What stands above the list. */
export const RulesPageSchema = Type.Object({
  sets: Type.Array(RuleSetSchema),
  /** Of the list: a file or a rule that could not be read is in no list, and stands among the problems. */
  counts: Type.Object({
    all: Type.Integer(),
    inUse: Type.Integer(),
    off: Type.Integer(),
    waiting: Type.Integer(),
    unusable: Type.Integer(),
  }),
  /** Tactics of MITRE ATT&CK in the order of the matrix, and what rules in use know of each. */
  coverage: Type.Array(Type.Object({ tactic: Type.String(), rules: Type.Integer(), techniques: Type.Integer() })),
  logsources: Type.Array(Type.Object({ name: Type.String(), rules: Type.Integer() })),
  /** Values that rules wait for. */
  placeholders: Type.Array(Type.Object({ name: Type.String(), rules: Type.Array(Type.String()) })),
  /** What cannot be used, `problemsTotal` in all. */
  problems: Type.Array(RuleProblemSchema),
  problemsTotal: Type.Integer(),
  /** The configuration file, in which values are written. */
  configurationPath: Type.String(),
  /** When the rules in use were read; `isOutdated` where a set was added or taken away since. */
  readAtMs: Type.Number(),
  isOutdated: Type.Boolean(),
  firedSinceMs: Type.Number(),
})
export type RulesPageView = Static<typeof RulesPageSchema>

/** Why a rule is switched off. */
export const RuleOffBodySchema = Type.Object({ reason: Type.String({ minLength: 1, maxLength: 500 }) })
