/** One incident: what happened and what to do first, then the means to act, then everything that proves it. */
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { Link, useParams } from 'react-router'
import type { IncidentView } from '../../../src/desk/api/incidents.ts'
import { incidentQuery } from '../../api/queries.ts'
import { useRights } from '../../api/rights.ts'
import { Answer } from '../../parts/answer.tsx'
import { Icon } from '../../parts/icon.tsx'
import { Notice } from '../../parts/notice.tsx'
import { StrangeText } from '../../parts/strange-text.tsx'
import { Page } from '../../shell/page.tsx'
import { Blocking } from './blocking.tsx'
import { Checklist } from './checklist.tsx'
import { Done } from './done.tsx'
import { Findings } from './findings.tsx'
import { Standing } from './standing.tsx'
import { Exposed, Facts, Story } from './story.tsx'
import { Timeline } from './timeline.tsx'
import './incident.css'

/** The page. */
export function IncidentPage(): ReactNode {
  const { id = '' } = useParams()
  const query = useQuery(incidentQuery(id))
  const incident = query.data
  return (
    <Page
      title={incident?.title ?? 'Incident'}
      heading={
        incident && (
          <span className="incident__title">
            <StrangeText text={incident.title} charactersShown={300} />
          </span>
        )
      }
      tools={
        incident && (
          <Link className="usa-button usa-button--outline no-print" to={`/incidents/${encodeURIComponent(id)}/report`}>
            <Icon name="print" />
            Report to print
          </Link>
        )
      }
    >
      <Answer query={query} lines={10}>
        {(data) => <Incident incident={data} />}
      </Answer>
    </Page>
  )
}

function Incident({ incident }: { readonly incident: IncidentView }): ReactNode {
  const { mayDecide } = useRights()
  const isMerged = incident.mergedInto !== undefined
  return (
    <div className="incident">
      {isMerged && (
        <div className="incident__merged">
          <Notice tone="blue">
            <p>
              This turned out to be part of another incident. What is done is done{' '}
              <Link to={`/incidents/${encodeURIComponent(incident.mergedInto ?? '')}`}>there</Link>.
            </p>
          </Notice>
        </div>
      )}
      <div className="incident__side">
        <Standing incident={incident} mayDecide={mayDecide && !isMerged} />
      </div>
      <div className="incident__main stack stack--wide">
        <Story incident={incident} />
        <Exposed incident={incident} />
        <Checklist incident={incident} mayMark={mayDecide && !isMerged} />
        <Blocking incident={incident} mayDecide={mayDecide} />
        <Facts incident={incident} />
        <Timeline incident={incident} />
        <Findings incident={incident} maySeeEvidence={mayDecide} />
        <Done incident={incident} mayNote={mayDecide && !isMerged} />
      </div>
    </div>
  )
}
