/** Short ways for tests to write correlations, and to say what they told. */
import type { CorrelationMatch } from './correlator.ts'
import type { Match } from './engine.ts'
import { selecting } from './rule-text.fixture.ts'

/** A rule about events of one kind, known by a name. */
export const namedRule = (name: string, kind: string): string =>
  selecting(`kind: ${kind}`, `title: ${name}\nname: ${name}`)
/** Three rules to correlate. */
export const kinds = [namedRule('fail', 'fail'), namedRule('ok', 'ok'), namedRule('scan', 'scan')]

/** Parts of a correlation; what is left out is the same for most tests. */
export interface CorrelationText {
  readonly type: string
  readonly rules?: string
  readonly condition?: string
  readonly groupBy?: string
  readonly timespan?: string
  readonly name?: string
  readonly more?: string
}

/** A correlation as text. */
export function correlation({
  type,
  rules: of = 'fail',
  condition,
  groupBy = 'user',
  timespan = '1m',
  name = 'C',
  more = '',
}: CorrelationText): string {
  const bounds = condition === undefined ? '' : `\n  condition: {${condition}}`
  return `title: ${name}\nname: ${name}\ncorrelation:\n  type: ${type}\n  rules: [${of}]\n  group-by: [${groupBy}]\n  timespan: ${timespan}${bounds}${more}`
}

/** Whether a match is a correlation's. */
export const isCorrelation = (match: Match): match is CorrelationMatch => match.kind === 'correlation'
/** Matches of correlations as `title@second measure group`. */
export const told = (found: readonly Match[]): string[] =>
  found.filter(isCorrelation).map(({ rule, timeMs, measure, group, value }) => {
    return [
      `${rule.title}@${timeMs / 1_000}`,
      measure,
      ...Object.values(group),
      ...(value === undefined ? [] : [value]),
    ].join(' ')
  })
