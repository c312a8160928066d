/** An incident as a report: everything open, on white, with a title block that says whose it is and who printed it. What
 *  is seen here is what comes out of the printer, or of "save as PDF". */
import { useQuery } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import { Link, useParams } from 'react-router'
import { levelWords } from '../../../src/core/vocabulary.ts'
import type { IncidentView } from '../../../src/desk/api/incidents.ts'
import { incidentQuery, sessionQuery } from '../../api/queries.ts'
import { useRights } from '../../api/rights.ts'
import { Answer } from '../../parts/answer.tsx'
import { Icon } from '../../parts/icon.tsx'
import { LevelLabel, StateLabel } from '../../parts/labels.tsx'
import { ShortText, StrangeText } from '../../parts/strange-text.tsx'
import { Page } from '../../shell/page.tsx'
import { stateWords } from '../../words/terms.ts'
import { momentOf, utcOf, zoneName } from '../../words/times.ts'
import { Checklist } from './checklist.tsx'
import { Done } from './done.tsx'
import { Findings } from './findings.tsx'
import { Exposed, Facts, Story } from './story.tsx'
import { Timeline } from './timeline.tsx'
import './incident.css'

/** The page. */
export function ReportPage(): ReactNode {
  const { id = '' } = useParams()
  const query = useQuery(incidentQuery(id))
  return (
    <div className="report">
      <Page
        title={query.data === undefined ? 'Incident report' : `Report: ${query.data.title}`}
        heading={query.data && <StrangeText text={query.data.title} charactersShown={300} />}
        tools={
          query.data && (
            <div className="actions no-print">
              <button type="button" className="usa-button" onClick={() => print()}>
                <Icon name="print" />
                Print or save as PDF
              </button>
              <Link className="usa-button usa-button--outline" to={`/incidents/${encodeURIComponent(id)}`}>
                Back to the incident
              </Link>
            </div>
          )
        }
      >
        <Answer query={query} lines={12}>
          {(incident) => <Report incident={incident} />}
        </Answer>
      </Page>
    </div>
  )
}

function Report({ incident }: { readonly incident: IncidentView }): ReactNode {
  const { mayDecide } = useRights()
  return (
    <div className="stack stack--wide">
      <TitleBlock incident={incident} />
      <Story incident={incident} />
      <Exposed incident={incident} />
      <Facts incident={incident} isReport />
      <Checklist incident={incident} mayMark={false} />
      <Blocks incident={incident} />
      <Done incident={incident} mayNote={false} />
      <Timeline incident={incident} isReport />
      <Findings incident={incident} maySeeEvidence={mayDecide} isReport />
      <p className="small muted">End of the report.</p>
    </div>
  )
}

function TitleBlock({ incident }: { readonly incident: IncidentView }): ReactNode {
  const session = useQuery(sessionQuery).data
  const [madeAtMs] = useState(() => Date.now())
  return (
    <dl className="facts title-block keep">
      <dt>Office</dt>
      <dd>
        <StrangeText
          text={session?.officeName || 'Not named yet: IT names it in the configuration file'}
          charactersShown={200}
        />
      </dd>
      <dt>Incident</dt>
      <dd className="mono">{incident.id}</dd>
      <dt>How grave</dt>
      <dd>
        <LevelLabel level={incident.level} /> {levelWords[incident.level].asks}
      </dd>
      <dt>Where it stands</dt>
      <dd>
        <StateLabel state={incident.state} seenAgain={incident.seenAgain} /> {stateWords[incident.state].means}
      </dd>
      <dt>Printed</dt>
      <dd>
        {momentOf(madeAtMs)} ({utcOf(madeAtMs)}) by{' '}
        <ShortText text={session?.account?.name ?? ''} charactersShown={80} />
      </dd>
      <dt>Times</dt>
      <dd>{zoneName()}, unless UTC is said</dd>
      <dt>Made by</dt>
      <dd>Bellwether {session?.version}</dd>
    </dl>
  )
}

function Blocks({ incident }: { readonly incident: IncidentView }): ReactNode {
  const blocked = incident.proposals.filter((proposal) => proposal.blockId !== undefined)
  if (blocked.length === 0) return null
  return (
    <section className="stack stack--tight keep" aria-labelledby="blocked">
      <h2 id="blocked">Blocked</h2>
      <ul>
        {blocked.map((proposal) => (
          <li key={proposal.network}>
            <span className="mono">
              <ShortText text={proposal.network} charactersShown={80} />
            </span>
            {proposal.blockedUntilMs !== undefined && ` until ${momentOf(proposal.blockedUntilMs)}`}
          </li>
        ))}
      </ul>
    </section>
  )
}
