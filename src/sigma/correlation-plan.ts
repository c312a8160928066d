/** What is known of a correlation before events come: how it is judged, where its group and its values stand in the
 *  events of each of its rules, and what it has to carry for correlations above it. */
import type { ResolvedCorrelation } from './resolve.ts'
import type { CorrelationRule, DetectionRule } from './rule.ts'
import { SequenceTally } from './sequence-tally.ts'
import { CountTally, DistinctTally, leastOf, type SlidingTally, SumTally } from './sliding-tally.ts'

/** A rule that can be referred to. */
export type Referred = DetectionRule | CorrelationRule

/** A correlation, ready. */
export interface CorrelationPlan {
  readonly rule: CorrelationRule
  readonly of: readonly Referred[]
  /** By number of the rule in the correlation: the fields of the group, in the order of `group-by`. */
  readonly groupFields: readonly (readonly string[])[]
  /** Fields that correlations above ask of this one's matches. */
  readonly carried: readonly string[]
  /** Makes the memory of a group that is judged at every event; undefined where windows are judged when they are over. */
  readonly newSliding: (() => SlidingTally) | undefined
  /** Tells saved state of this correlation from that of another. */
  readonly signature: string
}

/** Whether a correlation can be judged at every event: its bounds are lower ones over what only grows with a window. */
function newSlidingFor(rule: CorrelationRule): (() => SlidingTally) | undefined {
  const { type, bounds, timespanMs } = rule
  if (bounds.some(({ operator }) => operator !== 'gt' && operator !== 'gte')) return undefined
  const least = leastOf(bounds)
  switch (type) {
    case 'event_count':
      return () => new CountTally(least, timespanMs)
    case 'value_count':
      return () => new DistinctTally(least, timespanMs)
    case 'value_sum':
      return () => new SumTally(bounds, timespanMs)
    case 'temporal':
    case 'temporal_ordered': {
      const needed = bounds.length === 0 ? rule.rules.length : least
      return () => new SequenceTally(rule.rules.length, needed, timespanMs, type === 'temporal_ordered')
    }
    case 'value_avg':
    case 'value_percentile':
    case 'value_median':
      return undefined
  }
}

/** Where a field of the group stands in the events of one rule: an alias says so by the rule's name or id. */
function fieldFor(rule: CorrelationRule, field: string, referred: Referred): string | undefined {
  const alias = Object.hasOwn(rule.aliases, field) ? rule.aliases[field] : undefined
  if (alias === undefined) return field
  const key = [referred.name, referred.id].find((each) => each !== undefined && Object.hasOwn(alias, each))
  return key === undefined ? undefined : alias[key]
}

/** Makes plans of correlations that stand in the order of their references. */
export function planCorrelations(correlations: readonly ResolvedCorrelation[]): CorrelationPlan[] {
  const needed = new Map<Referred, Set<string>>()
  const plans: CorrelationPlan[] = []
  for (const { rule, of } of correlations.toReversed()) {
    const carried = needed.get(rule) ?? new Set<string>()
    const groupFields = of.map((referred) =>
      rule.groupBy.map((field) => fieldFor(rule, field, referred)).map((field) => field ?? ''),
    )
    for (const [index, referred] of of.entries()) {
      const fields = needed.get(referred) ?? new Set<string>()
      for (const field of [...carried, ...rule.valueFields, ...(groupFields[index] as readonly string[])])
        fields.add(field)
      needed.set(referred, fields)
    }
    const { type, rules, groupBy, timespanMs, bounds, valueFields, percentile, aliases } = rule
    const signature = JSON.stringify([type, rules, groupBy, timespanMs, bounds, valueFields, percentile, aliases])
    plans.push({ rule, of, groupFields, carried: [...carried], newSliding: newSlidingFor(rule), signature })
  }
  return plans.reverse()
}
