/** How each source stands: what it brought, what waits, whether it is silent against its own rhythm or its clock is off.
 *  What is wrong with a source becomes a finding. */
import type { SourceId } from '../../core/ids.ts'
import { limits } from '../../core/limits.ts'
import type { SourceStatus } from '../../store/store.ts'
import type { Analysis } from './analysis.ts'
import type { LiveStream } from './live-stream.ts'
import type { StreamSet } from './stream-set.ts'

export class SourceJudge {
  /** Looks at what came since the last call. */
  observe(_analysis: Analysis, _streams: StreamSet, _nowMs: number): void {}

  /** How all sources stand now. */
  statuses(analysis: Analysis, streams: StreamSet, nowMs: number): SourceStatus[] {
    const bySource = new Map<SourceId, LiveStream[]>()
    for (const stream of analysis.streams) {
      bySource.set(stream.sourceId, [...(bySource.get(stream.sourceId) ?? []), stream])
    }
    return [...streams.sources].map(({ definition, problem }) => {
      const own = bySource.get(definition.id) ?? []
      const counts = analysis.counts.of(definition.id)
      const message = problem ?? own.map(({ follower }) => follower.problem ?? follower.gap).find(Boolean)
      const backlogBytes = own.reduce((sum, { follower }) => sum + follower.backlogBytes, 0)
      return {
        sourceId: definition.id,
        format: own.find(({ format }) => format !== undefined)?.format?.title,
        state: stateOf(counts.lastArrivalMs, backlogBytes, message !== undefined && own.every(hasProblem), nowMs),
        message,
        records: counts.records,
        rejects: counts.rejects,
        bytes: counts.bytes,
        lost: 0,
        backlogBytes,
        lastRecordMs: counts.lastRecordMs,
        lastArrivalMs: counts.lastArrivalMs,
      }
    })
  }

  save(): unknown {
    return {}
  }

  restore(_saved: unknown): void {}
}

const hasProblem = ({ follower }: LiveStream): boolean => follower.problem !== undefined

function stateOf(
  lastArrivalMs: number | undefined,
  backlogBytes: number,
  hasFailed: boolean,
  _nowMs: number,
): SourceStatus['state'] {
  if (hasFailed) return 'failed'
  if (lastArrivalMs === undefined) return backlogBytes > 0 ? 'reading' : 'waiting'
  return backlogBytes > limits.backlogShownBytesMin ? 'reading' : 'live'
}
