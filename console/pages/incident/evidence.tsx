/** Lines of evidence, as text, with the way to the exact place: file, line and byte, and the lines around it. */
import { useQuery } from '@tanstack/react-query'
import { type ReactNode, useId, useState } from 'react'
import { Link } from 'react-router'
import { inDigits } from '../../../src/core/counts.ts'
import type { EvidenceContextView, EvidenceView } from '../../../src/desk/api/incidents.ts'
import { evidencePlaceQuery, evidenceQuery } from '../../api/queries.ts'
import { Answer } from '../../parts/answer.tsx'
import { Moment } from '../../parts/moment.tsx'
import { Pager } from '../../parts/pager.tsx'
import { ShortText, StrangeText } from '../../parts/strange-text.tsx'

const linesShown = 10

interface EvidenceListProps {
  readonly incidentId: string
  readonly findingId: string
  readonly isReport: boolean
}

/** Shows the lines of one finding, a page at a time. */
export function EvidenceList({ incidentId, findingId, isReport }: EvidenceListProps): ReactNode {
  const [offset, setOffset] = useState(0)
  const query = useQuery(evidenceQuery(incidentId, findingId, offset, linesShown))
  return (
    <div className="stack" {...(query.isPending && isReport ? { 'data-pending': true } : {})}>
      <h3>Evidence</h3>
      <Answer query={query} lines={3}>
        {(list) =>
          list.total === 0 ? (
            <p className="muted">No line of it is kept any more. The finding stays.</p>
          ) : (
            <>
              <ol className="plain-list evidence">
                {list.rows.map((line) => (
                  <EvidenceLine line={line} key={line.ordinal} isReport={isReport} />
                ))}
              </ol>
              {isReport && list.total > list.rows.length && (
                <p className="muted small">
                  The first {list.rows.length} of {inDigits(list.total)} kept lines. All of them are in the console.
                </p>
              )}
              {!isReport && (
                <Pager offset={offset} limit={linesShown} total={list.total} things="lines" onOffset={setOffset} />
              )}
            </>
          )
        }
      </Answer>
    </div>
  )
}

function EvidenceLine({ line, isReport }: { readonly line: EvidenceView; readonly isReport: boolean }): ReactNode {
  const [isOpen, setOpen] = useState(false)
  const id = useId()
  return (
    <li className="evidence__line keep">
      <div className="evidence__head">
        <Moment atMs={line.timeMs} form="full" />
        <span className="muted">
          <ShortText text={line.place.source} charactersShown={120} />, line {inDigits(line.place.line)}
        </span>
        {!isReport && line.mailId !== undefined && (
          <Link to={`/mail/${encodeURIComponent(line.mailId)}`}>See this mail</Link>
        )}
        {!isReport && (
          <button
            type="button"
            className="usa-button usa-button--unstyled"
            aria-expanded={isOpen}
            aria-controls={id}
            onClick={() => setOpen(!isOpen)}
          >
            {isOpen ? 'Close the place' : 'Open the exact place'}
          </button>
        )}
      </div>
      {!isOpen && (
        <pre className="log">
          <StrangeText text={line.text} charactersShown={isReport ? 1200 : 500} />
        </pre>
      )}
      <div id={id} hidden={!isOpen}>
        {isOpen && <ExactPlace line={line} />}
      </div>
    </li>
  )
}

function ExactPlace({ line }: { readonly line: EvidenceView }): ReactNode {
  const query = useQuery(evidencePlaceQuery(line.findingId, line.ordinal))
  return (
    <Answer query={query} lines={5}>
      {(place) => <PlaceLines place={place} />}
    </Answer>
  )
}

function PlaceLines({ place }: { readonly place: EvidenceContextView }): ReactNode {
  const { evidence, before, after, note } = place
  return (
    <div className="stack stack--tight">
      <table className="place-lines">
        <caption className="sr-only">The line and the lines around it</caption>
        <colgroup>
          <col className="place-lines__number" />
          <col />
        </colgroup>
        <tbody>
          {before.map((each) => (
            <PlaceLine {...each} key={each.line} />
          ))}
          <PlaceLine line={evidence.place.line} text={evidence.text} isIt />
          {after.map((each) => (
            <PlaceLine {...each} key={each.line} />
          ))}
        </tbody>
      </table>
      {note !== undefined && (
        <p className="small">
          <StrangeText text={note} charactersShown={300} />
        </p>
      )}
      <p className="small muted">
        Byte {inDigits(evidence.place.offset)}, {inDigits(evidence.place.length)} bytes long. SHA-256 of the line:{' '}
        <span className="mono strange">{evidence.sha256}</span>
      </p>
    </div>
  )
}

interface PlaceLineProps {
  readonly line: number
  readonly text: string
  readonly isIt?: boolean
}

function PlaceLine({ line, text, isIt = false }: PlaceLineProps): ReactNode {
  return (
    <tr className={isIt ? 'is-it' : undefined}>
      <th scope="row">
        {isIt && <span className="sr-only">This line: </span>}
        {line}
      </th>
      <td>
        <pre className="log">
          <StrangeText text={text} charactersShown={isIt ? 2000 : 300} />
        </pre>
      </td>
    </tr>
  )
}
