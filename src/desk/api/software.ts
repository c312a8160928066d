/** Software as the console shows it: for each folder of each machine the list that came last, the baseline that it is held
 *  against, and what differs. */
import { type Static, Type } from 'typebox'
import { differenceKinds } from '../../software/difference.ts'

/** `unchanged`: all is as the baseline says, or differs as expected. `changed`: something is not. `no-baseline`: nobody has
 *  said yet what should be there. `no-list`: a baseline waits for the first list. `comparing`: the desk is at it.
 *  `failed`: it could not compare them. `damaged`: a kept list cannot be read. */
export const SoftwareStateSchema = Type.Enum([
  'unchanged',
  'changed',
  'no-baseline',
  'no-list',
  'comparing',
  'failed',
  'damaged',
] as const)

/** What happened to one thing. */
export const SoftwareChangeSchema = Type.Enum(differenceKinds)

/** A list of what is in a folder, as it was signed. */
export const SoftwareListedSchema = Type.Object({
  /** By the clock of the machine that made it. */
  madeAtMs: Type.Number(),
  /** When the desk kept it. */
  keptAtMs: Type.Number(),
  entries: Type.Integer(),
  /** Things that could not be read when it was made. */
  unread: Type.Integer(),
  sha256: Type.String(),
  /** Of the key that signed it, as people compare it over the telephone. */
  fingerprint: Type.String(),
  /** On which machine it was made, where that is another one. */
  madeOn: Type.Optional(Type.String()),
  /** Of a baseline: who kept it in the console. */
  keptBy: Type.Optional(Type.String()),
})
export type SoftwareListedView = Static<typeof SoftwareListedSchema>

/** A folder of a machine. */
export const SoftwareFolderSchema = Type.Object({
  id: Type.String(),
  machine: Type.String(),
  folder: Type.String(),
  state: SoftwareStateSchema,
  latest: Type.Optional(SoftwareListedSchema),
  baseline: Type.Optional(SoftwareListedSchema),
  /** What was not expected, the gravest first. */
  changes: Type.Array(Type.Object({ kind: SoftwareChangeSchema, isProgram: Type.Boolean(), count: Type.Integer() })),
  /** Changes that the baseline expects, such as logs. */
  expected: Type.Integer(),
  same: Type.Integer(),
  /** Differences beyond those that were kept. */
  leftOut: Type.Integer(),
  /** 0 to 4: how soon a person should look. */
  severity: Type.Integer(),
})
export type SoftwareFolderView = Static<typeof SoftwareFolderSchema>

export const SoftwareListSchema = Type.Object({
  folders: Type.Array(SoftwareFolderSchema),
  /** False where no folder is set up into which sticks are put. */
  hasDrop: Type.Boolean(),
})
/** All folders of all machines. */
export type SoftwareListView = Static<typeof SoftwareListSchema>

/** One difference, in words. */
export const SoftwareDifferenceSchema = Type.Object({
  kind: SoftwareChangeSchema,
  severity: Type.Integer(),
  isProgram: Type.Boolean(),
  path: Type.String(),
  from: Type.Optional(Type.String()),
  /** What is to be said of it; empty where the kind says it all. */
  detail: Type.String(),
  /** The pattern that expects it. */
  expected: Type.Optional(Type.String()),
})
/** See `SoftwareDifferenceSchema`. */
export type SoftwareDifferenceView = Static<typeof SoftwareDifferenceSchema>

/** One folder with a page of its differences. */
export const SoftwarePageSchema = Type.Object({
  folder: SoftwareFolderSchema,
  differences: Type.Array(SoftwareDifferenceSchema),
  /** Differences that fit the question. */
  total: Type.Integer(),
})
export type SoftwarePageView = Static<typeof SoftwarePageSchema>

/** Which differences are asked for. */
export const SoftwareQuerySchema = Type.Object({
  show: Type.Optional(Type.Enum(['unexpected', 'expected', 'all'] as const)),
  kind: Type.Optional(SoftwareChangeSchema),
  text: Type.Optional(Type.String({ maxLength: 200 })),
  offset: Type.Optional(Type.Integer({ minimum: 0, maximum: 10_000_000 })),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 500 })),
})
export type SoftwareQuery = Static<typeof SoftwareQuerySchema>

/** Which list becomes the baseline: the one that the person looked at. */
export const KeepSoftwareBodySchema = Type.Object({ sha256: Type.String({ pattern: '^[0-9a-f]{64}$' }) })
