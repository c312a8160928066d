/** Hunts that were made, and what came of them. */
import type { ReactNode } from 'react'
import { counted } from '../../../src/core/counts.ts'
import type { HuntPageView } from '../../../src/desk/api/hunt.ts'
import { Label } from '../../parts/labels.tsx'
import { Moment } from '../../parts/moment.tsx'
import { ShortText, StrangeText } from '../../parts/strange-text.tsx'

type Hunt = HuntPageView['hunts'][number]

/** Shows them; nothing where there is none. */
export function PastHunts({ hunts }: { readonly hunts: readonly Hunt[] }): ReactNode {
  if (hunts.length === 0) return null
  return (
    <section className="stack" aria-labelledby="hunts">
      <h2 id="hunts">Earlier hunts</h2>
      <ul className="plain-list list-box">
        {hunts.map((hunt) => (
          <li key={hunt.id}>
            <div className="row row--spread">
              <strong>
                <ShortText text={hunt.title} charactersShown={160} />
              </strong>
              <Outcome hunt={hunt} />
            </div>
            <p className="small muted">
              <ShortText text={hunt.by} charactersShown={60} />, <Moment atMs={hunt.atMs} />
            </p>
            {hunt.summary.map((sentence) => (
              <p key={sentence}>
                <StrangeText text={sentence} charactersShown={300} />
              </p>
            ))}
          </li>
        ))}
      </ul>
    </section>
  )
}

function Outcome({ hunt }: { readonly hunt: Hunt }): ReactNode {
  if (hunt.state === 'running') return <Label tone="blue">Searching</Label>
  if (hunt.state === 'failed') return <Label tone="gold">Failed</Label>
  if (hunt.matches === 0) return <Label tone="green">Nothing found</Label>
  return <Label tone="orange">{counted(hunt.matches, 'match', 'matches')}</Label>
}
