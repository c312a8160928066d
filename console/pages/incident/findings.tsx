/** The findings that make up the incident, each with its lines of evidence. */
import { type ReactNode, useState } from 'react'
import { Link } from 'react-router'
import { counted, listed } from '../../../src/core/counts.ts'
import { isAboutMail, outcomeSentence, sureness } from '../../../src/core/vocabulary.ts'
import type { FindingView, IncidentView } from '../../../src/desk/api/incidents.ts'
import { LevelLabel } from '../../parts/labels.tsx'
import { ShortText } from '../../parts/strange-text.tsx'
import { spanOf } from '../../words/times.ts'
import { EvidenceList } from './evidence.tsx'

interface FindingsProps {
  readonly incident: IncidentView
  /** Evidence may hold voter data: not every role sees it. */
  readonly maySeeEvidence: boolean
  readonly isReport?: boolean
}

/** Shows the findings. */
export function Findings({ incident, maySeeEvidence, isReport = false }: FindingsProps): ReactNode {
  return (
    <section className="stack" aria-labelledby="findings">
      <h2 id="findings">Findings and evidence</h2>
      <p className="muted">
        {isAboutMail(incident.kinds)
          ? counted(incident.evidenceCount, 'piece of evidence', 'pieces of evidence')
          : counted(incident.evidenceCount, 'log line')}{' '}
        {incident.evidenceCount === 1 ? 'belongs' : 'belong'} to this incident.{' '}
        {maySeeEvidence
          ? 'They are shown as they were written, and never obeyed.'
          : 'Your role does not see them, because they may hold voter data.'}
      </p>
      <div className="findings">
        {incident.findings.map((finding) => (
          <Finding
            incidentId={incident.id}
            finding={finding}
            key={finding.id}
            maySeeEvidence={maySeeEvidence}
            isReport={isReport}
          />
        ))}
      </div>
      {incident.findingsLeftOut > 0 && (
        <p className="muted">{counted(incident.findingsLeftOut, 'less grave finding')} not listed here.</p>
      )}
    </section>
  )
}

/** Where more is told of what a finding names: the rule that fired, the software that differs. */
function WayOn({ finding }: { readonly finding: FindingView }): ReactNode {
  const [rule] = finding.rules
  if (finding.kind === 'rule-match' && rule !== undefined) {
    const text = rule.replace(/^sigma\//, '').slice(0, 200)
    return (
      <>
        {' '}
        <Link to={`/rules?${new URLSearchParams({ text })}`}>See this rule</Link>
      </>
    )
  }
  if (finding.kind !== 'software-changed') return null
  return (
    <>
      {' '}
      <Link to="/software">See what differs</Link>
    </>
  )
}

interface FindingProps {
  readonly incidentId: string
  readonly finding: FindingView
  readonly maySeeEvidence: boolean
  readonly isReport: boolean
}

function Finding({ incidentId, finding, maySeeEvidence, isReport }: FindingProps): ReactNode {
  const [isOpen, setOpen] = useState(isReport)
  return (
    <details className="finding" open={isOpen} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        <span className="finding__title">{finding.title}</span>
        <span className="finding__facts">
          <span className="mono">
            <ShortText text={finding.actor.value} charactersShown={60} />
          </span>
          <span className="mono">
            <ShortText text={finding.target} charactersShown={80} />
          </span>
          <span>{counted(finding.hitCount, 'time')}</span>
        </span>
        <LevelLabel level={finding.level} />
      </summary>
      <div className="stack finding__body">
        <dl className="facts">
          <dt>When</dt>
          <dd>{spanOf(finding.firstSeenMs, finding.lastSeenMs)}</dd>
          <dt>How sure</dt>
          <dd>{sureness(finding.confidence)}</dd>
          {finding.outcome && (
            <>
              <dt>What came of it</dt>
              <dd>{outcomeSentence(finding.outcome, [finding.kind])}</dd>
            </>
          )}
          {finding.parts.length > 0 && (
            <>
              <dt>{isAboutMail([finding.kind]) ? 'What it carries' : 'Where in the request'}</dt>
              <dd>
                <ShortText text={listed(finding.parts)} charactersShown={300} />
              </dd>
            </>
          )}
          {finding.tools.length > 0 && (
            <>
              <dt>With what</dt>
              <dd>
                <ShortText text={listed(finding.tools)} charactersShown={200} />
              </dd>
            </>
          )}
          <dt>Rule</dt>
          <dd>
            <span className="mono">
              <ShortText text={finding.rules.join(', ')} charactersShown={300} />
            </span>
            {!isReport && <WayOn finding={finding} />}
          </dd>
        </dl>
        {maySeeEvidence && isOpen && (
          <EvidenceList incidentId={incidentId} findingId={finding.id} isReport={isReport} />
        )}
      </div>
    </details>
  )
}
