/** What the desk's main thread and the analysis thread say to each other. All of it is plain data; large buffers are
 *  handed over, not copied. */
import type { FindingKind, Level, RuleWords } from '../../core/finding.ts'
import type { FindingId, IncidentId, SourceId } from '../../core/ids.ts'
import type { Office } from '../../core/office.ts'
import type { SourceDefinition } from '../../sources/definition.ts'
import type { SpoolMark } from '../../store/archive/spool.ts'
import type { Commit } from '../../store/store.ts'

/** Changes when a state of an older program cannot be taken back: such a state is set aside, and streams begin where
 *  they stood. */
export const analysisVersion = '2'

/** A record that made a watch fail twice: where its stream stood. */
export interface SetAside {
  readonly key: string
  readonly source: string
  readonly offset: number
  readonly line: number
}

/** A list of known bad addresses, as text: it is parsed where it is used. */
export interface IndicatorText {
  readonly name: string
  readonly text: string
}

/** All that the analysis thread is started with. */
export interface AnalysisStart {
  readonly office: Office
  readonly definitions: readonly SourceDefinition[]
  readonly journalFolder: string
  /** No archive is kept where it is left out. */
  readonly archiveFolder: string | undefined
  readonly checkpoint: Uint8Array | undefined
  /** Takes only the positions of the checkpoint: the rest is of another version, or cannot be taken back. */
  readonly isPositionsOnly: boolean
  readonly assignments: readonly { readonly findingId: FindingId; readonly incidentId: IncidentId }[]
  readonly indicators: readonly IndicatorText[]
  readonly setAside: readonly SetAside[]
  /** The file of detection rules: read and compiled when the first event comes. */
  readonly rulesPath: string
  /** Rules that the office has switched off, as hits name them. */
  readonly rulesOff: readonly string[]
  readonly isCareful: boolean
  /** Signs of life and what is under way: see `beacon.ts`. */
  readonly beacon: SharedArrayBuffer
}

/** Something that the main thread noticed and that becomes a finding. */
export interface Noticed {
  readonly kind: FindingKind
  readonly level: Level
  readonly target: string
  readonly sourceId: SourceId
  readonly timeMs: number
  readonly rule: string
  /** What is to be said of it beyond its kind. */
  readonly words?: RuleWords
}

/** What the analysis thread is told. */
export type ToAnalysis =
  | { readonly type: 'stored'; readonly sequence: number; readonly hadCheckpoint: boolean }
  | { readonly type: 'sources'; readonly definitions: readonly SourceDefinition[] }
  | { readonly type: 'indicators'; readonly lists: readonly IndicatorText[] }
  | { readonly type: 'rules-off'; readonly rules: readonly string[] }
  | { readonly type: 'noticed'; readonly noticed: Noticed }
  /** Spools that are sealed into the archive and gone. */
  | { readonly type: 'sealed'; readonly names: readonly string[] }
  /** Store a checkpoint now, with all spools closed. */
  | { readonly type: 'stop' }

/** Up to where a stream of the journal needs no more keeping, once the checkpoint is stored. */
export interface Acknowledged {
  readonly sourceId: SourceId
  readonly folder: string
  readonly segment: number
  readonly offset: number
}

/** A stream of the journal that was read to its end. */
export interface EndedStream {
  readonly sourceId: SourceId
  readonly folder: string
}

/** What the analysis thread says. */
export type FromAnalysis =
  | { readonly type: 'running' }
  | {
      readonly type: 'commit'
      readonly sequence: number
      readonly commit: Commit
      readonly acknowledged: readonly Acknowledged[]
      /** Streams that need no more keeping, once the checkpoint is stored. */
      readonly ended: readonly EndedStream[]
      /** Spools that may be sealed once the checkpoint is stored. */
      readonly sealable: readonly SpoolMark[]
      readonly checkpointMs: number
      readonly findingCount: number
    }
  /** A stream was opened: the beacon names it by this number. */
  | { readonly type: 'stream'; readonly number: number; readonly key: string; readonly source: string }
  /** Something cannot be done now, in a sentence; undefined when it is over. */
  | { readonly type: 'trouble'; readonly message: string | undefined }
  | { readonly type: 'stopped' }
