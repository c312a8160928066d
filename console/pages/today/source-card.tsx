/** A source on Today: how it stands and what it brought in the last 24 hours. */
import type { ReactNode } from 'react'
import { counted, inDigits } from '../../../src/core/counts.ts'
import type { SourceView } from '../../../src/desk/api/today.ts'
import { Hours } from '../../parts/hours.tsx'
import { SourceStateLabel } from '../../parts/labels.tsx'
import { ShortText, StrangeText, visible } from '../../parts/strange-text.tsx'

/** One card. */
export function SourceCard({ source }: { readonly source: SourceView }): ReactNode {
  const isFine = source.state === 'live'
  return (
    <li className="panel source-card">
      <div className="row row--spread">
        <h3>
          <ShortText text={source.title} charactersShown={80} />
        </h3>
        <SourceStateLabel state={source.state} />
      </div>
      <Hours counts={source.recordsByHour} title={visible(source.title).slice(0, 80)} />
      <p className="row row--spread small">
        <span>
          <strong>{inDigits(source.recordsToday)}</strong>{' '}
          {source.recordsToday === 1 ? 'record today' : 'records today'}
        </span>
        {source.lost > 0 && <strong className="source-card__lost">{counted(source.lost, 'message')} lost</strong>}
        {source.rejects > 0 && <span className="muted">{counted(source.rejects, 'line')} set aside</span>}
      </p>
      {!isFine && (
        <p className="small">
          <StrangeText text={source.message} charactersShown={240} />
        </p>
      )}
    </li>
  )
}
