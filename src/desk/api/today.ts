/** Today: one sentence for a clerk, what needs somebody now, and what each source brought. */
import { type Static, Type } from 'typebox'
import { sourceKinds } from '../../sources/definition.ts'
import { IncidentSummarySchema } from './incidents.ts'

export const SourceStateSchema = Type.Enum(['waiting', 'reading', 'live', 'silent', 'failed'] as const)

/** A source as Today and Sources show it. */
export const SourceSchema = Type.Object({
  id: Type.String(),
  title: Type.String(),
  kind: Type.Enum(sourceKinds),
  /** Where its bytes come from, in words: `/var/log/nginx/access.log`, `syslog over TLS, port 6514`. */
  where: Type.String(),
  /** `configuration`: from the file; `console`: added there, and can be removed there. */
  from: Type.Enum(['configuration', 'console', 'demonstration'] as const),
  /** Plain words of the format, where it is known. */
  format: Type.Optional(Type.String()),
  state: SourceStateSchema,
  /** One sentence: how it stands, and the mend where something is wrong. */
  message: Type.String(),
  records: Type.Integer(),
  rejects: Type.Integer(),
  lost: Type.Integer(),
  bytes: Type.Integer(),
  backlogBytes: Type.Integer(),
  lastRecordMs: Type.Optional(Type.Number()),
  lastArrivalMs: Type.Optional(Type.Number()),
  /** Records in each of the last 24 hours of the desk's clock, oldest first. */
  recordsByHour: Type.Array(Type.Integer()),
  recordsToday: Type.Integer(),
})
export type SourceView = Static<typeof SourceSchema>

export const TodaySchema = Type.Object({
  /** `quiet`: nothing open. `watch`: something is open that can wait. `attack`: something needs somebody now.
   *  `blind`: the desk cannot see (no source, or none that works). */
  mood: Type.Enum(['quiet', 'watch', 'attack', 'blind'] as const),
  /** One sentence: quiet since when, or what is happening now. */
  sentence: Type.String(),
  /** What to do now, in a few words each; empty where nothing is to be done. */
  todo: Type.Array(Type.String()),
  quietSinceMs: Type.Optional(Type.Number()),
  /** Open incidents, the most pressing first, at most ten. */
  open: Type.Array(IncidentSummarySchema),
  openCount: Type.Integer(),
  sources: Type.Array(SourceSchema),
  /** What is wrong with the desk itself, in sentences: store away, disk filling, a target failing. */
  problems: Type.Array(Type.String()),
  demonstration: Type.Optional(
    Type.Object({ progress: Type.Number(), sentence: Type.String(), isDone: Type.Boolean() }),
  ),
  nowMs: Type.Number(),
})
/** The Today page. */
export type TodayView = Static<typeof TodaySchema>

/** What is pushed to open consoles: only that something changed, never the data. */
export const DeskEventSchema = Type.Object({
  type: Type.Enum([
    'incidents',
    'sources',
    'blocks',
    'settings',
    'hunts',
    'mail',
    'rules',
    'software',
    'today',
  ] as const),
  /** The incident, source or block. */
  id: Type.Optional(Type.String()),
  atMs: Type.Number(),
})
export type DeskEvent = Static<typeof DeskEventSchema>
