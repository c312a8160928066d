/** A source in the list. */
import type { ReactNode } from 'react'
import { Link } from 'react-router'
import { counted, inBytes } from '../../../src/core/counts.ts'
import type { SourceView } from '../../../src/desk/api/today.ts'
import { Hours } from '../../parts/hours.tsx'
import { SourceStateLabel } from '../../parts/labels.tsx'
import { Moment } from '../../parts/moment.tsx'
import { ShortText, StrangeText, visible } from '../../parts/strange-text.tsx'
import { sourceKindWords } from '../../words/terms.ts'

/** One row. */
export function SourceRow({ source }: { readonly source: SourceView }): ReactNode {
  return (
    <li className="source-row">
      <div className="source-row__what">
        <h2>
          <Link to={`/sources/${encodeURIComponent(source.id)}`}>
            <ShortText text={source.title} charactersShown={100} />
          </Link>
        </h2>
        <p className="small muted">
          {sourceKindWords[source.kind]}: <ShortText text={source.where} charactersShown={200} />
          {source.format !== undefined && (
            <>
              {' · '}
              <ShortText text={source.format} charactersShown={100} />
            </>
          )}
        </p>
        <p className="small">
          <StrangeText text={source.message} charactersShown={300} />
        </p>
      </div>
      <div className="source-row__figures">
        <SourceStateLabel state={source.state} />
        <Hours counts={source.recordsByHour} title={visible(source.title).slice(0, 80)} />
        <p className="small muted">
          {counted(source.recordsToday, 'record')} today, {counted(source.records, 'record')} in all
          {source.rejects > 0 && <>, {counted(source.rejects, 'line')} set aside</>}
          {source.backlogBytes > 0 && <>, {inBytes(source.backlogBytes)} still to read</>}
        </p>
        {source.lost > 0 && (
          <p className="small">
            <strong>{counted(source.lost, 'message')} lost on the way.</strong>
          </p>
        )}
        {source.lastArrivalMs !== undefined && (
          <p className="small muted">
            Last came <Moment atMs={source.lastArrivalMs} />
          </p>
        )}
      </div>
    </li>
  )
}
