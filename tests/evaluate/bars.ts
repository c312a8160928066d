/** The bars that this project holds itself to, and what was measured against each. A bar whose recording is not there
 *  is left out. */
import type { Measurement, Mode } from './measure.ts'
import type { Table } from './strings.ts'
import { percent, span } from './table.ts'
import { boundsHold, exposureError } from './tables.ts'

/** One bar; `met` is false where it is missed. */
export interface Bar {
  readonly bar: string
  readonly asked: string
  readonly measured: string
  readonly met: boolean
}

export const barsTable = (bars: readonly Bar[]): Table => ({
  title: 'Bars',
  columns: ['bar', 'asked', 'measured', 'met'],
  rows: bars.map(({ bar, asked, measured, met }) => [bar, asked, measured, met ? 'yes' : 'NO']),
})

const sum = (measurements: readonly Measurement[], of: (measurement: Measurement) => number): number =>
  measurements.reduce((total, measurement) => total + of(measurement), 0)

/** All bars on recordings. */
export function recordingBars(all: readonly Measurement[]): Bar[] {
  const web = all.filter(({ mode }) => mode === 'web')
  if (web.length === 0) return []
  const named = (name: string, mode: Mode): Measurement[] =>
    all.filter((measurement) => measurement.recording.name === name && measurement.mode === mode)
  return [
    ...lineBars(web),
    ...(['web', 'web and database'] as const).flatMap((mode) => named('quiet-three-weeks', mode).flatMap(quietBars)),
    ...named('illinois-2016', 'web').flatMap(illinoisBars),
    ...named('illinois-2016', 'web').map(boundsBar),
    ...named('illinois-2016', 'web and database').map(exposureBar),
    ...web.flatMap(enumerationBars),
  ]
}

function lineBars(web: readonly Measurement[]): Bar[] {
  const lines = sum(web, (each) => each.injectionLines)
  const flagged = sum(web, (each) => each.injectionFlagged)
  const benign = sum(web, (each) => each.benignLines)
  const benignFlagged = sum(web, (each) => each.benignFlagged.size)
  return [
    {
      bar: 'SQL injection requests flagged',
      asked: '>= 99%',
      measured: `${percent(flagged, lines)} of ${lines}`,
      met: flagged >= lines * 0.99,
    },
    {
      bar: 'benign requests flagged, any kind',
      asked: '<= 1 in 100,000',
      measured: `${benignFlagged} of ${benign}`,
      met: benignFlagged * 100_000 <= benign,
    },
  ]
}

function quietBars({ falseIncidents, mode, benignFlagged, benignLines }: Measurement): Bar[] {
  const severe = falseIncidents.high + falseIncidents.critical
  return [
    {
      bar: `three quiet weeks, ${mode}: false incidents at high or critical`,
      asked: '0',
      measured: String(severe),
      met: severe === 0,
    },
    {
      bar: `three quiet weeks, ${mode}: false incidents at medium`,
      asked: '<= 1',
      measured: String(falseIncidents.medium),
      met: falseIncidents.medium <= 1,
    },
    {
      bar: `three quiet weeks, ${mode}: benign requests flagged`,
      asked: '<= 1 in 100,000',
      measured: `${benignFlagged.size} of ${benignLines}`,
      met: benignFlagged.size * 100_000 <= benignLines,
    },
  ]
}

function illinoisBars({ detectionMs, incidents }: Measurement): Bar[] {
  const attacked = incidents.filter(({ attackLines }) => attackLines > 0).length
  return [
    {
      bar: 'illinois-2016: from the first malicious request to an incident',
      asked: '0 s',
      measured: detectionMs === undefined ? 'never' : span(detectionMs),
      met: detectionMs !== undefined && detectionMs < 1_000,
    },
    { bar: 'illinois-2016: incidents of the attack', asked: '1', measured: String(attacked), met: attacked === 1 },
  ]
}

function boundsBar(measurement: Measurement): Bar {
  const { truth, recordsMin, recordsMax } = measurement.exposure
  return {
    bar: 'illinois-2016 without the database log: bounds of exposed records',
    asked: `hold ${truth}`,
    measured: `${recordsMin} to ${recordsMax}`,
    met: boundsHold(measurement),
  }
}

function exposureBar(measurement: Measurement): Bar {
  const { truth, recordsLikely } = measurement.exposure
  const error = exposureError(measurement)
  return {
    bar: 'illinois-2016 with the database log: exposed records',
    asked: `within 5% of ${truth}`,
    measured: `${recordsLikely} (${error.toFixed(1)}%)`,
    met: Math.abs(error) <= 5,
  }
}

/** Walks alone in their recording, told by the truth: one address or many. */
function enumerationBars({ recording, detectionMs, exposedAtDetection }: Measurement): Bar[] {
  const { truth, name } = recording
  const techniques = new Set(truth.sources.flatMap(({ label, technique }) => (label === 'attack' ? technique : [])))
  if (![...techniques].some((technique) => technique.startsWith('enumeration'))) return []
  const walkers = new Set<string>()
  for (let line = 1; line <= truth.lines; line++) {
    const source = truth.sources[truth.sourceOfLine[line] as number]
    if (source?.label === 'attack' && source.technique.startsWith('enumeration'))
      walkers.add(truth.clientOfLine[line] as string)
  }
  const allowed = walkers.size === 1 ? 200 : 2_000
  return [
    {
      bar: `${name}: records exposed at detection (${walkers.size} ${walkers.size === 1 ? 'address' : 'addresses'})`,
      asked: `< ${allowed}`,
      measured: detectionMs === undefined ? 'never found' : String(exposedAtDetection),
      met: detectionMs !== undefined && exposedAtDetection < allowed,
    },
  ]
}

/** Bars that a table of strings carries in its columns `share` and `bar`. */
export function stringBars(tables: readonly Table[]): Bar[] {
  return tables.flatMap(({ title, columns, rows }) => {
    const share = columns.indexOf('share')
    const asked = columns.indexOf('bar')
    if (share < 0 || asked < 0) return []
    return rows.flatMap((row) => {
      const found = /^([<>]=) ([\d.]+)%$/.exec(String(row[asked]))
      if (found === null) return []
      const measured = Number.parseFloat(String(row[share]))
      const met = found[1] === '>=' ? measured >= Number(found[2]) : measured <= Number(found[2])
      const name = columns[0] === 'strings' ? String(row[0]) : title
      return [{ bar: name, asked: String(row[asked]), measured: String(row[share]), met }]
    })
  })
}
