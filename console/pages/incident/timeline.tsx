/** How many log lines of each day belong to the incident: as a chart, which is loaded only here, and as a table. */
import { lazy, type ReactNode, Suspense, useMemo } from 'react'
import { inDigits } from '../../../src/core/counts.ts'
import { isAboutMail } from '../../../src/core/vocabulary.ts'
import type { IncidentView } from '../../../src/desk/api/incidents.ts'
import { kindTitle } from '../../words/terms.ts'
import { utcDayOf } from '../../words/times.ts'
import { barsOf } from './timeline-bars.ts'

const TimelineChart = lazy(async () => ({ default: (await import('./timeline-chart.tsx')).TimelineChart }))

/** Shows the days. */
export function Timeline({
  incident,
  isReport = false,
}: {
  readonly incident: IncidentView
  readonly isReport?: boolean
}): ReactNode {
  const bars = useMemo(() => barsOf(incident.timeline), [incident.timeline])
  if (incident.timeline.length === 0) return null
  const things = isAboutMail(incident.kinds) ? 'Evidence' : 'Log lines'
  return (
    <section className="stack" aria-labelledby="timeline">
      <h2 id="timeline">Day by day</h2>
      {bars.length > 1 && (
        <figure className="timeline" aria-hidden="true">
          <Suspense fallback={null}>
            <TimelineChart bars={bars} />
          </Suspense>
        </figure>
      )}
      <details open={isReport}>
        <summary>As a table</summary>
        <div className="table-box">
          <table className="usa-table usa-table--borderless">
            <caption className="sr-only">{things} of each day that belong to the incident</caption>
            <thead>
              <tr>
                <th scope="col">Day (UTC)</th>
                <th scope="col" className="is-number">
                  {things}
                </th>
                <th scope="col">What</th>
              </tr>
            </thead>
            <tbody>
              {incident.timeline.map((day) => (
                <tr key={day.dayMs}>
                  <td>{utcDayOf(day.dayMs)}</td>
                  <td className="is-number">{inDigits(day.hitCount)}</td>
                  <td>{day.kinds.map(kindTitle).join('; ')}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </details>
    </section>
  )
}
