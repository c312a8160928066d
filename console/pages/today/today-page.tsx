/** Today: one sentence first, then what to do, what is open, and what each source brought. */
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { Link } from 'react-router'
import { counted } from '../../../src/core/counts.ts'
import type { TodayView } from '../../../src/desk/api/today.ts'
import { todayQuery } from '../../api/queries.ts'
import { Answer } from '../../parts/answer.tsx'
import { Icon, type IconName } from '../../parts/icon.tsx'
import { IncidentRow } from '../../parts/incident-row.tsx'
import { Notice } from '../../parts/notice.tsx'
import { StrangeText } from '../../parts/strange-text.tsx'
import { Page } from '../../shell/page.tsx'
import type { Tone } from '../../words/terms.ts'
import { dayOf, utcOf } from '../../words/times.ts'
import { SourceCard } from './source-card.tsx'
import './today.css'

const moods: Readonly<
  Record<TodayView['mood'], { readonly tone: Tone; readonly icon: IconName; readonly name: string }>
> = {
  quiet: { tone: 'green', icon: 'check', name: 'Quiet' },
  watch: { tone: 'blue', icon: 'info', name: 'Something is open' },
  attack: { tone: 'red', icon: 'error', name: 'Act now' },
  blind: { tone: 'gold', icon: 'blind', name: 'The desk cannot see' },
}

/** The page. */
export function TodayPage(): ReactNode {
  const query = useQuery(todayQuery)
  const sentence = query.data?.sentence
  return (
    <Page
      title="Today"
      heading={
        sentence === undefined ? (
          'Today'
        ) : (
          <span className="today__sentence">
            <StrangeText text={sentence} />
          </span>
        )
      }
      lead={query.data && <Mood today={query.data} />}
    >
      <Answer query={query} lines={6}>
        {(today) => <Today today={today} />}
      </Answer>
    </Page>
  )
}

function Mood({ today }: { readonly today: TodayView }): ReactNode {
  const { tone, icon, name } = moods[today.mood]
  return (
    <p className={`today__mood tone-${tone}`}>
      <Icon name={icon} />
      <strong>{name}</strong>
      <time className="muted" dateTime={new Date(today.nowMs).toISOString()} title={utcOf(today.nowMs)}>
        {dayOf(today.nowMs)}
      </time>
    </p>
  )
}

function Today({ today }: { readonly today: TodayView }): ReactNode {
  return (
    <div className="stack stack--wide">
      {today.todo.length > 0 && (
        <section className={`today__todo tone-${moods[today.mood].tone}`}>
          <h2>What to do now</h2>
          <ol>
            {today.todo.map((step) => (
              <li key={step}>
                <StrangeText text={step} />
              </li>
            ))}
          </ol>
          <Way today={today} />
        </section>
      )}
      {today.problems.length > 0 && (
        <section className="stack stack--tight" aria-label="Problems of the desk itself">
          {today.problems.map((problem) => (
            <Notice tone="gold" key={problem}>
              <p>
                <StrangeText text={problem} />
              </p>
            </Notice>
          ))}
        </section>
      )}
      <OpenIncidents today={today} />
      <Sources today={today} />
    </div>
  )
}

/** The one click that the sentence asks for. */
function Way({ today }: { readonly today: TodayView }): ReactNode {
  const [first] = today.open
  if (today.mood === 'attack' && first !== undefined) {
    return (
      <Link className="usa-button" to={`/incidents/${encodeURIComponent(first.id)}`}>
        Open the incident
      </Link>
    )
  }
  if (today.mood !== 'blind') return null
  return (
    <Link className="usa-button" to="/sources">
      Go to Sources
    </Link>
  )
}

function OpenIncidents({ today }: { readonly today: TodayView }): ReactNode {
  const rest = today.openCount - today.open.length
  return (
    <section className="stack">
      <div className="row row--spread">
        <h2>{today.openCount === 0 ? 'No open incidents' : counted(today.openCount, 'open incident')}</h2>
        <Link to="/incidents?state=any">All incidents</Link>
      </div>
      {today.open.length === 0 ? (
        <p className="muted">
          {today.mood === 'blind'
            ? 'The desk cannot see anything at the moment, so this says little.'
            : 'When something happens, it stands here within seconds, and this page says what to do.'}
        </p>
      ) : (
        <ul className="plain-list incident-list">
          {today.open.map((incident) => (
            <IncidentRow incident={incident} key={incident.id} />
          ))}
        </ul>
      )}
      {rest > 0 && (
        <p>
          <Link to="/incidents">{counted(rest, 'more open incident')}</Link>
        </p>
      )}
    </section>
  )
}

function Sources({ today }: { readonly today: TodayView }): ReactNode {
  return (
    <section className="stack">
      <div className="row row--spread">
        <h2>What each source brought</h2>
        <Link to="/sources">All sources</Link>
      </div>
      {today.sources.length === 0 ? (
        <div className="empty">
          <h3>No source yet</h3>
          <p>
            The desk watches what your systems write down. Show it the log of your website first; it finds the usual
            places by itself.
          </p>
        </div>
      ) : (
        <ul className="plain-list today__sources">
          {today.sources.map((source) => (
            <SourceCard source={source} key={source.id} />
          ))}
        </ul>
      )}
    </section>
  )
}
