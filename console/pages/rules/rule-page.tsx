/** One rule: what it means for an election office, what its author says of it, how often it fired, and the switch. */
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { Link, useParams } from 'react-router'
import { counted, inDigits } from '../../../src/core/counts.ts'
import type { RuleView } from '../../../src/desk/api/rules.ts'
import { ruleQuery } from '../../api/queries.ts'
import { useRights } from '../../api/rights.ts'
import { Answer } from '../../parts/answer.tsx'
import { Label } from '../../parts/labels.tsx'
import { Moment } from '../../parts/moment.tsx'
import { Notice } from '../../parts/notice.tsx'
import { ShortText, StrangeText } from '../../parts/strange-text.tsx'
import { Page } from '../../shell/page.tsx'
import { ruleKindWords, ruleStateWords, ruleStatusWords } from '../../words/rules.ts'
import { Problem } from './problems.tsx'
import { RuleLevel } from './rule-row.tsx'
import { RuleSwitch } from './rule-switch.tsx'
import './rules.css'

/** The page. */
export function RulePage(): ReactNode {
  const { id = '' } = useParams()
  const query = useQuery(ruleQuery(id))
  const rule = query.data
  return (
    <Page
      title={rule?.title ?? 'Detection rule'}
      heading={rule && <StrangeText text={rule.title} charactersShown={200} />}
      lead={
        <p className="no-print">
          <Link to="/rules">All detection rules</Link>
        </p>
      }
    >
      <Answer query={query} lines={8}>
        {(data) => <Rule rule={data} />}
      </Answer>
    </Page>
  )
}

function Rule({ rule }: { readonly rule: RuleView }): ReactNode {
  const { mayDecide } = useRights()
  return (
    <div className="stack stack--wide">
      <Standing rule={rule} mayDecide={mayDecide} />
      <section className="stack" aria-labelledby="means">
        <h2 id="means">What it means</h2>
        {rule.plain !== undefined && (
          <p className="rule__plain">
            <StrangeText text={rule.plain} />
          </p>
        )}
        {rule.description !== '' && (
          <p>
            <StrangeText text={rule.description} charactersShown={1_000} />
          </p>
        )}
        {rule.plain === undefined && rule.description === '' && (
          <p className="muted">Its author does not say. The title is all there is.</p>
        )}
        {rule.doNow.length > 0 && (
          <>
            <h3>What to do when it fires</h3>
            <ol>
              {rule.doNow.map((step) => (
                <li key={step}>
                  <StrangeText text={step} />
                </li>
              ))}
            </ol>
          </>
        )}
      </section>
      <section className="stack" aria-labelledby="false">
        <h2 id="false">When it fires although nothing is wrong</h2>
        <Texts texts={rule.falsePositives} otherwise="Its author names no such case." />
      </section>
      <section className="stack" aria-labelledby="about">
        <h2 id="about">About this rule</h2>
        <Facts rule={rule} />
      </section>
    </div>
  )
}

function Standing({ rule, mayDecide }: { readonly rule: RuleView; readonly mayDecide: boolean }): ReactNode {
  const state = ruleStateWords[rule.state]
  return (
    <section className="panel stack" aria-label="How it stands">
      <div className="row">
        <RuleLevel {...(rule.level === undefined ? {} : { level: rule.level })} />
        <Label tone={state.tone} form="outline">
          {state.name}
        </Label>
      </div>
      <p>{state.means}</p>
      {rule.problem && (
        <Notice tone={rule.state === 'waiting' ? 'blue' : 'orange'}>
          <Problem problem={rule.problem} />
        </Notice>
      )}
      <Fired rule={rule} />
      {rule.off && (
        <p>
          Switched off by <ShortText text={rule.off.by} charactersShown={60} />,{' '}
          <Moment atMs={rule.off.atMs} form="full" />: <StrangeText text={rule.off.reason} charactersShown={500} />
        </p>
      )}
      {mayDecide && rule.kind !== 'filter' && <RuleSwitch rule={rule} />}
    </section>
  )
}

function Fired({ rule }: { readonly rule: RuleView }): ReactNode {
  const { fired } = rule
  if (fired === undefined) return <p className="muted">It has not fired in the last three months.</p>
  return (
    <p>
      Fired {fired.hits === 1 ? 'once' : counted(fired.hits, 'time')} in the last three months, last{' '}
      <Moment atMs={fired.lastMs} form="full" />
      {fired.incidentId !== undefined && (
        <>
          {', in '}
          <Link to={`/incidents/${encodeURIComponent(fired.incidentId)}`}>this incident</Link>
        </>
      )}
      .
    </p>
  )
}

function Texts({ texts, otherwise }: { readonly texts: readonly string[]; readonly otherwise: string }): ReactNode {
  if (texts.length === 0) return <p className="muted">{otherwise}</p>
  return (
    <ul>
      {[...new Set(texts)].map((text) => (
        <li key={text}>
          <StrangeText text={text} charactersShown={400} />
        </li>
      ))}
    </ul>
  )
}

function Facts({ rule }: { readonly rule: RuleView }): ReactNode {
  return (
    <dl className="facts">
      <dt>How far it is tried</dt>
      <dd>{ruleStatusWords[rule.status] ?? <ShortText text={rule.status || 'Its author does not say'} />}</dd>
      <dt>What it looks at</dt>
      <dd>
        {ruleKindWords[rule.kind]}
        {rule.logsource !== '' && (
          <>
            {' of '}
            <ShortText text={rule.logsource} charactersShown={120} />
          </>
        )}
      </dd>
      {rule.counts.length > 0 && (
        <>
          <dt>{rule.kind === 'filter' ? 'Rules that it tunes' : 'Rules that it counts'}</dt>
          <dd>
            <Texts texts={rule.counts} otherwise="" />
          </dd>
        </>
      )}
      {rule.tactics.length > 0 && (
        <>
          <dt>What the attacker wants</dt>
          <dd>{rule.tactics.join(', ')}</dd>
        </>
      )}
      <dt>Tags</dt>
      <dd>{rule.tags.length === 0 ? 'none' : <ShortText text={rule.tags.join(', ')} charactersShown={600} />}</dd>
      <dt>Author</dt>
      <dd>{rule.author === '' ? 'not named' : <StrangeText text={rule.author} charactersShown={300} />}</dd>
      <dt>References</dt>
      <dd>
        <Texts texts={rule.references} otherwise="none" />
      </dd>
      <dt>Where it stands</dt>
      <dd className="mono small">
        <ShortText text={rule.file} charactersShown={400} />, line {inDigits(rule.line)}
      </dd>
      {rule.ruleId !== undefined && (
        <>
          <dt>Its number</dt>
          <dd className="mono small">
            <ShortText text={rule.ruleId} charactersShown={100} />
          </dd>
        </>
      )}
    </dl>
  )
}
