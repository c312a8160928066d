/** What happened, how sure that is, who did it and what was exposed: the part that is read first. */
import type { ReactNode } from 'react'
import { Link } from 'react-router'
import { counted, lengthInWords, listed } from '../../../src/core/counts.ts'
import { isAboutMail, kindWords, outcomeSentence, sureness } from '../../../src/core/vocabulary.ts'
import type { IncidentView } from '../../../src/desk/api/incidents.ts'
import { Moment } from '../../parts/moment.tsx'
import { ShortText, StrangeText } from '../../parts/strange-text.tsx'
import { type Exposure, exposureBounds, exposureInShort } from '../../words/terms.ts'

/** The story in sentences. */
export function Story({ incident }: { readonly incident: IncidentView }): ReactNode {
  return (
    <section className="stack stack--tight" aria-labelledby="story">
      <h2 id="story">What happened</h2>
      {incident.story.map((sentence) => (
        <p key={sentence}>
          <StrangeText text={sentence} />
        </p>
      ))}
      {incident.context.length > 0 && (
        <ul className="story__context">
          {incident.context.map((sentence) => (
            <li key={sentence}>
              <StrangeText text={sentence} />
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}

/** Voter records that were exposed, with what the bounds mean and how they were counted. */
export function Exposed({ incident }: { readonly incident: IncidentView }): ReactNode {
  const { exposure, exposureAtDetection } = incident
  if (exposure === undefined) return null
  return (
    <section className="exposed keep" aria-labelledby="exposed">
      <h2 id="exposed">What was exposed</h2>
      <p className="exposed__count">{exposureInShort(exposure)}</p>
      <p>{exposureBounds(exposure)}</p>
      {exposureAtDetection !== undefined && <AtDetection now={exposure} then={exposureAtDetection} />}
      {exposure.basis.length > 0 && (
        <>
          <h3>How this was counted</h3>
          <ul>
            {exposure.basis.map((sentence) => (
              <li key={sentence}>
                <StrangeText text={sentence} />
              </li>
            ))}
          </ul>
        </>
      )}
    </section>
  )
}

function AtDetection({ now, then }: { readonly now: Exposure; readonly then: Exposure }): ReactNode {
  if (then.recordsLikely === now.recordsLikely) return null
  return (
    <p className="muted">
      When the desk first warned: {then.recordsMax === 0 ? 'none yet' : exposureInShort(then).toLowerCase()}.
    </p>
  )
}

const actorsShown = 12

type Actor = IncidentView['actors'][number]

const ActorList = ({ actors }: { readonly actors: readonly Actor[] }): ReactNode => (
  <ul className="plain-list">
    {actors.map((actor) => (
      <li key={`${actor.type} ${actor.value}`}>
        {actor.type === 'role' && 'database role '}
        {actor.type === 'sender' && 'mail sender '}
        {actor.type === 'account' && 'signed in as '}
        {actor.type === 'computer' && 'at the computer '}
        <span className="mono">
          <ShortText text={actor.value} charactersShown={120} />
        </span>
      </li>
    ))}
  </ul>
)

/** The first actors, the others that are listed behind a click, and how many there are beyond the list. */
function Actors({ incident, isReport }: { readonly incident: IncidentView; readonly isReport: boolean }): ReactNode {
  const { actors, actorCount } = incident
  const shown = isReport ? actors.length : actorsShown
  const hidden = actors.slice(shown)
  const unlisted = actorCount - actors.length
  return (
    <>
      <ActorList actors={actors.slice(0, shown)} />
      {hidden.length > 0 && (
        <details>
          <summary>{counted(hidden.length, 'other')}</summary>
          <ActorList actors={hidden} />
        </details>
      )}
      {unlisted > 0 && <p className="muted">and {counted(unlisted, 'other')}, not listed here</p>}
    </>
  )
}

/** Who, when, where, how sure. */
export function Facts({
  incident,
  isReport = false,
}: {
  readonly incident: IncidentView
  readonly isReport?: boolean
}): ReactNode {
  const thing = isAboutMail(incident.kinds) ? 'mail' : 'log line'
  return (
    <section className="stack" aria-labelledby="facts">
      <h2 id="facts">Who, when, how sure</h2>
      <dl className="facts">
        <dt>How sure</dt>
        <dd>{sureness(incident.confidence)}</dd>
        {incident.outcome && (
          <>
            <dt>What came of it</dt>
            <dd>{outcomeSentence(incident.outcome, incident.kinds)}</dd>
          </>
        )}
        <dt>Who</dt>
        <dd>
          <Actors incident={incident} isReport={isReport} />
        </dd>
        <dt>First seen</dt>
        <dd>
          <Moment atMs={incident.firstSeenMs} form="full" />
        </dd>
        <dt>Last seen</dt>
        <dd>
          <Moment atMs={incident.lastSeenMs} form="full" />
        </dd>
        <dt>Seen by the desk</dt>
        <dd>
          {incident.detectedAtMs - incident.firstSeenMs < 1000
            ? `at its first ${thing}`
            : `${lengthInWords(incident.detectedAtMs - incident.firstSeenMs)} after its first ${thing}`}
        </dd>
        <dt>What was attacked</dt>
        <dd>
          <ul className="plain-list mono">
            {incident.targets.slice(0, actorsShown).map((target) => (
              <li key={target}>
                <Target text={target} isReport={isReport} />
              </li>
            ))}
          </ul>
        </dd>
        {incident.tools.length > 0 && (
          <>
            <dt>With what</dt>
            <dd>
              <StrangeText text={listed(incident.tools)} charactersShown={200} />
            </dd>
          </>
        )}
        <dt>In the field’s terms</dt>
        <dd>{listed(incident.kinds.map((kind) => kindWords[kind]?.term ?? kind))}</dd>
      </dl>
    </section>
  )
}

/** What was attacked; a campaign of mail leads to its mails. */
function Target({ text, isReport }: { readonly text: string; readonly isReport: boolean }): ReactNode {
  const campaign = /^campaign ([0-9a-f]{1,64})$/.exec(text)?.[1]
  if (campaign === undefined || isReport) return <ShortText text={text} />
  return (
    <>
      {text} <Link to={`/mail?${new URLSearchParams({ campaign })}`}>See its mails</Link>
    </>
  )
}
