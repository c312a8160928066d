/** Puts measurements into tables: what was flagged, how soon, what was exposed, how incidents fit attacks. */
import { levels } from '../../src/core/finding.ts'
import { incidentsPerAttack, type Measurement, outcomesOf } from './measure.ts'
import type { Table } from './strings.ts'
import { percent, span } from './table.ts'

const nameOf = ({ recording, mode }: Measurement): string[] => [recording.name, mode]
const hasAttack = ({ attackLines }: Measurement): boolean => attackLines > 0
const sum = (measurements: readonly Measurement[], of: (measurement: Measurement) => number): number =>
  measurements.reduce((total, measurement) => total + of(measurement), 0)

const perHundredThousand = (count: number, lines: number): string =>
  lines === 0 ? '-' : ((count * 100_000) / lines).toFixed(2)

/** Errors of the likely count, in percent of the truth. */
export function exposureError({ exposure }: Measurement): number {
  if (exposure.truth === 0) return exposure.recordsLikely === 0 ? 0 : Number.POSITIVE_INFINITY
  return (100 * (exposure.recordsLikely - exposure.truth)) / exposure.truth
}

/** True where the truth lies within the bounds. */
export const boundsHold = ({ exposure }: Measurement): boolean =>
  exposure.recordsMin <= exposure.truth && exposure.truth <= exposure.recordsMax

/** Lines: recall and precision of injection, harmless lines flagged, attacks not found. */
export function linesTable(title: string, measurements: readonly Measurement[]): Table {
  const row = (of: readonly Measurement[], name: readonly string[]): (string | number)[] => {
    const injected = sum(of, (each) => each.injectionFlagged)
    const benign = sum(of, (each) => each.benignLines)
    const flagged = sum(of, (each) => each.benignFlagged.size)
    return [
      ...name,
      sum(of, (each) => each.recording.truth.lines),
      sum(of, (each) => each.injectionLines),
      percent(
        injected,
        sum(of, (each) => each.injectionLines),
      ),
      percent(injected, injected + sum(of, (each) => each.benignInjectionFlagged)),
      flagged,
      perHundredThousand(flagged, benign),
      of.flatMap((each) => each.missedSources).join(', '),
      sum(of, (each) => each.wrongTies),
      sum(of, (each) => each.seconds).toFixed(1),
    ]
  }
  return {
    title,
    columns: [
      'recording',
      'logs',
      'lines',
      'injection lines',
      'recall',
      'precision',
      'benign flagged',
      'per 100,000',
      'attacks not found',
      'wrong ties',
      'seconds',
    ],
    rows: [
      ...measurements.map((measurement) => row([measurement], nameOf(measurement))),
      ...[...new Set(measurements.map(({ mode }) => mode))].map((mode) =>
        row(
          measurements.filter((measurement) => measurement.mode === mode),
          ['total', mode],
        ),
      ),
    ],
  }
}

/** Attacks: how soon they were found, what had been exposed by then, and what in the end. */
export function exposureTable(title: string, measurements: readonly Measurement[]): Table {
  return {
    title,
    columns: [
      'recording',
      'logs',
      'found after',
      'exposed by then',
      'exposed in the end',
      'said at least',
      'said likely',
      'said at most',
      'error',
      'bounds hold',
      'outcome',
    ],
    rows: measurements.filter(hasAttack).map((measurement) => {
      const { detectionMs, exposedAtDetection, exposure } = measurement
      const error = exposureError(measurement)
      return [
        ...nameOf(measurement),
        detectionMs === undefined ? 'never' : span(detectionMs),
        exposedAtDetection,
        exposure.truth,
        exposure.recordsMin,
        exposure.recordsLikely,
        exposure.recordsMax,
        Number.isFinite(error) ? `${error.toFixed(1)}%` : 'none was',
        boundsHold(measurement) ? 'yes' : 'NO',
        outcomesOf(measurement),
      ]
    }),
  }
}

/** Incidents: how many hold each attack's lines, how many hold several attacks, and false ones per week. */
export function incidentsTable(title: string, measurements: readonly Measurement[]): Table {
  return {
    title,
    columns: [
      'recording',
      'logs',
      'attacks',
      'incidents of attacks',
      'most per attack',
      'of several attacks',
      'with benign lines',
      'false by level',
      'false per week',
    ],
    rows: measurements.map((measurement) => {
      const counts = [...incidentsPerAttack(measurement).values()]
      const attacked = measurement.incidents.filter(({ attackLines }) => attackLines > 0)
      const falseOnes = levels.flatMap((level) => {
        const count = measurement.falseIncidents[level]
        return count > 0 ? [`${count} ${level}`] : []
      })
      const falseCount = levels.reduce((total, level) => total + measurement.falseIncidents[level], 0)
      return [
        ...nameOf(measurement),
        counts.length,
        attacked.length,
        Math.max(0, ...counts),
        attacked.filter(({ attacks }) => attacks.size > 1).length,
        attacked.filter(({ benignLines }) => benignLines > 0).length,
        falseOnes.join(', ') || '0',
        measurement.weeks > 0.1 ? (falseCount / measurement.weeks).toFixed(1) : '-',
      ]
    }),
  }
}
