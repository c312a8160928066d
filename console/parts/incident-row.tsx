/** An incident in a list: what, how grave, since when, by whom, what was exposed. The title is the link. */
import type { ReactNode } from 'react'
import { Link } from 'react-router'
import { counted } from '../../src/core/counts.ts'
import type { IncidentSummaryView } from '../../src/desk/api/incidents.ts'
import { actorWords, exposureInShort, levelTones } from '../words/terms.ts'
import { LevelLabel, StateLabel } from './labels.tsx'
import { Moment } from './moment.tsx'
import { ShortText } from './strange-text.tsx'

function Who({ incident }: { readonly incident: IncidentSummaryView }): ReactNode {
  const [first] = incident.actors
  if (first === undefined) return null
  const rest = incident.actorCount - 1
  return (
    <span>
      {actorWords[first.type]}
      <span className="mono">
        <ShortText text={first.value} charactersShown={60} />
      </span>
      {rest > 0 && ` and ${counted(rest, 'other')}`}
    </span>
  )
}

/** One row. */
export function IncidentRow({ incident }: { readonly incident: IncidentSummaryView }): ReactNode {
  const hasExposed = incident.exposure !== undefined && incident.exposure.recordsMax !== 0
  return (
    <li className={`incident-row tone-${levelTones[incident.level]}`}>
      <div className="incident-row__labels">
        <LevelLabel level={incident.level} />
        <StateLabel state={incident.state} seenAgain={incident.seenAgain} />
      </div>
      <Link className="incident-row__title" to={`/incidents/${encodeURIComponent(incident.id)}`}>
        <ShortText text={incident.title} />
      </Link>
      <p className="incident-row__facts">
        <span>
          last seen <Moment atMs={incident.lastSeenMs} />
        </span>
        <Who incident={incident} />
        {hasExposed && incident.exposure && (
          <strong className="incident-row__exposed">{exposureInShort(incident.exposure)} exposed</strong>
        )}
      </p>
    </li>
  )
}
