/** One source: how it stands, who may send to it, and what of it could not be read. */
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { useNavigate, useParams } from 'react-router'
import { counted, inBytes, inDigits } from '../../../src/core/counts.ts'
import type { SourceView } from '../../../src/desk/api/today.ts'
import { rejectsQuery, sourcesQuery } from '../../api/queries.ts'
import { useRights } from '../../api/rights.ts'
import { useSend } from '../../api/send.ts'
import { Answer } from '../../parts/answer.tsx'
import { Confirm } from '../../parts/confirm.tsx'
import { Hours } from '../../parts/hours.tsx'
import { SourceStateLabel } from '../../parts/labels.tsx'
import { Moment } from '../../parts/moment.tsx'
import { ShortText, StrangeText, visible } from '../../parts/strange-text.tsx'
import { Page } from '../../shell/page.tsx'
import { sourceKindWords } from '../../words/terms.ts'
import { PushTokens } from './push-tokens.tsx'
import './sources.css'

/** The page. */
export function SourcePage(): ReactNode {
  const { id = '' } = useParams()
  const query = useQuery(sourcesQuery)
  const source = query.data?.find((each) => each.id === id)
  return (
    <Page
      title={source?.title ?? 'Source'}
      heading={source && <ShortText text={source.title} charactersShown={100} />}
      tools={source?.from === 'console' ? <Remove source={source} /> : undefined}
    >
      <Answer query={query}>
        {() =>
          source === undefined ? (
            <div className="empty">
              <h2>There is no such source</h2>
              <p>It may have been removed.</p>
            </div>
          ) : (
            <Source source={source} />
          )
        }
      </Answer>
    </Page>
  )
}

function Remove({ source }: { readonly source: SourceView }): ReactNode {
  const { mayDecide } = useRights()
  const navigate = useNavigate()
  const remove = useSend({
    method: 'DELETE',
    path: `/api/sources/${encodeURIComponent(source.id)}`,
    concerns: ['sources', 'today', 'suggestions'],
  })
  if (!mayDecide) return null
  return (
    <Confirm
      button="Remove this source"
      look="usa-button--outline"
      question="Remove this source?"
      doIt="Remove it"
      said="The source is removed."
      mutation={remove}
      values={undefined}
      onDone={() => void navigate('/sources')}
    >
      <p>The desk stops watching it. What it found stays.</p>
    </Confirm>
  )
}

function Source({ source }: { readonly source: SourceView }): ReactNode {
  const { mayDecide } = useRights()
  return (
    <div className="stack stack--wide">
      <section className="panel stack" aria-label="How it stands">
        <SourceStateLabel state={source.state} />
        <p>
          <StrangeText text={source.message} />
        </p>
        <Hours counts={source.recordsByHour} title={visible(source.title).slice(0, 80)} />
        <dl className="facts">
          <dt>{sourceKindWords[source.kind]}</dt>
          <dd>
            <StrangeText text={source.where} />
          </dd>
          {source.format !== undefined && (
            <>
              <dt>What it is</dt>
              <dd>
                <ShortText text={source.format} />
              </dd>
            </>
          )}
          <dt>Brought so far</dt>
          <dd>
            {counted(source.records, 'record')}, {inBytes(source.bytes)}
            {source.backlogBytes > 0 && <>; {inBytes(source.backlogBytes)} are still to be read</>}
          </dd>
          {source.lost > 0 && (
            <>
              <dt>Lost on the way</dt>
              <dd>{counted(source.lost, 'message')}</dd>
            </>
          )}
          {source.lastRecordMs !== undefined && (
            <>
              <dt>Newest record</dt>
              <dd>
                <Moment atMs={source.lastRecordMs} form="full" />
              </dd>
            </>
          )}
          <dt>Added</dt>
          <dd>
            {source.from === 'configuration' && 'in the configuration file, and is removed there'}
            {source.from === 'console' && 'in the console'}
            {source.from === 'demonstration' && 'by the demonstration, and goes with it'}
          </dd>
        </dl>
      </section>
      {source.kind === 'push' && mayDecide && <PushTokens sourceId={source.id} />}
      {mayDecide && <Rejects id={source.id} />}
    </div>
  )
}

function Rejects({ id }: { readonly id: string }): ReactNode {
  const query = useQuery(rejectsQuery(id))
  return (
    <section className="stack" aria-labelledby="rejects">
      <h2 id="rejects">Lines that could not be read</h2>
      <Answer query={query} lines={3}>
        {(list) =>
          list.total === 0 ? (
            <p className="muted">None: every line was understood.</p>
          ) : (
            <>
              <p className="muted">
                {counted(list.total, 'line')} set aside{list.rows.length < list.total && ', the last of which are here'}
                . They are counted, never silently dropped.
              </p>
              <ul className="plain-list list-box small">
                {list.rows.map((reject) => (
                  <li key={reject.ordinal}>
                    <span className="mono">
                      <ShortText text={reject.place.source} charactersShown={160} />
                    </span>
                    , line {inDigits(reject.place.line)}: <StrangeText text={reject.message} charactersShown={300} />
                  </li>
                ))}
              </ul>
            </>
          )
        }
      </Answer>
    </section>
  )
}
