/** How each source stands: what it brought, what waits, whether it is silent against its own rhythm or its clock is off.
 *  What is wrong with a source becomes a finding, once each time. */
import { durationInWords } from '../../core/counts.ts'
import type { SourceId } from '../../core/ids.ts'
import { limits } from '../../core/limits.ts'
import type { SourceDefinition } from '../../sources/definition.ts'
import { Rhythm } from '../../sources/rhythm.ts'
import type { SourceStatus } from '../../store/store.ts'
import type { Analysis } from './analysis.ts'
import type { LiveStream } from './live-stream.ts'
import type { StreamSet } from './stream-set.ts'

/** A source while it is judged. */
interface Judged {
  readonly rhythm: Rhythm
  records: number
  /** What is being said of it now: said once, until it is over. */
  said: string | undefined
  message: string | undefined
  isSilent: boolean
  gapsSaid: number
}

/** A source's judgement as plain data. */
type SavedJudge = readonly (readonly [
  SourceId,
  { readonly rhythm: unknown; readonly records: number; readonly said: string | undefined; readonly gapsSaid: number },
])[]

/** What people put in once has no rhythm. */
const hasRhythm = ({ kind, id }: SourceDefinition): boolean =>
  kind !== 'upload' && kind !== 'mail-upload' && kind !== 'drop' && !id.startsWith('demonstration-')

/** Judges all sources of a desk. */
export class SourceJudge {
  readonly #sources = new Map<SourceId, Judged>()
  #judgedAtMs = Number.NEGATIVE_INFINITY

  /** Looks at what came since the last call. */
  observe(analysis: Analysis, streams: StreamSet, nowMs: number): void {
    if (nowMs - this.#judgedAtMs < limits.judgeMs) return
    this.#judgedAtMs = nowMs
    const backlogs = backlogBySource(analysis)
    for (const { definition } of streams.sources) {
      const judged = this.#of(definition.id)
      this.#sayGaps(analysis, definition, judged, nowMs)
      if (!hasRhythm(definition)) continue
      const { records, lastRecordMs } = analysis.counts.of(definition.id)
      const came = records - judged.records
      judged.records = records
      // Old lines that are caught up with say nothing about now.
      const isCatchingUp = (backlogs.get(definition.id) ?? 0) > limits.backlogShownBytesMin
      if (came > 0 && !isCatchingUp) judged.rhythm.observe(nowMs, came, lastRecordMs ?? Number.NaN)
      this.#judge(analysis, definition, judged, nowMs)
    }
  }

  #of(id: SourceId): Judged {
    let judged = this.#sources.get(id)
    if (judged === undefined) {
      judged = { rhythm: new Rhythm(), records: 0, said: undefined, message: undefined, isSilent: false, gapsSaid: 0 }
      this.#sources.set(id, judged)
    }
    return judged
  }

  #judge(analysis: Analysis, definition: SourceDefinition, judged: Judged, nowMs: number): void {
    const finding = judged.rhythm.judge(nowMs)
    judged.isSilent = finding?.kind === 'silent'
    judged.message = undefined
    if (finding === undefined) {
      judged.said = undefined
      return
    }
    judged.message =
      finding.kind === 'silent'
        ? `It has brought nothing for ${durationInWords(nowMs - finding.sinceMs)}, against its habit. Look whether the machine and its logging work.`
        : `Its times and this computer's clock are ${durationInWords(Math.abs(finding.offsetMs))} apart. Have its clock or time zone set.`
    if (judged.said === finding.kind) return
    judged.said = finding.kind
    analysis.say({
      kind: finding.kind === 'silent' ? 'source-silent' : 'source-clock',
      rule: finding.kind === 'silent' ? 'source-silent' : 'source-clock',
      level: finding.kind === 'silent' ? 'medium' : 'low',
      target: definition.title,
      timeMs: finding.kind === 'silent' ? finding.sinceMs : nowMs,
      decidedAtMs: nowMs,
      sourceId: definition.id,
      confidence: 0.8,
    })
  }

  /** Lines that are known to be missing for good. */
  #sayGaps(analysis: Analysis, definition: SourceDefinition, judged: Judged, nowMs: number): void {
    let gaps = 0
    for (const { sourceId, follower } of analysis.streams) if (sourceId === definition.id) gaps += follower.gaps
    if (gaps <= judged.gapsSaid) {
      judged.gapsSaid = gaps
      return
    }
    judged.gapsSaid = gaps
    analysis.say({
      kind: 'messages-lost',
      rule: 'lines-missing',
      level: 'medium',
      target: definition.title,
      timeMs: nowMs,
      sourceId: definition.id,
    })
  }

  /** How all sources stand now. */
  statuses(analysis: Analysis, streams: StreamSet): SourceStatus[] {
    const bySource = new Map<SourceId, LiveStream[]>()
    for (const stream of analysis.streams) {
      bySource.set(stream.sourceId, [...(bySource.get(stream.sourceId) ?? []), stream])
    }
    return [...streams.sources].map(({ definition, problem }) => {
      const own = bySource.get(definition.id) ?? []
      const counts = analysis.counts.of(definition.id)
      const judged = this.#of(definition.id)
      const message =
        problem ?? own.map(({ follower }) => follower.problem ?? follower.gap).find(Boolean) ?? judged.message
      const backlogBytes = own.reduce((sum, { follower }) => sum + follower.backlogBytes, 0)
      const hasFailed = message !== undefined && own.every(hasProblem) && counts.lastArrivalMs === undefined
      return {
        sourceId: definition.id,
        format: own.find(({ format }) => format !== undefined)?.format?.title,
        state: judged.isSilent ? 'silent' : stateOf(counts.lastArrivalMs, backlogBytes, hasFailed || lostAll(own)),
        message,
        records: counts.records,
        rejects: counts.rejects,
        bytes: counts.bytes,
        lost: 0,
        backlogBytes: steady(backlogBytes),
        lastRecordMs: counts.lastRecordMs,
        lastArrivalMs: counts.lastArrivalMs,
      }
    })
  }

  save(): unknown {
    const saved: SavedJudge = [...this.#sources].map(([id, { rhythm, records, said, gapsSaid }]) => [
      id,
      { rhythm: rhythm.save(), records, said, gapsSaid },
    ])
    return saved
  }

  restore(saved: unknown): void {
    if (!Array.isArray(saved)) return
    for (const [id, { rhythm, ...rest }] of saved as SavedJudge) {
      this.#sources.set(id, { ...rest, rhythm: Rhythm.restore(rhythm), message: undefined, isSilent: false })
    }
  }
}

const hasProblem = ({ follower }: LiveStream): boolean => follower.problem !== undefined

/** Every stream of a source that has some is kept from being read. */
const lostAll = (streams: readonly LiveStream[]): boolean => streams.length > 0 && streams.every(hasProblem)

/** A few bytes between two looks are no backlog, and would make every second's status another one. */
const steady = (backlogBytes: number): number => (backlogBytes < limits.backlogShownBytesMin ? 0 : backlogBytes)

function backlogBySource(analysis: Analysis): Map<SourceId, number> {
  const backlogs = new Map<SourceId, number>()
  for (const { sourceId, follower } of analysis.streams) {
    backlogs.set(sourceId, (backlogs.get(sourceId) ?? 0) + follower.backlogBytes)
  }
  return backlogs
}

function stateOf(lastArrivalMs: number | undefined, backlogBytes: number, hasFailed: boolean): SourceStatus['state'] {
  if (hasFailed) return 'failed'
  if (lastArrivalMs === undefined) return backlogBytes > 0 ? 'reading' : 'waiting'
  return backlogBytes > limits.backlogShownBytesMin ? 'reading' : 'live'
}
