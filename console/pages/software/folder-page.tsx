/** One folder of one machine: what differs from the baseline, file by file, and the decision which list is the baseline. */
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { Link, useParams } from 'react-router'
import { counted, inDigits } from '../../../src/core/counts.ts'
import type { SoftwareFolderView, SoftwareListedView, SoftwareQuery } from '../../../src/desk/api/software.ts'
import { softwareFolderQuery } from '../../api/queries.ts'
import { useRights } from '../../api/rights.ts'
import { useAddressFields } from '../../parts/address-fields.ts'
import { Answer } from '../../parts/answer.tsx'
import { Label } from '../../parts/labels.tsx'
import { Moment } from '../../parts/moment.tsx'
import { Pager } from '../../parts/pager.tsx'
import { ShortText, StrangeText } from '../../parts/strange-text.tsx'
import { Page } from '../../shell/page.tsx'
import { softwareAdvice, softwareSentence, softwareStateWords, toneOfFolder } from '../../words/software.ts'
import { type DifferenceFields, DifferenceFilters, firstFields } from './difference-filters.tsx'
import { Differences } from './differences.tsx'
import { Keep } from './keep.tsx'
import './software.css'

const pageRows = 50

/** The page. */
export function SoftwareFolderPage(): ReactNode {
  const { id = '' } = useParams()
  const { fields, change } = useAddressFields(firstFields)
  const query = useQuery(softwareFolderQuery(id, questionOf(fields)))
  const folder = query.data?.folder
  return (
    <Page
      title={folder === undefined ? 'Software' : `Software of ${folder.machine}`}
      heading={
        folder && (
          <>
            Software of <StrangeText text={folder.machine} charactersShown={100} />
          </>
        )
      }
      lead={
        <p className="no-print">
          <Link to="/software">All machines</Link>
        </p>
      }
    >
      <Answer query={query} lines={8}>
        {(page) => (
          <div className="stack stack--wide">
            <Standing folder={page.folder} />
            {(page.folder.state === 'changed' || page.folder.expected > 0) && (
              <section className="stack" aria-labelledby="differences">
                <h2 id="differences">What differs</h2>
                <DifferenceFilters fields={fields} folder={page.folder} onChange={change} />
                <Differences rows={page.differences} />
                <Pager
                  offset={fields.offset}
                  limit={pageRows}
                  total={page.total}
                  things="differences"
                  onOffset={(offset) => change({ offset })}
                  top="differences"
                />
              </section>
            )}
            <Lists folder={page.folder} />
          </div>
        )}
      </Answer>
    </Page>
  )
}

/** The question to the desk: what is left open is left out. */
const questionOf = ({ show, kind, text, offset }: DifferenceFields): SoftwareQuery => ({
  show: show as NonNullable<SoftwareQuery['show']>,
  ...(kind === '' ? {} : { kind: kind as NonNullable<SoftwareQuery['kind']> }),
  text: text.slice(0, 200),
  offset,
  limit: pageRows,
})

function Standing({ folder }: { readonly folder: SoftwareFolderView }): ReactNode {
  const { mayDecide } = useRights()
  const advice = softwareAdvice(folder)
  return (
    <section className="panel stack" aria-label="How it stands">
      <Label tone={toneOfFolder(folder)} form={folder.severity >= 4 ? 'full' : 'soft'}>
        {softwareStateWords[folder.state].name}
      </Label>
      <p className="mono small">
        <StrangeText text={folder.folder} charactersShown={400} />
      </p>
      <p className="software__sentence">{softwareSentence(folder)}</p>
      {advice.length > 0 && (
        <ol>
          {advice.map((step) => (
            <li key={step}>{step}</li>
          ))}
        </ol>
      )}
      {folder.state === 'changed' && (
        <p>
          <Link to="/incidents?state=any&kind=software-changed">Incidents about changed software</Link>
        </p>
      )}
      {mayDecide && folder.latest && folder.latest.sha256 !== folder.baseline?.sha256 && (
        <Keep folder={folder} latest={folder.latest} />
      )}
    </section>
  )
}

function Lists({ folder }: { readonly folder: SoftwareFolderView }): ReactNode {
  return (
    <section className="stack" aria-labelledby="lists">
      <h2 id="lists">The two lists</h2>
      <div className="software__lists">
        <List title="The list that came last" list={folder.latest} otherwise="None has come yet." />
        <List title="The baseline: what should be there" list={folder.baseline} otherwise="Nobody has kept one yet." />
      </div>
    </section>
  )
}

function List({
  title,
  list,
  otherwise,
}: {
  readonly title: string
  readonly list: SoftwareListedView | undefined
  readonly otherwise: string
}): ReactNode {
  return (
    <section className="panel stack" aria-label={title}>
      <h3>{title}</h3>
      {list === undefined ? (
        <p className="muted">{otherwise}</p>
      ) : (
        <dl className="facts">
          <dt>Made</dt>
          <dd>
            <Moment atMs={list.madeAtMs} form="full" />, by its machine’s clock
            {list.madeOn !== undefined && (
              <>
                {', on '}
                <ShortText text={list.madeOn} charactersShown={80} />
              </>
            )}
          </dd>
          <dt>Kept by the desk</dt>
          <dd>
            <Moment atMs={list.keptAtMs} form="full" />
            {list.keptBy !== undefined && (
              <>
                {', by '}
                <ShortText text={list.keptBy} charactersShown={60} />
              </>
            )}
          </dd>
          <dt>Holds</dt>
          <dd>
            {counted(list.entries, 'entry', 'entries')}
            {list.unread > 0 && `; ${inDigits(list.unread)} could not be read`}
          </dd>
          <dt>Signed with the key</dt>
          <dd className="mono small">{list.fingerprint}</dd>
          <dt>Its SHA-256</dt>
          <dd className="mono small">{list.sha256}</dd>
        </dl>
      )}
    </section>
  )
}
